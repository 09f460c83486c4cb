"""Finding people whose names the database cannot read.

Blind indexes give few rows, which are decrypted and checked: what is returned truly matches.
"""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.db import one_of
from casemgr.ledger.services import province
from casemgr.people.identifiers import parse_phone
from casemgr.people.matching import THRESHOLDS, Match, Thresholds, match
from casemgr.people.names import (
    fold_name,
    given_joined,
    index_syllables,
    query_alternatives,
    sort_key,
    spell_word,
    syllables,
    tokens,
)
from casemgr.people.projection import IDENTIFIERS, NAMES, PEOPLE, identifier_digests, open_names, open_person
from casemgr.people.rules import Person
from casemgr.refused import Refused

# Rows decrypted for one search: few first, which is enough where most are hits, then at most so many. A search
# that meets more says that it is not complete.
DECRYPTED = (1000, 8000)
MOST_CANDIDATES = 600
# Parts of a name by what they say: never looked for, enough together with another part, enough alone.
WEAKEST_BITS, TELLING_BITS, RARE_BITS = 1.0, 4.0, 6.0


@dataclass(frozen=True, slots=True)
class Found:
    """One hit. `names` holds the name first; the page decides how much of it to show."""

    subject: UUID
    kind: str
    names: tuple[str, ...]
    sex: str
    birth_year: int | None
    unit_id: str
    hamlet_id: UUID | None


class Results(list[Found]):
    """The hits of a search, the best first. `complete` is False where there are more: ask for a fuller name."""

    complete: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be the same person. The caller shows only the unit where it is outside the user's scope."""

    subject: UUID
    unit_id: str
    person: Person
    match: Match


def sign_of(text: str, user: UUID, day: date) -> str:
    """What stands in the access log for a name that was searched: the same for one user and month, with accents or
    without and in any order. Between users and between months nothing links equal names, so that no list of who is
    searched most can be read off the log; only who has the key of the index could hold a name against it."""
    said = f"{user.hex}\0{day:%Y-%m}\0{' '.join(sorted(syllables(text)))}"
    return vault.blind(vault.keys(), "searched", said).hex()[:8]


def search(session, text: str, unit_ids: Collection[str] | None, limit: int = 50, kind: str | None = None) -> Results:
    """Persons and households of these units (None: everywhere) whose name holds every typed part, in any order.

    Marks typed are preferred, not required. A personal or phone number finds its holder. Nothing for an empty text.
    """
    if unit_ids is not None and not unit_ids:
        return Results()
    digits = "".join(text.split())
    if sum(c.isdigit() for c in digits) >= 9:
        return _by_number(session, digits, unit_ids, limit, kind)
    alternatives = query_alternatives(text)
    if not alternatives:
        return Results()
    found = _by_name(session, alternatives[0], text, unit_ids, limit, kind)
    for wanted in alternatives[1:]:
        if found:
            break
        # Only where nothing was found: a given name of two parts may be written as one.
        found = _by_name(session, wanted, text, unit_ids, limit, kind)
    return found


def _by_name(session, wanted: frozenset[str], text: str, unit_ids, limit: int, kind) -> Results:
    keys = vault.keys()
    query = _scoped(unit_ids, kind)
    for bucket in sorted({vault.bucket(keys, part) for part in wanted}):
        query = query.where(_has_bucket(bucket))
    for most in DECRYPTED:
        rows = session.execute(query.limit(most + 1)).all()
        named = ((row, open_names(keys, row)) for row in rows[:most])
        hits = [(row, names) for row, names in named if any(_holds(name, wanted) for name in names)]
        if len(rows) <= most or len(hits) > limit:
            break
    return _results(hits, text, limit, complete=len(rows) <= most)


def _holds(name: str, wanted: frozenset[str]) -> bool:
    return wanted.issubset(syllables(name)) or wanted <= index_syllables(name)


def _by_number(session, digits: str, unit_ids, limit: int, kind) -> Results:
    keys, value = vault.keys(), "".join(c for c in digits.upper() if c.isalnum())
    wanted = [
        (k, vault.blind(keys, k, value[-10:] if k == "bhyt" else value)) for k in ("cccd", "cmnd", "bhyt", "khac")
    ]
    with contextlib.suppress(Refused):  # not a phone number: it may still be one of the others
        wanted.append(("phone", vault.blind(keys, "phone", parse_phone(digits))))
    query = _scoped(unit_ids, kind).where(PEOPLE.c.subject.in_(_with_digest(wanted)))
    rows = session.execute(query.limit(limit + 1)).all()
    return _results([(row, open_names(keys, row)) for row in rows], "", limit, complete=True)


