"""Several marks of conflicts of interest on one file: each stands or falls for the people it names alone."""

import pytest

from casemgr.ledger.check import rebuild
from tests.accounts import make_user
from tests.cases.files import DISTRICT, HERE, PROVINCE
from tests.handover.marks import confirm, filled, held, marked, name, shown, waits_for
from tests.pages import text_of

RETURNED = {"outcome": "returned", "why": "Không có quan hệ."}


@pytest.fixture
def sees(as_, session, drawn):
    """Whether somebody finds the file; and that its projections are what its ledger says."""

    def look(username: str) -> bool:
        assert rebuild(session, check=True)[1] == []
        answer = as_(username).get(f"/cases/{drawn[1]}")
        assert answer.status_code in (200, 404)
        return answer.status_code == 200

    return look


@pytest.fixture
def crowded(session, above):
    """Two leaders in the commune and two in the district: whoever is named leaves somebody beside them."""
    above.deputy = make_user(session, "phochutich", ("supervisor", HERE))
    above.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    return above


def test_a_further_mark_that_is_refused_lets_in_nobody_whom_the_confirmed_one_names(as_, session, crowded, drawn, sees):
    number, district = drawn[1], as_("district")
    name(as_("worker"), number, crowded.second)
    assert confirm(district, number, outcome="approved").status_code == 303
    assert name(district, number, crowded.second, crowded.above_worker).status_code == 303
    first, further = shown(district, number)
    assert (sees("second"), held(session, number)) == (False, DISTRICT)
    assert confirm(as_("province"), number, further, **RETURNED).status_code == 303
    assert not sees("second"), "a second person has confirmed that this one is implicated"
    assert shown(district, number) == [first]
    page = district.get(f"/cases/{number}/conflict").text
    assert "Người thứ hai đã xác nhận" in page
    assert "Chờ người thứ hai" not in page
    assert (sees("second"), sees("district"), held(session, number)) == (False, True, DISTRICT)
    told = text_of(district.get(f"/cases/{number}"))
    assert "Không xác nhận : Xung đột lợi ích" in told
    assert "Xung đột lợi ích : 1 người có liên quan." in told


@pytest.mark.parametrize("first_falls", [True, False])
def test_of_two_marks_that_wait_each_falls_for_its_own_people(as_, session, crowded, drawn, sees, first_falls):
    number, province = drawn[1], as_("province")
    name(as_("worker"), number, crowded.second)
    name(as_("district"), number, crowded.second, crowded.district)
    assert held(session, number) == PROVINCE, "nobody is left to lead it in the district"
    first, further = shown(province, number)
    asked = text_of(province.get(f"/cases/{number}/conflict"))
    assert "Nếu không xác nhận, những người nêu trên đây lại được xem hồ sơ" in asked
    assert "những người mà ghi nhận khác nêu vẫn không được xem" in asked
    listed = text_of(province.get("/exceptions/conflict"))
    assert "2 xung đột lợi ích chờ người thứ hai" in province.get("/approvals").text
    assert listed.count("chờ người thứ hai xác nhận") == 2
    assert "1 hồ sơ, 1 chờ xác nhận" in listed, "the commune has lost one file"
    assert confirm(province, number, first if first_falls else further, **RETURNED).status_code == 303
    assert shown(as_("province"), number) == [further if first_falls else first]
    where = PROVINCE if first_falls else DISTRICT
    assert (held(session, number), sees("second"), sees("district")) == (where, False, not first_falls)
    # What is left falls too, and the file is where it was before anybody wrote anything.
    left, reader = (further, province) if first_falls else (first, as_("district"))
    assert "trả hồ sơ về xã Núi Tô" in reader.get(f"/cases/{number}/conflict").text
    assert confirm(reader, number, left, **RETURNED).status_code == 303
    assert held(session, number) == HERE
    assert all(map(sees, ("second", "district", "chair")))


def test_a_mark_that_is_ended_leaves_another_that_stands(as_, session, crowded, drawn, sees):
    number, district = drawn[1], as_("district")
    name(as_("worker"), number, crowded.second)
    confirm(district, number, outcome="approved")
    name(district, number, crowded.second, crowded.above_worker)
    first, further = shown(district, number)
    assert name(district, number, crowded.above_worker, note="Người này đã chuyển công tác.").status_code == 303
    assert "Xác nhận chấm dứt, hồ sơ ở lại nơi đang giữ" in as_("province").get(f"/cases/{number}/conflict").text
    assert confirm(as_("province"), number, outcome="approved").status_code == 303
    told = text_of(as_("province").get("/exceptions/conflict"))
    assert "Hồ sơ vẫn do huyện Tri Tôn giữ." in told, "no transfer is offered: the other mark keeps it there"
    assert shown(district, number) == [further]
    assert "Chờ người thứ hai" in district.get(f"/cases/{number}/conflict").text
    assert (sees("second"), held(session, number)) == (True, DISTRICT)
    assert waits_for(as_("second"))
    assert confirm(as_("second"), number, further, **RETURNED).status_code == 303
    assert held(session, number) == HERE, "of the mark that brought it there two have said that it is over"


def test_who_wrote_on_a_page_that_is_out_of_date_lets_nobody_in(as_, crowded, drawn, sees):
    number, district = drawn[1], as_("district")
    marked(as_("worker"), number, crowded)
    early = filled(district, number, crowded.chair, crowded.above_worker)
    assert name(district, number, crowded.chair, crowded.second).status_code == 303
    late = district.post(f"/cases/{number}/conflict", data=early)
    assert late.status_code == 422
    assert "Hãy xem lại danh sách rồi ghi." in late.text
    assert not sees("second")
    ticked = [line for line in late.text.split("<input") if "checked" in line]
    assert {id for each in (crowded.chair, crowded.above_worker, crowded.second) if (id := str(each.id)) in str(ticked)} == {
        str(crowded.chair.id), str(crowded.above_worker.id), str(crowded.second.id),
    }, "what was chosen, and whom the other has named"  # fmt: skip
    again = name(district, number, crowded.chair, crowded.second)
    assert again.status_code == 422
    assert "Những người này đã được ghi nhận." in again.text


def test_an_answer_about_a_mark_that_has_fallen_meanwhile_says_so(as_, crowded, drawn):
    number, district = drawn[1], as_("district")
    marked(as_("worker"), number, crowded)
    (mark,) = shown(district, number)
    assert confirm(district, number, mark, outcome="approved").status_code == 303
    late = confirm(as_("second"), number, mark, **RETURNED)
    assert late.status_code == 422
    assert "không còn chờ xác nhận" in late.text
    assert name(district, number, crowded.chair, crowded.above_worker).status_code == 303
    assert name(district, number, crowded.above_worker, note="Đã hết.").status_code == 303
    assert confirm(as_("second"), number, outcome="approved").status_code == 303
    gone = confirm(as_("second"), number, mark, outcome="approved")
    assert gone.status_code == 422
    assert "không còn chờ xác nhận" in gone.text
