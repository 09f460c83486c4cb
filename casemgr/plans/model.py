"""What a plan file says, as plain immutable objects. Built by `loader`, used by `coverage`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from casemgr.programmes.words import Text

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
    "timely": {"criterion": "criterion"},
    "proxy": {"report": "input", "of": "criterion", "served": "criterion"},
    "value": {"value": "input"},
    "cut": {"baseline": "input", "current": "input"},
    "yearly_cut": {"baseline": "input", "current": "input"},
    "money": {"received": "input", "fund": "name"},
    "panel": {},  # any inputs, each under a name of its own
    "narrative": {"report": "input"},
    "areas": {},
    "assigned": {},
}
# What the `uses` of a rule may name besides.
OPTIONAL: Mapping[str, Mapping[str, str]] = {
    "proxy": {"lapsed": "criterion"},
    "list_share": {"delisting": "criterion"},
}
# Those that are computed from case files or registers; they alone name a programme.
OF_FILES = ("all_steps", "reduction", "list_share", "two_readings", "reviewed_range", "timely", "proxy")
# What an indicator's value is written in: a share of 1, a number, đồng, percentage points, or nothing at all.
SHARE, COUNT, MONEY, POINTS, TEXT = "share", "count", "money", "points", "text"
MEASURES = dict.fromkeys(OF_FILES, SHARE) | {
    "cut": POINTS,
    "yearly_cut": POINTS,
    "money": MONEY,
    "panel": TEXT,
    "narrative": TEXT,
    "areas": COUNT,
    "assigned": COUNT,
}
# Towards a number: at least, at most, below, about; without one: should rise, should fall, told in words, a list.
TOWARDS = (">=", "<=", "<", "~>=")
WITHOUT = ("up", "down", "Q", "-")
# rule: the settings it reads, each with the values allowed; 'bands': a list of the programme's bands; 'zones': a number
# for each kind of area.
SETTINGS: Mapping[str, Mapping[str, tuple[str, ...] | str]] = {
    "two_readings": {"reading": ("file", "detected"), "refusals": "bands"},
    "areas": {"expected": "zones", "hamlets": ("all", "outside_III")},
    "assigned": {"expected": "zones", "hamlets": ("all", "outside_III")},
}
ABOUT = "about"  # the setting that says how far below a number 'about' it still is
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
    """A figure that comes from outside. `kind`: 'count', 'share' (in per cent), 'money' (in đồng) or 'text' (a written
    report). `levels` may report it.

    `sources` are the agencies it may come from; `year` is set where it must lie in one year (a baseline). `over`: it
    says how things stood on a 'day', or what came together in a 'period'. `part_of`: it cannot be larger than that
    input; `whole`: of which its denominator is a part. `standard`: it is said by one of the plan's standards.
    `home`: the plan whose figures it reads, where that is another one.
    """

    code: str
    name: Text
    kind: str
    unit_of_count: Text
    levels: tuple[str, ...]
    sources: tuple[str, ...]
    year: int | None = None
    over: str = "day"
    part_of: str | None = None
    whole: str | None = None
    standard: bool = False
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """A way of counting that the law changed, and the days for which it may be used; rates by two are not compared."""

    code: str
    name: Text
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice of method that no law makes: its value, tag and what it means."""

    value: str | tuple[str, ...] | Decimal | Mapping[str, int]
    tag: str
    text: Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """One target: `target` in the indicator's measure, None where the plan names no number; `range` where it names two,
    of which `target` is the one that decides. `direction` one of TOWARDS or WITHOUT, `uses` what its rule reads."""

    code: str
    name: Text
    programme: str | None
    rule: str
    target: Decimal | None
    direction: str
    unit_of_count: Text
    source: Text
    text: Text  # the sentence of the plan
    uses: Mapping[str, str]
    settings: Mapping[str, Setting]
    note: Text | None = None
    group: str = ""
    measure: str = SHARE
    range: tuple[Decimal, Decimal] | None = None

    def setting(self, name: str):
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
    groups: Mapping[str, Text] = field(default_factory=dict)
    standards: Mapping[str, Standard] = field(default_factory=dict)

    @property
    def homes(self) -> dict[str, set[str]]:
        """{plan: the inputs whose figures are entered there}"""
        found: dict[str, set[str]] = {}
        for item in self.inputs.values():
            found.setdefault(item.home or self.code, set()).add(item.code)
        return found

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
