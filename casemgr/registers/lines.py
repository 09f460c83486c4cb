"""One line of a table as a Row: what each field says, what is doubtful, what is wrong. Plain Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from casemgr.people.identifiers import Birth, Identifier
from casemgr.people.names import fold_name
from casemgr.people.rules import Person
from casemgr.registers import values
from casemgr.registers.places import Places
from casemgr.registers.reading import Cell
from casemgr.registers.rules import Row

NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same for every line of a register."""

    named: bool
    places: Places
    start: date
    end: date
    today: date
    harms: Mapping[str, str] = field(default_factory=dict)  # code by folded name
    age_below: int | None = None
    age_from: int | None = None


class Line:
    """One line being read."""

    def __init__(self, line: int, cells: list[Cell], at: Mapping[str, int], frame: Frame, section: str):
        self.line, self.cells, self.at, self.frame, self.section = line, cells, at, frame, section
        self.doubts: list[str] = []
        self.wrong: list[str] = []
        self.repairs: list[tuple[str, str, str]] = []

    def cell(self, name: str) -> Cell:
        column = self.at.get(name)
        return self.cells[column] if column is not None and column < len(self.cells) else None

    def text(self, name: str, longest: int = 300) -> str:
        cell = self.cell(name)
        return "" if cell is None else values.text(cell)[:longest]

    def read(self) -> tuple[Row, tuple[str, ...], list[tuple[str, str, str]]]:
        name, code = self._name(), self.text("code", 60)
        if not self.frame.named and not code:
            self.wrong.append("code_missing")
        sex, birth = self._sex_and_birth()
        received, precision = self._received()
        self._age(birth, received)
        home, place = self._home()
        person = Person(
            name=name,
            sex=sex,
            birth=birth,
            ethnicity=values.ethnicity(self.cell("ethnicity")),
            identifiers=self._numbers() if self.frame.named else (),
            phone=self._phone() if self.frame.named else "",
            address=self._address() if self.frame.named else "",
            mother=self.text("mother", 120) if self.frame.named else "",
            father=self.text("father", 120) if self.frame.named else "",
            home=home,
        )
        row = Row(
            self.line, person, code=code, place=place, carer=self.text("carer", 120) if self.frame.named else "",
            harm=self._harm(), note=self.text("note") if self.frame.named else "", received=received,
            precision=precision, doubts=tuple(dict.fromkeys(self.doubts)),
        )  # fmt: skip
        return row, tuple(dict.fromkeys(self.wrong)), self.repairs

    def _name(self) -> str:
        if not self.frame.named:
            return ""
        name = self.text("name", 1000)
        if not fold_name(name) or values.is_blank(name):
            self.wrong.append("name_missing")
        elif len(name) > NAME_LENGTH or re.search(r"[;\n]|\d{4}", name):
            self.wrong.append("name_long")
        elif re.search(r"[^\W\d_]\?", name):
            self.wrong.append("name_lost")
        return name[:120]

    def _note(self, code: str, was: Cell, now: object) -> None:
        self.repairs.append((code, values.text(was), str(now)))

    def _day(self, cell: Cell) -> tuple[Birth | None, str]:
        found, code = values.day(cell)
        if found is not None and code:
            self._note(code, cell, _shown(found))
            code = ""
        return found, code

    def _sex_and_birth(self) -> tuple[str, Birth | None]:
        sex, code = values.sex(self.cell("sex"))
        birth, bad = self._day(self.cell("birth"))
        # Two columns «Nam» and «Nữ»: a tick, or the year of birth, in one of them.
        for column, said in (("male", "nam"), ("female", "nu")):
            cell = self.cell(column)
            if cell is None or not values.text(cell):
                continue
            sex, code = said, ""
            if not values.is_tick(cell) and birth is None:
                birth, bad = self._day(cell)
        if code:
            self.doubts.append(code)
        if bad:
            self.wrong.append("year_short" if bad == "year_short" else "birth_bad")
        elif birth is None:
            if "birth" in self.at or "male" in self.at or "female" in self.at:
                self.doubts.append("birth_missing")
        elif _first(birth) > self.frame.today:
            self.wrong.append("birth_future")
        return sex, birth

    def _received(self) -> tuple[datetime | None, str]:
        cell = self.cell("received")
        found, bad = self._day(cell)
        if bad:
            self.wrong.append("year_short" if bad == "year_short" else "received_bad")
        if found is None:
            return None, "day"
        first, hour = _first(found), values.hour(cell) if found.day else None
        if first > self.frame.today:
            self.wrong.append("received_future")
        elif _last(found) < self.frame.start or first > self.frame.end:
            self.doubts.append("received_outside")
        if hour is not None:
            return datetime.combine(first, hour), "minute"
        return datetime.combine(first, time()), "year" if found.precision == "estimated" else found.precision

    def _age(self, birth: Birth | None, received: datetime | None) -> None:
        """Only where it is certain: somebody of whom the year is known may be a year younger."""
        if birth is None or "birth_future" in self.wrong:
            return
        on = received.date() if received else self.frame.end
        youngest, oldest = _age_on(_last(birth), on), _age_on(_first(birth), on)
        below, lowest = self.frame.age_below, self.frame.age_from
        if (below is not None and youngest >= below) or (lowest is not None and oldest < lowest):
            self.doubts.append("age")

    def _numbers(self) -> tuple[Identifier, ...]:
        found = set()
        for name in ("personal_id", "insurance"):
            number, code = values.personal_number(self.cell(name))
            if number is not None and name == "insurance" and number.kind != "bhyt":
                number, code = None, "id_bad"
            if code == "zero":
                self._note(code, self.cell(name), number.value)
            elif code:
                self.doubts.append(code)
            if number is not None:
                found.add(number)
        return tuple(sorted(found))

    def _phone(self) -> str:
        found, code = values.phone(self.cell("phone"))
        if code:
            self.doubts.append(code)
        return found

    def _home(self) -> tuple[str, str]:
        commune = self.text("commune") or self.section
        address = self.text("address")
        home, doubt = self.frame.places.find(commune, self.text("district"), address)
        if doubt:
            self.doubts.append(doubt)
        written = ", ".join(part for part in (commune, self.text("district")) if part)
        return home, "" if home else written or address

    def _address(self) -> str:
        return ", ".join(part for part in (self.text("hamlet"), self.text("address")) if part)[:300]

    def _harm(self) -> str:
        said = f" {fold_name(self.text('harm'))} "
        return next((code for name, code in self.frame.harms.items() if f" {name} " in said), "")


def _first(birth: Birth) -> date:
    return date(birth.year, birth.month or 1, birth.day or 1)


def _last(birth: Birth) -> date:
    if birth.day:
        return date(birth.year, birth.month, birth.day)
    month = birth.month or 12
    return date(birth.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _age_on(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _shown(birth: Birth) -> str:
    parts = [f"{part:02d}" for part in (birth.day, birth.month) if part]
    return "/".join([*parts, str(birth.year)])
