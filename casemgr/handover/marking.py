"""The page of a file's conflicts of interest: who is shut out, which marks say so, what the second person answers."""

from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr.access.holders import users_of
from casemgr.access.web import Permission, actor_of, current_actor, guard, may, require, role_title
from casemgr.cases import conflicts, moves, services
from casemgr.cases.forms import options
from casemgr.cases.marks import (
    ENDS,
    Mark,
    barred,
    confirmed,
    last_written,
    sent_back,
    standing,
    version,
    with_ending,
    without,
)
from casemgr.cases.queries import barred as is_barred
from casemgr.cases.rules import CaseState
from casemgr.cases.web import Dossier, no_second, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.handover import queries
from casemgr.handover.forms import ConfirmForm, ConflictForm
from casemgr.handover.views import bp
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.refused import Refused
from casemgr.ui.forms import show_form
from casemgr.ui.rules import show_moment
from casemgr.units.web import current_tree


@dataclass(frozen=True, slots=True)
class Shown:
    """A mark on the page. `where`: whose leaders confirm it, None while it waits for nobody; `alone`: what is said where
    nobody could; `confirm`: the form, for a reader who is one of them."""

    mark: Mark
    said: list[tuple[str, str]]
    where: str | None
    alone: str
    confirm: ConfirmForm | None


