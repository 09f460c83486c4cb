"""What wakes the workers: a huey queue in the instance folder. See the package's docstring."""

import sqlite3
import threading
from functools import cached_property
from pathlib import Path
from uuid import UUID

from flask import Flask
from huey import SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from casemgr.db import db
from casemgr.jobs import services

PACE = {"workers": 1, "initial_delay": 0.2, "max_delay": 2.0, "check_worker_health": False}


class _Thread(Consumer):
    """A consumer inside another program: the signals are not its own."""

    def _set_signal_handlers(self) -> None:
        pass


class Queue:
    """One for each application. Made at the first use, so that a command that starts no work makes no file."""

    def __init__(self, app: Flask):
        self.app = app
        if app.config.get("TESTING"):
            self.asked: list[UUID] = []
            app.teardown_request(lambda _error: self.work_off())

    @cached_property
    def huey(self) -> SqliteHuey:
        folder = Path(self.app.config["CASEMGR_INSTANCE"])
        folder.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey("casemgr", filename=str(folder / "jobs.db"), results=False)
        self._run = huey.task(name="run")(lambda job_id: services.work_on(self.app, UUID(job_id)))
        huey.periodic_task(crontab(minute="*"), name="look")(self.look)
        return huey

    def wake(self, job_id: UUID) -> None:
        """Tells a worker that this work waits."""
        if self.app.config.get("TESTING"):
            self.asked.append(job_id)
            return
        try:
            _huey = self.huey
            self._run(job_id.hex)
        except (sqlite3.Error, OSError):  # the next look into the table finds the work
            self.app.logger.warning("the queue of long work cannot be written")

    def look(self) -> None:
        """Wakes for everything that waits or was left behind."""
        with self.app.app_context():
            try:
                waiting = services.due(db.session)
            except SQLAlchemyError:  # no schema yet, or the database is away: the next look finds it
                return
        for job_id in waiting:
            self.wake(job_id)

    def work_off(self) -> None:
        """Does what was asked for, here and now."""
        while self.asked:
            services.work_on(self.app, self.asked.pop(0))

    def work_here(self) -> None:
        """A worker as a thread of this process."""
        _Thread(self.huey, **PACE).start()
        threading.Thread(target=self.look, daemon=True).start()

    def work(self) -> None:
        """A worker as this process, until it is told to stop."""
        huey = self.huey
        self.look()
        Consumer(huey, **PACE).run()
