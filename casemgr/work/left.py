"""Open files in the hands of somebody who can no longer write in them: the account is closed, the role has ended, or
it does not reach the unit and programme of the file."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from casemgr.access import policy
from casemgr.access.models import RoleGrant, User
from casemgr.access.policy import Actor, Permission
from casemgr.access.web import actor_of, actors
from casemgr.cases.models import CaseFile
from casemgr.programmes import programmes
from casemgr.work import counted
from casemgr.work.scope import View


class Place(NamedTuple):
    worker: str
    unit: str
    programme: str


def left_places(view: View) -> dict[Place, int]:
    """Where which worker holds how many open files without being able to work on them. Looks only at accounts that are closed
    or have lost a role once."""
    lost = sa.or_(sa.not_(User.active), User.grants.any(RoleGrant.valid_to <= view.now.date()))
    held = view.kept(("held",), lambda: _held(view))
    who = {str(id): actor for id, actor in actors(view.session, lost).items()} if held else {}
    return {
        place: n
        for place, n in held.items()
        if place.worker in who and not could_work(who[place.worker], place.unit, place.programme)
    }


def _held(view: View) -> Counter[Place]:
    found: Counter[Place] = Counter()
    for unit, files in counted.files(view):
        if files.worker:
            found[Place(files.worker, unit, files.programme)] += files.n
    return found


def may_work(user: User, unit: str, programme: str) -> bool:
    """Whether a file in this unit and programme could be written in by this user, were it theirs."""
    return user.active and could_work(actor_of(user), unit, programme)


def could_work(actor: Actor, unit: str, programme: str) -> bool:
    facts = {"unit": unit, "programme": programme, "worker": actor.user_id, "read": programmes()[programme].readers}
    return policy.may(actor, Permission.CASE_WRITE, **facts)


def of_places(places: Collection[Place]):
    """The SQL condition on case files."""
    columns = (CaseFile.worker, CaseFile.unit_id, CaseFile.programme)
    return sa.or_(sa.false(), *(sa.and_(*(c == v for c, v in zip(columns, place, strict=True))) for place in places))
