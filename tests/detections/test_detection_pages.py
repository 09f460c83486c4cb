"""The pages of detections: who sees what, what a worker does there, and what is typed wrong."""

import re
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from casemgr.access.models import AccessLog
from casemgr.cases.models import CaseFile
from casemgr.db import db
from casemgr.detections import services
from casemgr.detections.drafts import Reporter, Seen
from casemgr.detections.models import Detected, Incident
from casemgr.ledger.models import LedgerEntry
from casemgr.people import services as people
from casemgr.people.rules import Birth
from casemgr.programmes import programmes
from tests.accounts import few_units, make_user, sign_in
from tests.detections.conftest import ABOVE, BE, CHILD, UNIT, at, by, report, row_of

pytestmark = pytest.mark.usefixtures("sound")
NEIGHBOUR = "30547-20210101"


@pytest.fixture
def app(app):
    app.config["CASEMGR_TODAY"] = "2022-03-08"
    return app


@pytest.fixture
def place(session):
    few_units(session)
    return session


@pytest.fixture
def worker(place):
    return make_user(place, "hoa", ("worker", UNIT))


@pytest.fixture
def at_work(client, worker):
    return sign_in(client, worker)


def number_of(session, code: str) -> int:
    return list(programmes()).index(code) + 1


def new_form(client, session, code="TE", **typed) -> dict:
    address = f"/detections/new?programme={number_of(session, code)}"
    values = client.form(address, 1) | {
        "received": ["04/03/2022", "17:15"], "source": "TRUONG_HOC", "p1-level": "BI_XAM_HAI", "p1-harm": ["BL"],
        "p1-emergency": "no", "p1-name": "Nguyễn Thị Bé", "p1-birth": "2011",
    }  # fmt: skip
    return values | typed


def post_new(client, session, code="TE", **typed):
    address = f"/detections/new?programme={number_of(session, code)}"
    return client.post(address, data=new_form(client, session, code, **typed))


def logged(session, action: str) -> int:
    return session.scalar(sa.select(sa.func.count()).where(AccessLog.action == action))


def test_a_child_goes_from_the_report_to_the_file(at_work, place):
    answer = post_new(at_work, place, **{"happened": ["04/03/2022", ""], "mode": "DIEN_THOAI"})
    assert answer.status_code == 303
    row = place.scalar(sa.select(Detected))
    page = at_work.get(answer.location)
    assert "Bé N." in page.text
    assert row.number in page.text
    assert "Chờ xác minh" in page.text

    address = f"/detections/{row.number}/steps/verified"
    form = at_work.form(address, 1)
    assert at_work.post(address, data=form | {"outcome": "substantiated", "note": "Đã gặp"}).status_code == 303
    assert row_of(place, row.subject).status == "substantiated"
    assert at_work.post(address, data=form | {"outcome": "substantiated", "note": "Đã gặp"}).status_code == 303

    address = f"/detections/{row.number}/file"
    form = at_work.form(address, 1) | {"save": "1"}
    assert form["name"] == "Nguyễn Thị Bé"
    answer = at_work.post(address, data=form)
    assert answer.status_code == 303
    case = place.scalar(sa.select(CaseFile))
    assert answer.location.endswith(case.number)
    assert at_work.get(answer.location).status_code == 200
    assert case.number in at_work.get(f"/detections/{row.number}").text
    # The button pressed twice: still one file.
    assert at_work.post(address, data=form).status_code == 303
    assert place.scalar(sa.select(sa.func.count()).select_from(CaseFile)) == 1


def test_the_same_form_twice_is_stored_once(at_work, place):
    values = new_form(at_work, place)
    address = f"/detections/new?programme={number_of(place, 'TE')}"
    first, second = at_work.post(address, data=values), at_work.post(address, data=values)
    assert first.location == second.location
    assert place.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 2
    changed = at_work.post(address, data=values | {"p1-name": "Nguyễn Thị Em"})
    assert changed.status_code == 422


