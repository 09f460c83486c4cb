"""Recording a report: one page for who reported, when, which incident, and the persons in it."""

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.entries import ProgrammeRefusal
from casemgr.cases.forms import refusal_text, refuse
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections import services
from casemgr.detections.forms import PERSONS, PersonBlock, ReportForm, person_block
from casemgr.detections.reports import Report
from casemgr.detections.views import bp, recordable
from casemgr.detections.web import place_of
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

PERSON_FIELD = re.compile(r"p(\d+)_(.+)")


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.DETECTION_WRITE)
def new():
    programme = _programme()
    if programme is None:
        return render_template("detections/which.html", programmes=recordable())
    form = ReportForm(data={"received": (now(), "minute"), "officer": current_actor().name})
    form.arrange(programme, _units(programme))
    blocks = _blocks(programme)
    if request.method == "GET":
        return _show(programme, form, blocks)
    filled = [block for block in blocks if block.filled()]
    if not filled and not form.incident.data:
        filled = blocks[:1]
    right = [each.validate() for each in (form, *filled)]
    if not all(right):
        return _show(programme, form, blocks)
    try:
        made = _record(programme, form, filled)
    except ProgrammeRefusal as refused:
        if refused.route in dict((p.code, n) for n, p in recordable()):
            return _rerouted(refused, form)
        _put(refused, form, filled)
        return _show(programme, form, blocks)
    except Refused as refused:
        _put(refused, form, filled)
        return _show(programme, form, blocks)
    return _done(programme, form, made)


def _programme() -> Programme | None:
    """The programme numbered in the address; the only one there is to choose from; None: to be chosen."""
    open_to = recordable()
    if not open_to:
        abort(404)
    text = request.args.get("programme", "")
    if text:
        found = next((p for n, p in open_to if str(n) == text), None)
        return found or abort(404)
    return open_to[0][1] if len(open_to) == 1 else None


def _number_of(programme: Programme) -> int:
    return next(n for n, p in enumerate(programmes().values(), 1) if p.code == programme.code)


def _units(programme: Programme) -> list[tuple[str, str]]:
    """The communes of today in which whoever acts may record for this programme."""
    tree, today = current_tree(), now().date()
    reached = [s for s in scope(current_actor(), Permission.DETECTION_WRITE) if programme.code in s.programmes]
    ids = {unit for each in reached for unit in each.units if unit in tree}
    valid = sorted((tree[id].path, id) for id in ids if tree.level(id) == "commune" and tree[id].valid(today))
    return [(id, tree.label(id)) for _path, id in valid]


def _blocks(programme: Programme) -> list[PersonBlock]:
    return [person_block(programme)(prefix=f"p{n}-") for n in range(1, PERSONS + 1)]


def _show(programme: Programme, form: ReportForm, blocks: list, rerouted: str = ""):
    wrong = [each for each in (form, *blocks) if each.errors or each.form_errors]
    shown = render_template(
        "detections/new.html",
        programme=programme,
        group=_number_of(programme),
        report=form,
        blocks=blocks,
        wrong=wrong,
        form=wrong[0] if wrong else form,
        rerouted=rerouted,
        choices=recordable(),
    )
    return shown, 422 if wrong or rerouted else 200


def _record(programme: Programme, form: ReportForm, filled: list[PersonBlock]) -> services.Reported:
    unit = form.unit.data
    actor = require(Permission.DETECTION_WRITE, unit=unit, programme=programme.code)
    report = Report(
        received=form.received.data,
        source=form.source.data or "",
        persons=[(block.seen(), block.values()) for block in filled],
        mode=form.mode.data or "",
        source_received=form.source_received.data,
        happened=form.happened.data,
        officer=form.officer.data or "",
        note=form.note.data or "",
        reporter=form.reporter,
        incident=_incident(form.incident.data),
        token=form.id,
    )
    made = services.report(db.session, programme.code, report, author=str(actor.user_id), unit=unit, now=now())
    log_access("detection:report", made.incident, unit, programme.code)
    return made


def _incident(text: str | None):
    """The subject of the incident named by its own number or by that of a person in it."""
    if not text:
        return None
    number = text.upper().replace(" ", "")
    row = services.find(db.session, number)
    incident = services.find_incident(db.session, number)
    place = place_of(row or incident) if row or incident else None
    if place is None or not may(Permission.DETECTION_READ, **place):
        raise Refused(N_("Không tìm thấy vụ việc này."), "incident")
    return row.incident if row is not None else incident.subject


def _put(refused: Refused, form: ReportForm, filled: list[PersonBlock]) -> None:
    """A refusal lands on the field of the person it is about."""
    about = PERSON_FIELD.fullmatch(refused.field or "")
    if about is None:
        refuse(form, refused)
        return
    refused.field = about[2]
    refuse(filled[int(about[1]) - 1], refused)


def _rerouted(refused: ProgrammeRefusal, typed: ReportForm):
    """Whoever belongs to another programme is recorded there: what was typed goes along, under the same names."""
    programme = programmes()[refused.route]
    form = ReportForm()
    form.arrange(programme, _units(programme))
    blocks = _blocks(programme)
    log_access("detection:reroute", None, typed.unit.data, programme.code)
    text = gettext(
        "%(why)s Nội dung đã nhập được giữ lại trong biểu mẫu «%(name)s» dưới đây. Hãy bổ sung rồi lưu.",
        why=refusal_text(refused),
        name=programme.short[language()],
    )
    return _show(programme, form, blocks, rerouted=text)


def _done(programme: Programme, form: ReportForm, made: services.Reported):
    numbers = [number for _subject, number in made.detected]
    if not numbers:
        numbers = [row.number for row in services.detected_in(db.session, made.incident)][:1]
        flash(gettext("Đã ghi thêm tin báo vào vụ việc %(number)s.", number=made.number), "success")
    elif len(numbers) == 1:
        flash(gettext("Đã ghi %(number)s, vụ việc %(incident)s.", number=numbers[0], incident=made.number), "success")
    else:
        flash(
            gettext("Đã ghi %(numbers)s, vụ việc %(incident)s.", numbers=", ".join(numbers), incident=made.number),
            "success",
        )
    return redirect(url_for("detections.page", number=numbers[0]), 303)
