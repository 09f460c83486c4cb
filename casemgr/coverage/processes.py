"""A replay shared among processes: each counts the subjects from one id to another.

Python works on one core at a time, and a figure as it was known replays every ledger of the province. The children are
programs of their own (`python -m casemgr.coverage.processes`), not forks: the caller may be a thread of a web server
or of the work in the background. What they are asked and what they find goes through pipes.
"""

import gc
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from casemgr.cases.models import CaseFile
from casemgr.ledger.reading import HEARD, ROWS
from casemgr.ledger.services import Part, province
from config import ROOT

LARGE = 5000  # files; below that a process takes longer to start than to count
MOST = 4
IDS = 1 << 128
STEP = b"."  # what a process says for every few rows it has read, before its answer; no pickle begins with it


def parts(session) -> list[Part | None]:
    """What each process counts; a single None where one is enough."""
    cores = min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    files = sa.select(sa.func.count()).select_from(CaseFile).where(CaseFile.province == province())
    if cores < 2 or session.scalar(files) < LARGE:
        return [None]
    turns = [IDS * n // cores for n in range(cores + 1)]
    return [(UUID(int=a), UUID(int=b - 1)) for a, b in zip(turns, turns[1:], strict=False)]


def share(parts: Sequence[Part], *asked) -> list:
    """`replay.count(session, *asked, part)` of each part, each in a process of its own."""
    names = [name for name in current_app.config if name.startswith("CASEMGR_")]
    settings = {name: current_app.config[name] for name in ("SQLALCHEMY_DATABASE_URI", *names)}
    command, pipe = [sys.executable, "-m", "casemgr.coverage.processes"], subprocess.PIPE
    children = [subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) for _ in parts]  # noqa: S603
    try:
        for child, part in zip(children, parts, strict=True):
            child.stdin.write(pickle.dumps((settings, asked, part)))
            child.stdin.close()
        _hear(children[0], len(parts))
        found = [child.stdout.read().lstrip(STEP) for child in children]
        if any([child.wait() for child in children]):
            raise RuntimeError("a process of the replay has failed")
        return [pickle.loads(answer) for answer in found]  # noqa: S301  from our own child
    finally:
        for child in children:
            child.kill()
            child.stdout.close()
            child.wait()


def _hear(child: subprocess.Popen, parts: int) -> None:
    """Passes on how far the first process is; the others have as much to read."""
    tell = HEARD.get() or (lambda _rows: None)
    while child.stdout.peek(1)[:1] == STEP:
        child.stdout.read(1)
        tell(ROWS * parts)


def main() -> None:
    from casemgr import create_app
    from casemgr.coverage.replay import count
    from casemgr.db import db
    from casemgr.programmes import under

    settings, asked, part = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own parent
    app = create_app(settings)
    gc.freeze()
    gc.disable()  # entries and states hold no rings, and there are millions of them
    question = asked[0]
    HEARD.set(_step)
    with app.app_context(), under(question.rule):
        found = count(db.session, *asked, part)
    sys.stdout.buffer.write(pickle.dumps(found))


def _step(_rows: int) -> None:
    sys.stdout.buffer.write(STEP)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
