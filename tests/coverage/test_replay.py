"""The live figures and the replayed ones are the same numbers, for the whole and for every group."""

import random
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.coverage import live, processes, services
from casemgr.coverage.show import as_json
from casemgr.ledger.check import rebuild
from casemgr.ledger.models import LedgerEntry
from casemgr.plans import plans
from casemgr.units.loading import load
from tests.coverage import histories

LATE = datetime(2023, 12, 1)


def said(session, day: date, known_at, by=("commune", "sex", "age", "ethnicity"), **facts) -> str:
    """Everything there is to say about a day, as JSON."""
    asked = services.ask(plans()["KH322-2022"], load(session), LATE, through=day, **facts)
    asked.known_at = known_at
    report = services.report(session, asked, LATE, by=by)
    cases = services.cases(session, asked, LATE, [r.indicator for r in report.results])
    for listed in cases.values():
        listed.sort(key=lambda c: (c.number, c.item))
    asked.known_at = None
    return as_json(report, cases, load(session))


@pytest.mark.parametrize("seed", range(4))
def test_live_figures_equal_the_replayed_ones(place, seed):
    histories.write(place, seed, count=40)
    assert rebuild(place, check=True)[1] == []
    pick = random.Random(seed)
    for day in [date(2022, 12, 31), *(date(2022, pick.randrange(1, 13), pick.randrange(1, 29)) for _ in range(3))]:
        assert said(place, day, None) == said(place, day, LATE)
    commune = {"unit": histories.UNITS[0]}
    assert said(place, date(2022, 9, 1), None, **commune) == said(place, date(2022, 9, 1), LATE, **commune)


@pytest.mark.parametrize("seed", range(3))
def test_live_proxies_equal_the_replayed_ones(place, seed):
    histories.write(place, seed, count=30, kinds=histories.PROXIES)
    pick = random.Random(seed)
    for day in [date(2022, 12, 31), *(date(2022, pick.randrange(1, 13), pick.randrange(1, 29)) for _ in range(3))]:
        assert said(place, day, None) == said(place, day, LATE)
        part = {"start": date(2022, 1, 1) if day.month < 4 else date(2022, 3, 1), "unit": histories.UNITS[0]}
        assert said(place, day, None, **part) == said(place, day, LATE, **part)


def test_several_processes_find_the_same(place, monkeypatch):
    histories.write(place, 5, count=40)
    place.commit()
    alone = said(place, date(2022, 9, 30), LATE)
    monkeypatch.setattr(processes, "LARGE", 0)
    monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _pid: {0, 1}, raising=False)
    assert len(processes.parts(place)) == 2
    assert said(place, date(2022, 9, 30), LATE) == alone


def test_a_write_counts_again_only_the_units_it_touched(place, monkeypatch):
    counted, count = [], live.tallies

    def watched(session, asked):
        counted.extend(question.units for question in asked)
        return count(session, asked)

    monkeypatch.setattr(live, "tallies", watched)
    day, by = date(2022, 12, 31), ("province", "commune")
    histories.write(place, 21, count=20)
    said(place, day, None, by)
    for seed in range(22, 30):
        counted.clear()
        (case,) = histories.write(place, seed, count=1)
        touched = {case.unit, *(d.coded["to"] for d in case.drafts if d.kind == "transferred")}
        later = LATE + timedelta(minutes=seed)  # nothing is recorded before a time that was asked about
        assert said(place, day, None, by) == said(place, day, later, by)
        assert counted
        assert all(units is not None and set(units) <= touched for units in counted)
        # Told apart by persons it is counted everywhere: a province of such tallies is too much to keep.
        assert said(place, day, None) == said(place, day, later)


def test_what_was_recorded_later_is_not_known(place):
    """As known at a day, the figures are those of a ledger that ends there."""
    cases = histories.write(place, 11, count=30)
    cut = datetime(2022, 7, 1)
    known = said(place, date(2022, 6, 30), cut)
    assert known != said(place, date(2022, 6, 30), LATE)
    listed = place.scalar(
        sa.select(sa.func.count()).where(LedgerEntry.kind == "opened", LedgerEntry.recorded_at <= cut)
    )
    assert listed == sum(any(d.kind == "opened" and d.recorded_at <= cut for d in c.drafts) for c in cases)
    later = [c.drafts[0].coded["number"] for c in cases if c.drafts[0].recorded_at > cut]
    assert later
    assert not any(number in known for number in later)


def test_the_parts_add_up_to_the_whole(place):
    histories.write(place, 12, count=60)
    asked = services.ask(plans()["KH322-2022"], load(place), LATE, through=date(2022, 9, 30))
    for by in (("commune",), ("district",), ("province",), ("sex",), ("age", "ethnicity")):
        for result in services.report(place, asked, LATE, by=by).results:
            if result.indicator.rule in ("all_steps", "two_readings"):
                for name in ("numerator", "denominator", "not_due", "unknown", "excluded"):
                    parts = sum(getattr(figure, name) for _names, figure in result.groups)
                    assert parts == getattr(result.figure, name)
