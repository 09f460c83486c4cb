"""The one way into the ledger: `append_many`. Pages, imports, commands and devices all go through it."""

import json
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from operator import attrgetter
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from casemgr import db_bulk, vault
from casemgr.db import begin_write, is_postgresql
from casemgr.ledger.ids import new_id
from casemgr.ledger.pulses import Position, beat, position, pulse, touched
from casemgr.ledger.reading import (
    ENTRIES,
    FIELDS,
    SUBJECTS,
    Batch,
    Part,
    chains,
    chunks,
    entries,
    entries_of,
    picked,
    province,
    replay,
)
from casemgr.ledger.rules import (
    VOIDED,
    Draft,
    Entry,
    canonical,
    content_digest,
    entry_mac,
    genesis,
    void_refusal,
)
from casemgr.ledger.settling import settle, take_turn
from casemgr.refused import N_, Refused

__all__ = [
    "CONFLICT", "ENTRIES", "PROJECTIONS", "SUBJECTS", "EntryConflict", "Part", "Position", "Projection", "Stale",
    "VoidRefused",
    "append", "append_many", "beat", "chains", "create", "create_many", "entries", "entries_of", "lock", "lock_many", "position",
    "picked", "project_as", "province", "pulse", "read_sealed", "replay", "settle", "take_turns", "touched", "write_projection",
]  # fmt: skip

CONFLICT = N_("Bản ghi này đã được lưu trước đó với nội dung khác.")


class EntryConflict(Refused):
    """The same entry id arrived again with other content."""


class Stale(Refused):
    """A decision names a state of the ledger that is no longer the last one."""


class VoidRefused(Refused):
    """The entry to be voided does not exist here, is a void itself, or is voided already."""


VOID_MESSAGES = {
    "unknown": N_("Không tìm thấy bản ghi cần hủy trong hồ sơ này."),
    "void": N_("Không hủy được một bản ghi hủy. Hãy nhập lại nội dung đúng bằng một bản ghi mới."),
    "twice": N_("Bản ghi này đã được hủy trước đó."),
}


class Projection:
    """Rows kept beside the ledgers of one kind of subject so that pages are fast.

    `rows(session, batch)` gives, for subjects with all their entries, the rows of each table; every row starts
    with `province` and `subject`. Columns in `volatile` (ciphertexts) are not compared by a check.

    `part(subject, ledger, written)` gives, for a subject with many rows, only those that the entries `written` last
    changed: {table: (condition on the old rows, the new rows)}; or None where everything is to be written again.
    """

    def __init__(self, tables: Sequence[sa.Table], rows: Callable, volatile=frozenset(), part: Callable | None = None):
        self.tables, self.rows, self.volatile, self.part = tables, rows, volatile, part


PROJECTIONS: dict[str, Projection] = {}


def project_as(kind: str, projection: Projection) -> None:
    """Registers the projection of the subjects of one kind."""
    PROJECTIONS[kind] = projection


def create_many(session, subjects: Sequence[tuple[str, UUID]]) -> None:
    """New subjects, each with a key of its own: (kind, id)."""
    begin_write(session)
    here, keys = province(), vault.keys()
    rows = [{"province": here, "id": i, "kind": k, "head_seq": 0, "head_mac": genesis(i)} for k, i in subjects]
    db_bulk.insert(session, SUBJECTS, rows)
    wrapped = [{"province": here, "subject": i, "wrapped": vault.new_subject_key(keys)} for _, i in subjects]
    db_bulk.insert(session, vault.SubjectKey.__table__, wrapped)


def create(session, kind: str, subject: UUID | None = None) -> UUID:
    """A new subject with an empty ledger."""
    subject = subject or uuid4()
    create_many(session, [(kind, subject)])
    return subject


def lock(session, subject: UUID) -> int:
    """Holds the subject until the end of the transaction and gives the seq of its last entry."""
    begin_write(session)
    head = sa.select(SUBJECTS.c.head_seq).where(SUBJECTS.c.province == province(), SUBJECTS.c.id == subject)
    return session.execute(head.with_for_update()).scalar_one()


