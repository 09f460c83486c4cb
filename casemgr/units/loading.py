"""The unit tree and the working-day calendar as they stand in the database, kept in each process."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from casemgr.units.calendar import Calendar, vietnam_calendar
from casemgr.units.holidays import YEARS
from casemgr.units.models import Hamlet, Holiday, Lineage, Unit, UnitVersion
from casemgr.units.rules import Descent, UnitNode, UnitTree


@dataclass(slots=True)
class _Kept:
    """What a process keeps for as long as the token stands."""

    token: uuid.UUID | None
    tree: UnitTree | None = None
    calendar: Calendar | None = None


_KEPT: WeakKeyDictionary = WeakKeyDictionary()  # engine -> _Kept
READ = "what was kept of the units"  # in session.info, for as long as the transaction lasts

TOKEN = sa.select(UnitVersion.__table__.c.token)
_HOLIDAYS = sa.select(*(Holiday.__table__.c[name] for name in ("day", "is_off")))
_TOUCH = sa.text(
    "INSERT INTO unit_version (id, token) VALUES (1, :token) ON CONFLICT (id) DO UPDATE SET token = excluded.token"
).bindparams(sa.bindparam("token", type_=sa.Uuid()))


def load(session) -> UnitTree:
    """All units of all times. One tiny query a transaction while nothing has changed."""
    kept = _kept(session)
    kept.tree = kept.tree or read(session)
    return kept.tree


def stands_at(session, token: uuid.UUID | None) -> _Kept:
    """Says what another query of this transaction has read as `TOKEN`."""
    bind = session.get_bind()
    engine = getattr(bind, "engine", bind)
    kept = _KEPT.get(engine)
    if token is None or kept is None or kept.token != token:
        kept = _KEPT[engine] = _Kept(token)
    session.info[READ] = (session.connection().get_transaction(), kept)
    return kept


def _kept(session) -> _Kept:
    of, kept = session.info.get(READ, (None, None))
    if kept is None or of is not session.connection().get_transaction():
        return stands_at(session, session.scalar(TOKEN))
    return kept


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
    """Begin a change of units, hamlets or holidays: other changes wait here until this one is committed or rolled back.

    The new token is random, so that the token of a change that was rolled back never comes again.
    """
    session.execute(_TOUCH, {"token": uuid.uuid4()})
    # What this transaction reads in the middle of its change is for itself alone.
    session.info[READ] = (session.connection().get_transaction(), _Kept(None))


def calendar(session, known_at: datetime | None = None) -> Calendar:
    """Working days, with the state's decisions in the table `holiday` (those recorded by `known_at`, if given)."""
    if known_at is not None:
        return _calendar(session.execute(_HOLIDAYS.where(Holiday.recorded_at <= known_at)).all())
    kept = _kept(session)
    kept.calendar = kept.calendar or _calendar(session.execute(_HOLIDAYS).all())
    return kept.calendar


def _calendar(days) -> Calendar:
    return vietnam_calendar(
        YEARS,
        extra_off=(day for day, is_off in days if is_off),
        extra_on=(day for day, is_off in days if not is_off),
    )
