"""A question is looked up by all of it: two that differ anywhere never share an answer."""

from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from casemgr.coverage.tally import FOCUS, REST, Mark, Question

DAY = datetime(2022, 6, 15)
ASKED = Question({"TE": "in_period"}, DAY, DAY + timedelta(hours=9), DAY, frozenset({"a"}))
OTHER = {
    "counting": {"TE": "on_hand"},
    "start": DAY - timedelta(days=1),
    "since": DAY - timedelta(days=1),
    "units": None,
    "dims": frozenset({"sex"}),
    "marks": (Mark("m", "TE", ("c",)),),
    "rule": "TE v2022.1",
    "hamlets": frozenset({UUID(int=1)}),
    "area": FOCUS,
    "around": frozenset({"a"}),
}


@pytest.mark.parametrize("name", OTHER)
def test_another_question_has_another_key(name):
    assert replace(ASKED, **{name: OTHER[name]}).key != ASKED.key


def test_every_field_but_the_moving_time_is_tried():
    assert {each.name for each in fields(Question)} == {*OTHER, "t"}


def test_the_order_in_which_units_and_programmes_are_named_is_nothing():
    one = replace(ASKED, counting={"TE": "in_period", "MT": "on_hand"}, units=["a", "b"])
    assert one.key == replace(one, counting={"MT": "on_hand", "TE": "in_period"}, units=("b", "a")).key
    assert hash(one.key) == hash(one.key)


def test_a_time_that_moves_is_kept_by_the_minute_a_day_that_is_over_by_itself():
    later = replace(ASKED, t=ASKED.t + timedelta(seconds=59))
    assert (later.key, later.moment) == (ASKED.key, ASKED.moment)
    assert replace(ASKED, t=ASKED.t + timedelta(seconds=60)).moment != ASKED.moment
    over = replace(ASKED, t=datetime.combine(DAY, time(23, 59, 59)))
    assert over.moment is None
    assert over.key != replace(over, t=over.t + timedelta(days=1)).key != ASKED.key


def test_an_area_is_not_its_rest():
    assert replace(ASKED, area=REST).key != replace(ASKED, area=FOCUS).key
