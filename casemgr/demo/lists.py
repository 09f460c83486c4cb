"""Two invented registers from outside: the hotline's list of the first five months, the provincial list of families.

Their rows are about people of the invented province, written as offices write them, and about some whom nobody here
knows. A register only stands beside the files: no figure is changed by it.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from casemgr.demo.registered import bare
from casemgr.demo.staff import SHOWN
from casemgr.demo.story import Story
from casemgr.demo.world import World, new_id
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.people.rules import Birth, Person
from casemgr.reconciling.comparing import compare
from casemgr.registers import rows as stored
from casemgr.registers.rules import RECEIVED, Row

PERIOD = (date(2022, 1, 1), date(2022, 5, 31))
MOST = {"TE": 84, "NCC": 60}
SOURCES = {"TE": ("TONG_DAI_111", "214/TĐ111-BC"), "NCC": ("SO_NCC", "168/DS-SLĐTBXH")}
STRANGE = 7  # one row in so many is about somebody whom nobody here knows


@dataclass(slots=True)
class Listed:
    """What is kept of the stories until the registers are written."""

    persons: dict[str, list[tuple[Person, datetime]]] = field(default_factory=lambda: {code: [] for code in MOST})

    def keep(self, story: Story) -> None:
        """A person who may stand in a register, as they are registered here."""
        kept = self.persons.get(story.programme)
        if kept is None or story.person is None or len(kept) >= MOST[story.programme]:
            return
        received = story.truth.received if story.truth is not None else story.registered
        if story.programme == "NCC" or PERIOD[0] <= received.date() <= PERIOD[1]:
            kept.append((story.person.registration("", story.registered).person, received))

    def add(self, other: "Listed") -> None:
        for code, persons in other.persons.items():
            self.persons[code] += persons[: MOST[code] - len(self.persons[code])]


def write(session, world: World, listed: Listed, author: str, province: str) -> None:
    """Both registers, received whole and compared. Nothing where the province is too small for them."""
    for code, persons in listed.persons.items():
        if len(persons) >= STRANGE:
            register = _receive(session, world, code, persons, author, province)
            found = stored.get(session, register)
            compare(session, found, author="system:matching", now=world.now - timedelta(days=2))


def _receive(session, world: World, code: str, persons: list, author: str, province: str) -> UUID:
    rng, (source, document) = world.chance("list", code), SOURCES[code]
    subject, at = new_id(rng), world.now - timedelta(days=6)
    ledger.create(session, "register", subject)
    rows: list[Row] = []
    shown = {commune.unit for commune in world.communes if commune.code in SHOWN}
    for n, (person, received) in enumerate(_with_shown(persons, shown)):
        written = _strange(rng, person) if n % STRANGE == STRANGE - 1 else _written(rng, person)
        if person.home in shown:  # the communes that a visitor looks at first have both kinds of work
            written = _doubtful(person) if n % 2 else _strange(rng, person)
        day = datetime.combine(received.date(), datetime.min.time()) if code == "TE" else None
        rows.append(Row(len(rows) + 2, written, code=f"{rng.randrange(10**6):06d}", received=day))
        if n % 29 == 11:
            rows.append(replace(rows[-1], number=len(rows) + 2, same_as=len(rows) + 1, doubts=("same_person",)))
    stored.keep(session, subject, rows)
    coded = {
        "source": source, "programme": code, "unit": province, "from": PERIOD[0].isoformat(), "to": PERIOD[1].isoformat(),
        "document": document, "document_date": "2022-06-06", "named": True, "sha256": f"{rng.getrandbits(256):064x}",
        "file": new_id(rng).hex, "counts": {"good": len(rows), "parked": 0, "wrong": 0},
    }  # fmt: skip
    draft = Draft(RECEIVED, at, "minute", author, province, at, coded, id=new_id(rng))
    ledger.append(session, subject, [draft])
    return subject


def _with_shown(persons: list, shown: set[str]) -> list:
    """Whoever lives in the shown communes stands twice: once doubtfully, once as somebody unknown."""
    there = [each for each in persons if each[0].home in shown][:6]
    rest = [each for each in persons if each not in there]
    return [twice for each in there for twice in (each, each)] + rest


def _doubtful(person: Person) -> Person:
    """The year of birth one off and nothing else to go by, as a telephone call leaves it."""
    birth = Birth((person.birth_year or 2011) - 1)
    return Person(person.name.upper(), sex=person.sex, birth=birth, home=person.home, hamlet=person.hamlet)


def _written(rng: Random, person: Person) -> Person:
    """As the office wrote it: in capitals, without marks, the year alone or one off, numbers often missing."""
    draw, name, birth = rng.random(), person.name, person.birth
    if draw < 0.12:
        name = bare(name)
    elif draw < 0.5:
        name = name.upper()
    if birth and rng.random() < 0.08:
        birth = Birth(birth.year + rng.choice((-1, 1)))
    elif rng.random() < 0.2:
        birth = Birth(birth.year) if birth else None
    changes = {"name": name, "birth": birth, "ethnicity": "", "phone": person.phone if rng.random() < 0.5 else ""}
    if rng.random() < 0.5:
        changes["mother"] = changes["father"] = ""
    if rng.random() < 0.25:
        changes["identifiers"] = ()
    return replace(person, **changes)


def _strange(rng: Random, person: Person) -> Person:
    """Somebody of the same commune who is not known here."""
    from casemgr.demo.names import full_name

    name = full_name(rng, person.ethnicity or "kinh", person.sex)
    birth = Birth(person.birth_year or 2010, rng.randint(1, 12), rng.randint(1, 28))
    return Person(name, sex=person.sex, birth=birth, home=person.home)
