"""The ledger's rules in plain Python: what an entry is, how it is chained, which entries count.

A subject's ledger is an append-only list of entries. Each entry carries a keyed MAC over its canonical text and
the MAC before it, so that nobody who has only the database can alter, reorder or insert one unseen.
"""

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
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


@dataclass(slots=True)
class Entry:
    """One line of a ledger, as stored; nobody changes one. `coded_text` is the canonical JSON that the chain covers.

    Not frozen, because entries are made by the million and that would make each twice as dear.
    """

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


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value) -> str:
    """JSON with sorted keys and no spaces; dates must already be text. The same value gives the same text anywhere."""
    return _encode(value)


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
    return blake2b(text.encode(), digest_size=16, key=key, person=b"casemgr.content").digest()


def write_time(moment: datetime) -> str:
    return moment.isoformat(" ", "microseconds")


def genesis(subject: UUID) -> bytes:
    """What stands before the first entry: bound to the subject, so that two ledgers cannot be swapped."""
    return subject.bytes.ljust(32, b"\0")


class Line(NamedTuple):
    """An entry as it is written: ids and times as text. What a check reads, for only one way to write each is ours."""

    subject: str
    seq: int
    id: str
    kind: str
    occurred_at: str
    precision: str
    recorded_at: str
    author: str
    unit: str
    coded_text: str
    sealed: bytes | None
    definition: str
    voids: str | None
    digest: bytes
    prev: bytes
    mac: bytes


def line_of(e: Entry) -> Line:
    return Line(
        e.subject.hex, e.seq, e.id.hex, e.kind, write_time(e.occurred_at), e.precision, write_time(e.recorded_at),
        e.author, e.unit, e.coded_text, e.sealed, e.definition, None if e.voids is None else e.voids.hex, e.digest,
        e.prev, e.mac,
    )  # fmt: skip


def entry_mac(key: bytes, entry: Entry) -> bytes:
    """See `line_mac`."""
    return line_mac(key, line_of(entry))


def line_mac(key: bytes, line: Line) -> bytes:
    """Keyed BLAKE2b (RFC 7693) over every stored field of the entry and the MAC before it.

    The text is the fields one after the other, before them the lengths of those that have no length of their own, so
    that no two entries give the same text. Times are written as SQLite keeps them. Raises ValueError where an id or a
    time has not its length, TypeError where a field is not of its type. That no entry is voided is said in one way.
    """
    (
        subject, seq, id, kind, occurred_at, precision, recorded_at, author, unit, coded, sealed, definition, voids,
        digest, prev, _mac,
    ) = line  # fmt: skip
    if not len(subject) == len(id) == 32 or not len(occurred_at) == len(recorded_at) == 26:
        raise ValueError("an id or a time that no entry can hold")
    if voids is not None and len(voids) != 32:
        raise ValueError("a void of what no entry can be")
    void = voids or ""
    text = (
        f"{seq},{len(kind)},{len(precision)},{len(author)},{len(unit)},{len(coded)},"
        f"{-1 if sealed is None else len(sealed)},{len(definition)},{len(void)},{len(digest)};"
        f"{subject}{id}{occurred_at}{recorded_at}{kind}{precision}{author}{unit}{coded}{definition}{void}"
    ).encode("utf-8", "surrogatepass")
    tail = digest + prev
    return blake2b(
        text + tail if sealed is None else text + sealed + tail, digest_size=32, key=key, person=b"casemgr.entry"
    ).digest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken. `reason` is one of: gap, prev, mac, head, unread."""

    subject: UUID
    seq: int
    reason: str


def first_break(key: bytes, entries: Iterable[Entry]) -> Break | None:
    """The first entry of one ledger, given by seq, that is not what was appended; None if the chain holds."""
    entries = list(entries)
    found = broken_line(key, map(line_of, entries))
    return Break(entries[0].subject, *found) if found else None


def broken_line(key: bytes, lines: Iterable[Line]) -> tuple[int, str] | None:
    """(seq, reason) of the first line of one ledger that is not what was appended; None if the chain holds."""
    prev = None
    for expected, line in enumerate(lines, start=1):
        if line.seq != expected:
            return expected, "gap"
        try:
            if line.prev != (prev or genesis(UUID(line.subject))):
                return expected, "prev"
            if not hmac.compare_digest(line.mac, line_mac(key, line)):
                return expected, "mac"
        except (AttributeError, TypeError, ValueError):  # a field holds what no entry can hold, as SQLite lets it
            return expected, "unread"
        prev = line.mac
    return None


def effective(entries: Sequence[Entry], known_at: datetime | None = None) -> list[Entry]:
    """The entries that count: neither voided nor voids, recorded by `known_at`, in the order they happened.

    The order is (occurred_at, id), whatever the order of arrival; so entries that name no other commute.
    """
    if known_at is not None:
        entries = [e for e in entries if e.recorded_at <= known_at]
    struck = {e.voids for e in entries if e.voids is not None}
    kept = [e for e in entries if e.voids is None and e.id not in struck] if struck else list(entries)
    kept.sort(key=in_order)
    return kept


def in_order(entry) -> tuple:
    return entry.occurred_at, entry.id.int


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
