"""Reading ledgers, by the million if need be: rows straight from the driver, one `Entry` made of each.

SQLAlchemy's own conversions cost more than everything else here together; so each database is asked for what its
driver gives fastest, and SQLite's text is turned into dates and ids here.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from contextvars import ContextVar
from dataclasses import fields
from datetime import datetime
from itertools import count
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from casemgr.db import is_postgresql, one_of, quick_uuid
from casemgr.ledger.models import LedgerEntry, LedgerSubject
from casemgr.ledger.rules import Entry, Line, write_time

SUBJECTS = LedgerSubject.__table__
ENTRIES = LedgerEntry.__table__
CHUNK = 400  # subjects in one IN list: below SQLite's limit on bound values
ROWS = 2000  # fetched at a time

# Hears of every few thousand rows that were read; see `watching`.
HEARD: ContextVar[Callable[[int], None] | None] = ContextVar("heard", default=None)

Batch = tuple[UUID, list[Entry]]
Part = tuple[UUID, UUID]
FIELDS = [field.name for field in fields(Entry) if field.name != "coded"]

_new, _new_line = object.__new__, tuple.__new__
_time = datetime.fromisoformat
_STREAMS = count()
_scan = json.JSONDecoder().scan_once

# As the driver gives them: without the conversions of their types.
COLUMNS = tuple(
    sa.type_coerce(ENTRIES.c["coded" if name == "coded_text" else name], sa.types.NullType()) for name in FIELDS
)


def province() -> int:
    return current_app.config["CASEMGR_PROVINCE"]


def entries(session, subject: UUID) -> list[Entry]:
    """The whole ledger of one subject, by seq."""
    return entries_of(session, [subject]).get(subject, [])


def entries_of(session, subjects: Sequence[UUID], first: int | None = None) -> dict[UUID, list[Entry]]:
    """The ledgers of several subjects (or their `first` entries), each by seq; subjects without entries are absent."""
    ledgers: dict[UUID, list[Entry]] = {}
    upto = [] if first is None else [ENTRIES.c.seq <= first]
    for part in chunks(subjects):
        ledgers.update(_ledgers(session, one_of(ENTRIES.c.subject, part), *upto, stream=False))
    return ledgers


_PICKED = sa.select(*COLUMNS).where(
    ENTRIES.c.province == sa.bindparam("here"),
    one_of(ENTRIES.c.subject, "subjects"),
    sa.or_(one_of(ENTRIES.c.id, "ids"), one_of(ENTRIES.c.kind, "kinds"), ENTRIES.c.voids.is_not(None)),
)
_PICKED = _PICKED.order_by(ENTRIES.c.subject, ENTRIES.c.seq)


def picked(session, subjects: Sequence[UUID], ids: Sequence[UUID], kinds: Sequence[str]) -> dict[UUID, list[Entry]]:
    """Of these ledgers only the entries with these ids or of these kinds, and what strikes entries; each by seq."""
    ledgers: dict[UUID, list[Entry]] = {}
    for part in chunks(subjects):
        asked = {"here": province(), "subjects": part, "ids": ids, "kinds": kinds}
        ledgers.update(_by_subject(session, session.execute(_PICKED, asked)))
    return ledgers


def chunks(items: Sequence) -> Iterator[Sequence]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def replay(
    session, kind: str, known_at: datetime | None = None, part: Part | None = None, only: Sequence[str] = ()
) -> Iterator[Batch]:
    """Streams the ledgers of one kind of subject, ordered by subject, entries by seq.

    `known_at` leaves out entries recorded later; `part` keeps to the subjects from one id to another, `only` to some
    kinds of entries. The caller folds each ledger as it comes.
    """
    wanted = sa.select(SUBJECTS.c.id).where(SUBJECTS.c.province == province(), SUBJECTS.c.kind == kind)
    where = [ENTRIES.c.subject.in_(wanted)]
    if known_at is not None:
        where.append(ENTRIES.c.recorded_at <= known_at)
    if part is not None:
        where.append(ENTRIES.c.subject.between(*part))
    if only:
        where.append(ENTRIES.c.kind.in_(only))
    return _ledgers(session, *where)


def chains(session) -> Iterator[tuple[UUID, list[Line]]]:
    """Streams every ledger for checking its chain: each line as it is written, whatever it holds. A subject that is no
    id is text."""
    return _ledgers(session, make=_written if is_postgresql(session) else _line)


def _ledgers(session, *where, stream: bool = True, make: Callable | None = None) -> Iterator[tuple[UUID, list]]:
    query = sa.select(*COLUMNS).where(ENTRIES.c.province == province(), *where)
    query = query.order_by(ENTRIES.c.subject, ENTRIES.c.seq)
    return _by_subject(session, _streamed(session, query) if stream else session.execute(query), make)


def _by_subject(session, rows: Iterable, make: Callable | None = None) -> Iterator[tuple[UUID, list]]:
    make, native = make or (_native if is_postgresql(session) else _textual), is_postgresql(session)
    current, subject, ledger = None, None, []
    for row in rows:
        if row[0] != current:
            if ledger:
                yield subject, ledger
            current, ledger = row[0], []
            subject = current if native else _subject(current)
        ledger.append(make(row, subject))
    if ledger:
        yield subject, ledger


def _streamed(session, query) -> Iterator[tuple]:
    """The rows of a query a few thousand at a time, from the driver's own cursor: SQLAlchemy's rows are dear."""
    text = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    named = {"name": f"ledgers_{next(_STREAMS)}"} if is_postgresql(session) else {}  # PostgreSQL keeps the rest
    tell = HEARD.get()
    with closing(session.connection().connection.cursor(**named)) as cursor:
        cursor.execute(text)
        while rows := cursor.fetchmany(ROWS):
            yield from rows
            if tell is not None:
                tell(len(rows))


def _native(row: tuple, subject: UUID) -> Entry:
    """From a row as PostgreSQL's driver gives it."""
    entry = _new(Entry)
    (
        _, entry.seq, entry.id, entry.kind, entry.occurred_at, entry.precision, entry.recorded_at, entry.author,
        entry.unit, text, entry.sealed, entry.definition, entry.voids, entry.digest, entry.prev, entry.mac,
    ) = row  # fmt: skip
    entry.subject, entry.coded, entry.coded_text = subject, _parsed(text), text
    return entry


