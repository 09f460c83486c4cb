"""What a plan file says, as plain immutable objects. Built by `loader`, used by `coverage`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casemgr.programmes.model import Text

# rule: what its `uses` must name. input: a figure from outside; step, criterion: of the programme.
RULES: Mapping[str, Mapping[str, str]] = {
    "all_steps": {},
    "reduction": {"baseline": "input", "current": "input"},
    "list_share": {
        "list": "input",
        "detained": "input",
        "treated": "step",
        "episode": "criterion",
        "stayed": "criterion",
    },
    "two_readings": {"file": "step", "support": "step", "beyond": "criterion"},
    "reviewed_range": {"list": "input", "standard": "step"},
}
# rule: the settings it reads, each with the values allowed; 'bands': a list of the programme's bands.
SETTINGS: Mapping[str, Mapping[str, tuple[str, ...] | str]] = {
    "two_readings": {"reading": ("file", "detected"), "refusals": "bands"},
}
IN_PERIOD, ON_HAND = "in_period", "on_hand"


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period of the plan; both days included."""

    code: str
    name: Text
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that comes from outside. `kind`: 'count', or 'share' (in per cent). `levels` may report it.

    `sources` are the agencies it may come from; `year` is set where it must lie in one year (a baseline).
    """

    code: str
    name: Text
    kind: str
    unit_of_count: Text
    levels: tuple[str, ...]
    sources: tuple[str, ...]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice of method that no law makes: its value, tag and what it means."""

    value: str | tuple[str, ...]
    tag: str
    text: Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """One target: `target` a share of 1 (or a number), `direction` '>=' or '<=', `uses` what its rule reads."""

    code: str
    name: Text
    programme: str
    rule: str
    target: Decimal
    direction: str
    unit_of_count: Text
    source: Text
    text: Text  # the sentence of the plan
    uses: Mapping[str, str]
    settings: Mapping[str, Setting]
    note: Text | None = None

    def setting(self, name: str) -> str | tuple[str, ...]:
        return self.settings[name].value


@dataclass(frozen=True, slots=True)
class Plan:
    """`counting`: for each programme, whether a figure counts what came up in the period, or all on hand at its end."""

    code: str
    title: Text
    document: Text
    start: date
    end: date
    periods: tuple[Period, ...]
    counting: Mapping[str, str]
    sources: Mapping[str, Text]
    inputs: Mapping[str, Input]
    indicators: Mapping[str, Indicator]
    note: Text | None
    digest: str

    def programme_of(self, item: str) -> str | None:
        """The programme whose indicators read this input: who holds a role for it enters and confirms it."""
        return next((i.programme for i in self.indicators.values() if item in i.uses.values()), None)

    @property
    def definition(self) -> str:
        return f"{self.code}:{self.digest}"

    def period(self, code: str | None) -> Period:
        """The reporting period of this code; the whole plan when there is none."""
        whole = next(p for p in self.periods if (p.start, p.end) == (self.start, self.end))
        return next((p for p in self.periods if p.code == code), whole)
