"""The verdict of each indicator as the rulings say, on tallies written down by hand."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import casemgr.plans
import casemgr.programmes
from casemgr.coverage.rules import RULES
from casemgr.coverage.scene import Scene
from casemgr.coverage.tally import Group, Key, Tally, funnel
from casemgr.plans.choice import Found
from casemgr.plans.loader import load_file
from casemgr.programmes.loader import load_folder

PROGRAMMES = load_folder(Path(casemgr.programmes.__file__).parent)
PLAN = load_file(Path(casemgr.plans.__file__).with_name("KH322-2022.toml"), PROGRAMMES)
JUNE, DECEMBER = date(2022, 6, 30), date(2022, 12, 31)


def tally(**cells: int) -> Tally:
    """tally(met_mmmm=3) has three items of that verdict and these letters; a third part is the band."""
    found = Tally()
    for name, count in cells.items():
        verdict, steps, *band = name.split("__")
        found.cells[Key(Group(), verdict, steps.replace("o", "-"), band[0] if band else "")] = count
    return found


def figure(code: str, of: Tally, day=DECEMBER, inputs=None, received=None, **changes):
    indicator = replace(PLAN.indicators[code], **changes)
    scene = Scene(PROGRAMMES[indicator.programme], day, PLAN.end, inputs or {}, received)
    return RULES[indicator.rule](indicator, of, scene)


@pytest.mark.parametrize(
    ("cells", "numbers", "verdict"),
    [
        ({"met__mmmm": 67, "missed__mmxn": 6, "not_due__mnnn": 4}, (67, 73, 4, 0), "missed"),
        ({"met__mmmm": 10}, (10, 10, 0, 0), "met"),
        ({"met__mmmm": 10, "unknown__mmmu": 2}, (10, 12, 0, 2), "unknown"),
        ({"met__mmmm": 10, "unknown__mmmu": 2, "missed__xmmm": 1}, (10, 13, 0, 2), "missed"),
        ({"met__mmmm": 10, "excluded__mmmm": 3, "pending__": 4, "unsubstantiated__": 5}, (10, 10, 0, 0), "met"),
        ({"not_due__mnnn": 4}, (0, 0, 4, 0), "unknown"),
    ],
)
def test_te2(cells, numbers, verdict):
    found = figure("TE-2", tally(**cells))
    assert (found.numerator, found.denominator, found.not_due, found.unknown) == numbers
    assert found.verdict == verdict
    assert (found.value is None) == (numbers[1] == 0) == (found.why is not None)
    assert found.excluded == cells.get("excluded__mmmm", 0)
    assert found.beside.get("pending", 0) == cells.get("pending__", 0)


def test_te2_with_nothing_due_yet_is_in_its_period():
    assert figure("TE-2", tally(not_due__mnnn=4), JUNE).verdict == "in_period"


def reported(current, baseline, end=DECEMBER):
    return {"current": Found(current, end=end), "baseline": Found(baseline, end=end)}


@pytest.mark.parametrize(
    ("current", "baseline", "day", "end", "received", "value", "verdict"),
    [
        (72, 84, JUNE, JUNE, None, Fraction(12, 84), "in_period"),
        (60, 84, JUNE, JUNE, None, Fraction(24, 84), "in_period"),
        (80, 100, DECEMBER, DECEMBER, None, Fraction(20, 100), "met"),
        (81, 100, DECEMBER, DECEMBER, None, Fraction(19, 100), "missed"),
        (120, 100, DECEMBER, DECEMBER, None, Fraction(-20, 100), "missed"),
        (80, 100, DECEMBER, DECEMBER, (30, 40), Fraction(20, 100), "unknown"),
        (80, 100, DECEMBER, DECEMBER, (50, 40), Fraction(20, 100), "met"),
        (80, 100, DECEMBER, DECEMBER, (50, None), Fraction(20, 100), "met"),
        (81, 100, DECEMBER, DECEMBER, (30, 40), Fraction(19, 100), "missed"),
        (40, 50, DECEMBER, JUNE, None, Fraction(10, 50), "unknown"),
        (5, 0, DECEMBER, DECEMBER, None, None, "unknown"),
    ],
)
def test_te1(current, baseline, day, end, received, value, verdict):
    own = tally(met__mmmm=74)
    own.distinct["incidents"] = 74
    found = figure("TE-1", own, day, reported(current, baseline, end), received)
    assert (found.value, found.verdict) == (value, verdict)
    assert found.beside["incidents"] == 74
    assert (found.value is None) == (found.why is not None)


def test_te1_without_a_baseline_says_why():
    from casemgr.plans.notes import Note

    inputs = {"current": Found(72, end=JUNE), "baseline": Found(why=Note("không có"))}
    found = figure("TE-1", tally(), JUNE, inputs)
    assert (found.value, found.verdict, str(found.why)) == (None, "unknown", "không có")


@pytest.mark.parametrize(
    ("listed", "detained", "treated", "day", "verdict"),
    [
        (200, 20, 107, JUNE, "met"),
        (200, 20, 99, JUNE, "in_period"),
        (200, 20, 99, DECEMBER, "missed"),
        (200, None, 100, DECEMBER, "met"),
        (90, 0, 107, DECEMBER, "unknown"),
    ],
)
def test_mt1(listed, detained, treated, day, verdict):
    of = tally(met__mm=treated, missed__mx=150 - treated)
    of.marked["stayed"] = Counter({Key(Group(), "met", "mm", ""): 5})
    found = figure("MT-1", of, day, {"list": Found(listed, end=day), "detained": Found(detained)})
    assert (found.numerator, found.denominator, found.verdict) == (treated, listed, verdict)
    assert found.second == (None if detained is None else (treated, listed - detained))
    assert (found.beside["system"], found.beside["stayed"]) == (150, 5)
    assert bool(found.warnings) == (treated > listed)


def test_mt1_of_communes_that_have_not_all_reported_is_not_judged():
    of = tally(met__mm=60)
    found = figure("MT-1", of, DECEMBER, {"list": Found(100, end=DECEMBER, missing=3), "detained": Found()})
    assert found.verdict == "unknown"


def supported(**cells):
    of = tally(**cells)
    of.marked["beyond"] = Counter()
    of.marked["refused"] = Counter({k: n for k, n in of.cells.items() if k.band == "support_refused"})
    return of


def test_bd1_where_every_shortfall_is_a_refusal_is_not_judged():
    of = supported(met__mmmm=30, missed__mxnm__support_refused=2, not_due__mnnm=2, missed__xnnm=1)
    found = figure("BD-1", of)
    assert (found.numerator, found.denominator, found.second, found.not_due) == (30, 32, (30, 33), 2)
    assert found.verdict == "unknown"
    assert found.beside["detected"] == 35
    assert found.beside["counselling_only"] == 30


def test_bd1_with_a_shortfall_that_is_no_refusal_is_missed():
    of = supported(met__mmmm=30, missed__mxnm__support_refused=2, missed__mxnm=1)
    assert figure("BD-1", of).verdict == "missed"


def test_bd1_judged_by_all_detected():
    settings = dict(PLAN.indicators["BD-1"].settings)
    settings["reading"] = replace(settings["reading"], value="detected")
    found = figure("BD-1", supported(met__mmmm=30, missed__xnnm=1), settings=settings)
    assert (found.numerator, found.denominator, found.second, found.verdict) == (30, 31, (30, 30), "missed")


@pytest.mark.parametrize(
    ("met", "below", "listed", "day", "value", "upper", "verdict"),
    [
        (8412, 93, 9623, JUNE, Fraction(8412, 9623), Fraction(9530, 9623), "missed"),
        (90, 0, 100, JUNE, Fraction(90, 100), Fraction(1), "in_period"),
        (90, 0, 100, DECEMBER, Fraction(90, 100), Fraction(1), "unknown"),
        (100, 0, 100, DECEMBER, Fraction(1), Fraction(1), "met"),
        (100, 0, 100, JUNE, Fraction(1), Fraction(1), "met"),
        (110, 0, 100, DECEMBER, Fraction(110, 100), Fraction(110, 100), "unknown"),
    ],
)
def test_ncc1(met, below, listed, day, value, upper, verdict):
    found = figure("NCC-1", tally(met__mm=met, missed__mx=below, not_due__mn=7), day, {"list": Found(listed, end=day)})
    assert (found.value, found.upper, found.verdict) == (value, upper, verdict)
    assert found.unknown == max(0, listed - met - below)


def test_the_funnel_counts_the_first_steps_kept():
    of = tally(met__mmmm=3, missed__mxmm=2, missed__xmmm=1, not_due__mmnn=4, excluded__mmmm=9)
    assert funnel(of, 4) == [10, 9, 7, 3, 3]


GROUPS = st.builds(Group, st.sampled_from("ab"), st.sampled_from(("nam", "nu", "")), st.just(""), st.sampled_from("kh"))
KEYS = st.builds(
    Key,
    GROUPS,
    st.sampled_from(("met", "missed", "unknown", "not_due", "excluded", "pending")),
    st.text("mnxu-", min_size=4, max_size=4),
    st.sampled_from(("", "refused")),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the strategy
@given(st.dictionaries(KEYS, st.integers(1, 50)), st.sampled_from(("unit", "sex", "ethnicity")))
def test_the_groups_add_up_to_the_whole(cells, dimension):
    of = Tally(Counter(cells))
    parts = of.split(lambda group: (getattr(group, dimension),))
    for code in ("TE-2", "BD-1"):
        whole, figures = figure(code, of), [figure(code, part) for part in parts.values()]
        for name in ("numerator", "denominator", "not_due", "unknown", "excluded"):
            assert getattr(whole, name) == sum(getattr(f, name) for f in figures)
