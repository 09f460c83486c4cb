"""Where the cards of the day lead."""

from datetime import datetime

import pytest

from casemgr.clock import now
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import PLAN, SCREENED, open_child, plan_of, write
from tests.work.world import World, words


@pytest.fixture
def planned(session, who):  # noqa: F811
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    plan = plan_of(session, case, who.worker)
    session.commit()
    return number, plan


def test_a_worker_is_told_what_a_leader_has_sent_back_until_it_is_drawn_up_again(session, as_, who, clock):  # noqa: F811
    clock("2022-03-12T11:00")
    case, number = World(session, who, clock).child()
    plan = files.plan_of(session, case, who.worker)
    session.commit()
    told = "Bị trả lại, cần lập lại hoặc đính chính"
    assert told not in as_("worker").get("/").text
    files.approve(session, case, plan, who.chair, "returned")
    session.commit()
    page = words(as_("worker").get("/").text)
    assert f"{told} (1)" in page
    assert "Kế hoạch hỗ trợ, can thiệp ngày 10/03/2022, trả lại ngày 11/03/2022" in page
    for name in ("other", "chair", "away"):
        assert told not in as_(name).get("/").text, name
    files.plan_of(session, case, who.worker, "2022-03-12")
    session.commit()
    assert told not in as_("worker").get("/").text


def test_a_plan_that_waits_leads_to_its_decision_only_for_who_decides(as_, planned):  # noqa: F811
    assert now() > datetime(2022, 3, 10)
    number, plan = planned
    decision = f"/cases/{number}/entries/{plan.id}/decide"
    assert decision in as_("chair").get("/").text
    above = as_("district").get("/").text
    assert f"/cases/{number}" in above
    assert decision not in above


def test_what_only_the_file_knows_leads_to_its_page(as_, session, planned):  # noqa: F811
    number, _plan = planned
    page = as_("worker").get("/").text
    assert f'href="/cases/{number}"' in page
    assert f"/cases/{number}/entries/assessed" not in page
    assert f"/cases/{number}/entries/planned" not in page, "the plan waits for its decision"
