"""Whom a reader may be shown by name when looking for a person: finding a name must not reveal a restricted group."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.policy import Actor, Permission
from casemgr.cases.models import CaseFile
from casemgr.ledger.services import province
from casemgr.people.known import known_through, programmes_of
from casemgr.programmes import programmes


class Met(NamedTuple):
    """A person as `namable` asks for them."""

    subject: UUID
    unit_id: str


@known_through
def _by_files(session, subjects: Collection[UUID]) -> list[tuple[UUID, str]]:
    query = sa.select(CaseFile.beneficiary, CaseFile.programme).where(
        CaseFile.province == province(), CaseFile.beneficiary.in_(list(subjects))
    )
    return [(row.beneficiary, row.programme) for row in session.execute(query)]


def namable(session, actor: Actor, people: Iterable) -> set[UUID]:
    """Those of these people (each with `subject` and `unit_id`) whom the reader may see by name.

    Someone in the reader's units who is known through no programme, through one that is not sensitive, or through one
    in which the reader searches persons. For anyone else only the unit to contact is said (design.md, section 4).
    """
    people = list(people)
    known = programmes_of(session, {each.subject for each in people})
    return {each.subject for each in people if _may_name(actor, each.unit_id, known.get(each.subject, set()))}


def _may_name(actor: Actor, unit: str, codes: set[str]) -> bool:
    if not policy.may(actor, Permission.PERSON_SEARCH, unit=unit):
        return False
    return not codes or any(
        not programmes()[code].sensitive or policy.may(actor, Permission.PERSON_SEARCH, unit=unit, programme=code)
        for code in codes
    )
