"""MT-1 says beside its figure who was to be taken off the list in the period, and for how many a leader above agreed."""

from datetime import date, datetime
from random import Random

import pytest

from casemgr.coverage import present, services
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.units.loading import load
from tests.coverage.histories import UNITS, History

NOW = datetime(2022, 12, 1)


def addict(seed: int, asked: datetime | None, outcome: str | None = None, decided: datetime | None = None) -> History:
    case = History(Random(seed), "MT")
    case.at, case.unit = datetime(2022, 1, 3), UNITS[0]
    case.open(birth_year=1990)
    case.add("determined", {"determination": "NGHIEN"}, after=1)
    case.add("listed", {"on_list": "CO"}, after=1)
    if asked:
        case.at = asked
        gone = case.add("delisted", {"on_list": "KHONG", "delist_reason": "CHUYEN_DI"}, after=1)
    if outcome:
        case.at = decided
        case.add("decided", {"on": gone.id.hex, "about": "delisted", "outcome": outcome}, after=1)
    return case


@pytest.mark.parametrize("known_at", [None, NOW], ids=["live", "replayed"])
def test_who_was_to_be_taken_off_is_counted_beside_the_figure(app, place, known_at):
    inside, before, long_before = datetime(2022, 5, 3), datetime(2022, 3, 1), datetime(2022, 2, 1)
    cases = [
        addict(1, None),
        addict(2, inside, "approved", inside),
        addict(3, before),  # still waits
        addict(4, before, "approved", inside),
        addict(5, inside, "returned", inside),
        addict(6, long_before, "approved", before),  # over before the period
    ]
    ledger.create_many(place, [("case", case.subject) for case in cases])
    ledger.append_many(place, [case.written() for case in cases])
    place.commit()
    plan, period = plans()["KH322-2022"], {"start": date(2022, 4, 1), "through": date(2022, 6, 30)}
    asked = services.ask(plan, load(place), NOW, known_at=known_at, **period)
    (result,) = services.report(place, asked, NOW, indicators=["MT-1"], by=("sex",)).results
    beside = result.figure.beside
    assert (beside["system"], beside["delisting"], beside["delisted"]) == (3, 4, 2)
    assert {names["sex"] for names, _figure in result.groups} <= {"nam", "nu"}, "nobody of no known sex"
    words = present.row(plan.indicators["MT-1"], result.figure, plan).beside
    assert "đề nghị đưa ra khỏi danh sách: 4" in words
    assert "cấp trên đã duyệt đưa ra: 2" in words
