"""What the tests of reconciliations share: a register received whole, children known and not known."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.ledger import services as ledger
from casemgr.ledger.check import rebuild, verify
from casemgr.ledger.rules import Draft
from casemgr.people import services as people
from casemgr.people.rules import Birth, Identifier, Person
from casemgr.reconciling import comparing, services
from casemgr.registers import rows as stored
from casemgr.registers.rules import RECEIVED, Row
from tests.accounts import few_units, sign_in

UNIT, NEIGHBOUR, DISTRICT, PROVINCE = (f"{code}-20210101" for code in ("30544", "30547", "891", "89"))
NOW = datetime(2022, 4, 5, 9, 0)
CHILD = {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": False}
NUMBER = (Identifier("cccd", "089310001234"),)
BE = {"name": "Nguyễn Thị Bé", "sex": "nu", "birth": Birth(2011, 8, 15), "mother": "Trần Thị Lệ", "home": UNIT}
KHA = {"name": "Néang Sóc Kha", "sex": "nu", "birth": Birth(2011, 8, 15), "mother": "Néang Sa Rươn", "home": UNIT}


@pytest.fixture
def app(app):
    app.config["CASEMGR_TODAY"] = "2022-04-06"
    return app


@pytest.fixture
def place(session):
    few_units(session)
    return session


@pytest.fixture
def reading_as(app):
    """Another person at another screen: `reading_as(user)`."""
    return lambda user: sign_in(app.test_client(), user)


@pytest.fixture
def sound(session):
    """After the test every projection is what the ledgers say and every chain holds."""
    yield
    session.rollback()
    assert rebuild(session, check=True)[1] == []
    assert verify(session)[1] == []


def received(
    session, *rows: Row, source="TONG_DAI_111", programme="TE", named=True, unit=PROVINCE, adds_to: UUID | None = None
) -> UUID:
    """A register of the first quarter of 2022, or mended rows of one, as an import leaves it."""
    subject = ledger.create(session, "register")
    stored.keep(session, subject, rows)
    coded = {
        "source": source, "programme": programme, "unit": unit, "from": "2022-01-01", "to": "2022-03-31",
        "document": "12/BC", "document_date": "2022-04-01", "named": named, "sha256": "9c1e" * 16, "file": uuid4().hex,
        "counts": {"good": len(rows), "parked": 0, "wrong": 0}, "adds_to": adds_to.hex if adds_to else None,
    }  # fmt: skip
    ledger.append(session, subject, [Draft(RECEIVED, NOW, "minute", "tonghop", unit, NOW, coded)])
    return subject


def row(number: int, day: datetime | None = datetime(2022, 3, 4), same_as: int | None = None, **person) -> Row:
    return Row(number, Person(**({"name": "", "home": UNIT} | person)), received=day, same_as=same_as)


def known(session, **person) -> UUID:
    """A registered person, without any file."""
    return people.register(session, "worker", UNIT, datetime(2022, 1, 3, 8, 0), **person)


def filed(session, when="2022-03-05T08:00", harm="BL", **person) -> tuple[UUID, UUID, str]:
    """(person, detected, number of the case file) of a child reported, verified and filed."""
    at = datetime.fromisoformat(when)
    seen = Seen(name=person["name"], sex=person.get("sex", "khong_biet"), birth=person.get("birth"))
    report = detections.Report((at, "minute"), source="TRUONG_HOC", persons=[(seen, CHILD | {"harm": [harm]})])
    subject = detections.report(session, "TE", report, author="worker", unit=person["home"], now=at).detected[0][0]
    by = detections.By("worker", person["home"], at, (at, "minute"))
    detections.verify(session, subject, "substantiated", "Đã gặp trẻ", by)
    opened = detections.open_file(session, subject, by, person=person)
    return detections.find(session, detections.state(session, subject)[0].number).beneficiary, subject, opened.number


def compare(session, register: UUID) -> int:
    return comparing.compare(session, stored.get(session, register), author="system:matching", now=NOW)


def on(author="worker", unit=UNIT, now=NOW) -> services.On:
    return services.On(author, unit, now, uuid4())


def state(session, register: UUID, number: int):
    return services.row_state(session, stored.get(session, register), number)
