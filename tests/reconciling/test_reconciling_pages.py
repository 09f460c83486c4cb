"""The pages of a reconciliation: who sees what of a pair, what is answered there, and what a row becomes."""

import re
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa

from casemgr.cases import moves
from casemgr.cases.models import CaseFile
from casemgr.detections.models import Detected
from casemgr.people.rules import Birth
from casemgr.units.loading import load as units
from tests.accounts import make_user, sign_in
from tests.reconciling.conftest import (
    BE,
    DISTRICT,
    KHA,
    NEIGHBOUR,
    NOW,
    NUMBER,
    PROVINCE,
    UNIT,
    compare,
    filed,
    received,
    row,
    state,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("sound")


@pytest.fixture
def register(place):
    """Two rows of Tri Tôn, one of them doubtful, and a row of the next commune."""
    filed(place, **BE, identifiers=NUMBER)
    filed(place, "2022-03-06T08:00", **KHA)
    subject = received(
        place,
        row(2, name="NGUYỄN THỊ BÉ", identifiers=NUMBER),
        row(37, name="NEANG SOC KHA", birth=Birth(2010), mother="", home=UNIT),
        row(38, name="Lâm Quốc Tuấn", sex="nam", birth=Birth(2012, 2, 3)),
        row(39, name="Trần Văn Út", birth=Birth(2009), home=NEIGHBOUR),
    )
    compare(place, subject)
    place.commit()
    return subject


def tiles(page) -> list[int]:
    return [int(n) for n in re.findall(r"<strong>(\d+)</strong></a>", page.text)]


def test_a_worker_answers_a_doubtful_pair(client, place, register):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    index = client.get("/registers/reconcile")
    assert "Tổng đài 111" in index.text
    page = client.get(f"/registers/{register}/reconcile")
    assert tiles(page) == [1, 1, 1, 0, 0]
    for shown in ("Có phải cùng một người? (1 / 1)", "NEANG SOC KHA", "Néang Sóc Kha", "khớp không dấu", "lệch 1 năm",
                  "(trống)", "thiếu", "Hai người khác nhau"):  # fmt: skip
        assert shown in page.text, shown
    for hidden in ("Khác người", "Trần Văn Út", "TE-"):
        assert hidden not in page.text
    form = client.form(f"/registers/{register}/reconcile", 1)
    address = f"/registers/{register}/rows/37/answer"
    answered = client.post(address, data=form | {"said": "same"})
    assert answered.status_code == 303
    assert tiles(client.get(f"/registers/{register}/reconcile")) == [2, 1, 0, 0, 0]
    one = client.get(f"/registers/{register}/rows/37")
    assert "Cùng một người (đã xác nhận)" in one.text
    undo = client.form(f"/registers/{register}/rows/37", 1)
    client.post(address, data=undo | {"said": "undone"})
    assert tiles(client.get(f"/registers/{register}/reconcile")) == [1, 1, 1, 0, 0]


def test_who_works_elsewhere_learns_only_whom_to_contact(reading_as, client, place, register):
    """The pair of a row of Núi Tô with a child of Tri Tôn; and nothing of the rows of other communes."""
    other = received(place, row(5, name="NEANG SOC KHA", birth=Birth(2010), mother=KHA["mother"], home=NEIGHBOUR))
    compare(place, other)
    sign_in(client, make_user(place, "sen", ("worker", NEIGHBOUR, "TE")))
    page = client.get(f"/registers/{other}/reconcile")
    assert "liên hệ thị trấn Tri Tôn" in page.text
    for hidden in ("Néang", "15/08/2011", "HS-", "Cùng một người"):
        assert hidden not in page.text
    form = client.form(f"/registers/{other}/reconcile", 1)
    for said in ("same", "not_same"):
        assert client.post(f"/registers/{other}/rows/5/answer", data=form | {"said": said}).status_code == 403
    assert client.get(f"/registers/{register}/rows/37").status_code == 404
    assert client.get(f"/registers/{register}/rows/39").status_code == 200
    drugs = reading_as(make_user(place, "mt", ("worker", UNIT, "MT")))
    assert drugs.get(f"/registers/{register}/reconcile").status_code == 404
    auditor = reading_as(make_user(place, "kt", ("auditor", PROVINCE)))
    text = auditor.get(f"/registers/{register}/reconcile").text
    assert "Dòng 37" in text
    assert "NEANG" not in text + auditor.get(f"/registers/{register}/rows/37").text


def test_a_row_without_a_file_becomes_a_detection_in_one_step(client, place, register):
    worker = make_user(place, "hoa", ("worker", UNIT, "TE"))
    sign_in(client, worker)
    address = f"/registers/{register}/rows/38/detect"
    form = client.form(address, 1)
    assert form["unit"] == UNIT
    wrong = client.post(address, data=form)
    assert wrong.status_code == 422
    typed = {"p1-level": "BI_XAM_HAI", "p1-harm": ["BL"], "p1-emergency": "no", "worker": str(worker.id)}
    done = client.post(address, data=form | typed)
    assert done.status_code == 303, done.text
    detected = place.scalar(sa.select(Detected).where(Detected.subject == state(place, register, 38).detected))
    assert (f"{detected.received_at:%d/%m/%Y}", detected.worker) == ("04/03/2022", str(worker.id))
    assert detected.number in client.get(f"/registers/{register}/rows/38").text
    assert client.get(f"/detections/{detected.number}").status_code == 200


def test_an_exclusion_and_a_dispute_are_decided_above(reading_as, client, place, register):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    for deed, typed in (
        ("exclude", {"reason": "NGOAI_DIA_BAN", "document": "12/CV-UBND"}),
        ("dispute", {"note": "Không có người này ở xã"}),
    ):
        address = f"/registers/{register}/rows/38/{deed}"
        assert client.post(address, data=client.form(address, 1)).status_code == 422
        assert client.post(address, data=client.form(address, 1) | typed).status_code == 303
    assert "decide" not in client.get(f"/registers/{register}/rows/38").text
    above = reading_as(make_user(place, "huyen", ("supervisor", DISTRICT)))
    links = re.findall(r'href="([^"]+/decide)"', above.get(f"/registers/{register}/rows/38").text)
    assert len(links) == 2
    said = " ".join(above.get(link).text for link in links)
    assert all(words in said for words in ("Ngoài địa bàn", "12/CV-UBND", "Không có người này ở xã")), (
        "what is decided on"
    )
    for link in links:
        typed = {"outcome": "approved", "note": "Đã kiểm tra"}
        assert above.post(link, data=above.form(link, 1) | typed).status_code == 303
    assert tiles(above.get(f"/registers/{register}/reconcile"))[-1] == 1
    assert above.get(links[0].replace(links[0].split("/")[6], str(uuid4()))).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(client, place, register):
    sign_in(client, make_user(place, "huyen", ("supervisor", DISTRICT)))
    more = received(place, *(row(n, name=f"Lâm Quốc {n}", birth=Birth(2009)) for n in range(2, 22)))
    compare(place, more)
    place.commit()
    asked = []
    for subject in (register, register, more):
        with counted(place) as seen:
            assert client.get(f"/registers/{subject}/reconcile?state=unfiled").status_code == 200
        asked.append(len(seen))
    assert asked[2] <= asked[1]


@contextmanager
def counted(session):
    """Collects the statements sent to the database."""
    engine, seen = session.get_bind(), []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_conflict_of_interest_hides_the_file_of_a_row(reading_as, client, place, register):
    number = place.scalar(sa.select(CaseFile.number).order_by(CaseFile.number).limit(1))
    file = place.scalar(sa.select(CaseFile).where(CaseFile.number == number))
    sign_in(client, make_user(place, "hoa", ("supervisor", UNIT, "TE")))
    named = make_user(place, "lan", ("supervisor", DISTRICT, "TE"))
    above = reading_as(named)
    path = f"/registers/{register}/reconcile?state=filed"
    assert number in above.get(path).text + above.get(f"/registers/{register}/reconcile").text
    moves.mark_conflict(
        place, file.subject, [str(named.id)], note="Người nhà.", tree=units(place), author="worker", now=NOW
    )
    place.commit()
    for shown in (path, f"/registers/{register}/reconcile", *(f"/registers/{register}/rows/{n}" for n in (2, 37))):
        assert number not in above.get(shown).text


def test_two_people_answer_one_pair_at_once(client, reading_as, place, register):
    """The second sees what the first has said; nothing of the first is undone unseen."""
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    above = reading_as(make_user(place, "huyen", ("supervisor", DISTRICT)))
    path, address = f"/registers/{register}/reconcile", f"/registers/{register}/rows/37/answer"
    first, second = client.form(path, 1), above.form(path, 1)
    assert client.post(address, data=first | {"said": "same"}).status_code == 303
    for said in ("not_same", "same", "later"):
        late = above.post(address, data=second | {"said": said}, follow_redirects=True)
        assert "Dòng này đã có bản ghi mới" in late.text
    assert state(place, register, 37).said == "matched"
    assert len(state(place, register, 37).turns) == 1
    # The same press of the same button twice is one answer, and no complaint.
    again = client.post(address, data=first | {"said": "same"}, follow_redirects=True)
    assert "Dòng này đã có bản ghi mới" not in again.text
    # Whoever has seen the answer may undo it.
    above.post(address, data=above.form(f"/registers/{register}/rows/37", 1) | {"said": "undone"})
    assert state(place, register, 37).said == "look"
    for turns in ("", "x", "9" * 50):
        assert client.post(address, data=first | {"said": "same", "turns": turns}).status_code == 400


def test_what_waits_for_an_answer_from_above_is_not_offered_again(client, place, register):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    path = f"/registers/{register}/rows/38"
    for deed, typed in (("exclude", {"reason": "NGOAI_DIA_BAN", "document": "12/CV"}), ("dispute", {"note": "Sai"})):
        address = f"{path}/{deed}"
        assert address in client.get(path).text
        form = client.form(address, 1)
        assert client.post(address, data=form | typed).status_code == 303
        assert address not in client.get(path).text
        at_once = client.get(address, follow_redirects=True).text
        assert ("đang chờ" in at_once, "<textarea" in at_once) == (True, False), "refused before anything is typed"
        turns = str(int(form["turns"]) + 1)
        again = client.post(address, data=form | typed | {"entry_id": str(uuid4()), "turns": turns})
        assert (again.status_code, "đang chờ" in again.text) == (422, True)


def test_parked_rows_are_found_with_their_doubts_until_somebody_has_written_of_them(client, place):
    doubtful = [
        replace(row(n, name=f"Lâm Quốc {n}", birth=Birth(2009)), doubts=d) for n, d in ((2, ("id_lost",)), (3, ()))
    ]
    subject = received(place, *doubtful)
    compare(place, subject)
    place.commit()
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    path = f"/registers/{subject}/reconcile"
    assert "Có nghi vấn khi đọc tệp, chưa ai xem: 1" in client.get(path).text
    listed = client.get(f"{path}?state=parked").text
    for shown in ("Lâm Quốc 2", "đã bị bảng tính làm tròn", "Chưa có hồ sơ"):
        assert shown in listed
    assert "Lâm Quốc 3" not in listed
    address = f"/registers/{subject}/rows/2/dispute"
    assert client.post(address, data=client.form(address, 1) | {"note": "Số sai"}).status_code == 303
    assert "Có nghi vấn khi đọc tệp" not in client.get(path).text


def test_what_is_asked_about_a_row_reaches_who_decides(client, reading_as, place, register):
    sign_in(client, make_user(place, "hoa", ("worker", UNIT, "TE")))
    path = f"/registers/{register}/rows/38"
    for deed, typed in (
        ("exclude", {"reason": "NGOAI_DIA_BAN", "document": "12/CV"}),
        ("dispute", {"note": "Không ở xã"}),
    ):
        assert client.post(f"{path}/{deed}", data=client.form(f"{path}/{deed}", 1) | typed).status_code == 303
    above = reading_as(make_user(place, "huyen", ("supervisor", DISTRICT)))
    chair = reading_as(make_user(place, "chutich", ("supervisor", UNIT)))
    asked = ("1 đề nghị không tính dòng của danh sách nguồn", "1 đề nghị xem xét lại số liệu chờ trả lời")
    for words in asked:
        assert words in above.get("/approvals").text
        assert words not in chair.get("/approvals").text, "the unit that is measured does not decide"
    listed = above.get("/registers/disputes").text
    assert "Không ở xã" in listed
    auditor = reading_as(make_user(place, "kt", ("auditor", PROVINCE))).get("/registers/disputes").text
    assert "Dòng 38" in auditor
    assert "Không ở xã" not in auditor, "what is written of a row may name somebody"
    (address,) = re.findall(r'href="([^"]+/decide)"', listed)
    typed = {"outcome": "returned", "note": "Đã kiểm tra"}
    assert above.post(address, data=above.form(address, 1) | typed).status_code == 303
    answered = client.get("/registers/disputes").text
    for words in ("Không ở xã", "Đã kiểm tra", "giữ nguyên số liệu"):
        assert words in answered
    assert asked[1] not in above.get("/approvals").text
