"""Destroying the key of a subject: nothing that was sealed about it can be read again, here or after a restore.

A backup made before still holds the key. Therefore a ledger of its own names the subject; a seal kept outside carries
the list of all of them, and a restore destroys those keys again (see `casemgr.audit.restores`).
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.db import begin_write
from casemgr.ledger.rules import Draft
from casemgr.ledger.services import (
    PROJECTIONS,
    SUBJECTS,
    append,
    chunks,
    create,
    entries_of,
    province,
    replay,
    write_projection,
)

KIND, DESTROYED = "destruction", "destroyed"
KEYS = vault.SubjectKey.__table__


def destroy(session, subject: UUID, *, author: str, unit: str, now: datetime) -> None:
    """Deletes the key and says so. The caller commits."""
    if _delete(session, [subject]):
        _say(session, subject, author, unit, now)


def destroyed(session) -> set[UUID]:
    """Every subject whose key was destroyed."""
    return {UUID(entry.coded["subject"]) for _own, ledger in replay(session, KIND) for entry in ledger}


def destroy_again(session, subjects: Iterable[UUID], *, author: str, unit: str, now: datetime) -> int:
    """In a database put back from a backup: destroys the keys that came back with it, and what their projections show of
    them. Gives how many there were. The list stays whole, also of subjects that this database does not know."""
    wanted = sorted(subjects)
    came_back = _delete(session, wanted)
    for subject in sorted(set(wanted) - destroyed(session)):
        _say(session, subject, author, unit, now)
    for part in chunks(came_back):
        query = sa.select(SUBJECTS.c.id, SUBJECTS.c.kind).where(SUBJECTS.c.province == province())
        kinds = dict(session.execute(query.where(SUBJECTS.c.id.in_(part))).all())
        ledgers = entries_of(session, list(kinds))
        for kind, projection in PROJECTIONS.items():
            batch = [(subject, own) for subject, own in ledgers.items() if kinds[subject] == kind]
            if batch:
                write_projection(session, projection, batch)
    return len(came_back)


def _say(session, subject: UUID, author: str, unit: str, now: datetime) -> None:
    draft = Draft(DESTROYED, now, "minute", author, unit, now, coded={"subject": subject.hex})
    append(session, create(session, KIND), [draft])


def _delete(session, subjects: list[UUID]) -> list[UUID]:
    """Those that had a key."""
    begin_write(session)
    found: list[UUID] = []
    for part in chunks(subjects):
        gone = sa.delete(KEYS).where(KEYS.c.province == province(), KEYS.c.subject.in_(part))
        found += session.scalars(gone.returning(KEYS.c.subject))
    return sorted(found)
