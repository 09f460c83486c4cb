"""Registering, correcting and reading persons and households. Searching is in `search`.

subject = register(session, actor, unit, now, name="Nguyễn Văn Ân", sex="nam", birth=Birth(2010, 5, 3))
correct(session, actor, unit, now, subject, reason="Sai họ", name="Nguyễn Văn Ấn")
identity(session, subject).person.name
labels(session, [subject])                    # {subject: "Ấn N."}
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from casemgr import vault
from casemgr.db import one_of
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry
from casemgr.people.identifiers import warnings
from casemgr.people.projection import MEMBERS, PEOPLE, chunks, open_names, open_person
from casemgr.people.rules import KINDS, RELATIONS, Person, check, short_label, to_entry
from casemgr.people.search import Candidate, Found, Results, candidates, search, sign_of
from casemgr.refused import N_, Refused

__all__ = [
    "Candidate",
    "Change",
    "Found",
    "Identity",
    "Registration",
    "Results",
    "add_member",
    "candidates",
    "correct",
    "identities",
    "identity",
    "labels",
    "labels_by",
    "members_of",
    "on_change",
    "register",
    "register_many",
    "search",
    "sign_of",
]

KEYS = vault.SubjectKey.__table__
OPENED = sa.and_(KEYS.c.province == PEOPLE.c.province, KEYS.c.subject == PEOPLE.c.subject)  # by which key


@dataclass(frozen=True, slots=True)
class Identity:
    """A person or household in clear. `seq` is the last entry, to be named by a correction.

    `warnings` are Vietnamese source strings about personal numbers that do not fit. `erased`: the key is destroyed.
    """

    subject: UUID
    kind: str
    person: Person
    seq: int
    warnings: tuple[str, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """One new person or household. `subject` and `entry` are ids made by the client (a device), if it made them."""

    actor: str
    unit: str
    now: datetime
    person: Person
    kind: str = "person"
    subject: UUID = field(default_factory=uuid4)
    entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What upper packages are told: the coded facts of a subject before (None: new) and after."""

    subject: UUID
    kind: str
    before: Person | None
    after: Person
    actor: str
    unit: str
    now: datetime


HOOKS: list[Callable[[Session, Change], None]] = []


def on_change(hook: Callable) -> Callable:
    """Registers `hook(session, change)`, called in the same transaction after each registration and correction."""
    HOOKS.append(hook)
    return hook


def register(
    session, actor: str, unit: str, now: datetime, *, kind="person", subject=None, entry=None, **facts
) -> UUID:
    """A new person, or a household under the name of its head. `facts` are the fields of Person; `home` is `unit`
    unless given. The same `subject` and `entry` with the same facts again is the same registration. Raises Refused.
    """
    facts.setdefault("home", unit)
    person = Person(**facts)
    return register_many(session, [Registration(str(actor), unit, now, person, kind, subject or uuid4(), entry)])[0]


def register_many(session, new: Sequence[Registration]) -> list[UUID]:
    """Registers many at once, in a number of queries that does not depend on how many. Raises Refused."""
    checked = []
    for item in new:
        if item.kind not in KINDS:
            raise ValueError(f"no such kind of beneficiary: {item.kind}")
        checked.append(replace(item, person=check(item.person, item.now.date())))
    known = _known(session, [item for item in checked if item.entry])
    fresh = [item for item in checked if item.subject not in known]
    if fresh:
        ledger.create_many(session, [(item.kind, item.subject) for item in fresh])
    ledger.append_many(session, [(item.subject, [_registered(item)]) for item in checked])
    for item in fresh:
        _tell(session, Change(item.subject, item.kind, None, item.person, item.actor, item.unit, item.now))
    return [item.subject for item in checked]


def _registered(item: Registration) -> Draft:
    coded, sealed = to_entry(item.person)
    return _draft("registered", item.actor, item.unit, item.now, coded, sealed, item.entry)


def _known(session, new: Sequence[Registration]) -> set[UUID]:
    """The subjects that were registered by the same entry: the form, or the device, sent them before.

    Raises EntryConflict where the subject is another's: a second registration would put one person in its place.
    """
    entries, found = {item.subject: item.entry for item in new}, set()
    table, subjects = ledger.ENTRIES, ledger.SUBJECTS
    for part in chunks(list(entries)):
        first = sa.and_(table.c.province == subjects.c.province, table.c.subject == subjects.c.id, table.c.seq == 1)
        query = sa.select(subjects.c.id, table.c.id.label("entry")).outerjoin_from(subjects, table, first)
        query = query.where(subjects.c.province == ledger.province(), subjects.c.id.in_(part))
        for row in session.execute(query):
            if row.entry != entries[row.id]:
                raise ledger.EntryConflict(ledger.CONFLICT)
            found.add(row.id)
    return found


