"""Long work: in batches, resumed after a kill, shown to its asker alone."""

import os
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from casemgr import jobs
from casemgr.access.models import AccessLog
from casemgr.db import db
from casemgr.jobs import services
from casemgr.jobs.models import Job
from casemgr.jobs.queue import _Thread
from casemgr.refused import N_, Refused
from tests.accounts import few_units, make_user, sign_in

NOW = datetime(2022, 6, 15, 9, 0)
COMMUNE = "30547-20210101"
NAME = "Nguyễn Văn Ân"


@pytest.fixture
def counting(monkeypatch):
    """A kind of work of three batches that notes what it did; it can be told to die or to refuse."""
    seen = []

    def run(work):
        for n in range(3):
            seen.append((n, work.params["code"]))
            if work.params["code"] == "refuse" and n == 1:
                raise Refused(N_("Tệp lớn hơn %(limit)s MB."), limit=7)
            if work.params["code"] == "break" and n == 1:
                raise RuntimeError(NAME)
            work.progress(n + 1, 3)
        if work.params["code"] == "file":
            work.keep("a.csv", b"a;b\n")

    monkeypatch.setitem(services.KINDS, "count", services.Kind(run, N_("Tiến độ"), lambda p: ("ui.healthz", {})))
    return seen


def ask(session, code: str, author: str = "x"):
    made = jobs.start(session, "count", {"code": code}, author=author, unit=COMMUNE, now=NOW)
    session.commit()
    return made


def test_work_is_done_and_its_asker_sees_it(session, client, counting):
    few_units(session)
    mine, other = (make_user(session, name, ("coordinator", COMMUNE)) for name in ("one", "two"))
    sign_in(client, mine)
    job = ask(session, "file", str(mine.id))
    page = client.get(f"/jobs/{job}")
    assert "đang chờ đến lượt" in page.text
    assert page.headers["Refresh"] == "2"
    page = client.get(f"/jobs/{job}")  # answered after the work, which the first request set off
    assert "đã xong" in page.text
    assert "Refresh" not in page.headers
    assert client.get(f"/jobs/{job}/file").data == b"a;b\n"
    left = sa.select(AccessLog.user_id).where(AccessLog.endpoint == "jobs.result", AccessLog.action == "report:export")
    assert session.scalars(left).all() == [mine.id]
    sign_in(client, other)
    assert client.get(f"/jobs/{job}").status_code == 404
    assert client.get(f"/jobs/{job}/file").status_code == 404
    assert counting == [(n, "file") for n in range(3)]


@pytest.mark.parametrize(("code", "words"), [("refuse", "Tệp lớn hơn 7 MB."), ("break", "Công việc gặp lỗi")])
def test_work_that_fails_says_why_and_names_nobody(app, session, client, counting, caplog, code, words):
    few_units(session)
    user = make_user(session, "one", ("coordinator", COMMUNE))
    job = ask(session, code, str(user.id))
    jobs.work_on(app, job)
    assert (jobs.find(session, job).state, jobs.find(session, job).done) == ("failed", 1)
    assert words in sign_in(client, user).get(f"/jobs/{job}").text
    assert NAME not in caplog.text


def test_nobody_works_on_what_another_has_in_hand(app, session, counting):
    job = ask(session, "x")
    session.execute(sa.update(Job).values(state="running", claim=uuid4(), heartbeat=services._wall(), worker="far:1"))
    session.commit()
    assert services.due(session) == []
    assert not jobs.work_on(app, job)
    assert counting == []


def test_a_run_that_was_taken_over_keeps_nothing_more(app, session, counting):
    job = ask(session, "x")
    work = services._claimed(job)
    session.execute(sa.update(Job).values(heartbeat=services._wall() - timedelta(minutes=3), worker="far:1"))
    session.commit()
    assert jobs.work_on(app, job)
    with pytest.raises(services.Lost):
        work.progress(1, 3)
    assert jobs.find(session, job).done == 3


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="only Linux shows which processes live")
def test_a_long_step_of_a_living_process_is_not_taken_over(app, session, counting):
    job = ask(session, "x")
    assert services._claimed(job)
    session.execute(sa.update(Job).values(heartbeat=services._wall() - timedelta(minutes=30)))
    session.commit()
    assert services.due(session) == []
    session.execute(sa.update(Job).values(heartbeat=services._wall() - timedelta(hours=3)))
    session.commit()
    assert services.due(session) == [job]


def test_dead_runs_are_found_at_once_and_given_up_after_three(app, session, counting):
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    job = ask(session, "x")
    dead = f"{socket.gethostname()}:{int(child.stdout)}"
    session.execute(sa.update(Job).values(state="running", heartbeat=services._wall(), worker=dead, tries=3))
    session.commit()
    assert services.due(session) == ([job] if os.path.exists("/proc/self") else [])
    session.rollback()
    assert not jobs.work_on(app, job)
    assert "bị ngắt nhiều lần" in jobs.find(session, job).message


def test_the_thread_of_the_web_server_does_the_work(app, session, counting, monkeypatch):
    """The real queue, woken by the commit."""
    app.config["TESTING"] = False
    app.extensions["casemgr.jobs"] = queue = type(app.extensions["casemgr.jobs"])(app)
    consumer = []
    begin = _Thread.start
    monkeypatch.setattr(_Thread, "start", lambda self: consumer.append(self) or begin(self))
    try:
        jobs.work_here(app)
        job = ask(session, "x")
        for _ in range(100):
            if jobs.find(session, job).state == "done":
                break
            session.rollback()
            time.sleep(0.1)
        assert jobs.find(session, job).state == "done"
    finally:
        consumer[0].stop(graceful=True)
        queue.huey.storage.close()
        db.session.rollback()
