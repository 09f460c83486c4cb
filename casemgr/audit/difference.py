"""What changed between two figures, taken apart until it adds up: one cause for every case that counts otherwise. Pure.

A figure is the sum of what its cases weigh: (1, 1) met, (0, 1) missed or unknown, (0, 0) not due, excluded, absent.
So the difference is the sum over the cases whose weight differs, and each of them is put down to one cause. Only a
denominator that was reported from outside changes without a case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


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


@dataclass(frozen=True, slots=True)
class Between:
    """What came into a ledger from one figure to the other; `later`: of what was written, something had happened
    after the earlier day asked about; `before`: something that had happened by that day."""

    voided: bool = False
    merged: bool = False
    excluded: bool = False
    moved: bool = False
    before: bool = False
    later: bool = False


@dataclass(slots=True)
class Part:
    """What one cause does to numerator and denominator, and through which cases."""

    cause: str
    numerator: int = 0
    denominator: int = 0
    cases: list[tuple[Row | None, Row | None]] = field(default_factory=list)


# In the order in which they are shown; `cause` says when each applies.
CAUSES = (
    "late", "new", "merged", "voided", "excluded", "moved", "rule", "period", "entered_late", "done", "time", "reported",
)  # fmt: skip


def cause(before: Row | None, after: Row | None, between: Between, t: datetime, rule: bool, period: bool) -> str:
    """Why one case counts otherwise in the second figure; `t` is the earlier of the days asked about."""
    if between.merged:
        return "merged"
    if between.voided:
        return "voided"
    if between.moved or (before and after and before.unit != after.unit):
        return "moved"
    if before is None or after is None:
        if datetime.fromisoformat((before or after).counted_at) > t:
            return "new"
        if between.before or between.later:
            return "late"
        return "rule" if rule else "period" if period else "time"
    if between.excluded or "excluded" in (before.verdict, after.verdict):
        return "excluded"
    if rule:
        return "rule"
    if between.before:
        return "entered_late"
    if between.later:
        return "done"
    return "time"


Weight = Callable[[Row], tuple[int, int]]


def difference(
    before: Mapping[tuple, Row],
    after: Mapping[tuple, Row],
    weight: Weight,
    cause_of: Callable[[tuple, Row | None, Row | None], str],
    totals: tuple[tuple[int, int], tuple[int, int]],
) -> list[Part]:
    """The parts in the order of CAUSES. Together they are exactly the difference of `totals`, the two figures as
    published: what no case explains is a denominator from outside."""
    parts = {name: Part(name) for name in CAUSES}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        a, b = weight(old) if old else (0, 0), weight(new) if new else (0, 0)
        if a == b:
            continue
        part = parts[cause_of(key, old, new)]
        part.numerator += b[0] - a[0]
        part.denominator += b[1] - a[1]
        part.cases.append((old, new))
    (num_a, den_a), (num_b, den_b) = totals
    rest = parts["reported"]
    rest.numerator = num_b - num_a - sum(p.numerator for p in parts.values())
    rest.denominator = den_b - den_a - sum(p.denominator for p in parts.values())
    return [p for p in parts.values() if p.cases or p.numerator or p.denominator]
