"""From a paper to a verdict, in a browser without JavaScript: one enters a figure, another confirms it, the page of the
plan judges it; the map leads to a commune."""

import pytest
from flask_security import hash_password

from casemgr.units import importing
from tests.accounts import SINCE, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk

PROVINCE = "89-20210101"
PASSWORD = "mua-nuoc-noi-2022"


@pytest.fixture
def desks(browser, app, session, it_is, tmp_path):
    it_is("2022-06-15 08:00")
    importing.import_file(session, None, SINCE)
    secret = hash_password(PASSWORD)
    for name in ("tonghop.a", "tonghop.b"):
        make_user(session, name, ("coordinator", PROVINCE), password_hash=secret)
    make_user(session, "kiemtra", ("auditor", PROVINCE), password_hash=secret)
    session.commit()
    opened = []
    with served(app) as address:

        def at(username: str, screen: str = "computer") -> Desk:
            opened.append(Desk(browser, address, screen).sign_in(username, PASSWORD))
            return opened[-1]

        yield at
        for desk in opened:
            desk.context.close()


def row_of(desk: Desk, name: str) -> str:
    """What the page of the plan says of one target."""
    return " ".join(desk.page.locator("tr", has=desk.page.get_by_role("link", name=name)).inner_text().split())


def test_a_figure_is_entered_confirmed_and_judged(desks, tmp_path):
    reader = desks("kiemtra")
    reader.go("/coverage/KH322-2022")
    assert "Chưa đủ căn cứ đánh giá" in row_of(reader, "Dân số tham gia bảo hiểm y tế")

    first = desks("tonghop.a")
    first.go("/reported/new")
    first.choose("Số liệu", "Tỷ lệ dân số tham gia bảo hiểm y tế")
    first.choose("Đơn vị", "tỉnh An Giang (đến 30/06/2025)")
    first.write("Kỳ số liệu: từ ngày", "31/05/2022")
    first.write("Đến ngày", "31/05/2022")
    first.choose("Cơ quan cung cấp", "Bảo hiểm xã hội tỉnh")
    first.write("Số văn bản", "455/BHXH")
    first.write("Ngày văn bản", "06/06/2022")
    first.write("Giá trị", "104")
    first.press("Lưu")
    assert first.status == 422
    assert "Tỷ lệ phải từ 0 đến 100%." in first.reads()
    first.write("Giá trị", "92,4")
    scan = tmp_path / "455.pdf"
    scan.write_bytes(b"%PDF-1.7\n%%EOF\n")
    first.page.get_by_label("Văn bản (tệp quét, bảng tính)").set_input_files(scan)
    first.press("Lưu")
    first.saved()
    assert "chờ xác nhận" in first.reads()
    assert "Tải văn bản đính kèm" in first.reads()
    reader.go("/coverage/KH322-2022")
    assert "chưa được người thứ hai xác nhận" in row_of(reader, "Dân số tham gia bảo hiểm y tế")

    second = desks("tonghop.b", "telephone")
    second.go("/reported")
    second.follow("Tỷ lệ dân số tham gia bảo hiểm y tế")
    second.press("Xác nhận đúng với văn bản")
    second.saved()
    assert "đã xác nhận" in second.reads()

    reader.go("/coverage/KH322-2022")
    judged = row_of(reader, "Dân số tham gia bảo hiểm y tế")
    assert "92,4%" in judged
    assert "≥ 92%" in judged
    assert "Đạt" in judged
    assert "Bảo hiểm xã hội tỉnh, văn bản số 455/BHXH ngày 06/06/2022" in judged


def test_the_map_leads_to_a_commune(desks):
    reader = desks("kiemtra")
    reader.go("/coverage/KH322-2022/YT-1/map")
    assert reader.page.locator("svg.map rect").count() == 102
    reader.page.locator("svg.map a").first.click()
    assert reader.status == 200
    assert reader.path.startswith("/coverage/KH322-2022/YT-1?unit=")
    reader.go("/coverage/KH322-2022/YT-1/map")
    reader.follow("155 đơn vị")
    assert reader.page.locator("svg.map rect").count() == 155
