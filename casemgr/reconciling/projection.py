"""From the ledger of a reconciliation to its rows."""

import json
from collections.abc import Sequence
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr.ledger.rules import Entry, effective
from casemgr.ledger.services import Projection, project_as, province
from casemgr.reconciling.models import NotSame, ReconciledRow
from casemgr.reconciling.rules import ANSWERED, COMPARED, NOT_SAME, PERSON, RowState, fold, read_who

ROWS, PAIRS = ReconciledRow.__table__, NotSame.__table__
KIND = "reconciliation"


def subject_of(register: UUID) -> UUID:
    """The subject under which a register's reconciliation is written."""
    return uuid5(register, KIND)


def register_projections() -> None:
    project_as(KIND, Projection((ROWS, PAIRS), _rows, part=_part))


def _rows(_session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    here = province()
    found: dict[sa.Table, list[dict]] = {ROWS: [], PAIRS: []}
    for subject, entries in batch:
        counted = effective(entries)
        key = {"province": here, "subject": subject}
        found[ROWS] += [key | {"number": number} | _columns(row) for number, row in fold(counted).items()]
        found[PAIRS] += [key | pair for pair in _pairs(counted)]
    return found


def _part(subject: UUID, ledger: Sequence[Entry], written: Sequence[Entry]) -> dict | None:
    """What people write is about one row each: only that is written again, however long the register is."""
    numbers = {entry.coded.get("row") for entry in written}
    if None in numbers:
        return None
    counted = effective(ledger)
    about = [entry for entry in counted if entry.kind == COMPARED or entry.coded["row"] in numbers]
    key = {"province": province(), "subject": subject}
    rows = [key | {"number": number} | _columns(row) for number, row in fold(about, numbers).items()]
    pairs = [key | pair for pair in _pairs(about)]
    return {ROWS: (ROWS.c.number.in_(numbers), rows), PAIRS: (PAIRS.c.number.in_(numbers), pairs)}


def _columns(row: RowState) -> dict:
    return {
        "said": row.said,
        "by": row.by,
        "later": row.later,
        "person": row.who[1] if row.who and row.who[0] == PERSON else None,
        "detected": row.reported,
        "near": json.dumps([[*each.who[:1], each.who[1].hex, each.score] for each in row.near]),
        "same_as": row.same_as,
        "reason": row.reason,
        "asked": row.asked.id if row.asked else None,
        "dispute": row.dispute.id if row.dispute else None,
        "turns": len(row.turns),
    }


def _pairs(entries: Sequence[Entry]) -> list[dict]:
    found = {}
    for entry in entries:
        if entry.kind == ANSWERED and entry.coded["answer"] == NOT_SAME:
            who = read_who(entry.coded["who"])[1]
            digest = bytes.fromhex(entry.coded["key"])
            pair = {"number": entry.coded["row"], "who": who, "digest": digest, "since": entry.occurred_at}
            found[entry.coded["row"], who] = pair
    return list(found.values())
