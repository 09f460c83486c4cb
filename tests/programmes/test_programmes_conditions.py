import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.programmes.conditions import BadCondition, compile_condition

FACTS = {"risk": "CAO", "harm": ["BL", "XHTD"], "age": 11, "emergency": True, "empty": "", "nothing": None}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, True),
        ({"risk": "CAO"}, True),
        ({"risk": "THAP"}, False),
        ({"risk": ["THAP", "CAO"]}, True),
        ({"missing": "CAO"}, False),
        ({"harm": "XHTD"}, True),
        ({"harm": ["MB", "BL"]}, True),
        ({"harm": ["MB", "BO_ROI"]}, False),
        ({"emergency": True}, True),
        ({"emergency": False}, False),
        ({"risk": "CAO", "harm": "MB"}, False),
        ({"age": {"below": 16}}, True),
        ({"age": {"below": 11}}, False),
        ({"age": {"at_least": 11, "at_most": 11}}, True),
        ({"age": {"above": 11}}, False),
        ({"missing": {"below": 16}}, False),
        ({"missing": {"at_least": 0}}, False),
        ({"emergency": {"at_least": 1}}, False),
        ({"risk": {"below": 16}}, False),
        ({"age": {"at_least": "age"}}, True),
        ({"age": {"above": "age"}}, False),
        ({"age": {"at_most": "nothing"}}, False),
        ({"age": {"at_most": "risk"}}, False),
        ({"age": {"known": True}}, True),
        ({"empty": {"known": True}}, False),
        ({"nothing": {"known": False}}, True),
        ({"missing": {"known": False}}, True),
        ({"any": [{"risk": "THAP"}, {"age": {"below": 16}}]}, True),
        ({"any": []}, False),
        ({"all": [{"risk": "CAO"}, {"risk": "THAP"}]}, False),
        ({"none": [{"risk": "THAP"}, {"age": {"above": 15}}]}, True),
        ({"none": [{"risk": "CAO"}]}, False),
        ({"risk": "CAO", "none": [{"harm": "BL"}]}, False),
    ],
)
def test_a_condition_holds_or_not(table, expected):
    assert compile_condition(table)(FACTS) is expected


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("CAO", "table"),
        ({"any": {"risk": "CAO"}}, "list"),
        ({"all": [1]}, "table"),
        ({"age": {}}, "age"),
        ({"age": {"under": 16}}, "under"),
        ({"age": {"known": True, "below": 3}}, "known"),
        ({"age": {"below": True}}, "number"),
        ({"age": {"known": 1}}, "known"),
    ],
)
def test_a_table_that_is_no_condition_is_refused(table, wrong):
    with pytest.raises(BadCondition, match=wrong):
        compile_condition(table)


facts = st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))
simple = st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2)


@given(facts, st.lists(simple, max_size=3))
def test_none_is_the_opposite_of_any(known, parts):
    any_of, none_of = compile_condition({"any": parts}), compile_condition({"none": parts})
    assert any_of(known) is not none_of(known)
