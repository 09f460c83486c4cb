"""A file is handed to another commune with everything that is scheduled: in Vietnamese, without JavaScript."""

import pytest
from flask_security import hash_password

from tests.accounts import few_units, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk
from tests.cases import files
from tests.cases.files import HERE, THERE

PASSWORD = "mua-nuoc-noi-2022"


@pytest.fixture
def desks(browser, app, session, it_is):
    """desks("canbo", "telephone"): that person, signed in; the case of the mock-up is theirs."""
    it_is("2022-03-22 08:00")
    few_units(session)
    secret = hash_password(PASSWORD)

    def person(name, role, unit):
        return make_user(session, name, (role, unit), password_hash=secret)

    people = type("People", (), {})()
    people.worker, people.chair = person("canbo", "worker", HERE), person("chutich", "supervisor", HERE)
    person("nhan", "worker", THERE), person("lanhdao", "supervisor", THERE)
    number = files.drawn_case(session, people)[1]
    opened = []
    with served(app) as address:

        def at(username: str, screen: str) -> Desk:
            opened.append(Desk(browser, address, screen))
            return opened[-1].sign_in(username, PASSWORD)

        yield at, number
        for desk in opened:
            desk.context.close()


def scheduled(desk: Desk) -> list[str]:
    return desk.page.locator("section", has_text="Nhu cầu và dịch vụ").first.inner_text().split("\n")


def test_a_file_is_handed_over_with_its_schedule_and_accepted(desks, it_is):
    at, number = desks
    worker, leader = at("canbo", "telephone"), at("lanhdao", "computer")
    worker.go(f"/cases/{number}")
    before = scheduled(worker)
    leader.go(f"/cases/{number}")
    assert leader.status == 404
    worker.open("Việc khác")
    worker.follow("Chuyển đơn vị khác")
    worker.press("Đề nghị chuyển")
    assert worker.status == 422, "the unit and the reason are asked for"
    worker.choose("Chuyển đến", "thị trấn Tri Tôn, huyện Tri Tôn, tỉnh An Giang")
    worker.tick("Lý do", "Đối tượng chuyển nơi ở")
    worker.write("Lý do cụ thể, điều cần lưu ý", "Gia đình về ở với bà ngoại tại thị trấn.")
    worker.press("Đề nghị chuyển")
    worker.saved()
    assert "Đã đề nghị thị trấn Tri Tôn tiếp nhận hồ sơ" in worker.reads()

    it_is("2022-03-22 10:00")
    leader.go("/transfers")
    assert "Chờ đơn vị tiếp nhận (1)" in leader.reads()
    leader.follow("Xem và trả lời")
    assert "Gia đình về ở với bà ngoại tại thị trấn." in leader.reads()
    assert "Kha" not in leader.reads()
    leader.tick("Trả lời", "Tiếp nhận")
    leader.choose("Phân công cán bộ phụ trách", "Người dùng nhan")
    leader.press("Ghi trả lời")
    leader.saved()
    assert leader.path == f"/cases/{number}"

    worker.go(f"/cases/{number}")
    assert worker.status == 404
    there = at("nhan", "telephone")
    assert number in there.reads(), "what is overdue and due is on the new worker's page of the day"
    there.go(f"/cases/{number}")
    assert scheduled(there) == before
    assert "Tiếp nhận hồ sơ chuyển đến: thị trấn Tri Tôn" in there.reads()
