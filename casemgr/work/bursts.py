"""Many entries about days gone by, written on one day just before something was due, over several files: by one person
or in one commune. Added up from the signs of the files."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from casemgr.work.lists import List
from casemgr.work.models import CaseSign
from casemgr.work.scope import View
from casemgr.work.signs import PART


@dataclass(frozen=True, slots=True)
class Burst:
    """`author` is empty where several people of the unit wrote together."""

    day: date
    unit: str
    author: str
    entries: int
    files: int


def bursts(view: View, rule: List) -> list[Burst]:
    """The bursts of the days that the list looks back on, the newest first."""
    return view.kept((rule.code,), lambda: _found(view, rule))


def _found(view: View, rule: List) -> list[Burst]:
    day = sa.func.date(CaseSign.since)
    written, files = sa.func.sum(CaseSign.amount), sa.func.count(CaseSign.subject.distinct())
    where = (view.holds(CaseSign), CaseSign.code == PART, CaseSign.since <= view.now, CaseSign.until > view.now)
    much = sa.and_(written >= rule.least, files >= rule.files)
    by_person = sa.select(day, sa.func.min(CaseSign.unit_id), CaseSign.author, written, files)
    by_person = by_person.where(*where).group_by(day, CaseSign.author).having(much)
    by_unit = sa.select(day, CaseSign.unit_id, sa.literal(""), written, files).where(*where)
    several = sa.func.count(CaseSign.author.distinct()) > 1
    by_unit = by_unit.group_by(day, CaseSign.unit_id).having(sa.and_(much, several))
    rows = [*view.session.execute(by_person), *view.session.execute(by_unit)]
    found = [Burst(date.fromisoformat(str(at)), unit, author, n, of) for at, unit, author, n, of in rows]
    return sorted(found, key=lambda each: (-each.day.toordinal(), -each.entries, each.unit, each.author))
