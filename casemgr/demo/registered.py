"""An invented register with known truth, for measuring the matching: its rows are written as offices write them.

A row is about somebody known, in one of the ways in which such lists differ from a file, or about somebody who is
not known: a stranger, a namesake of the same year, a sibling, or a twin with nearly the same name.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from casemgr.demo import names
from casemgr.people.names import fold_word
from casemgr.people.rules import Birth, Identifier, Person

DISTRICTS = ("Tri Tôn", "Tịnh Biên", "An Phú", "Tân Châu", "Châu Đốc", "Châu Phú", "Long Xuyên", "Chợ Mới", "Phú Tân")
COMMUNES, HAMLETS = 156, 6
# How often, of 1000 rows. Several may meet in one row.
RATES = {
    "capitals": 350, "no_marks": 40, "order": 20, "slip": 35, "year_off": 20, "day_off": 15, "year_only": 120,
    "no_birth": 5, "no_mother": 350, "no_father": 550, "no_phone": 700, "no_hamlet": 200, "moved": 30,
    "no_number": 150, "wrong_digit": 6, "other_spelling": 250, "wrong_sex": 4,
}  # fmt: skip
STRANGERS = {"stranger": 40, "namesake": 15, "sibling": 15, "twin": 5}
TWINS = {"Hùng": "Hưng", "Phương": "Phượng", "Thanh": "Thành", "An": "Ân", "Thúy": "Thùy", "Hân": "Hạnh", "My": "Mỹ"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row, whom it is about (None: nobody known), and what is odd about it."""

    person: Person
    truth: int | None
    ways: tuple[str, ...]


def known_persons(rng: Random, count: int) -> list[Person]:
    """Everybody in the system: half of them children, in families of one to three."""
    persons: list[Person] = []
    while len(persons) < count:
        first = _somebody(rng)
        persons.append(first)
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            persons.append(_sibling(rng, first))
    return persons[:count]


def _somebody(rng: Random) -> Person:
    commune = rng.randrange(COMMUNES)
    sex, people = rng.choice(("nam", "nu")), names.people_of(rng, DISTRICTS[commune % len(DISTRICTS)])
    name = names.full_name(rng, people, sex)
    mother, father = names.parent_names(rng, people, name)
    year = rng.randint(2006, 2021) if rng.random() < 0.5 else rng.randint(1940, 2005)
    return Person(
        name,
        sex=sex,
        birth=_birth(rng, year),
        ethnicity=people,
        identifiers=_number(rng, sex, year),
        phone=f"03{rng.randrange(10**8):08d}" if rng.random() < 0.3 else "",
        mother=mother if rng.random() < 0.9 else "",
        father=father if rng.random() < 0.8 else "",
        home=f"commune-{commune}",
        hamlet=str(UUID(int=commune * HAMLETS + rng.randrange(HAMLETS) + 1)),
    )


def _birth(rng: Random, year: int) -> Birth:
    return Birth(year, rng.randint(1, 12), rng.randint(1, 28)) if rng.random() < 0.9 else Birth(year)


def _number(rng: Random, sex: str, year: int) -> tuple[Identifier, ...]:
    return (Identifier("cccd", names.personal_number(rng, sex, year)),) if rng.random() < 0.75 else ()


def _sibling(rng: Random, of: Person) -> Person:
    """The same parents and hamlet, another name and year; no child is given the name of a brother or sister."""
    sex = rng.choice(("nam", "nu"))
    own = of.name.split()[1:]
    while (given := names.full_name(rng, of.ethnicity, sex).split())[1:] == own:
        pass
    name = " ".join([of.name.split()[0], *given[1:]] if of.ethnicity in ("kinh", "hoa") else given)
    year = min(2021, max(1940, of.birth.year + rng.choice((-4, -3, -2, 2, 3, 4))))
    return replace(of, name=name, sex=sex, birth=_birth(rng, year), identifiers=_number(rng, sex, year))


def _twin(rng: Random, of: Person) -> Person:
    """The same in everything but the given name, which is nearly the same, and the personal number."""
    head, _, given = of.name.rpartition(" ")
    back = {v: k for k, v in TWINS.items()}
    others = [other for other in names.KINH_GIVEN[of.sex] if other != given]
    near = TWINS.get(given) or back.get(given) or rng.choice(others)
    return replace(of, name=f"{head} {near}".strip(), identifiers=_number(rng, of.sex, of.birth.year))


def register(rng: Random, known: list[Person], count: int) -> list[Row]:
    """Rows in the manner of offices, each with its truth."""
    rows, places = [], rng.sample(range(len(known)), count)
    for place in places:
        of, draw = known[place], rng.randrange(1000)
        kind = next((k for k, _ in _below(STRANGERS) if draw < _), "")
        if kind == "":
            person, truth = of, place
        else:
            person, truth = _not_known(rng, kind, of), None
        written, ways = _written(rng, person)
        rows.append(Row(written, truth, (kind, *ways) if kind else ways))
    return rows


def _below(rates: dict[str, int]) -> Iterator[tuple[str, int]]:
    total = 0
    for name, rate in rates.items():
        total += rate
        yield name, total


