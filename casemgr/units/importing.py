"""Taking in lists of units and of hamlets. A list is taken whole or not at all; the same list again changes nothing."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from casemgr.units.loading import read, touch
from casemgr.units.models import Hamlet, Lineage, Unit, hamlet_key
from casemgr.units.names import N_, UnitError
from casemgr.units.reading import CommuneRow, HamletRow, ListRefused, Named, read_communes, read_hamlets
from casemgr.units.rules import UnitNode, UnitTree, check_hamlet, check_unit, overlap, unit_id

DATA = Path(__file__).with_name("data")
BUNDLED = {"an-giang": DATA / "an_giang_units.csv"}
ABOVE = DATA / "an_giang_above.csv"


@dataclass(frozen=True, slots=True)
class ImportResult:
    added: int
    lineage: int
    unchanged: int


def import_file(session, path: Path | str | None, now: datetime) -> ImportResult:
    """Old communes, their districts, and the new communes they became on one day.

    `path`: a CSV file with the columns `reading.UNIT_COLUMNS`; None or "an-giang" is the list that comes with casemgr.
    The provinces and districts it names are those of the database (add them first) or of `data/an_giang_above.csv`;
    the day of the change and its legal act are those of the province. Raises ListRefused naming the lines.
    """
    path = path or "an-giang"
    with opened(BUNDLED.get(str(path), path)) as file:
        rows = read_communes(file)
    touch(session)
    acts = {(each.old_id, each.new_id): each.act for each in session.scalars(sa.select(Lineage))}
    plan = plan_units(read(session), rows, acts, now)
    for model, found in ((Unit, plan.units), (Lineage, plan.lineage)):
        if found:
            session.execute(sa.insert(model), list(found.values()))
    return ImportResult(len(plan.units), len(plan.lineage), plan.unchanged)


def plan_units(tree: UnitTree, rows: list[CommuneRow], acts: dict[tuple[str, str], str], now: datetime) -> "Plan":
    """What a list adds to the units there are; `acts`: the legal act of each lineage there is. Raises ListRefused."""
    plan = Plan(tree, now)
    plan.know_above(acts)
    problems = []
    for row in rows:
        try:
            plan.take(row)
        except UnitError as error:
            problems.append((row.line, error))
    if problems:
        raise ListRefused(problems)
    return plan


class Plan:
    """What a list adds to a tree: rows of `unit` and `unit_lineage`, a parent always before its children."""

    def __init__(self, tree: UnitTree, now: datetime):
        self.tree, self.now = tree, now
        self.nodes = dict(tree.nodes)
        self.known = {(each.old, each.new) for each in tree.descents}
        self.units, self.lineage, self.unchanged = {}, {}, 0
        self.above, self.notes = {}, {}  # provinces and districts that may be named, not all of them wanted
        self.heir = {}  # ended province -> (the province it became, legal act)

    def know_above(self, acts: dict[tuple[str, str], str]) -> None:
        with opened(ABOVE) as file:
            listed = list(csv.DictReader(file))
        ids = {}
        for row in listed:
            begins = date.fromisoformat(row["valid_from"])
            ends = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
            id, parent = unit_id(row["code"], begins), ids.get(row["parent"])
            path = f"{self.above[parent].path if parent else '/'}{id}/"
            self.above[id] = UnitNode(id, row["code"], row["name"], row["kind"], parent, path, begins, ends)
            self.notes[id] = row["note"]
            ids.setdefault(row["code"], id)  # districts hang below the first bearer of a province's code
        for row in listed:
            if row["successor"]:
                old = self.above[ids[row["code"]]]
                follows = old.valid_to + timedelta(days=1)
                self.heir[old.id] = (unit_id(row["successor"], follows), row["act"])
        for node in self.tree.nodes.values():
            if self.tree.level(node.id) != "commune":
                self.above[node.id] = node
                for new, _, _ in self.tree.successors(node.id)[:1]:
                    self.heir[node.id] = (new, acts[node.id, new])

    def take(self, row: CommuneRow) -> None:
        size = len(self.units) + len(self.lineage)
        province = self._named(row.province, lambda node: node.id in self.heir)
        district = self._named(row.district, lambda node: node.parent == province.id)
        heir, act = self.heir[province.id]
        changed = self.above[heir].valid_from
        self._want_above(province)
        self._want_above(district)
        self._want_above(self.above[heir])
        self._descend(province.id, heir, False, True, changed, act)
        note = self.notes.get(province.id, "")
        old = self._want(row.old, district, district.valid_from, district.valid_to, note)
        new = self._want(row.new, self.above[heir], changed, None, act)
        self._descend(old, new, row.split, row.is_default or not row.split, changed, act)
        self.unchanged += size == len(self.units) + len(self.lineage)

    def _named(self, named: Named, fits) -> UnitNode:
        same = [
            node
            for node in self.above.values()
            if (node.kind, node.name.casefold()) == (named.kind, named.name.casefold()) and fits(node)
        ]
        if len(same) != 1:
            raise UnitError(
                N_("Chưa có %(name)s, hoặc chưa ghi đơn vị kế tiếp của tỉnh; thêm trước bằng flask unit add."),
                name=named,
            )
        return same[0]

    def _want_above(self, node: UnitNode) -> None:
        if node.id not in self.nodes:
            self._add(node, self.notes.get(node.id, ""))

    def _want(self, named: Named, parent: UnitNode, begins: date, ends: date | None, note: str) -> str:
        id = unit_id(named.code, begins)
        node = UnitNode(id, named.code, named.name, named.kind, parent.id, f"{parent.path}{id}/", begins, ends)
        known = self.nodes.get(id)
        if known is None:
            self._add(node, note)
        elif (known.kind, known.name, known.parent) != (node.kind, node.name, node.parent):
            raise UnitError(
                N_("Mã %(code)s đã có với tên hoặc cấp trên khác: %(name)s."), code=named.code, name=known.name
            )
        return id

    def _add(self, node: UnitNode, note: str) -> None:
        check_unit(node, self.nodes.get(node.parent or ""), self.tree.with_code(node.code))
        self.nodes[node.id] = node
        self.units[node.id] = {
            "id": node.id,
            "code": node.code,
            "name": node.name,
            "kind": node.kind,
            "parent_id": node.parent,
            "path": node.path,
            "valid_from": node.valid_from,
            "valid_to": node.valid_to,
            "note": note,
            "recorded_at": self.now,
        }

    def _descend(self, old: str, new: str, split: bool, is_default: bool, valid_from: date, act: str) -> None:
        if (old, new) not in self.known:
            self.known.add((old, new))
            self.lineage[old, new] = {
                "old_id": old,
                "new_id": new,
                "split": split,
                "is_default": is_default,
                "valid_from": valid_from,
                "act": act,
                "recorded_at": self.now,
            }


def import_hamlets(session, path: Path | str, on: date, now: datetime) -> ImportResult:
    """Hamlets, their communes named by the codes in force on `on`.

    A row without a date begins with its commune. `moved_to` is the code that a successor of the commune bore at once
    after the change. Raises ListRefused naming the lines.
    """
    with opened(path) as file:
        rows = read_hamlets(file)
    touch(session)
    tree = read(session)
    known = defaultdict(list)
    for each in session.scalars(sa.select(Hamlet)):
        known[_same(each)].append(each)
    problems, added, moved = [], [], []
    for row in rows:
        try:
            new = _hamlet(tree, row, on, now)
        except UnitError as error:
            problems.append((row.line, error))
            continue
        others = known[_same(new)]
        old = next(
            (each for each in others if overlap(each.valid_from, each.valid_to, new.valid_from, new.valid_to)), None
        )
        if old is None:
            added.append(new)
            others.append(new)
        elif new.moved_to and old.moved_to != new.moved_to:
            moved.append((old, new.moved_to))
    if problems:
        raise ListRefused(problems)
    session.add_all(added)
    for hamlet, target in moved:
        hamlet.moved_to, hamlet.recorded_at = target, now
    session.flush()
    return ImportResult(len(added), len(moved), len(rows) - len(added) - len(moved))


def _same(hamlet: Hamlet) -> tuple[str, str, str]:
    return hamlet.unit_id, hamlet.kind, hamlet.name.casefold()


def _hamlet(tree: UnitTree, row: HamletRow, on: date, now: datetime) -> Hamlet:
    unit = tree.find(row.unit_code, on)
    if unit is None:
        raise UnitError(N_("Không có đơn vị mã %(code)s vào ngày %(day)s."), code=row.unit_code, day=f"{on:%d/%m/%Y}")
    begins, ends = row.valid_from or tree[unit].valid_from, tree[unit].valid_to
    moved_to = None
    if row.moved_to:
        moved_to = next((id for id, _, _ in tree.successors(unit) if tree[id].code == row.moved_to), row.moved_to)
    check_hamlet(tree, unit, row.kind, row.name, begins, moved_to)
    return Hamlet(
        id=hamlet_key(unit, row.kind, row.name, begins),
        unit_id=unit,
        kind=row.kind,
        name=row.name,
        valid_from=begins,
        valid_to=ends,
        moved_to=moved_to,
        recorded_at=now,
    )


@contextmanager
def opened(path: Path | str) -> Iterator[TextIO]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise UnitError(N_("Không mở được tệp %(name)s."), name=Path(path).name) from error
