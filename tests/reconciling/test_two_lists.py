"""What two lists say of each other: the rules alone, without a database."""

from datetime import date

import pytest

from casemgr.reconciling.overlapping import List
from casemgr.reconciling.rules import chapman
from tests.reconciling.conftest import UNIT


@pytest.mark.parametrize(
    ("first", "second", "both", "total"),
    [(10, 10, 10, 10), (100, 80, 40, 199), (9, 19, 4, 39), (5, 5, 0, None), (3, 2, 3, None)],
)
def test_chapman(first, second, both, total):
    """Worked by hand: (101 × 81) / 41 − 1 = 198.5; (10 × 20) / 5 − 1 = 39."""
    found = chapman(first, second, both)
    assert (found and found.total) == total
    if found:
        assert found.either <= found.low <= found.total <= found.high


def test_two_lists_are_compared_on_the_days_that_both_cover():
    days = {"a": {date(2022, 1, 5)}, "b": {date(2022, 2, 5), None}, "c": {None}}
    one = List("111", "x", UNIT, date(2022, 1, 1), date(2022, 3, 31), days)
    assert one.among(date(2022, 2, 1), date(2022, 3, 31)) == {"b"}
    assert one.among(date(2022, 1, 1), date(2022, 3, 31)) == {"a", "b", "c"}
