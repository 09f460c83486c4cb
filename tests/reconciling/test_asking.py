"""What is asked about rows of registers: what waits stands first, and neither registers nor pages make it dearer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from casemgr.cases import moves
from casemgr.cases.models import CaseFile
from casemgr.ledger import services as ledger
from casemgr.people.rules import Birth
from casemgr.reconciling import disputing, excluded, services
from casemgr.registers import rows as stored
from casemgr.units.loading import load as units
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import (
    BE,
    DISTRICT,
    NOW,
    NUMBER,
    UNIT,
    compare,
    filed,
    on,
    received,
    row,
    state,
)  # fmt: skip
from tests.reconciling.test_reconciling_pages import counted

pytestmark = pytest.mark.usefixtures("sound")
PATHS = ("/registers/disputes", "/registers/exclusions", "/approvals")


def kept_out(session: Session, number: str):
    """A leader from whom a conflict of interest hides this file."""
    named = make_user(session, "lan", ("supervisor", DISTRICT, "TE"))
    file = session.query(CaseFile).filter(CaseFile.number == number).one()
    moves.mark_conflict(
        session, file.subject, [str(named.id)], note="Người nhà.", tree=units(session), author="worker", now=NOW
    )
    session.commit()
    return named


def asked(session: Session, number: int, hours: int = 0):
    """A register with one row, of which both are asked."""
    register = received(session, row(number, name=f"Lâm Quốc {number}", birth=Birth(2009)))
    compare(session, register)
    found, at = stored.get(session, register), NOW + timedelta(hours=hours)
    services.dispute(session, found, number, f"Không ở xã {number}", on(now=at))
    services.ask_exclusion(session, found, number, "MAT", f"{number}/GCT", "", on(now=at))
    return found


def decide(session, register, number: int) -> None:
    for entry in (state(session, register.subject, number).dispute, state(session, register.subject, number).asked):
        services.decide(session, register, number, entry.id, "returned", "Giữ", on("chief", DISTRICT), UNIT)


def test_the_number_of_queries_does_not_grow_with_the_registers(client, place):
    asked(place, 2)
    place.commit()
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT)))

    def queries() -> list[int]:
        numbers = []
        for path in PATHS:
            client.get(path)
            with counted(place) as seen:
                assert client.get(path).status_code == 200
            numbers.append(len(seen))
        return numbers

    before = queries()
    for number in range(3, 12):
        asked(place, number)
    place.commit()
    assert queries() == before
    assert "10 đề nghị không tính dòng" in client.get("/approvals").text


def numbers_on(page: str) -> list[int]:
    return [int(n) for n in re.findall(r"Dòng (\d+)</a>", page)]


def test_what_waits_stands_first_and_only_one_page_is_decrypted(client, place, monkeypatch):
    registers = {number: asked(place, number, hours=number) for number in (2, 3, 4, 5)}
    for number in (5, 3):
        decide(place, registers[number], number)
    place.commit()
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT)))
    for path in PATHS[:2]:
        assert numbers_on(client.get(path).text) == [4, 2, 5, 3]
    opened = []
    unseal = ledger.vault.unseal
    monkeypatch.setattr(ledger.vault, "unseal", lambda *args: opened.append(args) or unseal(*args))
    for module, path, sealed in ((disputing, PATHS[0], 2), (excluded, PATHS[1], 2)):
        monkeypatch.setattr(module, "SIZE", 2)
        opened.clear()
        assert numbers_on(client.get(path).text) == [4, 2]
        assert len(opened) == sealed
        assert numbers_on(client.get(f"{path}?page=2").text) == [5, 3]


def test_detections_that_wait_stand_first(client, place):
    from casemgr.detections import services as detections
    from tests.reconciling.conftest import KHA

    by = detections.By("worker", UNIT, NOW, (NOW, "minute"))
    _person, first, _number = filed(place, **BE)
    _person, second, _number = filed(place, "2022-03-06T08:00", **KHA)
    detections.ask_exclusion(place, first, "MAT", "1/GCT", "", by)
    decided = detections.ask_exclusion(place, second, "MAT", "2/GCT", "", by)
    above = detections.By("chief", DISTRICT, NOW, (NOW, "minute"))
    detections.decide(place, second, decided.id, "approved", "", above)
    place.commit()
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT)))
    assert re.findall(r"\d/GCT", client.get(PATHS[1]).text) == ["1/GCT", "2/GCT"]


def test_whom_a_conflict_of_interest_keeps_out_sees_nothing_of_the_row(client, reading_as, place):
    """The row about a child whose file is hidden from somebody: neither listed for them nor counted nor decided."""
    _person, _subject, number = filed(place, **BE, identifiers=NUMBER)
    register = received(place, row(2, name=BE["name"], identifiers=NUMBER))
    compare(place, register)
    found = stored.get(place, register)
    services.dispute(place, found, 2, "Không ở xã", on())
    services.ask_exclusion(place, found, 2, "MAT", "2/GCT", "", on())
    dispute = state(place, register, 2).dispute.id
    named = kept_out(place, number)
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT, "TE")))
    barred = reading_as(named)
    address = f"/registers/{register}/rows/2/entries/{dispute}/decide"
    for path, words in zip(PATHS, ("Không ở xã", "2/GCT", "1 đề nghị không tính dòng"), strict=True):
        assert words in client.get(path).text
        assert words not in barred.get(path).text
    assert "1 đề nghị xem xét lại số liệu" in client.get("/approvals").text
    assert "đề nghị xem xét lại số liệu chờ" not in barred.get("/approvals").text
    for one in (address, f"/registers/{register}/rows/2", f"/registers/{register}/reconcile"):
        assert (client.get(one).status_code, barred.get(one).status_code) == (200, 404)
    assert f"/registers/{register}/" in client.get("/registers/reconcile").text
    assert f"/registers/{register}/" not in barred.get("/registers/reconcile").text


def test_a_disputed_detection_is_not_counted_for_whom_it_is_hidden_from(reading_as, client, place):
    from uuid import uuid4

    from casemgr.reconciling import disputes

    _person, subject, number = filed(place, **BE)
    about = disputes.About("TE", UNIT, detected=subject, number="PH-1")
    disputes.raise_dispute(place, about, "Không ở xã", author="w", unit=UNIT, now=NOW, entry=uuid4())
    named = kept_out(place, number)
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT, "TE")))
    assert "1 đề nghị xem xét lại số liệu" in client.get("/approvals").text
    assert "đề nghị xem xét lại số liệu chờ" not in reading_as(named).get("/approvals").text
