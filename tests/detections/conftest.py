"""What the tests of detections share: reports, and the check that projections are what the ledgers say."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.cases.models import Verdict
from casemgr.detections import services
from casemgr.detections.drafts import Seen
from casemgr.detections.models import Detected
from casemgr.ledger.check import rebuild, verify
from casemgr.people.rules import Birth

UNIT, ABOVE = "30544-20210101", "891-20210101"
CHILD = {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": False}
BE = Seen(name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011), ethnicity="kinh")


def at(text: str):
    return datetime.fromisoformat(text), "minute" if len(text) > 10 else "day"


def by(when: str, author="worker", unit=UNIT, **facts) -> services.By:
    moment = at(when)
    return services.By(author, unit, moment[0] + timedelta(hours=12), moment, **facts)


def report(session, *persons, received="2022-03-04T17:15", values=None, now=None, programme="TE", **facts):
    """A report of these persons (one girl of ten unless given), all with the same values."""
    what = {"source": "TRUONG_HOC", "mode": "DIEN_THOAI"} | facts
    what = services.Report(at(received), persons=[(seen, values or CHILD) for seen in persons or (BE,)], **what)
    return services.report(
        session, programme, what, author="worker", unit=UNIT, now=now or at(received)[0] + timedelta(hours=12)
    )


def verdicts(session, text: str, subject=None) -> list:
    t = datetime.fromisoformat(text)
    query = sa.select(Verdict.verdict, Verdict.steps, Verdict.band).where(Verdict.start <= t, Verdict.end > t)
    if subject is not None:
        query = query.where(Verdict.subject == subject)
    return [tuple(row) for row in session.execute(query)]


def row_of(session, subject) -> Detected:
    return session.scalar(
        sa.select(Detected).where(Detected.subject == subject).execution_options(populate_existing=True)
    )


@pytest.fixture
def sound(session):
    """After the test every projection is what the ledgers say and every chain holds."""
    yield
    session.rollback()
    assert rebuild(session, check=True)[1] == []
    assert verify(session)[1] == []
