"""Open files in the hands of somebody who can no longer write in them: the account is closed, the role has ended, or
it does not reach the unit and programme of the file."""

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from casemgr.access import policy
from casemgr.access.models import RoleGrant, User
from casemgr.access.policy import Permission
from casemgr.access.web import actor_of
from casemgr.cases.models import CaseFile
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.work.scope import OPEN, View


class Place(NamedTuple):
    worker: str
    unit: str
    programme: str


def left_places(view: View) -> list[Place]:
    """Where which worker holds open files without being able to work on them. Looks only at accounts that are closed
    or have lost a role once."""
    lost = sa.or_(sa.not_(User.active), User.grants.any(RoleGrant.valid_to <= view.now.date()))
    users = {
        str(user.id): user
        for user in view.session.scalars(sa.select(User).where(lost).options(selectinload(User.grants)))
    }
    if not users:
        return []
    held = sa.select(CaseFile.worker, CaseFile.unit_id, CaseFile.programme)
    # By the few workers alone: asked for the units of a province as well, SQLite looks through all of those.
    held = held.where(CaseFile.province == province(), OPEN, CaseFile.worker.in_(sorted(users)))
    places = sorted({Place(*row) for row in view.session.execute(held)})
    return [
        place
        for place in places
        if view.reaches(place.unit, place.programme, place.worker)
        and not may_work(users[place.worker], place.unit, place.programme)
    ]


def may_work(user: User, unit: str, programme: str) -> bool:
    """Whether a file in this unit and programme could be written in by this user, were it theirs."""
    if not user.active:
        return False
    readers = programmes()[programme].readers
    facts = {"unit": unit, "programme": programme, "worker": user.id, "read": readers}
    return policy.may(actor_of(user), Permission.CASE_WRITE, **facts)


def of_places(places: Collection[Place]):
    """The SQL condition on the open case files of places that a view reaches."""
    columns = (CaseFile.worker, CaseFile.unit_id, CaseFile.programme)
    one_of = sa.or_(sa.false(), *(sa.and_(*(c == v for c, v in zip(columns, place, strict=True))) for place in places))
    return sa.and_(
        CaseFile.province == province(), OPEN, CaseFile.worker.in_(sorted({place.worker for place in places})), one_of
    )
