"""Invented ledgers for the tests of the fold: no database, no keys."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from casemgr.ledger.rules import effective
from casemgr.programmes import FOLDER
from casemgr.programmes.loader import load_file
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import Ledger, Span, spans, verdict
from casemgr.units.calendar import vietnam_calendar

UNIT = "30544-20210101"
CALENDAR = vietnam_calendar(range(2021, 2031))


@cache
def programme(code: str) -> Programme:
    return load_file(FOLDER / f"{code}.toml")


def load_text(folder: Path, text: str) -> Programme:
    """A programme from the text of a file of its own."""
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return load_file(file)


def moment(text: str) -> tuple[datetime, str]:
    """'2022-03-04T17:40' is known to the minute, '2022-03-04' to the day, '2022-03' to the month."""
    precision = {7: "month", 10: "day"}.get(len(text), "minute")
    return datetime.fromisoformat(text + "-01" if precision == "month" else text), precision


@dataclass(frozen=True)
class FakeEntry:
    id: UUID
    kind: str
    occurred_at: datetime
    precision: str
    coded: dict = field(default_factory=dict, hash=False)
    unit: str = UNIT
    recorded_at: datetime = datetime(2022, 1, 1)
    voids: UUID | None = None


class Story:
    """The entries of one subject in the order they are told; ids count up."""

    def __init__(self, code: str | Programme, facts: dict | None = None):
        self.programme = programme(code) if isinstance(code, str) else code
        self.entries: list[FakeEntry] = []
        self.facts = facts

    def add(self, kind: str, when: str, **coded) -> FakeEntry:
        at, precision = moment(when)
        entry = FakeEntry(UUID(int=len(self.entries) + 1), kind, at, precision, coded, recorded_at=at)
        self.entries.append(entry)
        return entry

    def decide(self, entry: FakeEntry, when: str, outcome: str = "approved") -> FakeEntry:
        return self.add("decided", when, on=entry.id.hex, outcome=outcome)

    def fold(self, track: str = "case", horizon: int = 2022) -> list[Span]:
        ledger = Ledger(self.programme, effective(self.entries), CALENDAR, horizon, self.facts)
        return spans(getattr(self.programme, track), ledger)

    def all(self, criterion: str, **how) -> list[Span]:
        return [span for span in self.fold(**how) if span.criterion.code == criterion]

    def one(self, criterion: str, **how) -> Span:
        (span,) = self.all(criterion, **how)
        return span

    def verdict(self, criterion: str, when: str, **how) -> str | None:
        return verdict(self.one(criterion, **how), moment(when)[0])


def due_day(span: Span) -> date:
    """The day of a due date that ends with the day."""
    assert (span.due.hour, span.due.minute, span.due.second) == (23, 59, 59)
    return span.due.date()
