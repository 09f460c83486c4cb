"""When a promise is due: the clock in force on the day its anchor occurred. Pure; a due day ends at 23:59:59."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from casemgr.programmes.events import OPENINGS, Event, Ledger, Moment, moment_of, select
from casemgr.programmes.model import Due, Selector

DAY_END = time(23, 59, 59)


class Need(Protocol):
    """What a need offers here: the due date that its approved plan gave it."""

    planned: datetime | None


class Deadline(NamedTuple):
    """`at` is None when there is no clock; `missing`: the date it runs from is not known; `exact`: an hour clock."""

    at: datetime | None
    missing: bool = False
    exact: bool = False


NO_DEADLINE = Deadline(None)
MISSING = Deadline(None, True)


def deadline(ledger: Ledger, due: Due | None, anchor: Event, need: Need | None = None) -> Deadline:
    if due is None:
        return NO_DEADLINE
    if due.year_end:
        return year_end(anchor.occurred_at.year)
    if due.planned:
        if need is not None and need.planned is not None:
            return Deadline(need.planned)
        return deadline(ledger, due.fallback, anchor, need)
    if due.earliest or due.latest:
        parts = [deadline(ledger, part, anchor, need) for part in due.earliest or due.latest]
        known = [part for part in parts if part.at is not None]
        if not known:
            return MISSING if any(part.missing for part in parts) else NO_DEADLINE
        return (min if due.earliest else max)(known, key=lambda part: part.at)
    for selector in due.start:
        start = begins(ledger, selector, anchor)
        if start is not None:
            return run(ledger, due.clock, start)
    return deadline(ledger, due.fallback, anchor, need) if due.fallback else MISSING


def begins(ledger: Ledger, selector: Selector, anchor: Event) -> Moment | None:
    """Where a clock begins: a receipt is that of the anchor's own item and lies before the anchor; what else starts a
    clock comes after it."""
    if not selector.kinds or not OPENINGS.issuperset(selector.kinds):
        return select(ledger, selector, anchor)
    opening = ledger.opening_of(anchor)
    held = opening.kind in selector.kinds and ledger.holds(selector, opening)
    return moment_of(selector, opening) if held else None


def year_end(year: int) -> Deadline:
    return Deadline(datetime.combine(date(year, 12, 31), DAY_END))


def run(ledger: Ledger, code: str | None, start: Moment) -> Deadline:
    if code is None:
        at = start.at if start.precision == "minute" else datetime.combine(start.at.date(), DAY_END)
        return MISSING if start.precision in ("month", "year") else Deadline(at)
    version = ledger.programme.clocks[code].on(start.at.date())
    if version is None:
        return NO_DEADLINE
    if version.unit == "hours":
        if start.precision != "minute":
            return MISSING
        return Deadline(start.at + timedelta(hours=version.amount), exact=True)
    if start.precision in ("month", "year"):
        return MISSING
    day = start.at.date()
    if version.unit == "workdays":
        day = ledger.calendar.add_working_days(day, version.amount)
    elif version.unit == "days":
        day += timedelta(days=version.amount)
    else:
        day = add_months(day, version.amount)
    return Deadline(datetime.combine(day, DAY_END))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of that month where it is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for candidate in range(day.day, 27, -1):
        try:
            return date(year, month + 1, candidate)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
