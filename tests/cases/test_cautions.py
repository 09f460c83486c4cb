"""What a leader is asked to look at twice."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from casemgr.cases.cautions import same_day


def entry(kind, day, precision="day"):
    return SimpleNamespace(kind=kind, occurred_at=datetime(2022, 3, day), precision=precision)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([("planned", 9), ("served", 9), ("reviewed", 9)], ["planned", "served", "reviewed", "closed"]),
        ([("planned", 2), ("served", 9), ("reviewed", 9)], ["served", "reviewed", "closed"]),
        ([("served", 9), ("visited", 9), ("visited", 9)], []),
        ([("served", 8), ("reviewed", 8), ("planned", 8)], []),
        ([("served", 9, "month"), ("reviewed", 9)], []),
    ],
)
def test_three_steps_of_the_path_on_one_day_are_pointed_out(others, expected):
    closed = entry("closed", 9)
    assert same_day([*(entry(*other) for other in others), closed], closed) == expected