def lock_many(session, subjects: Collection[UUID]) -> None:
    """Holds several subjects until the end of the transaction, taken in one order so that no two writers deadlock."""
    begin_write(session)
    _locked_heads(session, list(subjects))


def take_turns(session, token: UUID) -> None:
    """The same form sent twice at once: the second waits here and then finds what the first has written."""
    begin_write(session)
    if is_postgresql(session):
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(token.int & 0x7FFF_FFFF_FFFF_FFFF)))


def append(session, subject: UUID, drafts: Sequence[Draft], on_seq: int | None = None) -> list[Entry]:
    """Appends to one ledger and refreshes its projection in the same transaction.

    Raises EntryConflict, VoidRefused, or Stale when `on_seq` is not the last entry. Returns the entries, the
    stored ones where the same id arrived before with the same content.
    """
    if on_seq is not None and lock(session, subject) != on_seq:
        raise Stale(N_("Hồ sơ đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi quyết định."))
    return append_many(session, [(subject, drafts)])


def append_many(session, batches: Sequence[tuple[UUID, Sequence[Draft]]]) -> list[Entry]:
    """Appends to several ledgers at once, each named once; see `append`."""
    begin_write(session)
    earliest = take_turn(session)
    keys, here = vault.keys(), province()
    heads = _locked_heads(session, [subject for subject, _ in batches])
    known = entries_of(session, [s for s, _ in batches if heads[s].head_seq])
    wrapped = _wrapped_keys(session, [s for s, drafts in batches if any(d.sealed for d in drafts)])

    result, rows, moved, ledgers, fresh = [], [], [], [], set()
    for subject, drafts in batches:
        ledger, before = known.get(subject, []), len(known.get(subject, []))
        for draft in drafts:
            entry = _chain(keys, wrapped, subject, ledger, draft, earliest)
            if entry.seq > len(ledger):
                ledger.append(entry)
                rows.append(_row(here, entry))
            result.append(entry)
        if len(ledger) > before:
            moved.append({"b_id": subject, "head_seq": ledger[-1].seq, "head_mac": ledger[-1].mac})
            ledgers.append((heads[subject].kind, subject, ledger, ledger[before:]))
            if not before:
                fresh.add(subject)
    if rows:
        foreign = is_postgresql(session) and any(draft.id for _, drafts in batches for draft in drafts)
        try:
            # PostgreSQL gives up a transaction in which a statement failed; the page must still be shown.
            with session.begin_nested() if foreign else nullcontext():
                db_bulk.insert(session, ENTRIES, rows)
        except IntegrityError:  # the id stands in another ledger: whatever it says there, it is not this
            raise EntryConflict(CONFLICT) from None
        advance = sa.update(SUBJECTS).where(SUBJECTS.c.province == province(), SUBJECTS.c.id == sa.bindparam("b_id"))
        session.connection().execute(advance, moved)
        beat(session, _project(session, ledgers, fresh))
    return result


def _chain(keys, wrapped, subject: UUID, ledger: list[Entry], draft: Draft, earliest: datetime) -> Entry:
    digest = content_digest(keys.digest, subject, draft)
    if draft.id is not None:
        same = next((e for e in ledger if e.id == draft.id), None)
        if same is not None:
            if same.digest != digest:
                raise EntryConflict(CONFLICT)
            return same
    if (draft.kind == VOIDED) != (draft.voids is not None):
        raise ValueError("a void names an entry, and nothing else does")
    if draft.voids is not None:
        refusal = void_refusal(ledger, draft.voids)
        if refusal:
            raise VoidRefused(VOID_MESSAGES[refusal])
    entry_id = draft.id or new_id()
    sealed = None
    if draft.sealed:
        plain = canonical(draft.sealed).encode()
        sealed = vault.seal(keys, wrapped[subject], plain, subject.bytes + entry_id.bytes)
    text = canonical(draft.coded)
    entry = Entry(
        subject=subject,
        seq=len(ledger) + 1,
        id=entry_id,
        kind=draft.kind,
        occurred_at=draft.occurred_at,
        precision=draft.precision,
        recorded_at=max(draft.recorded_at, earliest),
        author=draft.author,
        unit=draft.unit,
        coded=json.loads(text),  # as it will be read again: a fold must not see another order of keys today
        coded_text=text,
        sealed=sealed,
        definition=draft.definition,
        voids=draft.voids,
        digest=digest,
        prev=ledger[-1].mac if ledger else genesis(subject),
        mac=b"",
    )
    entry.mac = entry_mac(keys.mac, entry)
    return entry


