"""Administrative units: kinds, names and the tree with its lineage. Plain Python.

A unit's key is its code *and* the day it came into being ("30544-20210101"), because codes are reused: code 91 was
Kiên Giang until 30/6/2025 and is An Giang since. A unit is never edited into another: it ends, and lineage rows say
which units it became. Periods are whole days, both ends included; `valid_to` None means still in force.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

from casemgr.units.names import HAMLET_WORDS, N_, UnitError, label

LEVELS = ("province", "district", "commune")
LEVEL_OF = MappingProxyType(
    dict.fromkeys(("tinh",), "province")
    | dict.fromkeys(("huyen", "thanh_pho", "thi_xa"), "district")
    | dict.fromkeys(("xa", "phuong", "thi_tran", "dac_khu"), "commune")
)
CODE_DIGITS = MappingProxyType({"province": 2, "district": 3, "commune": 5})


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit. `path` holds the ids from the province down to the unit itself: "/89-20210101/891-20210101/"."""

    id: str
    code: str
    name: str  # without the word of its kind: "Núi Tô"
    kind: str
    parent: str | None
    path: str
    valid_from: date
    valid_to: date | None

    def valid(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Descent:
    """`old` became `new`, wholly or (split) in part; `is_default` marks the one that took the largest part."""

    old: str
    new: str
    split: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class Rolled:
    """Sums by unit id, and what could not be placed in a unit of the basis, by the unit where it was counted."""

    totals: dict[str, float]
    unplaced: dict[str, float]


@dataclass(frozen=True, eq=False)
class UnitTree:
    """All units of all times, immutable. An id the tree does not have raises KeyError, except in `map_to` and `get`."""

    nodes: Mapping[str, UnitNode]
    descents: tuple[Descent, ...] = ()
    moves: Mapping[UUID, str] = field(default_factory=dict)  # hamlet of an ended unit -> the unit it went to
    _codes: dict = field(init=False, repr=False, compare=False, default_factory=dict)
    _children: dict = field(init=False, repr=False, compare=False, default_factory=dict)
    _next: dict = field(init=False, repr=False, compare=False, default_factory=dict)
    _last: dict = field(init=False, repr=False, compare=False, default_factory=dict)
    _below: dict = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self):
        for node in sorted(self.nodes.values(), key=lambda each: (each.code, each.valid_from)):
            self._codes.setdefault(node.code, []).append(node)
            self._children.setdefault(node.parent, []).append(node.id)
        for each in self.descents:
            self._next.setdefault(each.old, []).append(each)
            self._last.setdefault(each.new, []).append(each)

    def __getitem__(self, id: str) -> UnitNode:
        return self.nodes[id]

    def __contains__(self, id: str) -> bool:
        return id in self.nodes

    def __len__(self) -> int:
        return len(self.nodes)

    def get(self, id: str) -> UnitNode | None:
        return self.nodes.get(id)

    def find(self, code: str, on: date) -> str | None:
        """The unit that bore this code on this day."""
        return next((node.id for node in self._codes.get(code, ()) if node.valid(on)), None)

    def with_code(self, code: str) -> tuple[UnitNode, ...]:
        """Every unit that ever bore this code, oldest first."""
        return tuple(self._codes.get(code, ()))

    def level(self, id: str) -> str:
        """'province', 'district' or 'commune'."""
        return LEVEL_OF[self.nodes[id].kind]

    def label(self, id: str) -> str:
        """As written in a sentence: "xã Núi Tô"."""
        return label(self.nodes[id].kind, self.nodes[id].name)

    def full_label(self, id: str) -> str:
        """With the units above it, for names that occur twice: "xã Núi Tô, huyện Tri Tôn, tỉnh An Giang"."""
        return ", ".join(self.label(each) for each in reversed(self.line(id)))

    def line(self, id: str) -> tuple[str, ...]:
        """The ids from the province down to the unit itself."""
        return tuple(self.nodes[id].path.strip("/").split("/"))

    def at_level(self, id: str, level: str) -> str | None:
        """The unit of this level that contains it (or itself); None where there is none (no districts since 7/2025)."""
        return next((each for each in self.line(id) if self.level(each) == level), None)

    def children(self, id: str | None, on: date | None = None) -> tuple[str, ...]:
        """Directly below (None: the provinces), by code; only those in force on a day when one is given."""
        found = self._children.get(id, ())
        return tuple(each for each in found if on is None or self.nodes[each].valid(on))

    def below(self, id: str) -> frozenset[str]:
        """Itself and everything below it, of all times."""
        if id not in self._below:
            found = {self.nodes[id].id}
            for child in self._children.get(id, ()):
                found |= self.below(child)
            self._below[id] = frozenset(found)
        return self._below[id]

    def communes(self, id: str, on: date | None = None) -> tuple[str, ...]:
        """The commune-level units at or below it, by code; only those in force on a day when one is given."""
        found = (self.nodes[each] for each in self.below(id) if self.level(each) == "commune")
        kept = (node for node in found if on is None or node.valid(on))
        return tuple(node.id for node in sorted(kept, key=lambda node: (node.code, node.valid_from)))

    def newest(self, day: date) -> date:
        """The day itself, or the day on which the newest units come into force, if that is later."""
        return max([day, *(node.valid_from for node in self.nodes.values())])

    def successors(self, id: str) -> list[tuple[str, bool, bool]]:
        """What it became: (id, is_default, split)."""
        return [(each.new, each.is_default, each.split) for each in self._next.get(id, ())]

    def predecessors(self, id: str) -> list[tuple[str, bool, bool]]:
        """What it was made of: (id, is_default, split), where split says that only a part of that unit came here."""
        return [(each.old, each.is_default, each.split) for each in self._last.get(id, ())]

    def map_to(self, id: str, basis_date: date, hamlet: UUID | None = None) -> str | None:
        """The unit in force on `basis_date` that holds the whole of this one.

        A hamlet that is known to have moved decides where a split unit went. None when the unit was split and no
        hamlet says, when it ended without a successor (a district), or when the id is unknown. Backwards a unit made
        of several is None.
        """
        node = self.nodes.get(id)
        if node is None:
            return None
        if node.valid(basis_date):
            return id
        if basis_date < node.valid_from:
            before = {each.old for each in self._last.get(id, ())}
            return self.map_to(before.pop(), basis_date) if len(before) == 1 else None
        after = {each.new for each in self._next.get(id, ())}
        if len(after) == 1:
            return self.map_to(after.pop(), basis_date, hamlet)
        moved = self.moves.get(hamlet) if hamlet else None
        return self.map_to(moved, basis_date, hamlet) if moved in after else None

    def territory(self, id: str, on: date) -> frozenset[str]:
        """The communes in force on a day that lie, wholly or in part, on the ground of this unit.

        `territory(old An Giang, today)` are the 54 units to compare a plan of 2022 with, not the 102 of the merged
        province.
        """
        seen, queue = set(), list(self.communes(id))
        while queue:
            each = queue.pop()
            if each not in seen:
                seen.add(each)
                queue += [one.new for one in self._next.get(each, ())]
        return frozenset(each for each in seen if self.nodes[each].valid(on))

    def with_predecessors(self, id: str) -> frozenset[str]:
        """`below`, and every earlier unit that went wholly into it: whose dossiers the unit holds today."""
        held = set(self.below(id))
        while True:
            came = {
                each.old
                for each in self.descents
                if each.new in held and each.old not in held and all(one.new in held for one in self._next[each.old])
            }
            if not came:
                return frozenset(held)
            for each in came:
                held |= self.below(each)

    def common(self, ids: Iterable[str]) -> str | None:
        """The lowest unit that contains all of them; None without one."""
        shared = None
        for step in zip(*(self.line(each) for each in ids), strict=False):
            if len(set(step)) > 1:
                break
            shared = step[0]
        return shared

    def roll_up(self, values: Mapping[str, float], basis_date: date | None = None) -> Rolled:
        """Sum values by unit over all units above each.

        With a basis date each unit is first mapped to the units of that day. What a split leaves open is listed in
        `unplaced` and still counted in the lowest unit that holds all the successors (a split commune: its province).
        """
        totals, unplaced = {}, {}
        for id, value in values.items():
            target = id if basis_date is None else self.map_to(id, basis_date)
            if target is None:
                unplaced[id] = unplaced.get(id, 0) + value
                parts = {self.map_to(each.new, basis_date) for each in self._next.get(id, ())}
                target = self.common(parts) if parts and None not in parts else None
            for above in self.line(target) if target else ():
                totals[above] = totals.get(above, 0) + value
        return Rolled(totals, unplaced)


