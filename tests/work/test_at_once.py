"""Several people act on the same files at the same moment: each acts on what is so once it is their turn."""

import re
import threading
import time
from datetime import datetime

import sqlalchemy as sa

from casemgr.cases import moves
from casemgr.cases.models import CaseFile
from casemgr.ledger import services as ledger
from casemgr.units.loading import load
from casemgr.work import services as work
from tests.accounts import make_user, sign_in
from tests.cases.conftest import as_, clock  # noqa: F401 - fixtures
from tests.cases.files import HERE, THERE, filled, open_child, write
from tests.handover.conftest import drawn, who  # noqa: F401 - fixtures

VISIT = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
WAIT = 0.5  # long enough for a request to come to where it has to wait


def in_thread(run, *args):
    """Begins, and gives a function that waits for what comes of it."""
    found = []
    thread = threading.Thread(target=lambda: found.append(run(*args)))
    thread.start()

    def result():
        thread.join(30)
        return found[0]

    return result


def accepted_there(session, who, case):  # noqa: F811
    """Another commune accepts the file; nothing is committed yet."""
    asked = moves.ask_transfer(
        session, case, to=THERE, reason="moved", note=None, staffed=True, tree=load(session),
        author=str(who.worker.id), now=datetime(2022, 3, 22, 8, 0),
    )  # fmt: skip
    session.commit()
    moves.answer_transfer(
        session, case, asked.id, accepted=True, note=None, worker=str(who.away.id),
        author=str(who.leader_there.id), unit=THERE, now=datetime(2022, 3, 22, 8, 30),
    )  # fmt: skip


def test_a_file_that_another_unit_is_just_accepting_is_not_given_to_a_worker_here(app, session, as_, who, drawn):  # noqa: F811
    case, number = drawn
    other, other_number = open_child(session, who, name="Nguyễn Văn Ân")
    session.commit()
    chair, path = as_("chair"), f"/cases/{number}/assign"
    one = filled(chair, path, worker=str(who.other.id))
    many = {"number": [number, other_number], "worker": str(who.other.id), "note": "Nghỉ phép."}
    again = sign_in(app.test_client(), who.chair)
    accepted_there(session, who, case)
    single = in_thread(lambda: chair.post(path, data=one))
    bulk = in_thread(lambda: again.post("/caseload/files", data=many))
    time.sleep(WAIT)
    session.commit()
    assert single().status_code in (404, 422)
    assert bulk().status_code == 303
    session.rollback()
    held = dict(session.execute(sa.select(CaseFile.subject, CaseFile.worker)).all())
    assert held == {case: str(who.away.id), other: str(who.other.id)}


def test_two_leaders_accept_the_same_late_entries_in_another_order(app, session, as_, who, monkeypatch):  # noqa: F811
    who.deputy = make_user(session, "phochutich", ("supervisor", HERE))
    files = [open_child(session, who, name=name, emergency=False) for name in ("Nguyễn Văn Ân", "Trần Văn Ba")]
    for case, _number in files:
        write(session, case, "visited", VISIT, "2022-03-07T08:00", who.worker, now=datetime(2022, 3, 20, 9, 0))
    session.commit()
    tokens = re.findall(r'name="entry" id="[^"]*" value="([^"]*)"', as_("chair").get("/approvals").text)
    assert len(tokens) == 2
    accept = work._accept

    def slowly(*args, **facts):
        accept(*args, **facts)
        time.sleep(WAIT)

    monkeypatch.setattr(work, "_accept", slowly)
    sent = {"outcome": "approved", "number": "5/UBND", "note": ""}
    both = [
        in_thread(lambda client=client, order=order: client.post("/approvals/late", data=sent | {"entry": order}))
        for client, order in ((as_("chair"), tokens), (as_("deputy"), tokens[::-1]))
    ]
    answers = sorted((each() for each in both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [303, 422], "the second finds nothing that waits"
    assert answers[1].text.count("không còn chờ") == 2
    session.rollback()
    for case, _number in files:
        assert [e.kind for e in ledger.entries(session, case)].count("decided") == 1
