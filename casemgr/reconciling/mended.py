"""A row of a list that was received once more, mended: the newest counts, unless people wrote about an earlier one."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.ledger.services import province
from casemgr.reconciling.models import ReconciledRow
from casemgr.reconciling.projection import subject_of
from casemgr.reconciling.rules import DETECTED, DUPLICATE, MACHINE, MATCHED, PERSON, Who
from casemgr.registers import rows as stored
from casemgr.registers.models import Register, RegisterRow
from casemgr.registers.repeats import repeated
from casemgr.registers.rules import Row


def whole_of(session, register: Register) -> list[Register]:
    """The list of which a register is a part, the first part first."""
    first = register.adds_to or register.subject
    query = sa.select(Register).where(
        Register.province == province(),
        Register.state == "current",
        sa.or_(Register.subject == first, Register.adds_to == first),
    )
    return list(session.scalars(query.order_by(Register.adds_to.is_not(None), Register.received_at, Register.subject)))


def stood_for(session, register: Register) -> dict[UUID, set[int]]:
    """{part of the list: its rows for which another row stands}, as far as they are rows of this part or repeat them."""
    parts = whole_of(session, register)
    if len(parts) < 2 or register not in parts:
        return {}
    own, at = _rows(session, register), parts.index(register)
    found: dict[UUID, set[int]] = {part.subject: set() for part in parts}
    for n, part in enumerate(parts):
        if n == at:
            continue
        theirs = _rows(session, part)
        (older, old), (newer, new) = sorted([(n, theirs), (at, own)], key=lambda each: each[0])
        written = _written_about(session, parts[older])
        for before, after in repeated(old, new):
            if before in written:
                found[parts[newer].subject].add(after)
            else:
                found[parts[older].subject].add(before)
    return found


def matched(session, register: Register, gone: Mapping[UUID, set[int]]) -> dict[Who, list[datetime | None]]:
    """{somebody: when they were received} of the rows of the other parts of the list, without those that are gone."""
    found: dict[Who, list[datetime | None]] = {}
    for part in whole_of(session, register):
        if part.subject != register.subject:
            row = ReconciledRow
            query = sa.select(row.number, row.person, row.detected, RegisterRow.received_at).join(
                RegisterRow, sa.and_(RegisterRow.province == row.province, RegisterRow.number == row.number)
            )
            query = query.where(
                row.province == province(),
                row.subject == subject_of(part.subject),
                row.said == MATCHED,
                RegisterRow.register == part.subject,
            )
            for number, person, detected, received in session.execute(query):
                if number not in gone.get(part.subject, ()):
                    found.setdefault((PERSON, person) if person else (DETECTED, detected), []).append(received)
    return found


def counting(session, register: UUID) -> set[int]:
    """The rows about which only a machine has spoken, and not to say that another stands for them."""
    query = sa.select(ReconciledRow.number).where(
        ReconciledRow.province == province(),
        ReconciledRow.subject == subject_of(register),
        ReconciledRow.by == MACHINE,
        ReconciledRow.said != DUPLICATE,
    )
    return set(session.scalars(query))


def _rows(session, register: Register) -> list[Row]:
    return [row for _stored, row in stored.rows_of(session, register.subject).values()]


def _written_about(session, register: Register) -> set[int]:
    query = sa.select(ReconciledRow.number).where(
        ReconciledRow.province == province(),
        ReconciledRow.subject == subject_of(register.subject),
        ReconciledRow.turns > 0,
    )
    return set(session.scalars(query))