@bp.route("/cases/<number>/conflict", methods=["GET", "POST"])
@guard(Permission.CASE_CONFLICT)
def conflict(number: str):
    dossier = open_dossier(number, Permission.CASE_CONFLICT)
    form = _form(dossier) if request.method == "GET" else _offering(ConflictForm(), dossier)
    if form.validate_on_submit():
        try:
            written = moves.mark_conflict(
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
            _refuse(dossier, form, refused)
        else:
            asks = ENDS in written[-1].coded
            said = gettext("Đã ghi đề nghị chấm dứt, chờ người thứ hai xác nhận.") if asks else ""
            said = said or gettext("Đã ghi nhận xung đột lợi ích.")
            flash(" ".join(filter(None, (said, _told_holder(dossier, written), _told_author(dossier)))), "success")
            return redirect(url_for("cases.index"), 303)
    return _page(dossier, form, form)


@bp.post("/cases/<number>/conflict/<uuid:mark>")
@guard(Permission.CASE_DECIDE)
def decide_conflict(number: str, mark: UUID):
    """The second person confirms the mark, or its end, or does not: of the unit that holds the file now, or of the unit
    above it where nobody else is left there."""
    dossier = open_dossier(number)
    found = next((each for each in with_ending(dossier.state.entries) if each.entry.id == mark), None)
    where = (_confirming(dossier.state, found.entry.author) if found else None) or dossier.state.unit
    facts = {"unit": where, "programme": dossier.programme.code, "author": found.entry.author if found else None}
    actor, confirm = require(Permission.CASE_DECIDE, subject=dossier.file.subject, **facts), ConfirmForm.of(mark)
    if confirm.validate():
        facts = {"outcome": confirm.outcome.data, "note": confirm.why.data, "tree": current_tree()}
        try:
            facts |= {"author": str(actor.user_id), "unit": where, "now": now()}
            written = moves.decide_conflict(db.session, dossier.file.subject, mark, **facts)
        except Refused as refused:
            _refuse(dossier, confirm, refused)
        else:
            said = gettext("Đã ghi ý kiến về xung đột lợi ích.")
            flash(" ".join(filter(None, (said, _told_holder(dossier, written)))), "success")
            return redirect(url_for("work.exception_list", code="conflict"), 303)
    return _page(dossier, _form(dossier), confirm)


def _refuse(dossier: Dossier, form, refused: Refused) -> None:
    """Says why not; to somebody whom a mark has shut out since this page was opened, nothing."""
    if is_barred(db.session, current_actor(), dossier.file.subject):
        abort(404)
    form.refuse(refused)


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
    stand, every = standing(dossier.state.entries), with_ending(dossier.state.entries)
    form.catches_up(version(dossier.state.entries), barred(dossier.state.entries))
    shown, held = _shown(dossier, stand, every, sent), confirmed(stand)
    ends_at, ended_at = (sent_back(stand, shut, current_tree(), now().date()) for shut in (held, ()))
    alone = "" if any(each.alone for each in shown) else _would_wait(dossier, stand)
    facts = {
        "file": dossier.file,
        "label": dossier.label,
        "marks": shown,
        "held": held,
        "ends_at": ends_at,
        "ended_at": ended_at,
        "alone": alone,
    }
    return show_form("handover/conflict.html", sent, mark=form, **facts)


def _shown(dossier: Dossier, stand: list[Mark], every: list[Mark], sent: ConflictForm | ConfirmForm) -> list[Shown]:
    users = users_of(db.session, {id for each in every for id in (each.entry.author, *each.named)})
    notes, found = ledger.read_sealed(db.session, [each.entry for each in every]), []
    for each in every:
        where = _confirming(dossier.state, each.entry.author) if each.waits else None
        alone = no_second(dossier.state.unit) if each.waits and where is None else ""
        facts = {"unit": where, "programme": dossier.programme.code, "author": each.entry.author}
        confirm = _confirm(stand, each, sent) if where and may(Permission.CASE_DECIDE, **facts) else None
        said = _said(each, users, notes.get(each.entry.id, {}).get("note", ""))
        found.append(Shown(each, said, where, alone, confirm))
    return found


def _said(mark: Mark, users: dict, why: str) -> list[tuple[str, object]]:
    """What the second person has to go by: whom the mark names, who wrote it, when, why, where the file came from."""
    entry = mark.entry
    named = sorted(_office(users[each])[1] for each in mark.named if each in users)
    before = [(gettext("Nơi giữ trước đó"), current_tree().full_label(mark.unit))] if mark.unit else []
    author = users.get(entry.author)
    return [
        (gettext("Người có liên quan"), "; ".join(named)),
        (gettext("Người đề nghị") if mark.ends else gettext("Người ghi nhận"), author.full_name if author else ""),
        (
            gettext("Đề nghị lúc") if mark.ends else gettext("Ghi nhận lúc"),
            show_moment(entry.occurred_at, entry.precision),
        ),
        *before,
        (gettext("Lý do"), why),
    ]


def _confirm(stand: list[Mark], mark: Mark, sent: ConflictForm | ConfirmForm) -> ConfirmForm:
    """The form of the answer; it says where the file goes when the mark is taken back, or ended."""
    answered, tree = isinstance(sent, ConfirmForm) and sent.mark == mark.entry.id, current_tree()
    form = sent if answered else ConfirmForm.of(mark.entry.id, formdata=None)
    unit = sent_back(stand, without(stand, mark), tree, now().date())
    back = tree.label(unit) if unit else None
    if mark.ends:
        form.about_end(back)
    elif back is not None:
        form.sends_back_to(back)
    return form


def _confirming(state: CaseState, author: str, unit: str | None = None) -> str | None:
    """The unit whose leaders confirm what this author wrote about the marks of a file, held by this or its own unit;
    None: nobody could."""
    held = conflicts.Held(unit or state.unit, state.programme.code, barred(state.entries) | {author})
    return conflicts.confirming(db.session, current_tree(), [held])[0]


def _would_wait(dossier: Dossier, stand: list[Mark]) -> str:
    """What the reader should know before they mark: that nobody could confirm it, whomever they name."""
    state, tree, move = dossier.state, current_tree(), not any(mark.unit for mark in stand)
    place, named = (state.unit, state.programme.code), barred(state.entries)
    to = conflicts.holder_above(db.session, tree, *place, named, move=move, on=now().date())
    return "" if _confirming(state, str(current_actor().user_id), to) else no_second(to)


def _told_holder(dossier: Dossier, written: list[Entry]) -> str:
    """What is said to who has let people in again: who holds the file from now on."""
    named, last = barred(dossier.state.entries), last_written(written)
    if last is None or not barred([last]) < named:
        return ""
    state = services.state(db.session, dossier.file.subject)[0]
    unit = current_tree().label(state.unit)
    if state.unit != dossier.state.unit:
        return gettext("Hồ sơ trở về %(unit)s.", unit=unit)
    if standing(state.entries):
        return gettext("Hồ sơ vẫn do %(unit)s giữ.", unit=unit)
    return gettext("Hồ sơ vẫn do %(unit)s giữ; muốn giao cho nơi khác, hãy đề nghị chuyển hồ sơ.", unit=unit)


def _told_author(dossier: Dossier) -> str:
    """What the author of a mark or of its end is told once it is written, for the file may be out of their reach by
    then: that nobody could confirm it. Not where they have named themselves: who is named is told nothing."""
    author, state = str(current_actor().user_id), services.state(db.session, dossier.file.subject)[0]
    waits = any(mark.waits and mark.entry.author == author for mark in with_ending(state.entries))
    if not waits or author in barred(state.entries) or _confirming(state, author):
        return ""
    return no_second(state.unit)
