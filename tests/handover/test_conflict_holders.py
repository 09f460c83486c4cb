"""Who holds a file with a conflict of interest: when it is marked, confirmed, passed on meanwhile, and ended."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.cases import services
from casemgr.cases.models import CaseFile, CaseTransfer
from casemgr.ledger import services as ledger
from casemgr.ledger.check import rebuild
from tests.accounts import make_user
from tests.cases.files import DISTRICT, HERE, PROVINCE, THERE, send
from tests.handover.marks import confirm, held, marked, name, shown, waits_for
from tests.pages import text_of

LIST = "/exceptions/conflict"


def ends(client, number: str) -> None:
    assert name(client, number, note="Ghi nhầm người.").status_code == 303


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_file_whose_conflict_is_ended_goes_back_to_where_the_mark_took_it_from(as_, session, who, drawn, confirmed):
    """Who marks and ends alone must not have moved a file; and whom two have let in again must find it."""
    who.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    number, district = drawn[1], as_("district")
    marked(as_("worker"), number, who)
    if confirmed:
        confirm(district, number, outcome="approved")
    assert "hồ sơ trở về xã Núi Tô" in district.get(f"/cases/{number}/conflict").text, "the page says it before"
    ends(district, number)
    if confirmed:
        assert held(session, number) == DISTRICT
        assert "Xác nhận chấm dứt, trả hồ sơ về xã Núi Tô" in as_("second").get(f"/cases/{number}/conflict").text
        assert confirm(as_("second"), number, outcome="approved").status_code == 303
    told = as_("second").get(LIST) if confirmed else district.get("/cases")
    assert "Hồ sơ trở về xã Núi Tô." in text_of(told)
    assert shown(district, number) == []
    assert held(session, number) == HERE
    assert as_("chair").get(f"/cases/{number}").status_code == 200
    assert number not in district.get(LIST).text
    assert services.state(session, drawn[0])[0].charged_at(datetime(2030, 1, 1)) == HERE


@pytest.mark.parametrize("taken_back", ["refused", "ended", "ended by two"])
@pytest.mark.parametrize(("lost", "again"), [(None, True), ("account", False), ("role", False)])
def test_the_worker_from_whom_a_mark_took_the_file_has_it_again_if_they_still_work_there(
    as_, session, who, drawn, taken_back, lost, again
):
    who.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    number, district = drawn[1], as_("district")
    marked(as_("worker"), number, who)
    assert send(district, f"/cases/{number}/assign", worker=str(who.above_worker.id)).status_code == 303
    who.worker.active = lost != "account"
    who.worker.grants[0].unit_id = THERE if lost == "role" else HERE
    session.commit()
    if taken_back == "refused":
        assert confirm(district, number, outcome="returned", why="Không có quan hệ.").status_code == 303
    else:
        if taken_back == "ended by two":
            assert confirm(district, number, outcome="approved").status_code == 303
        ends(district, number)
        if taken_back == "ended by two":
            assert confirm(as_("second"), number, outcome="approved").status_code == 303
    assert held(session, number) == HERE
    worker = session.scalar(sa.select(CaseFile.worker).where(CaseFile.number == number))
    assert worker == (str(who.worker.id) if again else None)
    assert rebuild(session, check=True)[1] == []


def test_a_worker_who_was_named_has_the_file_again_once_they_are_let_in(as_, session, who, drawn):
    number, district = drawn[1], as_("district")
    assert name(as_("chair"), number, who.worker).status_code == 303
    assert confirm(district, number, outcome="returned", why="Không có quan hệ.").status_code == 303
    assert session.scalar(sa.select(CaseFile.worker).where(CaseFile.number == number)) == str(who.worker.id)
    assert as_("worker").get(f"/cases/{number}").status_code == 200


def test_a_file_that_cannot_go_back_is_said_to_stay(as_, session, who, accepted):
    """It was transferred by hand since, and nobody undoes that by the way."""
    who.other_there = make_user(session, "chutich3", ("supervisor", THERE))
    there, other = as_("leader_there"), as_("other_there")
    assert confirm(there, accepted, outcome="approved").status_code == 303
    ends(there, accepted)
    assert "Xác nhận chấm dứt, hồ sơ ở lại nơi đang giữ" in other.get(f"/cases/{accepted}/conflict").text
    assert confirm(other, accepted, outcome="approved").status_code == 303
    assert "Hồ sơ vẫn do thị trấn Tri Tôn giữ; muốn giao cho nơi khác" in text_of(other.get(LIST))
    assert held(session, accepted) == THERE


@pytest.mark.parametrize("ended_alone", [True, False])
def test_a_further_mark_that_is_taken_back_leaves_the_file_where_the_confirmed_one_brought_it(
    as_, session, above, drawn, ended_alone
):
    number, district, province = drawn[1], as_("district"), as_("province")
    marked(as_("worker"), number, above)
    assert confirm(district, number, outcome="approved").status_code == 303
    assert name(district, number, above.chair, above.district).status_code == 303
    assert held(session, number) == PROVINCE
    assert "trả hồ sơ về huyện Tri Tôn" in province.get(f"/cases/{number}/conflict").text
    if ended_alone:
        ends(province, number)
    else:
        assert confirm(province, number, outcome="returned", why="Không có quan hệ.").status_code == 303
    assert held(session, number) == DISTRICT, "not with the chair, who was confirmed to be implicated"
    assert services.state(session, drawn[0])[0].charged_at(datetime(2030, 1, 1)) == DISTRICT


@pytest.fixture
def accepted(as_, session, who, drawn) -> str:
    """The number of a file that a mark has moved above and that another commune has accepted since."""
    number = drawn[1]
    marked(as_("worker"), number, who)
    assert send(as_("district"), f"/cases/{number}/transfer", to=THERE, reason="moved").status_code == 303
    asked = session.scalar(sa.select(CaseTransfer.asked).where(CaseTransfer.number == number))
    assert send(as_("leader_there"), f"/transfers/{asked}", outcome="accepted").status_code == 303
    assert held(session, number) == THERE
    return number


@pytest.mark.parametrize("answer", [{"outcome": "approved"}, {"outcome": "returned", "why": "Không có quan hệ."}])
def test_the_unit_that_accepted_a_file_meanwhile_keeps_it_and_is_charged(as_, session, drawn, accepted, answer):
    second = as_("leader_there")
    page = second.get(f"/cases/{accepted}/conflict").text
    assert "hồ sơ ở lại nơi đang giữ" in page
    assert "trả hồ sơ về" not in page
    assert "Nơi giữ trước đó" not in page
    assert "nay do thị trấn Tri Tôn giữ; chờ người thứ hai" in second.get("/exceptions/conflict").text
    assert confirm(second, accepted, **answer).status_code == 303
    assert held(session, accepted) == THERE
    assert services.state(session, drawn[0])[0].charged_at(datetime(2030, 1, 1)) == THERE


def test_a_mark_after_a_transfer_takes_the_file_from_the_unit_that_accepted_it(as_, session, who, accepted):
    make_user(session, "chutich3", ("supervisor", THERE))
    assert name(as_("leader_there"), accepted, who.chair, who.leader_there).status_code == 303
    assert held(session, accepted) == DISTRICT, "another leader there is left, but would sit beside the one named"
    assert confirm(as_("district"), accepted, outcome="returned", why="Không có quan hệ.").status_code == 303
    assert held(session, accepted) == THERE


def test_a_file_goes_past_a_unit_whose_only_leader_is_named(as_, session, above, drawn):
    number, province = drawn[1], as_("province")
    assert name(as_("worker"), number, above.chair, above.district).status_code == 303
    assert held(session, number) == PROVINCE, "somebody must be left who decides on its plans"
    assert not waits_for(as_("district"))
    assert waits_for(province)
    assert confirm(as_("district"), number, outcome="approved").status_code == 404
    assert confirm(province, number, outcome="approved").status_code == 303
    assert not waits_for(province)
    assert services.state(session, drawn[0])[0].charged_at(datetime(2030, 1, 1)) == PROVINCE


def test_a_leader_who_is_named_later_loses_the_file_to_the_unit_above(as_, session, above, drawn):
    number, district = drawn[1], as_("district")
    name(as_("worker"), number, above.chair)
    assert held(session, number) == DISTRICT
    send(district, f"/cases/{number}/assign", worker=str(above.above_worker.id))
    assert name(as_("above_worker"), number, above.chair, above.district).status_code == 303
    assert held(session, number) == PROVINCE
    assert district.get(f"/cases/{number}").status_code == 404
    assert confirm(as_("province"), number, outcome="returned", why="Không có quan hệ gì.").status_code == 303
    assert held(session, number) == DISTRICT, "the mark before it waits still"
    assert confirm(district, number, outcome="returned", why="Cũng không.").status_code == 303
    assert held(session, number) == HERE, "back to where it came from at first"


def test_another_leader_of_the_district_confirms_and_not_the_province(as_, session, above, drawn):
    above.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    number = drawn[1]
    name(as_("worker"), number, above.chair, above.district)
    assert held(session, number) == DISTRICT
    assert (waits_for(as_("second")), waits_for(as_("province"))) == (True, False)
    assert confirm(as_("province"), number, outcome="approved").status_code == 404
    assert confirm(as_("second"), number, outcome="approved").status_code == 303


def test_the_only_leader_of_the_district_marks_and_the_province_confirms(as_, session, above, drawn):
    number, province, district = drawn[1], as_("province"), as_("district")
    marked(district, number, above)
    assert held(session, number) == DISTRICT, "its leader is not named and still leads it"
    assert (waits_for(district), waits_for(province)) == (False, True)
    assert "Chờ người thứ hai của tỉnh An Giang xác nhận" in district.get(f"/cases/{number}/conflict").text
    assert confirm(district, number, outcome="approved").status_code == 404
    assert "Ghi ý kiến" not in district.get(f"/cases/{number}/conflict").text
    assert "Ghi ý kiến" in province.get(f"/cases/{number}/conflict").text
    assert confirm(province, number, outcome="approved").status_code == 303
    assert [e.unit for e in ledger.entries(session, drawn[0]) if e.coded.get("about") == "conflicted"] == [PROVINCE]
    assert not waits_for(province)


def test_a_leader_whose_account_is_closed_leaves_the_confirmation_to_the_unit_above(as_, session, above, drawn):
    number, province = drawn[1], as_("province")
    marked(as_("worker"), number, above)
    assert not waits_for(province)
    above.district.active = False
    session.commit()
    assert confirm(province, number, outcome="approved").status_code == 303
