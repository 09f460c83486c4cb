"""Figures of a plan: for a unit, through a day, as everything is known now or was known at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from casemgr.coverage import live
from casemgr.coverage.figures import Figure
from casemgr.coverage.live import Question
from casemgr.coverage.rules import RULES, Scene
from casemgr.coverage.tally import Tally, funnel
from casemgr.plans.model import Indicator, Plan
from casemgr.programmes import programmes

DAY_END = time(23, 59, 59)


@dataclass(slots=True)
class Result:
    """One indicator: its figure, its funnel [(step code, number)], its groups [(names, figure)]."""

    indicator: Indicator
    figure: Figure
    funnel: list[tuple[str, int]]
    groups: list[tuple[dict[str, str], Figure]] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """The figures of a plan. `t` is the moment at which they are read: the end of `through`, or now if that is earlier."""

    plan: Plan
    start: date
    through: date
    t: datetime
    known_at: datetime | None
    unit: str
    basis: str
    results: list[Result]


def moment(through: date, now: datetime) -> datetime:
    """The end of a day, or now if that is earlier: a clock still running has not been missed."""
    return min(datetime.combine(through, DAY_END), now)
