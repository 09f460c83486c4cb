"""What a supervisor looks over, said once for the query and for what is kept of it between two writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.policy import ALL, Actor, Permission, scope
from casemgr.cases.models import CaseFile, CaseSpan
from casemgr.cases.queries import hidden_from, within
from casemgr.ledger.kept import kept
from casemgr.ledger.services import position, province
from casemgr.programmes import programmes
from casemgr.units.rules import UnitTree

# Written out, and not as bound values, so that SQLite finds the indexes over what is open and what is pending.
OPEN = CaseFile.__table__.c.status != sa.literal_column("'closed'")
PENDING = CaseSpan.__table__.c.pending


def _holds(table, actor: Actor, permission: Permission, tree: UnitTree, hidden: tuple[UUID, ...]):
    found = within(actor, permission, table, tree)
    return sa.and_(found, table.subject.not_in(hidden)) if hidden else found


@lru_cache(maxsize=64)
def _written(write: Callable, of: tuple, _province: int, actor, permission, tree, hidden, _assigned):
    return write(lambda table: _holds(table, actor, permission, tree, hidden), *of)


@dataclass(frozen=True)
class View:
    """The files and detections that one reader looks over at one moment, by one permission."""

    session: object
    actor: Actor
    tree: UnitTree
    now: datetime
    hidden: tuple[UUID, ...]
    position: dict[int, int]
    permission: Permission = Permission.CASELOAD_READ

    @classmethod
    def of(cls, session, actor: Actor, tree: UnitTree, now: datetime) -> "View":
        return cls(session, actor, tree, now, tuple(hidden_from(session, actor)), position(session))

    def holds(self, table):
        """The SQL condition on a table with province, subject, unit_id, programme and worker."""
        return _holds(table, self.actor, self.permission, self.tree, self.hidden)

    def written(self, write: Callable, *of):
        """`write(holds, *of)`: a statement that is written once for a reader and bound to the moment each time; to
        write it takes longer than to answer it."""
        assigned = tuple(code for code, each in programmes().items() if each.readers == "assigned")
        return _written(write, of, province(), self.actor, self.permission, self.tree, self.hidden, assigned)

    def kept(self, key: tuple, count: Callable[[], object]):
        """`count()`, counted again only when something was written or another minute has come."""
        minute = self.now.replace(second=0, microsecond=0)
        key, beats = (*key, self._reach, self.hidden), sum(self.position.values())
        return kept(self.session, key, count, beats, minute)

    @cached_property
    def _scopes(self) -> list:
        return scope(self.actor, self.permission)

    def programmes_in(self, unit: str):
        """The programmes that the reader looks over in a unit."""
        held = [each.programmes for each in self._scopes if unit in each.units]
        if any(each is ALL for each in held):
            return ALL
        return frozenset().union(*held)

    @property
    def _reach(self) -> tuple:
        reached = []
        for each in self._scopes:
            units = "*" if len(each.units) >= len(self.tree) else each.units
            programmes = "*" if each.programmes is ALL else each.programmes
            mine = str(self.actor.user_id) if each.assigned_only else ""
            reached.append((units, programmes, mine))
        return tuple(reached)
