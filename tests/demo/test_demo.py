"""The invented province: the same for the same seed, refused where something real stands, and its own count of TE-2
against the figures that the application computes from the ledgers."""

import json
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from casemgr.access.cli import make_schema
from casemgr.cases.models import CaseFile
from casemgr.db import db
from casemgr.demo import build as demo_build
from casemgr.demo import days, lots
from casemgr.demo.cli import drop_everything
from casemgr.ledger.check import rebuild, verify
from casemgr.ledger.models import LedgerEntry
from casemgr.units.calendar import vietnam_calendar

TODAY = date(2022, 6, 15)


@pytest.fixture
def built(app, request, monkeypatch):
    app.config["CASEMGR_TODAY"] = TODAY.isoformat()
    seed, cases = request.param
    with app.app_context():
        yield demo_build.build(db.session, cases=cases, seed=seed, today=TODAY)
        db.session.rollback()


def coverage(app, through: date) -> dict:
    command = ["coverage", "KH322-2022", "--indicator", "TE-2", "--through", through.isoformat(), "--format", "json"]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["indicators"][0]


@pytest.mark.parametrize("built", [(1, 260), (2, 260)], indirect=True)
def test_the_generators_own_count_is_the_figure(built, app):
    for through in (date(2022, 3, 31), date(2022, 5, 10), date(2022, 6, 14)):
        own, figure = built.count(days.end_of(through)), coverage(app, through)
        assert own["denominator"] > 5
        for name in ("numerator", "denominator", "not_due", "unknown", "excluded"):
            assert figure[name] == own[name], (through, name)
        for name in ("pending", "unsubstantiated"):
            assert figure["beside"].get(name, 0) == own[name], (through, name)


@pytest.mark.parametrize("built", [(3, 120)], indirect=True)
def test_the_province_is_whole(built, session):
    count, breaks = verify(session)
    assert breaks == []
    assert count > built.entries  # reported figures besides
    assert rebuild(session, check=True)[1] == []
    programmes = dict(
        session.execute(sa.select(CaseFile.programme, sa.func.count()).group_by(CaseFile.programme)).all()
    )
    assert set(programmes) == {"TE", "MT", "BD", "NCC"}
    last = session.scalar(sa.select(sa.func.max(LedgerEntry.recorded_at)).where(LedgerEntry.kind != "reported"))
    assert last <= datetime(2022, 6, 15, 7, 30)


def _entries(session) -> list:
    columns = [c for c in LedgerEntry.__table__.c if c.name not in ("sealed", "digest", "prev", "mac")]
    # Reported figures get their ids from the services; everything else from the seed.
    query = sa.select(*columns).where(
        LedgerEntry.definition.not_like("KH322%"), LedgerEntry.definition.not_like("CT06%")
    )
    return session.execute(query.order_by(LedgerEntry.subject, LedgerEntry.seq)).all()


def test_the_same_seed_gives_the_same_entries(app, monkeypatch):
    """Also where a second process invents them."""
    with app.app_context():
        demo_build.build(db.session, cases=40, seed=7, today=TODAY)
        first = _entries(db.session)
        drop_everything()
        make_schema()
        monkeypatch.setattr(lots, "LARGE", 0)
        demo_build.build(db.session, cases=40, seed=7, today=TODAY)
        assert _entries(db.session) == first


def test_a_database_with_something_in_it_is_left_alone(app):
    runner = app.test_cli_runner()
    with app.app_context():
        from casemgr.access.models import SignInAttempt

        db.session.add(SignInAttempt(at=datetime(2022, 1, 1), account=b"a" * 16, address=b"b" * 16))
        db.session.commit()
    for arguments in (["demo", "--cases", "5"], ["demo", "--cases", "5", "--wipe"]):
        result = runner.invoke(args=arguments)
        assert result.exit_code == 1
        assert "không phải dữ liệu minh họa" in result.output


def test_a_demo_is_replaced_only_when_asked(app):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["demo", "--cases", "8"]).exit_code == 0
    again = runner.invoke(args=["demo", "--cases", "8"])
    assert again.exit_code == 1
    assert "--wipe" in again.output
    assert runner.invoke(args=["demo", "--cases", "8", "--if-absent"]).exit_code == 0
    assert runner.invoke(args=["demo", "--cases", "9", "--wipe"]).exit_code == 0


def test_the_own_table_of_working_days_is_that_of_the_state():
    calendar = vietnam_calendar(range(2021, 2024))
    day = days.FIRST
    while day <= days.LAST:
        assert calendar.is_working(day) == (day in days.WORKED), day
        day = date.fromordinal(day.toordinal() + 1)
