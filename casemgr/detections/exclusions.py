"""Who is not to be counted: asked for by the unit that is measured, decided above it."""

from collections.abc import Collection
from uuid import UUID

from casemgr.detections import drafts
from casemgr.detections.base import By, locked, state, tell_case, tell_receipt
from casemgr.detections.rules import APPROVED, DUPLICATE, EXCLUDED, REFUSED, needs_decision
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused


def ask_exclusion(session, subject: UUID, reason: str, document: str, note: str, by: By) -> Entry:
    """Asks not to count this person; nothing changes until the unit above approves."""
    current = locked(session, subject, by)
    if current.status in (EXCLUDED, DUPLICATE, REFUSED):
        raise Refused(N_("Trường hợp này đã không tính vào chỉ tiêu."))
    if any(e.kind == EXCLUDED for e in current.waiting):
        raise Refused(N_("Đã có đề nghị đang chờ cấp trên duyệt."))
    draft = drafts.excluded_draft(current.programme, reason, document, note, **by.facts())
    return ledger.append(session, subject, [draft])[0]


def decide(session, subject: UUID, target: UUID, outcome: str, note: str, by: By, on_seq: int | None = None) -> Entry:
    """The unit above decides on «not substantiated» or on an exclusion. Its author never does. Raises Stale."""
    _take_turns(session, subject, target)
    if ledger.lock(session, subject) != on_seq and on_seq is not None:
        raise ledger.Stale(N_("Đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi quyết định."))
    current = locked(session, subject, by)
    entry = next((e for e in current.entries if e.id == target), None)
    if entry is None or entry not in current.waiting:
        raise Refused(N_("Nội dung này không còn chờ quyết định."))
    if entry.author == by.author:
        raise Refused(N_("Người đề nghị không được tự duyệt. Cần người khác có thẩm quyền quyết định."))
    if by.unit == current.unit:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    if by.occurred[0].date() < entry.occurred_at.date():
        raise Refused(N_("Ngày quyết định sớm hơn ngày đề nghị."), "occurred")
    if entry.kind == DUPLICATE and outcome == APPROVED:
        _check_kept(session, subject, entry)
    draft = drafts.decided_draft(current.programme, target, entry.kind, outcome, note, **by.facts())
    decision = ledger.append(session, subject, [draft])[0]
    if entry.kind == DUPLICATE and outcome == APPROVED:
        # Else the later of two reports could be kept in order to gain time.
        kept = UUID(entry.coded["of"])
        tell_receipt(session, kept, current.received, author=by.author, unit=by.unit, now=by.now)
    if entry.kind == EXCLUDED and outcome == APPROVED:
        fact = {"fact": "excluded", "reason": entry.coded["reason"]}
        writer = {"author": by.author, "unit": by.unit, "now": by.now}
        tell_case(session, subject, current, fact, **writer, at=decision.occurred_at)
    return decision


def _take_turns(session, subject: UUID, target: UUID) -> None:
    """Holds both of a pair in the order of their ids: «A is B» and «B is A», decided at once, wait for each other only
    in one order, and the second sees the first."""
    proposal = next((e for e in ledger.entries(session, subject) if e.id == target), None)
    if proposal is not None and proposal.kind == DUPLICATE:
        for each in sorted((subject, UUID(proposal.coded["of"]))):
            ledger.lock(session, each)


def _check_kept(session, subject: UUID, proposal: Entry) -> None:
    """The other one still counts, and is not itself waiting to be a duplicate of this one."""
    other, _entries = state(session, UUID(proposal.coded["of"]))
    if other is None or other.status in (DUPLICATE, EXCLUDED, REFUSED):
        raise Refused(
            N_("Trường hợp %(number)s cũng đã được ghi là trùng, từ chối hoặc không tính vào chỉ tiêu."),
            number=proposal.coded["of_number"],
        )


def include(session, subject: UUID, note: str, by: By) -> Entry:
    """The unit above counts an excluded person again."""
    current = locked(session, subject, by)
    if not current.excluded or current.excluded[-1][1] is None:
        raise Refused(N_("Trường hợp này đang được tính vào chỉ tiêu."))
    if by.unit == current.unit:
        raise Refused(N_("Việc này do cấp trên của đơn vị được tính chỉ tiêu quyết định."))
    entry = ledger.append(session, subject, [drafts.included_draft(current.programme, note, **by.facts())])[0]
    writer = {"author": by.author, "unit": by.unit, "now": by.now}
    tell_case(session, subject, current, {"fact": "included"}, **writer, at=entry.occurred_at)
    return entry


def accept_late(
    session, subject: UUID, targets: Collection[UUID], outcome: str, number: str | None, note: str, by: By, on_seq: int
) -> list[Entry]:
    """The unit above decides on entries that were written down late and wait for nothing else. Raises Stale."""
    if ledger.lock(session, subject) != on_seq:
        raise ledger.Stale(N_("Đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi quyết định."))
    current = locked(session, subject, by)
    made = []
    for entry in (e for e in current.entries if e.id in targets):
        if needs_decision(entry) or current.decision_on(entry) is not None:
            raise Refused(N_("Nội dung này không còn chờ quyết định."))
        if entry.author == by.author:
            raise Refused(N_("Người đề nghị không được tự duyệt. Cần người khác có thẩm quyền quyết định."))
        made.append(drafts.decided_draft(current.programme, entry.id, entry.kind, outcome, note, number, **by.facts()))
    return ledger.append(session, subject, made)
