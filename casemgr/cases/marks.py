"""The marks of conflicts of interest on one case file: whom each names, from where it took the file, who has confirmed
it. Pure.

    mark       waits -> confirmed | refused, by a second person; it is ended when nobody it names stays shut out
    end        while its mark waits, at once; of a confirmed one: asked -> confirmed | refused, by a second person

Every entry of a mark says who is shut out from then on. A mark names those it adds; so what takes a mark back, a
refusal or an end, gives the file back to those alone, and the marks beside it stand as they stood.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree

TRANSFERRED, CONFLICTED, ENDS = "transferred", "conflicted", "ends"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that stands; or (`ends`) what is asked, that some whom confirmed marks name are let in again: it waits for
    its answer as a mark does. `took`: the entry that took the file from a unit, `unsure` that unit while nobody has
    settled who holds the file; None where it moved nothing, or somebody has accepted the file since."""

    entry: Entry
    named: frozenset[str]  # the ids of accounts, without those that a mark before it names
    took: Entry | None
    unsure: str | None
    decision: Entry | None = None

    @property
    def unit(self) -> str | None:
        """From which unit it took the file."""
        return self.took.unit if self.took else None

    @property
    def waits(self) -> bool:
        return self.decision is None

    @property
    def ends(self) -> bool:
        return ENDS in self.entry.coded


def moves(entry: Entry) -> bool:
    if entry.kind == CONFLICTED:
        return bool(entry.coded.get("to"))
    return entry.kind == TRANSFERRED and bool(entry.coded.get("accepted"))


def written(entry: Entry) -> int:
    """Its place in the ledger; what is folded before it is written has none yet."""
    return getattr(entry, "seq", 0)


def last_written(entries: Iterable[Entry]) -> Entry | None:
    """Of the entries that say who is shut out."""
    return max((e for e in entries if e.kind == CONFLICTED), key=written, default=None)


def version(entries: Iterable[Entry]) -> str:
    """Which entry was the last; "" before the first."""
    last = last_written(entries)
    return last.id.hex if last else ""


def barred(entries: Iterable[Entry]) -> frozenset[str]:
    """The ids of the accounts that are shut out."""
    last = last_written(entries)
    return frozenset(last.coded.get("barred", ())) if last else frozenset()


def standing(entries: Iterable[Entry]) -> list[Mark]:
    """The marks that stand by the effective entries of one file, the oldest first."""
    found: list[Mark] = []
    for _entry, marks in _walk(sorted(_telling(entries), key=written)):
        found = marks
    return found


def with_ending(entries: Sequence[Entry]) -> list[Mark]:
    """The marks that stand, and the end that is asked for, if it still waits."""
    asked = max((e for e in entries if e.kind == CONFLICTED and ENDS in e.coded), key=written, default=None)
    if asked is None or any(e.kind == "decided" and e.coded.get("on") == asked.id.hex for e in entries):
        return standing(entries)
    return [*standing(entries), Mark(asked, frozenset(asked.coded[ENDS]), None, None)]


def confirmed(marks: Iterable[Mark]) -> frozenset[str]:
    """Those whom nobody lets in again alone."""
    return frozenset().union(*(mark.named for mark in marks if not mark.waits))


def charged(first: tuple[datetime, str], entries: Iterable[Entry]) -> list[tuple[datetime, str]]:
    """The holders as the figures charge them, `first` being the opening: a mark of a conflict of interest alone takes a
    file out of no unit's figure. Whatever settles who holds it does, from then on: a second person who confirms the
    mark, the end of the conflict, a transfer that was accepted meanwhile."""
    found, holder = [first], first[1]
    for entry, marks in _walk(sorted(_telling(entries), key=lambda e: (e.occurred_at, written(e)))):
        if moves(entry):
            holder = entry.coded["to"]
        unit = next((mark.unsure for mark in marks if mark.unsure), holder)
        if found[-1][1] != unit:
            found.append((entry.occurred_at, unit))
    return found


def undone(marks: Sequence[Mark], shut: Collection[str], tree: UnitTree, on: date) -> Entry | None:
    """The entry that took the file from where it goes when only these accounts stay shut out: to where the marks that
    end took it from, if no later mark stands and no transfer was accepted since; confirmed or not, for a confirmed one
    has been ended by two. None: it stays."""
    took = _narrowed(marks, shut)[1]
    return took if took is not None and tree[took.unit].valid(on) else None


def sent_back(marks: Sequence[Mark], shut: Collection[str], tree: UnitTree, on: date) -> str | None:
    """Where the file goes then (see `undone`)."""
    took = undone(marks, shut, tree, on)
    return took.unit if took else None


def without(marks: Iterable[Mark], mark: Mark) -> frozenset[str]:
    """Who stays shut out when those this one names are let in again."""
    return frozenset().union(*(each.named for each in marks)) - mark.named


def check_decision(mark: Mark | None, *, outcome: str | None, note: str | None, author: str) -> Mark:
    """The mark that waits for a second person. Raises Refused."""
    if mark is None or not mark.waits:
        raise Refused(N_("Xung đột lợi ích này không còn chờ xác nhận."))
    if mark.entry.author == author:
        raise Refused(N_("Người ghi nhận không tự xác nhận. Cần người khác của đơn vị đang giữ hồ sơ."))
    if outcome not in ("approved", "returned"):
        raise Refused(N_("Hãy chọn xác nhận hoặc không xác nhận."), "outcome")
    if outcome == "returned" and not note:
        raise Refused(N_("Cần ghi lý do không xác nhận."), "why")
    return mark


def _telling(entries: Iterable[Entry]) -> list[Entry]:
    return [e for e in entries if e.kind in (CONFLICTED, TRANSFERRED, "decided")]


def _walk(entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[Mark]]]:
    """Each entry with the marks that stand after it. A refusal takes effect with the entry written with it, which says
    who stays shut out and where the file goes."""
    marks: list[Mark] = []
    for entry in entries:
        if entry.kind == CONFLICTED:
            shut = frozenset(entry.coded.get("barred", ()))
            added = shut.difference(*(mark.named for mark in marks))
            took, before = (entry, entry.unit) if moves(entry) else (None, None)
            marks = [*marks, Mark(entry, added, took, before)] if added else marks
            marks = _narrowed(marks, shut)[0]
        elif moves(entry):
            marks = [replace(mark, took=None, unsure=None) for mark in marks]
        elif entry.kind == "decided" and entry.coded.get("about") == CONFLICTED:
            marks = _confirmed(marks, entry) if entry.coded["outcome"] == "approved" else marks
        yield entry, marks


def _confirmed(marks: Sequence[Mark], decision: Entry) -> list[Mark]:
    """That settles who holds the file for the marks before it too: it would be where it is without them."""
    on = decision.coded.get("on")
    place = next((i for i, mark in enumerate(marks) if mark.entry.id.hex == on), -1)
    settled = [replace(mark, unsure=None) if i <= place else mark for i, mark in enumerate(marks)]
    return [replace(mark, decision=decision) if i == place else mark for i, mark in enumerate(settled)]


def _narrowed(marks: Iterable[Mark], shut: Collection[str]) -> tuple[list[Mark], Entry | None]:
    """The marks that stand when only these accounts stay shut out, and the entry by which those that end took the file.
    While a later mark stands it holds the file where it is, and takes that over."""
    left: list[Mark] = []
    took = unsure = None
    for mark in marks:
        took, unsure = took or mark.took, unsure or mark.unsure
        if named := mark.named.intersection(shut):
            left.append(replace(mark, named=named, took=took, unsure=unsure))
            took = unsure = None
    return left, took
