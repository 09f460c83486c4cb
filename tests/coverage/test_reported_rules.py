"""The verdicts on figures that come from outside, on inputs written down by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import casemgr.plans
import casemgr.programmes
from casemgr.coverage.rules import RULES
from casemgr.coverage.scene import Areas, Money, Scene
from casemgr.coverage.tally import Tally
from casemgr.plans.choice import Found
from casemgr.plans.loader import load_folder
from casemgr.plans.notes import Note
from casemgr.programmes.loader import load_folder as load_programmes

PROGRAMMES = load_programmes(Path(casemgr.programmes.__file__).parent)
PLANS = load_folder(Path(casemgr.plans.__file__).parent, PROGRAMMES)
JUNE, DECEMBER = date(2022, 6, 30), date(2022, 12, 31)
BASE = date(2021, 12, 31)


def figure(code: str, day=DECEMBER, **scene):
    plan = next(p for p in PLANS.values() if code in p.indicators)
    indicator = plan.indicators[code]
    return RULES[indicator.rule](indicator, Tally(), Scene(None, day, plan.end, **scene))


def reported(value, end, **more):
    return {"value": Found(value, end=end, **more)}


@pytest.mark.parametrize(
    ("code", "value", "day", "end", "verdict"),
    [
        # about 20,000: up to 5% below counts
        ("LD-01", 19_000, DECEMBER, DECEMBER, "met"),
        ("LD-01", 18_999, DECEMBER, DECEMBER, "missed"),
        ("LD-01", 9_000, JUNE, JUNE, "in_period"),
        # what was passed stays passed, however old the figure is
        ("LD-06", 200, DECEMBER, JUNE, "met"),
        ("LD-06", 199, DECEMBER, JUNE, "unknown"),
        ("LD-06", 199, DECEMBER, DECEMBER, "missed"),
        # strictly below 4%
        ("LD-07", Decimal("4"), DECEMBER, DECEMBER, "missed"),
        ("LD-07", Decimal("3.99"), DECEMBER, DECEMBER, "met"),
        ("LD-07", Decimal("3.99"), DECEMBER, JUNE, "unknown"),
        ("LD-07", Decimal("4.2"), JUNE, JUNE, "in_period"),
        ("LD-02", Decimal("41.5"), DECEMBER, DECEMBER, "met"),
        ("LD-02", Decimal("41.49"), DECEMBER, DECEMBER, "missed"),
        ("YT-1", Decimal("92"), JUNE, JUNE, "met"),
        ("YT-1", Decimal("92"), DECEMBER, JUNE, "unknown"),
    ],
)
def test_a_value_against_its_target(code, value, day, end, verdict):
    flow = code in ("LD-01", "LD-06", "LD-02")
    found = figure(code, day, inputs=reported(value, end, flow=flow))
    assert found.verdict == verdict
    assert found.value == (Fraction(value) if code in ("LD-01", "LD-06") else Fraction(value) / 100)


def test_what_is_not_reported_is_no_zero_and_no_pass():
    found = figure("NS-1", inputs={"value": Found(why=Note("không có"))})
    assert (found.value, found.verdict, str(found.why)) == (None, "unknown", "không có")


def test_units_that_have_not_reported_keep_a_rate_from_being_judged():
    for value in (Decimal(95), Decimal(80)):
        found = figure("YT-1", inputs=reported(value, DECEMBER, missing=3))
        assert found.verdict == "unknown"
        assert "3 đơn vị chưa có số liệu." in map(str, found.warnings)
    assert figure("LD-06", inputs=reported(210, DECEMBER, missing=3, flow=True)).verdict == "met"


def test_a_number_for_the_province_does_not_judge_a_commune():
    assert figure("LD-06", inputs=reported(3, DECEMBER, flow=True), whole=False).verdict == "told"
    assert figure("YT-1", inputs=reported(Decimal(80), DECEMBER), whole=False).verdict == "missed"


def rates(before, now, end=DECEMBER, standards=("N", "N")):
    current, baseline = (Decimal(now) if now else None), (Decimal(before) if before else None)
    return {
        "current": Found(current, end=end, standard=standards[1], why=None if now else Note("chưa có")),
        "baseline": Found(baseline, end=BASE, standard=standards[0], why=None if before else Note("chưa có kỳ gốc")),
    }


@pytest.mark.parametrize(
    ("now", "points", "bounds", "verdict"),
    [
        ("4.62", Fraction(1), [True, False], "met"),
        ("4.42", Fraction(6, 5), [True, True], "met"),
        ("4.63", Fraction(99, 100), [False, False], "missed"),
        ("6.00", Fraction(-38, 100), [False, False], "missed"),
    ],
)
def test_a_cut_is_in_points_and_says_both_bounds(now, points, bounds, verdict):
    found = figure("GN-1", inputs=rates("5.62", now))
    assert (found.value, found.verdict) == (points, verdict)
    assert [reached for _bound, reached in found.bounds] == bounds
    # 1% of 5.62% would be passed by 5.56: per cent are not points
    assert figure("GN-1", inputs=rates("5.62", "5.56")).verdict == "missed"


def test_rates_of_two_standards_are_not_compared():
    found = figure("GN-1", inputs=rates("5.62", "4.0", standards=("OLD", "NEW")))
    assert (found.value, found.verdict) == (None, "unknown")
    assert "hai chuẩn nghèo khác nhau" in str(found.why)
    found = figure("GN-1", inputs=rates("5.62", "4.0", standards=("?", "?")))
    assert found.value is None, "communes that used different standards"


def test_without_a_baseline_there_is_no_cut():
    found = figure("GN-1", inputs=rates(None, "4.0"))
    assert (found.value, found.verdict, str(found.why)) == (None, "unknown", "chưa có kỳ gốc")


@pytest.mark.parametrize(
    ("year", "now", "points", "verdict"),
    [
        (2022, "4.62", Fraction(1), "in_period"),
        (2024, "2.62", Fraction(1), "met"),
        (2025, "2.02", Fraction(9, 10), "missed"),
    ],
)
def test_an_average_cut_divides_by_the_years_since_the_end_of_2021(year, now, points, verdict):
    end = date(year, 12, 31)
    found = figure("CT-1", end, inputs=rates("5.62", now, end))
    assert found.value == points
    assert found.beside["years"] == year - 2021
    if year != 2022:
        assert found.verdict == verdict
    assert figure("CT-1", JUNE, inputs=rates("5.62", "5.0", date(2021, 12, 31))).value is None


def test_money_received_counts_whatever_was_reported_meanwhile():
    inputs = {"received": Found(9_000_000_000, end=DECEMBER, flow=True)}
    assert figure("NCC-2", inputs=inputs).verdict == "met"
    found = figure("NCC-2", inputs=inputs, money=Money(3_999_999_999, paid=5, end=DECEMBER))
    assert (found.value, found.verdict, found.beside["paid"]) == (3_999_999_999, "missed", 5)


def test_a_task_in_words_is_told_or_missing():
    from uuid import UUID

    told = figure("Q1-04", inputs={"report": Found(end=JUNE, told=UUID(int=1))})
    assert (told.verdict, told.value) == ("told", None)
    assert figure("Q1-04", inputs={"report": Found(why=Note("Chưa có báo cáo."))}).verdict == "unknown"


def test_a_panel_names_what_is_missing():
    inputs = {name: Found(why=Note("x")) for name in PLANS["KH322-2022"].indicators["Q1-13"].uses}
    assert figure("Q1-13", inputs=inputs).verdict == "unknown"
    found = figure("Q1-13", inputs=inputs | {"water": Found(Decimal("6.4"), end=JUNE)})
    assert found.verdict == "told"
    assert found.panel["Q1-13.water"] == Fraction(64, 10)
    assert [str(w) for w in found.warnings] == ["5 số liệu chưa có hoặc chưa được xác nhận."]


def test_the_26_named_areas():
    whole = Areas({"III": 7, "I": 9, "DBKK": 10}, {"III": 7, "I": 9, "DBKK": 8})
    assert (figure("CT-8", areas=whole).numerator, figure("CT-8", areas=whole).denominator) == (26, 26)
    found = figure("CT-10", areas=whole)
    assert (found.numerator, found.denominator, found.short, found.verdict) == (24, 26, 2, "told")
    partial = Areas({"III": 7, "I": 8, "DBKK": 10}, {})
    assert figure("CT-8", areas=partial).verdict == "unknown"
    assert figure("CT-8").why is not None


def test_without_a_number_to_reach_a_value_is_told():
    found = figure("Q1-02", inputs=reported(Decimal("1.25"), JUNE))
    assert (found.verdict, found.value) == ("told", Fraction(1, 80))
    indicator = replace(PLANS["CT06-2025"].indicators["CT-6"])
    assert indicator.target is None
    found = figure("CT-6", inputs=rates("6.05", "5.71"))
    assert (found.verdict, found.value) == ("told", Fraction(34, 100))
