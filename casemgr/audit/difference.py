"""What changed between two figures, taken apart until it adds up: each case that counts otherwise is followed from the
one figure to the other in small steps, and each step has one cause. Pure.

A figure is the sum of what its cases weigh: (1, 1) met, (0, 1) missed or unknown, (0, 0) not due, excluded, absent. The
steps are those of `ORDER`: first the rules and the period asked about, then what was written in between and had happened
by the earlier day, cause by cause; then time passes to the later day; then what happened after it. Whatever a step does
to the weight of a case is put down to that step, so the steps of a case add up to what the case changed, and the cases
to the difference. A case that two causes moved stands under both. Only a denominator that was reported from outside
changes without a case.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from casemgr.ledger.rules import VOIDED, Entry

Weight = tuple[int, int]


class Row(NamedTuple):
    """One case behind a figure: where it stands, and the head of its ledger as it was known."""

    subject: str
    item: int
    number: str
    unit: str
    verdict: str
    steps: str
    counted_at: str
    seq: int
    mac: str

    @property
    def key(self) -> tuple[str, int]:
        return self.subject, self.item


@dataclass(slots=True)
class Part:
    """What one cause does to numerator and denominator, and through which cases."""

    cause: str
    numerator: int = 0
    denominator: int = 0
    cases: list[tuple[Row | None, Row | None]] = field(default_factory=list)


# In the order in which they are shown.
CAUSES = (
    "late", "new", "merged", "voided", "excluded", "moved", "rule", "period", "entered_late", "done", "time", "reported",
)  # fmt: skip
# What was written in between, in the order in which it is taken into account.
ORDER = ("opened", "voided", "merged", "excluded", "moved", "written")
TOLD = {"merged": "merged", "excluded": "excluded", "included": "excluded"}
KINDS = {
    "opened": "opened", "linked": "opened", "detected": "opened", "matched": "opened", "duplicate": "merged",
    "excluded": "excluded", "included": "excluded", "transferred": "moved", "transfer_asked": "moved",
    "conflicted": "moved",
}  # fmt: skip


def sort_of(entry: Entry, struck: Collection[str]) -> str:
    """To which step of ORDER an entry belongs; `struck`: kinds of which entries of this ledger were voided in between,
    so that another of that kind is what was entered again."""
    if entry.kind == VOIDED or entry.kind in struck:
        return "voided"
    if entry.kind == "told":
        return TOLD.get(entry.coded.get("fact"), "written")
    # What was proposed counts from the decision above: that belongs to what it decides on.
    kind = entry.coded.get("about") if entry.kind == "decided" else entry.kind
    return KINDS.get(kind, "written")


class Step(NamedTuple):
    """Where a case is followed to: with these entries of its ledgers, at this time, as the first or the second figure
    is asked. `sort` says what the step took into account, `later` whether that happened after the earlier day."""

    sort: str
    entries: Sequence[Entry]
    t: datetime
    second: bool = True  # asked like the second figure
    later: bool = False


def steps(known: Sequence[Entry], new: Sequence[Entry], start: datetime, end: datetime) -> Iterable[Step]:
    """The steps of one case: `known` is what was written for the first figure, `new` what came until the second."""
    gone = {e.voids for e in new if e.voids is not None}
    struck = {e.kind for e in (*known, *new) if e.id in gone}
    day = min(start, end)
    yield Step("rule", known, start)
    held = list(known)
    waiting = [e for e in new if e.kind != VOIDED and e.occurred_at > day]
    for sort in ORDER:
        own = [e for e in new if e not in waiting and sort_of(e, struck) == sort]
        if own:
            held += own
            yield Step(sort, held[:], start)
    if end > start:  # what was known already but happens only now comes after the time that passes
        ahead = [e for e in held if e.kind != VOIDED and e.occurred_at > day]
        held = [e for e in held if e not in ahead]
        waiting = ahead + waiting
    if end != start:
        yield Step("time", held[:], end)
    for sort in ORDER:
        own = [e for e in waiting if sort_of(e, struck) == sort]
        if own:
            held += own
            yield Step(sort, held[:], end, later=True)


def cause(step: Step, came_up: datetime | None, counted_before: bool, day: datetime, rule: bool, period: bool) -> str:
    """The cause that a step stands for. `came_up`: when the case did; `counted_before`: whether the first figure knew
    it; `rule`, `period`: whether these differ."""
    if step.sort == "rule":
        return "rule" if rule or not period else "period"
    if step.sort in ("opened", "written", "time"):
        if came_up is not None and came_up > day:
            return "new"
        if step.sort == "time":
            return "time"
        if step.sort == "opened" and not counted_before:
            return "late"
        return "done" if step.later else "entered_late"
    return step.sort


Change = tuple[str, Weight]  # a cause and what it does to the weight of a case


def difference(
    before: Mapping[tuple, Row],
    after: Mapping[tuple, Row],
    changes: Mapping[tuple, Sequence[Change]],
    totals: tuple[Weight, Weight],
) -> list[Part]:
    """The parts in the order of CAUSES. Together they are exactly the difference of `totals`, the two figures as
    published: what no case explains is a denominator from outside."""
    parts = {name: Part(name) for name in CAUSES}
    for key in sorted(changes):
        own: dict[str, list[int]] = {}
        for name, (numerator, denominator) in changes[key]:
            sums = own.setdefault(name, [0, 0])
            sums[0] += numerator
            sums[1] += denominator
        for name, (numerator, denominator) in own.items():
            if numerator or denominator:
                part = parts[name]
                part.numerator += numerator
                part.denominator += denominator
                part.cases.append((before.get(key), after.get(key)))
    (num_a, den_a), (num_b, den_b) = totals
    rest = parts["reported"]
    rest.numerator = num_b - num_a - sum(p.numerator for p in parts.values())
    rest.denominator = den_b - den_a - sum(p.denominator for p in parts.values())
    return [p for p in parts.values() if p.cases or p.numerator or p.denominator]