_VALUES = attrgetter(*FIELDS)
_NAMES = ("province", *("coded" if name == "coded_text" else name for name in FIELDS))


def _row(here: int, entry: Entry) -> dict:
    return dict(zip(_NAMES, (here, *_VALUES(entry)), strict=True))


def _locked_heads(session, subjects: Sequence[UUID]) -> dict:
    heads = {}
    for part in chunks(sorted(subjects)):
        query = sa.select(SUBJECTS).where(SUBJECTS.c.province == province(), SUBJECTS.c.id.in_(part))
        heads.update({row.id: row for row in session.execute(query.order_by(SUBJECTS.c.id).with_for_update())})
    return heads


def _wrapped_keys(session, subjects: Sequence[UUID]) -> dict[UUID, bytes]:
    table, found = vault.SubjectKey.__table__, {}
    for part in chunks(subjects):
        query = sa.select(table.c.subject, table.c.wrapped)
        query = query.where(table.c.province == province(), table.c.subject.in_(part))
        found.update({row.subject: row.wrapped for row in session.execute(query)})
    return found


def read_sealed(session, some: Sequence[Entry]) -> dict[UUID, dict]:
    """The decrypted part of entries, by entry id; those without one, or whose key was destroyed, are absent."""
    sealed = [e for e in some if e.sealed is not None]
    wrapped, keys = _wrapped_keys(session, list({e.subject for e in sealed})), vault.keys()
    return {
        e.id: json.loads(vault.unseal(keys, wrapped[e.subject], e.sealed, e.subject.bytes + e.id.bytes))
        for e in sealed
        if e.subject in wrapped
    }


def _project(
    session, ledgers: Iterable[tuple[str, UUID, list[Entry], list[Entry]]], fresh: Container[UUID]
) -> set[str]:
    by_kind: dict[str, list[Batch]] = {}
    units: set[str] = set()
    for kind, subject, ledger, written in ledgers:
        projection = PROJECTIONS.get(kind)
        part = projection.part(subject, ledger, written) if projection and projection.part else None
        if part is None:
            by_kind.setdefault(kind, []).append((subject, ledger))
        else:
            for table, (where, rows) in part.items():
                units |= _replace(session, table, sa.and_(table.c.subject == subject, where), rows)
    for kind, batch in by_kind.items():
        if kind in PROJECTIONS:
            units |= write_projection(session, PROJECTIONS[kind], batch, fresh)
    return units


def write_projection(session, projection: Projection, batch: Sequence[Batch], fresh: Container[UUID] = ()) -> set[str]:
    """Replaces the projection rows of these subjects; those just begun (`fresh`) have none yet. The units whose rows
    changed, before and after."""
    rows, units = projection.rows(session, batch), set()
    old = [subject for subject, _ledger in batch if subject not in fresh]
    for table in projection.tables:
        for part in chunks(old):
            units |= _replace(session, table, table.c.subject.in_(part), [])
        units |= _replace(session, table, None, rows[table])
    return units


def _replace(session, table: sa.Table, where, rows: list[dict]) -> set[str]:
    """Writes these rows in place of those. The units in which something changed."""
    units: set[str] = set()
    placed = "unit_id" in table.c
    if where is not None:
        gone = sa.delete(table).where(table.c.province == province(), where)
        if placed:
            units.update(session.scalars(gone.returning(table.c.unit_id)))
        else:
            session.execute(gone)
    if rows:
        db_bulk.insert(session, table, rows)
        if placed:
            units.update(row["unit_id"] for row in rows)
    return units - {"", None}
