"""The rows of registers: sealed under their register's key, read in clear.

    keep(session, register, rows, {...})            # import: a batch
    rows_of(session, register)                      # {number: (RegisterRow, Row)}, in clear; the caller logs it
    rows_of(session, register, [RegisterRow.doubts != ""])

Only registers received whole have a line in `register`; ask `current(session, ...)` for them first.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.ledger.services import province
from casemgr.people.rules import from_facts, to_entry
from casemgr.registers.models import Register, RegisterRow
from casemgr.registers.rules import Row

ROWS = RegisterRow.__table__
TEXTS = ("code", "place", "carer", "harm", "note")


def current(session, *, programme: str | None = None, source: str | None = None) -> list[Register]:
    """The registers that count today: received whole and not replaced; newest first."""
    query = sa.select(Register).where(Register.province == province(), Register.state == "current")
    if programme:
        query = query.where(Register.programme == programme)
    if source:
        query = query.where(Register.source == source)
    return list(session.scalars(query.order_by(Register.end.desc(), Register.received_at.desc(), Register.subject)))


def whole(registers: Iterable[Register]) -> list[list[Register]]:
    """Each list as one: a register with the mended rows that were added to it, in the order of the registers."""
    some = list(registers)
    found = {each.subject: [each] for each in some if each.adds_to is None}
    for each in some:
        if each.adds_to in found:
            found[each.adds_to].append(each)
    return list(found.values())


def get(session, subject: UUID) -> Register | None:
    return session.get(Register, (province(), subject))


def wrapped_key(session, register: UUID) -> bytes | None:
    keys = vault.SubjectKey.__table__
    return session.scalar(sa.select(keys.c.wrapped).where(keys.c.province == province(), keys.c.subject == register))


def keep(session, register: UUID, rows: Sequence[Row], extra: Mapping[int, Mapping] | None = None) -> None:
    """Writes rows that are not there yet. `extra`: further columns by row number (change, before)."""
    if not rows:
        return
    wrapped, keys, here = wrapped_key(session, register), vault.keys(), province()
    values = [_columns(keys, wrapped, here, register, row) | dict((extra or {}).get(row.number, {})) for row in rows]
    session.execute(sa.insert(ROWS), values)


def _columns(keys, wrapped: bytes, here: int, register: UUID, row: Row) -> dict:
    person = row.person
    number = min(person.identifiers, key=lambda n: ("cccd", "cmnd", "bhyt", "khac").index(n.kind), default=None)
    sealed = {name: getattr(row, name) for name in TEXTS if getattr(row, name)}
    sealed["person"] = {**to_entry(person)[1], "ethnicity": person.ethnicity, "hamlet": person.hamlet}
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True).encode()
    return {
        "province": here,
        "register": register,
        "number": row.number,
        "doubts": ",".join(row.doubts),
        "same_as": row.same_as,
        "change": "",
        "before": None,
        "unit_id": person.home,
        "sex": person.sex,
        "birth_year": person.birth_year,
        "received_at": row.received,
        "received_precision": row.precision,
        "id_kind": number.kind if number else "",
        "id_digest": vault.blind(keys, number.kind, number.index_value) if number else None,
        "phone_digest": vault.blind(keys, "phone", person.phone) if person.phone else None,
        "sealed": vault.seal(keys, wrapped, text, _place(register, row.number)),
    }


def rows_of(
    session, register: UUID, where: Iterable = (), *, limit: int | None = None, offset: int = 0
) -> dict[int, tuple[RegisterRow, Row]]:
    """The rows of a register with what they say, by their line in the file. Empty once its key is destroyed."""
    wrapped = wrapped_key(session, register)
    if wrapped is None:
        return {}
    query = sa.select(RegisterRow).where(RegisterRow.province == province(), RegisterRow.register == register, *where)
    query = query.order_by(RegisterRow.number).limit(limit).offset(offset)
    keys = vault.keys()
    return {stored.number: (stored, opened(keys, wrapped, stored)) for stored in session.scalars(query)}


def opened(keys, wrapped: bytes, stored: RegisterRow) -> Row:
    """What a stored row says."""
    text = vault.unseal(keys, wrapped, stored.sealed, _place(stored.register, stored.number))
    said = json.loads(text)
    person = from_facts({**said["person"], "sex": stored.sex, "home": stored.unit_id})
    return Row(
        number=stored.number,
        person=person,
        received=stored.received_at,
        precision=stored.received_precision,
        doubts=tuple(stored.doubts.split(",")) if stored.doubts else (),
        same_as=stored.same_as,
        **{name: said.get(name, "") for name in TEXTS},
    )


def _place(register: UUID, number: int) -> bytes:
    return b"register" + register.bytes + number.to_bytes(4, "big")
