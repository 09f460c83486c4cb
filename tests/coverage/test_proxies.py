"""Q1-05 and Q1-07: numbers from case files that stand for tasks without one, and say that they do."""

from datetime import date, datetime, timedelta
from random import Random

import pytest

from casemgr.coverage import present, services
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.units.loading import load
from tests.coverage.histories import UNITS, History

NOW = datetime(2022, 12, 1)
DISTRICT = "891-20210101"
PROVED = {"needs": [], "proof": "GHI_CHEP"}


def child(seed: int, day: datetime, level="CO_NGUY_CO", age=10, proof: str | None = "GHI_CHEP", unit=UNITS[0]):
    case = History(Random(seed), "TE")
    case.at, case.unit = day, unit
    case.open(level=level, age=age, emergency=False)
    if proof:
        case.add("served", {"service": "TE-TV", "needs": [], "proof": proof})
    return case


def addict(seed: int, day: datetime, served=False, relapsed=False, ended: datetime | None = None):
    case = History(Random(seed), "MT")
    case.at = day
    case.open(birth_year=1990)
    case.add("treatment_started", {"modality": "TN_CO_SO", "episode": 1})
    case.add("served", {"service": "MT-VL"} | PROVED)  # before: it is not for the time after rehabilitation
    case.add("post_rehab", {"post_term": "MOT_NAM"})
    if served:
        case.add("served", {"service": "MT-VL"} | PROVED)
    if relapsed:
        case.add("relapsed", {})
    if ended:
        case.at = ended
        case.add("post_rehab_ended", {"post_outcome": "HOAN_THANH"})
    return case


@pytest.fixture
def figure(place):
    def ask(indicator: str, cases, **facts):
        ledger.create_many(place, [("case", case.subject) for case in cases])
        ledger.append_many(place, [case.written() for case in cases])
        place.commit()
        asked = services.ask(
            plans()["KH322-2022"], load(place), NOW, start=date(2022, 4, 1), through=date(2022, 6, 30), **facts
        )
        return services.report(place, asked, NOW, indicators=[indicator]).results[0]

    return ask


def test_children_at_risk_of_the_period(figure):
    inside = datetime(2022, 5, 3, 9)
    result = figure(
        "Q1-05",
        [
            child(1, inside),
            child(2, inside, proof=None),
            child(3, inside, proof="none"),
            child(4, inside, level="BI_XAM_HAI"),
            child(5, inside, age=16),
            child(6, datetime(2022, 2, 1, 9)),
        ],
    )
    assert (result.figure.numerator, result.figure.denominator) == (1, 3)
    assert result.figure.verdict == "told"


def test_only_the_children_of_the_unit(figure):
    day = datetime(2022, 5, 3, 9)
    result = figure("Q1-05", [child(1, day), child(2, day, unit=UNITS[1], proof=None)], unit=UNITS[0])
    assert (result.figure.numerator, result.figure.denominator) == (1, 1)


@pytest.mark.parametrize("known_at", [None, NOW])
@pytest.mark.parametrize(("confirmed", "charged"), [(False, 0), (True, 1)])
def test_a_mark_of_a_conflict_moves_no_child_before_it_is_confirmed(figure, place, confirmed, charged, known_at):
    case = child(1, datetime(2022, 5, 3, 9))
    mark = case.add("conflicted", {"to": DISTRICT, "barred": ["x"]})
    if confirmed:
        case.add("decided", {"on": mark.id.hex, "about": "conflicted", "outcome": "approved"})
    figure("Q1-05", [case])
    period = {"start": date(2022, 4, 1), "through": date(2022, 6, 30), "known_at": known_at}
    found = []
    for unit in (UNITS[0], DISTRICT):  # a district has its communes with it
        asked = services.ask(plans()["KH322-2022"], load(place), NOW, unit=unit, **period)
        found.append(services.report(place, asked, NOW, indicators=["Q1-05"]).results[0].figure.denominator)
    assert found == [1 - charged, 1]


def test_persons_after_rehabilitation(figure):
    """All whose time after rehabilitation ran in the period; a service before it is not one for it."""
    early, before = datetime(2022, 1, 3), datetime(2022, 3, 1)
    relapsed_inside = addict(3, datetime(2022, 4, 4), relapsed=True)
    cases = [
        addict(1, early, served=True),
        addict(2, early),
        relapsed_inside,
        addict(4, early, served=True, ended=before),
    ]
    result = figure("Q1-07", cases)
    assert (result.figure.numerator, result.figure.denominator) == (1, 3), "the last one had ended before"
    assert result.figure.beside["lapsed"] == 1


def test_it_says_that_it_is_a_proxy(app, figure):
    plan = plans()["KH322-2022"]
    result = figure("Q1-05", [child(1, datetime(2022, 5, 3, 9) + timedelta(hours=1))])
    row = present.row(plan.indicators["Q1-05"], result.figure, plan)
    assert row.warnings[0].startswith("Chỉ số thay thế")
    assert "Chưa có báo cáo." in row.warnings, "the task itself is told in words"
