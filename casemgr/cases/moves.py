"""The verbs that move a case file to other people: transfer, succession of units, conflict of interest."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from casemgr.cases import conflicts, handover, marks, services
from casemgr.cases.handover import ASKED, ASSIGN_ASKED, REASONS
from casemgr.cases.marks import CONFLICTED, ENDS, TRANSFERRED
from casemgr.cases.rules import CLOSED, CaseState
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree


def ask_transfer(
    session,
    subject: UUID,
    *,
    to: str | None,
    reason: str | None,
    note: str | None,
    staffed: bool,
    tree: UnitTree,
    author: str,
    now: datetime,
    entry_id: UUID | None = None,
) -> Entry:
    """Offers the file to another commune, which accepts or declines; until then nothing changes. `staffed`: somebody
    there works for the programme. Raises Refused."""
    ledger.lock(session, subject)
    state, entries = services.state(session, subject)
    if not any(e.id == entry_id for e in entries):
        handover.check_transfer(
            state.entries,
            holder=state.unit,
            to=to,
            closed=state.status == CLOSED,
            tree=tree,
            on=now.date(),
            staffed=staffed,
        )
        if reason not in REASONS:
            raise Refused(N_("Hãy chọn lý do chuyển."), "reason")
    draft = _draft(state, ASKED, {"to": to, "reason": reason}, note, author, state.unit, now, entry_id)
    return ledger.append(session, subject, [draft])[0]


def answer_transfer(
    session,
    subject: UUID,
    asked: UUID,
    *,
    accepted: bool | None,
    note: str | None,
    worker: str | None,
    author: str,
    unit: str,
    now: datetime,
) -> list[Entry]:
    """The answer of the unit that was asked. On acceptance it holds the file, with everything that is scheduled, and
    `worker` (if given) is assigned. Raises Refused."""
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    waiting = handover.pending_transfer(state.entries)
    found = waiting if waiting is not None and waiting.asked.id == asked else None
    transfer = handover.check_answer(found, accepted=accepted, note=note, author=author)
    if accepted and state.status == CLOSED:  # while it waited
        raise Refused(N_("Hồ sơ đã đóng, không chuyển được. Hãy mở lại hồ sơ trước."))
    coded = {"on": asked.hex, "to": transfer.to, "accepted": accepted}
    drafts = [_draft(state, TRANSFERRED, coded, note, author, unit, now)]
    if accepted and worker:
        drafts.append(_draft(state, "assigned", {"worker": worker}, None, author, unit, now))
    return ledger.append(session, subject, drafts)


def ask_assignment(
    session, subject: UUID, worker: str | None, *, note: str | None, author: str, now: datetime, entry_id: UUID
) -> Entry:
    """Who works on the file asks to give it to a colleague; a leader decides. Raises Refused."""
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    if not any(e.id == entry_id for e in state.entries):
        if state.status == CLOSED:
            raise Refused(N_("Hồ sơ đã đóng, không phân công lại được. Hãy mở lại hồ sơ trước."))
        if handover.asked_assignment(state.entries) is not None:
            raise Refused(N_("Đã có đề nghị giao hồ sơ đang chờ quyết định. Hãy hủy đề nghị đó trước."))
        if not worker or worker == state.worker or worker in marks.barred(state.entries):
            raise Refused(N_("Hãy chọn người khác với người đang phụ trách."), "worker")
        if not note:
            raise Refused(N_("Cần ghi lý do."), "note")
    draft = _draft(state, ASSIGN_ASKED, {"worker": worker}, note, author, state.unit, now, entry_id)
    return ledger.append(session, subject, [draft])[0]


def succeed(
    session,
    subject: UUID,
    *,
    to: str | None,
    tree: UnitTree,
    author: str,
    unit: str,
    now: datetime,
    note: str | None = None,
) -> Entry:
    """Gives a file of a unit that was split to the one of its successors where the person lives. Raises Refused."""
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    handover.check_succession(state.unit, to, tree, now.date())
    coded = {"to": to, "accepted": True, "succession": True}
    return ledger.append(session, subject, [_draft(state, TRANSFERRED, coded, note, author, unit, now)])[0]


def mark_conflict(
    session,
    subject: UUID,
    accounts: Collection[str],
    *,
    seen: str | None = None,
    note: str | None,
    tree: UnitTree,
    author: str,
    now: datetime,
) -> list[Entry]:
    """Shuts out exactly these accounts, at once: a mark names those who were not shut out before, and what was marked
    about the others ends; where a second person has confirmed it, that is asked for (see `decide_conflict`) and it holds
    until then. Moves the file above (see `conflicts.holder_above`), but no further where a mark has brought it and
    somebody is left to lead it; where marks end, see `_let_in`. `seen`: the last entry of marks that the author had
    before them, so that nobody whom another has named meanwhile is let in again. Raises Refused."""
    if not note:
        raise Refused(N_("Cần ghi rõ vì sao có xung đột lợi ích."), "note")
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    stand, shut, programme, day = marks.standing(state.entries), frozenset(accounts), state.programme.code, now.date()
    if seen is not None and seen != marks.version(state.entries):
        raise Refused(N_("Vừa có ghi nhận khác về người có liên quan. Hãy xem lại danh sách rồi ghi."), "accounts")
    if not shut and not stand:
        raise Refused(N_("Hãy chọn người có liên quan."), "accounts")
    if shut == (named := marks.barred(state.entries)):
        raise Refused(N_("Những người này đã được ghi nhận. Hãy đánh dấu thêm hoặc bỏ bớt."), "accounts")
    ends = marks.confirmed(stand) - shut
    if ends and any(each.ends for each in marks.with_ending(state.entries)):
        raise Refused(N_("Đã có đề nghị chấm dứt đang chờ người thứ hai xác nhận."), "accounts")
    stay, drafts = shut | ends, []
    if stay - named:
        move = not any(mark.unit for mark in stand)
        to = conflicts.holder_above(session, tree, state.unit, programme, stay, move=move, on=day)
        drafts.append(_draft(state, CONFLICTED, _shut_out(stay, to, state), note, author, state.unit, now))
    elif stay != named:
        took = marks.undone(stand, stay, tree, day)
        drafts += _let_in(session, state, stay, took, note, author, state.unit, now)
    if ends:
        coded = _shut_out(stay, None, state) | {ENDS: sorted(ends)}
        drafts.append(_draft(state, CONFLICTED, coded, note, author, state.unit, now))
    return ledger.append(session, subject, drafts)


def decide_conflict(
    session,
    subject: UUID,
    mark: UUID,
    *,
    outcome: str | None,
    note: str | None,
    tree: UnitTree,
    author: str,
    unit: str,
    now: datetime,
) -> list[Entry]:
    """A second person of `unit` (see `conflicts.confirming`) confirms a mark, or takes it back: else one person could
    take a file out of a commune's figures. So is answered who asks to end confirmed marks: else one person could show
    the file again to those it is kept from. Whom other marks name stays shut out. Raises Refused."""
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    if author in marks.barred(state.entries):  # named by a mark that came while this one waited for its turn
        raise Refused(N_("Người có liên quan không được quyết định về hồ sơ này."))
    stand = marks.standing(state.entries)
    waiting = next((each for each in marks.with_ending(state.entries) if each.entry.id == mark), None)
    found = marks.check_decision(waiting, outcome=outcome, note=note, author=author)
    coded = {"on": mark.hex, "about": CONFLICTED, "outcome": outcome, "signer": ""}
    drafts = [_draft(state, "decided", coded, note, author, unit, now)]
    if (outcome == "approved") is found.ends:
        shut = marks.without(stand, found)
        took = marks.undone(stand, shut, tree, now.date())
        drafts += _let_in(session, state, shut, took, note, author, unit, now)
    return ledger.append(session, subject, drafts)


def _let_in(
    session,
    state: CaseState,
    shut: Collection[str],
    took: Entry | None,
    note: str | None,
    author: str,
    unit: str,
    now: datetime,
) -> list[Draft]:
    """Only these stay shut out. Where that undoes the entry that took the file (see `marks.undone`), it goes back to the
    unit and to whoever worked on it there, if they may still."""
    drafts = [_draft(state, CONFLICTED, _shut_out(shut, took.unit if took else None, state), note, author, unit, now)]
    if took is None or took.unit == state.unit:
        return drafts
    worker = handover.worker([e for e in state.entries if marks.written(e) < marks.written(took)])
    if worker and conflicts.works(session, worker, took.unit, state.programme.code):
        drafts.append(_draft(state, "assigned", {"worker": worker}, None, author, unit, now))
    return drafts


def _shut_out(accounts: Collection[str], to: str | None, state: CaseState) -> dict:
    """Who is shut out from now on, and where the file goes, if it moves."""
    coded: dict = {"barred": sorted(accounts)}
    return coded | {"to": to} if to and to != state.unit else coded


def _draft(
    state: CaseState, kind: str, coded: dict, note: str | None, author: str, unit: str, now: datetime, entry_id=None
) -> Draft:
    return Draft(
        kind=kind,
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded,
        sealed={"note": note} if note else None,
        definition=state.programme.definition,
        id=entry_id,
    )
