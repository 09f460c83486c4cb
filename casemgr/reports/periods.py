"""Reporting periods as data: by the calendar, or with the cut-offs of a decree."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from casemgr.programmes.reader import Reader, Source
from casemgr.programmes.words import Text

FILE = Path(__file__).with_name("periods.toml")


@dataclass(frozen=True, slots=True)
class Span:
    """A period of a year: month and day of both ends; `before`: its first day lies in the year before."""

    code: str
    name: Text
    first: tuple[int, int]
    last: tuple[int, int]
    before: bool

    def days(self, year: int) -> tuple[date, date]:
        """Both days included."""
        return date(year - self.before, *self.first), date(year, *self.last)

    def title(self, year: int, language: str) -> str:
        if language == "en" or self.name.vi.endswith("năm"):
            return f"{self.name[language]} {year}"
        return f"{self.name.vi} năm {year}"


@dataclass(frozen=True, slots=True)
class Calendar:
    code: str
    name: Text
    article: str
    tag: str
    spans: Mapping[str, Span]


def nested(calendars: Iterable[Calendar], start: date, end: date, year: int) -> list[tuple[date, date]]:
    """The shorter periods that begin or end with this one: whoever has both reports can subtract one from the other."""
    found = {span.days(year) for calendar in calendars for span in calendar.spans.values()}
    inside = {
        (first, last) for first, last in found if start <= first and last <= end and (first, last) != (start, end)
    }
    return sorted((first, last) for first, last in inside if first == start or last == end)


def fixed_day(start: date, end: date, today: date) -> date:
    """The day through which a report is drawn: the end of its period or, while that runs, of the last month of it that
    is over. Reports of neighbouring days would tell by subtraction what came between. Before a first month is over: today."""
    if end < today:
        return end
    last = today.replace(day=1) - timedelta(days=1)
    return last if last >= start else today


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def month_ends(start: date, through: date) -> list[date]:
    """The last days of the months that end within the days, but for the last of these days itself."""
    found, day = [], start
    while (day := (day.replace(day=1) + timedelta(days=32)).replace(day=1)) <= through:
        found.append(day - timedelta(days=1))
    return found


def load(file: Path = FILE) -> dict[str, Calendar]:
    """Every calendar by code. Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    reader = Reader(Source(file, text), (), tomllib.loads(text))
    found = {c.code: c for c in reader.list_of("calendars", _calendar)}
    reader.done()
    return found


def _calendar(s: Reader) -> Calendar:
    spans = s.list_of("periods", _span)
    return Calendar(
        s.take("code", str), s.text("name"), s.take("article", str), s.take("tag", str), {p.code: p for p in spans}
    )


def _span(s: Reader) -> Span:
    first, before = s._sub(("from",), s.take("from", dict), _end)
    last, late = s._sub(("to",), s.take("to", dict), _end)
    span = Span(s.take("code", str), s.text("name"), first, last, before)
    start, end = span.days(2022)
    if end < start or late:
        s.fail("to", "lies before 'from' or not in the year")
    return span


def _end(s: Reader) -> tuple[tuple[int, int], bool]:
    return (s.take("month", int), s.take("day", int)), s.take("year", int, 0) == -1
