"""What is counted before any figure is made of it: numbers of items by verdict and by what they are told apart by.

The live query and the replay both end in a `Tally`; everything after that is the same code. Pure.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN

# Verdicts of items that belong to a figure; all others stand beside it.
COUNTED = (MET, NOT_DUE, MISSED, UNKNOWN)
DIMENSIONS = ("unit", "sex", "age", "ethnicity")


class Group(NamedTuple):
    """What an item is told apart by; '' where the query did not ask or the value is not known."""

    unit: str = ""
    sex: str = ""
    age: str = ""
    ethnicity: str = ""


class Key(NamedTuple):
    group: Group
    verdict: str
    steps: str
    band: str


@dataclass(slots=True)
class Tally:
    """Items of one programme at one time.

    `cells`: items by group, verdict, letters of the steps and band. `marked`: by mark (like 'treated') and group,
    the items in the figure that also have a span of another criterion. `distinct`: numbers that do not add up over
    groups (children, incidents), for the whole only.
    """

    cells: Counter[Key] = field(default_factory=Counter)
    marked: dict[str, Counter[Group]] = field(default_factory=dict)
    distinct: dict[str, int] = field(default_factory=dict)

    def mark(self, name: str, group: Group, count: int = 1) -> None:
        self.marked.setdefault(name, Counter())[group] += count

    def total(self, name: str) -> int:
        """How many have this mark."""
        return sum(self.marked.get(name, Counter()).values())

    def count(self, *verdicts: str) -> int:
        return sum(n for key, n in self.cells.items() if key.verdict in verdicts)

    def split(self, name_of: Callable[[Group], tuple]) -> "dict[tuple, Tally]":
        """A tally for each name that `name_of` gives to the groups; together they are the whole."""
        parts: dict[tuple, Tally] = {}
        for key, count in self.cells.items():
            parts.setdefault(name_of(key.group), Tally()).cells[key] += count
        for mark, counter in self.marked.items():
            for group, count in counter.items():
                parts.setdefault(name_of(group), Tally()).mark(mark, group, count)
        return parts


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


def merge(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies of different items; numbers that do not add up are left out."""
    whole = Tally()
    for tally in tallies:
        whole.cells.update(tally.cells)
        for mark, counter in tally.marked.items():
            whole.marked.setdefault(mark, Counter()).update(counter)
    return whole
