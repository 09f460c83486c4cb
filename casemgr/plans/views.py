"""The pages of reported figures: list, new, one with its versions, confirm, correct."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr import files
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.plans import parts, plans, services
from casemgr.plans.forms import FIELDS, ConfirmForm, CorrectionForm, FigureForm
from casemgr.plans.model import Plan
from casemgr.plans.rules import Reported
from casemgr.refused import Refused
from casemgr.ui.doors import takes_files
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

bp = Blueprint("reported", __name__, url_prefix="/reported")


@dataclass(slots=True)
class Line:
    """A version as it is shown; `may_confirm` asks the policy, which refuses one's own figure."""

    figure: Reported
    input: str
    unit_of_count: str
    standard: str
    source: str
    author: str
    confirmer: str
    may_confirm: bool
    note: str = ""
    file: bool = False
    by_unit: bool = False


@bp.get("")
@guard(Permission.REPORTED_WRITE)
def index():
    """All figures of all plans in the reader's units, the unconfirmed first."""
    found = [f for plan in plans().values() for f in services.figures(db.session, plan.code)]
    found = [f for f in found if may(Permission.REPORTED_WRITE, **_place(f))]
    found.sort(key=lambda f: (f.confirmed, f.input, -f.end.toordinal(), f.unit))
    return render_template("plans/reported.html", lines=_lines(found))


@bp.route("/new", methods=["GET", "POST"])
@guard(Permission.REPORTED_WRITE)
@takes_files
def new():
    plan = plans().get(request.args.get("plan", "")) or next(iter(plans().values()), None) or abort(404)
    form, tree, known = FigureForm(), current_tree(), None
    units = sorted((u for u in _units() if u in tree), key=lambda u: tree[u].path)
    inputs = [
        i
        for i, item in plan.inputs.items()
        if item.home is None and may(Permission.REPORTED_WRITE, programme=plan.programme_of(i))
    ]
    form.choose(plan, [(u, _unit_label(u)) for u in units], inputs)
    if form.validate_on_submit():
        programme = plan.programme_of(form.input.data)
        actor = require(Permission.REPORTED_WRITE, unit=form.unit.data, programme=programme)
        try:
            subject, _entry = services.report(
                db.session, plan, form.values(), author=str(actor.user_id), unit=form.unit.data, now=now(), tree=tree,
                upload=_upload(form),
            )  # fmt: skip
        except Refused as refused:
            known = getattr(refused, "subject", None)
            _refuse(form, refused)
        else:
            log_access(Permission.REPORTED_WRITE, subject, form.unit.data, programme)
            flash(gettext("Đã lưu. Số liệu được tính sau khi người khác xác nhận."), "success")
            return redirect(url_for("reported.show", subject=subject), 303)
    return show_form(
        "plans/reported_form.html",
        form,
        heading=gettext("Nhập số liệu được cung cấp"),
        plan=plan,
        plans=plans().values(),
        lines=[],
        known=known,
    )


@bp.get("/<uuid:subject>")
@guard(Permission.REPORTED_WRITE)
def show(subject: UUID):
    """One figure with all its versions, newest first."""
    plan, versions, _head = _find(subject, Permission.REPORTED_WRITE)
    remarks = services.notes(db.session, subject)
    lines = _lines(list(reversed(versions)))
    kept = services.attachments(db.session, subject)
    for line in lines:
        line.note = remarks.get(line.figure.entry, "")
        line.file = line.figure.entry in kept
    return render_template(
        "plans/reported_show.html",
        plan=plan,
        lines=lines,
        form=ConfirmForm(),
        head=_head,
        by_unit=_by_unit(plan, versions[-1]),
    )


@bp.get("/<uuid:subject>/entries/<uuid:entry>/file")
@guard(Permission.REPORTED_WRITE)
def attached(subject: UUID, entry: UUID):
    """The document of one version, downloaded under a neutral name."""
    _plan, versions, _head = _find(subject, Permission.REPORTED_WRITE)
    file, digest = services.attachments(db.session, subject).get(entry, (None, ""))
    if file is None:
        abort(404)
    log_access("reported:file", subject, versions[-1].unit)
    try:
        return files.send(files.load(db.session, file, digest), f"so-lieu-{entry.hex[:8]}")
    except files.Missing:
        abort(404)


@bp.get("/parts/<plan>/<code>")
@guard(Permission.REPORTED_WRITE)
def units(plan: str, code: str):
    """What each unit below reported for the same days, whether it adds up, and who has not reported."""
    chosen, tree = plans().get(plan) or abort(404), current_tree()
    item = chosen.inputs.get(code)
    if item is None or item.home:
        abort(404)
    unit = request.args.get("unit") or next(iter(sorted(_units(), key=lambda u: tree[u].path)), "")
    if unit not in tree:
        abort(404)
    require(Permission.REPORTED_WRITE, unit=unit, programme=chosen.programme_of(code))
    said = [f for f in services.figures(db.session, plan) if f.input == code and f.value is not None]
    days, levels = parts.periods(said, item), parts.levels_below(item, unit, tree)
    period = next(
        (
            p
            for p in days
            if p[1].isoformat() == request.args.get("end") and p[0].isoformat() == request.args.get("start")
        ),
        days[0] if days else None,
    )
    level = request.args.get("level") if request.args.get("level") in levels else (levels[-1] if levels else None)
    found = parts.compare(said, item, unit, level, period, tree) if period and level else None
    return render_template(
        "plans/parts.html",
        plan=chosen,
        item=item,
        unit=unit,
        periods=days,
        period=period,
        levels=levels,
        level=level,
        found=found,
    )


