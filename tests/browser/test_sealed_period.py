"""In a real browser: two people close a period; the database is altered behind its back; the page says which entry."""

from uuid import UUID

import pytest

from casemgr.audit import closing
from casemgr.db import db
from casemgr.demo import attacks
from casemgr.ledger import services as ledger
from tests.accounts import few_units, make_user, sign_in
from tests.browser.conftest import served
from tests.browser.desk import Desk
from tests.coverage import histories

PROVINCE = "89-20210101"


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_sealed_period_says_which_entry_was_altered(app, browser, backend):
    app.config["CASEMGR_TODAY"] = "2022-12-31"
    with app.app_context():
        few_units(db.session)
        histories.write(db.session, 5, 25)
        users = [make_user(db.session, name, ("coordinator", PROVINCE)) for name in ("one", "two")]
        cookies = [sign_in(app.test_client(), user).get_cookie("session").value for user in users]
        db.session.remove()
    with served(app) as address:
        desks = []
        for cookie, screen in zip(cookies, ("computer", "telephone"), strict=True):
            desk = Desk(browser, address, screen)
            desk.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
            desks.append(desk)
        first, second = desks
        first.go("/reports")
        first.follow("Lập báo cáo")
        first.choose("Kỳ báo cáo", "Kế hoạch 322/KH-UBND · năm 2022: 6 tháng đầu năm 2022")
        first.press("Lập báo cáo")
        path = first.path
        assert "cần người thứ hai kiểm tra" in first.page.inner_text("main")
        second.go(path)
        second.press("Phê duyệt và chốt số liệu")
        _checked(second, path)
        assert "dữ liệu toàn vẹn (đã kiểm tra)" in second.page.inner_text("#integrity")
        number = _altered(app, path)
        _checked(second, path)
        text = second.page.inner_text("#integrity")
        assert "dữ liệu đã bị thay đổi sau khi chốt" in text
        assert f"{number}, bản ghi 2: nội dung đã bị thay đổi" in text
        width = second.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        for desk in desks:
            desk.context.close()


def _checked(desk: Desk, path: str) -> None:
    desk.page.wait_for_selector("text=Xem kết quả", timeout=20000) if desk.path.startswith("/jobs") else None
    desk.go(path)
    desk.press("Kiểm tra lại từng bản ghi")
    desk.page.wait_for_selector("text=Xem kết quả", timeout=20000)
    desk.follow("Xem kết quả")


def _altered(app, path: str) -> str:
    """One entry changed as somebody with the whole database would; the number of its case."""
    with app.app_context():
        report = closing.find(db.session, UUID(path.rpartition("/")[2]))
        row = next(r for r in closing.read(db.session, report)["cases"]["TE"] if r[7] > 2)
        chain = attacks.Chain(db.session, ledger.ENTRIES, UUID(row[0]))
        attacks.free_hands(db.session)
        chain.write(db.session, chain.altered(1, author="somebody"))
        db.session.commit()
        db.session.remove()
    return row[2]
