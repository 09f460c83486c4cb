"""The page of a file's conflicts of interest: who is shut out, which marks say so, and what the second person answers."""

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.holders import users_of
from casemgr.access.web import Permission, actor_of, current_actor, guard, may, require, role_title
from casemgr.cases import conflicts, moves
from casemgr.cases.forms import options
from casemgr.cases.marks import Mark, barred, sent_back, standing, version, without
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.forms import ConfirmForm, ConflictForm
from casemgr.handover.views import bp
from casemgr.ledger import services as ledger
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.rules import show_moment
from casemgr.units.web import current_tree


@dataclass(frozen=True, slots=True)
class Shown:
    """A mark on the page. `where`: whose leaders confirm it; `confirm`: the form, for a reader who is one of them."""

    mark: Mark
    said: list[tuple[str, str]]
    where: str | None
    confirm: ConfirmForm | None


@bp.route("/cases/<number>/conflict", methods=["GET", "POST"])
@guard(Permission.CASE_CONFLICT)
def conflict(number: str):
    dossier = open_dossier(number, Permission.CASE_CONFLICT)
    form = _form(dossier) if request.method == "GET" else _offering(ConflictForm(), dossier)
    if form.validate_on_submit():
        try:
            moves.mark_conflict(
                db.session,
                dossier.file.subject,
                form.accounts.data or (),
                seen=form.seen.data or "",
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
    return _page(dossier, form, form)


@bp.post("/cases/<number>/conflict/<uuid:mark>")
@guard(Permission.CASE_DECIDE)
def decide_conflict(number: str, mark: UUID):
    """The second person confirms the mark or takes it back: of the unit that holds the file now, or of the unit above
    it where nobody else is left there."""
    dossier = open_dossier(number)
    found = next((each for each in standing(dossier.state.entries) if each.entry.id == mark), None)
    where = _confirming(dossier, found) if found else dossier.state.unit
    facts = {"unit": where, "programme": dossier.programme.code, "author": found.entry.author if found else None}
    actor, confirm = require(Permission.CASE_DECIDE, subject=dossier.file.subject, **facts), ConfirmForm.of(mark)
    if confirm.validate():
        facts = {"outcome": confirm.outcome.data, "note": confirm.why.data, "tree": current_tree()}
        try:
            facts |= {"author": str(actor.user_id), "unit": where, "now": now()}
            moves.decide_conflict(db.session, dossier.file.subject, mark, **facts)
        except Refused as refused:
            confirm.refuse(refused)
        else:
            flash(gettext("Đã ghi ý kiến về xung đột lợi ích."), "success")
            return redirect(url_for("work.exception_list", code="conflict"), 303)
    return _page(dossier, _form(dossier), confirm)


def _form(dossier: Dossier) -> ConflictForm:
    """As it is first shown: ticked are those who are shut out."""
    entries = dossier.state.entries
    return _offering(ConflictForm(formdata=None, data={"accounts": sorted(barred(entries))}), dossier)


def _offering(form: ConflictForm, dossier: Dossier) -> ConflictForm:
    users = queries.readers_of(db.session, current_tree(), dossier.file, barred(dossier.state.entries))
    form.accounts.choices = options(map(_office, users))
    return form


def _office(user) -> tuple[str, str]:
    """An account as it is offered: names alone tell too little, and two people may bear the same."""
    held = [grant for grant in actor_of(user).grants if grant.role in ("supervisor", "worker")]
    tree = current_tree()
    roles = [f"{role_title(grant.role, grant.unit)}, {tree.label(grant.unit)}" for grant in held]
    return str(user.id), " · ".join([user.full_name, *roles])


def _page(dossier: Dossier, form: ConflictForm, sent: ConflictForm | ConfirmForm):
    """`sent`: the form of which the page says what is wrong in it."""
    stand = standing(dossier.state.entries)
    form.catches_up(version(dossier.state.entries), barred(dossier.state.entries))
    shown = _shown(dossier, stand, sent)
    ends_at = sent_back(stand, (), current_tree(), now().date())
    facts = {"file": dossier.file, "label": dossier.label, "marks": shown, "ends_at": ends_at}
    return show_form("handover/conflict.html", sent, mark=form, **facts)


def _shown(dossier: Dossier, stand: list[Mark], sent: ConflictForm | ConfirmForm) -> list[Shown]:
    users = users_of(db.session, {id for each in stand for id in (each.entry.author, *each.named)})
    notes, found = ledger.read_sealed(db.session, [each.entry for each in stand]), []
    for each in stand:
        where = _confirming(dossier, each) if each.waits else None
        facts = {"unit": where, "programme": dossier.programme.code, "author": each.entry.author}
        asks = each.waits and may(Permission.CASE_DECIDE, **facts)
        confirm = _confirm(stand, each, sent) if asks else None
        found.append(Shown(each, _said(each, users, notes.get(each.entry.id, {}).get("note", "")), where, confirm))
    return found


def _said(mark: Mark, users: dict, why: str) -> list[tuple[str, object]]:
    """What the second person has to go by: whom the mark names, who wrote it, when, why, where the file came from."""
    entry = mark.entry
    named = sorted(_office(users[each])[1] for each in mark.named if each in users)
    before = [(gettext("Nơi giữ trước đó"), current_tree().full_label(mark.unit))] if mark.unit else []
    author = users.get(entry.author)
    return [
        (gettext("Người có liên quan"), "; ".join(named)),
        (gettext("Người ghi nhận"), author.full_name if author else ""),
        (gettext("Ghi nhận lúc"), show_moment(entry.occurred_at, entry.precision)),
        *before,
        (gettext("Lý do"), why),
    ]


def _confirm(stand: list[Mark], mark: Mark, sent: ConflictForm | ConfirmForm) -> ConfirmForm:
    """The form of the answer; it says where the file goes when the mark is taken back."""
    answered, tree = isinstance(sent, ConfirmForm) and sent.mark == mark.entry.id, current_tree()
    form = sent if answered else ConfirmForm.of(mark.entry.id, formdata=None)
    back = sent_back(stand, without(stand, mark), tree, now().date())
    if back is not None:
        form.sends_back_to(tree.label(back))
    return form


def _confirming(dossier: Dossier, mark: Mark) -> str:
    """The unit whose leaders confirm the mark of this file."""
    without_them = barred(dossier.state.entries) | {mark.entry.author}
    held = conflicts.Held(dossier.state.unit, dossier.programme.code, without_them)
    return conflicts.confirming(db.session, current_tree(), [held])[0]