def _textual(row: tuple, subject: UUID) -> Entry:
    """From a row as SQLite keeps it: ids and times are text."""
    entry = _new(Entry)
    (
        _, entry.seq, id, entry.kind, occurred_at, entry.precision, recorded_at, entry.author,
        entry.unit, text, entry.sealed, entry.definition, voids, entry.digest, entry.prev, entry.mac,
    ) = row  # fmt: skip
    entry.subject, entry.coded, entry.coded_text = subject, _parsed(text), text
    entry.id, entry.occurred_at, entry.recorded_at = quick_uuid(id), _time(occurred_at), _time(recorded_at)
    entry.voids = quick_uuid(voids)
    return entry


def _line(row: tuple, _subject: UUID) -> Line:
    return _new_line(Line, row)


def _written(row: tuple, subject: UUID) -> Line:
    """What SQLite would keep of a row that PostgreSQL's driver gives."""
    _, seq, id, kind, occurred_at, precision, recorded_at, *rest, voids, digest, prev, mac = row
    times = write_time(occurred_at), precision, write_time(recorded_at)
    return Line(subject.hex, seq, id.hex, kind, *times, *rest, voids and voids.hex, digest, prev, mac)


def _subject(text: str) -> UUID | str:
    try:
        return quick_uuid(text)
    except (TypeError, ValueError):
        return text


def _parsed(text: str) -> dict:
    return _scan(text, 0)[0]
