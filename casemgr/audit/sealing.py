"""Seals: made every day and on demand, kept outside, held against the database."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.access import log
from casemgr.access.models import AccessLog
from casemgr.audit.models import Seal, SealHead
from casemgr.audit.rules import (
    EMPTY,
    FORMAT,
    Head,
    Statement,
    destroyed_mac,
    installation_of,
    moved_digest,
    root,
    seal_mac,
)
from casemgr.audit.rules import code_of as code_of  # samples name a seal by it
from casemgr.db import begin_write, is_postgresql
from casemgr.ledger import check
from casemgr.ledger.destroying import destroyed
from casemgr.ledger.models import LedgerEntry, LedgerSubject
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused

LOCK = 0x5EA1  # PostgreSQL advisory lock: one seal at a time
OF_LOG = "access_log"  # the kind of the chains of the access log
BYTES = ("moved_digest", "root", "prev")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where something is not what was written. `where`: a subject, a chain of the access log or 'seal'; `seq` the first
    entry that is not; `number` the seal that says so, if one does."""

    where: str
    seq: int
    reason: str
    number: int | None = None


class Broken(Refused):
    """What is broken already is not sealed: the seal would vouch for it."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__(N_("Dữ liệu không toàn vẹn nên không chốt được. Hãy chạy «flask ledger verify»."))
        self.faults = faults


def heads_now(session) -> list[Head]:
    """The heads of all ledgers and of the chains of the access log, in order of their subjects."""
    table, rows = LedgerSubject.__table__, AccessLog.__table__
    query = sa.select(table.c.id, table.c.kind, table.c.head_seq, table.c.head_mac)
    query = query.where(table.c.province == province(), table.c.head_seq > 0)
    found = [Head(*row) for row in session.execute(query)]
    last = sa.select(rows.c.chain, sa.func.max(rows.c.seq).label("seq")).where(rows.c.province == province())
    last = last.group_by(rows.c.chain).subquery()
    query = sa.select(rows.c.chain, rows.c.seq, rows.c.mac).join(
        last, sa.and_(last.c.chain == rows.c.chain, last.c.seq == rows.c.seq)
    )
    found += [
        Head(UUID(int=chain), OF_LOG, seq, mac)
        for chain, seq, mac in session.execute(query.where(rows.c.province == province()))
    ]
    return sorted(found)


def heads_at(session, number: int) -> list[Head]:
    """The heads as they were sealed, in order of their subjects."""
    table, found = SealHead.__table__, {}
    query = sa.select(table.c.subject, table.c.kind, table.c.seq, table.c.mac).where(
        table.c.province == province(), table.c.number <= number
    )
    for row in session.execute(query.order_by(table.c.number)):
        found[row.subject] = Head(*row)
    return sorted(found.values())


def last(session) -> Seal | None:
    query = sa.select(Seal).where(Seal.province == province()).order_by(Seal.number.desc()).limit(1)
    return session.scalars(query).first()


def stood_before(session, author: str) -> tuple[int, str] | None:
    """(number, digest) of the last seal that somebody else made, or the nightly round: whoever asks for a draw may have
    made seals until one suited."""
    query = sa.select(Seal).where(Seal.province == province(), Seal.author != author)
    seal = session.scalars(query.order_by(Seal.number.desc()).limit(1)).first()
    return (seal.number, seal.digest.hex()) if seal else None


def digest_of(session, number: int) -> str | None:
    """The digest of this seal; None where there is none, or it is not what the key signed."""
    seal = session.get(Seal, (province(), number))
    if seal is None:
        return None
    digest = statement(seal).digest()
    return digest.hex() if seal.digest == digest and seal.mac == seal_mac(vault.keys().mac, digest) else None


def make(session, author: str, now: datetime) -> Seal:
    """Verifies everything, then seals it. The caller commits. Raises Broken."""
    _count, faults = verify(session)
    if faults:
        raise Broken(faults)
    begin_write(session)
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    before = last(session)
    number = before.number + 1 if before else 1
    # One statement for each reads a consistent state; what is appended meanwhile is in the next seal.
    heads = heads_now(session)
    known = {head.subject: head for head in heads_at(session, number)}
    moved = [head for head in heads if known.get(head.subject) != head]
    said = Statement(
        installation=installation_of(vault.keys().mac),
        number=number,
        at=now.isoformat(),
        author=author,
        subjects=len(heads),
        entries=sum(head.seq for head in heads),
        moved=len(moved),
        moved_digest=moved_digest(moved).hex(),
        root=root(heads).hex(),
        prev=(before.digest if before else EMPTY).hex(),
    )
    made = _row(said, now)
    session.add(made)
    if moved:
        rows = [{"province": province(), "number": number} | head._asdict() for head in moved]
        session.execute(sa.insert(SealHead), rows)
    session.flush()
    return made


def _row(said: Statement, at: datetime) -> Seal:
    values = asdict(said) | {name: bytes.fromhex(getattr(said, name)) for name in BYTES}
    del values["installation"]
    digest = said.digest()
    return Seal(
        **values | {"province": province(), "at": at, "digest": digest, "mac": seal_mac(vault.keys().mac, digest)}
    )


def statement(seal: Seal) -> Statement:
    """What a stored seal says."""
    values = {f.name: getattr(seal, f.name) for f in fields(Statement) if f.name != "installation"}
    values |= {name: values[name].hex() for name in BYTES} | {"at": seal.at.isoformat()}
    return Statement(installation=installation_of(vault.keys().mac), **values)


def keep(session, seal: Seal, *, heads: bool = True) -> dict:
    """What is kept outside: the seal, and whose key was destroyed until now, so that a restore does it again."""
    gone = sorted(destroyed(session))
    mac = destroyed_mac(vault.keys().mac, seal.digest, gone)
    return export(session, seal, heads=heads) | {"destroyed": [s.hex for s in gone], "destroyed_mac": mac.hex()}


def export(session, seal: Seal, *, heads: bool = True) -> dict:
    """The seal as JSON; with the heads, so that what differs can be named."""
    said = {"format": FORMAT} | asdict(statement(seal)) | {"digest": seal.digest.hex(), "mac": seal.mac.hex()}
    if heads:
        said["heads"] = [[h.subject.hex, h.kind, h.seq, h.mac.hex()] for h in heads_at(session, seal.number)]
    return said


def verify(session) -> tuple[int, list[Fault]]:
    """Walks every chain, the access log and every seal: (entries and rows read, what is broken)."""
    count, breaks = check.verify(session)
    rows, log_breaks = log.breaks(session, vault.keys().mac, province())
    faults = [Fault(_name(b.subject), b.seq, b.reason) for b in [*breaks, *log_breaks]]
    faults += list(_seals(session)) + list(_unsealed(session))
    return count + rows, once(faults)


def once(faults: Sequence[Fault]) -> list[Fault]:
    """Each place once, at the first entry that is not what was written."""
    first: dict[str, Fault] = {}
    for fault in faults:
        found = first.get(fault.where)
        if found is None or fault.seq < found.seq:
            first[fault.where] = fault
    return list(first.values())


def _name(subject: UUID) -> str:
    return f"{OF_LOG}/{subject.int}" if subject.int < 2**16 else str(subject)


def _seals(session) -> Iterator[Fault]:
    """Each seal says what it said, follows the one before, and the heads it lists are those it sealed."""
    key, prev, expected = vault.keys().mac, EMPTY, 1
    moved = _moved(session)
    seals = session.scalars(sa.select(Seal).where(Seal.province == province()).order_by(Seal.number)).all()
    for seal in seals:
        digest, own = statement(seal).digest(), moved.get(seal.number, [])
        if seal.number != expected:
            yield Fault("seal", expected, "gap", expected)
            return
        if seal.prev != prev or seal.digest != digest or seal.mac != seal_mac(key, digest):
            yield Fault("seal", seal.number, "mac", seal.number)
            return
        if len(own) != seal.moved or moved_digest(own) != seal.moved_digest:
            yield Fault("seal", seal.number, "heads", seal.number)
            return
        prev, expected = seal.digest, expected + 1
    if max(moved, default=0) >= expected:
        yield Fault("seal", expected, "gap", expected)
    elif seals and root(heads_at(session, seals[-1].number)) != seals[-1].root:
        yield Fault("seal", seals[-1].number, "root", seals[-1].number)


def _moved(session) -> dict[int, list[Head]]:
    table, found = SealHead.__table__, {}
    query = sa.select(table).where(table.c.province == province()).order_by(table.c.number, table.c.subject)
    for row in session.execute(query.execution_options(yield_per=5000)):
        found.setdefault(row.number, []).append(Head(row.subject, row.kind, row.seq, row.mac))
    return found


def _unsealed(session) -> Iterator[Fault]:
    """Sealed heads that no entry answers to: the ledger was cut off before them or written anew."""
    sealed, entry, row, subject = (
        SealHead.__table__,
        LedgerEntry.__table__,
        AccessLog.__table__,
        LedgerSubject.__table__,
    )
    here = sealed.c.province == province()
    entries = sa.exists().where(
        entry.c.province == sealed.c.province,
        entry.c.subject == sealed.c.subject,
        entry.c.seq == sealed.c.seq,
        entry.c.mac == sealed.c.mac,
    )
    kinds = sa.exists().where(
        subject.c.province == sealed.c.province, subject.c.id == sealed.c.subject, subject.c.kind == sealed.c.kind
    )
    query = sa.select(sealed).where(here, sealed.c.kind != OF_LOG, sa.not_(sa.and_(entries, kinds)))
    for head in session.execute(query.order_by(sealed.c.number, sealed.c.subject)):
        yield lost(session, head, head.number)
    for head in session.execute(sa.select(sealed).where(here, sealed.c.kind == OF_LOG).order_by(sealed.c.number)):
        place = (row.c.province == province(), row.c.chain == head.subject.int, row.c.seq == head.seq)
        if session.scalar(sa.select(row.c.mac).where(*place)) != head.mac:
            yield lost(session, head, head.number)


def lost(session, head, number: int) -> Fault:
    """Names the first entry that is missing before a sealed head, or the head itself where it says something else."""
    if head.kind == OF_LOG:
        own = sa.select(sa.func.max(AccessLog.seq)).where(AccessLog.province == province())
        own = own.where(AccessLog.chain == head.subject.int)
    else:
        own = sa.select(sa.func.max(LedgerEntry.seq)).where(LedgerEntry.province == province())
        own = own.where(LedgerEntry.subject == head.subject)
    there = session.scalar(own) or 0
    if there < head.seq:
        return Fault(_name(head.subject), there + 1, "cut", number)
    return Fault(_name(head.subject), head.seq, "rewritten", number)
