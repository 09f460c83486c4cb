"""Who holds a case file, and what was asked of others: transfers between units, referrals. Pure.

    transfer   asked -> accepted | declined, or withdrawn (the asking entry is struck through)
    referral   sent -> accepted -> done; sent or accepted -> declined; sent -> done

Until a transfer is accepted the sender holds the file; criteria are charged to the unit that held it when they were
due (domain ruling 11), which follows from the spans of holders alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from casemgr.cases.marks import CONFLICTED, ENDS, TRANSFERRED, barred, moves, written
from casemgr.ledger.rules import Entry
from casemgr.people.names import fold_name
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree

ASSIGN_ASKED = "assign_asked"
ASKED = "transfer_asked"
WAITING, ACCEPTED, DECLINED = "waiting", "accepted", "declined"
REFERRED, REFERRAL_ANSWERED = "referred", "referral_answered"
SENT, DONE = "sent", "done"
# What an answer may follow; `declined` and `done` end a referral.
AFTER: Mapping[str, tuple[str, ...]] = {ACCEPTED: (SENT,), DECLINED: (SENT, ACCEPTED), DONE: (SENT, ACCEPTED)}
REASONS = {
    "moved": N_("Đối tượng chuyển nơi ở"),
    "competence": N_("Thuộc thẩm quyền của đơn vị khác"),
    "safety": N_("Vì an toàn của đối tượng"),
    "other": N_("Lý do khác"),
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer that was asked for. `answer` is None while it waits."""

    asked: Entry
    answer: Entry | None

    @property
    def to(self) -> str:
        return self.asked.coded["to"]

    @property
    def state(self) -> str:
        if self.answer is None:
            return WAITING
        return ACCEPTED if self.answer.coded.get("accepted") else DECLINED


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral of one need and its answers."""

    sent: Entry
    answers: tuple[Entry, ...]

    @property
    def state(self) -> str:
        """The furthest that was answered: entries of one day have no order among themselves."""
        said = {e.coded["referral_outcome"] for e in self.answers}
        return next((outcome for outcome in (DONE, DECLINED, ACCEPTED) if outcome in said), SENT)

    @property
    def open(self) -> bool:
        return self.state in (SENT, ACCEPTED)


def transfers(entries: Iterable[Entry]) -> list[Transfer]:
    """Every transfer asked for, oldest first, from the effective entries of one file."""
    entries = list(entries)
    answers = {e.coded["on"]: e for e in entries if e.kind == TRANSFERRED and e.coded.get("on")}
    return [Transfer(e, answers.get(e.id.hex)) for e in entries if e.kind == ASKED]


def pending_transfer(entries: Iterable[Entry]) -> Transfer | None:
    return next((t for t in transfers(entries) if t.state == WAITING), None)


def holders(entries: Iterable[Entry]) -> list[tuple[datetime, str]]:
    """(since, unit) of each move after the opening, in the order they happened; of two in one moment in the order they
    were written: a move back is written after the move."""
    return [
        (e.occurred_at, e.coded["to"]) for e in sorted(entries, key=lambda e: (e.occurred_at, written(e))) if moves(e)
    ]


def asked_assignment(entries: Iterable[Entry]) -> Entry | None:
    """The wish to give the file to a colleague that still waits: neither decided, nor overtaken by an assignment or a
    move to another unit."""
    entries = list(entries)
    asked = max((e for e in entries if e.kind == ASSIGN_ASKED), key=lambda e: e.seq, default=None)
    if asked is None or any(e.kind == "decided" and e.coded.get("on") == asked.id.hex for e in entries):
        return None
    later = [e for e in entries if e.seq > asked.seq]
    overtaken = any(e.kind == "assigned" or (e.kind == CONFLICTED and ENDS not in e.coded) for e in later)
    return None if overtaken or any(e.kind == TRANSFERRED and e.coded.get("accepted") for e in later) else asked


def worker(entries: Sequence[Entry]) -> str | None:
    """Who is assigned: what was written last, but nobody once the file has moved to other people. A succession of
    units leaves the people as they are. By the order in which they were written, for of two who write at once the
    second may have looked at the clock first."""
    said = [e for e in entries if e.kind == "assigned" or (moves(e) and not e.coded.get("succession"))]
    if said:
        last = sorted(said, key=written)[-1]
        found = last.coded.get("worker") if last.kind == "assigned" else None
    else:
        found = next((e.coded.get("worker") for e in entries if e.kind == "opened"), None)
    return None if found in barred(entries) else found


def referrals(entries: Iterable[Entry]) -> list[Referral]:
    """Every referral, oldest first. An answer belongs to the last referral of its need by that day that waits for such
    an answer, else to the last."""
    told = sorted((e for e in entries if e.kind in (REFERRED, REFERRAL_ANSWERED)), key=_in_order)
    found = {e.id: Referral(e, ()) for e in told if e.kind == REFERRED}
    for entry in told:
        if entry.kind != REFERRAL_ANSWERED:
            continue
        mine = [r for r in found.values() if r.sent.coded.get("need") == entry.coded.get("need")]
        # What nobody had referred when it was written is answered only where nothing else is: a referral struck
        # through and written again on its day keeps its answer.
        mine = [r for r in mine if _in_order(r.sent) < _in_order(entry)] or _by(entry.occurred_at.date(), mine)
        if mine:
            to = next((r for r in reversed(mine) if _may_be_told(r, entry.coded["referral_outcome"])), mine[-1])
            found[to.sent.id] = replace(to, answers=(*to.answers, entry))
    return list(found.values())


def replies(entries: Iterable[Entry]) -> dict[UUID, Entry]:
    """To which referral each answer belongs, by the id of the answer."""
    return {answer.id: each.sent for each in referrals(entries) for answer in each.answers}


def _in_order(entry: Entry) -> tuple[date, int]:
    """Referrals and answers are known to the day: of one day, what was written first came first."""
    return entry.occurred_at.date(), written(entry)


def _by(day: date, sent: Iterable[Referral]) -> list[Referral]:
    return [r for r in sent if r.sent.occurred_at.date() <= day]


def _may_be_told(referral: Referral, outcome: str) -> bool:
    return referral.state in AFTER.get(outcome, ())


def check_referral(sent: Iterable[tuple[Entry, str]], to: str) -> None:
    """Raises Refused where a need would be referred once more to where it was referred already. `sent`: the open
    referrals of this need, each with its place; how a place is capitalised and accented tells none apart."""
    for entry, place in sent:
        if fold_name(place) == fold_name(to):
            raise Refused(
                N_("Nhu cầu này đã chuyển gửi đến nơi này ngày %(day)s (bản ghi %(seq)s), chưa có trả lời cuối cùng."),
                "to",
                day=f"{entry.occurred_at:%d/%m/%Y}",
                seq=entry.seq,
            )


def check_referral_answer(entries: Iterable[Entry], need: str, outcome: str, on: date) -> None:
    """Raises Refused where no referral of this need waits for such an answer, by the day of the answer."""
    every = [r for r in referrals(entries) if r.sent.coded.get("need") == need]
    mine = _by(on, every)
    if every and not mine:
        raise Refused(N_("Ngày trả lời sớm hơn ngày chuyển gửi."), "occurred")
    if not any(r.open for r in mine):
        raise Refused(N_("Không có phiếu chuyển gửi nào của nhu cầu này đang chờ trả lời."), "need")
    if not any(_may_be_told(r, outcome) for r in mine):
        raise Refused(
            N_("Nơi tiếp nhận đã nhận việc này trước đó. Hãy chọn «đã thực hiện» hoặc «không tiếp nhận»."),
            "referral_outcome",
        )


def check_transfer(
    entries: Iterable[Entry], *, holder: str, to: str | None, closed: bool, tree: UnitTree, on: date, staffed: bool
) -> None:
    """Raises Refused where a file cannot be offered to this unit. `staffed`: somebody there works for the programme."""
    if closed:
        raise Refused(N_("Hồ sơ đã đóng, không chuyển được. Hãy mở lại hồ sơ trước."))
    if pending_transfer(entries) is not None:
        raise Refused(N_("Hồ sơ đang chờ một đơn vị khác tiếp nhận. Hãy rút đề nghị đó trước."))
    if not to or to not in tree:
        raise Refused(N_("Hãy chọn đơn vị."), "to")
    if to == holder or to == tree.map_to(holder, on):  # the successor of an ended unit holds its files already
        raise Refused(N_("Hồ sơ đang do chính đơn vị này giữ."), "to")
    node = tree[to]
    if not node.valid(on):
        raise Refused(N_("%(unit)s không tồn tại vào ngày %(day)s."), "to", unit=tree.label(to), day=f"{on:%d/%m/%Y}")
    if tree.level(to) != "commune":
        raise Refused(N_("Chỉ chuyển hồ sơ đến xã, phường, thị trấn hoặc đặc khu."), "to")
    if not staffed:
        raise Refused(
            N_("%(unit)s chưa có ai phụ trách nhóm đối tượng này. Hãy đề nghị cấp trên phân công trước."),
            "to",
            unit=tree.label(to),
        )


def check_answer(transfer: Transfer | None, *, accepted: bool | None, note: str | None, author: str) -> Transfer:
    """The transfer that waits. Raises Refused: nobody accepts what they asked for themselves; a refusal says why."""
    if transfer is None:
        raise Refused(N_("Đề nghị chuyển hồ sơ này đã được trả lời hoặc đã rút."))
    if transfer.asked.author == author:
        raise Refused(N_("Người đề nghị chuyển không tự tiếp nhận. Cần người khác của đơn vị nhận."))
    if accepted is None:
        raise Refused(N_("Hãy chọn tiếp nhận hoặc không tiếp nhận."), "outcome")
    if not accepted and not note:
        raise Refused(N_("Cần ghi lý do không tiếp nhận."), "note")
    return transfer


def check_succession(unit: str, to: str | None, tree: UnitTree, on: date) -> None:
    """Raises Refused unless `unit` was split and `to` is one of the units it became that exists on this day."""
    heirs = {new for new, _default, _split in tree.successors(unit)} if unit in tree else set()
    if not to or to not in heirs:
        raise Refused(N_("Hãy chọn một trong các đơn vị mà địa bàn này được chia vào."), "to")
    if not tree[to].valid(on):
        raise Refused(N_("%(unit)s không tồn tại vào ngày %(day)s."), "to", unit=tree.label(to), day=f"{on:%d/%m/%Y}")


def unit_above(unit: str, tree: UnitTree, on: date) -> str:
    """The unit to which a conflict of interest moves a file: the next above that exists on this day; the province
    itself has none above and keeps it."""
    line = tree.line(unit)
    for above in reversed(line[:-1]):
        if tree[above].valid(on):
            return above
    heir = tree.map_to(line[0], on)
    return heir if heir and heir != unit else unit


def hidden_subjects(entries: Iterable[Entry]) -> list[UUID]:
    """The detections of a file, which a conflict of interest hides with it."""
    return [UUID(e.coded["detected"]) for e in entries if e.kind in ("opened", "linked") and e.coded.get("detected")]
