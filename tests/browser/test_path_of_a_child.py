"""The path of a child through the pages, from the first sign to the figure: in Vietnamese, without JavaScript."""

import re
from datetime import datetime

import pytest
from flask_security import hash_password

from casemgr.people import services as people
from casemgr.people.identifiers import Birth
from tests.accounts import few_units, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk, Part

HERE, PROVINCE = "30547-20210101", "89-20210101"
PASSWORD = "mua-nuoc-noi-2022"
PLAN = {
    "An toàn": ("Theo dõi, đánh giá an toàn", "16/03/2022"),
    "Sức khỏe": ("Chăm sóc y tế", "16/03/2022"),
    "Tâm lý": ("Trị liệu tâm lý", "18/03/2022"),
    "Pháp lý": ("Tư vấn pháp luật, hỗ trợ pháp lý", "25/03/2022"),
    "Học tập": ("Trợ giúp xã hội, học tập, BHYT", "25/03/2022"),
}
SCALES = (
    "A1. Mức độ tổn hại",
    "A2. Khả năng tiếp cận trẻ của đối tượng xâm hại",
    "A3. Trở ngại trong môi trường chăm sóc",
)
STRENGTHS = (
    "B1. Khả năng tự bảo vệ bản thân (cao là tốt)",
    "B2. Biết người có thể bảo vệ mình (cao là tốt)",
    "B3. Thiết lập quan hệ với người bảo vệ (cao là tốt)",
    "B4. Nhờ người bảo vệ (cao là tốt)",
    "B5. Được người khác theo dõi (cao là tốt)",
)


@pytest.fixture
def staff(session, it_is):
    """The accounts, and a girl whom the commune knows already."""
    it_is("2022-03-04 08:00")
    few_units(session)
    secret = hash_password(PASSWORD)
    worker = make_user(session, "canbo", ("worker", HERE), password_hash=secret)
    make_user(session, "chutich", ("supervisor", HERE), password_hash=secret)
    make_user(session, "kiemtra", ("auditor", PROVINCE), password_hash=secret)
    people.register(
        session, str(worker.id), HERE, datetime(2022, 1, 10, 9, 0), name="Neáng Sóc Kha", sex="nu",
        birth=Birth(2011, 5, 3), ethnicity="khmer", address="Ấp Tô Thuận",
    )  # fmt: skip
    session.commit()


@pytest.fixture
def desks(browser, app, staff):
    """desks("canbo", "telephone"): that person, signed in."""
    opened = []
    with served(app) as address:

        def at(username: str, screen: str) -> Desk:
            opened.append(Desk(browser, address, screen))
            return opened[-1].sign_in(username, PASSWORD)

        yield at
        for desk in opened:
            desk.context.close()


def test_from_the_first_sign_to_the_figure(desks, it_is):
    auditor = desks("kiemtra", "computer")
    before = te2(auditor)
    worker, leader = desks("canbo", "telephone"), desks("chutich", "computer")
    detect(worker)
    case = take_verify_and_file(worker, it_is)
    first_day(worker, case, it_is)
    assess_and_plan(worker, case, it_is)
    approve(worker, leader, case, it_is)
    support(worker, case, it_is)
    close(worker, leader, case, it_is)
    it_is("2022-06-15 08:00")
    assert te2(auditor) == (before[0] + 1, before[1] + 1)
    go_down_to_the_case(auditor, case)


def te2(auditor: Desk) -> tuple[int, int]:
    """(numerator, denominator) of the indicator as the auditor reads it."""
    auditor.follow("Kết quả")
    assert auditor.path.startswith("/coverage/KH322-2022")
    row = auditor.page.get_by_role("row", name="Trẻ em bị xâm hại được lập hồ sơ")
    met, whole = re.search(r"(\d+) / (\d+) trường hợp", row.inner_text()).groups()
    return int(met), int(whole)


def detect(worker: Desk) -> None:
    """A neighbour reports a boy of sixteen, who is helped but not counted, and a girl of ten."""
    assert "Không có việc đến hạn" in worker.reads()
    worker.follow("Ghi nhận thông tin mới")
    worker.follow("Trẻ em bị xâm hại, bạo lực")
    worker.write_moment("Ngày, giờ tiếp nhận", "04/03/2022", "07:30")
    worker.choose("Nguồn tin", "Người dân, hàng xóm")
    worker.choose("Hình thức báo tin", "Gặp trực tiếp")
    worker.write("Nội dung báo tin", "Hai anh em bị đánh nhiều lần.")
    worker.open("Người báo tin (chỉ khi họ đồng ý)")
    worker.page.get_by_label("Người báo tin đồng ý cho ghi").check()
    worker.write("Họ tên người báo tin", "Trần Văn Ba")
    worker.write("Điện thoại người báo tin", "0912 345 678")
    boy = Part(worker.page.locator("section.sheet", has=worker.page.get_by_role("heading", name="Người trong vụ việc")))
    describe(boy, "Chau Sóc Rây", "Nam", "16", "Không")
    worker.open("Người thứ 2 trong cùng vụ việc")
    girl = Part(worker.page.locator("details", has_text="Người thứ 2 trong cùng vụ việc"))
    describe(girl, "Neáng Sóc Kha", "Nữ", "10", "Có")
    worker.press("Lưu")
    worker.saved()
    assert "không tính vào chỉ tiêu" in worker.reads()


