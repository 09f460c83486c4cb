"""Changing units, lineage, hamlets and days off. Every function flushes and leaves the commit to its caller.

A refusal is a UnitError with words for the screen, raised before anything is written.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from casemgr.units.importing import ImportResult, import_file, import_hamlets
from casemgr.units.loading import YEARS, calendar, load, read, touch
from casemgr.units.models import Hamlet, Holiday, Lineage, Unit, hamlet_key
from casemgr.units.names import N_, UnitError, clean
from casemgr.units.rules import UnitNode, check_descent, check_hamlet, check_unit, overlap, unit_id

__all__ = [
    "ImportResult",
    "add_hamlet",
    "add_unit",
    "calendar",
    "close_hamlet",
    "close_unit",
    "correct_name",
    "hamlets",
    "import_file",
    "import_hamlets",
    "load",
    "move_hamlet",
    "remove_holiday",
    "rename",
    "set_holiday",
]


def add_unit(
    session,
    *,
    code: str,
    name: str,
    kind: str,
    parent_id: str | None,
    valid_from: date,
    now: datetime,
    valid_to: date | None = None,
    note: str = "",
) -> Unit:
    """A new unit; `name` without the word of its kind ("Núi Tô"). A day to come is fine."""
    touch(session)
    tree = read(session)
    parent = tree.get(parent_id) if parent_id else None
    if parent_id and parent is None:
        raise UnitError(N_("Không có đơn vị cấp trên %(id)s."), id=parent_id)
    id = unit_id(clean(code), valid_from)
    path = f"{parent.path if parent else '/'}{id}/"
    node = UnitNode(id, clean(code), clean(name), kind, parent_id or None, path, valid_from, valid_to)
    check_unit(node, parent, tree.with_code(node.code))
    unit = Unit(
        id=node.id,
        code=node.code,
        name=node.name,
        kind=node.kind,
        parent_id=node.parent,
        path=node.path,
        valid_from=node.valid_from,
        valid_to=node.valid_to,
        note=clean(note),
        recorded_at=now,
    )
    session.add(unit)
    session.flush()
    return unit


def close_unit(
    session, id: str, last_day: date, now: datetime, *, heirs: Sequence[tuple[str, bool]] = (), act: str = ""
) -> Unit:
    """End a unit and its hamlets on `last_day`. `heirs`: what it became, (unit id, took the largest part)."""
    touch(session)
    tree = read(session)
    unit = _unit(session, id)
    check_descent(tree, tree[id], last_day, heirs)
    if session.scalar(sa.select(Hamlet.id).where(Hamlet.unit_id == id, Hamlet.valid_from > last_day).limit(1)):
        raise UnitError(N_("Có ấp, khóm bắt đầu sau ngày này."))
    unit.valid_to = last_day
    session.execute(
        sa.update(Hamlet)
        .where(Hamlet.unit_id == id, sa.or_(Hamlet.valid_to.is_(None), Hamlet.valid_to > last_day))
        .values(valid_to=last_day)
    )
    split = len(heirs) > 1
    for new, is_default in heirs:
        session.add(
            Lineage(
                old_id=id,
                new_id=new,
                split=split,
                is_default=is_default or not split,
                valid_from=last_day + timedelta(days=1),
                act=clean(act),
                recorded_at=now,
            )
        )
    session.flush()
    return unit


def rename(session, id: str, *, name: str, kind: str, on: date, act: str, now: datetime) -> Unit:
    """From `on` the unit bears another name or is of another kind: it ends, a new one with its code and hamlets begins.

    A unit with others below it cannot be renamed so, because their keys and paths name it: they would have to end too.
    """
    touch(session)
    tree = read(session)
    old = _unit(session, id)
    node = replace(tree[id], id=unit_id(old.code, on), name=clean(name), kind=kind, valid_from=on, valid_to=None)
    check_unit(node, tree.get(old.parent_id), [each for each in tree.with_code(old.code) if each.id != id])
    living = hamlets(session, id, on)
    close_unit(session, id, on - timedelta(days=1), now)
    new = add_unit(
        session, code=old.code, name=name, kind=kind, parent_id=old.parent_id, valid_from=on, now=now, note=act
    )
    session.add(
        Lineage(old_id=id, new_id=new.id, split=False, is_default=True, valid_from=on, act=clean(act), recorded_at=now)
    )
    for each in living:
        session.add(_hamlet(new.id, each.kind, each.name, on, None, None, now))
    session.flush()
    return new


def correct_name(session, id: str, name: str, now: datetime) -> Unit:
    """Put a misspelt name right; the note keeps what stood there."""
    touch(session)
    unit, name = _unit(session, id), clean(name)
    if not name or len(name) > 100:
        raise UnitError(N_("Tên đơn vị phải có từ 1 đến 100 ký tự."))
    if name != unit.name:
        unit.note = f"{unit.note}\n{now:%d/%m/%Y}: trước đây ghi là “{unit.name}”.".strip()
        unit.name = name
    session.flush()
    return unit


def hamlets(session, unit: str, on: date | None = None) -> list[Hamlet]:
    """The hamlets of a commune by name; only those in force on a day when one is given."""
    query = sa.select(Hamlet).where(Hamlet.unit_id == unit)
    if on is not None:
        query = query.where(Hamlet.valid_from <= on, sa.or_(Hamlet.valid_to.is_(None), Hamlet.valid_to >= on))
    return sorted(session.scalars(query), key=lambda each: (each.name, each.kind, each.valid_from))


def add_hamlet(
    session, unit: str, *, kind: str, name: str, valid_from: date, now: datetime, moved_to: str | None = None
) -> Hamlet:
    """A hamlet from a day on which its commune is in force; it ends with the commune."""
    touch(session)
    tree, name = read(session), clean(name)
    check_hamlet(tree, unit, kind, name, valid_from, moved_to)
    valid_to = tree[unit].valid_to
    for each in hamlets(session, unit):
        same = (each.kind, each.name.casefold()) == (kind, name.casefold())
        if same and overlap(each.valid_from, each.valid_to, valid_from, valid_to):
            raise UnitError(N_("Đã có %(label)s."), label=each.label)
    hamlet = _hamlet(unit, kind, name, valid_from, valid_to, moved_to, now)
    session.add(hamlet)
    session.flush()
    return hamlet


def move_hamlet(session, id: uuid.UUID, moved_to: str, now: datetime) -> Hamlet:
    """Say to which of the successors of its split commune a hamlet went."""
    touch(session)
    hamlet = _found(session.get(Hamlet, id, with_for_update=True))
    check_hamlet(read(session), hamlet.unit_id, hamlet.kind, hamlet.name, hamlet.valid_from, moved_to)
    hamlet.moved_to, hamlet.recorded_at = moved_to, now
    session.flush()
    return hamlet


def close_hamlet(session, id: uuid.UUID, last_day: date) -> Hamlet:
    """End a hamlet that was dissolved or merged into another one of the same commune."""
    touch(session)
    hamlet = _found(session.get(Hamlet, id, with_for_update=True))
    if last_day < hamlet.valid_from or (hamlet.valid_to is not None and last_day > hamlet.valid_to):
        raise UnitError(N_("Ngày kết thúc nằm ngoài thời gian hiệu lực."))
    hamlet.valid_to = last_day
    session.flush()
    return hamlet


def set_holiday(session, day: date, *, is_off: bool, name: str, document: str, now: datetime) -> Holiday:
    """Enter the state's decision on a day: off, or worked instead. A decision already there is replaced."""
    name = clean(name)
    if not name or len(name) > 200 or len(clean(document)) > 200:
        raise UnitError(N_("Phải ghi nội dung; nội dung và số văn bản không quá 200 ký tự."))
    if day.year not in YEARS:
        raise UnitError(N_("Năm phải từ %(first)s đến %(last)s."), first=YEARS[0], last=YEARS[-1])
    touch(session)
    values = {"is_off": is_off, "name": name, "document": clean(document), "recorded_at": now}
    holiday = session.merge(Holiday(day=day, **values))
    session.flush()
    return holiday


def remove_holiday(session, day: date) -> None:
    """Take back a day entered by mistake."""
    touch(session)
    session.delete(_found(session.get(Holiday, day)))
    session.flush()


def _hamlet(unit, kind, name, valid_from, valid_to, moved_to, now) -> Hamlet:
    return Hamlet(
        id=hamlet_key(unit, kind, name, valid_from),
        unit_id=unit,
        kind=kind,
        name=name,
        valid_from=valid_from,
        valid_to=valid_to,
        moved_to=moved_to,
        recorded_at=now,
    )


def _unit(session, id: str) -> Unit:
    return _found(session.get(Unit, id, with_for_update=True))


def _found(row):
    if row is None:
        raise UnitError(N_("Không tìm thấy."))
    return row
