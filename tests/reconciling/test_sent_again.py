"""What is written of a row is written once, as it was sent first, and never over what somebody else wrote meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casemgr.ledger.services import EntryConflict
from casemgr.people.rules import Birth
from casemgr.reconciling import services
from casemgr.registers import rows as stored
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import (
    BE,
    CHILD,
    DISTRICT,
    KHA,
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
from tests.reconciling.test_incidents import DAY_BEFORE, receipt

pytestmark = pytest.mark.usefixtures("sound")
NEWER = "Dòng này đã có bản ghi mới sau khi trang này được mở"


@pytest.fixture
def register(place):
    """A doubtful row about a child who has a file, and two rows about nobody known."""
    filed(place, **KHA)
    subject = received(
        place,
        row(2, name="NEANG SOC KHA", birth=Birth(2010), mother="Néang Sa Rươn"),
        row(3, name="Lâm Quốc Tuấn", birth=Birth(2009)),
        row(4, name="Trần Văn Út", birth=Birth(2012)),
    )
    compare(place, subject)
    place.commit()
    return subject


def exclude(session, found, by, document="12/CV"):
    services.ask_exclusion(session, found, 3, "NGOAI_DIA_BAN", document, "", by)


def dispute(session, found, by, note="Không ở xã"):
    services.dispute(session, found, 3, note, by)


def report(session, found, by, harm="BL", worker="worker-2"):
    services.report_row(session, found, 3, unit=UNIT, values=CHILD | {"harm": [harm]}, on=by, worker=worker)


@pytest.mark.parametrize(
    ("verb", "other"),
    [
        (exclude, {"document": "13/CV"}),
        (dispute, {"note": "Đã chuyển đi"}),
        (report, {"harm": "MB"}),
        (report, {"worker": "worker-3"}),
    ],
)
def test_the_same_again_is_one_entry_and_other_content_is_refused(place, register, verb, other):
    found, by = stored.get(place, register), on()
    verb(place, found, by)
    later = replace(by, now=NOW + timedelta(minutes=5))
    verb(place, found, later)
    with pytest.raises(EntryConflict):
        verb(place, found, later, **other)
    assert len(state(place, register, 3).turns) == 1


def test_an_answer_under_a_used_id_is_refused_where_it_says_something_else(place, register):
    found, by = stored.get(place, register), on()
    services.answer(place, found, 2, "later", None, by)
    later = replace(by, now=NOW + timedelta(minutes=5))
    services.answer(place, found, 2, "later", None, later)
    who = state(place, register, 2).near[0].who
    for said, about in (("same", who), ("not_same", who)):
        with pytest.raises(EntryConflict):
            services.answer(place, found, 2, said, about, later)
    with pytest.raises(EntryConflict):  # the id of another row's answer
        services.dispute(place, found, 3, "Không ở xã", later)
    assert [e.coded["answer"] for e in state(place, register, 2).turns] == ["later"]


def test_a_decision_under_a_used_id_is_refused_where_it_says_something_else(place, register):
    found, by = stored.get(place, register), on("chief", DISTRICT)
    dispute(place, found, on())
    asked = state(place, register, 3).dispute.id
    decide = lambda outcome, note: services.decide(place, found, 3, asked, outcome, note, by, UNIT)  # noqa: E731
    decide("returned", "Đã kiểm tra")
    decide("returned", "Đã kiểm tra")
    for outcome, note in (("approved", "Đã kiểm tra"), ("returned", "Chưa rõ")):
        with pytest.raises(EntryConflict):
            decide(outcome, note)
    assert [e.kind for e in state(place, register, 3).turns] == ["disputed", "decided"]


def test_an_answer_sent_again_leaves_the_receipt_that_it_gave(place):
    numbered = BE | {"identifiers": NUMBER}
    person, first, _number = filed(place, "2022-03-05T08:00", **numbered)
    subject = received(place, row(2, DAY_BEFORE, **numbered))
    compare(place, subject)
    found, by, undo = stored.get(place, subject), on(), on(now=NOW + timedelta(hours=1))
    services.answer(place, found, 2, "same", ("person", person), by)
    services.answer(place, found, 2, "same", ("person", person), by)
    assert receipt(place, first) == DAY_BEFORE
    services.answer(place, found, 2, "undone", None, undo)
    services.answer(place, found, 2, "same", ("person", person), by)  # what came late is what was said before
    services.answer(place, found, 2, "undone", None, undo)
    assert receipt(place, first).isoformat() == "2022-03-05T08:00:00"
    assert len(state(place, subject, 2).turns) == 2


def test_the_page_says_that_nothing_was_recorded(client, place, register):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    form = client.form(f"/registers/{register}/reconcile", 1)
    address = f"/registers/{register}/rows/2/answer"
    assert "đã ghi" in client.post(address, data=form | {"said": "later"}, follow_redirects=True).text
    other = client.post(address, data=form | {"said": "same"}, follow_redirects=True).text
    assert "đã được lưu trước đó với nội dung khác" in other
    assert "đã ghi «Cùng một người»" not in other
    assert len(state(place, register, 2).turns) == 1


@pytest.mark.parametrize(
    ("deed", "typed"),
    [
        ("exclude", {"reason": "NGOAI_DIA_BAN", "document": "12/CV"}),
        ("dispute", {"note": "Không ở xã"}),
        ("detect", {"p1-level": "BI_XAM_HAI", "p1-harm": ["BL"], "p1-emergency": "no"}),
    ],
)
def test_who_writes_of_a_row_has_seen_what_was_written_of_it(client, place, register, deed, typed):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    address = f"/registers/{register}/rows/4/{deed}"
    form = client.form(address, 1) | typed
    services.answer(place, stored.get(place, register), 4, "later", None, on("worker-2"))
    place.commit()
    late = client.post(address, data=form)
    assert (late.status_code, NEWER in late.text) == (422, True)
    assert NEWER in client.post(address, data=form).text, "not even pressed again"
    for turns in ("", "x", "9" * 50):
        assert client.post(address, data=form | {"turns": turns}).status_code == 400
    assert len(state(place, register, 4).turns) == 1
    assert client.post(address, data=client.form(address, 1) | typed).status_code == 303
    assert len(state(place, register, 4).turns) == 2


def test_who_decides_has_seen_what_was_written_of_the_row(client, place, register):
    found = stored.get(place, register)
    dispute(place, found, on())
    asked = state(place, register, 3).dispute.id
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT)))
    address = f"/registers/{register}/rows/3/entries/{asked}/decide"
    form = client.form(address, 1) | {"outcome": "returned", "note": "Đã kiểm tra"}
    services.ask_exclusion(place, found, 3, "NGOAI_DIA_BAN", "12/CV", "", on())
    place.commit()
    assert NEWER in client.post(address, data=form).text
    assert state(place, register, 3).dispute is not None
    again = client.form(address, 1) | {"outcome": "returned", "note": "Đã kiểm tra"}
    assert client.post(address, data=again).status_code == 303
    assert state(place, register, 3).dispute is None