def describe(part: Part, name: str, sex: str, age: str, emergency: str) -> None:
    part.write("Họ và tên", name)
    part.choose("Giới tính", sex)
    part.write("Hoặc tuổi ước lượng lúc xảy ra", age)
    part.tick("Mức độ đối tượng", "Trẻ em bị xâm hại")
    part.tick("Hình thức xâm hại", "Bạo lực")
    part.tick("Trẻ cần được bảo vệ khẩn cấp?", emergency)


def take_verify_and_file(worker: Desk, it_is) -> str:
    """The girl's emergency is taken, verified and filed; the girl whom the commune knows is found. The case's path."""
    it_is("2022-03-04 08:10")
    worker.follow("Việc hôm nay")
    assert "Khẩn cấp" in worker.reads()
    worker.follow("KHẨN CẤP")
    worker.press("Tôi nhận xử lý")
    assert "Bạn đã nhận xử lý" in worker.reads()
    it_is("2022-03-04 09:30")
    worker.follow("Kiểm tra tính xác thực")
    worker.write("Ngày thực hiện", "04/03/2022")
    worker.tick("Kết quả", "Đã xác minh, đúng")
    worker.write("Căn cứ", "Đã gặp cháu và cô giáo chủ nhiệm.")
    worker.press("Lưu")
    worker.saved()
    worker.follow("Mở hồ sơ")
    assert "Có thể đã có người này" in worker.reads()
    worker.write_moment("Ngày, giờ thực hiện", "04/03/2022", "09:30")
    worker.press("Cùng một người: dùng người này")
    worker.saved()
    if not worker.path.startswith("/cases/"):
        worker.follow("Hồ sơ HS-")
    assert worker.path.startswith("/cases/HS-")
    return worker.path


def first_day(worker: Desk, case: str, it_is) -> None:
    it_is("2022-03-04 10:30")
    record(worker, case, "Đánh giá nguy cơ ban đầu")
    worker.write_moment("Ngày, giờ thực hiện", "04/03/2022", "10:00")
    worker.tick("Cần can thiệp khẩn cấp?", "Có")
    for scale, value in zip(SCALES, ("Cao", "Cao", "Trung bình"), strict=True):
        worker.tick(scale, value)
    for strength in STRENGTHS:
        worker.tick(strength, "Thấp")
    keep(worker)
    it_is("2022-03-04 12:00")
    record(worker, case, "Can thiệp khẩn cấp")
    worker.write_moment("Ngày, giờ thực hiện", "04/03/2022", "11:30")
    worker.tick("Biện pháp", "Phối hợp Công an ngăn chặn hành vi", "Bảo vệ tại nơi ở")
    worker.tick("Có tạm thời cách ly trẻ?", "Không")
    worker.tick("Người quyết định", "Chủ tịch UBND xã")
    keep(worker)


def assess_and_plan(worker: Desk, case: str, it_is) -> None:
    it_is("2022-03-07 16:00")
    record(worker, case, "Thu thập thông tin, đánh giá nguy cơ cụ thể")
    worker.write("Ngày thực hiện", "07/03/2022")
    for need in PLAN:
        worker.page.get_by_role("group", name=re.compile(f"^{need}")).get_by_label("Có").check()
    keep(worker)
    it_is("2022-03-08 16:00")
    record(worker, case, "Họp xác định nhu cầu")
    worker.write("Ngày thực hiện", "08/03/2022")
    worker.tick("Thành phần dự họp", "Người làm công tác bảo vệ trẻ em", "Chủ tịch UBND xã (chủ trì)")
    worker.write("Kết luận cuộc họp", "Cháu có năm nhu cầu.")
    keep(worker)
    it_is("2022-03-10 16:00")
    record(worker, case, "Kế hoạch hỗ trợ, can thiệp")
    worker.write("Ngày thực hiện", "10/03/2022")
    worker.write("Mục tiêu", "Cháu an toàn và đi học lại.")
    worker.write("Thực hiện từ ngày", "11/03/2022")
    worker.write("Đến ngày", "15/04/2022")
    for need, (service, due) in PLAN.items():
        row = Part(worker.page.get_by_role("group", name=need, exact=True))
        row.choose(f"{need}: dịch vụ", service)
        row.write(f"{need}: ngày thực hiện", due)
    keep(worker)


