"""The live figures and the replayed ones are the same numbers."""

from datetime import datetime

import pytest

from casemgr.coverage import services
from casemgr.coverage.show import as_json
from casemgr.plans import plans
from casemgr.units.loading import load
from tests.coverage import histories

LATE = datetime(2023, 6, 1)


def ask(session, **facts):
    return services.ask(plans()["KH322-2022"], load(session), LATE, **facts)


def both(session, day, **facts):
    """(live, replayed) as JSON, known-at left out; everything written was recorded before."""
    asked = ask(session, through=day, **facts)
    by = ("commune", "sex", "age", "ethnicity")
    found = []
    for known_at in (None, LATE):
        asked.known_at = known_at
        report = services.report(session, asked, LATE, by=by)
        cases = services.cases(session, asked, LATE, [r.indicator for r in report.results])
        for listed in cases.values():
            listed.sort(key=lambda c: (c.number, c.item))
        asked.known_at = None
        found.append(as_json(report, cases, load(session)))
    return found


@pytest.mark.parametrize("day", [datetime(2022, 3, 31), datetime(2022, 6, 30), datetime(2022, 12, 31)])
def test_live_figures_equal_the_replayed_ones(place, day):
    histories.write(place, seed=day.month, count=60)
    live, replayed = both(place, day.date())
    assert live == replayed
