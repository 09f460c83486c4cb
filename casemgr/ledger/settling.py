"""What was known at a time stays what was known: nothing is recorded before a time that somebody has asked about.

A writer takes its time before it has its turn, and commits later still. So whoever asks what was known at a time first
waits for the writes that have begun, and says up to when the ledgers are settled; an append that comes after is
recorded after that, however early its clock was read.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from casemgr.db import begin_write, is_postgresql
from casemgr.ledger.models import LedgerSettled
from casemgr.ledger.reading import ENTRIES, province

WRITERS = 0x1ED6  # PostgreSQL advisory lock: shared by every append, exclusive for a known-at
RAISE = sa.text(
    "INSERT INTO ledger_settled (province, known_at) VALUES (:province, :known_at) "
    "ON CONFLICT (province) DO UPDATE SET known_at = excluded.known_at WHERE ledger_settled.known_at < excluded.known_at"
).bindparams(sa.bindparam("known_at", type_=sa.DateTime))


def settled(session) -> datetime:
    """Up to when nothing more can be recorded."""
    found = session.scalar(sa.select(LedgerSettled.known_at).where(LedgerSettled.province == province()))
    return found or datetime.min


def take_turn(session) -> datetime:
    """Begins an append, to the end of the transaction: the earliest time at which it can be recorded."""
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(WRITERS)))
    # A statement of its own, after the lock: it must see what was settled while this one waited.
    return settled(session) + timedelta(microseconds=1)


def settle(session, known_at: datetime) -> None:
    """Waits for the writes still open, so that everything recorded by `known_at` is seen and nothing can come after.
    Ends the transaction and holds nothing."""
    if settled(session) >= known_at:
        return
    begin_write(session)
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITERS)))
    session.execute(RAISE, {"province": province(), "known_at": known_at})
    session.commit()


def began(session) -> datetime | None:
    """When the first entry of this installation was recorded; found at once in the index of what was recorded when."""
    return session.scalar(sa.select(sa.func.min(ENTRIES.c.recorded_at)).where(ENTRIES.c.province == province()))
