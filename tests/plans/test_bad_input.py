"""What cannot be right, typed into the page of reported figures: the sentence stands at its field, what was typed is still
there, and nothing was kept."""

from datetime import date, datetime
from io import BytesIO

import pytest

from casemgr.plans import services
from casemgr.units.services import add_unit, close_unit
from tests.accounts import few_units, make_user, sign_in
from tests.pages import parse

PROVINCE, HERE, GONE = "89-20210101", "30547-20210101", "30550-20210101"
SHARE = {"input": "YT1.insured", "unit": HERE, "source": "UBND_XA", "value": ""}
WOMEN = {
    "input": "LD2.women", "start": "01/01/2022", "source": "SO_LDTBXH",
    "value": "", "numerator": "1.050", "denominator": "1.100",
}  # fmt: skip


@pytest.fixture
def clerk(app, client, session):
    few_units(session)
    begun = datetime(2021, 1, 1)
    add_unit(
        session, code="30550", name="Xã cũ", kind="xa", parent_id="891-20210101", valid_from=begun.date(), now=begun
    )
    close_unit(session, GONE, date(2021, 12, 31), datetime(2021, 12, 31), heirs=[(HERE, True)], act="NQ")
    session.commit()
    app.config["CASEMGR_TODAY"] = "2022-07-05"
    return sign_in(client, make_user(session, "tonghop", ("coordinator", PROVINCE)))


def typed(**changes) -> dict:
    return {
        "input": "MT1.list", "unit": PROVINCE, "start": "30/06/2022", "end": "30/06/2022", "source": "CONG_AN_TINH",
        "document": "455/CA", "document_date": "01/07/2022", "value": "2.255",
    } | changes  # fmt: skip


def send(client, data: dict):
    kind = "multipart/form-data" if "file" in data else None
    return client.post("/reported/new", data=data, content_type=kind)


def at_field(answer, field: str) -> str:
    """What the page says at a field."""
    page = parse(answer.text)
    return " ".join("".join(e.itertext()) for e in page.iter("div") if e.get("id") == f"{field}-error")


def count(session) -> int:
    return len(services.figures(session, "KH322-2022"))


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        (SHARE | {"value": "104"}, "value", "Tỷ lệ phải từ 0 đến 100%."),
        (SHARE | {"numerator": "104", "denominator": "100"}, "numerator", "Số đạt không được lớn hơn tổng số."),
        ({"unit": GONE}, "unit", "Xã cũ không tồn tại vào ngày 30/06/2022."),
        ({"value": "hai nghìn"}, "value", "Hãy nhập số theo dạng"),
        ({"end": "31/02/2022"}, "end", "31/02/2022"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(clerk, session, changes, field, said):
    answer = send(clerk, typed(**changes))
    assert answer.status_code == 422
    assert said in at_field(answer, field)
    assert 'value="455/CA"' in answer.text, "what was typed is kept"
    assert count(session) == 0


def test_a_female_share_larger_than_the_whole(clerk, session):
    whole = {"input": "LD1.enrolled", "start": "01/01/2022", "source": "SO_LDTBXH", "value": "1.000"}
    assert send(clerk, typed(**whole)).status_code == 303
    answer = send(clerk, typed(**WOMEN))
    assert answer.status_code == 422
    assert "Số này (1.050) lớn hơn" in at_field(answer, "numerator")
    assert "báo cáo cùng kỳ (1.000)" in at_field(answer, "numerator")
    assert 'value="1.100"' in answer.text
    assert count(session) == 1


def test_a_commune_that_reports_twice_is_led_to_what_it_reported(clerk, session):
    first = send(clerk, typed(unit=HERE))
    answer = send(clerk, typed(unit=HERE, value="2.300"))
    assert answer.status_code == 422
    assert "Số liệu này đã được nhập." in answer.text
    assert first.location in answer.text, "the way to what is there"
    assert 'value="2.300"' in answer.text
    assert count(session) == 1


def test_an_attachment_that_is_not_what_its_name_says(clerk, session):
    answer = send(clerk, typed(file=(BytesIO(b"%PDF-1.7\n%%EOF\n"), "455.png")))
    assert answer.status_code == 422
    assert "nội dung là loại khác" in at_field(answer, "file")
    assert 'value="2.255"' in answer.text
    assert count(session) == 0
