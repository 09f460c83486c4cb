"""Down from a number to the cases behind it, and for each the criteria with their dates. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casemgr.coverage.tally import COUNTED, Group
from casemgr.plans.model import Indicator
from casemgr.programmes.model import Criterion, Programme
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, Span, verdict

# What a case is to an indicator, worst first: the order of lists.
STATES = (MISSED, UNKNOWN, NOT_DUE, MET, "excluded", "pending", "unsubstantiated", "duplicate")

# The rules whose numbers are cases that can be listed.
COUNTS_CASES = ("all_steps", "reduction", "list_share", "two_readings", "reviewed_range")


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one case at the time asked about. `detail` is the need or service it is about, if any."""

    criterion: Criterion
    arises: datetime
    due: datetime | None
    due_missing: bool
    met: datetime | None
    blurred: bool
    verdict: str
    entry: UUID | None
    detail: str
    band: str


@dataclass(slots=True)
class Case:
    """One item behind a figure. `worker` is who it is assigned to, where known."""

    subject: UUID
    item: int
    number: str
    programme: str
    unit: str
    state: str
    group: Group
    counted_at: datetime
    lines: list[Line] = field(default_factory=list)
    worker: str | None = None
    opened: bool = True  # a case file exists; else only the detection

    @property
    def failing(self) -> list[Line]:
        """The criteria that keep it from being met, the missed ones first."""
        order = {MISSED: 0, UNKNOWN: 1}
        return sorted((x for x in self.lines if x.verdict in order), key=lambda x: (order[x.verdict], x.arises))


def state(indicator: Indicator, programme: Programme, verdict: str, steps: str) -> str:
    """What an item is to an indicator; the same as `live.state_is` says in SQL."""
    if verdict not in COUNTED or indicator.rule in ("all_steps", "reduction"):
        return verdict
    if indicator.rule == "list_share":
        return MET if letter(programme, indicator.uses["treated"], steps) == "m" else MISSED
    if indicator.rule == "reviewed_range":
        return {"m": MET, "x": MISSED}.get(letter(programme, indicator.uses["standard"], steps), NOT_DUE)
    both = letter(programme, indicator.uses["file"], steps) + letter(programme, indicator.uses["support"], steps)
    if both == "mm":
        return MET
    return MISSED if "x" in both else UNKNOWN if "u" in both else NOT_DUE


def weight(indicator: Indicator, programme: Programme, verdict: str, steps: str) -> tuple[int, int]:
    """What an item adds to numerator and denominator; a denominator reported from outside is not made of items.

    The same as the rules of `coverage.rules` say of a whole tally.
    """
    if verdict not in COUNTED:
        return 0, 0
    value = state(indicator, programme, verdict, steps)
    if indicator.rule == "all_steps":
        return int(value == MET), int(value in (MET, MISSED, UNKNOWN))
    if indicator.rule in ("list_share", "reviewed_range"):
        return int(value == MET), 0
    if indicator.rule == "two_readings":
        if indicator.setting("reading") == "detected":
            return int(value == MET), int(value != NOT_DUE)
        file, support = (letter(programme, indicator.uses[step], steps) for step in ("file", "support"))
        return int(value == MET), int(file == "m" and support in "mxu")
    return 0, 0


def position(programme: Programme, step: str) -> int:
    """The place of a step's letter, from 0."""
    return [s.code for s in programme.steps].index(step)


def letter(programme: Programme, step: str, steps: str) -> str:
    place = position(programme, step)
    return steps[place : place + 1] or "-"


def criteria_of(indicator: Indicator, programme: Programme) -> frozenset[str]:
    """The criteria that an indicator is judged by."""
    steps = programme.steps
    if indicator.rule in ("two_readings", "reviewed_range"):
        steps = [s for s in steps if s.code in indicator.uses.values()]
    found = {code for step in steps for code in step.criteria}
    return frozenset(found | {v for k, v in indicator.uses.items() if k in ("episode", "stayed")})


def lines(spans: Iterable[Span], codes: Collection[str], t: datetime) -> list[Line]:
    """The criteria at time t, without those that have ended or say nothing yet."""
    result = []
    for span in spans:
        if span.criterion.code not in codes:
            continue
        value = verdict(span, t)
        if value is None or (value == NOT_DUE and span.criterion.only_when_due):
            continue
        met = span.met if span.met is not None and span.met <= t else None
        result.append(
            Line(
                span.criterion,
                span.arises,
                span.due,
                span.due_missing,
                met,
                span.blurred,
                value,
                span.met_entry if met else None,
                span.detail,
                span.band,
            )
        )
    return sorted(result, key=lambda x: (x.arises, x.criterion.code, x.detail))
