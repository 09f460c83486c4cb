"""Plans, isolation, closures, reopenings, exclusions and guards are decided one at a time, whatever is sent, even when
they were written down so late that a late entry would be accepted together with others."""

import ast
from datetime import datetime
from pathlib import Path

import pytest

import casemgr
from casemgr.cases import services as cases
from casemgr.detections import services as detections
from casemgr.ledger import services as ledger
from casemgr.programmes import programmes
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, PLAN, SCREENED, open_child, plan_of, write
from tests.work.world import LOW

LATE = datetime(2022, 3, 20, 9, 0)
SHELTER = {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"}


def _child(session, who, **more):  # noqa: F811
    case, number = open_child(session, who, emergency=False, **more)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    return case, number


def _needs(session, who, case):  # noqa: F811
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)


def a_plan(session, who):  # noqa: F811
    case, number = _child(session, who)
    _needs(session, who, case)
    return case, number, plan_of(session, case, who.worker)


def an_isolation(session, who):  # noqa: F811
    case, number = _child(session, who)
    return case, number, write(session, case, "protected", SHELTER, "2022-03-05T21:15", who.worker, now=LATE)


def a_closure(session, who):  # noqa: F811
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", LOW, "2022-03-04T17:40", who.worker)
    why = {"reason": "DU_TUOI", "note": "x"}
    return case, number, write(session, case, "closed", why, "2022-03-10", who.worker, now=LATE)


def a_reopening(session, who):  # noqa: F811
    case, number, closed = a_closure(session, who)
    files.decide(session, case, closed, who.chair, "2022-03-20T10:00")
    return case, number, write(session, case, "reopened", {"note": "x"}, "2022-03-12", who.worker, now=files.NOW)


def a_carers_refusal(session, who):  # noqa: F811
    case, number = _child(session, who)
    _needs(session, who, case)
    values = {"need": "HOC_TAP", "by": "CHA_ME", "second_officer": True, "reason": "x"}
    return case, number, write(session, case, "refused", values, "2022-03-08T08:00", who.worker, now=LATE)


def coercion(session, who):  # noqa: F811
    case, number = cases.open_case(
        session, "BD", unit=HERE, beneficiary=None, identity={}, occurred=files.at("2022-03-01T08:00"),
        author=str(who.worker.id), now=datetime(2022, 3, 1, 8, 1), worker=str(who.worker.id),
        detection={"detected": "0" * 32, "received_at": "2022-03-01T08:00", "age_group": "TU_18"},
    )  # fmt: skip
    agreed = {"agreed": "CO", "consent_method": "VAN_BAN", "adult": True}
    write(session, case, "consented", agreed, "2022-03-01T09:00", who.worker)
    values = {"coercion": 2, "trafficking": False, "needs": {code: ("no", "x") for code in programmes()["BD"].needs}}
    return case, number, write(session, case, "assessed", values, "2022-03-02T09:00", who.worker, now=LATE)


def _detected(session, who):  # noqa: F811
    from tests.detections.conftest import report

    return report(session, now=LATE).detected[0]


def _by(who):  # noqa: F811
    return detections.By(str(who.worker.id), HERE, LATE, files.at("2022-03-08T09:00"))


def unsubstantiated(session, who):  # noqa: F811
    subject, number = _detected(session, who)
    return subject, number, detections.verify(session, subject, "unsubstantiated", "Không có.", _by(who))


def an_exclusion(session, who):  # noqa: F811
    subject, number = _detected(session, who)
    return subject, number, detections.ask_exclusion(session, subject, "NGOAI_DIA_BAN", "12/CA", "x", _by(who))


def a_duplicate(session, who):  # noqa: F811
    (subject, number), (_other, twin) = _detected(session, who), _detected(session, who)
    return subject, number, detections.mark_duplicate(session, subject, twin, "x", _by(who))


APART = (
    a_plan, an_isolation, a_closure, a_reopening, a_carers_refusal, coercion, unsubstantiated, an_exclusion,
    a_duplicate,
)  # fmt: skip


@pytest.mark.parametrize("made", APART, ids=lambda made: made.__name__)
def test_it_is_not_among_what_is_decided_together_and_refused_there(session, as_, who, made):  # noqa: F811
    subject, number, entry = made(session, who)
    session.commit()
    before = [e.id for e in ledger.entries(session, subject)]
    token = f"{number}.{len(before)}.{entry.id.hex}"
    for reader in ("chair", "district"):
        client = as_(reader)
        assert token not in client.get("/approvals").text
        for outcome in ("approved", "returned"):
            sent = {"entry": [token], "outcome": outcome, "number": "1/QĐ", "note": "x"}
            said = client.post("/approvals/late", data=sent, follow_redirects=True).text
            assert "phải quyết định riêng" in said
    session.rollback()
    assert [e.id for e in ledger.entries(session, subject)] == before


@pytest.mark.parametrize("made", APART, ids=lambda made: made.__name__)
def test_it_waits_by_itself_for_who_decides_it(session, as_, who, made):  # noqa: F811
    _subject, number, entry = made(session, who)
    session.commit()
    above = made in (unsubstantiated, an_exclusion, a_duplicate)
    address = f"/{'detections' if above else 'cases'}/{number}/entries/{entry.id}/decide"
    shown = [reader for reader in ("chair", "district") if address in as_(reader).get("/approvals").text]
    assert shown == ["district" if above else "chair"]


def test_a_plan_hidden_among_late_entries_stops_its_whole_file(session, as_, who):  # noqa: F811
    case, number, plan = a_plan(session, who)
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
    late = write(session, case, "visited", visit, "2022-03-08T08:00", who.worker, now=LATE)
    session.commit()
    head = len(ledger.entries(session, case))
    tokens = [f"{number}.{head}.{entry.id.hex}" for entry in (late, plan)]
    sent = {"entry": tokens, "outcome": "approved", "number": "1/QĐ", "note": ""}
    assert "phải quyết định riêng" in as_("chair").post("/approvals/late", data=sent, follow_redirects=True).text
    assert len(ledger.entries(session, case)) == head


def test_no_other_place_writes_decisions_and_no_other_page_takes_many_at_once():
    """Whoever drafts a decision is known here: for one entry that the address names, or `work.services`, which asks
    what may be decided together; and one page alone sends it several. The others that take several give files to a
    worker or to the successor of their unit, and decide on nothing."""
    package, drafts, lists = Path(casemgr.__file__).parent, set(), set()
    for source in package.rglob("*.py"):
        place = str(source.relative_to(package))
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if called in ("draft_decision", "decided_draft"):
                drafts.add(place)
            elif called == "getlist":
                lists.add(place)
    assert drafts == {"cases/services.py", "demo/pen.py", "detections/exclusions.py", "work/services.py"}
    assert lists == {"work/approvals.py", "work/caseload_pages.py", "handover/succession.py"}
