"""Taking a person off the list counts once a leader above the commune has decided on it."""

from datetime import datetime

import pytest

from casemgr.cases import services
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, send, write


@pytest.fixture
def delisted(session, who):  # noqa: F811
    """The number of a person's file, who the chair says has moved away, and the page on which that is decided."""
    case, number = services.open_case(
        session, "MT", unit=HERE, beneficiary=None, identity={"sex": "nam", "birth_year": 1990},
        occurred=(datetime(2022, 1, 10), "day"), author=str(who.worker.id), now=datetime(2022, 1, 10, 9),
        worker=str(who.worker.id), detection={"age": 32},
    )  # fmt: skip
    found = {"occasion": "TU_NGUYEN", "determination": "NGHIEN", "number": "1"}
    write(session, case, "determined", found, "2022-01-11", who.worker)
    write(session, case, "listed", {"list": "DS_CONG_AN", "number": "1"}, "2022-01-12", who.worker)
    gone = {"delist_reason": "CHUYEN_DI", "number": "7/CV"}
    entry = write(session, case, "delisted", gone, "2022-03-21", who.chair)
    session.commit()
    return number, f"/cases/{number}/entries/{entry.id}/decide"


def test_the_district_finds_it_in_its_inbox_and_decides(as_, session, delisted):  # noqa: F811
    number, page = delisted
    chair, district = as_("chair"), as_("district")
    assert number not in chair.get("/approvals").text
    assert chair.get(page).status_code == 404
    inbox = district.get("/approvals").text
    assert f'href="{page}"' in inbox
    assert "Đưa ra khỏi danh sách" in inbox
    assert "Xem và quyết định" in district.get(f"/cases/{number}").text
    assert "Xem và quyết định" not in chair.get(f"/cases/{number}").text
    assert send(district, page, outcome="approved", number="3/QĐ", signer="CHU_TICH").status_code == 303
    assert number not in district.get("/approvals").text
    decided = services.state(session, services.find(session, number).subject)[0].entries[-1]
    assert (decided.kind, decided.unit) == ("decided", files.DISTRICT)


def test_what_the_district_returns_comes_back_to_the_commune(as_, delisted):  # noqa: F811
    number, page = delisted
    assert send(as_("district"), page, outcome="returned", note="Chưa có văn bản nơi đến.").status_code == 303
    assert "Chưa có văn bản nơi đến." in as_("chair").get(f"/cases/{number}").text