def _not_known(rng: Random, kind: str, of: Person) -> Person:
    if kind == "sibling":
        return _sibling(rng, of)
    if kind == "twin":
        return _twin(rng, of)
    other = _somebody(rng)
    if kind == "namesake":
        return replace(other, name=of.name, sex=of.sex, birth=_birth(rng, of.birth.year))
    return other


# --- as offices write -----------------------------------------------------------------------------------------------


def _written(rng: Random, person: Person) -> tuple[Person, tuple[str, ...]]:
    ways = [way for way, rate in RATES.items() if rng.randrange(1000) < rate]
    changes = {}
    for way, field in (
        ("no_mother", "mother"),
        ("no_father", "father"),
        ("no_phone", "phone"),
        ("no_hamlet", "hamlet"),
    ):
        if way in ways:
            changes[field] = ""
    if "moved" in ways:
        changes |= {"home": f"commune-{rng.randrange(COMMUNES)}", "hamlet": ""}
    if "no_number" in ways:
        changes["identifiers"] = ()
    elif "wrong_digit" in ways:
        changes["identifiers"] = tuple(_wrong_digit(rng, n) for n in person.identifiers)
    if "wrong_sex" in ways:
        changes["sex"] = "nu" if person.sex == "nam" else "nam"
    changes["birth"] = _birth_written(rng, person.birth, ways)
    changes["name"], named = _name_written(rng, person, ways)
    if "no_marks" in ways:
        changes["mother"] = bare(changes.get("mother", person.mother))
        changes["father"] = bare(changes.get("father", person.father))
    kept = [way for way in ways if not way.startswith("no_") and way != "other_spelling"] + named
    return replace(person, ethnicity="", address="", **changes), tuple(kept + [w for w in ways if w == "no_marks"])


def _wrong_digit(rng: Random, number: Identifier) -> Identifier:
    place = rng.randrange(6, 12)
    digit = str((int(number.value[place]) + rng.randint(1, 9)) % 10)
    return Identifier(number.kind, number.value[:place] + digit + number.value[place + 1 :])


def _birth_written(rng: Random, birth: Birth, ways: list[str]) -> Birth | None:
    if "no_birth" in ways:
        return None
    if "year_off" in ways:
        birth = replace(birth, year=birth.year + rng.choice((-1, 1)))
    if "year_only" in ways:
        return Birth(birth.year)
    if "day_off" in ways and birth.day:
        swapped = birth.day <= 12 and rng.random() < 0.5
        return Birth(birth.year, birth.day, birth.month) if swapped else replace(birth, day=birth.day % 28 + 1)
    return birth


def _name_written(rng: Random, person: Person, ways: list[str]) -> tuple[str, list[str]]:
    name, said = person.name, []
    if "other_spelling" in ways and person.ethnicity in ("khmer", "cham"):
        name = (_khmer if person.ethnicity == "khmer" else _cham)(rng, name)
        said.append(person.ethnicity)
    if "slip" in ways:
        name = _slip(rng, name)
    if "order" in ways:
        parts = name.split()
        name = " ".join([*parts[-1:], *parts[:-1]])
    if "no_marks" in ways:
        name = bare(name)
    return name.upper() if "capitals" in ways else name, said


def bare(text: str) -> str:
    """Typed without marks, capitals kept."""
    text = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _khmer(rng: Random, name: str) -> str:
    first, *given = name.split()
    if fold_word(first) == "neang":
        first = rng.choice(("Neang", "Neáng", "Nèang", "Néang"))
    if len(given) > 1 and rng.random() < 0.6:
        given = ["".join([given[0], *(part.lower() for part in given[1:])])]
    return " ".join(given if rng.random() < 0.1 else [first, *given])


def _cham(rng: Random, name: str) -> str:
    given, *rest = name.split()
    for old, new in rng.sample((("h", ""), ("o", "a"), ("i", "y"), ("ll", "l"), ("s", "x")), 2):
        given = given[0] + given[1:].replace(old, new, 1)
    return " ".join([given, *(() if rng.random() < 0.3 else rest)])


NEAR_LETTERS = {"i": "y", "y": "i", "s": "x", "x": "s", "n": "ng", "c": "t", "t": "c", "o": "ô", "u": "ư", "a": "â"}
TONES = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}


def _slip(rng: Random, name: str) -> str:
    """One letter wrong or missing, or one tone lost or another."""
    parts = name.split()
    place = rng.randrange(len(parts))
    letters = list(unicodedata.normalize("NFD", parts[place]))
    tones = [i for i, c in enumerate(letters) if c in TONES]
    if tones and rng.random() < 0.6:
        letters[tones[0]] = rng.choice(("", *sorted(TONES - {letters[tones[0]]})))
    else:
        at = rng.randrange(len(letters))
        letters[at] = NEAR_LETTERS.get(letters[at].lower(), letters[at] * 2)
    parts[place] = unicodedata.normalize("NFC", "".join(letters)).capitalize()
    return " ".join(parts)
