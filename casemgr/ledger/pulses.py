"""That something was appended, and in which units: so that what was counted need only be counted again there.

Every transaction that appends raises one row, its thread's shard, and keeps that row locked until it commits; so within
a shard the beats are committed in their order, and a reader who has seen beat 7 of a shard has seen all before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from casemgr import db_bulk
from casemgr.db import writer_number
from casemgr.ledger.models import LedgerPulse, LedgerTouched
from casemgr.ledger.reading import province

SHARDS = 64
KEEP = 512  # beats of a shard whose units are remembered; who has seen less counts everything again
EVERYWHERE = "*"

Position = Mapping[int, int]  # shard -> its last beat


@dataclass(slots=True)
class _Read:
    """What one transaction has read: several counts of one page begin at the same position."""

    transaction: object
    position: dict[int, int]
    touched: dict[tuple, frozenset[str] | None] = field(default_factory=dict)  # by the position seen before


READ = "what was read of the pulse"  # in session.info, for as long as the transaction lasts

_PULSE, _TOUCHED = LedgerPulse.__table__, LedgerTouched.__table__
_POSITION = sa.select(_PULSE.c.shard, _PULSE.c.beats).where(_PULSE.c.province == sa.bindparam("here"))
_BEAT = sa.text(
    "INSERT INTO ledger_pulse (province, shard, beats) VALUES (:province, :shard, 1) "
    "ON CONFLICT (province, shard) DO UPDATE SET beats = ledger_pulse.beats + 1 RETURNING beats"
)


def beat(session, units: Iterable[str]) -> None:
    """Says that projections of these units change in this transaction. A thread keeps to one row, so that no two
    writers deadlock."""
    session.info.pop(READ, None)
    here, shard = province(), writer_number() % SHARDS
    beats = session.execute(_BEAT, {"province": here, "shard": shard}).scalar_one()
    rows = [{"province": here, "shard": shard, "beats": beats, "unit_id": unit} for unit in sorted(set(units))]
    if rows:
        db_bulk.insert(session, _TOUCHED, rows)
    if beats % 64 == 0:
        old = (_TOUCHED.c.province == here, _TOUCHED.c.shard == shard, _TOUCHED.c.beats <= beats - KEEP)
        session.execute(sa.delete(_TOUCHED).where(*old))


def position(session) -> dict[int, int]:
    """How far each shard has come; read once in a transaction, so that all a page counts stands at one place."""
    transaction, read = session.connection().get_transaction(), session.info.get(READ)
    if read is None or read.transaction is not transaction:
        rows = session.execute(_POSITION, {"here": province()})
        read = session.info[READ] = _Read(transaction, dict(map(tuple, rows)))
    return read.position


def pulse(session) -> int:
    """Grows with every committed append; what was counted under the same pulse need not be counted again."""
    return sum(position(session).values())


def touched(session, seen: Position, now: Position) -> frozenset[str] | None:
    """The units in which something changed between two positions; None: it cannot be told, or it was everywhere."""
    read, before = session.info.get(READ), tuple(sorted(seen.items()))
    if read is None or read.position is not now:
        return _touched(session, seen, now)
    if before not in read.touched:
        read.touched[before] = _touched(session, seen, now)
    return read.touched[before]


def _touched(session, seen: Position, now: Position) -> frozenset[str] | None:
    moved = [(shard, seen.get(shard, 0), beats) for shard, beats in now.items() if beats > seen.get(shard, 0)]
    if any(beats - before >= KEEP for _shard, before, beats in moved):
        return None
    if not moved:
        return frozenset()
    since = [sa.and_(_TOUCHED.c.shard == shard, _TOUCHED.c.beats > before) for shard, before, _beats in moved]
    query = sa.select(_TOUCHED.c.unit_id).where(_TOUCHED.c.province == province(), sa.or_(*since)).distinct()
    found = frozenset(session.scalars(query))
    return None if EVERYWHERE in found else found
