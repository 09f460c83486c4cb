"""Mẫu 01 from a detection: what was received, never who reported it."""

import time_machine

from casemgr.clock import VIETNAM
from tests import world
from tests.accounts import sign_in
from tests.papers.pages import check_pages, words


def test_the_form_of_a_detection(app, client, session):
    with time_machine.travel(world.NOW.replace(tzinfo=VIETNAM), tick=False):
        town = world.build(session)
        item = town.items["TE", world.HERE]
        worker = sign_in(app.test_client(), town.users["worker", "assigned"])
        page = worker.get(f"/detections/{item.detection}").text
        assert page.count(f"/detections/{item.detection}/print/") == 2
        content = worker.get(f"/detections/{item.detection}/print/pdf")
        assert content.headers["Content-Disposition"] == 'attachment; filename="bieu-mau.pdf"'
        check_pages(content.data)
        said = words(content.data)
        for text in ("Mẫu 01 (NĐ 56/2017)", "TIẾP NHẬN THÔNG TIN TRẺ EM", "XÃ NÚI TÔ", "Nguyễn Thị Bé", "Nguồn tin: Trường học",
                     "Tiếp nhận lúc: 04/03/2022 17:15", "Hình thức xâm hại: Xâm hại tình dục", "Nơi xảy ra sự việc: Ấp Tô Thuận"):  # fmt: skip
            assert text in said, text
        assert "Trần Văn Ba" not in said
        assert "0912345678" not in said
        other = sign_in(app.test_client(), town.users["coordinator", "parent"])
        assert other.get(f"/detections/{item.detection}/print/pdf").status_code == 403
