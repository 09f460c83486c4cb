"""What a programme file says, as plain immutable objects. Built by `loader`, used by everything above."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from casemgr.programmes.conditions import Condition, always
from casemgr.programmes.words import Code, Text

# The stages of a file after it is new, the last one first. Each is reached by the entry kind of its name, unless the
# programme file says other; a plan counts once it is approved.
STAGES = ("reviewed", "served", "planned", "assessed")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry kind.

    `type`: text, note, choice, choices, yesno, date, moment, number, money, year, service, need, needs, items.
    `store`: 'coded' (counted, in clear) or 'sealed' (encrypted). `past`: a day that comes no later than the entry's.
    """

    name: str
    type: str
    label: Text
    help: Text | None = None
    codes: str | None = None
    required: bool = False
    store: str = "sealed"
    required_when: Condition | None = None
    minimum: int | None = None
    maximum: int | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A condition under which an entry is not accepted, and the sentence that says so; `route` names the programme
    that takes the person instead."""

    when: Condition
    message: Text
    field: str | None = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A coded value computed from the fields: the first of `cases` whose condition holds gives it."""

    name: str
    cases: tuple[tuple[str, Condition], ...]
    override: str | None = None  # the field by which the worker may override it, with a written reason


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry: who writes it, what must come before, whether a second person decides on it."""

    code: str
    name: Text
    fields: tuple[Field, ...] = ()
    form: str = ""  # the paper form it prints as (Mẫu 02)
    article: str = ""
    by: str = "worker"  # worker | supervisor
    decide: bool = False
    above: bool = False  # who decides sits above the unit that holds the file: it counts for or against that unit
    after: tuple[str, ...] = ()
    once: bool = False
    precision: str = "day"  # minute: the page asks for the time of day too
    derived: tuple[Derived, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    contact: bool = False  # counts as contact with the beneficiary
    offer: bool = True  # shown among "add an entry"
    paper: str = ""  # how it is printed: form, minutes, letter or decision; nothing: not at all
    symbol: str = ""  # what stands after the number of that paper (QĐ-UBND)
    decision_form: str = ""  # the paper form of the decision on it (Mẫu 05)


@dataclass(frozen=True, slots=True)
class Need:
    """A need and the services that answer it. `must_answer`: it must be answered yes or no, with a reason for no."""

    code: str
    name: Text
    services: tuple[str, ...]
    must_answer: Condition | None = None


@dataclass(frozen=True, slots=True)
class ClockVersion:
    """A time limit while it was law. Exactly one of hours, workdays, days, months is set."""

    valid_from: date
    valid_to: date | None
    unit: str
    amount: int
    article: str
    tag: str


@dataclass(frozen=True, slots=True)
class Clock:
    code: str
    versions: tuple[ClockVersion, ...]

    def on(self, day: date) -> ClockVersion | None:
        """The version in force when the anchor occurred; None if the law knew no such clock then."""
        for version in self.versions:
            if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to):
                return version
        return None


@dataclass(frozen=True, slots=True)
class Selector:
    """Which entries: kinds, a condition on their coded values, approved or not, and the date field that counts.

    `plain`: what it gives depends on neither an anchor nor a year, so that a ledger need be searched once only for all
    selectors of one `key`.
    """

    kinds: tuple[str, ...] = ()
    where: Condition = always
    approved: bool = False
    decision: bool = False  # the decision on the anchor entry itself
    anchor: bool = False  # the anchor entry itself
    field: str | None = None
    pick: str = "first"
    this_year: str | None = None  # the coded field that must equal the year of a yearly span
    same: str | None = None  # the coded field that must equal the anchor's
    until: "Selector | None" = None  # for a yearly promise: what began counts in every year until this ends it
    key: object = dataclasses.field(default_factory=object)  # its text in the file
    plain: bool = dataclasses.field(init=False)

    def __post_init__(self):
        bound = self.decision or self.anchor or self.same or self.this_year or self.until or not self.kinds
        object.__setattr__(self, "plain", not bound)


@dataclass(frozen=True, slots=True)
class Met:
    """When a promise is kept: one selector, or the latest of all, or the earliest of any; or the need is served
    (for a criterion that is not about one need: the first need of the item that is); or what the anchor began has
    lasted a clock's time without ending."""

    selector: Selector | None = None
    all: tuple["Met", ...] = ()
    any: tuple["Met", ...] = ()
    served: bool = False
    lasted: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When it is due: a clock from the first anchor found, the planned date, or the earliest or latest of several."""

    start: tuple[Selector, ...] = ()
    clock: str | None = None
    earliest: tuple["Due", ...] = ()
    latest: tuple["Due", ...] = ()
    planned: bool = False
    fallback: "Due | None" = None
    year_end: bool = False


@dataclass(frozen=True, slots=True)
class Criterion:
    """One promise with a clock."""

    code: str
    name: Text
    each: tuple[Selector, ...]
    met: Met
    due: Due | None = None
    ends: Met | None = None
    fails: Met | None = None
    article: str = ""
    tag: str = ""
    once: bool = False
    needs: bool = False
    yearly: bool = False  # one span each year from the opening on, due at the end of the year unless `due` says other
    supersede: bool = False
    late: str = "missed"  # what a kept but late promise is: missed, or met where lateness is judged elsewhere
    role: str = "worker"
    task: str | None = None  # the entry kind that keeps it
    task_name: Text | None = None
    keep: str | None = None  # the coded field of the anchor or the keeping entry shown and counted by
    urgent: bool = False
    only_when_due: bool = False  # in a conjunction it says nothing before its due date

    @property
    def parts(self) -> tuple[str, ...]:
        """The entry kinds that only together keep it; nothing where one entry does."""
        together = next((met.all for met in (self.met, *self.met.any) if met.all), ())
        return tuple(met.selector.kinds[0] for met in together if met.selector and met.selector.kinds)


@dataclass(frozen=True, slots=True)
class Step:
    """A link of the funnel: the conjunction of some criteria."""

    code: str
    name: Text
    criteria: tuple[str, ...]
    timely: bool = False  # kept or not by the clock: the day it happened is held against the day it was written


@dataclass(frozen=True, slots=True)
class Band:
    """A shortfall that is not the office's doing (refused by the person, no such service here): shown beside the
    figure, never in its numerator. It marks the needs its entry names; with `criteria`, the unkept spans of those."""

    code: str
    name: Text
    selector: Selector
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """The entry kinds, criteria and refusals of one kind of ledger: the case file's or the detection's."""

    kinds: Mapping[str, Kind]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    code: str
    version: str
    valid_from: date
    valid_to: date | None
    digest: str
    name: Text
    short: Text
    beneficiary: str  # person | household
    readers: str  # assigned | commune
    sensitive: bool
    anonymous: bool  # a coded file without a name is allowed
    leads: tuple[Code, ...]
    contacts: tuple[Code, ...]  # whom to call in an emergency; the code is the telephone number
    codes: Mapping[str, Mapping[str, Code]]
    services: Mapping[str, Code]
    needs: Mapping[str, Need]
    clocks: Mapping[str, Clock]
    case: Track
    detection: Track
    detection_name: Text
    bands: tuple[Band, ...]
    steps: tuple[Step, ...]
    population: str  # detections | cases
    counts_from: Selector
    counts_until: Selector | None  # counts again from the next `counts_from` after it
    in_population: Condition
    unit_of_count: Text
    age_bands: tuple[tuple[int, int | None], ...]
    exclusions: Mapping[str, Code] = field(default_factory=dict)
    # How far a file has come: {stage: the entry kinds that bring it there}.
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[int, ...]] = field(init=False)  # by criterion, the steps it belongs to

    def __post_init__(self):
        codes = dict.fromkeys(code for step in self.steps for code in step.criteria)
        places = {code: tuple(n for n, step in enumerate(self.steps) if code in step.criteria) for code in codes}
        object.__setattr__(self, "places", places)

    @property
    def definition(self) -> str:
        return f"{self.code}@{self.version}:{self.digest}"

    @property
    def rule(self) -> str:
        """How this version is named beside a figure: 'TE v2022.1'."""
        return f"{self.code} v{self.version}"

    def held(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def service_needs(self, service: str) -> list[str]:
        """The needs that a service answers, in the order of the file."""
        return [need.code for need in self.needs.values() if service in need.services]
