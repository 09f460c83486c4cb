"""The unit tree and the working-day calendar as they stand in the database, kept in each process."""

import uuid
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from casemgr.units.calendar import Calendar, vietnam_calendar
from casemgr.units.holidays import YEARS
from casemgr.units.models import Hamlet, Holiday, Lineage, Unit, UnitVersion
from casemgr.units.rules import Descent, UnitNode, UnitTree

_TREES = WeakKeyDictionary()  # engine -> (token, tree)

_TOKEN = sa.select(UnitVersion.__table__.c.token)
_HOLIDAYS = sa.select(*(Holiday.__table__.c[name] for name in ("day", "is_off")))
_TOUCH = sa.text(
    "INSERT INTO unit_version (id, token) VALUES (1, :token) ON CONFLICT (id) DO UPDATE SET token = excluded.token"
).bindparams(sa.bindparam("token", type_=sa.Uuid()))


def load(session) -> UnitTree:
    """All units of all times. One tiny query while nothing has changed."""
    token = session.scalar(_TOKEN)
    bind = session.get_bind()
    engine = getattr(bind, "engine", bind)
    kept, tree = _TREES.get(engine, (None, None))
    if token is None or kept != token:
        tree = read(session)
        _TREES[engine] = (token, tree)
    return tree


def read(session) -> UnitTree:
    """The same, always from the tables: for a service in the middle of a change."""
    units = sa.select(
        Unit.id, Unit.code, Unit.name, Unit.kind, Unit.parent_id, Unit.path, Unit.valid_from, Unit.valid_to
    )
    descents = sa.select(Lineage.old_id, Lineage.new_id, Lineage.split, Lineage.is_default)
    moves = sa.select(Hamlet.id, Hamlet.moved_to).where(Hamlet.moved_to.is_not(None))
    return UnitTree(
        {row.id: UnitNode(*row) for row in session.execute(units)},
        tuple(Descent(*row) for row in session.execute(descents.order_by(Lineage.old_id, Lineage.new_id))),
        {row.id: row.moved_to for row in session.execute(moves)},
    )


def touch(session) -> None:
    """Begin a change of units or hamlets: other changes wait here until this one is committed or rolled back.

    The new token is random, so that the token of a change that was rolled back never comes again.
    """
    session.execute(_TOUCH, {"token": uuid.uuid4()})


def calendar(session, known_at: datetime | None = None) -> Calendar:
    """Working days, with the state's decisions in the table `holiday` (those recorded by `known_at`, if given)."""
    query = _HOLIDAYS
    if known_at is not None:
        query = query.where(Holiday.recorded_at <= known_at)
    days = session.execute(query).all()
    return vietnam_calendar(
        YEARS,
        extra_off=(day for day, is_off in days if is_off),
        extra_on=(day for day, is_off in days if not is_off),
    )
