"""A commune disputes a figure or a detection: answered above, never deleted, shown beside what it is about."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casemgr.ledger import services as ledger
from casemgr.ledger.services import EntryConflict
from casemgr.people import services as people
from casemgr.reconciling import disputes
from casemgr.refused import Refused
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import BE, DISTRICT, NEIGHBOUR, NOW, PROVINCE, UNIT, filed

pytestmark = pytest.mark.usefixtures("sound")
FIGURE = f"/coverage/KH322-2022/TE-2?unit={UNIT}&period=nam"
NEW = f"/coverage/KH322-2022/TE-2/dispute?unit={UNIT}&period=nam"
ABOUT = disputes.About("TE", UNIT, "KH322-2022", "TE-2", date(2022, 1, 1), date(2022, 4, 6), "0% · 0 / 1")


def test_a_figure_is_disputed_answered_and_keeps_both(reading_as, client, place):
    filed(place, **BE)
    place.commit()
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    assert client.get(FIGURE).text.count("dispute?unit=") == 1
    assert client.post(NEW, data=client.form(NEW, 1)).status_code == 422
    another = client.form(NEW, 1)
    assert client.post(NEW, data=client.form(NEW, 1) | {"note": "Trẻ đã chuyển đi"}).status_code == 303
    assert "chờ cấp trên trả lời" in client.get(FIGURE).text
    assert "dispute?unit=" not in client.get(FIGURE).text, "what waits is not offered again"
    at_once = client.get(NEW, follow_redirects=True)
    assert ("đang chờ trả lời" in at_once.text, "<textarea" in at_once.text) == (True, False), (
        "refused before it is typed"
    )
    twice = client.post(NEW, data=another | {"note": "Lần nữa"})
    assert (twice.status_code, "đang chờ trả lời" in twice.text) == (422, True)
    assert "/answer" not in client.get("/registers/disputes").text
    neighbour = reading_as(make_user(place, "sen", ("worker", NEIGHBOUR, "TE")))
    assert "Trẻ đã chuyển đi" not in neighbour.get("/registers/disputes").text
    assert neighbour.get(NEW).status_code == 404

    above = reading_as(make_user(place, "huyen", ("supervisor", DISTRICT)))
    listed = above.get("/registers/disputes").text
    assert "Trẻ đã chuyển đi" in listed
    address = listed[listed.index("/registers/disputes/") :].split('"')[0]
    for typed, status in (({"outcome": "returned"}, 422), ({"outcome": "returned", "note": "Đã kiểm tra"}, 303)):
        assert above.post(address, data=above.form(address, 1) | typed).status_code == status
    assert "giữ nguyên số liệu" in client.get(FIGURE).text
    both = client.get("/registers/disputes").text
    assert "Trẻ đã chuyển đi" in both
    assert "Đã kiểm tra" in both
    # Seen from above too, beside the figure of everybody below.
    assert "giữ nguyên số liệu" in above.get(FIGURE.replace(UNIT, DISTRICT)).text


def test_what_waits_is_not_asked_again_on_another_day_of_a_period_that_runs(app, client, place):
    filed(place, **BE)
    place.commit()
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    another = client.form(NEW, 1)
    assert client.post(NEW, data=client.form(NEW, 1) | {"note": "Trẻ đã chuyển đi"}).status_code == 303
    app.config["CASEMGR_TODAY"] = "2022-04-07"
    assert "dispute?unit=" not in client.get(FIGURE).text
    twice = client.post(NEW, data=another | {"note": "Lần nữa"})
    assert (twice.status_code, "đang chờ trả lời" in twice.text) == (422, True)
    quarter = NEW.replace("period=nam", "period=quy-1")
    assert client.get(quarter).status_code == 200, "another period is another figure"


def test_a_detection_is_disputed(reading_as, client, place):
    from casemgr.detections.models import Detected

    _person, subject, _case = filed(place, **BE)
    place.commit()
    number = place.get(Detected, (89, subject)).number
    sign_in(client, make_user(place, "hoa", ("supervisor", UNIT, "TE")))
    address = f"/registers/disputes/detections/{number}"
    assert address in client.get(f"/detections/{number}").text
    assert client.post(address, data=client.form(address, 1) | {"note": "Không ở xã"}).status_code == 303
    page = client.get(f"/detections/{number}").text
    assert "chờ cấp trên trả lời" in page
    assert address not in page, "what waits is not offered again"
    assert "đang chờ trả lời" in client.get(address, follow_redirects=True).text
    assert number in client.get("/registers/disputes").text
    auditor = reading_as(make_user(place, "kt", ("auditor", PROVINCE)))
    assert auditor.get(address).status_code == 403
    assert "Không ở xã" in auditor.get("/registers/disputes").text


def test_who_answers_is_neither_the_author_nor_the_unit_that_is_measured(place):
    raised = disputes.raise_dispute(place, ABOUT, "Sai", author="w", unit=UNIT, now=NOW, entry=uuid4())
    answer = lambda author, unit, note="Đã xem": disputes.answer(  # noqa: E731
        place, raised, "approved", note, author=author, unit=unit, now=NOW, entry=uuid4()
    )
    for author, unit, note in (("w", DISTRICT, "x"), ("chair", UNIT, "x"), ("chief", DISTRICT, "")):
        with pytest.raises(Refused):
            answer(author, unit, note)
    answer("chief", DISTRICT)
    with pytest.raises(Refused):
        answer("chief", DISTRICT)
    assert [row.outcome for row in disputes.of_what(place, ABOUT)] == ["approved"]
    # Answered, it may be asked anew; the first stays.
    disputes.raise_dispute(place, ABOUT, "Vẫn sai", author="w", unit=UNIT, now=NOW, entry=uuid4())
    assert len(disputes.of_what(place, ABOUT)) == 2


def test_what_is_sent_again_under_a_used_id_is_the_same_or_refused(place):
    raised, answered, later = uuid4(), uuid4(), NOW + timedelta(minutes=5)
    ask = lambda note, now: disputes.raise_dispute(place, ABOUT, note, author="w", unit=UNIT, now=now, entry=raised)  # noqa: E731
    ask("Sai", NOW)
    ask("Sai", later)
    with pytest.raises(EntryConflict):
        ask("Sai khác", later)
    answer = lambda outcome, now: disputes.answer(  # noqa: E731
        place, raised, outcome, "Đã xem", author="chief", unit=DISTRICT, now=now, entry=answered
    )
    answer("returned", NOW)
    answer("returned", later)
    with pytest.raises(EntryConflict):
        answer("approved", later)
    assert [(row.outcome, row.answered_at) for row in disputes.of_what(place, ABOUT)] == [("returned", NOW)]
    other = people.register(place, "worker", UNIT, NOW, **BE)
    with pytest.raises(EntryConflict):
        disputes.raise_dispute(place, ABOUT, "Sai", author="w", unit=UNIT, now=NOW, entry=other)
    assert len(ledger.entries(place, other)) == 1
