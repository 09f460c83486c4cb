"""Folds the ledgers of persons and households into their rows: the beneficiary, its indexes, its members."""

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.ledger.rules import Entry, effective
from casemgr.ledger.services import Projection, project_as, province, read_sealed
from casemgr.people.models import Beneficiary, HouseholdMember, IdentifierIndex, NameIndex
from casemgr.people.names import fold_name, index_syllables
from casemgr.people.rules import Person, from_facts, to_entry

PEOPLE, NAMES = Beneficiary.__table__, NameIndex.__table__
IDENTIFIERS, MEMBERS = IdentifierIndex.__table__, HouseholdMember.__table__
TABLES = (PEOPLE, NAMES, IDENTIFIERS, MEMBERS)
CHUNK = 1000  # values in one IN list


def register_projections() -> None:
    for kind in ("person", "household"):
        project_as(kind, Projection(TABLES, rows_of(kind), frozenset({"name_sealed", "identity_sealed"})))


def rows_of(kind: str):
    """The function that gives the projection rows of a batch of subjects of this kind with all their entries."""

    def rows(session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
        clear = read_sealed(session, [entry for _, ledger in batch for entry in ledger])
        wrapped = wrapped_keys(session, [subject for subject, _ in batch])
        found: dict[sa.Table, list[dict]] = {table: [] for table in TABLES}
        keys, here = vault.keys(), province()
        for subject, ledger in batch:
            facts = fold(ledger, clear)
            if facts is None:
                continue  # the registration itself was voided
            key = wrapped.get(subject)
            person = from_facts(facts)
            base = {"province": here, "subject": subject}
            row = base | _columns(kind, person, facts) | {"seq": ledger[-1].seq}
            found[PEOPLE].append(row | seal_identity(keys, key, subject, person))
            found[MEMBERS] += [base | member for member in members(ledger)]
            if key is not None:
                found[NAMES] += [base | {"bucket": bucket} for bucket in sorted(name_buckets(keys, person.names))]
                numbers = sorted(identifier_digests(keys, person))
                found[IDENTIFIERS] += [base | {"kind": k, "digest": digest} for k, digest in numbers]
        return found

    return rows


def fold(ledger: Sequence[Entry], clear: dict[UUID, dict]) -> dict | None:
    """The facts as last corrected: the registration first, then each correction in the order it happened.

    None where no registration counts.
    """
    counted = effective(ledger)
    stated = [e for e in counted if e.kind == "registered"]
    if not stated:
        return None
    facts: dict = {}
    for entry in [*stated, *(e for e in counted if e.kind == "corrected")]:
        facts |= entry.coded | clear.get(entry.id, {})
    return facts


def members(ledger: Sequence[Entry]) -> list[dict]:
    """Persons added to a household and not struck out, with the relation last given."""
    found = {UUID(e.coded["person"]): e.coded["relation"] for e in effective(ledger) if e.kind == "member_added"}
    return [{"person": person, "relation": relation} for person, relation in sorted(found.items())]


def _columns(kind: str, person: Person, facts: dict) -> dict:
    return {
        "kind": kind,
        "unit_id": person.home,
        "hamlet_id": UUID(person.hamlet) if person.hamlet else None,
        "sex": person.sex,
        "ethnicity": person.ethnicity,
        # From the coded part, which remains when the key is destroyed.
        "birth_year": facts.get("birth_year"),
        "birth_precision": facts.get("birth_precision") or "",
    }


# --- ciphertext and digests -----------------------------------------------------------------------------------------


def seal_identity(keys, wrapped: bytes | None, subject: UUID, person: Person) -> dict:
    """The two ciphertext columns; empty bytes where the key is destroyed."""
    if wrapped is None:
        return {"name_sealed": b"", "identity_sealed": b""}
    sealed = json.dumps(to_entry(person)[1], ensure_ascii=False).encode()
    return {
        "name_sealed": vault.seal(keys, wrapped, "\n".join(person.names).encode(), b"name" + subject.bytes),
        "identity_sealed": vault.seal(keys, wrapped, sealed, b"identity" + subject.bytes),
    }


def open_names(keys, row) -> tuple[str, ...]:
    """The names of a row with `subject`, `name_sealed` and `wrapped`; () where the key is destroyed."""
    if row.wrapped is None or not row.name_sealed:
        return ()
    return tuple(vault.unseal(keys, row.wrapped, row.name_sealed, b"name" + row.subject.bytes).decode().split("\n"))


def open_person(keys, row) -> Person:
    """The whole person of a beneficiary row joined with `wrapped`; without a name where the key is destroyed."""
    columns = {"sex": row.sex, "ethnicity": row.ethnicity, "home": row.unit_id}
    columns["hamlet"] = str(row.hamlet_id) if row.hamlet_id else ""
    if row.wrapped is None or not row.identity_sealed:
        return from_facts(columns)
    text = vault.unseal(keys, row.wrapped, row.identity_sealed, b"identity" + row.subject.bytes)
    return from_facts(columns | json.loads(text))


def name_buckets(keys, names: Sequence[str]) -> set[int]:
    return {vault.bucket(keys, syllable) for name in names for syllable in index_syllables(name)}


def identifier_digests(keys, person: Person) -> set[tuple[str, bytes]]:
    """(kind, digest) of every number and of the parents' names.

    A parent's name is hashed together with the unit: alone, common names would show by how often they occur.
    """
    found = {(number.kind, vault.blind(keys, number.kind, number.index_value)) for number in person.identifiers}
    if person.phone:
        found.add(("phone", vault.blind(keys, "phone", person.phone)))
    for parent in (person.mother, person.father):
        if fold_name(parent):
            found.add(("parent", vault.blind(keys, "parent", f"{fold_name(parent)}|{person.home}")))
    return found


def wrapped_keys(session, subjects: Sequence[UUID]) -> dict[UUID, bytes]:
    table, found = vault.SubjectKey.__table__, {}
    for part in chunks(subjects):
        query = sa.select(table.c.subject, table.c.wrapped)
        query = query.where(table.c.province == province(), table.c.subject.in_(part))
        found.update({row.subject: row.wrapped for row in session.execute(query)})
    return found


def chunks(items: Sequence) -> Iterator[Sequence]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
