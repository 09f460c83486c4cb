"""The verbs of registers: what was received is one entry; a corrected register takes the place of the former one.

After a register has been received whole, upper packages are told in the same transaction, so that they can start
matching it:

    @on_received
    def hook(session, register: UUID, author: str, unit: str, now: datetime): ...
"""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from casemgr.ledger.rules import effective
from casemgr.ledger.services import Projection, province
from casemgr.registers.models import Register
from casemgr.registers.rules import fold

TABLE = Register.__table__
HOOKS: list[Callable] = []


def on_received(hook: Callable) -> Callable:
    """Registers `hook(session, register, author, unit, now)`."""
    HOOKS.append(hook)
    return hook


def _rows(_session, batch) -> dict[sa.Table, list[dict]]:
    here, rows = province(), []
    for subject, entries in batch:
        found = fold(effective(entries))
        if found is not None:
            rows.append(_row(here, subject, found, entries[-1].seq))
    return {TABLE: rows}


def _row(here: int, subject: UUID, found, head: int) -> dict:
    same = ("source", "programme", "start", "end", "document", "document_date", "named", "sha256", "file", "errors")
    same += ("replaces", "adds_to", "received_at", "author", "state")
    row = {name: getattr(found, name) for name in same}
    row |= {name: found.counts[name] for name in ("good", "parked", "wrong")}
    return row | {"province": here, "subject": subject, "unit_id": found.unit, "head_seq": head}


PROJECTION = Projection((TABLE,), _rows)
