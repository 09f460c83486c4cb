"""The inbox of decisions: who may decide what, once, on what they saw, and what may be decided together."""

import re
from datetime import datetime

import pytest

from casemgr.cases import services as cases
from casemgr.ledger import services as ledger
from tests.accounts import make_user
from tests.cases import files
from tests.cases.conftest import as_, clock, count_queries, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, PLAN, SCREENED, filled, open_child, plan_of, write
from tests.detections.conftest import ABOVE, report


@pytest.fixture
def child(session, who):  # noqa: F811
    """(subject, number) of a child whose needs are known."""
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    session.commit()
    return case, number


@pytest.fixture
def planned(session, who, child):  # noqa: F811
    return (*child, plan_of(session, child[0], who.worker))


DONE, OWN, GONE, WRONG = 303, 403, 404, 422


@pytest.mark.parametrize(
    ("before", "actor", "outcome", "wanted", "state"),
    [
        ((), "chair", "approved", DONE, "approved"),
        ((), "chair", "returned", DONE, "returned"),
        ((), "chair", "approved without a number", WRONG, None),
        ((), "chair", "returned without a reason", WRONG, None),
        ((), "deputy", "approved", DONE, "approved"),
        ((), "worker", "approved", OWN, None),
        ((), "both", "approved", OWN, None),  # who holds both roles and wrote the plan
        ((), "district", "approved", GONE, None),  # a commune's plan is decided in the commune
        ((), "auditor", "approved", OWN, None),
        (("approved",), "deputy", "approved", "đã được quyết định trước đó", "approved"),
        (("approved",), "deputy", "returned", "đã được quyết định trước đó", "approved"),
        (("returned",), "deputy", "approved", "đã được quyết định trước đó", "returned"),
        (("void",), "chair", "approved", "không còn trong hồ sơ", None),
        (("newer",), "chair", "approved", 409, None),
    ],
)
def test_the_decision_on_a_plan(session, as_, who, child, before, actor, outcome, wanted, state):  # noqa: F811
    case, number = child
    who.deputy = make_user(session, "phochutich", ("supervisor", HERE))
    who.both = make_user(session, "kiemnhiem", ("worker", HERE), ("supervisor", HERE))
    author = who.both if actor == "both" else who.worker
    if actor == "both":
        cases.assign(session, case, str(author.id), author=str(who.chair.id), unit=HERE, now=files.NOW)
    plan = plan_of(session, case, author)
    address = f"/cases/{number}/entries/{plan.id}/decide"
    session.commit()
    data = filled(as_("chair"), address)
    for step in before:
        if step == "void":
            facts = {"reason": "wrong_data", "note": "x", "author": str(who.worker.id), "unit": HERE}
            cases.void(session, case, plan.id, **facts, now=files.NOW)
        elif step == "newer":
            write(session, case, "answered", {"note": "x"}, "2022-03-11", who.worker)
        else:
            files.approve(session, case, plan, who.chair, step)
    data |= {"outcome": outcome.split()[0], "number": "41/QĐ", "note": "Bổ sung."}
    data |= {"number": ""} if "without a number" in outcome else {}
    data |= {"note": ""} if "without a reason" in outcome else {}
    answer = as_(actor).post(address, data=data, follow_redirects=isinstance(wanted, str))
    assert wanted in answer.text if isinstance(wanted, str) else answer.status_code == wanted
    decisions = [e for e in ledger.entries(session, case) if e.coded.get("on") == plan.id.hex]
    assert [e.coded["outcome"] for e in decisions] == ([state] if state else [])
    assert (address in as_("chair").get("/approvals").text) is (state is None and before != ("void",))


def test_the_same_decision_sent_twice_is_one(session, as_, planned):  # noqa: F811
    case, number, plan = planned
    address = f"/cases/{number}/entries/{plan.id}/decide"
    data = filled(as_("chair"), address) | {"outcome": "approved", "number": "41/QĐ"}
    assert [as_("chair").post(address, data=data).status_code for _ in range(2)] == [303, 303]
    assert [e.kind for e in ledger.entries(session, case)].count("decided") == 1


