"""Open files in the hands of somebody who can no longer write in them: the account is closed, the role has ended, or
it does not reach the unit and programme of the file."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import sqlalchemy as sa

from casemgr.access.holders import once_theirs, user_ids
from casemgr.access.models import TODAY, RoleGrant, User
from casemgr.access.policy import Permission
from casemgr.access.web import actors
from casemgr.cases.queries import FILES
from casemgr.units.rules import UnitTree
from casemgr.work import counted
from casemgr.work.scope import View


class Place(NamedTuple):
    worker: str
    unit: str
    programme: str


_LOST = sa.or_(
    ~User.active,
    User.grants.any(sa.or_(RoleGrant.valid_to <= TODAY, RoleGrant.unit_id.in_(sa.bindparam("ended", expanding=True)))),
)
_LOST_AMONG = sa.and_(_LOST, User.id.in_(sa.bindparam("among", expanding=True)))


@lru_cache(maxsize=8)
def _ended(tree: UnitTree, day: date) -> list[str]:
    return sorted(id for id, node in tree.nodes.items() if node.valid_to is not None and node.valid_to < day)


def left_places(view: View, among: Collection[str] | None = None) -> dict[Place, int]:
    """Where which worker (of those `among`) holds how many open files without being able to work on them. Looks only at
    accounts that are closed, have lost a role once, or hold one in a unit that has ended: a divided commune's files went
    elsewhere."""
    held = view.kept(("held",), lambda: _held(view))
    lost, values = _LOST, {"ended": _ended(view.tree, view.now.date())}
    if among is not None:
        held = {place: n for place, n in held.items() if place.worker in among}
        lost, values = _LOST_AMONG, values | {"among": user_ids(among)}
    who = {str(id): actor for id, actor in actors(view.session, lost, **values).items()} if held else {}
    write = Permission.CASE_WRITE
    return {
        place: n
        for place, n in held.items()
        if place.worker in who and not once_theirs(who[place.worker], write, place.unit, place.programme)
    }


def _held(view: View) -> Counter[Place]:
    found: Counter[Place] = Counter()
    for unit, files in counted.files(view):
        if files.worker:
            found[Place(files.worker, unit, files.programme)] += files.n
    return found


def of_places(places: Collection[Place]):
    """The SQL condition on case files."""
    columns = (FILES.c.worker, FILES.c.unit_id, FILES.c.programme)
    return sa.or_(sa.false(), *(sa.and_(*(c == v for c, v in zip(columns, place, strict=True))) for place in places))