def unit_id(code: str, valid_from: date) -> str:
    return f"{code}-{valid_from:%Y%m%d}"


def overlap(from_a: date, to_a: date | None, from_b: date, to_b: date | None) -> bool:
    return (to_b is None or from_a <= to_b) and (to_a is None or from_b <= to_a)


def check_unit(node: UnitNode, parent: UnitNode | None, same_code: Collection[UnitNode]) -> None:
    """Raises UnitError when a new unit breaks a rule. `same_code`: the other units that ever bore its code."""
    if node.kind not in LEVEL_OF:
        raise UnitError(N_("Không có loại đơn vị “%(kind)s”."), kind=node.kind)
    level = LEVEL_OF[node.kind]
    if not (node.code.isascii() and node.code.isdigit() and len(node.code) == CODE_DIGITS[level]):
        raise UnitError(N_("Mã “%(code)s” phải có %(n)s chữ số."), code=node.code, n=CODE_DIGITS[level])
    if not node.name or len(node.name) > 100:
        raise UnitError(N_("Tên đơn vị phải có từ 1 đến 100 ký tự."))
    if node.valid_to is not None and node.valid_to < node.valid_from:
        raise UnitError(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    if (parent is None) != (level == "province") or (
        parent and LEVELS.index(LEVEL_OF[parent.kind]) >= LEVELS.index(level)
    ):
        raise UnitError(N_("%(label)s không thể trực thuộc đơn vị này."), label=label(node.kind, node.name))
    if parent and not (
        parent.valid_from <= node.valid_from
        and (parent.valid_to is None or (node.valid_to is not None and node.valid_to <= parent.valid_to))
    ):
        raise UnitError(
            N_("Thời gian hiệu lực nằm ngoài thời gian của %(label)s."), label=label(parent.kind, parent.name)
        )
    for other in same_code:
        if overlap(node.valid_from, node.valid_to, other.valid_from, other.valid_to):
            raise UnitError(
                N_("Mã %(code)s đã thuộc về %(label)s trong thời gian này."),
                code=node.code,
                label=label(other.kind, other.name),
            )


def check_descent(tree: UnitTree, old: UnitNode, last_day: date, heirs: Collection[tuple[str, bool]]) -> None:
    """Raises UnitError when `old` cannot end on this day and become `heirs`: (id, is_default)."""
    if old.valid_to is not None:
        raise UnitError(N_("%(label)s đã hết hiệu lực."), label=tree.label(old.id))
    if last_day < old.valid_from:
        raise UnitError(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    for id in tree.children(old.id):
        if tree[id].valid_to is None or tree[id].valid_to > last_day:
            raise UnitError(N_("%(label)s còn trực thuộc sau ngày này."), label=tree.label(id))
    for id, _ in heirs:
        if id not in tree or not tree[id].valid(last_day + timedelta(days=1)) or tree.level(id) != tree.level(old.id):
            raise UnitError(N_("Đơn vị kế tiếp %(id)s phải cùng cấp và có hiệu lực ngay sau ngày này."), id=id)
    if len({id for id, _ in heirs}) != len(heirs) or (len(heirs) > 1 and sum(big for _, big in heirs) != 1):
        raise UnitError(N_("Khi chia tách phải chỉ rõ đúng một đơn vị nhận phần lớn nhất."))


def check_hamlet(
    tree: UnitTree, unit: str, kind: str, name: str, valid_from: date, moved_to: str | None = None
) -> None:
    """Raises UnitError when this unit cannot have such a hamlet from this day on."""
    if kind not in HAMLET_WORDS:
        raise UnitError(N_("Loại phải là ấp, khóm hoặc khu phố, không phải “%(kind)s”."), kind=kind)
    if not name or len(name) > 100:
        raise UnitError(N_("Tên ấp, khóm phải có từ 1 đến 100 ký tự."))
    if unit not in tree or tree.level(unit) != "commune":
        raise UnitError(N_("Ấp, khóm phải thuộc một xã, phường, thị trấn hoặc đặc khu."))
    if not tree[unit].valid(valid_from):
        raise UnitError(
            N_("%(label)s không có hiệu lực vào ngày %(day)s."), label=tree.label(unit), day=f"{valid_from:%d/%m/%Y}"
        )
    if moved_to is not None and moved_to not in {id for id, _, _ in tree.successors(unit)}:
        raise UnitError(N_("%(label)s không chuyển sang đơn vị %(id)s."), label=tree.label(unit), id=moved_to)
