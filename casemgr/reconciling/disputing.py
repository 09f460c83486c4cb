"""The pages of disputes about figures and detections: the list, a new one about a detection, the answer."""

from uuid import UUID

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from casemgr.access.policy import deciding_unit
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import refuse
from casemgr.cases.queries import hidden_from, names_of, within
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections.web import open_sheet
from casemgr.ledger import services as ledger
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.reconciling import disputes as kept
from casemgr.reconciling.asking import Asked, asked_of_rows
from casemgr.reconciling.excluded_rows import who_and_when
from casemgr.reconciling.forms import DecideForm, DisputeForm
from casemgr.reconciling.models import Dispute
from casemgr.reconciling.rules import DISPUTED
from casemgr.reconciling.views import bp, may_answer, source_name
from casemgr.refused import N_, Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language, say
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree

SIZE = 25
STANDS = {
    "": ("not_due", N_("chờ cấp trên trả lời")),
    "approved": ("met", N_("đồng ý với đề nghị")),
    "returned": ("plain", N_("giữ nguyên số liệu")),
}


@bp.get("/disputes")
@guard(Permission.REGISTER_MATCHES)
def disputes():
    """Every dispute of the reader's scope, those that wait first; and those about rows of registers."""
    actor, at = current_actor(), page_number()
    reach = within(actor, Permission.REGISTER_MATCHES, Dispute, current_tree())
    where = [reach, kept.not_hidden(db.session, actor)]
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Dispute).where(*where))
    query = sa.select(Dispute).where(*where).order_by(Dispute.outcome != "", Dispute.at.desc(), Dispute.subject)
    found = list(db.session.scalars(query.limit(SIZE).offset((at - 1) * SIZE)))
    rows = asked_of_rows(db.session, actor, DISPUTED)
    log_access(Permission.REGISTER_MATCHES, detail="disputes")
    return render_template(
        "reconciling/disputes.html",
        lines=lines(found, full=True),
        rows=_of_rows(rows[(at - 1) * SIZE : at * SIZE]),
        page=Page(found, at, SIZE, max(total, len(rows))),  # both lists are turned together
    )


def _of_rows(found: list[Asked]) -> list[dict]:
    """Disputes about rows of registers. What was written may name somebody: it is for those who may see the row."""
    readable = [e for register, unit, *asked in found if may_answer(register, unit) for e in asked if e is not None]
    said = ledger.read_sealed(db.session, readable)
    names = names_of(db.session, [e.author for _register, _unit, *asked in found for e in asked if e is not None])
    told = []
    for register, unit, asked, decided in found:
        shape, words = STANDS[decided.coded["outcome"] if decided else ""]
        place = {"unit": unit or register.unit_id, "programme": register.programme}
        told.append(
            {
                "register": register.subject,
                "number": asked.coded["row"],
                "source": source_name(register),
                "unit": unit,
                "texts": [note for e in (asked, decided) if e and (note := said.get(e.id, {}).get("note"))],
                "asked": who_and_when(asked, names),
                "decided": who_and_when(decided, names) if decided else None,
                "stands": (shape, gettext(words)),
                "answer": asked.id
                if decided is None and may(Permission.DETECTION_DECIDE, author=asked.author, **place)
                else None,
            }
        )
    return told


def lines(found: list[Dispute], full: bool = False) -> list[dict]:
    """Disputes for a page; with `full` what was written too."""
    names = names_of(db.session, [who for d in found for who in (d.author, d.answered_by) if who])
    said = kept.texts(db.session, [d.subject for d in found]) if full else {}
    return [
        {
            "it": d,
            "group": programmes()[d.programme].short[language()] if d.programme else "",
            "stands": (STANDS[d.outcome][0], gettext(STANDS[d.outcome][1])),
            "author": names.get(d.author, ""),
            "answered_by": names.get(d.answered_by, ""),
            "texts": [text for _kind, text in said.get(d.subject, ()) if text],
            "may_answer": d.outcome == ""
            and may(Permission.DETECTION_DECIDE, author=d.author, unit=d.unit_id, programme=d.programme or None),
        }
        for d in found
    ]


@bp.route("/disputes/detections/<number>", methods=["GET", "POST"])
@guard(Permission.REGISTER_RECONCILE)
def dispute_detection(number: str):
    """A commune disputes a detection that is counted for it."""
    row = open_sheet(number, Permission.REGISTER_RECONCILE).row
    about = kept.About(row.programme, row.unit_id, detected=row.subject, number=row.number)
    back = url_for("detections.page", number=number)
    return raising(about, gettext("Trường hợp phát hiện %(number)s", number=row.number), back)


def raising(about: kept.About, what: str, back: str):
    """The page of a new dispute, and its writing; back at once, before anybody has typed, while one about the same waits."""
    form = DisputeForm()
    if not form.is_submitted():
        try:
            kept.check_disputable(db.session, about)
        except Refused as refused:
            flash(say(refused), "error")
            return redirect(back, 303)
    if form.is_submitted() and form.validate():
        author = str(current_actor().user_id)
        try:
            kept.raise_dispute(
                db.session, about, form.note.data or "", author=author, unit=about.unit, now=now(), entry=form.id
            )
        except Refused as refused:
            refuse(form, refused)
        else:
            log_access(Permission.REGISTER_RECONCILE, about.detected, about.unit, about.programme or None, "dispute")
            flash(gettext("Đã gửi đề nghị xem xét lại."), "success")
            return redirect(back, 303)
    title = gettext("Đề nghị xem xét lại số liệu")
    return show_form("reconciling/dispute.html", form, title=title, what=what, back=back, texts=[])


@bp.route("/disputes/<uuid:subject>/answer", methods=["GET", "POST"])
@guard(Permission.DETECTION_DECIDE)
def answer_dispute(subject: UUID):
    """The unit above answers a dispute."""
    found = db.session.get(Dispute, (province(), subject))
    if found is None or found.detected in hidden_from(db.session, current_actor()):
        abort(404)
    programme = found.programme or None
    require(Permission.DETECTION_DECIDE, subject=subject, unit=found.unit_id, programme=programme, author=found.author)
    form = DecideForm()
    form.ask(True)
    back = url_for("reconciling.disputes")
    if form.is_submitted() and form.validate():
        author = str(current_actor().user_id)
        try:
            kept.answer(
                db.session, subject, form.outcome.data, form.note.data or "",
                author=author, unit=deciding_unit(current_actor(), found.unit_id), now=now(), entry=form.id,
            )  # fmt: skip
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã ghi quyết định."), "success")
            return redirect(back, 303)
    what = found.number or f"{found.indicator} · {current_tree().label(found.unit_id)} · {found.shown}"
    said = [text for _kind, text in kept.texts(db.session, [subject]).get(subject, ())]
    title = gettext("Trả lời đề nghị xem xét lại")
    return show_form("reconciling/dispute.html", form, title=title, what=what, back=back, texts=said)


def of_detection(subject: UUID) -> list[dict]:
    """What stands on the page of a detection. Whoever reads the page may read these."""
    about = kept.About("", "", detected=subject)
    return lines(kept.of_what(db.session, about))


def beside_figure(plan: str, indicator: str, units: frozenset[str], start, through) -> list[dict]:
    return lines(kept.beside(db.session, plan, indicator, units, start, through))
