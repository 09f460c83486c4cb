"""Zones, specially difficult hamlets and who is in charge of them: loading a list, adding, ending, reading.

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
from casemgr.units.models import AreaMember, Hamlet
from casemgr.units.names import HAMLET_WORDS, N_, UnitError, clean, split_name
from casemgr.units.reading import ListRefused
from casemgr.units.rules import UnitTree, overlap

Row = models.Area


def on(session, day: date, known_at: datetime | None = None) -> list[Area]:
    """Every area in force on a day with whoever is in charge of it then; one query."""
    known = [] if known_at is None else [Row.recorded_at <= known_at]
    in_charge = sa.and_(
        AreaMember.area_id == Row.id,
        AreaMember.valid_from <= day,
        sa.or_(AreaMember.valid_to.is_(None), AreaMember.valid_to >= day),
        *([] if known_at is None else [AreaMember.recorded_at <= known_at]),
    )
    query = (
        sa.select(Row, Hamlet, AreaMember)
        .outerjoin(Hamlet, Hamlet.id == Row.hamlet_id)
        .outerjoin(AreaMember, in_charge)
        .where(Row.valid_from <= day, sa.or_(Row.valid_to.is_(None), Row.valid_to >= day), *known)
        .order_by(Row.zone, Row.unit_id, Row.id, AreaMember.valid_from.desc())
    )
    found: dict[UUID, Area] = {}
    for row, hamlet, member in session.execute(query):
        found.setdefault(row.id, _area(row, hamlet, member))
    return list(found.values())


def _area(row: Row, hamlet: Hamlet | None, member: AreaMember | None) -> Area:
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
        row.valid_to,
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
                taken.add(area)
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
        self.areas: dict[tuple, list[Row]] = {}
        for area in session.scalars(sa.select(Row)):
            self.add(area)
        query = sa.select(AreaMember.area_id, AreaMember.member, AreaMember.valid_from)
        self.members = {tuple(row) for row in session.execute(query)}

    def add(self, area: Row) -> None:
        self.areas.setdefault((area.unit_id, area.hamlet_id), []).append(area)

    def same(self, unit: str, hamlet: UUID | None, row: AreaRow) -> Row | None:
        """The area that says the same; raises UnitError where one says something else for these days."""
        for each in self.areas.get((unit, hamlet), ()):
            if not overlap(each.valid_from, each.valid_to, row.valid_from, row.valid_to):
                continue
            said = (each.zone, each.valid_from, each.valid_to, each.poor_rate, each.minority_rate)
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


def end(session, area: Row, last_day: date) -> None:
    """The area is no longer one after a day; who was in charge of it is not either."""
    if last_day < area.valid_from or (area.valid_to is not None and last_day > area.valid_to):
        raise UnitError(N_("Ngày kết thúc nằm ngoài thời gian hiệu lực."))
    area.valid_to = last_day
    for member in session.scalars(sa.select(AreaMember).where(AreaMember.area_id == area.id)):
        if member.valid_from <= last_day and (member.valid_to is None or member.valid_to > last_day):
            member.valid_to = last_day
    session.flush()


def assign(session, area: Row, *, member: str, document: str, start: date, now: datetime) -> AreaMember:
    """Puts somebody in charge from a day on; whoever was before is so until the day before."""
    if start < area.valid_from or (area.valid_to is not None and start > area.valid_to):
        raise UnitError(N_("Ngày bắt đầu nằm ngoài thời gian hiệu lực của địa bàn."))
    name = _named(member)
    for each in session.scalars(sa.select(AreaMember).where(AreaMember.area_id == area.id)):
        if each.valid_from >= start:
            raise UnitError(N_("Đã có người phụ trách từ ngày %(day)s."), day=f"{each.valid_from:%d/%m/%Y}")
        if each.valid_to is None or each.valid_to >= start:
            each.valid_to = date.fromordinal(start.toordinal() - 1)
    new = AreaMember(
        id=uuid4(),
        area_id=area.id,
        member=name,
        document=clean(document)[:200],
        valid_from=start,
        valid_to=area.valid_to,
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
    query = sa.select(AreaMember).where(AreaMember.area_id == area).order_by(AreaMember.valid_from.desc())
    return [Past(m.member, m.document, m.valid_from, m.valid_to) for m in session.scalars(query)]
