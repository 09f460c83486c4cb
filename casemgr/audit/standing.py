"""Whether a sealed report still stands: held against the database, entry by entry."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from casemgr import vault
from casemgr.audit import sealing
from casemgr.audit.closing import Report, read
from casemgr.audit.difference import Row
from casemgr.audit.models import Seal
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Line, broken_line, first_break
from casemgr.ledger.services import province
from casemgr.refused import Refused


@dataclass(frozen=True, slots=True)
class Wrong:
    """Where the database is no longer what a report was sealed on. `seq` 0: the report itself."""

    number: str
    seq: int
    reason: str


def verify(session, report: Report) -> list[Wrong]:
    """Holds a sealed report against the database: what it says, the seal it rests on, and the ledger of every case in
    it, entry by entry up to the head that the report pins."""
    try:
        body = read(session, report)
    except Refused:
        return [Wrong(report.number, 0, "report")]
    found, key = [], vault.keys().mac
    if first_break(key, ledger.entries(session, report.subject)):
        found.append(Wrong(report.number, 0, "report"))
    resting = session.get(Seal, (province(), body["seal"]["number"]))
    if resting is None or sealing.statement(resting).digest().hex() != body["seal"]["digest"]:
        found.append(Wrong(report.number, 0, "seal"))
    pinned = {UUID(row[0]): Row(*row) for rows in body["cases"].values() for row in rows}
    for subject, lines in ledger.chains(session):
        row = pinned.pop(subject, None)
        if row is not None and (wrong := _wrong(key, lines, row)):
            found.append(wrong)
    return found + [Wrong(row.number, 1, "cut") for row in pinned.values()]


def _wrong(key: bytes, lines: list[Line], row: Row) -> Wrong | None:
    broken = broken_line(key, lines)
    if broken is not None and broken[0] <= row.seq:
        return Wrong(row.number, *broken)
    if len(lines) < row.seq:
        return Wrong(row.number, len(lines) + 1, "cut")
    if lines[row.seq - 1].mac.hex() != row.mac:
        return Wrong(row.number, row.seq, "rewritten")
    return None


def checked_key(report: Report) -> bytes:
    """Under which the result of the last check of a report is kept."""
    return sha256(f"check {report.subject.hex}".encode()).digest()
