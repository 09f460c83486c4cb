"""A register that an office program saved is sent, checked, loaded, its errors mended and sent again; no JavaScript."""

from pathlib import Path

import pytest
from flask_security import hash_password
from python_calamine import CalamineWorkbook

from tests.accounts import few_units, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk
from tests.browser.eyes import Eyes
from tests.registers.tables import xlsx

PASSWORD = "mua-nuoc-noi-2022"
AWKWARD = Path(__file__).parents[1] / "registers" / "files" / "libreoffice.ods"


@pytest.fixture
def desk(browser, app, session, it_is):
    it_is("2022-07-05 08:00")
    few_units(session)
    make_user(session, "tonghop", ("coordinator", "89-20210101"), password_hash=hash_password(PASSWORD))
    with served(app) as address:
        opened = Desk(browser, address, "telephone")
        yield opened.sign_in("tonghop", PASSWORD)
        opened.context.close()


def send(desk: Desk, file: Path) -> None:
    desk.go("/registers/new")
    desk.choose("Nguồn và nhóm đối tượng", "Tổng đài 111 · Trẻ em")
    desk.choose("Đơn vị mà danh sách bao quát", "tỉnh An Giang")
    desk.write("Kỳ của danh sách: từ ngày", "01/01/2022")
    desk.write("Đến ngày", "30/06/2022")
    desk.write("Số văn bản gửi kèm", "12/TĐ")
    desk.page.get_by_label("Tệp danh sách").set_input_files(file)
    desk.press("Gửi và kiểm tra")
    desk.saved()


def loaded(desk: Desk, button: str) -> None:
    """The page of the work loads itself again until the work is done."""
    desk.press(button)
    desk.page.get_by_role("link", name="Xem kết quả").click(timeout=20_000)


def test_a_register_is_loaded_and_its_errors_come_back_mended(desk, tmp_path, browser):
    desk.go("/registers/new")
    desk.press("Gửi và kiểm tra")
    assert desk.status == 422
    send(desk, AWKWARD)
    for words in ("NGUYỄN VĂN ÂN", "089211001234", "xã Núi Tô", "Năm chỉ có hai chữ số", "Tệp có 1 ô công thức"):
        assert words in desk.reads()
    draft = desk.path
    loaded(desk, "Nạp 4 dòng")
    assert "7" in desk.reads()
    with desk.page.expect_download() as download:
        desk.follow("Tải tệp các dòng lỗi (XLSX)")
    assert download.value.suggested_filename == "can-sua.xlsx"
    rows = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0).to_python()
    assert rows[1][-1] == "Năm chỉ có hai chữ số; phải ghi đủ bốn chữ số."
    rows[1][2], rows[2][1], rows[3][2] = "15/08/2011", "Lý Thị Gấm", "28/02/2011"
    mended = tmp_path / "can-sua.xlsx"
    mended.write_bytes(xlsx(rows))
    send(desk, mended)
    assert "Các dòng đã sửa lỗi, bổ sung vào danh sách đó" in desk.reads()
    look(browser, desk, ["/registers/new", desk.path])
    loaded(desk, "Nạp 3 dòng")
    desk.follow("Danh sách mà tệp này bổ sung")
    assert "Bổ sung 05/07/2022" in desk.reads()
    desk.go(draft)
    assert desk.status == 404, "what was loaded is no draft any more"
    send(desk, AWKWARD)
    assert "Tệp này đã được nạp ngày 05/07/2022. Không có gì thay đổi." in desk.page.inner_text("main")
    look(browser, desk, ["/registers", desk.path])


def look(browser, desk: Desk, paths: list[str]) -> None:
    """The same pages with JavaScript, as axe sees them on a telephone and on a computer."""
    context = browser.new_context()
    context.add_cookies(desk.context.cookies())
    eyes = Eyes(context.new_page())
    for path in paths:
        eyes.page.goto(desk.address + path)
        eyes.look(path.rsplit("/", 1)[0])
    context.close()
    assert not eyes.wrong, "\n".join(eyes.wrong)