def test_several_persons_and_a_second_report_of_the_incident(at_work, place):
    second = {"p2-level": "BI_XAM_HAI", "p2-harm": ["BL"], "p2-emergency": "yes", "p2-age": "4"}
    assert post_new(at_work, place, **second).status_code == 303
    incident = place.scalar(sa.select(Incident))
    assert len(services.detected_in(place, incident.subject)) == 2
    blank = {"p1-level": "", "p1-harm": [], "p1-emergency": "", "p1-name": "", "p1-birth": ""}
    again = blank | {"incident": f" {incident.number.lower()} ", "received": ["04/03/2022", "08:00"]}
    assert post_new(at_work, place, **again).status_code == 303
    place.expire_all()
    assert place.scalar(sa.select(Incident.reports)) == 2
    assert {row.received_at for row in services.detected_in(place, incident.subject)} == {datetime(2022, 3, 4, 8, 0)}
    assert post_new(at_work, place, **(blank | {"incident": "VV-222-222"})).status_code == 422


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"received": ["09/03/2022", "08:00"]}, "Thời điểm tiếp nhận chưa đến"),
        ({"received": ["31/02/2022", ""]}, "Không có ngày"),
        ({"received": ["4/3/22", ""]}, "đủ 4 chữ số"),
        ({"received": ["", ""]}, "Cần nhập nội dung này"),
        ({"happened": ["06/03/2022", ""]}, "ở sau lúc tiếp nhận"),
        ({"source": "HANG_XOM"}, "Hãy chọn một giá trị"),
        ({"source": ""}, "Cần nhập nội dung này"),
        ({"p1-level": "LA"}, "Hãy chọn một giá trị"),
        ({"p1-harm": []}, "Cần nhập nội dung này"),
        ({"p1-birth": "01/01/2023"}, "Ngày sinh ở sau"),
        ({"p1-age": "-3", "p1-birth": ""}, "Tuổi phải từ 0 đến 130"),
        ({"p1-name": "Bé\u202eA"}, "ký tự điều khiển"),
        ({"note": "a\x00b"}, "ký tự điều khiển"),
        ({"note": "x" * 100_000}, "Nội dung quá dài"),
        ({"reporter_name": "Ba"}, "khi họ đồng ý"),
        ({"reporter_agreed": "y", "reporter_phone": "12"}, "điện thoại"),
        ({"p1-birth": "", "p1-age": "", "unit": NEIGHBOUR}, "Hãy chọn một giá trị"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(at_work, place, typed, said):
    answer = post_new(at_work, place, **({"p1-place": "Ấp Tô Thuận"} | typed))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Ấp Tô Thuận" in answer.text
    assert place.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 0


def test_decomposed_letters_are_stored_composed(at_work, place):
    import unicodedata

    assert post_new(at_work, place, **{"p1-name": unicodedata.normalize("NFD", "Nguyễn Thị Bé")}).status_code == 303
    row = place.scalar(sa.select(Detected))
    assert "Nguyễn Thị Bé" in at_work.get(f"/detections/{row.number}").text


def test_under_sixteen_in_bd_goes_to_the_child_form_with_what_was_typed(at_work, place):
    values = {"source": "", "p1-level": "", "p1-harm": [], "p1-emergency": "", "p1-reached": "TIEP_CAN"}
    values |= {"p1-age_group": "TU_18", "p1-consent": "CO", "p1-subgroup": "PHAT_HIEN", "p1-birth": "", "p1-age": "15"}
    answer = post_new(at_work, place, "BD", **values)
    assert answer.status_code == 422
    assert "Người dưới 16 tuổi" in answer.text
    assert f"/detections/new?programme={number_of(place, 'TE')}" in answer.text
    assert 'value="Nguyễn Thị Bé"' in answer.text
    assert 'name="p1-level"' in answer.text
    assert place.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 0


def test_taking_an_emergency(at_work, place, worker):
    row = services.find(place, report(place, values=CHILD | {"emergency": True}).detected[0][1])
    place.commit()
    page = at_work.get(f"/detections/{row.number}")
    assert "tel:111" in page.text
    assert "Tôi nhận xử lý" in page.text
    for _twice in range(2):
        assert at_work.post(f"/detections/{row.number}/take").status_code == 303
    row = row_of(place, row.subject)
    assert (row.worker, row.head_seq) == (str(worker.id), 2)
    assert "Tôi nhận xử lý" not in at_work.get(f"/detections/{row.number}").text


def test_exclusion_is_decided_above_and_not_by_who_asked(at_work, client, place, worker):
    row = services.find(place, report(place).detected[0][1])
    place.commit()
    address = f"/detections/{row.number}/exclude"
    values = at_work.form(address, 1) | {"reason": "NGOAI_DIA_BAN", "document": "CV 12/UBND"}
    assert at_work.post(address, data=values | {"document": ""}).status_code == 422
    assert at_work.post(address, data=values).status_code == 303
    state, entries = services.state(place, row.subject)
    decision = f"/detections/{row.number}/entries/{state.waiting[0].id}/decide"
    assert at_work.get(decision).status_code == 403
    leader = make_user(place, "leader", ("supervisor", UNIT))
    assert sign_in(client, leader).get(decision).status_code == 404  # the commune is the one that is measured
    sign_in(client, make_user(place, "chief", ("supervisor", ABOVE)))
    values = client.form(decision, 1) | {"outcome": "approved"}
    assert client.post(decision, data=values).status_code == 303
    assert client.post(decision, data=values).status_code == 303
    assert row_of(place, row.subject).status == "excluded"
    address = f"/detections/{row.number}/include"
    assert client.post(address, data=client.form(address, 1) | {"note": "Vẫn ở đây"}).status_code == 303
    assert row_of(place, row.subject).status == "pending"


def test_duplicates_and_assignment(at_work, client, place, worker):
    first, second = (services.find(place, report(place).detected[0][1]) for _ in range(2))
    place.commit()
    address = f"/detections/{second.number}/duplicate"
    values = at_work.form(address, 1) | {"of": first.number, "note": "Cùng cháu"}
    assert at_work.post(address, data=values | {"of": "PH-222-222"}).status_code == 422
    assert at_work.post(address, data=values).status_code == 303
    assert (row_of(place, second.subject).status, row_of(place, second.subject).waiting) == ("pending", 1)
    assert "Đề nghị ghi là trùng" in at_work.get(f"/detections/{second.number}").text
    sign_in(client, make_user(place, "above", ("supervisor", ABOVE)))
    link = re.search(r'href="(/detections/[^"]+/decide)"', client.get(f"/detections/{second.number}").text)[1]
    assert client.post(link, data=client.form(link, 1) | {"outcome": "approved"}).status_code == 303
    assert row_of(place, second.subject).status == "duplicate"
    sign_in(client, make_user(place, "leader", ("supervisor", UNIT)))
    address = f"/detections/{first.number}/assign"
    assert client.post(address, data=client.form(address, 1) | {"worker": str(worker.id)}).status_code == 303
    assert row_of(place, first.subject).worker == str(worker.id)


def test_possible_matches_are_shown_before_a_second_person_is_made(at_work, place):
    here = people.register(
        place, "x", UNIT, datetime(2022, 3, 1), name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011), ethnicity="kinh"
    )
    people.register(place, "x", NEIGHBOUR, datetime(2022, 3, 1), name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011))
    row = services.find(place, report(place).detected[0][1])
    place.commit()
    address = f"/detections/{row.number}/file"
    page = at_work.get(address)
    assert "Có thể trùng, liên hệ xã Núi Tô." in page.text
    assert page.text.count("<strong>Nguyễn Thị Bé</strong>") == 1
    assert logged(place, "person:match") == 2
    form = at_work.form(address, 1)
    assert at_work.post(address, data=form | {"save": "1"}).status_code == 422
    assert at_work.post(address, data=form | {"beneficiary": str(UUID(int=5))}).status_code == 404
    assert at_work.post(address, data=form | {"beneficiary": str(here)}).status_code == 303
    assert row_of(place, row.subject).beneficiary == here


