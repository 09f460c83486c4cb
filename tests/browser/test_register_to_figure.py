"""A list of the hotline, from the file to the figure: loaded, a doubtful pair answered, a row reported, one excluded."""

from datetime import datetime
from uuid import uuid4

import pytest
from flask_security import hash_password

from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.people.rules import Birth
from tests.accounts import few_units, make_user
from tests.browser.conftest import served
from tests.browser.desk import Desk
from tests.browser.test_path_of_a_child import HERE, PASSWORD, PROVINCE, te2

DISTRICT = "891-20210101"
LIST = """STT;Họ và tên;Ngày sinh;Giới tính;Xã, phường;Ngày tiếp nhận
1;NEANG SOC KHA;2010;Nữ;Núi Tô;04/03/2022
2;Lâm Quốc Tuấn;03/02/2012;Nam;Núi Tô;10/03/2022
"""


@pytest.fixture
def desks(browser, app, session, it_is):
    it_is("2022-04-05 08:00")
    few_units(session)
    secret = hash_password(PASSWORD)
    worker = make_user(session, "canbo", ("worker", HERE), password_hash=secret)
    make_user(session, "tonghop", ("coordinator", PROVINCE), password_hash=secret)
    make_user(session, "huyen", ("supervisor", DISTRICT), password_hash=secret)
    make_user(session, "kiemtra", ("auditor", PROVINCE), password_hash=secret)
    girl = {"name": "Néang Sóc Kha", "sex": "nu", "birth": Birth(2011, 8, 15), "mother": "Néang Sa Rươn", "home": HERE}
    at = datetime(2022, 3, 5, 9, 0)
    values = {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": False}
    seen = Seen(name=girl["name"], sex="nu", birth=girl["birth"])
    report = detections.Report((at, "minute"), source="TRUONG_HOC", persons=[(seen, values)])
    subject = detections.report(session, "TE", report, author=str(worker.id), unit=HERE, now=at).detected[0][0]
    by = detections.By(str(worker.id), HERE, at, (at, "minute"))
    detections.verify(session, subject, "substantiated", "Đã gặp trẻ", by)
    detections.open_file(
        session, subject, detections.By(str(worker.id), HERE, at, (at, "minute"), uuid4()), person=girl
    )
    session.commit()
    opened = []
    with served(app) as address:

        def sit(username: str, screen: str) -> Desk:
            opened.append(Desk(browser, address, screen))
            return opened[-1].sign_in(username, PASSWORD)

        yield sit
        for desk in opened:
            desk.context.close()


def test_from_the_file_to_the_figure(desks):
    auditor = desks("kiemtra", "computer")
    before = te2(auditor)
    load(desks("tonghop", "computer"))
    worker = desks("canbo", "telephone")
    answer(worker)
    assert te2(auditor) == before  # a list beside the files changes no figure
    number = report_row(worker)
    # The source received it on 10 March: its three working days had run out.
    assert te2(auditor) == (before[0], before[1] + 1)
    exclude(worker, desks("huyen", "computer"), number)
    assert te2(auditor) == before


def load(sender: Desk) -> None:
    sender.go("/registers/new")
    sender.page.get_by_label("Nguồn và nhóm đối tượng").select_option("TONG_DAI_111/TE")
    sender.page.get_by_label("Đơn vị mà danh sách bao quát").select_option(PROVINCE)
    sender.write("Kỳ của danh sách: từ ngày", "01/01/2022")
    sender.write("Đến ngày", "31/03/2022")
    data = {"name": "111.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    sender.page.get_by_label("Tệp danh sách").set_input_files(data)
    sender.press("Gửi và kiểm tra")
    assert "Lâm Quốc Tuấn" in sender.reads()
    sender.press("Nạp 2 dòng")
    sender.page.get_by_role("link", name="Xem kết quả").click(timeout=20_000)
    sender.follow("Đối chiếu với hồ sơ")
    assert "Cần xem xét 1" in sender.reads()
    assert "Chưa có hồ sơ 1" in sender.reads()
    assert "NEANG" not in sender.reads()  # who sends a list does not look into files


def answer(worker: Desk) -> None:
    worker.follow("Đối chiếu")
    worker.follow("Tổng đài 111")
    for shown in ("Có phải cùng một người? (1 / 1)", "khớp không dấu", "lệch 1 năm", "thiếu"):
        assert shown in worker.reads()
    worker.press("Cùng một người")
    assert "đã ghi «Cùng một người»" in worker.reads()
    assert "Đã có hồ sơ 1" in worker.reads()


def report_row(worker: Desk) -> str:
    worker.follow("Lâm Quốc Tuấn")
    worker.follow("Lập trường hợp phát hiện")
    worker.tick("Mức độ đối tượng", "Trẻ em bị xâm hại")
    worker.tick("Hình thức xâm hại", "Bạo lực")
    worker.tick("Trẻ cần được bảo vệ khẩn cấp?", "Không")
    worker.press("Lưu")
    worker.saved()
    link = worker.page.locator("main a", has_text="PH-").first
    number = link.inner_text()
    link.click()
    assert "10/03/2022" in worker.reads()
    return number


def exclude(worker: Desk, above: Desk, number: str) -> None:
    worker.follow("Đề nghị không tính vào chỉ tiêu")
    worker.tick("Lý do", "Ngoài địa bàn")
    worker.write("Số, ngày văn bản làm căn cứ", "12/CV-UBND ngày 04/4/2022")
    worker.press("Lưu")
    worker.saved()
    above.go(f"/detections/{number}")
    above.follow("Quyết định")
    above.tick("Quyết định", "Duyệt")
    above.press("Ghi quyết định")
    above.saved()
    assert "Không tính vào chỉ tiêu (đã duyệt)" in above.reads()
