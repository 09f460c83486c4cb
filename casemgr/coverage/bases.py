"""The two bases of units: the units as they were on the day of a figure, and those of today. Which unit stands for the
one asked about on each, and on which basis an answer stands. Pure."""

from dataclasses import dataclass
from datetime import date

from casemgr.coverage.asked import AS_WERE, TODAY, Asked
from casemgr.plans.notes import Note
from casemgr.refused import N_
from casemgr.ui.rules import show_date
from casemgr.units.rules import UnitTree


@dataclass(frozen=True, slots=True)
class Bases:
    """{basis: the units that stand for the one asked about}; of those in `partly` only a part does."""

    units: dict[str, tuple[str, ...]]
    partly: frozenset[str] = frozenset()


def bases(asked: Asked, tree: UnitTree, today: date) -> Bases | None:
    """None where the two are the same: no merger or division of this unit is in force yet."""
    unit, node = asked.unit, tree[asked.unit]
    ended = node.valid_to is not None and node.valid_to < today
    if node.valid_from > today or not (tree.territory(unit, today) if ended else _came(tree, unit)):
        return None
    then, partly = (unit,) if node.valid(asked.through) else (), frozenset()
    if asked.through < node.valid_from:
        then = tuple(sorted(_before(tree, unit, asked.through)))
        partly = frozenset(then) - tree.with_predecessors(unit)
    if not ended:
        return Bases({AS_WERE: then, TODAY: (unit,)}, partly)
    heir = tree.map_to(unit, today)
    if heir is not None:
        heirs = (heir,)
    else:  # a district has no heir, a divided commune several
        heirs = tuple(sorted(tree.territory(unit, today))) if tree.level(unit) == "commune" else ()
        partly = frozenset(heirs)
    # What is larger than a commune can itself be shown by the communes of today.
    own = () if tree.level(unit) == "commune" and asked.basis == AS_WERE else (unit,)
    return Bases({AS_WERE: then, TODAY: (*own, *heirs)}, partly)


def _came(tree: UnitTree, unit: str) -> bool:
    return any(tree.predecessors(each) for each in tree.below(unit))


def _before(tree: UnitTree, unit: str, day: date) -> set[str]:
    """The units of that day that became this one, wholly or in part."""
    found, queue = set(), [unit]
    while queue:
        for old, _default, _split in tree.predecessors(queue.pop()):
            if tree[old].valid(day):
                found.add(old)
            else:
                queue.append(old)
    return found


def divided_into(asked: Asked, tree: UnitTree) -> list[str]:
    """The units of the day asked about of which only a part came into this later unit: none of their files counts."""
    if asked.basis != TODAY:
        return []
    held = tree.with_predecessors(asked.unit)
    came = {old for each in tree.below(asked.unit) for old, _default, _split in tree.predecessors(each)}
    return sorted(came - held)


def basis_notes(asked: Asked, tree: UnitTree, today: date) -> list[Note]:
    """On which basis an answer stands, where there are two."""
    if bases(asked, tree, today) is None:
        return []
    node, label = tree[asked.unit], tree.label(asked.unit)
    if asked.basis == AS_WERE:
        day = show_date(asked.through)
        if any(tree[each.new].valid_from <= asked.through for each in tree.descents):
            text = N_("Theo đơn vị như khi đó (ngày %(day)s): hồ sơ có từ trước khi sáp nhập vẫn tính ở đơn vị cũ.")
            return [Note(text, {"day": day})]
        return [Note(N_("Theo đơn vị như khi đó (ngày %(day)s), trước khi sáp nhập."), {"day": day})]
    if not node.valid(today):
        day = show_date(node.valid_to)
        if tree.level(asked.unit) == "commune":
            text = N_(
                "Theo đơn vị hiện nay: %(unit)s hết hiệu lực từ sau ngày %(day)s, ở đây chỉ có hồ sơ của đơn vị cũ này."
            )
        else:
            text = N_("Theo đơn vị hiện nay: hồ sơ của %(unit)s (đến %(day)s), chia theo đơn vị cấp xã hiện nay.")
        return [Note(text, {"unit": label, "day": day})]
    text = N_("Theo đơn vị hiện nay (%(unit)s từ %(day)s): gồm hồ sơ của các đơn vị cũ đã nhập toàn bộ vào đơn vị này.")
    found = [Note(text, {"unit": label, "day": show_date(node.valid_from)})]
    if divided := divided_into(asked, tree):
        text = N_("Chưa gồm hồ sơ của %(units)s: xã đã chia tách, hồ sơ chờ chọn đơn vị mới.")
        found.append(Note(text, {"units": ", ".join(map(tree.label, divided))}))
    elif waiting := _waiting(asked, tree):
        text = N_(
            "Hồ sơ của %(n)s xã đã chia tách được tính chung, chưa phân bổ về xã nào cho đến khi chọn đơn vị mới."
        )
        found.append(Note(text, {"n": waiting}))
    return found


def _waiting(asked: Asked, tree: UnitTree) -> int:
    """How many divided communes a later unit larger than a commune holds as a whole."""
    held = tree.with_predecessors(asked.unit)
    return sum(any(split for _new, _default, split in tree.successors(each)) for each in held)
