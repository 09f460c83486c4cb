"""Figures from outside: entered by one, confirmed by another, corrected in sight of all."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest

from casemgr.ledger.check import rebuild, verify
from casemgr.ledger.services import Stale
from casemgr.plans import plans, services
from casemgr.refused import Refused
from casemgr.units.loading import load
from tests.accounts import few_units, make_user, sign_in

NOW = datetime(2022, 7, 5, 9, 0)
PROVINCE = "89-20210101"
VALUES = {
    "input": "MT1.list",
    "unit": PROVINCE,
    "from": date(2022, 6, 30),
    "to": date(2022, 6, 30),
    "source": "CONG_AN_TINH",
    "document": "455/CA",
    "document_date": date(2022, 7, 1),
    "value": Decimal(2255),
    "note": None,
}
ACTS = {"unit": PROVINCE, "now": NOW}


@pytest.fixture
def place(session):
    few_units(session)
    return session


def plan():
    return plans()["KH322-2022"]


def enter(session, author="one", **changes):
    values = VALUES | changes
    return services.report(session, plan(), values, author=author, tree=load(session), **ACTS)[0]


def test_a_figure_is_confirmed_by_another_person(place):
    subject = enter(place)
    assert not services.figures(place, "KH322-2022")[0].confirmed
    with pytest.raises(Refused, match="Người nhập không được tự xác nhận"):
        services.confirm(place, plan(), subject, on_seq=1, author="one", **ACTS)
    services.confirm(place, plan(), subject, on_seq=1, author="two", **ACTS)
    place.commit()
    (figure,) = services.figures(place, "KH322-2022")
    assert (figure.value, figure.confirmed_by) == (Decimal(2255), "two")
    assert services.figures(place, "KH322-2022", NOW) == [figure]
    assert verify(place)[1] == []
    assert rebuild(place, check=True) == (1, [])


def test_a_correction_supersedes_stays_visible_and_must_be_confirmed_again(place):
    subject = enter(place)
    services.confirm(place, plan(), subject, on_seq=1, author="two", **ACTS)
    changed = VALUES | {"value": Decimal(2250), "note": "nhập nhầm"}
    with pytest.raises(Stale):
        services.correct(place, plan(), subject, changed, on_seq=1, author="two", tree=load(place), **ACTS)
    services.correct(place, plan(), subject, changed, on_seq=2, author="two", tree=load(place), **ACTS)
    versions, head = services.find(place, subject)
    assert [(v.value, v.confirmed) for v in versions] == [(2255, True), (2250, False)]
    assert list(services.notes(place, subject).values()) == ["nhập nhầm"]
    with pytest.raises(Refused, match="không được tự xác nhận"):
        services.confirm(place, plan(), subject, on_seq=head, author="two", **ACTS)
    services.confirm(place, plan(), subject, on_seq=head, author="one", **ACTS)
    assert services.figures(place, "KH322-2022")[0].confirmed_by == "one"


def test_the_same_question_is_not_entered_twice(place):
    enter(place)
    with pytest.raises(Refused, match="đính chính"):
        enter(place, author="two", value=Decimal(1))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("input", {"input": "KHONG_CO"}),
        ("document_date", {"document_date": date(2022, 7, 6)}),
        ("to", {"to": date(2022, 7, 6)}),
        ("to", {"from": date(2022, 6, 30), "to": date(2022, 6, 1)}),
        ("from", {"from": None}),
        ("unit", {"unit": "00001-20210101"}),
        ("unit", {"unit": PROVINCE, "from": date(2020, 6, 30), "to": date(2020, 6, 30)}),
        ("source", {"source": "SO_NOI_VU"}),
        ("document", {"document": None}),
        ("value", {"value": Decimal("-1")}),
        ("value", {"value": Decimal("1.5")}),
        ("value", {"value": None}),
        ("from", {"input": "TE1.baseline"}),
    ],
)
def test_bad_input_is_refused_with_its_field(place, field, changes):
    with pytest.raises(Refused) as refused:
        enter(place, **changes)
    assert refused.value.field == field
    assert services.figures(place, "KH322-2022") == []


def test_the_pages_enter_confirm_and_correct(place, client):
    one = make_user(place, "one", ("coordinator", PROVINCE))
    two = make_user(place, "two", ("coordinator", PROVINCE))
    client.application.config["CASEMGR_TODAY"] = "2022-07-05"
    sign_in(client, one)
    typed = {
        "input": "MT1.list", "unit": PROVINCE, "start": "30/06/2022", "end": "30/06/2022", "source": "CONG_AN_TINH",
        "document": "455/CA", "document_date": "31/12/2022", "value": "2.255",
    }  # fmt: skip
    answer = client.post("/reported/new", data=typed)
    assert answer.status_code == 422
    assert "455/CA" in answer.text
    assert "chưa đến" in answer.text
    answer = client.post("/reported/new", data=typed | {"document_date": "01/07/2022"})
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "2.255" in page.text
    assert "Xác nhận đúng" not in page.text
    assert client.post(answer.location + "/confirm", data={"head": "1"}).status_code == 403
    sign_in(client, two)
    assert "Xác nhận đúng" in client.get(answer.location).text
    assert client.post(answer.location + "/confirm", data={"head": "1"}).status_code == 303
    correction = {"document": "460/CA", "document_date": "02/07/2022", "value": "2.250", "note": "sai số", "head": "2"}
    assert client.get(answer.location + "/correct").status_code == 200
    assert client.post(answer.location + "/correct", data=correction | {"note": ""}).status_code == 422
    assert client.post(answer.location + "/correct", data=correction).status_code == 303
    shown = client.get(answer.location).text
    assert "2.255" in shown
    assert "2.250" in shown
    assert "chờ xác nhận" in client.get("/reported").text


def test_a_coordinator_of_a_commune_sees_its_own_figures_only(place, client):
    enter(place)
    here = make_user(place, "here", ("coordinator", "30547-20210101"))
    client.application.config["CASEMGR_TODAY"] = "2022-07-05"
    sign_in(client, here)
    assert "2.255" not in client.get("/reported").text
    (figure,) = services.figures(place, "KH322-2022")
    assert client.get(f"/reported/{figure.subject}").status_code == 404


def shared(**changes):
    return {"input": "YT1.insured", "source": "UBND_XA", "value": None, **changes}


@pytest.mark.parametrize(
    ("field", "words", "changes"),
    [
        ("value", "từ 0 đến 100", shared(value=Decimal(104))),
        ("numerator", "lớn hơn tổng số", shared(numerator=Decimal(12), denominator=Decimal(10))),
        ("denominator", "cả số đạt và tổng số", shared(numerator=Decimal(12))),
        ("value", "không khớp", shared(value=Decimal(50), numerator=Decimal(9), denominator=Decimal(10))),
        ("numerator", "số nguyên", shared(numerator=Decimal("9.5"), denominator=Decimal(10))),
        ("denominator", "Chỉ tỷ lệ", {"denominator": Decimal(10)}),
        ("standard", "Hãy chọn chuẩn nghèo", {"input": "GN.rate", "source": "SO_LDTBXH", "value": Decimal(5)}),
        (
            "standard",
            "không áp dụng cho số liệu ngày 30/06/2022",
            {"input": "GN.rate", "source": "SO_LDTBXH", "value": Decimal(5), "standard": "QD59_2015"},
        ),
        ("note", "Cần ghi nội dung báo cáo", {"input": "Q1-04.report", "source": "SO_LDTBXH", "value": None}),
        ("value", "không có giá trị", {"input": "Q1-04.report", "source": "SO_LDTBXH", "note": "đã làm"}),
    ],
)
def test_shares_standards_and_words_are_checked(place, field, words, changes):
    with pytest.raises(Refused, match=words) as refused:
        enter(place, **changes)
    assert refused.value.field == field


def test_a_part_is_not_larger_than_its_whole_whichever_came_first(place):
    days = {"from": date(2022, 1, 1), "to": date(2022, 6, 30), "source": "SO_LDTBXH"}
    enter(place, **days, input="LD1.enrolled", value=Decimal(1000))
    women = {"input": "LD2.women", "value": None, "denominator": Decimal(1100), "numerator": Decimal(1050)}
    with pytest.raises(Refused, match=r"\(1\.050\) lớn hơn «Số người được tuyển sinh.*\(1\.000\)"):
        enter(place, **days, **women)
    enter(place, input="MT1.detained", value=Decimal(30))
    with pytest.raises(Refused, match="nhỏ hơn"):
        enter(place, value=Decimal(20))
    enter(place, value=Decimal(30))


def test_the_parts_are_held_against_the_whole(place, client):
    entered = {}
    for unit, value in ((PROVINCE, 100), ("30544-20210101", 60), ("30547-20210101", 45)):
        entered[unit] = enter(place, unit=unit, value=Decimal(value))
        if unit != "30547-20210101":
            services.confirm(place, plan(), entered[unit], on_seq=1, author="two", **ACTS)
    client.application.config["CASEMGR_TODAY"] = "2022-07-05"
    sign_in(client, make_user(place, "coordinator", ("coordinator", PROVINCE)))
    address = f"/reported/parts/KH322-2022/MT1.list?unit={PROVINCE}&start=2022-06-30&end=2022-06-30"
    page = client.get(address).text
    assert "2 / 2 đơn vị" in page
    assert "lệch" not in page, "one of them is not confirmed yet"
    services.confirm(place, plan(), entered["30547-20210101"], on_seq=1, author="two", **ACTS)
    assert "Cộng lại lệch 5" in client.get(address).text
    assert "chưa báo cáo" in client.get(address + "&level=district").text
    assert client.get("/reported/parts/KH322-2022/NONE").status_code == 404
    with pytest.raises(Refused, match="đã được nhập"):
        enter(place, unit="30544-20210101", value=Decimal(61))


def test_the_document_is_attached_and_what_is_not_what_it_says_is_refused(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-07-05"
    sign_in(client, make_user(place, "one", ("coordinator", PROVINCE)))

    def typed(name: str, data: bytes) -> dict:
        return {
            "input": "MT1.list", "unit": PROVINCE, "start": "30/06/2022", "end": "30/06/2022", "source": "CONG_AN_TINH",
            "document": "455/CA", "document_date": "01/07/2022", "value": "2.255", "file": (BytesIO(data), name),
        }  # fmt: skip

    def send(name: str, data: bytes):
        return client.post("/reported/new", data=typed(name, data), content_type="multipart/form-data")

    scan = b"%PDF-1.7\n% the letter\n%%EOF\n"
    answer = send("455.png", scan)
    assert answer.status_code == 422
    assert "nội dung là loại khác" in answer.text
    assert "2.255" in answer.text, "what was typed is kept"
    assert services.figures(place, "KH322-2022") == []
    answer = send("Công văn Nguyễn Văn An.pdf", scan)
    assert answer.status_code == 303
    (figure,) = services.figures(place, "KH322-2022")
    page = client.get(answer.location)
    assert "Nguyễn Văn An" not in page.text
    got = client.get(f"{answer.location}/entries/{figure.entry}/file")
    assert got.data == scan
    assert "Nguy" not in got.headers["Content-Disposition"]
    assert client.get(f"{answer.location}/entries/{figure.subject}/file").status_code == 404
    assert verify(place)[1] == []
