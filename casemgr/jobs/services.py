"""Asking for work, doing it, and what a run may do meanwhile."""

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from casemgr import files, vault
from casemgr.clock import VIETNAM
from casemgr.db import begin_write, db
from casemgr.jobs.models import Job
from casemgr.refused import N_, Refused
from casemgr.ui.errors import log_exception

TABLE = Job.__table__
STALE = timedelta(minutes=2)  # a run that says nothing for so long is taken over
LONGEST = timedelta(hours=2)  # the same where its process is seen to live: one step may walk every ledger
TRIES = 3
FAILED = N_("Công việc gặp lỗi và đã dừng. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị.")
KILLED = N_("Công việc bị ngắt nhiều lần nên đã dừng. Hãy báo người quản trị.")


class Lost(Exception):
    """Another run took this work over."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`leads_to(params)` gives (endpoint, values) of the page with the result."""

    run: Callable
    title: str
    leads_to: Callable[[Mapping], tuple[str, dict]] | None


KINDS: dict[str, Kind] = {}


def job(kind: str, *, title: str, leads_to=None):
    """Registers a function as work of this kind."""

    def mark(run):
        KINDS[kind] = Kind(run, title, leads_to)
        return run

    return mark


@dataclass(frozen=True, slots=True)
class Work:
    """A run, as its function sees it."""

    id: UUID
    kind: str
    params: Mapping
    asked_by: str
    unit: str
    claim: UUID

    def progress(self, done: int, total: int) -> None:
        """Commits what was written since the last call, together with the count. Raises Lost, and nothing is kept."""
        self._tell(done=done, total=total)
        db.session.commit()

    def beat(self, done: int, total: int) -> None:
        """The count alone, on a connection of its own: what is being read meanwhile is not disturbed. Says nothing
        while this run writes, for then it would wait for itself."""
        if db.session.connection().get_execution_options().get("casemgr_write"):
            return
        with Session(db.engine) as own:
            begin_write(own)
            mine = sa.update(TABLE).where(*_this(self.id), TABLE.c.claim == self.claim, TABLE.c.state == "running")
            own.execute(mine.values(done=done, total=total, heartbeat=_wall()))
            own.commit()

    def keep(self, name: str, data: bytes) -> None:
        """A file as the result, for the asker alone; kept with the next progress, or at the end."""
        begin_write()
        key = {"province": _province(), "subject": self.id, "wrapped": vault.new_subject_key(vault.keys())}
        db.session.execute(sa.insert(vault.SubjectKey.__table__), [key])
        kept = files.store(db.session, self.id, name, data, author=self.asked_by, now=_wall())
        self._tell(file=kept)

    def _tell(self, **values) -> None:
        begin_write()
        mine = sa.update(TABLE).where(*_this(self.id), TABLE.c.claim == self.claim, TABLE.c.state == "running")
        if db.session.execute(mine.values(**values, heartbeat=_wall())).rowcount != 1:
            db.session.rollback()
            raise Lost


def start(session, kind: str, params: Mapping, *, author: str, unit: str, now: datetime) -> UUID:
    """Asks for work; it begins once the caller's transaction is committed."""
    if kind not in KINDS:
        raise ValueError(f"no such kind of job: {kind}")
    begin_write(session)
    made = uuid4()
    row = {"province": _province(), "id": made, "kind": kind, "params": json.dumps(dict(params))}
    session.execute(sa.insert(TABLE), [row | {"asked_by": author, "unit": unit, "asked_at": now}])
    queue = current_app.extensions["casemgr.jobs"]
    session = session() if isinstance(session, scoped_session) else session
    event.listen(session, "after_commit", lambda _session: queue.wake(made), once=True)
    return made


def find(session, job_id: UUID) -> Job | None:
    """One row, or None; the caller asks whose it is."""
    return session.scalar(sa.select(Job).where(*_this(job_id)).execution_options(populate_existing=True))


def due(session) -> list[UUID]:
    """Work that waits, or whose run is dead, oldest first."""
    query = sa.select(TABLE).where(TABLE.c.province == _province(), TABLE.c.state.in_(("waiting", "running")))
    rows = session.execute(query.order_by(TABLE.c.asked_at)).all()
    return [row.id for row in rows if row.state == "waiting" or _is_dead(row)]


def work_on(app: Flask, job_id: UUID) -> bool:
    """Does this piece of work, if nobody else is at it. False where there was nothing to do."""
    with app.app_context():
        work = _claimed(job_id)
        if work is None:
            return False
        try:
            KINDS[work.kind].run(work)
            _end(work, "done")
        except Lost:
            db.session.rollback()
        except Refused as refused:
            db.session.rollback()
            _end(work, "failed", refused.message, refused.params)
        except Exception as error:  # whatever it is, the asker is told and the worker lives on
            db.session.rollback()
            log_exception((type(error), error, error.__traceback__))
            _end(work, "failed", FAILED)
        return True


def _claimed(job_id: UUID) -> Work | None:
    begin_write()
    row = db.session.execute(sa.select(TABLE).where(*_this(job_id)).with_for_update()).one_or_none()
    if row is None or not (row.state == "waiting" or (row.state == "running" and _is_dead(row))):
        db.session.rollback()
        return None
    claim = uuid4()
    work = Work(row.id, row.kind, json.loads(row.params), row.asked_by, row.unit, claim)
    values = {"state": "running", "claim": claim, "worker": _me(), "heartbeat": _wall(), "tries": row.tries + 1}
    if row.tries >= TRIES or row.kind not in KINDS:
        values = {"state": "failed", "message": KILLED}
    db.session.execute(sa.update(TABLE).where(*_this(job_id)).values(**values))
    db.session.commit()
    return work if "claim" in values else None


def _end(work: Work, state: str, message: str = "", values: Mapping | None = None) -> None:
    """Keeps what is still to be committed together with the end of the work."""
    try:
        work._tell(state=state, message=message, values=json.dumps(dict(values or {})))
    except Lost:
        return
    db.session.commit()


def _is_dead(row) -> bool:
    machine, _, process = row.worker.partition(":")
    allowed = STALE
    if machine == socket.gethostname() and process.isdigit() and os.path.exists("/proc/self"):
        if not os.path.exists(f"/proc/{process}"):
            return True
        allowed = LONGEST
    return row.heartbeat is None or _wall() - row.heartbeat > allowed  # elsewhere than on Linux time alone tells


def _me() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def _this(job_id: UUID):
    return TABLE.c.province == _province(), TABLE.c.id == job_id


def _province() -> int:
    return current_app.config["CASEMGR_PROVINCE"]


def _wall() -> datetime:
    """The real time: a demo's pinned day would jump back at midnight."""
    return datetime.now(VIETNAM).replace(tzinfo=None)
