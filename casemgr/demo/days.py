"""The generator's own table of working days of 2021 and 2022, typed from the state's published calendars.

It is not the calendar of the application: what the generator counts must not rest on what it checks.
"""

from datetime import date, datetime, time, timedelta

OFF = frozenset(
    date.fromisoformat(day)
    for day in (
        "2021-01-01",  # Tết Dương lịch
        "2021-02-10", "2021-02-11", "2021-02-12", "2021-02-15", "2021-02-16",  # Tết Tân Sửu
        "2021-04-21",  # Giỗ Tổ Hùng Vương
        "2021-04-30", "2021-05-03",  # 30/4, nghỉ bù 1/5
        "2021-09-02", "2021-09-03",  # Quốc khánh
        "2022-01-03",  # nghỉ bù Tết Dương lịch
        "2022-01-31", "2022-02-01", "2022-02-02", "2022-02-03", "2022-02-04",  # Tết Nhâm Dần
        "2022-04-11",  # nghỉ bù Giỗ Tổ Hùng Vương
        "2022-05-02", "2022-05-03",  # nghỉ bù 30/4, 1/5
        "2022-09-01", "2022-09-02",  # Quốc khánh
        "2023-01-02",  # nghỉ bù Tết Dương lịch
        "2023-01-20", "2023-01-23", "2023-01-24", "2023-01-25", "2023-01-26",  # Tết Quý Mão
    )
)  # fmt: skip
FIRST, LAST = date(2021, 1, 1), date(2023, 3, 31)
DAY_END = time(23, 59, 59)


def _table() -> list[date]:
    day, days = FIRST, []
    while day <= LAST:
        if day.weekday() < 5 and day not in OFF:
            days.append(day)
        day += timedelta(days=1)
    return days


WORKDAYS = _table()
WORKED = frozenset(WORKDAYS)
# For each calendar day, how many working days there were up to and including it.
_COUNT: dict[date, int] = {}
for _n in range((LAST - FIRST).days + 1):
    _day = FIRST + timedelta(days=_n)
    _COUNT[_day] = _COUNT.get(_day - timedelta(days=1), 0) + (_day in WORKED)


def after(day: date, n: int) -> date:
    """The nth working day after a day; for 0 the day itself, or the next that is worked."""
    if n == 0:
        return day if day in WORKED else after(day, 1)
    return WORKDAYS[_COUNT[day] + n - 1]


def end_of(day: date) -> datetime:
    return datetime.combine(day, DAY_END)


def due(start: datetime | date, workdays: int) -> datetime:
    """The end of the nth working day after the start."""
    day = start.date() if isinstance(start, datetime) else start
    return end_of(after(day, workdays))
