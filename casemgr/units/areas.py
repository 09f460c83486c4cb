"""Zones, specially difficult hamlets and who is in charge of them: loading a list, adding, ending, reading.

Nothing is overwritten: an end is a row of its own, with who recorded it and when.
Every function that writes flushes and leaves the commit to its caller. A refusal is a UnitError in words for the screen.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa

from casemgr.units import models
from casemgr.units.area_rules import HAMLETS, Area, AreaRow, read_areas
from casemgr.units.importing import ImportResult, opened
from casemgr.units.loading import read
from casemgr.units.models import AreaEnd, AreaMember, Hamlet
from casemgr.units.names import HAMLET_WORDS, N_, UnitError, clean, split_name
from casemgr.units.reading import ListRefused
from casemgr.units.rules import UnitTree, overlap

Row = models.Area


def on(session, day: date, known_at: datetime | None = None) -> list[Area]:
    """Every area in force on a day with whoever is in charge of it then; one query."""
    known = [] if known_at is None else [Row.recorded_at <= known_at]
    until, until_member = _last_day(Row, AreaEnd.area_id, known_at), _last_day(AreaMember, AreaEnd.member_id, known_at)
    in_charge = sa.and_(
        AreaMember.area_id == Row.id,
        AreaMember.valid_from <= day,
        sa.or_(until_member.is_(None), until_member >= day),
        *([] if known_at is None else [AreaMember.recorded_at <= known_at]),
    )
    query = (
        sa.select(Row, Hamlet, AreaMember, until)
        .outerjoin(Hamlet, Hamlet.id == Row.hamlet_id)
        .outerjoin(AreaMember, in_charge)
        .where(Row.valid_from <= day, sa.or_(until.is_(None), until >= day), *known)
        .order_by(Row.zone, Row.unit_id, Row.id, AreaMember.valid_from.desc())
    )
    found: dict[UUID, Area] = {}
    for row, hamlet, member, last in session.execute(query):
        found.setdefault(row.id, _area(row, hamlet, member, last))
    return list(found.values())


def _last_day(of, key, known_at: datetime | None = None):
    """The last day of an area or a charge, as written or as ended since (by what was known then)."""
    ended = sa.select(sa.func.min(AreaEnd.last_day)).where(key == of.id)
    if known_at is not None:
        ended = ended.where(AreaEnd.recorded_at <= known_at)
    return sa.func.coalesce(ended.correlate(of).scalar_subquery(), of.valid_to)


def last_day(session, area: Row) -> date | None:
    return session.scalar(sa.select(_last_day(Row, AreaEnd.area_id)).where(Row.id == area.id))


def _area(row: Row, hamlet: Hamlet | None, member: AreaMember | None, last: date | None) -> Area:
    return Area(
        row.id,
        row.unit_id,
        row.zone,
        row.hamlet_id,
        hamlet.label if hamlet else "",
        _per_cent(row.poor_rate),
        _per_cent(row.minority_rate),
        row.document,
        row.valid_from,
        last,
        member.member if member else "",
        member.id if member else None,
        member.valid_from if member else None,
    )


def _per_cent(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths) / 100


def import_areas(session, path: Path | str, now: datetime) -> ImportResult:
    """A list of areas, whole or not at all; the same list again changes nothing. Raises ListRefused with the lines."""
    with opened(path) as file:
        rows, problems = read_areas(file)
    tree, taken = read(session), _Taken(session)
    new: list = []
    added = 0
    for row in rows:
        try:
            unit, hamlet = _place(session, tree, row)
            area = taken.same(unit, hamlet, row)
            if area is None:
                area = _new(unit, hamlet, row, now)
                taken.add(area, area.valid_to)
                new.append(area)
                added += 1
            if row.member and not taken.has_member(area.id, row):
                new.append(_member(area, row, now))
        except UnitError as error:
            problems.append((row.line, error))
    if problems:
        raise ListRefused(problems)
    session.add_all(new)
    session.flush()
    return ImportResult(added, len(new) - added, len(rows) - added)


class _Taken:
    """What there is already, so that nothing is said twice or against what was said."""

    def __init__(self, session):
        self.areas: dict[tuple, list[tuple[Row, date | None]]] = {}
        for area, last in session.execute(sa.select(Row, _last_day(Row, AreaEnd.area_id))):
            self.add(area, last)
        query = sa.select(AreaMember.area_id, AreaMember.member, AreaMember.valid_from)
        self.members = {tuple(row) for row in session.execute(query)}

    def add(self, area: Row, last: date | None) -> None:
        self.areas.setdefault((area.unit_id, area.hamlet_id), []).append((area, last))

    def same(self, unit: str, hamlet: UUID | None, row: AreaRow) -> Row | None:
        """The area that says the same; raises UnitError where one says something else for these days."""
        for each, last in self.areas.get((unit, hamlet), ()):
            if not overlap(each.valid_from, last, row.valid_from, row.valid_to):
                continue
            said = (each.zone, each.valid_from, last, each.poor_rate, each.minority_rate)
            if said == (row.zone, row.valid_from, row.valid_to, row.poor_rate, row.minority_rate):
                return each
            raise UnitError(
                N_("Địa bàn này đã ghi khu vực %(zone)s từ %(day)s: kết thúc dòng cũ trước khi ghi dòng mới."),
                zone=each.zone,
                day=f"{each.valid_from:%d/%m/%Y}",
            )
        return None

    def has_member(self, area: UUID, row: AreaRow) -> bool:
        key = (area, clean(row.member), row.member_from)
        if key in self.members:
            return True
        self.members.add(key)
        return False


def _place(session, tree: UnitTree, row: AreaRow) -> tuple[str, UUID | None]:
    unit = tree.find(row.unit_code, row.valid_from)
    if unit is None:
        raise UnitError(
            N_("Không có đơn vị mã %(code)s vào ngày %(day)s."), code=row.unit_code, day=f"{row.valid_from:%d/%m/%Y}"
        )
    return unit, find_hamlet(session, tree, unit, row.hamlet, row.valid_from) if row.zone == HAMLETS else None


def find_hamlet(session, tree: UnitTree, unit: str, name: str, day: date) -> UUID:
    """The hamlet of a commune by its name, with or without the word before it."""
    found = split_name(name, HAMLET_WORDS)
    bare = clean(found[1] if found else name).casefold()
    query = sa.select(Hamlet).where(Hamlet.unit_id == unit)
    same = [
        h for h in session.scalars(query) if h.name.casefold() == bare and overlap(h.valid_from, h.valid_to, day, day)
    ]
    if found:
        same = [h for h in same if h.kind == found[0]]
    if len(same) != 1:
        raise UnitError(N_("%(unit)s không có ấp, khóm “%(name)s”."), unit=tree.label(unit), name=name)
    return same[0].id


def _new(unit: str, hamlet: UUID | None, row: AreaRow, now: datetime) -> Row:
    return Row(
        id=uuid4(),
        unit_id=unit,
        hamlet_id=hamlet,
        zone=row.zone,
        poor_rate=row.poor_rate,
        minority_rate=row.minority_rate,
        document=clean(row.document)[:200],
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        recorded_at=now,
    )


def _member(area: Row, row: AreaRow, now: datetime) -> AreaMember:
    return AreaMember(
        id=uuid4(),
        area_id=area.id,
        member=_named(row.member),
        document=clean(row.member_document)[:200],
        valid_from=row.member_from,
        valid_to=row.member_to,
        recorded_at=now,
    )


def _named(text: str) -> str:
    name = clean(text)
    if not name or len(name) > 160:
        raise UnitError(N_("Phải ghi họ tên, chức vụ người phụ trách, không quá 160 ký tự."))
    return name


def add(session, unit: str, row: AreaRow, now: datetime) -> Row:
    """One area typed on a page."""
    tree = read(session)
    if unit not in tree or not tree[unit].valid(row.valid_from):
        raise UnitError(N_("Đơn vị này không có hiệu lực vào ngày bắt đầu."))
    hamlet = find_hamlet(session, tree, unit, row.hamlet, row.valid_from) if row.zone == HAMLETS else None
    if _Taken(session).same(unit, hamlet, row) is not None:
        raise UnitError(N_("Địa bàn này đã được ghi."))
    area = _new(unit, hamlet, row, now)
    session.add(area)
    session.flush()
    return area


def end(session, area: Row, day: date, *, author: str, now: datetime) -> None:
    """The area is no longer one after a day; who was in charge of it is not either. Whoever calls holds its row."""
    last = last_day(session, area)
    if day < area.valid_from or (last is not None and day >= last):
        raise UnitError(N_("Ngày kết thúc nằm ngoài thời gian hiệu lực."))
    session.add(_end(day, author, now, area_id=area.id))
    for member, until in _charges(session, area.id):
        if member.valid_from <= day and (until is None or until > day):
            session.add(_end(day, author, now, member_id=member.id))
    session.flush()


def _end(day: date, author: str, now: datetime, **of: UUID) -> AreaEnd:
    return AreaEnd(id=uuid4(), last_day=day, recorded_at=now, recorded_by=author, **of)


def _charges(session, area: UUID) -> list[tuple[AreaMember, date | None]]:
    """[(whoever is or was in charge, until when)], the latest first."""
    query = sa.select(AreaMember, _last_day(AreaMember, AreaEnd.member_id)).where(AreaMember.area_id == area)
    return [tuple(row) for row in session.execute(query.order_by(AreaMember.valid_from.desc()))]


def assign(session, area: Row, *, member: str, document: str, start: date, author: str, now: datetime) -> AreaMember:
    """Puts somebody in charge from a day on; whoever was before is so until the day before. Whoever calls holds the row
    of the area."""
    last = last_day(session, area)
    if start < area.valid_from or (last is not None and start > last):
        raise UnitError(N_("Ngày bắt đầu nằm ngoài thời gian hiệu lực của địa bàn."))
    name = _named(member)
    for each, until in _charges(session, area.id):
        if each.valid_from >= start:
            raise UnitError(N_("Đã có người phụ trách từ ngày %(day)s."), day=f"{each.valid_from:%d/%m/%Y}")
        if until is None or until >= start:
            session.add(_end(date.fromordinal(start.toordinal() - 1), author, now, member_id=each.id))
    new = AreaMember(
        id=uuid4(),
        area_id=area.id,
        member=name,
        document=clean(document)[:200],
        valid_from=start,
        valid_to=last,
        recorded_at=now,
    )
    session.add(new)
    session.flush()
    return new


@dataclass(frozen=True, slots=True)
class Past:
    """Who was, is or will be in charge of an area."""

    member: str
    document: str
    valid_from: date
    valid_to: date | None


def members(session, area: UUID) -> list[Past]:
    return [Past(m.member, m.document, m.valid_from, until) for m, until in _charges(session, area)]
