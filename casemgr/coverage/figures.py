"""What a figure is: numbers, a verdict, and why a number or a verdict is missing. Pure."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from casemgr.plans.notes import Note

# đạt · chưa đạt · chưa đủ căn cứ đánh giá · trong kỳ · không giao mức (nothing to reach, something to tell)
MET, MISSED, UNKNOWN, IN_PERIOD, TOLD = "met", "missed", "unknown", "in_period", "told"


@dataclass(slots=True)
class Figure:
    """One indicator for one unit, group and period.

    `value` is numerator / denominator (for a reduction: the share by which it fell), None with `why` where it cannot
    be computed. `upper` is set where only a range is known: from `value` to `upper`. `beside` are numbers that stand
    next to the figure and are in neither of its parts. `warnings` must be read with the figure, never apart from it.
    `second`: numerator and denominator of the other reading. `short`: how many fall short.
    `baseline`: what it is compared with, in the measure of its inputs. `bounds`: each end of the plan's range and
    whether it is reached. `end`: the last day of what was reported. `told`: the report in words. `panel`: values that
    stand side by side, by input, each a share of 1, a number, or why there is none.
    """

    numerator: int | None = None
    denominator: int | None = None
    value: Fraction | None = None
    upper: Fraction | None = None
    not_due: int = 0
    unknown: int = 0
    excluded: int = 0
    verdict: str = UNKNOWN
    short: int = 0
    why: Note | None = None
    warnings: list[Note] = field(default_factory=list)
    beside: dict[str, int | None] = field(default_factory=dict)
    second: tuple[int, int] | None = None
    documents: list[Note] = field(default_factory=list)
    baseline: Fraction | None = None
    current: Fraction | None = None
    bounds: list[tuple[Fraction, bool]] = field(default_factory=list)
    end: date | None = None
    told: UUID | None = None
    panel: dict[str, Fraction | Note] = field(default_factory=dict)

    def __post_init__(self):
        if self.value is None and self.denominator and self.numerator is not None:
            self.value = Fraction(self.numerator, self.denominator)


def reaches(value: Fraction, target, direction: str, about: Decimal | int = 0) -> bool:
    """Whether a value reaches its target; `about` is how far below it, as a share of it, still counts."""
    target = Fraction(target)
    if direction == "~>=":
        return value >= target * (1 - Fraction(about))
    if direction == "<":
        return value < target
    return value >= target if direction == ">=" else value <= target
