"""What is counted before any figure is made of it: numbers of items by verdict and by what they are told apart by.

The live query and the replay both end in a `Tally`; everything after that is the same code. Pure.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from casemgr.plans.model import IN_PERIOD
from casemgr.programmes.deadlines import DAY_END
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, Span

# Verdicts of items that belong to a figure; all others stand beside it.
COUNTED = (MET, NOT_DUE, MISSED, UNKNOWN)
FOCUS, REST, HAMLET = "focus", "rest", "hamlet"
RESIDENT = "+"  # behind a unit: of those who live in a named hamlet of it
DIMENSIONS = ("unit", "sex", "age", "ethnicity")


class Group(NamedTuple):
    """What an item is told apart by; '' where the question did not ask or the value is not known."""

    unit: str = ""
    sex: str = ""
    age: str = ""
    ethnicity: str = ""


class Key(NamedTuple):
    group: Group
    verdict: str
    steps: str  # one letter per step of the programme: m met, n not due, x missed, u unknown, - nothing to judge
    band: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A further fact about an item that a rule counts by: it has a span of one of these criteria that

    - `during`: lay at least partly in the period; - `kept`: was kept by t; - `bands`: is not kept and has one of
    these bands. `also`: another criterion with the same anchor that was kept by t. `short`: only items that fall short
    in the step at this place. `by_detail`: counted apart by the span's detail, under 'name:detail'.
    `apart`: counted by file along the spans themselves, whether or not its item is counted (see `apart`).
    `due`: fell due, or was kept, by t and in the period; `late`: the same, and was not kept by the day it was due.
    """

    name: str
    programme: str
    criteria: tuple[str, ...]
    during: bool = False
    kept: bool = False
    bands: tuple[str, ...] = ()
    also: str | None = None
    short: int | None = None
    by_detail: bool = False
    due: bool = False
    late: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Which items: those that count at time t, since `start` where a programme counts what came up in the period, in
    these units (None: all); told apart by `dims`. Marks that last are looked for since `since`."""

    counting: Mapping[str, str]  # programme -> in_period | on_hand
    start: datetime
    t: datetime
    since: datetime
    units: Collection[str] | None = None
    dims: frozenset[str] = frozenset()
    marks: tuple[Mark, ...] = ()
    rule: str = ""  # a replay under another version of the programme than the one in force
    # `hamlets`: who lives there is told apart (dims: 'resident'), or belongs to the `area` asked for: with 'focus' also
    # to the units asked for if they are `around`, with 'rest' to none of them, with 'hamlet' they alone.
    hamlets: frozenset[UUID] = frozenset()
    area: str = ""
    around: frozenset[str] | None = None

    @property
    def key(self) -> tuple:
        """The question as something to look an answer up by: all of it but for a `t` that moves on with the clock."""
        units = None if self.units is None else frozenset(self.units)
        t = self.t if self.over else None
        apart = {"t": t, "counting": tuple(sorted(self.counting.items())), "units": units}
        return tuple(apart.get(each.name, getattr(self, each.name)) for each in fields(self))

    @property
    def over(self) -> bool:
        """Whether it asks through a day that is over: then only a write changes the answer."""
        return self.t.time() == DAY_END

    @property
    def moment(self) -> datetime | None:
        """What an answer holds for beside its key: a write is counted at once, a clock that runs out in the middle of
        a minute at the end of it."""
        return None if self.over else self.t.replace(second=0, microsecond=0)

    def wants(self, programme: str, counted_at: datetime, unit: str, resident: bool = False) -> bool:
        """Whether an item belongs here; the same as `live.at` says in SQL."""
        counting = self.counting.get(programme)
        if counting is None or counted_at > self.t or (counting == IN_PERIOD and counted_at < self.start):
            return False
        return self.has(unit, resident)

    def has(self, unit: str, resident: bool) -> bool:
        """Whether an item of this unit, of somebody who lives in one of the hamlets or does not, is asked for."""
        inside = self.units is None or unit in self.units
        if not self.hamlets or not self.area:
            return inside
        if self.area == FOCUS:
            return inside or (resident and (self.around is None or unit in self.around))
        return inside and resident == (self.area == HAMLET)

    def group(self, *values: str) -> Group:
        return Group(*(v if d in self.dims else "" for d, v in zip(DIMENSIONS, values, strict=True)))


def marks_of(question: Question, programme: str, steps: str, spans: Iterable[Span]) -> set[str]:
    """The marks that the spans of one item give it; the same as `live.tallies` says in SQL."""
    spans, t, found = list(spans), question.t, set()
    for mark in question.marks:
        if (
            mark.apart
            or mark.programme != programme
            or (mark.short is not None and steps[mark.short : mark.short + 1] != "x")
        ):
            continue
        for span in spans:
            if span.criterion.code not in mark.criteria or span.arises > t:
                continue
            if mark.during and span.ended is not None and span.ended <= question.since:
                continue
            if mark.kept and not _kept(span, t):
                continue
            if (mark.due or mark.late) and not _fell_due(span, question):
                continue
            if mark.late and (span.due is None or span.due > t or (_kept(span, t) and span.met <= span.due)):
                continue
            if mark.bands and (_kept(span, t) or span.band not in mark.bands):
                continue
            if mark.also and not any(
                s.criterion.code == mark.also and s.anchor == span.anchor and _kept(s, t) for s in spans
            ):
                continue
            found.add(f"{mark.name}:{span.detail}" if mark.by_detail else mark.name)
    return found


def _fell_due(span: Span, question: "Question") -> bool:
    if span.due is not None and question.start <= span.due <= question.t:
        return True
    return span.met is not None and question.start <= span.met <= question.t


def _kept(span: Span, t: datetime) -> bool:
    return span.met is not None and span.met <= t


@dataclass(slots=True)
class Tally:
    """Items of one programme at one time.

    `cells`: items by key. `marked`: the same for those that have a mark. `distinct`: numbers that do not add up over
    groups (children, incidents), for the whole only.
    """

    cells: Counter[Key] = field(default_factory=Counter)
    marked: dict[str, Counter[Key]] = field(default_factory=dict)
    distinct: dict[str, int] = field(default_factory=dict)

    def mark(self, name: str, key: Key, count: int = 1) -> None:
        self.marked.setdefault(name, Counter())[key] += count

    def add(self, other: "Tally") -> None:
        """Adds the items of other subjects; distinct numbers as if none were in both."""
        self.cells.update(other.cells)
        for name, counter in other.marked.items():
            self.marked.setdefault(name, Counter()).update(counter)
        for name, number in other.distinct.items():
            self.distinct[name] = self.distinct.get(name, 0) + number

    def count(self, *verdicts: str) -> int:
        return sum(n for key, n in self.cells.items() if key.verdict in verdicts)

    def where(self, test: Callable[[Key], bool], mark: str | None = None) -> int:
        """How many items counted pass a test (and have a mark)."""
        cells = self.cells if mark is None else self.marked.get(mark, {})
        return sum(n for key, n in cells.items() if key.verdict in COUNTED and test(key))

    def split(self, names_of: Callable[[Group], tuple]) -> "dict[tuple, Tally]":
        """A tally for each name that `names_of` gives to the groups; together they are the whole."""
        parts: dict[tuple, Tally] = {}
        for key, count in self.cells.items():
            parts.setdefault(names_of(key.group), Tally()).cells[key] += count
        for mark, counter in self.marked.items():
            for key, count in counter.items():
                parts.setdefault(names_of(key.group), Tally()).mark(mark, key, count)
        return parts

    def without_unit(self) -> "Tally":
        """The same, not told apart by unit."""
        part = Tally(_without_unit(self.cells))
        part.marked = {mark: _without_unit(counter) for mark, counter in self.marked.items()}
        return part

    def only(self, units: Collection[str]) -> "Tally":
        """The part that is charged to these units."""
        part = Tally(Counter({k: n for k, n in self.cells.items() if k.group.unit in units}))
        for mark, counter in self.marked.items():
            part.marked[mark] = Counter({k: n for k, n in counter.items() if k.group.unit in units})
        return part


def _without_unit(counter: Counter[Key]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for key, count in counter.items():
        found[key._replace(group=key.group._replace(unit=""))] += count
    return found


def funnel(tally: Tally, steps: int) -> list[int]:
    """How many of those counted have kept the first 0, 1, … `steps` steps."""
    result = [0] * (steps + 1)
    for key, count in tally.cells.items():
        if key.verdict not in COUNTED:
            continue
        result[0] += count
        for number in range(steps):
            if key.steps[number : number + 1] != "m":
                break
            result[number + 1] += count
    return result
