"""Who still leads a file from which a conflict of interest takes people: where it goes, and who confirms the mark."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.holders import holders, reaches, users_of
from casemgr.access.models import User
from casemgr.access.policy import Permission
from casemgr.cases import handover
from casemgr.cases.models import CaseBar
from casemgr.ledger.services import province
from casemgr.units.rules import UnitTree

DECIDE = Permission.CASE_DECIDE


class Held(NamedTuple):
    """A file with a mark: which unit holds it, and the accounts that do not confirm it: those named and the author."""

    unit: str
    programme: str
    without: frozenset[str]


def holder_above(
    session, tree: UnitTree, unit: str, programme: str, named: Collection[str], *, move: bool, on: date
) -> str:
    """Where a file goes from which these accounts are taken: to the next unit above that has a leader who is not
    named, so that somebody is left to decide on it; where none has, to the next above. Without `move` it stays where
    it is as long as a leader is left there."""
    nearest = handover.unit_above(unit, tree, on)
    line = [each for each in reversed(tree.line(unit)[:-1]) if tree[each].valid(on)] or [nearest]
    line = line if move else [unit, *line]
    leaders = [user for user in holders(session, DECIDE, tree, line) if str(user.id) not in named]
    return next((each for each in line if _led(leaders, each, programme)), nearest if move else unit)


def works(session, account: str, unit: str, programme: str) -> bool:
    """Whether this account may be given a file here."""
    user = users_of(session, [account]).get(account)
    return user is not None and reaches(user, Permission.CASE_WRITE, unit, programme)


def confirming(session, tree: UnitTree, held: Collection[Held]) -> list[str | None]:
    """For each file the unit whose leaders confirm its mark: the one that holds it; where nobody is left there but
    those named and the author of the mark, the next above that has a leader; None where none has. One query of
    accounts for all."""
    leaders = holders(session, DECIDE, tree, {each.unit for each in held}) if held else []
    return [_confirming(tree, leaders, each) for each in held]


def _confirming(tree: UnitTree, leaders: Iterable[User], held: Held) -> str | None:
    left = [user for user in leaders if str(user.id) not in held.without]
    return next((each for each in reversed(tree.line(held.unit)) if _led(left, each, held.programme)), None)


def _led(leaders: Iterable[User], unit: str, programme: str) -> bool:
    return any(reaches(user, DECIDE, unit, programme) for user in leaders)


def confirming_signs(session, tree: UnitTree, signs: Collection) -> list[str | None]:
    """`confirming` for rows of `case_sign` that wait for a second person."""
    named = named_in(session, {sign.subject for sign in signs}) if signs else {}
    held = [
        Held(sign.unit_id, sign.programme, frozenset({sign.author, *named.get(sign.subject, ())})) for sign in signs
    ]
    return confirming(session, tree, held)


def named_in(session, subjects: Collection[UUID]) -> dict[UUID, set[str]]:
    """The accounts that the marks of these files name."""
    query = sa.select(CaseBar.subject, CaseBar.account).where(
        CaseBar.province == province(), CaseBar.subject.in_(sorted(subjects))
    )
    found: dict[UUID, set[str]] = {}
    for row in session.execute(query):
        found.setdefault(row.subject, set()).add(row.account)
    return found
