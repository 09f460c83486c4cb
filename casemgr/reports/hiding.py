"""Small numbers in what leaves the unit: which figures are hidden so that no count of 1 to 4 can be read or worked out.

A tree of units is published with totals at every level. A unit is hidden as a whole (its parts, its sum and its rate)
when any of its counts is 1 to 4. Whatever is hidden could be found again by subtracting what is shown from the total,
so in each group whose total is shown the hidden units together must be at least two, and together show no small count
either; further units are hidden until they do, the smallest first. Where the total of a group is hidden, all its units
are: otherwise they would add up to it. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LEAST = 5  # the smallest count that is shown; 0 is shown too
HIDDEN = "<5"


@dataclass(slots=True)
class Node:
    """A unit with its counts and its parts. `counts` add up over the parts of a unit; None: not known there."""

    key: str
    counts: tuple[int | None, ...]
    parts: list["Node"] = field(default_factory=list)


def small(number: int | None) -> bool:
    """Whether a count, or the difference of two, tells of 1 to 4."""
    return number is not None and 0 < abs(number) < LEAST


def unsafe(counts: Sequence[int | None]) -> bool:
    return any(map(small, counts))


def hidden(root: Node) -> frozenset[str]:
    """The keys of the units that are not shown, the root's own among them if it is too small itself."""
    found: set[str] = set()
    if unsafe(root.counts):
        _hide_all(root, found)
    else:
        _hide_parts(root, found)
    return frozenset(found)


def _hide_all(node: Node, found: set[str]) -> None:
    found.add(node.key)
    for part in node.parts:
        _hide_all(part, found)


def _hide_parts(node: Node, found: set[str]) -> None:
    """The parts of a unit that is shown."""
    parts = node.parts
    gone = [p for p in parts if unsafe(p.counts)]
    # What the parts leave over ("not allocated") is shown nowhere; it is found by subtraction like a hidden part.
    rest = _left_over(node)
    if gone or unsafe(rest):
        open_ones = sorted(
            (p for p in parts if p not in gone), key=lambda p: (_empty(p), sum(c or 0 for c in p.counts))
        )
        while open_ones and (_count(gone, rest) < 2 or unsafe(_sums(gone, rest))):
            gone.append(open_ones.pop(0))
    for part in parts:
        if part in gone:
            _hide_all(part, found)
        else:
            _hide_parts(part, found)


def _empty(part: Node) -> bool:
    """A unit with nothing in it hides nothing; it comes last."""
    return not any(part.counts)


def _count(gone: Sequence[Node], rest: Sequence[int]) -> int:
    return len(gone) + any(rest)


def _left_over(node: Node) -> tuple[int, ...]:
    if not node.parts:
        return ()
    return tuple((whole or 0) - sum(p.counts[n] or 0 for p in node.parts) for n, whole in enumerate(node.counts))


def _sums(gone: Sequence[Node], rest: Sequence[int]) -> list[int]:
    return [extra + sum(p.counts[n] or 0 for p in gone) for n, extra in enumerate(rest)]


def beside(numbers: Mapping[str, int | None]) -> dict[str, str | int | None]:
    """Numbers that stand beside a figure and are part of no sum: a small one is not said."""
    return {name: HIDDEN if small(number) else number for name, number in numbers.items()}