def test_a_file_for_somebody_unnamed(at_work, place):
    row = services.find(place, report(place, Seen(sex="nam", age=3)).detected[0][1])
    place.commit()
    address = f"/detections/{row.number}/file"
    form = at_work.form(address, 1)
    assert at_work.post(address, data=form | {"save": "1", "name": ""}).status_code == 422
    assert at_work.post(address, data=form | {"unnamed": "1", "name": ""}).status_code == 303
    assert row_of(place, row.subject).status == "matched"


def test_the_reporter_is_opened_apart_and_logged(at_work, client, place):
    made = report(place, reporter=Reporter("Trần Văn Ba", "0912345678", agreed=True))
    number = made.detected[0][1]
    place.commit()
    assert "Trần Văn Ba" not in at_work.get(f"/detections/{number}").text
    assert "Trần Văn Ba" in at_work.get(f"/detections/{number}/reporters").text
    assert logged(place, "reporter:read") == 1
    sign_in(client, make_user(place, "auditor", ("auditor", ABOVE)))
    assert client.get(f"/detections/{number}/reporters").status_code == 403


def test_who_sees_what(client, place):
    number = report(place, values=CHILD | {"place": "Ấp Tô Thuận"}).detected[0][1]
    place.commit()
    for role, where, status in (
        ("worker", UNIT, 200), ("worker", NEIGHBOUR, 404), ("supervisor", ABOVE, 200), ("auditor", ABOVE, 200),
        ("administrator", "89-20210101", 403),
    ):  # fmt: skip
        sign_in(client, make_user(place, f"{role}{where}", (role, where)))
        answer = client.get(f"/detections/{number}")
        assert answer.status_code == status
        assert ("Bé" in answer.text) == (status == 200 and role != "auditor")
        assert ("Tô Thuận" in answer.text) == (status == 200 and role != "auditor")
        listed = client.get("/detections")
        if status != 403:
            assert (number in listed.text) == (status == 200)
            assert re.search(r"<title>[^<]*(Trẻ em|Bé)", listed.text) is None
    sign_in(client, make_user(place, "other", ("worker", UNIT, "MT")))
    assert client.get(f"/detections/{number}").status_code == 404
    assert client.get("/detections/PH-222-222").status_code == 404
    assert logged(place, "detection:read") >= 5


