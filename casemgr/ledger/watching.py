"""How far long work is that reads every ledger: it is told row by row while they are read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from casemgr.jobs import Work
from casemgr.ledger.reading import HEARD, SUBJECTS, province

EVERY = 1.0  # seconds between two words about it


@contextmanager
def watched(session, work: Work, times: int = 1) -> Iterator[None]:
    """Inside, the work says in hundredths how much it has read, where all ledgers are read so many `times`."""
    count = sa.select(sa.func.sum(SUBJECTS.c.head_seq)).where(SUBJECTS.c.province == province())
    total, read, last = max(1, (session.scalar(count) or 0) * times), 0, 0.0

    def tell(rows: int) -> None:
        nonlocal read, last
        read += rows
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            work.beat(min(99, 100 * read // total), 100)

    token = HEARD.set(tell)
    try:
        yield
    finally:
        HEARD.reset(token)