@bp.post("/<uuid:subject>/confirm")
@guard(Permission.REPORTED_CONFIRM)
def confirm(subject: UUID):
    plan, versions, _head = _find(subject, Permission.REPORTED_CONFIRM)
    figure, form = versions[-1], ConfirmForm()
    actor = require(Permission.REPORTED_CONFIRM, author=figure.author, subject=subject, **_place(figure))
    seen = request.form.get("head", "")
    if not form.validate_on_submit() or not (seen.isascii() and seen.isdigit() and len(seen) < 9):
        abort(400)
    try:
        services.confirm(
            db.session, plan, subject, on_seq=int(seen), author=str(actor.user_id), unit=figure.unit, now=now()
        )
    except Refused as refused:
        flash(gettext(refused.message, **refused.params), "error")
    else:
        flash(gettext("Đã xác nhận số liệu."), "success")
    return redirect(url_for("reported.show", subject=subject), 303)


@bp.route("/<uuid:subject>/correct", methods=["GET", "POST"])
@guard(Permission.REPORTED_WRITE)
@takes_files
def correct(subject: UUID):
    plan, versions, head = _find(subject, Permission.REPORTED_WRITE)
    last = versions[-1]
    form = CorrectionForm(document=last.document, document_date=last.document_date, value=last.value)
    form.choose(plan)
    if form.validate_on_submit():
        actor = current_actor()
        seen = request.form.get("head", "")
        on_seq = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
        try:
            services.correct(
                db.session, plan, subject, form.values(),
                on_seq=on_seq, author=str(actor.user_id), unit=last.unit, now=now(), tree=current_tree(),
                upload=_upload(form),
            )  # fmt: skip
        except Refused as refused:
            _refuse(form, refused)
        else:
            log_access(Permission.REPORTED_WRITE, subject, last.unit, None, "corrected")
            flash(gettext("Đã đính chính. Số liệu mới cần người khác xác nhận."), "success")
            return redirect(url_for("reported.show", subject=subject), 303)
    head = request.form.get("head", head)
    lines = _lines(versions[-1:])
    return show_form(
        "plans/reported_form.html", form, heading=gettext("Đính chính số liệu"), plan=plan, lines=lines, head=head
    )


def _find(subject: UUID, permission: Permission) -> tuple[Plan, list[Reported], int]:
    """A figure in the reader's units and programmes, else 404."""
    versions, head = services.find(db.session, subject)
    if not versions or versions[-1].plan not in plans():
        abort(404)
    require(permission, **_place(versions[-1]))
    return plans()[versions[-1].plan], versions, head


def _place(figure: Reported) -> dict:
    """What the policy wants to know about a figure."""
    return {"unit": figure.unit, "programme": plans()[figure.plan].programme_of(figure.input)}


def _refuse(form, refused: Refused) -> None:
    refused.field = FIELDS.get(refused.field, refused.field)
    form.refuse(refused)


def _by_unit(plan: Plan, figure: Reported) -> bool:
    """Whether units of more than one level may report this."""
    return figure.input in plan.inputs and len(plan.inputs[figure.input].levels) > 1


def _upload(form):
    """What was sent with the form, if anything."""
    sent = form.file.data
    return files.read_upload(sent) if sent and getattr(sent, "filename", "") else None


def _units() -> frozenset[str]:
    return frozenset().union(*(s.units for s in scope(current_actor(), Permission.REPORTED_WRITE)))


def _unit_label(unit: str) -> str:
    """With the years in which it existed, because codes and names are used again."""
    tree = current_tree()
    node = tree[unit]
    end = f"{node.valid_to:%d/%m/%Y}" if node.valid_to else ""
    label = (
        tree.label(unit) if tree.level(unit) != "commune" else ", ".join(map(tree.label, reversed(tree.line(unit)[1:])))
    )
    return f"{label} ({gettext('đến %(day)s', day=end)})" if end else label


def _lines(figures: list[Reported]) -> list[Line]:
    names = names_of(db.session, (who for f in figures for who in (f.author, f.confirmed_by) if who))
    return [_line(f, names) for f in figures]


def _line(figure: Reported, names: dict[str, str]) -> Line:
    plan, lang = plans()[figure.plan], language()
    item, source = plan.inputs.get(figure.input), plan.sources.get(figure.source)
    return Line(
        figure=figure,
        input=item.name[lang] if item else figure.input,
        unit_of_count=item.unit_of_count[lang] if item else "",
        standard=plan.standards[figure.standard].name[lang] if figure.standard in plan.standards else "",
        source=source[lang] if source else figure.source,
        author=names.get(figure.author, figure.author),
        confirmer=names.get(figure.confirmed_by or "", figure.confirmed_by or ""),
        by_unit=figure.value is not None and _by_unit(plan, figure),
        may_confirm=not figure.confirmed and may(Permission.REPORTED_CONFIRM, author=figure.author, **_place(figure)),
    )
