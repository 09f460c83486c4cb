"""The path of a detected child through the services: reported, taken, verified, filed; and every way it may end."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.cases.models import CaseFile, Verdict
from casemgr.detections import services
from casemgr.detections.drafts import Seen
from casemgr.detections.models import Detected
from casemgr.detections.reports import Report
from casemgr.ledger.check import rebuild, verify
from casemgr.ledger.services import entries
from casemgr.people.rules import Birth

UNIT, ABOVE = "30544-20210101", "891-20210101"
RECEIVED = datetime(2022, 3, 4, 17, 15)
CHILD = {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": False}


def at(text: str):
    return datetime.fromisoformat(text), "minute" if len(text) > 10 else "day"


def by(when: str, author="worker", unit=UNIT, **facts) -> services.By:
    moment = at(when)
    return services.By(author, unit, moment[0] + timedelta(hours=12), moment, **facts)


def report(session, *persons, received="2022-03-04T17:15", values=None, now=None, **facts):
    people_ = persons or (Seen(name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011), ethnicity="kinh"),)
    what = Report(
        received=at(received), source="TRUONG_HOC", mode="DIEN_THOAI",
        persons=[(seen, values or CHILD) for seen in people_], **facts,
    )  # fmt: skip
    return services.report(session, "TE", what, author="worker", unit=UNIT, now=now or datetime(2022, 3, 4, 18, 0))


def verdict_at(session, text: str) -> list:
    t = datetime.fromisoformat(text)
    query = sa.select(Verdict.verdict, Verdict.steps).where(Verdict.start <= t, Verdict.end > t)
    return [tuple(row) for row in session.execute(query)]


def row_of(session, subject) -> Detected:
    return session.scalar(
        sa.select(Detected).where(Detected.subject == subject).execution_options(populate_existing=True)
    )


@pytest.fixture(autouse=True)
def sound(session):
    """After every test the projections are what the ledgers say."""
    yield
    session.rollback()
    assert rebuild(session, check=True)[1] == []
    assert verify(session)[1] == []


def test_a_child_is_reported_verified_and_filed(session):
    made = report(session)
    subject, number = made.detected[0]
    row = services.find(session, number)
    assert (row.status, row.counted, row.age, row.incident) == ("pending", True, 10, made.incident)
    assert verdict_at(session, "2022-03-09T23:59:59") == [("pending", "nnnn"[:1] + "---")]
    assert verdict_at(session, "2022-03-10T00:00:00") == [("missed", "x---")]

    services.verify(session, subject, "substantiated", "Đã gặp trẻ", by("2022-03-07"))
    assert verdict_at(session, "2022-03-10T00:00:00") == [("not_due", "n---")]
    assert verdict_at(session, "2022-03-20T00:00:00") == [("missed", "x---")]

    opened = services.open_file(
        session, subject, by("2022-03-08T09:00"), person={"name": "Nguyễn Thị Bé", "sex": "nu", "birth": Birth(2011)}
    )
    row = row_of(session, subject)
    assert (row.status, row.case_subject, row.case_number) == ("matched", opened.case, opened.number)
    assert session.scalars(sa.select(Verdict.subject).distinct()).all() == [opened.case]
    case = session.scalar(sa.select(CaseFile))
    assert case.beneficiary == row.beneficiary
    assert entries(session, opened.case)[0].coded["age"] == 10
    session.commit()
