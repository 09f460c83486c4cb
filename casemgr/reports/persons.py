"""Lists of people in columns that others prescribe: gift lists, and files for other agencies' software. Columns are
data (`lists.toml`); what a column may take from a file is here, and nothing else can be taken."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry, effective
from casemgr.people import services as people
from casemgr.people.names import fold_name
from casemgr.people.rules import SEXES, Person
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.programmes.reader import Reader, Source
from casemgr.programmes.words import Text
from casemgr.ui.rules import show_date
from casemgr.units.rules import UnitTree

FILE = Path(__file__).with_name("lists.toml")
OPENINGS, EXCLUSION = ("opened", "linked"), ("excluded", "included")
STATUS = {"open": "Đang quản lý", "closing": "Đang đề nghị đóng", "closed": "Đã đóng"}


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    take: str  # "": left empty, to be filled by hand


@dataclass(frozen=True, slots=True)
class Roll:
    """A list as data: whose files, which columns, for whom."""

    code: str
    programme: str
    title: Text
    columns: tuple[Column, ...]
    agency: Text | None = None
    tag: str = ""


class Rolls(NamedTuple):
    """Gift lists and files for other software by code; for how many days one that was asked for may be answered, and one
    that was approved taken."""

    gifts: Mapping[str, Roll]
    exports: Mapping[str, Roll]
    answer_days: int
    days: int


@dataclass(frozen=True, slots=True)
class One:
    """One file with everything a column may take."""

    file: CaseFile
    person: Person | None
    entries: Sequence[Entry]
    programme: Programme
    tree: UnitTree


def load(file: Path, known: Mapping[str, Programme]) -> Rolls:
    """Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    reader = Reader(Source(file, text), (), tomllib.loads(text))
    gifts = {r.code: r for r in reader.list_of("gifts", lambda s: _roll(s, known))}
    exports = {r.code: r for r in reader.list_of("exports", lambda s: _roll(s, known))}
    answer_days, days = (_days(reader, name) for name in ("answer_days", "days"))
    reader.done()
    return Rolls(gifts, exports, answer_days, days)


def _days(reader: Reader, name: str) -> int:
    days = reader.take(name, int)
    if not 0 < days <= 30:
        reader.fail(name, "from 1 to 30")
    return days


def _roll(s: Reader, known: Mapping[str, Programme]) -> Roll:
    programme = s.take("programme", str)
    if programme not in known:
        s.fail("programme", f"no programme {programme!r}")
    return Roll(
        s.take("code", str),
        programme,
        s.text("title"),
        s.list_of("columns", _column),
        s.text("agency", None),
        s.take("tag", str, ""),
    )


def _column(s: Reader) -> Column:
    return Column(s.take("head", str), s.take("take", str, "", among=("", *TAKES)))


def files(session, roll: Roll, conditions: Sequence) -> list[UUID]:
    """The open files within the conditions: what a list that is asked for now would name."""
    return list(session.scalars(sa.select(CaseFile.subject).where(*_open(roll, conditions)).order_by(CaseFile.subject)))


def _open(roll: Roll, conditions: Sequence) -> tuple:
    return *conditions, CaseFile.programme == roll.programme, CaseFile.status != "closed"


def rows(session, roll: Roll, cases: Sequence[UUID], conditions: Sequence, tree: UnitTree) -> list[tuple[str, ...]]:
    """The rows of a list over those of these files that are still open and within the conditions, sorted by given name;
    a constant number of queries for each few hundred files."""
    found = [
        file
        for part in ledger.chunks(cases)
        for file in session.scalars(sa.select(CaseFile).where(CaseFile.subject.in_(part), *_open(roll, conditions)))
    ]
    persons = people.identities(session, [f.beneficiary for f in found if f.beneficiary])
    ledgers = ledger.entries_of(session, [f.subject for f in found]) if _reads_entries(roll) else {}
    known = [_one(file, persons, ledgers, tree) for file in found]
    known.sort(key=lambda one: (_last_name_first(one.person), one.file.number))
    return [tuple(TAKES[c.take](one) if c.take else "" for c in roll.columns) for one in known]


def _one(file: CaseFile, persons: Mapping[UUID, people.Identity], ledgers: Mapping, tree: UnitTree) -> One:
    identity = persons.get(file.beneficiary) if file.beneficiary else None
    person = identity.person if identity is not None and not identity.erased else None
    return One(file, person, effective(ledgers.get(file.subject, [])), programmes()[file.programme], tree)


def _last_name_first(person: Person | None) -> tuple:
    """By given name, then family name, as lists are sorted here."""
    words = person.name.split() if person else []
    return fold_name(" ".join(words[-1:])), fold_name(" ".join(words[:-1])), words


def _reads_entries(roll: Roll) -> bool:
    return any(column.take in ("category", "harm") for column in roll.columns)


def _codes(one: One, field: str) -> str:
    """The values of a coded field that hold today, in words: those of every incident and of every person of a household;
    not those of an entry struck out, nor of an incident that was excluded since."""
    facts = {e.coded.get("detected"): e.coded["fact"] for e in one.entries if e.coded.get("fact") in EXCLUSION}
    gone = {detected for detected, fact in facts.items() if fact == "excluded"} - {None}
    listed = {f.name: f.codes for kind in one.programme.case.kinds.values() for f in kind.fields if f.codes}
    table = one.programme.codes.get(listed.get(field, field), {})
    found: dict[str, None] = {}
    for entry in one.entries:
        if entry.kind == "told" or (entry.kind in OPENINGS and entry.coded.get("detected") in gone):
            continue
        value = entry.coded.get(field)
        for code in value if isinstance(value, list) else [value]:
            if code in table:
                found[table[code].name.vi] = None
    return "; ".join(found)


def _birth(one: One) -> str:
    birth = one.person.birth if one.person else None
    if birth is None:
        return ""
    return "/".join([*(f"{part:02d}" for part in (birth.day, birth.month) if part), str(birth.year)])


def _of(name: str):
    return lambda one: getattr(one.person, name) if one.person else ""


def _address(one: One) -> str:
    if one.person is None:
        return ""
    home = one.tree.label(one.person.home) if one.person.home in one.tree else ""
    return ", ".join(filter(None, (one.person.address, home)))


def _personal_number(one: One) -> str:
    numbers = one.person.identifiers if one.person else ()
    return next((n.value for n in numbers if n.kind == "cccd"), "")


# What a column may take. `harm` and `category` are the codes of the entries, in words.
TAKES = {
    "number": lambda one: one.file.number,
    "name": _of("name"),
    "birth": _birth,
    "birth_year": lambda one: str(one.person.birth_year or "") if one.person else "",
    "sex": lambda one: SEXES.get(one.person.sex, "") if one.person else "",
    "personal_number": _personal_number,
    "unit_code": lambda one: one.tree[one.file.unit_id].code if one.file.unit_id in one.tree else "",
    "address": _address,
    "mother": _of("mother"),
    "father": _of("father"),
    "category": lambda one: _codes(one, "category"),
    "harm": lambda one: _codes(one, "harm"),
    "risk": lambda one: (
        one.programme.codes["risk"][one.file.risk].name.vi
        if one.file.risk in one.programme.codes.get("risk", {})
        else ""
    ),
    "opened": lambda one: show_date(one.file.opened_at),
    "status": lambda one: STATUS.get(one.file.status, ""),
}
