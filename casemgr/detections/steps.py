"""The steps on a detection: taken, verified, duplicate, not to be counted, decided, assigned."""

from datetime import datetime
from uuid import UUID

from flask import abort, flash, redirect, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.web import Permission, current_actor, guard, may, require
from casemgr.cases.forms import entry_form, options, refuse
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections import services
from casemgr.detections.forms import AssignForm, DecideForm, DuplicateForm, ExcludeForm, IncludeForm, StepForm
from casemgr.detections.views import bp, teller
from casemgr.detections.web import Sheet, by, deciding_unit, open_sheet, place_of, reading
from casemgr.ledger.ids import new_id
from casemgr.ledger.services import Stale
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree


def _back(number: str, said: str):
    flash(said, "success")
    return redirect(url_for("detections.page", number=number), 303)


def _today(form_class, **data):
    return form_class(data={"occurred": (now(), "day"), **data})


@bp.post("/<number>/take")
@guard(Permission.DETECTION_WRITE)
def take(number: str):
    sheet = open_sheet(number, Permission.DETECTION_WRITE)
    # Where only the assigned worker reads, nobody else takes it and so reads it: the leader assigns it anew.
    require(Permission.IDENTITY_READ, subject=sheet.row.subject, **sheet.place, **reading(sheet.row))
    moment, worker = now(), str(current_actor().user_id)
    if sheet.state.worker == worker and sheet.state.taken_at is not None:
        return _back(number, gettext("Bạn đang phụ trách trường hợp này."))
    writer = services.By(worker, sheet.row.unit_id, moment, (moment, "minute"), new_id())
    try:
        services.take(db.session, sheet.row.subject, worker, writer)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for("detections.page", number=number), 303)
    return _back(number, gettext("Bạn đã nhận xử lý trường hợp này."))


@bp.route("/<number>/steps/<kind>", methods=["GET", "POST"])
@guard(Permission.DETECTION_WRITE)
def step(number: str, kind: str):
    """A step the programme describes, like the verification."""
    sheet = open_sheet(number, Permission.DETECTION_WRITE)
    wanted = sheet.programme.detection.kinds.get(kind)
    if wanted is None or kind == "detected" or not wanted.offer:
        abort(404)
    minute = wanted.precision == "minute"
    form = entry_form(sheet.programme, wanted)(data={"occurred": (now(), "day") if minute else now().date()})

    def write(moment: datetime):
        services.add_step(db.session, sheet.row.subject, kind, form.values(), by(sheet, form, moment))

    return _form(
        "step", sheet, form, write, wanted.name[language()], gettext("Đã ghi: %(name)s.", name=wanted.name[language()])
    )


@bp.route("/<number>/duplicate", methods=["GET", "POST"])
@guard(Permission.DETECTION_WRITE)
def duplicate(number: str):
    sheet = open_sheet(number, Permission.DETECTION_WRITE)
    form = _today(DuplicateForm)

    def write(moment: datetime):
        of = (form.of.data or "").upper().replace(" ", "")
        other = services.find(db.session, of)
        if other is not None and not may(Permission.DETECTION_READ, **place_of(other)):
            of = ""  # outside the scope nothing exists, and nothing is written there
        services.mark_duplicate(db.session, sheet.row.subject, of, form.note.data or "", by(sheet, form, moment))

    said = gettext("Đã gửi đề nghị. Trường hợp này vẫn được tính cho đến khi cấp trên duyệt.")
    return _form("step", sheet, form, write, gettext("Đề nghị ghi là trùng"), said)


@bp.route("/<number>/exclude", methods=["GET", "POST"])
@guard(Permission.DETECTION_WRITE)
def exclude(number: str):
    sheet = open_sheet(number, Permission.DETECTION_WRITE)
    form = _today(ExcludeForm)
    form.reason.choices = options((c, code.name[language()]) for c, code in sheet.programme.exclusions.items())

    def write(moment: datetime):
        document, note = form.document.data or "", form.note.data or ""
        writer = by(sheet, form, moment)
        services.ask_exclusion(db.session, sheet.row.subject, form.reason.data, document, note, writer)

    said = gettext("Đã gửi đề nghị. Trường hợp này vẫn được tính cho đến khi cấp trên duyệt.")
    return _form("step", sheet, form, write, gettext("Đề nghị không tính vào chỉ tiêu"), said)


@bp.route("/<number>/include", methods=["GET", "POST"])
@guard(Permission.DETECTION_DECIDE)
def include(number: str):
    sheet = open_sheet(number, Permission.DETECTION_DECIDE)
    form = _today(IncludeForm)

    def write(moment: datetime):
        writer = by(sheet, form, moment, deciding_unit(sheet.row))
        services.include(db.session, sheet.row.subject, form.note.data or "", writer)

    return _form("step", sheet, form, write, gettext("Tính lại vào chỉ tiêu"), gettext("Đã tính lại vào chỉ tiêu."))


@bp.route("/<number>/assign", methods=["GET", "POST"])
@guard(Permission.CASE_ASSIGN)
def assign(number: str):
    sheet = open_sheet(number, Permission.CASE_ASSIGN)
    form = _today(AssignForm, worker=sheet.row.worker)
    unit, programme = sheet.row.unit_id, sheet.row.programme
    workers = who_may(db.session, Permission.CASE_WRITE, current_tree(), unit, programme)
    form.worker.choices = form.worker.choices[:1] + options((str(user.id), user.full_name) for user in workers)

    def write(moment: datetime):
        services.assign(db.session, sheet.row.subject, form.worker.data, by(sheet, form, moment))

    return _form("step", sheet, form, write, gettext("Phân công"), gettext("Đã phân công."))


@bp.route("/<number>/entries/<uuid:id>/decide", methods=["GET", "POST"])
@guard(Permission.DETECTION_DECIDE)
def decide(number: str, id: UUID):
    """The unit above decides on «not substantiated» or on an exclusion."""
    sheet = open_sheet(number, Permission.DETECTION_READ)
    entry = sheet.entry(id)
    require(Permission.DETECTION_DECIDE, subject=sheet.row.subject, author=entry.author, **sheet.place)
    form = _today(DecideForm)
    stored = any(str(e.id) == form.entry_id.data for e in sheet.entries)
    if not stored and all(e.id != id for e in sheet.state.waiting):
        if sheet.state.decision_on(entry) is None:
            abort(404)
        flash(gettext("Nội dung này đã được quyết định trước đó."), "error")
        return redirect(url_for("detections.page", number=number), 303)

    def write(moment: datetime):
        if stored:  # the button was pressed twice
            return
        writer = by(sheet, form, moment, deciding_unit(sheet.row))
        services.decide(
            db.session, sheet.row.subject, id, form.outcome.data, form.note.data or "", writer, form.seen_seq
        )

    sentence = teller(sheet).one(entry)
    return _form("decide", sheet, form, write, gettext("Quyết định"), gettext("Đã ghi quyết định."), sentence=sentence)


def _form(template: str, sheet: Sheet, form: StepForm, write, title: str, said: str, **context):
    """The page of a form that writes one step, and the writing."""
    status = None
    if form.is_submitted() and form.validate():
        try:
            write(now())
        except Refused as refused:
            refuse(form, refused)
            status = 409 if isinstance(refused, Stale) else None
        else:
            return _back(sheet.row.number, said)
    if isinstance(form, DecideForm):
        form.on_seq.data = str(sheet.entries[-1].seq)
    shown, code = show_form(f"detections/{template}.html", form, sheet=sheet, row=sheet.row, title=title, **context)
    return shown, status or code