def correct(
    session, actor: str, unit: str, now: datetime, subject: UUID, *, reason="", on_seq=None, entry=None, **facts
) -> Entry | None:
    """Appends what differs; the former statement stays in the ledger. None when nothing differs.

    `facts` are fields of Person; an empty one clears. Raises Refused, or Stale when `on_seq` is not the last entry.
    """
    current = identity(session, subject)
    if current is None or current.erased:
        raise Refused(N_("Không tìm thấy người hoặc hộ này, hoặc dữ liệu đã được hủy."))
    person = check(replace(current.person, **facts), now.date())
    if person == current.person:
        return None
    coded, sealed = to_entry(person, current.person)
    if reason.strip():
        sealed["reason"] = reason.strip()
    draft = _draft("corrected", str(actor), unit, now, coded, sealed, entry)
    stored = ledger.append(session, subject, [draft], on_seq=on_seq)[0]
    _tell(session, Change(subject, current.kind, current.person, person, str(actor), unit, now))
    return stored


def add_member(
    session, actor: str, unit: str, now: datetime, household: UUID, person: UUID, relation: str, *, entry=None
) -> Entry:
    """A person belongs to a household; the same person again changes the relation. Raises Refused."""
    if relation not in RELATIONS:
        raise Refused(N_("Quan hệ với chủ hộ không có trong danh mục."), "relation")
    kinds = {row.subject: row.kind for row in _rows(session, [household, person])}
    if kinds.get(household) != "household" or kinds.get(person) != "person":
        raise Refused(N_("Không tìm thấy hộ hoặc người này."), "person")
    draft = _draft("member_added", str(actor), unit, now, {"person": person.hex, "relation": relation}, None, entry)
    return ledger.append(session, household, [draft])[0]


def _draft(kind, actor, unit, now, coded, sealed, entry) -> Draft:
    return Draft(kind, now, "minute", actor, unit, now, coded, sealed, id=entry)


def _tell(session, change: Change) -> None:
    for hook in HOOKS:
        hook(session, change)


# --- reading --------------------------------------------------------------------------------------------------------


def identity(session, subject: UUID) -> Identity | None:
    """One person or household in clear; None where there is none. The caller has asked for leave and logs it."""
    return identities(session, [subject]).get(subject)


def identities(session, subjects: Iterable[UUID]) -> dict[UUID, Identity]:
    """Several at once, one query for each thousand."""
    keys, found = vault.keys(), {}
    for row in _rows(session, subjects):
        person = open_person(keys, row)
        odd = tuple(text for n in person.identifiers for text in warnings(n, person.sex, person.birth_year))
        found[row.subject] = Identity(row.subject, row.kind, person, row.seq, odd, row.wrapped is None)
    return found


def labels(session, subjects: Iterable[UUID]) -> dict[UUID, str]:
    """What lists show, "Ân N."; "—" where the key is destroyed, absent where there is no such subject."""
    keys = vault.keys()
    return {row.subject: _label(keys, row) for row in _rows(session, subjects, PEOPLE.c.subject, PEOPLE.c.name_sealed)}


def labels_by(session, table, subjects: Iterable[UUID]) -> dict[UUID, str]:
    """The same by the subject of the rows of a table with `province`, `subject` and `beneficiary`: absent where nobody
    is named. One query."""
    keys, found = vault.keys(), {}
    for part in chunks(list(dict.fromkeys(subjects))):
        for row in session.execute(_named_by(table), {"here": ledger.province(), "subjects": part}):
            found[row.named] = _label(keys, row)
    return found


@lru_cache
def _named_by(table) -> sa.Select:
    whose = sa.and_(PEOPLE.c.province == table.c.province, PEOPLE.c.subject == table.c.beneficiary)
    query = sa.select(table.c.subject.label("named"), PEOPLE.c.subject, PEOPLE.c.name_sealed, KEYS.c.wrapped)
    query = query.select_from(table.join(PEOPLE, whose).outerjoin(KEYS, OPENED))
    return query.where(table.c.province == sa.bindparam("here"), one_of(table.c.subject, "subjects"))


def _label(keys, row) -> str:
    names = open_names(keys, row)
    return short_label(names[0]) if names else "—"


def members_of(session, household: UUID) -> list[tuple[UUID, str]]:
    """(person, relation) of each member of a household."""
    query = sa.select(MEMBERS.c.person, MEMBERS.c.relation).order_by(MEMBERS.c.person)
    query = query.where(MEMBERS.c.province == ledger.province(), MEMBERS.c.subject == household)
    return [(row.person, row.relation) for row in session.execute(query)]


def _rows(session, subjects: Iterable[UUID], *columns):
    """These columns (all when none is named) and the wrapped key of each subject."""
    for part in chunks(list(dict.fromkeys(subjects))):
        query = sa.select(*(columns or [PEOPLE]), KEYS.c.wrapped).select_from(PEOPLE.outerjoin(KEYS, OPENED))
        yield from session.execute(query.where(PEOPLE.c.province == ledger.province(), one_of(PEOPLE.c.subject, part)))
