"""Long work that reads every ledger says how far it is while it reads."""

from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from casemgr import jobs
from casemgr.audit.models import Seal
from casemgr.coverage import processes
from casemgr.db import begin_write, db
from casemgr.jobs import Work
from casemgr.jobs.models import Job
from casemgr.ledger import reading, watching
from tests.coverage import histories

NOW, PROVINCE = datetime(2022, 12, 31, 12), "89-20210101"
ASKED = {"plan": "KH322-2022", "indicator": "TE-2", "unit": PROVINCE, "start": "2022-01-01", "basis": "as_were"}


@pytest.fixture
def heard(app, place, monkeypatch):
    """What the work said, and what another reader saw of it at that time."""
    app.config["CASEMGR_TODAY"] = "2022-12-31"
    histories.write(place, 9, 60)
    monkeypatch.setattr(reading, "ROWS", 20)
    monkeypatch.setattr(watching, "EVERY", 0)
    beat, said = Work.beat, []

    def told(self, done: int, total: int) -> None:
        beat(self, done, total)
        with db.engine.connect() as other:
            seen = other.execute(sa.select(Job.done, Job.total).where(Job.id == self.id)).one()
        said.append(((done, total), tuple(seen)))

    monkeypatch.setattr(Work, "beat", told)
    return said


def done(app, place, kind: str, params: dict) -> Job:
    made = jobs.start(place, kind, params, author="a", unit=PROVINCE, now=NOW)
    place.commit()
    jobs.work_on(app, made)
    return jobs.find(place, made)


def test_a_seal_says_how_much_it_has_verified(app, place, heard):
    assert done(app, place, "audit.seal", {}).state == "done"
    assert place.scalar(sa.select(sa.func.count()).select_from(Seal)) == 1
    numbers = [said[0] for said, seen in heard if said == seen]
    assert len(numbers) == len(heard) > 5
    assert numbers == sorted(numbers)
    assert numbers[0] < 50 < numbers[-1] < 100


@pytest.mark.parametrize("cores", [1, 2])
def test_a_replay_says_how_far_it_is_also_where_processes_share_it(app, place, heard, monkeypatch, cores):
    if cores == 2:
        monkeypatch.setattr(processes, "LARGE", 0)
        monkeypatch.setattr(processes, "ROWS", 20)
        monkeypatch.setattr(processes.os, "sched_getaffinity", lambda _pid: {0, 1}, raising=False)
    params = ASKED | {"through": "2022-06-30", "known": "2022-07-05T00:00:00", "rule": ""}
    assert done(app, place, "audit.figure", params).state == "done"
    assert heard
    assert all(said == seen for said, seen in heard)


def test_while_something_is_written_nothing_is_said_rather_than_waiting(place):
    begin_write(place)
    Work(uuid4(), "audit.seal", {}, "a", PROVINCE, uuid4()).beat(1, 100)
