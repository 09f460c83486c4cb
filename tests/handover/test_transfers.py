"""A file is passed to another commune: asked, accepted or declined, held by one unit at every moment."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa

from casemgr.access.models import User
from casemgr.cases import moves, services
from casemgr.cases.models import CaseBar, CaseFile, CaseTransfer
from casemgr.cases.verdicts import segments
from casemgr.ledger import services as ledger
from casemgr.ledger.services import province
from casemgr.refused import Refused
from casemgr.units.loading import load
from casemgr.units.services import add_unit, close_unit
from tests.accounts import make_user
from tests.cases.files import HERE, THERE, decide, open_child, send, write

ASK = {"to": THERE, "reason": "moved", "note": "Gia đình chuyển về thị trấn."}


def file_of(session, number) -> CaseFile:
    session.expire_all()
    return session.scalar(sa.select(CaseFile).where(CaseFile.number == number))


def asked_id(session):
    return session.scalar(sa.select(CaseTransfer.asked).where(CaseTransfer.state == "waiting"))


def test_a_file_goes_over_with_its_schedule_once_the_other_commune_accepts(as_, session, who, drawn):
    _case, number = drawn
    worker, there = as_("worker"), as_("leader_there")
    before = services.state(session, drawn[0])[0]
    promised = [(s.criterion.code, s.due) for s in before.spans if s.met is None]
    assert there.get(f"/cases/{number}").status_code == 404
    assert send(worker, f"/cases/{number}/transfer", **ASK).status_code == 303
    held = file_of(session, number)
    assert (held.unit_id, held.worker) == (HERE, str(who.worker.id)), "until the answer the sender holds it"
    assert "Chờ tiếp nhận" in worker.get(f"/cases/{number}").text

    assert "1 hồ sơ đơn vị khác đề nghị tiếp nhận" in there.get("/approvals").text
    assert "Không có nội dung nào chờ duyệt" not in there.get("/approvals").text, "there is something on another page"
    assert "1 nội dung chờ duyệt" in there.get("/").text
    assert "đề nghị tiếp nhận" not in as_("chair").get("/approvals").text
    page = there.get("/transfers").text
    assert number in page
    assert "Kha" not in page
    offer = f"/transfers/{asked_id(session)}"
    assert "Sóc Kha" not in there.get(offer).text
    assert there.get(f"/cases/{number}").status_code == 404
    answer = {"outcome": "accepted", "worker": str(who.away.id)}
    assert send(there, offer, **answer).status_code == 303

    held = file_of(session, number)
    assert (held.unit_id, held.worker) == (THERE, str(who.away.id))
    assert worker.get(f"/cases/{number}").status_code == 404
    assert as_("away").get(f"/cases/{number}").status_code == 200
    after = services.state(session, drawn[0])[0]
    assert [(s.criterion.code, s.due) for s in after.spans if s.met is None] == promised
    assert there.post(offer, data=answer).status_code == 422, "answered once"
    for who_asked in ("worker", "chair"):  # what a unit has asked stays its own, whoever holds the file by now
        page = as_(who_asked).get("/transfers").text
        assert number in page
        assert "đã tiếp nhận" in page
        assert f'href="/cases/{number}"' not in page
    assert number not in there.get("/transfers").text
    assert "đề nghị tiếp nhận" not in there.get("/approvals").text


def test_who_asked_is_not_asked_for_the_answer(as_, session, who, drawn):
    """A leader of both communes sees it among what was asked of others."""
    who.of_both = make_user(session, "kiemnhiem", ("supervisor", HERE), ("supervisor", THERE))
    assert send(as_("of_both"), f"/cases/{drawn[1]}/transfer", **ASK).status_code == 303
    page = as_("of_both").get("/transfers").text
    assert "Chờ đơn vị tiếp nhận (0)" in page
    assert "chờ trả lời" in page
    assert "đề nghị tiếp nhận" not in as_("of_both").get("/approvals").text
    assert "Chờ đơn vị tiếp nhận (1)" in as_("leader_there").get("/transfers").text


def test_a_criterion_is_charged_to_the_unit_that_held_the_file_when_it_was_due(session, who, drawn):
    case, _number = drawn
    tree, now = load(session), datetime(2022, 3, 22, 10, 0)
    asked = moves.ask_transfer(
        session, case, to=THERE, reason="moved", note=None, staffed=True, tree=tree, author=str(who.worker.id), now=now
    )
    moves.answer_transfer(
        session, case, asked.id, accepted=True, note=None, worker=None,
        author=str(who.leader_there.id), unit=THERE, now=datetime(2022, 3, 22, 11, 0),
    )  # fmt: skip
    state = services.state(session, case)[0]
    assert state.worker is None
    missed = [s for s in segments(state) if s.verdict == "missed"]
    # The therapy was due on 18/03, when the first commune held the file.
    assert missed[0].unit == HERE


def test_a_declined_file_stays_and_the_reason_is_kept(as_, session, who, drawn):
    number = drawn[1]
    assert send(as_("worker"), f"/cases/{number}/transfer", **ASK).status_code == 303
    offer = f"/transfers/{asked_id(session)}"
    there = as_("leader_there")
    refused = send(there, offer, outcome="declined")
    assert refused.status_code == 422
    assert "Cần ghi lý do không tiếp nhận." in refused.text
    assert send(there, offer, outcome="declined", note="Gia đình không cư trú tại đây.").status_code == 303
    assert file_of(session, number).unit_id == HERE
    page = as_("worker").get(f"/cases/{number}").text
    assert "Không tiếp nhận hồ sơ chuyển đến" in page
    assert "Gia đình không cư trú tại đây." in page
    head = '<div class="notice"><strong>Không tiếp nhận hồ sơ chuyển đến</strong>'
    assert head in page
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "Gia đình vẫn ở đây.", "occurred": ["22/03/2022", "09:00"]}
    assert send(as_("worker"), f"/cases/{number}/entries/visited", **visit).status_code == 303
    assert head not in as_("worker").get(f"/cases/{number}").text, "until the next step"


def test_who_asked_may_withdraw_until_it_is_answered(as_, session, who, drawn):
    number, worker = drawn[1], as_("worker")
    send(worker, f"/cases/{number}/transfer", **ASK)
    asked = asked_id(session)
    assert "đang chờ" in worker.get(f"/cases/{number}/transfer").text
    void = f"/cases/{number}/entries/{asked}/void"
    assert "Rút đề nghị" in worker.get(void).text, "nothing in it was wrong"
    assert send(worker, void, reason="withdrawn", note="Gia đình ở lại.").status_code == 303
    assert "rút đề nghị" in worker.get(f"/cases/{number}").text
    assert as_("leader_there").get(f"/transfers/{asked}").status_code == 404
    send(worker, f"/cases/{number}/transfer", **ASK)
    again = asked_id(session)
    send(as_("leader_there"), f"/transfers/{again}", outcome="declined", note="Chưa đúng.")
    with pytest.raises(Refused, match="đã trả lời"):
        services.void(
            session, drawn[0], again, reason="double", note="x", author=str(who.worker.id), unit=HERE,
            now=datetime(2022, 3, 22, 12),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (HERE, "đang do chính đơn vị này giữ"),
        ("30550-20210101", "không tồn tại"),
        ("891-20210101", "Chỉ chuyển hồ sơ đến xã"),
        ("", "Hãy chọn đơn vị"),
        ("none", "Hãy chọn đơn vị"),
        ("unstaffed", "chưa có ai phụ trách"),
    ],
)
def test_where_a_file_cannot_go(session, who, drawn, to, said):
    if to == "30550-20210101":
        day = datetime(2021, 1, 1)
        add_unit(
            session, code="30550", name="Xã cũ", kind="xa", parent_id="891-20210101", valid_from=day.date(), now=day
        )
        close_unit(session, to, datetime(2021, 12, 31).date(), day)
    staffed, target = to != "unstaffed", THERE if to == "unstaffed" else to
    with pytest.raises(Refused, match=said):
        moves.ask_transfer(
            session, drawn[0], to=target, reason="moved", note=None, staffed=staffed, tree=load(session),
            author=str(who.worker.id), now=datetime(2022, 3, 22, 10),
        )  # fmt: skip


def test_a_file_closed_meanwhile_is_not_accepted(as_, session, who):
    """Else its figure would go to a unit in which nobody ever worked on it."""
    case, number = open_child(session, who, emergency=False)
    low = {"emergency": False, "note": "x"} | {f"a{n}": "T" for n in (1, 2, 3)} | {f"b{n}": "C" for n in range(1, 6)}
    write(session, case, "screened", low, "2022-03-05T08:00", who.worker)
    session.commit()
    send(as_("worker"), f"/cases/{number}/transfer", **ASK)
    offer = f"/transfers/{asked_id(session)}"
    closed = write(session, case, "closed", {"reason": "NGUY_CO_THAP", "note": "x"}, "2022-03-22", who.worker)
    decide(session, case, closed, who.chair, "2022-03-22T10:00")
    session.commit()
    refused = send(as_("leader_there"), offer, outcome="accepted")
    assert refused.status_code == 422
    assert "Hồ sơ đã đóng, không chuyển được." in refused.text
    assert file_of(session, number).unit_id == HERE
    assert send(as_("leader_there"), offer, outcome="declined", note="Đã đóng.").status_code == 303


def test_the_successor_of_an_ended_unit_holds_its_files_already(session, who, drawn):
    heir = add_unit(
        session, code="30551", name="Xã mới", kind="xa", parent_id="891-20210101", valid_from=date(2022, 3, 20),
        now=datetime(2022, 3, 19),
    )  # fmt: skip
    close_unit(session, HERE, date(2022, 3, 19), datetime(2022, 3, 19), heirs=[(heir.id, True)])
    with pytest.raises(Refused, match="đang do chính đơn vị này giữ"):
        moves.ask_transfer(
            session, drawn[0], to=heir.id, reason="moved", note=None, staffed=True, tree=load(session),
            author=str(who.worker.id), now=datetime(2022, 3, 22, 10),
        )  # fmt: skip


def test_a_commune_where_nobody_works_for_the_programme_is_refused_on_the_field(as_, session, who, drawn):
    for user in session.scalars(sa.select(User).where(User.username.in_(("canbo3", "canbo.huyen")))):
        user.active = False
    session.commit()
    answer = send(as_("worker"), f"/cases/{drawn[1]}/transfer", **ASK)
    assert answer.status_code == 422
    assert "chưa có ai phụ trách nhóm đối tượng này" in answer.text
    assert "Gia đình chuyển về thị trấn." in answer.text, "what was typed is kept"


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (HERE, "Hồ sơ đang do chính đơn vị này giữ."),
        ("30550-20210101", "Hãy chọn một giá trị trong danh sách."),  # abolished at the end of 2021
        ("891-20210101", "Hãy chọn một giá trị trong danh sách."),
        ("", "Cần nhập nội dung này."),
    ],
)
def test_the_page_says_where_a_file_cannot_go_and_writes_nothing(as_, session, who, drawn, to, said):
    add_unit(
        session, code="30550", name="Xã cũ", kind="xa", parent_id="891-20210101", valid_from=date(2021, 1, 1),
        now=datetime(2021, 1, 1),
    )  # fmt: skip
    close_unit(session, "30550-20210101", date(2021, 12, 31), datetime(2021, 1, 1))
    session.commit()
    before = len(ledger.entries(session, drawn[0]))
    worker, path = as_("worker"), f"/cases/{drawn[1]}/transfer"
    assert "Xã cũ" not in worker.get(path).text
    answer = send(worker, path, **ASK | {"to": to})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#to"' in answer.text, "the error lies on the field"
    assert "Gia đình chuyển về thị trấn." in answer.text, "what was typed is kept"
    assert len(ledger.entries(session, drawn[0])) == before


def test_who_has_no_colleague_is_told_so(as_, session, who, drawn):
    for user in (who.other, who.above_worker):
        user.active = False
    session.commit()
    page = as_("worker").get(f"/cases/{drawn[1]}/hand-on").text
    assert "Đơn vị chưa có ai khác phụ trách được hồ sơ này." in page
    assert "Gửi đề nghị" not in page


def test_only_what_was_asked_is_withdrawn(as_, session, who, drawn):
    """Of any other entry something must have been wrong."""
    case, number = drawn
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "Gia đình vẫn ở đây."}
    visited = write(session, case, "visited", visit, "2022-03-21T09:00", who.worker)
    session.commit()
    void = f"/cases/{number}/entries/{visited.id}/void"
    assert "Rút đề nghị" not in as_("worker").get(void).text
    assert send(as_("worker"), void, reason="withdrawn", note="x").status_code == 422
    with pytest.raises(Refused, match="lý do hủy"):
        services.void(
            session, case, visited.id, reason="withdrawn", note="x", author=str(who.worker.id), unit=HERE,
            now=datetime(2022, 3, 22, 12),
        )  # fmt: skip


def asked_of_others(client) -> str:
    """The section of the page."""
    return client.get("/transfers").text.partition("Đã đề nghị nơi khác tiếp nhận</h2>")[2]


def hand_over(as_, session, who, number) -> None:
    send(as_("worker"), f"/cases/{number}/transfer", **ASK)
    offer = f"/transfers/{asked_id(session)}"
    assert send(as_("leader_there"), offer, outcome="accepted", worker=str(who.away.id)).status_code == 303


def test_what_a_unit_has_asked_stays_its_own_after_the_answer(as_, session, who, drawn):
    number = drawn[1]
    hand_over(as_, session, who, number)
    link = f'href="/cases/{number}"'
    for name in ("chair", "worker"):  # the leader of the unit that asked; who asked
        listed = asked_of_others(as_(name))
        assert number in listed, name
        assert "đã tiếp nhận" in listed, name
        assert load(session)[THERE].name in listed, "to whom"
        assert link not in listed, "the file is another's"
        assert "Kha" not in listed, name
        assert as_(name).get(f"/cases/{number}").status_code == 404, name
    for name in ("leader_there", "away"):
        assert "Chưa đề nghị chuyển hồ sơ nào." in asked_of_others(as_(name)), name
    assert link in asked_of_others(as_("district")), "who reads in both communes is led there"
    assert number not in asked_of_others(as_("elsewhere")), "a leader of another programme"


def test_while_it_waits_the_sender_is_led_to_the_file(as_, session, who, drawn):
    number = drawn[1]
    send(as_("worker"), f"/cases/{number}/transfer", **ASK)
    for name in ("worker", "chair"):
        listed = asked_of_others(as_(name))
        assert f'href="/cases/{number}"' in listed, name
        assert "chờ trả lời" in listed, name
    assert number not in asked_of_others(as_("leader_there"))


def test_who_is_named_in_a_conflict_of_interest_sees_nothing_of_what_was_asked(as_, session, who, drawn):
    case, number = drawn
    hand_over(as_, session, who, number)
    assert number in asked_of_others(as_("chair"))
    for user in (who.chair, who.worker):
        session.add(CaseBar(province=province(), subject=case, hidden=case, account=str(user.id), unit_id=None))
    session.commit()
    for name in ("chair", "worker"):
        assert number not in as_(name).get("/transfers").text, name


def test_the_page_takes_as_many_queries_with_more_that_was_asked(as_, session, who, drawn, count_queries):
    hand_over(as_, session, who, drawn[1])
    chair = as_("chair")
    asked_of_others(chair)
    with count_queries() as few:
        asked_of_others(chair)
    for _ in range(3):
        number = open_child(session, who)[1]
        session.commit()
        hand_over(as_, session, who, number)
    with count_queries() as many:
        assert asked_of_others(chair).count("đã tiếp nhận") == 4
    assert len(many) == len(few)
