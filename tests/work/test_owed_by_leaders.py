"""What the law gives a leader hours or days for stands in the inbox, though it is no plan: the decision on
rehabilitation, the check of somebody aged 16 or 17, the signs of coercion."""

import re
from datetime import date, datetime

import pytest

from casemgr.cases import services as cases
from casemgr.detections.drafts import Seen
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, THERE, write
from tests.detections.conftest import report
from tests.work.world import words


@pytest.fixture
def registered(session, who):  # noqa: F811
    """(subject, number) of an addict who has registered for rehabilitation on Friday 18/03."""
    case, number = cases.open_case(
        session, "MT", unit=HERE, beneficiary=None, identity={"sex": "nam", "birth_year": 1990},
        occurred=files.at("2022-03-10"), author=str(who.worker.id), now=datetime(2022, 3, 10, 9, 0),
        worker=str(who.worker.id),
    )  # fmt: skip
    values = {"occasion": "TU_NGUYEN", "determination": "NGHIEN", "number": "5/TTYT"}
    write(session, case, "determined", values, "2022-03-14", who.worker)
    write(session, case, "registered", {"registered_for": "TN_CONG_DONG", "number": "7"}, "2022-03-18", who.worker)
    session.commit()
    return case, number


def card(client, number: str) -> str:
    """What the inbox says of a file; nothing where it does not stand there."""
    found = re.search(
        rf'<article class="sheet task(?:(?!</article>).)*{number}.*?</article>', client.get("/approvals").text, re.S
    )
    return words(found[0]) if found else ""


def test_the_decision_on_rehabilitation_waits_for_the_chair_until_it_is_written_down(session, as_, who, registered):  # noqa: F811
    case, number = registered
    said = card(as_("chair"), number)
    assert "Quyết định cai nghiện" in said
    assert "người đề nghị: Người dùng canbo · bản ghi 3" in said
    assert "hạn 23/03/2022" in said, "three working days"
    assert "quyết định ký trên giấy; cán bộ phụ trách ghi số, ngày vào hồ sơ" in said
    assert card(as_("district"), number) == ""
    assert "1 nội dung chờ duyệt" in words(as_("chair").get("/").text)
    started = {
        "modality": "TN_CONG_DONG", "episode": 1, "signer": "CHU_TICH", "number": "12/QĐ-UBND",
        "decided_on": date(2022, 3, 21), "until": date(2022, 9, 21),
    }  # fmt: skip
    write(session, case, "treatment_started", started, "2022-03-21", who.worker)
    session.commit()
    assert card(as_("chair"), number) == ""


def test_somebody_aged_sixteen_is_a_guard_before_the_chair(session, as_, who):  # noqa: F811
    adult = {"reached": "TIEP_CAN", "age_group": "TU_16_17", "consent": "CO", "subgroup": "TU_NGUYEN"}
    made = report(session, Seen(age=17), programme="BD", values=adult, source="", mode="", received="2022-03-22T07:00")
    session.commit()
    who.there = files.make_user(session, "chutich3", ("supervisor", THERE))
    page = as_("there").get("/approvals").text
    number = made.detected[0][1]
    assert number in page
    assert "KHẨN CẤP" in page
    assert "Kiểm tra bảo vệ người 16-17 tuổi trong 24 giờ" in page
    assert number not in as_("chair").get("/approvals").text, "another commune's"
