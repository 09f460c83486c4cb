"""What a figure is: numbers, a verdict, and why a number or a verdict is missing. Pure."""

from dataclasses import dataclass, field
from fractions import Fraction

from casemgr.plans.notes import Note

# đạt · chưa đạt · chưa đủ căn cứ đánh giá · trong kỳ
MET, MISSED, UNKNOWN, IN_PERIOD = "met", "missed", "unknown", "in_period"


@dataclass(slots=True)
class Figure:
    """One indicator for one unit, group and period.

    `value` is numerator / denominator (for a reduction: the share by which it fell), None with `why` where it cannot
    be computed. `upper` is set where only a range is known: from `value` to `upper`. `beside` are numbers that stand
    next to the figure and are in neither of its parts. `warnings` must be read with the figure, never apart from it.
    `second`: numerator and denominator of the other reading. `short`: how many fall short.
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

    def __post_init__(self):
        if self.value is None and self.denominator and self.numerator is not None:
            self.value = Fraction(self.numerator, self.denominator)


def reaches(value: Fraction, target, direction: str) -> bool:
    """Whether a value reaches its target."""
    return value >= Fraction(target) if direction == ">=" else value <= Fraction(target)
