"""Seals that were kept outside, held against the database; and proofs to be taken outside."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.access.models import AccessLog
from casemgr.audit.models import Seal
from casemgr.audit.rules import FORMAT, Head, Statement, destroyed_mac, installation_of, proof, root, seal_mac
from casemgr.audit.sealing import Fault, export, heads_at, last, lost, once, verify
from casemgr.ledger.models import LedgerEntry
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused

NO_SEAL = N_("Tệp này không phải là mã xác thực số liệu, hoặc đã bị sửa.")


def verify_with(session, kept: Mapping | None) -> tuple[int, list[Fault]]:
    """`sealing.verify`, and where `kept` is given, what differs from the seal that it is (see `export`).

    Raises Refused where it is no seal of this installation.
    """
    if kept is not None:
        read(kept)
    count, faults = verify(session)
    return count, once([*faults, *(against(session, kept) if kept is not None else ())])


def read(kept: object) -> tuple[Statement, list[Head]]:
    """A seal that was kept outside. Raises Refused where it is none, of another installation, or was changed."""
    broken = Refused(NO_SEAL, "seal")
    if not isinstance(kept, Mapping) or kept.get("format") != FORMAT:
        raise broken
    try:
        said = Statement(**{f.name: kept[f.name] for f in fields(Statement)})
        digest, mac = bytes.fromhex(kept["digest"]), bytes.fromhex(kept["mac"])
        heads = [
            Head(UUID(subject), str(kind), int(seq), bytes.fromhex(m))
            for subject, kind, seq, m in kept.get("heads") or []
        ]
        same = said.digest() == digest
    except (KeyError, TypeError, ValueError, AttributeError):
        raise broken from None
    if not same or (heads and root(heads).hex() != said.root):
        raise broken
    key = vault.keys().mac
    if said.installation != installation_of(key):
        raise Refused(N_("Mã xác thực này thuộc một hệ thống khác."), "seal")
    if mac != seal_mac(key, digest):
        raise broken
    gone = destroyed(kept)
    if gone is not None and kept.get("destroyed_mac") != destroyed_mac(key, digest, gone).hex():
        raise broken
    return said, heads


def destroyed(kept: Mapping) -> list[UUID] | None:
    """Whose key had been destroyed when the seal was taken outside; None where it does not say. See `read`."""
    try:
        return [UUID(subject) for subject in kept["destroyed"]] if "destroyed" in kept else None
    except (TypeError, ValueError, AttributeError):
        raise Refused(NO_SEAL, "seal") from None


def against(session, kept: Mapping) -> Iterator[Fault]:
    """What in the database is not as it was when the seal kept outside was made."""
    said, heads = read(kept)
    own = session.get(Seal, (province(), said.number))
    if own is not None and own.digest == said.digest():
        return  # the heads of this seal have been held against the ledgers with all others
    newest = last(session)
    if own is None:
        yield Fault("seal", (newest.number if newest else 0) + 1, "rolled back", said.number)
    else:
        yield Fault("seal", said.number, "replaced", said.number)
    for head in unanswered(session, heads):
        yield lost(session, head, said.number)


def unanswered(session, heads: Iterable[Head]) -> list[Head]:
    """The heads that no entry and no row of the access log answers to: they are missing, or say something else."""
    entry, row = LedgerEntry.__table__, AccessLog.__table__
    query = sa.select(entry.c.subject, entry.c.seq, entry.c.mac).where(entry.c.province == province())
    wanted = {(head.subject, head.seq): head for head in heads}
    for subject, seq, mac in session.execute(query.execution_options(yield_per=5000)):
        if (head := wanted.get((subject, seq))) and head.mac == mac:
            del wanted[subject, seq]
    query = sa.select(row.c.chain, row.c.seq, row.c.mac).where(row.c.province == province())
    for chain, seq, mac in session.execute(query.execution_options(yield_per=5000)):
        if (head := wanted.get((UUID(int=chain), seq))) and head.mac == mac:
            del wanted[UUID(int=chain), seq]
    return list(wanted.values())


def prove(session, subject: UUID) -> dict:
    """That the last seal holds this ledger: its head, the way to the root, and what the seal says. Names no other."""
    seal = last(session)
    found = proof(heads_at(session, seal.number), subject) if seal else None
    if found is None:
        raise Refused(N_("Hồ sơ này chưa có trong lần chốt nào."))
    head, steps = found
    said = export(session, seal, heads=False)
    own = {"subject": head.subject.hex, "kind": head.kind, "seq": head.seq, "mac": head.mac.hex()}
    return {"seal": said, "head": own, "steps": [[step.side, step.hash.hex()] for step in steps]}
