"""The change against the year before, where value and change together would give a small number of that year."""

from fractions import Fraction
from pathlib import Path

import pytest

import casemgr.plans
import casemgr.programmes
from casemgr.coverage.figures import Figure
from casemgr.plans.loader import load_folder
from casemgr.programmes.loader import load_folder as load_programmes
from casemgr.reports.rules import change, change_of_few

PLAN = load_folder(Path(casemgr.plans.__file__).parent, load_programmes(Path(casemgr.programmes.__file__).parent))[
    "KH322-2022"
]
CHILDREN = PLAN.indicators["TE-2"]
NOW = Figure(45, 60)


def test_the_change_of_a_share_is_in_percentage_points():
    assert change_of_few(CHILDREN, NOW, Figure(30, 50), lost=False) == "+15,0 điểm %"


@pytest.mark.parametrize("before", [Figure(3, 50), Figure(48, 50), Figure(2, 4)])
def test_a_small_number_of_the_year_before_is_not_given_away(before):
    said = change(CHILDREN, NOW, before)
    told = NOW.value - Fraction(said.split()[0].replace(",", ".").replace("−", "-")) / 100
    assert abs(told - before.value) < Fraction(1, 1000), "value and change give it"
    assert change_of_few(CHILDREN, NOW, before, lost=False) == "–"


def test_what_the_report_of_that_year_hid_stays_hidden():
    assert change_of_few(CHILDREN, NOW, Figure(30, 50), lost=True) == "–"


def test_without_a_year_before_nothing_is_compared():
    assert change_of_few(CHILDREN, NOW, None, lost=False) == "–"
    assert change_of_few(CHILDREN, NOW, Figure(30, None), lost=False) == "–"
