"""The last check of everything by `flask ledger verify`, for those who see only the pages: what it was held against and
what it found. It can be emptied with the other answers that are kept, and then says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from casemgr.audit import replays
from casemgr.audit.sealing import Fault

KEY = sha256(b"ledger verify").digest()
NAMED = 20  # broken ledgers that are named; the command names as many


@dataclass(frozen=True, slots=True)
class Checked:
    at: datetime
    seal: int | None  # the seal kept outside that it was held against
    entries: int  # entries and rows of the access log that were read
    broken: int
    faults: list[Fault]
    changed: list[str]  # versions of programme files that were changed after they had been used


def keep(
    session, now: datetime, seal: int | None, entries: int, faults: Sequence[Fault], changed: Sequence[str]
) -> None:
    """The caller commits."""
    named = [[each.where, each.seq, each.reason, each.number] for each in faults[:NAMED]]
    said = {"at": now.isoformat(), "seal": seal, "entries": entries, "broken": len(faults)}
    replays.keep(session, KEY, said | {"faults": named, "changed": list(changed)}, now)


def last(session) -> Checked | None:
    said = replays.kept(session, KEY)
    if said is None:
        return None
    faults = [Fault(*each) for each in said["faults"]]
    return Checked(**said | {"at": datetime.fromisoformat(said["at"]), "faults": faults})
