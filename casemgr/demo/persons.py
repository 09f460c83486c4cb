"""Invented persons and households, and their registration."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from uuid import UUID

from casemgr.demo import names
from casemgr.demo.world import Commune, new_id
from casemgr.people.rules import Birth, Identifier, Person
from casemgr.people.services import Registration


@dataclass(slots=True)
class Invented:
    """A person, or the head of a household."""

    subject: UUID
    entry: UUID
    name: str
    sex: str
    birth: Birth
    ethnicity: str
    mother: str
    father: str
    number: str
    phone: str
    hamlet: UUID | None
    commune: Commune
    kind: str = "person"

    @classmethod
    def draw(cls, rng: Random, commune: Commune, first: int, last: int, on: datetime, sex: str = "") -> "Invented":
        """Somebody of this commune born between two years (both included), before `on`."""
        sex = sex or rng.choice(("nam", "nu"))
        people = names.people_of(rng, commune.district)
        year = rng.randint(first, last)
        draw = rng.random()
        month, day = rng.randint(1, 12), rng.randint(1, 28)
        if (year, month, day) >= (on.year, on.month, on.day):
            month, day = 1, 1
        birth = Birth(year, month, day) if draw < 0.8 else Birth(year, estimated=draw > 0.95)
        name = names.full_name(rng, people, sex)
        mother, father = names.parent_names(rng, people, name)
        return cls(
            subject=new_id(rng),
            entry=new_id(rng),
            name=name,
            sex=sex,
            birth=birth,
            ethnicity=people,
            mother=mother,
            father=father,
            number=names.personal_number(rng, sex, year) if rng.random() < 0.55 else "",
            phone=f"03{rng.randrange(10**8):08d}" if rng.random() < 0.3 else "",
            hamlet=rng.choice(commune.hamlets) if commune.hamlets else None,
            commune=commune,
        )

    @property
    def identity(self) -> dict:
        """What a case file is told."""
        return {"sex": self.sex, "birth_year": self.birth.year, "ethnicity": self.ethnicity}

    def registration(self, actor: str, now: datetime) -> Registration:
        person = Person(
            name=self.name,
            sex=self.sex,
            birth=self.birth,
            ethnicity=self.ethnicity,
            identifiers=(Identifier("cccd", self.number),) if self.number else (),
            phone=self.phone,
            mother=self.mother,
            father=self.father,
            home=self.commune.unit,
            hamlet=str(self.hamlet) if self.hamlet else "",
        )
        return Registration(actor, self.commune.unit, now, person, self.kind, self.subject, self.entry)
