"""The ledger's rules in plain Python: what an entry is, how it is chained, which entries count.

A subject's ledger is an append-only list of entries. Each entry carries a keyed MAC over its canonical text and
the MAC before it, so that nobody who has only the database can alter, reorder or insert one unseen.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

PRECISIONS = ("minute", "day", "month", "year")
VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller hands in. `author` is a user id or 'system:<name>'; `unit` the id of the unit that wrote it."""

    kind: str
    occurred_at: datetime
    precision: str
    author: str
    unit: str
    recorded_at: datetime
    coded: dict = field(default_factory=dict)
    sealed: dict | None = None
    definition: str = ""
    voids: UUID | None = None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger, as stored. `coded_text` is the canonical JSON that the chain covers."""

    subject: UUID
    seq: int
    id: UUID
    kind: str
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    author: str
    unit: str
    coded: dict
    coded_text: str
    sealed: bytes | None
    definition: str
    voids: UUID | None
    digest: bytes
    prev: bytes
    mac: bytes


def canonical(value) -> str:
    """JSON with sorted keys and no spaces; dates must already be text. The same value gives the same text anywhere."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_digest(key: bytes, subject: UUID, draft: Draft) -> bytes:
    """Keyed digest of what the author said, sealed text in clear, without the times and ids the server adds."""
    text = canonical(
        [
            subject.hex,
            draft.kind,
            draft.occurred_at.isoformat(),
            draft.precision,
            draft.author,
            draft.unit,
            draft.coded,
            draft.sealed,
            draft.voids.hex if draft.voids else None,
        ]
    )
    return hmac.digest(key, text.encode(), "sha256")[:16]


def genesis(subject: UUID) -> bytes:
    """What stands before the first entry: bound to the subject, so that two ledgers cannot be swapped."""
    return subject.bytes.ljust(32, b"\0")


def entry_mac(key: bytes, entry: Entry) -> bytes:
    """HMAC-SHA256 over every stored field of the entry and the MAC before it."""
    text = json.dumps(
        [
            entry.subject.hex,
            entry.seq,
            entry.id.hex,
            entry.kind,
            entry.occurred_at.isoformat(),
            entry.precision,
            entry.recorded_at.isoformat(),
            entry.author,
            entry.unit,
            entry.coded_text,
            entry.sealed.hex() if entry.sealed is not None else None,
            entry.definition,
            entry.voids.hex if entry.voids else None,
            entry.digest.hex(),
            entry.prev.hex(),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken. `reason` is one of: gap, prev, mac, head, unread."""

    subject: UUID
    seq: int
    reason: str


def first_break(key: bytes, entries: Iterable[Entry]) -> Break | None:
    """The first entry of one ledger, given by seq, that is not what was appended; None if the chain holds."""
    prev = None
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected:
            return Break(entry.subject, expected, "gap")
        if prev is None:
            prev = genesis(entry.subject)
        if not hmac.compare_digest(entry.prev, prev):
            return Break(entry.subject, entry.seq, "prev")
        if not hmac.compare_digest(entry.mac, entry_mac(key, entry)):
            return Break(entry.subject, entry.seq, "mac")
        prev = entry.mac
    return None


def effective(entries: Sequence[Entry], known_at: datetime | None = None) -> list[Entry]:
    """The entries that count: neither voided nor voids, recorded by `known_at`, in the order they happened.

    The order is (occurred_at, id), whatever the order of arrival; so entries that name no other commute.
    """
    if known_at is not None:
        entries = [e for e in entries if e.recorded_at <= known_at]
    struck = {e.voids for e in entries if e.voids is not None}
    kept = [e for e in entries if e.voids is None and e.id not in struck]
    kept.sort(key=lambda e: (e.occurred_at, e.id.int))
    return kept


def void_refusal(entries: Sequence[Entry], target: UUID) -> str | None:
    """Why `target` cannot be voided here: 'unknown', 'void' (it is a void itself), 'twice'; None if it can."""
    found = next((e for e in entries if e.id == target), None)
    if found is None:
        return "unknown"
    if found.voids is not None:
        return "void"
    if any(e.voids == target for e in entries):
        return "twice"
    return None
