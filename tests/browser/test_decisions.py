"""Three people at three desks: the worker asks, the leader returns, the worker mends, the leader approves; above them
the officer of the district sees the file on a list of exceptions until the cause is gone."""

import re
from types import SimpleNamespace

import pytest
from flask_security import hash_password

from tests.accounts import few_units, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk, Part
from tests.cases.files import DISTRICT, HERE, PLAN, SCREENED, open_child, write

PASSWORD = "mua-nuoc-noi-2022"
SERVICES = {
    "An toàn": "Theo dõi, đánh giá an toàn",
    "Sức khỏe": "Chăm sóc y tế",
    "Tâm lý": "Trị liệu tâm lý",
    "Pháp lý": "Tư vấn pháp luật, hỗ trợ pháp lý",
    "Học tập": "Trợ giúp xã hội, học tập, BHYT",
}


@pytest.fixture
def number(session, it_is) -> str:
    """A child's file whose needs have been known for two weeks."""
    it_is("2022-03-22 09:00")
    few_units(session)
    secret = hash_password(PASSWORD)
    worker = make_user(session, "canbo", ("worker", HERE), password_hash=secret)
    make_user(session, "chutich", ("supervisor", HERE), password_hash=secret)
    make_user(session, "huyen", ("supervisor", DISTRICT), password_hash=secret)
    case, number = open_child(session, SimpleNamespace(worker=worker), emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", worker)
    session.commit()
    return number


def test_asked_returned_mended_approved(browser, app, number, it_is):
    with served(app) as address:
        worker, leader, above = (
            Desk(browser, address, screen).sign_in(name, PASSWORD)
            for name, screen in (("canbo", "telephone"), ("chutich", "computer"), ("huyen", "computer"))
        )
        try:
            assert_listed(above, number)
            plan(worker, number)
            decide(leader, number, "kế hoạch đầu tiên")
            leader.tick("Quyết định", "Trả lại để bổ sung")
            leader.write("Ý kiến, lý do", "Cần nơi tạm trú an toàn.")
            leader.press("Ghi quyết định")
            leader.saved()
            it_is("2022-03-22 14:00")
            mend(worker, number)
            it_is("2022-03-23 15:00")
            decide(leader, number, "đổi dịch vụ, ngày của 1 nhu cầu")
            assert "Trả lại để bổ sung: Cần nơi tạm trú an toàn." in leader.reads()
            row = leader.page.get_by_role("row", name=re.compile("An toàn")).first.inner_text()
            assert "Theo dõi, đánh giá an toàn" in row
            assert "Nơi tạm trú an toàn, cách ly" in row
            leader.tick("Quyết định", "Phê duyệt")
            leader.write("Số quyết định", "41/QĐ-UBND")
            leader.write_moment("Ngày, giờ ký", "23/03/2022", "14:45")
            leader.press("Ghi quyết định")
            leader.saved()
            leader.follow("Chờ duyệt")
            assert number not in leader.reads()
            above.go("/exceptions/need-without-service")
            assert number not in above.reads()
        finally:
            for desk in (worker, leader, above):
                desk.context.close()


def assert_listed(above: Desk, number: str) -> None:
    """The officer's morning leads to the list, and the list says since when."""
    above.follow("Nhu cầu chưa có dịch vụ")
    assert number in above.reads()
    assert "xác định ngày 07/03/2022, đã 15 ngày, chưa có dịch vụ" in above.reads()


def plan(worker: Desk, number: str) -> None:
    worker.go(f"/cases/{number}/entries/planned")
    worker.write("Ngày thực hiện", "22/03/2022")
    worker.write("Mục tiêu", "Cháu an toàn và đi học lại.")
    worker.write("Thực hiện từ ngày", "23/03/2022")
    worker.write("Đến ngày", "30/04/2022")
    for need, service in SERVICES.items():
        row = Part(worker.page.get_by_role("group", name=need, exact=True))
        row.choose(f"{need}: dịch vụ", service)
        row.write(f"{need}: ngày thực hiện", "30/03/2022")
    worker.press("Lưu vào hồ sơ")
    worker.saved()


def decide(leader: Desk, number: str, difference: str) -> None:
    """The leader reads in the inbox who asks for what, and opens it."""
    leader.follow("Chờ duyệt")
    card = leader.page.locator("article.task", has_text=number)
    assert "người đề nghị: Người dùng canbo" in card.inner_text()
    assert difference in card.inner_text()
    card.get_by_role("link").first.click()
    assert "/decide" in leader.path


def mend(worker: Desk, number: str) -> None:
    """The worker reads why it came back, and writes the plan again with what stood in it."""
    worker.go(f"/cases/{number}")
    assert "Cần nơi tạm trú an toàn." in worker.reads()
    worker.go(f"/cases/{number}/entries/planned")
    assert worker.page.get_by_label("Mục tiêu").input_value() == "Cháu an toàn và đi học lại."
    row = Part(worker.page.get_by_role("group", name="An toàn", exact=True))
    row.choose("An toàn: dịch vụ", "Nơi tạm trú an toàn, cách ly")
    worker.press("Lưu vào hồ sơ")
    worker.saved()
