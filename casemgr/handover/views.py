"""Pages of transfers and of conflicts of interest."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.holders import who_may
from casemgr.access.web import Permission, actor_of, current_actor, guard, log_access, may, require, role_title
from casemgr.cases import conflicts, moves
from casemgr.cases import queries as case_queries
from casemgr.cases.forms import options
from casemgr.cases.handover import REASONS, WAITING, barred, pending_transfer, sent_back
from casemgr.cases.handover import conflict as conflict_of
from casemgr.cases.page import risk_badge
from casemgr.cases.rows import Rows
from casemgr.cases.web import open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.forms import AnswerForm, AskForm, ConfirmForm, ConflictForm
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_moment
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


@bp.route("/cases/<number>/conflict", methods=["GET", "POST"])
@guard(Permission.CASE_CONFLICT)
def conflict(number: str):
    dossier = open_dossier(number, Permission.CASE_CONFLICT)
    named = barred(dossier.state.entries)
    form = ConflictForm(data={"accounts": sorted(named)}) if request.method == "GET" else ConflictForm()
    users = queries.readers_of(db.session, current_tree(), dossier.file, named)
    form.accounts.choices = options(map(_office, users))
    if form.validate_on_submit():
        try:
            moves.mark_conflict(
                db.session,
                dossier.file.subject,
                form.accounts.data or (),
                note=form.note.data,
                tree=current_tree(),
                author=str(current_actor().user_id),
                now=now(),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(gettext("Đã ghi nhận xung đột lợi ích."), "success")
            return redirect(url_for("cases.index"), 303)
    return _conflict(dossier, form, ConfirmForm(formdata=None), form)


def _office(user) -> tuple[str, str]:
    """An account as it is offered: names alone tell too little, and two people may bear the same."""
    held = [grant for grant in actor_of(user).grants if grant.role in ("supervisor", "worker")]
    tree = current_tree()
    roles = [f"{role_title(grant.role, grant.unit)}, {tree.label(grant.unit)}" for grant in held]
    return str(user.id), " · ".join([user.full_name, *roles])


def _conflict(dossier, form: ConflictForm, confirm: ConfirmForm, shown):
    found = conflict_of(dossier.state.entries)
    waits = found is not None and found.decision is None
    where = _confirming(dossier, found) if waits else None
    facts = {"unit": where, "programme": dossier.programme.code}
    asks = waits and may(Permission.CASE_DECIDE, author=found.mark.author, **facts)
    said = _said(found) if found else []
    shows = {"file": dossier.file, "label": dossier.label, "found": found, "waits": waits, "where": where, "asks": asks}
    shows["said"], shows["back"] = said, sent_back(found, current_tree(), now().date())
    if shows["back"] is not None:
        confirm.sends_back_to(current_tree().label(shows["back"]))
    return show_form("handover/conflict.html", shown, mark=form, confirm=confirm, **shows)


def _said(found) -> list[tuple[str, str]]:
    """What the second person has to go by: who wrote the mark, when, why, and where the file came from."""
    mark, tree = found.mark, current_tree()
    why = ledger.read_sealed(db.session, [mark]).get(mark.id, {}).get("note", "")
    before = [(gettext("Nơi giữ trước đó"), tree.full_label(found.unit))] if found.unit else []
    return [
        (gettext("Người ghi nhận"), case_queries.names_of(db.session, [mark.author]).get(mark.author, "")),
        (gettext("Ghi nhận lúc"), show_moment(mark.occurred_at, mark.precision)),
        *before,
        (gettext("Lý do"), why),
    ]


def _confirming(dossier, found) -> str:
    """The unit whose leaders confirm the mark of this file."""
    without = barred(dossier.state.entries) | {found.mark.author}
    held = conflicts.Held(dossier.state.unit, dossier.programme.code, without)
    return conflicts.confirming(db.session, current_tree(), [held])[0]


@bp.post("/cases/<number>/conflict/decide")
@guard(Permission.CASE_DECIDE)
def decide_conflict(number: str):
    """The second person confirms the mark or sends the file back: of the unit that holds the file now, or of the unit
    above it where nobody else is left there."""
    dossier = open_dossier(number)
    found, confirm = conflict_of(dossier.state.entries), ConfirmForm()
    mark, where = (found.mark, _confirming(dossier, found)) if found else (None, dossier.state.unit)
    facts = {"unit": where, "programme": dossier.programme.code, "author": mark.author if mark else None}
    actor = require(Permission.CASE_DECIDE, subject=dossier.file.subject, **facts)
    if confirm.validate():
        facts = {"outcome": confirm.outcome.data, "note": confirm.why.data, "tree": current_tree()}
        try:
            facts |= {"author": str(actor.user_id), "unit": where, "now": now()}
            moves.decide_conflict(db.session, dossier.file.subject, mark.id if mark else None, **facts)
        except Refused as refused:
            confirm.refuse(refused)
        else:
            flash(gettext("Đã ghi ý kiến về xung đột lợi ích."), "success")
            return redirect(url_for("work.exception_list", code="conflict"), 303)
    form = ConflictForm(formdata=None, data={"accounts": sorted(barred(dossier.state.entries))})
    users = queries.readers_of(db.session, current_tree(), dossier.file, barred(dossier.state.entries))
    form.accounts.choices = options(map(_office, users))
    return _conflict(dossier, form, confirm, confirm)
