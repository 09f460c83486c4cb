"""A list that names people leaves only when a second person has approved it (domain 10: an export of single persons needs
a purpose, an approver and a mark): asked for with a reason, answered by somebody else, open to whoever asked for some
days. What the ledger of such a list says, and what may be written into it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused

ASKED, APPROVED, DECLINED, TAKEN = "asked", "approved", "declined", "taken"
GIFT, FILE = "gift", "file"  # a list to sign · a file in the columns of other software


@dataclass(slots=True)
class Named:
    """One list. `rows`: how many it named when it was asked for; `taken`: (when, how many) of each time it was taken."""

    subject: UUID
    asked: UUID  # the entry with the reason, which is sealed
    kind: str
    roll: str
    unit: str
    programme: str
    purpose: str
    rows: int
    author: str
    asked_at: datetime
    status: str = ASKED
    answered: UUID | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    until: datetime | None = None
    taken: list[tuple[datetime, int]] = field(default_factory=list)

    def open_at(self, now: datetime) -> bool:
        return self.until is not None and now <= self.until


def fold(entries: Sequence[Entry]) -> Named:
    """From the entries of one ledger, in the order of writing: each step follows on the one before."""
    first = entries[0]
    said = first.coded
    found = Named(
        subject=first.subject,
        asked=first.id,
        kind=said["kind"],
        roll=said["roll"],
        unit=said["unit"],
        programme=said["programme"],
        purpose=said["purpose"],
        rows=said["rows"],
        author=first.author,
        asked_at=first.recorded_at,
    )
    for entry in entries[1:]:
        if entry.kind == TAKEN:
            found.taken.append((entry.recorded_at, entry.coded["rows"]))
        else:
            found.status, found.answered, found.answered_by = entry.kind, entry.id, entry.author
            found.answered_at = entry.recorded_at
            found.until = datetime.fromisoformat(entry.coded["until"]) if entry.kind == APPROVED else None
    return found


def check_answer(named: Named, outcome: str, note: str | None, author: str) -> None:
    if named.author == author:
        raise Refused(N_("Người đề nghị không tự duyệt danh sách của mình. Cần người khác duyệt."))
    if named.status != ASKED:
        raise Refused(N_("Đề nghị này đã được trả lời."))
    if outcome not in (APPROVED, DECLINED):
        raise Refused(N_("Hãy chọn duyệt hoặc không duyệt."), "outcome")
    if outcome == DECLINED and not note:
        raise Refused(N_("Ghi rõ vì sao không duyệt."), "note")


def check_take(named: Named, author: str, now: datetime) -> None:
    if named.author != author:
        raise Refused(N_("Chỉ người đã đề nghị được tải danh sách."))
    if named.status != APPROVED:
        raise Refused(N_("Danh sách này chưa được duyệt."))
    if not named.open_at(now):
        raise Refused(N_("Đã hết thời gian tải. Nếu còn cần, hãy đề nghị lại."))
