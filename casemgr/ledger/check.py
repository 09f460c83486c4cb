"""Holding the stored ledgers and projections against what they must be."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.ledger.pulses import EVERYWHERE
from casemgr.ledger.rules import Break, broken_line
from casemgr.ledger.services import (
    ENTRIES,
    PROJECTIONS,
    SUBJECTS,
    Projection,
    beat,
    chains,
    province,
    replay,
    write_projection,
)

BATCH = 500


def verify(session) -> tuple[int, list[Break]]:
    """Walks every chain: (entries read, the first break of each broken ledger), by subject."""
    key, count, breaks = vault.keys().mac, 0, []
    heads = {row.id: row for row in session.execute(sa.select(SUBJECTS).where(SUBJECTS.c.province == province()))}
    for subject, ledger in chains(session):
        count += len(ledger)
        head = heads.pop(subject, None)
        broken = broken_line(key, ledger)
        if broken is None and (head is None or (head.head_seq, head.head_mac) != (ledger[-1].seq, ledger[-1].mac)):
            broken = ledger[-1].seq + 1, "head"
        if broken:
            breaks.append(Break(subject, *broken))
    # What is left has no entries: right only for a subject that never had one.
    breaks += [Break(row.id, 1, "head") for row in heads.values() if row.head_seq]
    return count, breaks


def changed_versions(session) -> list[str]:
    """Versions of a programme or plan file ('TE@2022.1') that entries name with more than one digest: the file was
    changed without a new version, which a version once used never is."""
    query = sa.select(ENTRIES.c.definition).where(ENTRIES.c.province == province()).distinct()
    digests: dict[str, set[str]] = {}
    for definition in session.scalars(query):
        version, _, digest = definition.rpartition(":")
        if version:
            digests.setdefault(version, set()).add(digest)
    return sorted(version for version, found in digests.items() if len(found) > 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A projection row that is not what its ledger says."""

    table: str
    subject: UUID


def rebuild(session, check: bool = False) -> tuple[int, list[Difference]]:
    """Folds every ledger again and rewrites its projection rows, or with `check` only compares them."""
    count, differences = 0, []
    for kind, projection in PROJECTIONS.items():
        for batch in _batches(replay(session, kind)):
            count += len(batch)
            if check:
                differences += _compare(session, projection, batch)
            else:
                write_projection(session, projection, batch)
                beat(session, [EVERYWHERE])
    return count, differences


def _batches(ledgers) -> Iterator[list]:
    batch = []
    for item in ledgers:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _compare(session, projection: Projection, batch) -> list[Difference]:
    expected = projection.rows(session, batch)
    subjects = [subject for subject, _ in batch]
    found = []
    for table in projection.tables:
        columns = [c.name for c in table.columns if c.name not in projection.volatile]
        query = sa.select(*(table.c[name] for name in columns))
        query = query.where(table.c.province == province(), table.c.subject.in_(subjects))
        stored = {tuple(row) for row in session.execute(query)}
        wanted = {tuple(row.get(name) for name in columns) for row in expected[table]}
        position = columns.index("subject")
        wrong = {row[position] for row in stored ^ wanted}
        found += [Difference(table.name, subject) for subject in sorted(wrong)]
    return found
