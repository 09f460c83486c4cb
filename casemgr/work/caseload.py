"""Who carries how much: open files by worker and by commune, and the files behind a number."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa

from casemgr.access.holders import holders, reaches
from casemgr.access.models import User
from casemgr.access.policy import Permission
from casemgr.cases.queries import FILES, late
from casemgr.db import one_of
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.programmes.model import STAGES
from casemgr.units.rules import UnitTree
from casemgr.work import counted
from casemgr.work.counted import NOW, WEEK
from casemgr.work.queries import SPANS
from casemgr.work.scope import OPEN, PENDING, View

HIGH, MEDIUM, LOW, NONE = "high", "medium", "low", "none"
LEVELS = (HIGH, MEDIUM, LOW)
FUNNEL = ("new", *reversed(STAGES))
NOBODY = "none"  # in an address: files that nobody is assigned to


@dataclass(slots=True)
class Load:
    """What one worker, one commune or all together carry."""

    key: str | None = None  # the worker's or the unit's id; None: nobody is assigned
    open: int = 0
    risk: Counter = field(default_factory=Counter)
    stage: Counter = field(default_factory=Counter)
    late_files: int = 0
    late: int = 0  # overdue steps
    week: int = 0  # steps due within seven days
    contact: datetime | None = None  # the file that waits longest for a contact: when it had the last
    unassigned: int = 0
    units: set = field(default_factory=set)

    def days_silent(self, now: datetime) -> int | None:
        return (now.date() - self.contact.date()).days if self.contact else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caseload is narrowed to; None: not narrowed."""

    by: str = "worker"
    programme: str | None = None
    units: frozenset[str] | None = None


@cache
def level(programme: str, risk: str) -> str:
    """High, medium or low, whatever a programme calls its levels; it lists the highest first."""
    codes = list(programmes()[programme].codes.get("risk", ()))
    if risk not in codes:
        return NONE
    place = codes.index(risk)
    return HIGH if place == 0 else LOW if place == len(codes) - 1 else MEDIUM


def loads(view: View, asked: Asked) -> tuple[list[Load], Load]:
    """(a load for each worker or commune, all together). Two queries when anything has changed, else none."""
    return view.kept(("loads", asked), lambda: _loads(view, asked))


def _loads(view: View, asked: Asked) -> tuple[list[Load], Load]:
    found: dict[str | None, Load] = {}

    def load_of(unit: str, alike) -> Load | None:
        if (
            asked.programme
            and alike.programme != asked.programme
            or asked.units is not None
            and unit not in asked.units
        ):
            return None
        key = unit if asked.by == "unit" else alike.worker
        return found.get(key) or found.setdefault(key, Load(key))

    for unit, files in counted.files(view):
        if load := load_of(unit, files):
            load.open += files.n
            load.risk[level(files.programme, files.risk)] += files.n
            load.stage[files.stage] += files.n
            load.late_files += files.late
            load.contact = min(load.contact, files.contact) if load.contact else files.contact
            load.unassigned += files.n if files.worker is None else 0
            load.units.add(unit)
    for unit, steps in counted.steps(view):
        if steps.track == "case" and steps.due[WEEK] and (load := load_of(unit, steps)):
            load.late += steps.due[NOW]
            load.week += steps.due[WEEK] - steps.due[NOW]
    return list(found.values()), _together(found.values())


def _together(loads: Iterable[Load]) -> Load:
    total = Load()
    for load in loads:
        for name in ("open", "late_files", "late", "week", "unassigned"):
            setattr(total, name, getattr(total, name) + getattr(load, name))
        total.risk.update(load.risk)
        total.stage.update(load.stage)
        total.units |= load.units
        total.contact = min((at for at in (total.contact, load.contact) if at), default=None)
    return total


