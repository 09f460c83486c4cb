"""A list that names people leaves only when a second person has approved it (domain 10: an export of single persons needs
a purpose, an approver and a mark): asked for with a reason, answered by somebody else within some days, open to whoever
asked for some more. Which files it names is bound when it is asked for: what was approved is what leaves, and no file
that came later. What the ledger of such a list says, and what may be written into it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused

ASKED, APPROVED, DECLINED, WITHDRAWN, TAKEN = "asked", "approved", "declined", "withdrawn", "taken"
LAPSED, OVER = "lapsed", "over"  # what time makes of one that was asked for, or approved
GIFT, FILE = "gift", "file"  # a list to sign · a file in the columns of other software


@dataclass(slots=True)
class Named:
    """One list. `cases`: the files it names; `until`: how long it may be answered, and once approved taken; `taken`: (when,
    how many) of each time it was taken."""

    subject: UUID
    asked: UUID  # the entry with the reason, which is sealed
    kind: str
    roll: str
    unit: str
    programme: str
    purpose: str
    cases: tuple[UUID, ...]
    author: str
    asked_at: datetime
    until: datetime
    status: str = ASKED
    answered: UUID | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    taken: list[tuple[datetime, int]] = field(default_factory=list)

    def standing(self, now: datetime) -> str:
        """The status, or what time has made of it."""
        ended = {ASKED: LAPSED, APPROVED: OVER}
        return ended[self.status] if self.status in ended and now > self.until else self.status


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
        cases=tuple(map(UUID, said.get("cases", ()))),
        author=first.author,
        asked_at=first.recorded_at,
        # Before there was such a time nothing was bound either: what still waits from then has lapsed.
        until=datetime.fromisoformat(said["until"]) if "until" in said else first.recorded_at,
    )
    for entry in entries[1:]:
        if entry.kind == TAKEN:
            found.taken.append((entry.recorded_at, entry.coded["rows"]))
            continue
        found.status = entry.kind
        if entry.kind != WITHDRAWN:
            found.answered, found.answered_by, found.answered_at = entry.id, entry.author, entry.recorded_at
        if entry.kind == APPROVED:
            found.until = datetime.fromisoformat(entry.coded["until"])
    return found


def check_answer(named: Named, outcome: str, note: str | None, author: str, now: datetime) -> None:
    if named.author == author:
        raise Refused(N_("Người đề nghị không tự duyệt danh sách của mình. Cần người khác duyệt."))
    _check_waits(named, now)
    if outcome not in (APPROVED, DECLINED):
        raise Refused(N_("Hãy chọn duyệt hoặc không duyệt."), "outcome")
    if outcome == DECLINED and not note:
        raise Refused(N_("Ghi rõ vì sao không duyệt."), "note")


def check_withdraw(named: Named, author: str, now: datetime) -> None:
    if named.author != author:
        raise Refused(N_("Chỉ người đã đề nghị được rút đề nghị."))
    _check_waits(named, now)


def _check_waits(named: Named, now: datetime) -> None:
    standing = named.standing(now)
    if standing == WITHDRAWN:
        raise Refused(N_("Người đề nghị đã rút đề nghị này."))
    if standing == LAPSED:
        raise Refused(N_("Đề nghị này đã quá hạn trả lời. Nếu còn cần, hãy đề nghị lại."))
    if standing != ASKED:
        raise Refused(N_("Đề nghị này đã được trả lời."))


def check_take(named: Named, author: str, now: datetime) -> None:
    if named.author != author:
        raise Refused(N_("Chỉ người đã đề nghị được tải danh sách."))
    if named.status != APPROVED:
        raise Refused(N_("Danh sách này chưa được duyệt."))
    if named.standing(now) == OVER:
        raise Refused(N_("Đã hết thời gian tải. Nếu còn cần, hãy đề nghị lại."))
