"""Rows of the access log: how one is made, chained to the one before with a keyed MAC, and checked.

The log is kept in a few chains, because writers would wait for each other at one: a row that is altered, removed,
put in or moved breaks its chain. What a chain has lost at its end is found by the seal (casemgr.audit).
"""

import hmac
import json
import re
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.models import AccessLog
from casemgr.db import begin_write, is_postgresql, writer_number
from casemgr.ledger.rules import Break

# Codes, numbers and separators; a space or a capital letter would let a sentence or a name in.
CODES = re.compile(r"[a-z0-9_.,:;=/+-]{0,200}")

# What the MAC covers, in this order.
FIELDS = (
    ("province", "id", "at", "user_id", "action", "subject", "unit")
    + ("programme", "status", "detail", "method", "endpoint", "chain", "seq")
)  # fmt: skip

CHAINS = 8  # on PostgreSQL; SQLite has one writer at a time and one chain
LOCK = 0xACCE55  # PostgreSQL advisory lock, by chain


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be logged when the request ends. `action` is a permission or another 'resource:action'."""

    action: str
    subject: UUID | None = None
    unit: str | None = None
    programme: str | None = None
    detail: str = ""

    def __post_init__(self):
        if not CODES.fullmatch(self.detail):
            raise ValueError("the detail of an access-log row holds codes only")


def new_id() -> UUID:
    """A random id that begins with the time, so that rows written together lie together."""
    return UUID(int=(time.time_ns() // 1_000_000 << 80) | secrets.randbits(80))


def rows(
    notes: Iterable[Note],
    *,
    province: int,
    at: datetime,
    user_id: UUID | None,
    status: int,
    method: str,
    endpoint: str,
) -> list[dict]:
    """The rows of one request, for `write`."""
    return [
        {
            "province": province,
            "id": new_id(),
            "at": at,
            "user_id": user_id,
            "action": str(note.action),
            "subject": note.subject,
            "unit": note.unit,
            "programme": note.programme,
            "status": status,
            "detail": note.detail,
            "method": method,
            "endpoint": endpoint,
        }
        for note in notes
    ]


def mac(key: bytes, row: Mapping, prev: bytes) -> bytes:
    """HMAC-SHA256 over the canonical text of a row and the MAC before it in its chain."""
    text = json.dumps([_text(row[name]) for name in FIELDS], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(key, b"access_log" + prev + text.encode(), "sha256")


def _text(value):
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def genesis(chain: int) -> bytes:
    return chain.to_bytes(32, "big")


_LOG = AccessLog.__table__
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(LOCK, sa.bindparam("chain", type_=sa.Integer())))
_HERE = (_LOG.c.province == sa.bindparam("here"), _LOG.c.chain == sa.bindparam("chain"))
_LAST = sa.select(_LOG.c.seq, _LOG.c.mac).where(*_HERE).order_by(_LOG.c.seq.desc()).limit(1)
_INSERT = sa.insert(_LOG)


# The row after one that must still be there, and the last; the lock is taken with it.
_VALUES = [sa.bindparam(f"new_{column.name}", type_=column.type) for column in _LOG.c]
_BEFORE = sa.exists().where(*_HERE, _LOG.c.seq == sa.bindparam("before"), _LOG.c.mac == sa.bindparam("prev"))
_NEXT = sa.exists().where(*_HERE, _LOG.c.seq == sa.bindparam("before") + 1)
_FOLLOW = _INSERT.from_select(
    list(_LOG.c.keys()), sa.select(*_VALUES).select_from(_LOCK.subquery()).where(_BEFORE, ~_NEXT)
)
_FOLLOW = _FOLLOW.returning(_LOG.c.seq)

_KNOWN = threading.local()  # `head`: the row that this thread wrote last, (chain, seq, MAC)


def write(session, key: bytes, made: list[dict], *, alone: bool = False) -> None:
    """Chains the rows of one request and inserts them. A thread keeps to one chain until its transaction ends.

    `alone`: the transaction holds nothing else, so that it may be begun again.
    """
    if not made:
        return
    chain = 1
    if is_postgresql(session):
        chain += writer_number() % CHAINS
        if alone and len(made) == 1 and _follow(session, key, made[0], chain):
            return
        session.execute(_LOCK, {"chain": chain})
    last = session.execute(_LAST, {"here": made[0]["province"], "chain": chain}).first()
    seq, prev = last or (0, genesis(chain))
    for row in made:
        seq += 1
        row |= {"chain": chain, "seq": seq}
        prev = row["mac"] = mac(key, row, prev)
    session.execute(_INSERT, made)
    _KNOWN.head = (chain, seq, prev)


def _follow(session, key: bytes, row: dict, chain: int) -> bool:
    """Puts the row after the one that this thread wrote last, in one statement where there would be three: nearly every
    page that is read is logged so. False, and nothing done, if that is no longer the last of its chain, or was rolled
    back."""
    last, before, prev = getattr(_KNOWN, "head", (None, 0, b""))
    if last != chain:
        return False
    row |= {"chain": chain, "seq": before + 1}
    row["mac"] = mac(key, row, prev)
    asked = {"here": row["province"], "chain": chain, "before": before, "prev": prev}
    try:
        done = session.execute(_FOLLOW, {f"new_{name}": value for name, value in row.items()} | asked).first()
    except sa.exc.IntegrityError:  # somebody else wrote there while this waited for the lock
        session.rollback()
        begin_write(session)
        return False
    if done is not None:
        _KNOWN.head = (chain, before + 1, row["mac"])
    return done is not None


def breaks(session, key: bytes, province: int) -> tuple[int, list[Break]]:
    """Walks every chain: (rows read, the first break of each broken chain). A chain is named like a subject."""
    table, count, found, state = AccessLog.__table__, 0, {}, {}
    query = sa.select(*(table.c[name] for name in (*FIELDS, "mac"))).where(table.c.province == province)
    query = query.order_by(table.c.chain, table.c.seq).execution_options(yield_per=2000)
    for row in session.execute(query).mappings():
        count += 1
        chain = row["chain"]
        if chain in found:
            continue
        seq, prev = state.get(chain, (0, genesis(chain)))
        if row["seq"] != seq + 1:
            found[chain] = Break(UUID(int=chain), seq + 1, "gap")
        elif not hmac.compare_digest(row["mac"], mac(key, row, prev)):
            found[chain] = Break(UUID(int=chain), row["seq"], "mac")
        state[chain] = (row["seq"], row["mac"])
    return count, list(found.values())
