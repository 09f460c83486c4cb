from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.units import holidays
from casemgr.units.calendar import Calendar, vietnam_calendar

VIETNAM = vietnam_calendar(range(2000, 2061))
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
ANY_DAYS = st.dates(date(1990, 1, 1), date(2070, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2022, 1, 3), False),  # in lieu of Saturday 1/1
        (date(2022, 1, 28), True),
        (date(2022, 1, 31), False),  # Tết Nhâm Dần: 31/1 to 4/2
        (date(2022, 2, 1), False),
        (date(2022, 2, 4), False),
        (date(2022, 2, 7), True),
        (date(2022, 4, 11), False),  # 10/3 âm lịch fell on Sunday 10/4
        (date(2022, 5, 2), False),  # in lieu of Saturday 30/4
        (date(2022, 5, 3), False),  # in lieu of Sunday 1/5
        (date(2022, 5, 4), True),
        (date(2022, 9, 1), False),  # Quốc khánh has two days since 2021
        (date(2022, 9, 2), False),
        (date(2022, 9, 5), True),
        (date(2021, 2, 10), False),
        (date(2021, 2, 16), False),
        (date(2021, 2, 17), True),
        (date(2023, 1, 26), False),
        (date(2024, 4, 29), False),  # swapped ...
        (date(2024, 5, 4), True),  # ... with this Saturday
    ],
)
def test_days_as_the_state_decided_them(day, working):
    assert VIETNAM.is_working(day) is working


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2022, 1, 28), 1, date(2022, 2, 7)),  # the Friday before Tết: the next working day is ten days off
        (date(2022, 1, 29), 7, date(2022, 2, 15)),  # received on the Saturday
        (date(2022, 4, 29), 7, date(2022, 5, 12)),
        (date(2022, 5, 25), 0, date(2022, 5, 25)),
        (date(2022, 5, 28), 0, date(2022, 5, 28)),
        (date(2022, 5, 4), -1, date(2022, 4, 29)),
        (date(2022, 8, 31), 3, date(2022, 9, 7)),
    ],
)
def test_terms(day, n, due):
    assert VIETNAM.add_working_days(day, n) == due


def test_a_moment_counts_as_its_day():
    late = datetime(2022, 1, 28, 23, 59)
    assert VIETNAM.add_working_days(late, 1) == date(2022, 2, 7)
    assert type(VIETNAM.add_working_days(late, 0)) is date
    assert VIETNAM.working_days_between(late, datetime(2022, 2, 7)) == 1
    assert VIETNAM.is_working(late)


def test_a_term_never_ends_on_a_day_off():
    assert VIETNAM.next_working(date(2022, 2, 2)) == date(2022, 2, 7)
    assert VIETNAM.next_working(date(2022, 2, 7)) == date(2022, 2, 7)


def test_the_states_decision_prevails():
    friday, saturday, tet = date(2026, 1, 2), date(2026, 1, 10), date(2022, 2, 4)
    assert VIETNAM.is_working(friday)
    assert not VIETNAM.is_working(saturday)
    decided = vietnam_calendar(range(2000, 2061), extra_off=[friday, date(2024, 5, 4)], extra_on=[saturday, tet])
    assert not decided.is_working(friday)
    assert decided.is_working(saturday)
    assert decided.is_working(tet)
    assert not decided.is_working(date(2024, 5, 4))
    with pytest.raises(ValueError, match="both"):
        vietnam_calendar([2022], [tet], [tet])
    with pytest.raises(ValueError, match="both"):
        Calendar(frozenset([tet]), frozenset([tet]))


def test_calendars_are_shared():
    assert vietnam_calendar(range(2000, 2061)) is VIETNAM


@given(ANY_DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_worked_and_has_n_between(day, n):
    due = VIETNAM.add_working_days(day, n)
    assert VIETNAM.is_working(due)
    assert VIETNAM.working_days_between(day, due) == n
    assert VIETNAM.working_days_between(due, day) == -n
    assert VIETNAM.add_working_days(day, n + 1) > due


@given(ANY_DAYS, st.integers(1, 60))
def test_counting_back(day, n):
    start = VIETNAM.add_working_days(day, -n)
    assert VIETNAM.is_working(start)
    assert VIETNAM.working_days_between(start, day) == n - (not VIETNAM.is_working(day))


@given(DAYS, st.integers(0, 400))
def test_the_table_agrees_with_counting_day_by_day(day, length):
    later = day + timedelta(days=length)
    counted = sum(VIETNAM.is_working(day + timedelta(days=each)) for each in range(1, length + 1))
    assert VIETNAM.working_days_between(day, later) == counted


@given(ANY_DAYS, ANY_DAYS, ANY_DAYS)
def test_stretches_add_up(a, b, c):
    between = VIETNAM.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)


@given(ANY_DAYS, st.integers(0, 30), st.integers(0, 30))
def test_terms_add_up(day, m, n):
    assert VIETNAM.add_working_days(VIETNAM.add_working_days(day, m), n) == VIETNAM.add_working_days(day, m + n)


def test_outside_its_years_a_calendar_knows_weekends_only():
    assert Calendar().add_working_days(date(2022, 1, 28), 1) == date(2022, 1, 31)
    assert VIETNAM.is_working(date(1999, 9, 2))
    assert VIETNAM.add_working_days(date(1999, 12, 31), 1) == date(2000, 1, 4)  # 1/1 was a Saturday
    assert VIETNAM.add_working_days(date(2060, 12, 31), 1) == date(2061, 1, 3)


def test_the_file_of_holidays_is_what_the_package_knows():
    assert holidays.known() == holidays.of_package()