def held_today(found: Iterable[Load], tree: UnitTree, day: date) -> list[Load]:
    """The loads of communes by the units of this day: what an abolished one left is its successor's. One that was
    divided stands for itself until a person has chosen for each file."""
    parts: dict[str | None, list[Load]] = {}
    for load in found:
        parts.setdefault(tree.map_to(load.key, day) or load.key, []).append(load)
    merged = {key: loads[0] if len(loads) == 1 else _together(loads) for key, loads in parts.items()}
    return [replace(load, key=key) for key, load in merged.items()]


def _narrow(table, asked: Asked) -> list:
    where = []
    if asked.programme:
        where.append(table.programme == asked.programme)
    if asked.units is not None:
        where.append(one_of(table.unit_id, asked.units))
    return where


def ordered(found: Sequence[Load], sort: str, now: datetime) -> list[Load] | None:
    """The most pressing first; None where they are asked for by name, which is not known here."""
    weights = {
        "late": lambda load: load.late,
        "open": lambda load: load.open,
        "high": lambda load: load.risk[HIGH],
        "week": lambda load: load.week,
        "contact": lambda load: load.days_silent(now) or 0,
    }
    if sort not in weights:
        return None
    return sorted(found, key=lambda load: (-weights[sort](load), load.key or ""))


# --- the files behind a number ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted(Asked):
    """Which files."""

    worker: str | None = None
    stage: str | None = None
    risk: str | None = None
    state: str | None = None
    sort: str = "due"


def files(view: View, wanted: Wanted, number: int, size: int) -> tuple[Sequence[sa.Row], int]:
    """One page of the open files; and how many there are."""
    where = _where(view, wanted)
    total = view.kept(("files", wanted), lambda: _count(view, wanted, where))
    contact = sa.func.coalesce(FILES.c.last_contact, FILES.c.opened_at)
    order = [contact] if wanted.sort == "contact" else [FILES.c.next_due.nulls_last()]
    query = sa.select(FILES).where(*where).order_by(*order, FILES.c.number)
    return view.session.execute(query.offset((number - 1) * size).limit(size)).all(), total


def _where(view: View, wanted: Wanted) -> list:
    where = [view.holds(FILES.c), OPEN, *_narrow(FILES.c, wanted)]
    if wanted.worker == NOBODY:
        where.append(FILES.c.worker.is_(None))
    elif wanted.worker:
        where.append(FILES.c.worker == wanted.worker)
    if wanted.stage:
        where.append(FILES.c.stage == wanted.stage)
    if wanted.risk:
        where.append(FILES.c.risk == wanted.risk)
    if wanted.state == "late":
        where.append(late(FILES.c.next_due, view.now))
    elif wanted.state == "week":
        # Whatever else is overdue in the same file.
        due = (late(SPANS.c.due, view.now + WEEK), sa.not_(late(SPANS.c.due, view.now)))
        steps = sa.select(SPANS.c.subject).where(SPANS.c.province == province(), PENDING, SPANS.c.track == "case", *due)
        where.append(FILES.c.subject.in_(steps))
    return where


def _count(view: View, wanted: Wanted, where: list) -> int:
    if wanted.state == "week":
        return view.session.scalar(sa.select(sa.func.count()).select_from(FILES).where(*where))
    units = wanted.units
    return sum(_size(alike, wanted) for unit, alike in counted.files(view) if units is None or unit in units)


def _size(alike: counted.Files, wanted: Wanted) -> int:
    """How many of these files are wanted."""
    worker = alike.worker or NOBODY
    pairs = ((wanted.programme, alike.programme), (wanted.worker, worker), (wanted.stage, alike.stage))
    if any(asked and asked != found for asked, found in (*pairs, (wanted.risk, alike.risk))):
        return 0
    return alike.late if wanted.state == "late" else alike.n


def candidates(session, tree: UnitTree, shown: Sequence[sa.Row]) -> list[User]:
    """The workers who could take at least one of these files, by name."""
    places = {(file.unit_id, file.programme) for file in shown}
    found = holders(session, Permission.CASE_WRITE, tree, {unit for unit, _programme in places})
    return [user for user in found if any(reaches(user, Permission.CASE_WRITE, *place) for place in places)]
