"""After 1/7/2025 every report is shown on either basis: the units of then, or those of today. Nothing is lost between."""

from collections import Counter
from datetime import date, datetime
from random import Random

import pytest

from casemgr.coverage import services
from casemgr.coverage.asked import AS_WERE, TODAY
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.reports import calendars
from casemgr.units import importing
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories

PLAN, NOW = "KH322-2022", datetime(2025, 9, 1, 8)
OLD_PROVINCE, NEW_PROVINCE = "89-20210101", "91-20250701"
# Two communes that went whole into one, one that went whole into another, and one that was divided: until somebody
# chooses by hamlet its files belong to none, and to the province.
WENT = {
    "30280-20210101": "30307-20250701", "30283-20210101": "30307-20250701",
    "30547-20210101": "30547-20250701", "30355-20210101": "",
}  # fmt: skip
NUMBERS = ("numerator", "denominator", "not_due", "unknown", "excluded")
MAKE = (
    histories.child, histories.addict, histories.worker, histories.family, histories.at_risk,
    histories.after_rehabilitation,
)  # fmt: skip


@pytest.fixture
def codes(app) -> list[str]:
    """The indicators that are counted from case files."""
    return [code for code, each in plans()[PLAN].indicators.items() if each.programme is not None]


@pytest.fixture
def province(session, monkeypatch):
    """The whole list of units, and files of every kind in four communes that ended in 2025."""
    importing.import_file(session, None, datetime(2021, 1, 1))
    session.commit()
    monkeypatch.setattr(histories, "UNITS", tuple(WENT))
    cases = [make(Random(100 * seed + n)) for seed in range(14) for n, make in enumerate(MAKE)]
    ledger.create_many(session, [("case", case.subject) for case in cases])
    ledger.append_many(session, [case.written() for case in cases])
    session.commit()
    return session


def by_commune(session, code: str, basis: str, unit: str, known_at) -> tuple[Counter, Counter]:
    """(all of them together, {(commune, number): how many}) of one indicator."""
    facts = {"through": date(2022, 12, 31), "unit": unit, "basis": basis, "known_at": known_at}
    asked = services.ask(plans()[PLAN], load(session), NOW, **facts)
    (result,) = services.report(session, asked, NOW, indicators=[code], by=("commune",)).results
    whole = Counter({name: getattr(result.figure, name) or 0 for name in NUMBERS})
    parts = Counter()
    for names, figure in result.groups:
        parts.update({(names["commune"], name): getattr(figure, name) or 0 for name in NUMBERS})
    return whole, parts


@pytest.mark.parametrize("known_at", [None, NOW], ids=["live", "replayed"])
def test_what_is_counted_is_the_same_on_both_bases_and_stands_where_its_commune_went(province, codes, known_at):
    seen = Counter()
    for code in codes:
        whole_then, then = by_commune(province, code, AS_WERE, OLD_PROVINCE, known_at)
        whole_now, now = by_commune(province, code, TODAY, NEW_PROVINCE, known_at)
        assert whole_then == whole_now, code
        moved = Counter()
        for (unit, name), count in then.items():
            moved[WENT.get(unit, ""), name] += count
        assert +moved == +now, code
        seen += then
    assert all(seen[unit, "numerator"] for unit in WENT), "each commune has something to lose"


def test_every_page_of_figures_opens_on_both_bases(province, client, codes):
    client.application.config["CASEMGR_TODAY"] = "2025-09-01"
    tree = load(province)
    client = sign_in(client, make_user(province, "tinh", ("supervisor", NEW_PROVINCE)))
    pages = [f"/coverage/{PLAN}?", *(f"/coverage/{PLAN}/{code}?" for code in codes)]
    period = "year=2022&period=nam"
    pages += [f"/reports/outgoing?plan={PLAN}&calendar={name}&{period}&" for name in calendars()]
    for page in pages:
        for unit in (OLD_PROVINCE, NEW_PROVINCE, "30280-20210101", "30307-20250701", "30355-20210101"):
            answer = client.get(f"{page}unit={unit}")
            assert answer.status_code == 200, (page, unit)
            assert tree.label(unit) in answer.text, (page, unit)
    for unit in (OLD_PROVINCE, NEW_PROVINCE):
        assert client.get(f"/reports/outgoing/{PLAN}/docx?{period}&unit={unit}").status_code == 200