def approve(worker: Desk, leader: Desk, case: str, it_is) -> None:
    """The leader finds the plan waiting and approves it; its author is not offered that and cannot do it."""
    it_is("2022-03-11 10:00")
    worker.go(case)
    assert worker.page.get_by_role("link", name="Xem và quyết định").count() == 0
    leader.follow("Chờ duyệt")
    leader.page.locator("article.task", has_text=case.removeprefix("/cases/")).get_by_role("link").first.click()
    assert "/decide" in leader.path
    address = leader.path
    worker.go(address)
    assert worker.status in (403, 404)
    leader.tick("Quyết định", "Phê duyệt")
    leader.write("Số quyết định", "41/QĐ-UBND")
    leader.choose("Người ký", "Chủ tịch UBND xã")
    leader.write_moment("Ngày, giờ ký", "11/03/2022", "09:45")
    leader.press("Ghi quyết định")
    leader.saved()
    assert "41/QĐ-UBND" in leader.reads()


def support(worker: Desk, case: str, it_is) -> None:
    """A service with its proof for each need; the child refuses one at first, and takes it after a visit."""
    it_is("2022-03-15 16:00")
    for need in ("An toàn", "Sức khỏe", "Tâm lý", "Pháp lý"):
        serve(worker, case, need, "14/03/2022")
    record(worker, case, "Từ chối dịch vụ")
    worker.write_moment("Ngày, giờ thực hiện", "15/03/2022", "15:00")
    worker.choose("Nhu cầu", "Học tập")
    worker.tick("Ai từ chối", "Chính trẻ em")
    worker.tick("Có cán bộ thứ hai chứng kiến", "Có")
    worker.write("Lý do", "Cháu muốn học cùng lớp cũ, không cần hỗ trợ.")
    keep(worker)
    it_is("2022-03-21 10:00")
    record(worker, case, "Thăm hộ, gặp trẻ")
    worker.write_moment("Ngày, giờ thực hiện", "21/03/2022", "08:10")
    worker.tick("Nơi gặp", "Tại nơi ở")
    worker.tick("Gặp trẻ", "Đã gặp trẻ")
    worker.write("Ghi nhận", "Cháu đã đi học lại, nhận sách vở.")
    keep(worker)
    serve(worker, case, "Học tập", "21/03/2022")


def serve(worker: Desk, case: str, need: str, day: str) -> None:
    record(worker, case, "Dịch vụ đã thực hiện")
    worker.write("Ngày thực hiện", day)
    worker.choose("Dịch vụ", PLAN[need][0])
    worker.choose("Nơi cung cấp", "Cơ sở y tế")
    worker.tick("Minh chứng", "Giấy xác nhận của nơi cung cấp")
    keep(worker)


def close(worker: Desk, leader: Desk, case: str, it_is) -> None:
    it_is("2022-04-14 16:00")
    record(worker, case, "Rà soát, đánh giá tình trạng trẻ em")
    worker.write("Ngày thực hiện", "14/04/2022")
    for scale in SCALES:
        worker.tick(scale, "Thấp")
    worker.tick("Đề xuất", "Đề nghị kết thúc, đóng hồ sơ")
    worker.write("Nhận xét", "Cháu ổn định.")
    keep(worker)
    record(worker, case, "Kết thúc kế hoạch hỗ trợ, can thiệp; đóng hồ sơ")
    worker.write("Ngày thực hiện", "14/04/2022")
    worker.choose("Lý do", "Không còn nguy cơ, thể chất và tinh thần ổn định")
    worker.write("Kết quả", "Năm nhu cầu đã được đáp ứng.")
    keep(worker)
    it_is("2022-04-15 09:00")
    leader.follow("Chờ duyệt")
    leader.page.locator("article.task", has_text=case.removeprefix("/cases/")).get_by_role("link").first.click()
    assert "/decide" in leader.path
    leader.tick("Quyết định", "Phê duyệt")
    leader.write("Số quyết định", "77/QĐ-UBND")
    leader.choose("Người ký", "Chủ tịch UBND xã")
    leader.write_moment("Ngày, giờ ký", "15/04/2022", "08:30")
    leader.press("Ghi quyết định")
    leader.saved()
    worker.go(case)
    assert "Đã đóng" in worker.reads()


def go_down_to_the_case(auditor: Desk, case: str) -> None:
    """From the number to the case behind it, which shows no name."""
    number = case.removeprefix("/cases/")
    auditor.follow("Trẻ em bị xâm hại được lập hồ sơ")
    if number not in auditor.reads():
        auditor.page.get_by_role("link", name=re.compile("đạt", re.IGNORECASE)).first.click()
    auditor.follow(number)
    assert auditor.path == case
    assert "Kết thúc kế hoạch hỗ trợ, can thiệp; đóng hồ sơ" in auditor.reads()
    assert "Neáng" not in auditor.page.content()


def record(worker: Desk, case: str, kind: str) -> None:
    """Opens the form of a new entry from the menu of the case page."""
    worker.go(case)
    worker.open("Ghi bản ghi mới")
    worker.page.locator(".menu").get_by_role("link", name=kind, exact=True).or_(
        worker.page.locator(".menu").get_by_role("link", name=re.compile(f"^{re.escape(kind)}"))
    ).first.click()


def keep(worker: Desk) -> None:
    worker.press("Lưu vào hồ sơ")
    worker.saved()
    assert re.fullmatch(r"/cases/HS-[0-9A-Z]{3}-[0-9A-Z]{3}", worker.path)