def test_the_inbox_says_who_asks_and_what_is_different(session, as_, who, planned):  # noqa: F811
    case, number, plan = planned
    page = words(as_("chair").get("/approvals").text)
    assert "kế hoạch đầu tiên" in page
    assert "người đề nghị: Người dùng canbo" in page
    assert "quá 6 ngày làm việc" in page  # two working days after Thursday 10/03 is Monday 14/03
    files.approve(session, case, plan, who.chair, "returned")
    fewer = {code: service for code, service in PLAN.items() if code != "HOC_TAP"}
    with pytest.raises(Exception, match="chưa có dịch vụ"):  # a plan answers every need that is open
        plan_of(session, case, who.worker, "2022-03-14", fewer)
    second = plan_of(session, case, who.worker, "2022-03-14", PLAN | {"AN_TOAN": "TE-TD"})
    session.commit()
    assert "so với bản ghi 4: đổi dịch vụ, ngày của 1 nhu cầu" in words(as_("chair").get("/approvals").text)
    decide = words(as_("chair").get(f"/cases/{number}/entries/{second.id}/decide").text)
    assert "Trả lại để bổ sung: Bổ sung nhu cầu pháp lý." in decide
    assert "đổi An toàn Nơi tạm trú an toàn" in decide
    assert "Theo dõi, đánh giá an toàn, 18/03/2022" in decide


def test_the_decision_says_what_else_a_plan_says_otherwise(session, as_, who, planned):  # noqa: F811
    case, number, plan = planned
    files.approve(session, case, plan, who.chair, "returned")
    second = plan_of(session, case, who.worker, "2022-03-14", goal="Cháu về ở với bà.")
    session.commit()
    page = words(as_("chair").get(f"/cases/{number}/entries/{second.id}/decide").text)
    assert "đổi Mục tiêu Cháu an toàn. Cháu về ở với bà." in page
    assert "đổi An toàn" not in page
    files.decide(session, case, second, who.chair, "2022-03-15T08:00", "returned")
    third = plan_of(session, case, who.worker, "2022-03-15", goal="Cháu về ở với bà.", who="Trung tâm")
    session.commit()
    page = words(as_("chair").get(f"/cases/{number}/entries/{third.id}/decide").text)
    assert "đổi An toàn Nơi tạm trú an toàn, cách ly, 18/03/2022, xã" in page
    assert "đổi Mục tiêu" not in page


