"""What may be done with a row: report it, ask not to count it, dispute it, decide."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.policy import deciding_unit
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.entries import ProgrammeRefusal
from casemgr.cases.forms import options, refuse
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections.forms import PERSON, person_block
from casemgr.programmes import programmes
from casemgr.reconciling import page as show
from casemgr.reconciling import services
from casemgr.reconciling.forms import DetectForm, ExcludeForm, RowDecideForm, RowDisputeForm
from casemgr.reconciling.pairs import show_birth
from casemgr.reconciling.rules import DISPUTED
from casemgr.reconciling.views import bp, find_row, may_answer, on, place_of, source_name
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language, say
from casemgr.units.web import current_tree


@bp.route("/<uuid:register>/rows/<int:number>/detect", methods=["GET", "POST"])
@guard(Permission.REGISTER_RECONCILE)
def detect(register: UUID, number: int):
    """A row without a file becomes a detection of a commune, in one step."""
    chosen, _reach, at = find_row(register, number, Permission.REGISTER_RECONCILE)
    require(Permission.DETECTION_WRITE, **place_of(chosen, at))
    programme = programmes()[chosen.programme]
    said = services.read_row(db.session, chosen, number)
    form, block = DetectForm(), person_block(programme)(prefix="p1-")
    form.shown_with(at.turns)
    _arrange(form, chosen, at)
    asked = [f for f in block.own() if f.short_name not in PERSON]
    if request.method == "GET" and said.harm:
        for field in asked:
            if field.short_name == "harm":
                field.data = [said.harm]
    if form.is_submitted() and all([form.validate(), block.validate()]):
        unit = form.unit.data
        require(Permission.DETECTION_WRITE, unit=unit, programme=chosen.programme)
        try:
            _subject, found = services.report_row(
                db.session, chosen, number, unit=unit, values=block.values(), on=on(chosen, at, form), worker=form.worker.data or ""
            )  # fmt: skip
        except (Refused, ProgrammeRefusal) as refused:
            refused.field = (refused.field or "").removeprefix("p1_") or None
            refuse(block if refused.field in block else form, refused)
        else:
            log_access("detection:report", chosen.subject, unit, chosen.programme)
            flash(
                gettext("Đã lập trường hợp phát hiện %(number)s từ dòng %(row)s.", number=found, row=number), "success"
            )
            return redirect(url_for("reconciling.row", register=register, number=number), 303)
    wrong = next((each for each in (form, block) if each.errors or each.form_errors), None)
    shown = render_template(
        "reconciling/detect.html",
        register=chosen,
        row=at,
        said=said,
        birth=show_birth(said.person.birth),
        form=wrong or form,
        own_form=form,
        wrong=[each for each in (form, block) if each.errors or each.form_errors],
        asked=asked,
        block=block,
        source=source_name(chosen),
    )
    return shown, 422 if wrong else 200


def _arrange(form: DetectForm, register, at) -> None:
    """The communes in which whoever acts may record, and the workers of the row's own."""
    tree, today = current_tree(), now().date()
    if at.unit and at.unit in tree:
        units = [at.unit]
    else:
        units = sorted(
            (u for u in tree.below(register.unit_id) if tree.level(u) == "commune"), key=lambda u: tree[u].path
        )
        units = [
            u
            for u in units
            if tree[u].valid(today) and may(Permission.DETECTION_WRITE, unit=u, programme=register.programme)
        ]
    form.unit.choices = form.unit.choices[:1] + options((u, tree.label(u)) for u in units)
    if at.unit and not form.unit.data:
        form.unit.data = at.unit
    workers = who_may(db.session, Permission.CASE_WRITE, tree, at.unit, register.programme) if at.unit else []
    form.worker.choices = form.worker.choices[:1] + options((str(user.id), user.full_name) for user in workers)


@bp.route("/<uuid:register>/rows/<int:number>/exclude", methods=["GET", "POST"])
@guard(Permission.REGISTER_RECONCILE)
def exclude(register: UUID, number: int):
    chosen, _reach, at = find_row(register, number, Permission.REGISTER_RECONCILE)
    if (refused := _refused(chosen, number, services.check_excludable)) is not None:
        return refused
    form = ExcludeForm()
    exclusions = programmes()[chosen.programme].exclusions
    form.reason.choices = options((c, code.name[language()]) for c, code in exclusions.items())

    def write():
        document, note = form.document.data or "", form.note.data or ""
        services.ask_exclusion(db.session, chosen, number, form.reason.data, document, note, on(chosen, at, form))

    said = gettext("Đã gửi đề nghị. Dòng này vẫn được tính cho đến khi cấp trên duyệt.")
    return _form(chosen, at, form, write, gettext("Đề nghị không tính vào chỉ tiêu"), said)


@bp.route("/<uuid:register>/rows/<int:number>/dispute", methods=["GET", "POST"])
@guard(Permission.REGISTER_RECONCILE)
def dispute(register: UUID, number: int):
    chosen, _reach, at = find_row(register, number, Permission.REGISTER_RECONCILE)
    if (refused := _refused(chosen, number, services.check_disputable)) is not None:
        return refused
    form = RowDisputeForm()

    def write():
        services.dispute(db.session, chosen, number, form.note.data or "", on(chosen, at, form))

    said = gettext("Đã gửi đề nghị xem xét lại.")
    return _form(chosen, at, form, write, gettext("Đề nghị xem xét lại số liệu"), said)


@bp.route("/<uuid:register>/rows/<int:number>/entries/<uuid:id>/decide", methods=["GET", "POST"])
@guard(Permission.DETECTION_DECIDE)
def decide(register: UUID, number: int, id: UUID):
    """The unit above decides on an exclusion, or answers a dispute."""
    chosen, _reach, at = find_row(register, number)
    state = services.row_state(db.session, chosen, number)
    entry = next((e for e in state.turns if e.id == id), None)
    if entry is None:
        abort(404)
    require(Permission.DETECTION_DECIDE, subject=chosen.subject, author=entry.author, **place_of(chosen, at))
    form = RowDecideForm()
    form.ask(entry.kind == DISPUTED)

    def write():
        writer = on(chosen, at, form, deciding_unit(current_actor(), **place_of(chosen, at)))
        services.decide(db.session, chosen, number, id, form.outcome.data, form.note.data or "", writer, at.unit)

    title = gettext("Trả lời đề nghị xem xét lại") if entry.kind == DISPUTED else gettext("Quyết định")
    asked = show.told(db.session, chosen, [entry], [])[0] if may_answer(chosen, at.unit) else None
    return _form(chosen, at, form, write, title, gettext("Đã ghi quyết định."), asked)


def _refused(register, number: int, check):
    """Back to the row, which says why, where nothing may be asked: before anybody has typed the reasons."""
    if request.method == "GET":
        try:
            check(services.row_state(db.session, register, number))
        except Refused as refused:
            flash(say(refused), "error")
            return redirect(url_for("reconciling.row", register=register.subject, number=number), 303)
    return None


def _form(register, at, form, write, title: str, said: str, asked: show.Turn | None = None):
    """The page of a form that writes one entry about a row, and the writing. `asked`: what it decides on."""
    form.shown_with(at.turns)
    if form.is_submitted() and form.validate():
        try:
            write()
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(said, "success")
            return redirect(url_for("reconciling.row", register=register.subject, number=at.number), 303)
    return show_form(
        "reconciling/form.html",
        form,
        register=register,
        row=at,
        title=title,
        source=source_name(register),
        asked=asked,
    )