def test_emergencies_come_first_and_the_list_is_filtered(at_work, place, worker):
    calm = report(place, received="2022-02-25T09:00").detected[0]
    urgent = report(place, values=CHILD | {"emergency": True}, received="2022-03-07T20:00").detected[0]
    asked = report(place).detected[0]
    services.verify(place, asked[0], "unsubstantiated", "x", by("2022-03-07"))
    services.take(place, urgent[0], str(worker.id), by("2022-03-07T20:20"))
    place.commit()
    text = at_work.get("/detections").text
    assert text.index(urgent[1]) < text.index(calm[1])
    assert calm[1] not in at_work.get("/detections?mine=y").text
    text = at_work.get("/detections?status=waiting").text
    assert asked[1] in text
    assert calm[1] not in text
    assert calm[1] not in at_work.get("/detections?status=matched").text
    assert at_work.get("/detections?status=nonsense&group=99&page=x").status_code == 200


@contextmanager
def counted(app):
    seen = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_queries_does_not_grow_with_the_list(app, at_work, place):
    known = people.register(place, "x", UNIT, datetime(2022, 3, 1), name="Nguyễn Thị Bé")
    counts = []
    for _round in range(3):
        for _each in range(4):
            report(place, BE, Seen(beneficiary=known), Seen(age=4))
        place.commit()
        with counted(app) as seen:
            assert at_work.get("/detections").status_code == 200
        counts.append(len(seen))
    assert counts[1] == counts[2]


def test_it_speaks_english_too(at_work, place):
    number = report(place).detected[0][1]
    place.commit()
    at_work.post("/language", data={"language": "en", "next": "/"})
    for address in ("/detections", f"/detections/{number}", f"/detections/{number}/file"):
        assert at_work.get(address).status_code == 200
    assert "To be verified" in at_work.get("/detections").text


def test_unknown_times_are_said(at_work, place):
    number = report(place, received="2022-03-04", values=CHILD | {"emergency": True}).detected[0][1]
    place.commit()
    assert "thiếu ngày để tính hạn" in at_work.get(f"/detections/{number}").text
    assert at("2022-03-04")[1] == "day"
