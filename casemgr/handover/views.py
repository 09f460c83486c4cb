"""Pages of transfers."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases import conflicts, moves
from casemgr.cases import queries as case_queries
from casemgr.cases.forms import options
from casemgr.cases.handover import REASONS, WAITING, pending_transfer
from casemgr.cases.page import risk_badge
from casemgr.cases.rows import Rows
from casemgr.cases.web import open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.forms import AnswerForm, AskForm
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.units.loading import calendar
from casemgr.units.web import current_tree

bp = Blueprint("handover", __name__)


@bp.get("/transfers")
@guard(Permission.CASE_TRANSFER)
def transfers():
    """What waits for one's own unit, and what was asked of others."""
    actor, tree = current_actor(), current_tree()
    coming = queries.incoming(db.session, actor, tree)
    going = queries.outgoing(db.session, actor, tree)
    divided = queries.left_behind(db.session, actor, tree, now().date()) if may(Permission.CASE_ASSIGN) else []
    log_access(Permission.CASE_LIST)
    return render_template(
        "handover/transfers.html", coming=coming, going=going, reasons=REASONS, divided=divided, now=now()
    )


@bp.route("/cases/<number>/transfer", methods=["GET", "POST"])
@guard(Permission.CASE_TRANSFER)
def ask(number: str):
    dossier = open_dossier(number, Permission.CASE_TRANSFER)
    form, tree, moment = AskForm(), current_tree(), now()
    communes = [id for root in tree.children(None, moment.date()) for id in tree.communes(root, moment.date())]
    form.to.choices = form.to.choices[:1] + options((id, tree.full_label(id)) for id in communes)
    if form.validate_on_submit():
        staffed = queries.staffed(db.session, tree, form.to.data, dossier.programme.code)
        try:
            moves.ask_transfer(
                db.session,
                dossier.file.subject,
                to=form.to.data,
                reason=form.reason.data,
                note=form.note.data,
                staffed=staffed,
                tree=tree,
                author=str(current_actor().user_id),
                now=moment,
                entry_id=form.id,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(gettext("Đã đề nghị chuyển. Cho đến khi nơi nhận trả lời, đơn vị vẫn giữ hồ sơ."), "success")
            return redirect(url_for("cases.case", number=number), 303)
    waiting = pending_transfer(dossier.state.entries)
    return show_form("handover/ask.html", form, file=dossier.file, label=dossier.label, waiting=waiting)


@bp.route("/transfers/<uuid:asked>", methods=["GET", "POST"])
@guard(Permission.TRANSFER_ANSWER)
def answer(asked: UUID):
    """A unit is asked to take a file. It sees what it needs for the answer, and no name before it has accepted."""
    row = queries.transfer(db.session, asked)
    if row is None or case_queries.barred(db.session, current_actor(), row.subject):
        abort(404)
    facts = {"unit": row.unit_id, "programme": row.programme}
    actor = require(Permission.TRANSFER_ANSWER, subject=row.subject, author=row.asked_by, **facts)
    file = case_queries.file_of(db.session, row.subject)
    form = AnswerForm()
    barred_here = conflicts.named_in(db.session, [row.subject]).get(row.subject, ())
    workers = who_may(db.session, Permission.CASE_WRITE, current_tree(), row.unit_id, row.programme)
    offered = [(str(user.id), user.full_name) for user in workers if str(user.id) not in barred_here]
    form.worker.choices = form.worker.choices[:1] + options(offered)
    if form.validate_on_submit():
        try:
            moves.answer_transfer(
                db.session,
                row.subject,
                asked,
                accepted={"accepted": True, "declined": False}[form.outcome.data],
                note=form.note.data,
                worker=form.worker.data,
                author=str(actor.user_id),
                unit=row.unit_id,
                now=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            if form.outcome.data == "accepted":
                flash(gettext("Đã tiếp nhận hồ sơ. Mọi việc đã hẹn đi theo hồ sơ."), "success")
                return redirect(url_for("cases.case", number=row.number), 303)
            flash(gettext("Đã trả lời không tiếp nhận. Đơn vị gửi tiếp tục giữ hồ sơ."), "success")
            return redirect(url_for("handover.transfers"), 303)
    programme = programmes()[row.programme]
    entries = ledger.entries(db.session, row.subject)
    sealed = ledger.read_sealed(db.session, [e for e in entries if e.id == asked])
    return show_form(
        "handover/answer.html",
        form,
        row=row,
        programme=programme.name[language()],
        # Once it has answered, the unit sees no more of a file than it did then.
        risk=risk_badge(programme, file.risk, language()) if row.state == WAITING else None,
        due=_due(file) if row.state == WAITING else None,
        note=sealed.get(asked, {}).get("note"),
        asker=case_queries.names_of(db.session, [row.asked_by]).get(row.asked_by, ""),
        reason=REASONS.get(row.reason, row.reason),
        waiting=row.state == WAITING,
    )


def _due(file) -> tuple[str, str] | None:
    """The verdict on what is due first, and its words."""
    row = Rows(db.session, calendar(db.session), now(), language()).of([file])[0]
    return row.due
