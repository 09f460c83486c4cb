"""What the rule of an indicator may look at besides the tally. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from casemgr.coverage.tally import Key
from casemgr.plans.choice import Found
from casemgr.plans.notes import Note
from casemgr.programmes.model import Programme


@dataclass(frozen=True, slots=True)
class Money:
    """What a fund says of a period, in đồng: `received`, never what was pledged; `paid` out of it."""

    received: int
    paid: int | None = None
    end: date | None = None
    documents: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Areas:
    """The plan's named areas that are known on a day, by kind, and how many of them have somebody in charge."""

    listed: Mapping[str, int]
    assigned: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """`programme` is None where the figure comes from outside alone; `whole`: the unit is the one the plan is for."""

    programme: Programme | None
    through: date
    ends: date  # the last day of the plan
    inputs: Mapping[str, Found] = field(default_factory=dict)  # by the name in the indicator's `uses`
    # How many detections were received in the same months, and a year before (None: nothing is known of then).
    received: tuple[int, int | None] | None = None
    whole: bool = True
    money: Money | None = None
    areas: Areas | None = None

    @property
    def over(self) -> bool:
        """Whether the plan's time is up, so that a shortfall is final."""
        return self.through >= self.ends

    def letter(self, step: str) -> Callable[[Key], str]:
        """A function that gives a key's letter for a step of the programme."""
        position = [s.code for s in self.programme.steps].index(step)
        return lambda key: key.steps[position : position + 1] or "-"
