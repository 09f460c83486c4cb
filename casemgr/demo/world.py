"""The ground on which the invented province stands: communes with their staff, the day it is, and chance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from uuid import UUID

from casemgr.cases.services import random_number
from casemgr.clock import VIETNAM
from casemgr.demo import days
from casemgr.ledger.ids import NOISE, as_uuid
from casemgr.programmes.model import Programme

OPENS = time(7, 30)  # the offices open; the story ends here on the morning of the demo's day


@dataclass(slots=True)
class Commune:
    """One commune; `worker` and the leaders are user ids as text."""

    unit: str
    code: str
    name: str
    district: str
    district_unit: str
    weight: float
    hamlets: Sequence[UUID] = ()
    workers: dict[str, str] = field(default_factory=dict)  # by programme
    leader: str = ""
    deputy: str = ""
    above: str = ""  # the district's officer, who decides what counts for or against the commune


@dataclass(slots=True)
class World:
    """`now` is the last moment of the story; nothing is written after it."""

    seed: int
    today: date
    programmes: dict[str, Programme]
    calendar: object
    communes: list[Commune]
    numbers: set[str] = field(default_factory=set)
    weights: list[float] = field(init=False)

    def __post_init__(self):
        self.weights = list(accumulate(commune.weight for commune in self.communes))

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, OPENS)

    def chance(self, *path) -> Random:
        """A generator of its own for each case, so that one more case changes no other."""
        return Random("/".join(map(str, (self.seed, *path))))  # noqa: S311  repeatable on purpose

    def commune(self, rng: Random) -> Commune:
        return rng.choices(self.communes, cum_weights=self.weights)[0]

    def number(self, rng: Random, prefix: str) -> str:
        while True:
            number = random_number(prefix, rng.choice)
            if number not in self.numbers:
                self.numbers.add(number)
                return number


def new_id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def entry_id(rng: Random, written: datetime) -> UUID:
    """The id that an entry would have been given when it was written."""
    millis = int(written.replace(tzinfo=VIETNAM).timestamp() * 1000)
    return as_uuid(millis << NOISE | rng.getrandbits(NOISE))


def at_work(rng: Random, day: date) -> datetime:
    """A minute within office hours of a day."""
    minute = rng.randrange(0, 540)
    return datetime.combine(day, time(7, 30)) + timedelta(minutes=minute)


def some_time(rng: Random, day: date) -> datetime:
    """A minute of a day at which people report: mostly by day, sometimes at night."""
    hour = rng.choices((rng.randrange(7, 18), rng.randrange(18, 23), rng.randrange(0, 7)), (70, 22, 8))[0]
    return datetime.combine(day, time(hour, rng.randrange(60)))


def on_workday(day: date, n: int = 0) -> date:
    return days.after(day, n)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())
