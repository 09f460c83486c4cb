"""One child, several incidents; one incident, several sources: which receipt counts, and what becomes of a row."""

from datetime import datetime, timedelta

import pytest

from casemgr.detections import services as detections
from casemgr.ledger import services as ledger
from casemgr.people.rules import Birth, Identifier
from casemgr.reconciling import services
from casemgr.reconciling.comparing import subject_of
from casemgr.reconciling.projection import ROWS, _part
from casemgr.refused import Refused
from casemgr.registers import rows as stored
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import (
    BE,
    CHILD,
    KHA,
    NOW,
    NUMBER,
    PROVINCE,
    UNIT,
    compare,
    filed,
    known,
    on,
    received,
    row,
    state,
)
from tests.reconciling.test_reconciling import counts

pytestmark = pytest.mark.usefixtures("sound")
NUMBERED = BE | {"identifiers": NUMBER}
LONG_BEFORE, DAY_BEFORE = datetime(2022, 1, 10), datetime(2022, 3, 3)


def receipt(session, subject) -> datetime:
    return detections.state(session, subject)[0].received[0]


def test_a_second_incident_of_a_child_with_a_file_is_a_new_detection_in_one_step(client, place):
    person, first, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, LONG_BEFORE, **NUMBERED))
    compare(place, register)
    assert counts(place, register) == {"again": 1}  # not swallowed by the file that is there
    sign_in(client, make_user(place, "canbo", ("worker", UNIT)))
    page = client.get(f"/registers/{register}/rows/2").text
    assert "Vụ việc khác của người này: lập trường hợp mới" in page
    assert "có thể là một vụ việc khác của người này" in page
    found = stored.get(place, register)
    subject, number = services.report_row(place, found, 2, unit=UNIT, values=CHILD, on=on())
    assert detections.find(place, number).beneficiary == person
    assert subject != first
    assert receipt(place, subject).date() == LONG_BEFORE.date()
    assert receipt(place, first) == datetime(2022, 3, 5, 8)  # the other incident keeps its own
    assert counts(place, register) == {"unfiled": 1}  # the file of the first is not the file of the second
    with pytest.raises(Refused):
        services.report_row(place, found, 2, unit=UNIT, values=CHILD, on=on())


def test_the_first_incident_of_a_known_child_is_not_called_another(client, place):
    known(place, **NUMBERED)
    register = received(place, row(2, LONG_BEFORE, **NUMBERED))
    compare(place, register)
    sign_in(client, make_user(place, "canbo", ("worker", UNIT)))
    path = f"/registers/{register}/rows/2"
    page = client.get(path).text
    assert ("Lập trường hợp phát hiện" in page, "Vụ việc khác của người này" in page) == (True, False)
    services.report_row(place, stored.get(place, register), 2, unit=UNIT, values=CHILD, on=on())
    later = received(place, row(3, datetime(2022, 3, 20), **NUMBERED), source="GIAO_DUC")
    compare(place, later)
    place.commit()
    assert "Vụ việc khác của người này: lập trường hợp mới" in client.get(f"/registers/{later}/rows/3").text


def test_a_human_says_that_it_is_the_same_incident_after_all(place):
    person, first, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, LONG_BEFORE, **NUMBERED))
    compare(place, register)
    services.answer(place, stored.get(place, register), 2, "same", ("person", person), on())
    assert counts(place, register) == {"filed": 1}
    assert receipt(place, first) == LONG_BEFORE


def test_the_earlier_receipt_by_the_source_counts_and_is_taken_back_with_the_answer(place):
    person, first, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, DAY_BEFORE, **NUMBERED))
    compare(place, register)
    assert (counts(place, register), receipt(place, first)) == ({"filed": 1}, datetime(2022, 3, 5, 8))
    found = stored.get(place, register)
    services.answer(place, found, 2, "same", ("person", person), on())
    assert receipt(place, first) == DAY_BEFORE
    services.answer(place, found, 2, "undone", None, on(now=NOW + timedelta(hours=1)))
    assert receipt(place, first) == datetime(2022, 3, 5, 8)


def test_a_later_receipt_changes_nothing(place):
    person, first, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, DAY_BEFORE + timedelta(days=9), **NUMBERED))
    compare(place, register)
    services.answer(place, stored.get(place, register), 2, "same", ("person", person), on())
    assert receipt(place, first) == datetime(2022, 3, 5, 8)


def test_a_duplicate_may_be_another_incident_of_the_same_child(place):
    person, _first, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, DAY_BEFORE, **NUMBERED), row(3, DAY_BEFORE, **NUMBERED))
    compare(place, register)
    assert counts(place, register) == {"filed": 1, "twice": 1}
    found = stored.get(place, register)
    _subject, number = services.report_row(place, found, 3, unit=UNIT, values=CHILD, on=on())
    assert detections.find(place, number).beneficiary == person
    assert counts(place, register) == {"filed": 1, "unfiled": 1}


def test_an_answer_writes_its_own_row_alone(place):
    """However long the register: what is written for one answer is one row of the projection."""
    register = received(place, *(row(n, **(KHA | {"name": f"Lâm Quốc {n}"})) for n in range(2, 60)))
    compare(place, register)
    services.dispute(place, stored.get(place, register), 7, "Đã chuyển đi", on())
    told = ledger.entries(place, subject_of(register))
    assert [row["number"] for row in _part(subject_of(register), told, told[-1:])[ROWS][1]] == [7]
    assert _part(subject_of(register), told, told[:1]) is None  # what the machine says is about many
    assert state(place, register, 7).dispute is not None


def test_who_looks_from_elsewhere_is_not_offered_the_step(client, place):
    filed(place, "2022-03-05T08:00", **NUMBERED)
    register = received(place, row(2, LONG_BEFORE, **NUMBERED))
    compare(place, register)
    sign_in(client, make_user(place, "kt", ("auditor", PROVINCE)))
    assert "lập trường hợp mới" not in client.get(f"/registers/{register}/rows/2").text


def test_rows_that_the_source_knew_of_earlier_wait_on_a_list_of_their_own(client, place):
    """A machine has matched them; the clocks start with the source once somebody says that the incident is the same."""
    _person, subject, _number = filed(place, "2022-03-05T08:00", **NUMBERED)
    filed(place, "2022-03-05T08:00", **KHA | {"identifiers": (Identifier("cccd", "089310009999"),)})
    register = received(
        place,
        row(2, DAY_BEFORE, **NUMBERED),
        row(3, datetime(2022, 3, 5), **KHA | {"identifiers": (Identifier("cccd", "089310009999"),)}),  # the same day
        row(4, DAY_BEFORE, name="Lâm Quốc Tuấn", birth=Birth(2009)),  # nobody
    )
    compare(place, register)
    sign_in(client, make_user(place, "canbo", ("worker", UNIT)))
    path = f"/registers/{register}/reconcile"
    assert "Nguồn tiếp nhận sớm hơn, chờ xác nhận cùng vụ việc: 1" in client.get(path).text
    listed = client.get(f"{path}?state=earlier").text
    assert "nguồn tiếp nhận sớm hơn" in listed
    assert [n for n in (2, 3, 4) if f'/rows/{n}"' in listed] == [2]
    assert counts(place, register) == {"filed": 2, "unfiled": 1}  # it takes no row out of its place
    one = f"/registers/{register}/rows/2"
    form = client.form(one, 2)
    assert client.post(f"{one}/answer", data=form | {"said": "same"}).status_code == 303
    assert receipt(place, subject).date() == DAY_BEFORE.date()
    assert "Nguồn tiếp nhận sớm hơn, chờ" not in client.get(path).text
