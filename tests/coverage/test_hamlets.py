"""Who lives in a hamlet that the directive names belongs to the focus areas, wherever the commune belongs."""

from datetime import date, datetime
from random import Random

import pytest

from casemgr.coverage import services
from casemgr.ledger import services as ledger
from casemgr.people import services as people
from casemgr.plans import plans
from casemgr.units import areas
from casemgr.units import services as units
from casemgr.units.area_rules import AreaRow
from casemgr.units.loading import load
from tests.coverage.histories import UNITS, child, worker

NOW = datetime(2022, 12, 1)
FOCUS_COMMUNE, OTHER = UNITS
START = date(2021, 1, 1)


def row(zone: str, hamlet: str = "") -> AreaRow:
    return AreaRow(0, "", zone, hamlet, None, None, "QĐ 612", START, None, "", None, None, "")


@pytest.fixture
def hamlet(place):
    """A named hamlet in a commune that is no focus area, beside one that is; forty files of people of all places."""
    early = datetime(2021, 1, 2)
    named = units.add_hamlet(place, OTHER, kind="ap", name="Phước Lộc", valid_from=START, now=early)
    units.add_hamlet(place, OTHER, kind="ap", name="Phước Thọ", valid_from=START, now=early)
    areas.add(place, FOCUS_COMMUNE, row("III"), early)
    areas.add(place, OTHER, row("DBKK", "Phước Lộc"), early)
    homes = {}
    random, cases = Random(4), []
    for n in range(40):
        facts = {"name": f"Nguyễn Văn {n}", "hamlet": str(named.id) if n % 4 == 0 else ""}
        person = people.register(place, "a", OTHER, datetime(2021, 6, 1), **facts)
        case = (child, worker)[n % 2](random)
        case.drafts[0].coded["beneficiary"] = person.hex
        homes[case.subject] = n % 4 == 0
        cases.append(case)
    ledger.create_many(place, [("case", case.subject) for case in cases])
    ledger.append_many(place, [case.written() for case in cases])
    place.commit()
    return named, homes


def asked(session, area: str = "", known_at=None, **facts):
    found = services.ask(
        plans()["KH322-2022"], load(session), NOW, known_at=known_at, through=date(2022, 11, 30), **facts
    )
    if area:
        services.keep_to(session, found, area)
    return found


def figure(session, area: str, indicator="TE-2", known_at=None):
    return services.report(session, asked(session, area, known_at), NOW, indicators=[indicator]).results[0].figure


@pytest.mark.parametrize("indicator", ["TE-2", "BD-1"])
def test_the_parts_are_the_whole(place, hamlet, indicator):
    whole, focus, rest = (figure(place, area, indicator) for area in ("", "focus", "rest"))
    assert focus.denominator + rest.denominator == whole.denominator
    assert focus.numerator + rest.numerator == whole.numerator
    assert 0 < focus.denominator < whole.denominator


def test_the_hamlet_alone_is_who_lives_there(place, hamlet):
    _named, homes = hamlet
    question = asked(place, "hamlet")
    plan = plans()["KH322-2022"]
    listed = services.cases(place, question, NOW, [plan.indicators["TE-2"]])["TE-2"]
    everyone = services.cases(place, asked(place), NOW, [plan.indicators["TE-2"]])["TE-2"]
    wanted = {c.subject for c in everyone if homes[c.subject] and c.unit in UNITS}
    assert wanted
    assert {c.subject for c in listed} == wanted


def test_a_table_compares_the_focus_areas_with_the_rest(place, hamlet):
    plan = plans()["KH322-2022"]
    _result, found = services.breakdown(place, asked(place), NOW, plan.indicators["TE-2"], ("focus", "hamlet"))
    for area in ("focus", "rest"):
        alone = figure(place, area)
        said = dict(found["focus"])[area]
        assert (said.numerator, said.denominator, said.not_due) == (alone.numerator, alone.denominator, alone.not_due)
    alone = figure(place, "hamlet")
    assert dict(found["hamlet"])["hamlet"].denominator == alone.denominator


@pytest.mark.parametrize("area", ["focus", "hamlet", "rest"])
def test_the_same_is_replayed(place, hamlet, area):
    for indicator in ("TE-2", "BD-1"):
        now, then = figure(place, area, indicator), figure(place, area, indicator, known_at=NOW)
        assert (now.numerator, now.denominator, now.beside) == (then.numerator, then.denominator, then.beside)


def test_before_it_is_named_a_hamlet_is_no_focus_area(place, hamlet):
    early = services.ask(plans()["KH322-2022"], load(place), NOW, through=date(2022, 6, 30))
    named, _homes = hamlet
    area = next(a for a in areas.on(place, date(2022, 6, 30)) if a.hamlet == named.id)
    areas.end(place, place.get(areas.Row, area.id), date(2022, 6, 29), author="a", now=NOW)
    place.commit()
    services.keep_to(place, early, "hamlet")
    assert early.hamlets == frozenset()
    assert services.report(place, early, NOW, indicators=["TE-2"]).results[0].figure.denominator == 0


def test_what_communes_report_is_not_split_by_hamlet(place, hamlet):
    alone = figure(place, "hamlet", "MT-1")
    assert alone.value is None
    assert "không tách được theo ấp" in str(alone.why)
