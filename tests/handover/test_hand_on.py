"""A worker asks to give a file to a colleague; a leader answers, together with others if they like."""

import re

import pytest
import sqlalchemy as sa

from casemgr.cases import services
from casemgr.cases.models import CaseFile
from tests.accounts import make_user
from tests.cases import files
from tests.cases.files import HERE, open_child, send

REASON = "Nghỉ phép dài ngày."


@pytest.fixture
def two(session, who):
    """Two files of the worker, as (subject, number)."""
    found = [open_child(session, who, emergency=False), open_child(session, who, "Nguyễn Văn Ân", emergency=False)]
    session.commit()
    return found


def asked(as_, who, number, to=None):
    return send(as_("worker"), f"/cases/{number}/hand-on", worker=str((to or who.other).id), note=REASON)


def tokens(client) -> list[str]:
    return re.findall(r'name="entry" id="[^"]*" value="([^"]*)"', client.get("/approvals").text)


def workers(session, two) -> list[str]:
    session.expire_all()
    return [session.scalar(sa.select(CaseFile.worker).where(CaseFile.subject == subject)) for subject, _n in two]


def decide(client, chosen, outcome, note=""):
    sent = {"entry": chosen, "outcome": outcome, "number": "7/UBND", "note": note}
    return client.post("/approvals/late", data=sent, follow_redirects=True).text


def test_two_files_are_given_on_together(session, as_, who, two):
    assert [asked(as_, who, number).status_code for _s, number in two] == [303, 303]
    assert workers(session, two) == [str(who.worker.id)] * 2, "until it is decided nothing changes"
    chair = as_("chair")
    page = chair.get("/approvals").text
    assert page.count(f"Giao hồ sơ cho {who.other.full_name}") == 2
    assert "Đã quyết định 2 nội dung." in decide(chair, tokens(chair), "approved")
    assert workers(session, two) == [str(who.other.id)] * 2
    assert tokens(chair) == []
    assert REASON in as_("other").get(f"/cases/{two[0][1]}").text


def test_a_returned_wish_leaves_the_file_with_its_worker(session, as_, who, two):
    asked(as_, who, two[0][1])
    decide(as_("chair"), tokens(as_("chair")), "returned", "Không có người thay.")
    assert workers(session, two) == [str(who.worker.id)] * 2
    assert "Không có người thay." in as_("worker").get(f"/cases/{two[0][1]}").text
    assert asked(as_, who, two[0][1]).status_code == 303, "they may ask again"


def test_an_assignment_meanwhile_overtakes_the_wish(session, as_, who, two):
    asked(as_, who, two[0][1])
    who.third = make_user(session, "canbo4", ("worker", HERE))
    session.commit()
    services.assign(session, two[0][0], str(who.third.id), author=str(who.chair.id), unit=HERE, now=files.NOW)
    session.commit()
    assert tokens(as_("chair")) == []


def test_a_colleague_who_has_left_since_is_refused_by_number(session, as_, who, two):
    asked(as_, who, two[0][1])
    chosen = tokens(as_("chair"))
    who.other.active = False
    session.commit()
    said = decide(as_("chair"), chosen, "approved")
    assert f"{two[0][1]}: cán bộ được chọn không phụ trách được hồ sơ này" in said
    assert workers(session, two)[0] == str(who.worker.id)


def test_nobody_answers_their_own_wish(session, as_, who):
    who.both = make_user(session, "kiemnhiem", ("worker", HERE), ("supervisor", HERE))
    case, number = open_child(session, who, emergency=False)
    services.assign(session, case, str(who.both.id), author=str(who.chair.id), unit=HERE, now=files.NOW)
    session.commit()
    assert send(as_("both"), f"/cases/{number}/hand-on", worker=str(who.other.id), note=REASON).status_code == 303
    assert tokens(as_("both")) == []
    assert len(tokens(as_("chair"))) == 1


def test_what_is_asked_amiss(session, as_, who, two):
    path = f"/cases/{two[0][1]}/hand-on"
    assert send(as_("worker"), path, worker=str(who.other.id), note="").status_code == 422
    assert send(as_("worker"), path, worker=str(who.worker.id), note=REASON).status_code == 422
    assert send(as_("worker"), path, worker=str(who.away.id), note=REASON).status_code == 422
    asked(as_, who, two[0][1])
    assert "đang chờ quyết định" in asked(as_, who, two[0][1]).text