def _results(hits: list, text: str, limit: int, complete: bool) -> Results:
    typed = {spell_word(part) for part in text.split()}

    def order(hit) -> tuple:
        row, names = hit
        best = max((len(typed & {token.spelling for token in tokens(name)}) for name in names), default=0)
        return -best, sort_key(names[0] if names else ""), row.subject.hex

    hits.sort(key=order)
    results = Results(
        Found(row.subject, row.kind, names, row.sex, row.birth_year, row.unit_id, row.hamlet_id)
        for row, names in hits[:limit]
    )
    results.complete = complete and len(hits) <= limit
    return results


def candidates(
    session, person: Person, *, exclude: UUID | None = None, limits: Thresholds = THRESHOLDS, most: int = 10
) -> list[Candidate]:
    """Persons anywhere in the province who may be this one, the likeliest first; a human decides.

    Looked for by: a personal number; the phone; two parts of the name, or a rare one, with the birth year ±1; a
    parent's name in the same unit.
    """
    keys = vault.keys()
    blocks = []
    digests = sorted(identifier_digests(keys, person))
    if digests:
        blocks.append(_with_digest(digests))  # never crowded out by the others
    by_name = _name_blocks(keys, person)
    if by_name:
        limited = sa.union(*by_name).limit(MOST_CANDIDATES).subquery()
        blocks.append(sa.select(limited.c.subject))
    if not blocks:
        return []
    subjects = sa.union(*blocks).subquery()
    query = _scoped(None, None, whole=True).where(PEOPLE.c.subject.in_(sa.select(subjects.c.subject)))
    if exclude is not None:
        query = query.where(PEOPLE.c.subject != exclude)
    found = []
    for row in session.execute(query):
        other = open_person(keys, row)
        if not fold_name(other.name):
            continue  # its key is destroyed
        compared = match(person, other)
        if compared.score >= limits.possible:
            found.append(Candidate(row.subject, row.unit_id, other, compared))
    found.sort(key=lambda candidate: (-candidate.match.score, candidate.subject.hex))
    return found[:most]


def _name_blocks(keys, person: Person) -> list[sa.Select]:
    """Selects of subjects: with two parts of the name, or one rare part, and a birth year near; see `candidates`.

    Any two parts are enough, so that one part misspelled still leaves the others.
    """
    query, year = sa.select(PEOPLE.c.subject).where(PEOPLE.c.province == province()), person.birth_year
    if year is not None:
        query = query.where(sa.or_(PEOPLE.c.birth_year.between(year - 1, year + 1), PEOPLE.c.birth_year.is_(None)))
    wanted: set[frozenset[int]] = set()
    for name in person.names:
        parts = sorted((t for t in tokens(name) if t.bits >= WEAKEST_BITS), key=lambda t: -t.bits)[:4]
        buckets = [vault.bucket(keys, token.folded) for token in parts]
        if year is None:
            wanted.add(frozenset(buckets))
            continue
        pairs = combinations(range(len(parts)), 2)
        wanted |= {frozenset((buckets[i], buckets[j])) for i, j in pairs if parts[i].bits >= TELLING_BITS}
        wanted |= {
            frozenset((b,)) for b, t in zip(buckets, parts, strict=True) if t.bits >= RARE_BITS or len(parts) == 1
        }
        wanted.add(frozenset((vault.bucket(keys, given_joined(name)),)))
    return [query.where(*map(_has_bucket, sorted(found))) for found in sorted(wanted, key=sorted) if found]


def _scoped(unit_ids, kind, whole: bool = False) -> sa.Select:
    keys = vault.SubjectKey.__table__
    columns = [PEOPLE] if whole else [c for c in PEOPLE.c if c.name != "identity_sealed"]
    query = sa.select(*columns, keys.c.wrapped).join(
        keys, sa.and_(keys.c.province == PEOPLE.c.province, keys.c.subject == PEOPLE.c.subject)
    )
    query = query.where(PEOPLE.c.province == province())
    if unit_ids is not None:
        query = query.where(one_of(PEOPLE.c.unit_id, unit_ids))
    return query.where(PEOPLE.c.kind == kind) if kind else query


def _has_bucket(bucket: int):
    found = sa.select(NAMES.c.subject).where(NAMES.c.province == province(), NAMES.c.bucket == bucket)
    return PEOPLE.c.subject.in_(found)


def _with_digest(wanted: list[tuple[str, bytes]]) -> sa.Select:
    # The digest holds the kind; naming both lets the primary key be used.
    kinds, digests = {kind for kind, _ in wanted}, [digest for _, digest in wanted]
    query = sa.select(IDENTIFIERS.c.subject).where(IDENTIFIERS.c.province == province())
    return query.where(IDENTIFIERS.c.kind.in_(sorted(kinds)), IDENTIFIERS.c.digest.in_(digests))
