"""The verbs that move a case file to other people: transfer, succession of units, conflict of interest."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from casemgr.cases import conflicts, handover, services
from casemgr.cases.handover import ASKED, ASSIGN_ASKED, CONFLICTED, REASONS, TRANSFERRED
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
        if not worker or worker == state.worker or worker in handover.barred(state.entries):
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
    session, subject: UUID, accounts: Collection[str], *, note: str | None, tree: UnitTree, author: str, now: datetime
) -> Entry:
    """Takes the file from these accounts at once and moves it above (see `conflicts.holder_above`), but no further
    where a mark has brought it and somebody is left to lead it. The last mark counts: one without accounts ends the
    conflict; the file goes back to where marks that nobody has confirmed took it from. Raises Refused."""
    if not note:
        raise Refused(N_("Cần ghi rõ vì sao có xung đột lợi ích."), "note")
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    coded: dict = {"barred": sorted(accounts)}
    before, programme, day = handover.conflict(state.entries), state.programme.code, now.date()
    if not accounts and before is None:
        raise Refused(N_("Hãy chọn người có liên quan."), "accounts")
    if accounts:
        move = before is None or before.unit is None
        to = conflicts.holder_above(session, tree, state.unit, programme, accounts, move=move, on=day)
    else:
        to = handover.sent_back(before, tree, day)
    if to and to != state.unit:
        coded["to"] = to
    return ledger.append(session, subject, [_draft(state, CONFLICTED, coded, note, author, state.unit, now)])[0]


def decide_conflict(
    session,
    subject: UUID,
    mark: UUID | None,
    *,
    outcome: str | None,
    note: str | None,
    tree: UnitTree,
    author: str,
    unit: str,
    now: datetime,
) -> list[Entry]:
    """A second person of `unit` (see `conflicts.confirming`) confirms the mark, or takes it back (`handover.sent_back`): else one person
    could take a file out of a commune's figures. Raises Refused."""
    ledger.lock(session, subject)
    state, _entries = services.state(session, subject)
    found = handover.conflict(state.entries)
    waiting = found if found is not None and found.mark.id == mark else None
    found = handover.check_conflict_decision(waiting, outcome=outcome, note=note, author=author)
    coded = {"on": mark.hex, "about": CONFLICTED, "outcome": outcome, "signer": ""}
    drafts = [_draft(state, "decided", coded, note, author, unit, now)]
    if outcome == "returned":
        ended: dict = {"barred": []}
        if to := handover.sent_back(found, tree, now.date()):
            ended["to"] = to
        drafts.append(_draft(state, CONFLICTED, ended, note, author, unit, now))
    return ledger.append(session, subject, drafts)


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