def test_isolation_reopening_and_guards_wait_each_by_itself(session, as_, who):  # noqa: F811
    case, number = open_child(session, who)
    write(session, case, "screened", SCREENED, "2022-03-04T17:40", who.worker)
    shelter = {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"}
    order = write(session, case, "protected", shelter, "2022-03-05T21:15", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    values = {"need": "HOC_TAP", "by": "CHA_ME", "second_officer": True, "reason": "x"}
    refused = write(session, case, "refused", values, "2022-03-21T08:00", who.worker)
    session.commit()
    page = as_("chair").get("/approvals").text
    for entry in (order, refused):
        assert f"/cases/{number}/entries/{entry.id}/decide" in page
    assert f"/cases/{number}/entries/isolation_ended" in page, "the end of the isolation, due on 20/03"
    tokens = [f"{number}.{refused.seq}.{entry.id.hex}" for entry in (order, refused)]
    sent = {"entry": tokens, "outcome": "approved", "number": "1", "note": ""}
    answer = as_("chair").post("/approvals/late", data=sent, follow_redirects=True)
    assert "phải quyết định riêng" in answer.text
    assert not [e for e in ledger.entries(session, case) if e.kind == "decided"]


@pytest.fixture
def late(session, who, child):  # noqa: F811
    """Three entries written down 13 days late, in two files; one of them by the chair's own hand."""
    other = open_child(session, who, name="Nguyễn Văn Ân", emergency=False)
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
    made = []
    for (case, number), when in ((child, "2022-03-06T08:00"), (child, "2022-03-07T08:00"), (other, "2022-03-07T09:00")):
        entry = write(session, case, "visited", visit, when, who.worker, now=datetime(2022, 3, 20, 9, 0))
        made.append((case, number, entry))
    session.commit()
    return made


def test_late_entries_are_decided_together(session, as_, late, count_queries):  # noqa: F811
    chair = as_("chair")
    page = chair.get("/approvals").text
    tokens = re.findall(r'name="entry" id="[^"]*" value="([^"]*)"', page)
    assert len(tokens) == 3
    assert "muộn 13 ngày" in page
    none = chair.post("/approvals/late", data={"outcome": "approved", "number": "5"})
    assert none.status_code == 422
    assert "Hãy đánh dấu ít nhất một bản ghi." in none.text
    unsaid = chair.post("/approvals/late", data={"entry": tokens, "outcome": "returned"})
    assert unsaid.status_code == 422
    assert unsaid.text.count(" checked") == 4, "three entries and the outcome are still marked"
    done = {"entry": tokens, "outcome": "approved", "number": "5/UBND", "note": ""}
    assert "Đã quyết định 3 nội dung." in chair.post("/approvals/late", data=done, follow_redirects=True).text
    assert "Nhập muộn, giao lại" not in chair.get("/approvals").text
    assert "không còn chờ" in chair.post("/approvals/late", data=done, follow_redirects=True).text
    decided = [e for case in {case for case, *_ in late} for e in ledger.entries(session, case) if e.kind == "decided"]
    assert len(decided) == 3


def test_a_late_entry_of_a_file_that_changed_waits_the_others_go_through(session, as_, who, late):  # noqa: F811
    chair = as_("chair")
    tokens = re.findall(r'name="entry" id="[^"]*" value="([^"]*)"', chair.get("/approvals").text)
    case, number, _entry = late[2]
    write(session, case, "answered", {"note": "x"}, "2022-03-21", who.worker)
    done = {"entry": tokens, "outcome": "returned", "number": "", "note": "Ghi lại cho đúng ngày."}
    said = chair.post("/approvals/late", data=done, follow_redirects=True).text
    assert "Đã quyết định 2 nội dung." in said
    assert f"{number}: hồ sơ đã có bản ghi mới" in said


def test_nobody_accepts_their_own_late_entry(session, as_, who, child):  # noqa: F811
    who.both = make_user(session, "kiemnhiem", ("worker", HERE), ("supervisor", HERE))
    case, number = child
    cases.assign(session, case, str(who.both.id), author=str(who.chair.id), unit=HERE, now=datetime(2022, 3, 8))
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
    entry = write(session, case, "visited", visit, "2022-03-08T08:00", who.both, now=datetime(2022, 3, 20))
    session.commit()
    assert "Nhập muộn, giao lại" not in as_("both").get("/approvals").text
    sent = {"entry": [f"{number}.{entry.seq}.{entry.id.hex}"], "outcome": "approved", "number": "1", "note": ""}
    assert "phải quyết định riêng" in as_("both").post("/approvals/late", data=sent, follow_redirects=True).text
    assert "Nhập muộn, giao lại" in as_("chair").get("/approvals").text


def test_the_inbox_takes_as_many_queries_with_more_in_it(session, as_, who, planned, late, count_queries):  # noqa: F811
    as_("chair").get("/approvals")
    with count_queries() as few:
        as_("chair").get("/approvals")
    for n in range(6):
        case, _number = open_child(session, who, name=f"Trần Văn Ba {n}", emergency=False)
        write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
        write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
        plan_of(session, case, who.worker)
    session.commit()
    as_("chair").get("/approvals")
    with count_queries() as many:
        page = as_("chair").get("/approvals").text
    assert page.count("/decide") >= 7
    assert len(many) == len(few) <= 22, many


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_a_detection_written_down_late_is_looked_at_above(session, as_, who):  # noqa: F811
    found = report(session, now=datetime(2022, 3, 20, 9, 0))
    session.commit()
    ((subject, number),) = found.detected
    assert number not in as_("chair").get("/approvals").text, "the commune that is measured does not accept it"
    page = as_("district").get("/approvals").text
    (token,) = re.findall(r'name="entry" id="[^"]*" value="([^"]*)"', page)
    assert token.startswith(number)
    sent = {"entry": token, "outcome": "returned", "note": ""}
    assert (
        as_("chair")
        .post("/approvals/late", data=sent | {"note": "Không rõ."}, follow_redirects=True)
        .text.count(number)
    )
    assert not [e for e in ledger.entries(session, subject) if e.kind == "decided"]
    assert as_("district").post("/approvals/late", data=sent).status_code == 422
    done = {"entry": token, "outcome": "approved", "number": "12/UBND", "note": ""}
    said = as_("district").post("/approvals/late", data=done, follow_redirects=True).text
    assert "Đã quyết định 1 nội dung." in said
    session.expire_all()
    decided = [e for e in ledger.entries(session, subject) if e.kind == "decided"]
    assert [e.unit for e in decided] == [ABOVE]
    assert "12/UBND" in as_("district").get(f"/detections/{number}").text
    assert number not in as_("district").get("/exceptions/recorded-late").text
    assert "không còn chờ" in as_("district").post("/approvals/late", data=done, follow_redirects=True).text
