"""Working days in Vietnam. Plain Python.

Public holidays come from the file `holidays.csv`: Tết, Giỗ Tổ Hùng Vương (10/3 âm lịch), 30/4, 1/5, 2/9, days taken in
lieu, and the swaps that are known. The state decides each year anew on further days off and on Saturdays worked
instead; those come as `extra_off` and `extra_on` and prevail over the file.

A term counts from the day after the event (Bộ luật Dân sự 2015, art. 147) and is calculated in whole days: a
datetime is accepted wherever a date is, its time of day does not matter.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from casemgr.units.holidays import known

DAY = timedelta(days=1)


class Calendar:
    """Monday to Friday, less `off`, plus `on`. Immutable.

    Every day from the first to the last year named in the two sets lies in a table, so that a question costs well
    under a microsecond; outside those years only weekends are known, and each day is stepped over.
    """

    __slots__ = ("_before", "_days", "_first", "_length", "off", "on")

    def __init__(self, off: frozenset[date] = frozenset(), on: frozenset[date] = frozenset()):
        if off & on:
            raise ValueError(f"both a day off and a working day: {sorted(off & on)}")
        self.off, self.on = frozenset(off), frozenset(on)
        named = self.off | self.on
        first = date(min(named).year, 1, 1) if named else date.min
        last = date(max(named).year, 12, 31) if named else date.min
        self._first = first.toordinal()
        self._length = last.toordinal() - self._first + 1 if named else 0
        self._days = []  # the working days in order
        self._before = [0]  # for each day of the table, the working days before it
        for ordinal in range(self._first, self._first + self._length):
            day = date.fromordinal(ordinal)
            if day in self.on or (day.weekday() < 5 and day not in self.off):
                self._days.append(day)
            self._before.append(len(self._days))

    def is_working(self, day: date) -> bool:
        at = day.toordinal() - self._first
        if 0 <= at < self._length:
            return self._before[at + 1] > self._before[at]
        return day.weekday() < 5

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after `day` (before it, for a negative n); `day` itself for 0, working or not."""
        at = day.toordinal() - self._first
        if n and 0 <= at < self._length:
            index = self._before[at + 1] + n - 1 if n > 0 else self._before[at] + n
            if 0 <= index < len(self._days):
                return self._days[index]
        return self._step(day, n)

    def _step(self, day: date, n: int) -> date:
        day = date.fromordinal(day.toordinal())
        step = DAY if n > 0 else -DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def next_working(self, day: date) -> date:
        """The day itself if it is worked, else the next that is: a term never ends on a day off (art. 148)."""
        return date.fromordinal(day.toordinal()) if self.is_working(day) else self.add_working_days(day, 1)

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when b is before a."""
        first, last = a.toordinal() - self._first, b.toordinal() - self._first
        if 0 <= first < self._length and 0 <= last < self._length:
            return self._before[last + 1] - self._before[first + 1]
        if last < first:
            return -self.working_days_between(b, a)
        start = a.toordinal()
        return sum(self.is_working(date.fromordinal(each)) for each in range(start + 1, b.toordinal() + 1))


def vietnam_calendar(years: Iterable[int], extra_off: Iterable[date] = (), extra_on: Iterable[date] = ()) -> Calendar:
    """The calendar of whole years. A day in both extras is a ValueError. Calendars are kept and shared."""
    return _vietnam(tuple(years), frozenset(extra_off), frozenset(extra_on))


@lru_cache(maxsize=16)
def _vietnam(years: tuple[int, ...], extra_off: frozenset[date], extra_on: frozenset[date]) -> Calendar:
    if extra_off & extra_on:
        raise ValueError(f"both a day off and a working day: {sorted(extra_off & extra_on)}")
    off, on = known(years)
    return Calendar((off | extra_off) - extra_on, (on | extra_on) - extra_off)
