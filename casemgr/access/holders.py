"""Which accounts reach a place by a role: said once for who is offered a file, who may be named in a conflict of
interest, who is left to decide. Two queries, whatever the number of places and accounts."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from casemgr.access import policy
from casemgr.access.models import RoleGrant, User
from casemgr.access.policy import Actor, Permission
from casemgr.access.web import actor_of
from casemgr.clock import now
from casemgr.db import one_of
from casemgr.units.rules import UnitTree


def holders(session, permission: Permission, tree: UnitTree, units: Collection[str]) -> list[User]:
    """The active accounts, by name, that hold today a role with this permission from which one of the units may be
    reached; whether it is, for which programme, `reaches` says."""
    near = frozenset().union(*(_near(tree, unit) for unit in units))
    if not near:
        return []
    roles = [role for role, permissions in policy.ROLES.items() if permission in permissions]
    held = sa.and_(RoleGrant.role.in_(roles), one_of(RoleGrant.unit_id, near), RoleGrant.holding(now().date()))
    query = sa.select(User).where(User.active, User.grants.any(held)).options(selectinload(User.grants))
    return list(session.scalars(query.order_by(User.full_name, User.username)))


def reaches(user: User, permission: Permission, unit: str, programme: str) -> bool:
    """Whether this account may do this with a file here once the file is its own."""
    return user.active and once_theirs(actor_of(user), permission, unit, programme)


def once_theirs(actor: Actor, permission: Permission, unit: str, programme: str) -> bool:
    return policy.may(actor, permission, unit=unit, programme=programme, worker=actor.user_id)


def who_may(session, permission: Permission, tree: UnitTree, unit: str, programme: str) -> list[User]:
    """The active accounts that may do this with a file here once it is theirs, by name."""
    return [user for user in holders(session, permission, tree, [unit]) if reaches(user, permission, unit, programme)]


def users_of(session, ids: Iterable[str]) -> dict[str, User]:
    """Accounts with their roles, closed ones too, by id as text; what is no account (system:...) is absent."""
    wanted = user_ids(ids)
    query = sa.select(User).where(User.id.in_(wanted)).options(selectinload(User.grants))
    return {str(user.id): user for user in session.scalars(query)} if wanted else {}


_USERS = User.__table__
_CLOSED = sa.select(_USERS.c.id).where(one_of(_USERS.c.id, "ids"), ~_USERS.c.active)


def closed_among(session, ids: Iterable[str]) -> frozenset[str]:
    """Those of the accounts (ids as text) that are closed."""
    return frozenset(map(str, session.scalars(_CLOSED, {"ids": user_ids(ids)})))


def user_ids(texts: Iterable[str]) -> list[UUID]:
    """Ids of users from their text; what is none (system:...) is left out."""
    found = []
    for text in set(texts):
        with suppress(ValueError):
            found.append(UUID(text))
    return found


def _near(tree: UnitTree, unit: str) -> frozenset[str]:
    """The unit, those above it, and those that it and they went into: where a role may reach it from."""
    near, queue = set(), [unit]
    while queue:
        each = queue.pop()
        if each in near or each not in tree:
            continue
        near.add(each)
        queue += [*tree.line(each), *(new for new, _default, _split in tree.successors(each))]
    return frozenset(near)
