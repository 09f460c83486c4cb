"""A conflict of interest that a second person has confirmed is ended by two: one asks, another confirms."""

from uuid import uuid4

import pytest

from casemgr.cases import moves, services
from casemgr.cases.handover import asked_assignment
from casemgr.ledger import services as ledger
from casemgr.ledger.check import rebuild
from casemgr.refused import Refused
from casemgr.units.loading import load
from tests.accounts import make_user
from tests.cases.files import DISTRICT, HERE, NOW
from tests.handover.marks import confirm, held, name, shown, waits_for
from tests.handover.test_no_second import SAID
from tests.pages import text_of

ENDED, REFUSED = {"outcome": "approved"}, {"outcome": "returned", "why": "Vẫn còn quan hệ."}
LIST = "/exceptions/conflict"


@pytest.fixture
def confirmed(as_, session, who, drawn):
    """The number of a file that the district holds; one of its three leaders is named, another has confirmed it."""
    who.named = make_user(session, "huyen3", ("supervisor", DISTRICT))
    who.second = make_user(session, "huyen2", ("supervisor", DISTRICT))
    assert name(as_("worker"), drawn[1], who.named).status_code == 303
    assert confirm(as_("district"), drawn[1], **ENDED).status_code == 303
    return drawn[1]


@pytest.fixture
def asked(as_, session, confirmed):
    """The same, and the leader who has confirmed it asks for the end."""
    assert name(as_("district"), confirmed, note="Người này đã chuyển công tác.").status_code == 303
    return confirmed


def sees(client, number: str) -> bool:
    return client.get(f"/cases/{number}").status_code == 200


def test_until_a_second_person_has_answered_the_mark_holds(as_, session, who, asked):
    named = as_("named")
    assert not sees(named, asked)
    for path in ("/", "/cases", "/approvals", "/exceptions", LIST):
        page = named.get(path).text
        assert asked not in page, path
        assert "chấm dứt" not in page, path
    mark, end = shown(as_("second"), asked)
    page = text_of(as_("second").get(f"/cases/{asked}/conflict"))
    for said in ("Người thứ hai đã xác nhận", "chờ người thứ hai của huyện Tri Tôn", "Người này đã chuyển công tác."):
        assert said in page
    assert page.count(who.named.full_name) == 3, "named in the mark and in what is asked, and still ticked"
    assert "đề nghị chấm dứt với 1 người" in text_of(as_("second").get(f"/cases/{asked}"))
    assert rebuild(session, check=True)[1] == []


def test_who_is_named_while_they_confirm_does_not_confirm(as_, session, who, asked, monkeypatch):
    """The page was theirs when they sent it; the mark that names them was before them in the queue."""
    end, lock = shown(as_("second"), asked)[-1], moves.ledger.lock

    def behind_another(session, subject):
        lock(session, subject)
        monkeypatch.setattr(moves.ledger, "lock", lock)
        moves.mark_conflict(
            session, subject, [str(who.named.id), str(who.second.id)],
            note="Người nhà.", tree=load(session), author=str(who.district.id), now=NOW,
        )  # fmt: skip

    monkeypatch.setattr(moves.ledger, "lock", behind_another)
    answer = confirm(as_("second"), asked, end, **ENDED)
    assert answer.status_code == 404
    assert "Người này đã chuyển công tác." not in answer.text
    assert not sees(as_("named"), asked)


def test_it_waits_in_the_list_and_among_the_decisions_of_the_others(as_, asked):
    assert (waits_for(as_("second")), waits_for(as_("district"))) == (True, False)
    listed = text_of(as_("second").get(LIST))
    assert listed.count("đề nghị chấm dứt ngày 22/03/2022; chờ người thứ hai xác nhận") == 1
    assert "1 hồ sơ, 1 chờ xác nhận" in listed


def test_who_asks_does_not_confirm(as_, asked):
    assert confirm(as_("district"), asked, **ENDED).status_code == 403
    assert not sees(as_("named"), asked)


def test_a_second_person_ends_it_and_the_file_goes_back(as_, session, asked):
    assert confirm(as_("second"), asked, **ENDED).status_code == 303
    assert sees(as_("named"), asked)
    assert shown(as_("district"), asked) == []
    assert held(session, asked) == HERE
    assert asked not in as_("district").get(LIST).text
    assert rebuild(session, check=True)[1] == []


def test_a_second_person_refuses_and_it_may_be_asked_for_again(as_, session, asked):
    second = as_("second")
    assert confirm(second, asked, outcome="returned").status_code == 422, "a reason is needed"
    assert confirm(second, asked, **REFUSED).status_code == 303
    assert not sees(as_("named"), asked)
    assert len(shown(second, asked)) == 1
    assert "đã xác nhận" in text_of(second.get(LIST))
    assert not waits_for(second)
    assert name(second, asked, note="Nay đã hết.").status_code == 303
    assert confirm(as_("district"), asked, **ENDED).status_code == 303
    assert sees(as_("named"), asked)


def test_one_end_is_asked_for_at_a_time(as_, asked):
    again = name(as_("second"), asked)
    assert again.status_code == 422
    assert "Đã có đề nghị chấm dứt" in again.text


def test_whom_nobody_has_confirmed_one_person_lets_in_while_the_others_wait(as_, session, who, confirmed):
    who.third = make_user(session, "huyen4", ("supervisor", DISTRICT))
    assert name(as_("district"), confirmed, who.named, who.third).status_code == 303
    assert not sees(as_("third"), confirmed)
    assert name(as_("second"), confirmed, note="Cả hai đều không.").status_code == 303
    assert (sees(as_("third"), confirmed), sees(as_("named"), confirmed)) == (True, False)
    assert confirm(as_("district"), confirmed, **ENDED).status_code == 303
    assert sees(as_("named"), confirmed)


def test_who_confirmed_does_not_strike_that_out_to_end_it_alone(as_, session, who, drawn, confirmed):
    (answer,) = [e for e in ledger.entries(session, drawn[0]) if e.coded.get("about") == "conflicted"]
    void = f"/cases/{confirmed}/entries/{answer.id}/void"
    assert void not in as_("district").get(f"/cases/{confirmed}").text
    with pytest.raises(Refused, match="đề nghị chấm dứt"):
        services.void(
            session, drawn[0], answer.id, reason="wrong_data", note="x", author=answer.author, unit=DISTRICT, now=NOW
        )


def test_what_is_only_asked_for_overtakes_no_wish_to_hand_the_file_on(as_, session, who, drawn, confirmed):
    facts = {"note": "Nghỉ phép.", "author": str(who.above_worker.id), "now": NOW, "entry_id": uuid4()}
    wish = moves.ask_assignment(session, drawn[0], str(who.district.id), **facts)
    session.commit()
    assert name(as_("district"), confirmed).status_code == 303
    assert asked_assignment(services.state(session, drawn[0])[0].entries) == wish


def test_where_nobody_else_is_left_the_end_waits_and_says_so(as_, session, who, confirmed):
    who.second.active = False
    session.commit()
    assert name(as_("district"), confirmed).status_code == 303
    assert f"Đã ghi đề nghị chấm dứt, chờ người thứ hai xác nhận. {SAID}" in text_of(as_("district").get("/cases"))
    for path in (f"/cases/{confirmed}/conflict", LIST):
        assert text_of(as_("district").get(path)).count(SAID) == 1, path
    assert not sees(as_("named"), confirmed)
