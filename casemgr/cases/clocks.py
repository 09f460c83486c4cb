"""How long a promise took, or has left, in the unit its rule counts in (hours, working days). Pure.

`words` gives a Vietnamese source string for the catalogue and what fills it: "sau 4 giờ (hạn 12)", "ngày làm việc
thứ 5 (hạn 7)", "quá 2 ngày làm việc", "còn 3 ngày làm việc".
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from casemgr.programmes.deadlines import DAY_END, begins, deadline
from casemgr.programmes.events import Event, Ledger, Moment
from casemgr.programmes.model import ClockVersion, Due, Programme
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, Span
from casemgr.refused import N_
from casemgr.ui.rules import show_number

HOUR = timedelta(hours=1)
# Above this many hours an overdue clock is said in days: "quá 14 ngày" is read, "quá 341 giờ" is not.
MOST_HOURS = 72


class Words(NamedTuple):
    """A source string and its parameters."""

    text: str
    params: dict = {}


class Running(NamedTuple):
    """The clock behind a due date: from when it ran and which version of it; None without one."""

    start: Moment
    version: ClockVersion


def running(ledger: Ledger, span: Span, anchor: Event | None) -> Running | None:
    """The clock that gave a span its due date; None where the date was planned, or is the end of a year."""
    if anchor is None or span.due is None:
        return None
    return _running(ledger, span.criterion.due, anchor, span.due)


def _running(ledger: Ledger, due: Due | None, anchor: Event, at: datetime) -> Running | None:
    if due is None or due.year_end:
        return None
    if due.planned:
        return None
    for part in due.earliest or due.latest:
        if deadline(ledger, part, anchor).at == at:
            return _running(ledger, part, anchor, at)
    for selector in due.start:
        start = begins(ledger, selector, anchor)
        if start is not None:
            version = ledger.programme.clocks[due.clock].on(start.at.date()) if due.clock else None
            return Running(start, version) if version else None
    return _running(ledger, due.fallback, anchor, at)


def clock_version(programme: Programme, due: Due | None, arises: datetime, at: datetime | None) -> ClockVersion | None:
    """The version of the clock by which something is due `at`, without looking into the file: it says whether time is
    counted in hours or working days. None as in `running` where the date is planned.

    Of several clocks that could have given the date it is the first that can have: days end with a day, hours do not."""
    found = list(_versions(programme, due, arises))
    by_day = at is not None and at.time() == DAY_END
    return next((v for v in found if (v.unit != "hours") == by_day), found[0] if found else None)


def _versions(programme: Programme, due: Due | None, arises: datetime) -> Iterator[ClockVersion]:
    if due is None or due.planned:
        return
    if due.clock:
        version = programme.clocks[due.clock].on(arises.date())
        yield from [version] if version else []
    for part in (*due.earliest, *due.latest, *([due.fallback] if due.fallback else [])):
        yield from _versions(programme, part, arises)


def words(span: Span, value: str | None, clock: Running | None, calendar, now: datetime) -> Words:
    """What a verdict says beside its shape; `value` is `verdict(span, now)`."""
    if value == MET:
        return _kept(span, clock, calendar, now)
    if value == MISSED:
        if span.met is not None and span.met <= now:
            return _kept(span, clock, calendar, now)
        if span.failed is not None and span.failed <= now:
            return Words(N_("không đạt ngày %(day)s"), {"day": short_day(span.failed, now)})
        return overdue(span.due, clock, calendar, now) if span.due else Words(N_("quá hạn"))
    if value == NOT_DUE:
        return left(span.due, clock, calendar, now)
    if span.due_missing:
        return Words(N_("thiếu ngày để tính hạn"))
    if clock is not None and clock.version.unit == "hours":
        return Words(N_("thiếu giờ thực hiện"))
    return Words(N_("thiếu ngày thực hiện"))


def _kept(span: Span, clock: Running | None, calendar, now: datetime) -> Words:
    day = short_day(span.met, now)
    if span.due is None or span.criterion.late == MET:
        return Words(N_("%(day)s"), {"day": day})
    unit = clock.version.unit if clock else None
    if unit == "hours":
        return _after_hours(span.met - clock.start.at, clock.version.amount)
    if unit == "workdays":
        n = calendar.working_days_between(clock.start.at.date(), span.met.date())
        if span.met.date() == clock.start.at.date():
            return Words(N_("trong ngày (hạn %(limit)s ngày làm việc)"), {"limit": clock.version.amount})
        if n < 1:  # done on days off before the first working day
            return Words(N_("%(day)s (hạn %(limit)s ngày làm việc)"), {"day": day, "limit": clock.version.amount})
        return Words(N_("ngày làm việc thứ %(n)s (hạn %(limit)s)"), {"n": n, "limit": clock.version.amount})
    return Words(N_("%(day)s (hạn %(due)s)"), {"day": day, "due": short_day(span.due, now)})


def _after_hours(took: timedelta, limit: int) -> Words:
    if took < HOUR:
        return Words(
            N_("sau %(n)s phút (hạn %(limit)s giờ)"), {"n": max(0, took // timedelta(minutes=1)), "limit": limit}
        )
    if timedelta() < took - limit * HOUR < HOUR:  # "sau 12 giờ (hạn 12)" would read as in time
        minutes = (took - limit * HOUR) // timedelta(minutes=1)
        return Words(N_("sau %(n)s giờ %(m)s phút (hạn %(n)s giờ)"), {"n": limit, "m": minutes})
    return Words(N_("sau %(n)s giờ (hạn %(limit)s)"), {"n": took // HOUR, "limit": limit})


def overdue(due: datetime, clock: Running | None, calendar, now: datetime) -> Words:
    """How late it is by now."""
    unit = clock.version.unit if clock else "workdays"
    if unit == "hours":
        late = now - due
        if late < HOUR:
            return Words(N_("quá %(n)s phút"), {"n": max(1, late // timedelta(minutes=1))})
        if late <= MOST_HOURS * HOUR:
            return Words(N_("quá %(n)s giờ"), {"n": late // HOUR})
        return Words(N_("quá %(n)s ngày"), {"n": show_number(late.days)})
    if unit == "workdays":
        n = calendar.working_days_between(due.date(), now.date())
        if n >= 1:
            return Words(N_("quá %(n)s ngày làm việc"), {"n": show_number(n)})
        return Words(N_("quá hạn %(day)s"), {"day": short_day(due, now)})
    return Words(N_("quá %(n)s ngày"), {"n": show_number((now.date() - due.date()).days)})


def left(due: datetime | None, clock: Running | None, calendar, now: datetime) -> Words:
    """How much time is left by now."""
    if due is None:
        return Words(N_("không có thời hạn"))
    unit = clock.version.unit if clock else "workdays"
    if unit == "hours":
        rest = due - now
        if rest < HOUR:
            return Words(N_("còn %(n)s phút"), {"n": max(0, rest // timedelta(minutes=1))})
        if rest <= MOST_HOURS * HOUR:
            return Words(N_("còn %(n)s giờ"), {"n": rest // HOUR})
        return Words(N_("còn %(n)s ngày"), {"n": rest.days})
    if due.date() <= now.date():
        return Words(N_("hạn hôm nay"))
    if unit == "workdays":
        n = calendar.working_days_between(now.date(), due.date())
        if n < 1:
            return Words(N_("hạn %(day)s"), {"day": short_day(due, now)})
        return Words(N_("còn %(n)s ngày làm việc"), {"n": n})
    return Words(N_("còn %(n)s ngày"), {"n": (due.date() - now.date()).days})


def short_day(at: datetime, now: datetime) -> str:
    """14/03; with the year where it is another one."""
    return f"{at:%d/%m}" if at.year == now.year else f"{at:%d/%m/%Y}"


def late_words(late: timedelta, minute: bool) -> Words | None:
    """ "nhập muộn 3 ngày" for an entry written down a day or more after it happened; None otherwise."""
    if late < timedelta(days=1) and not (minute and late >= 12 * HOUR):
        return None
    if late < timedelta(days=1):
        return Words(N_("nhập muộn %(n)s giờ"), {"n": late // HOUR})
    return Words(N_("nhập muộn %(n)s ngày"), {"n": show_number(late.days)})
