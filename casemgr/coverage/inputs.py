"""What the inputs of an indicator say for the unit, the communes or the group asked about."""

from collections.abc import Collection, Mapping, Sequence

from casemgr.coverage.asked import AREA_KINDS, LEVELS, TODAY, Asked
from casemgr.coverage.ground import Ground
from casemgr.plans.choice import NOT_HERE, Found, choose, choose_pair, choose_parts
from casemgr.plans.model import TEXT, Indicator, Input
from casemgr.plans.notes import Note
from casemgr.plans.rules import Reported
from casemgr.refused import N_
from casemgr.units.rules import UnitTree


def reporting(
    asked: Asked, indicator: Indicator, said, by: Sequence[str], tree: UnitTree, ground: Ground
) -> list[tuple[str]]:
    """The units of a level, or the kinds of areas, that have reported what an indicator reads; figures from outside
    know nothing else."""
    if len(by) != 1 or by[0] not in (*LEVELS, *AREA_KINDS):
        return []
    within = tree.below(asked.unit) if asked.within is None else asked.within
    units = {f.unit for f in said if f.input in indicator.uses.values() and f.unit in within}
    if by[0] in AREA_KINDS:
        return sorted({(ground.kind(by[0], u),) for u in units if tree.level(u) == "commune"})
    at = {u for u in units if tree.level(u) == by[0]}
    if asked.basis == TODAY:
        newest = tree.newest(asked.through)
        at = {target for u in at if (target := tree.map_to(u, newest)) is not None}
    return sorted((u,) for u in at)


def inputs_of(
    asked: Asked, indicator: Indicator, said: Sequence[Reported], unit: str, tree: UnitTree
) -> dict[str, Found]:
    plan, uses = asked.plan, indicator.uses
    if indicator.rule == "reduction":
        items = (plan.inputs[uses["current"]], plan.inputs[uses["baseline"]])
        current, baseline = choose_pair(said, *items, plan, unit, asked.through)
        return {"current": current, "baseline": baseline}
    items = {name: plan.inputs[code] for name, code in uses.items() if code in plan.inputs}
    if asked.within is not None:
        held = tree.with_predecessors(unit) if asked.basis == TODAY else tree.below(unit)
        communes = asked.within & held
        return {name: _of_communes(asked, item, said, communes, tree) for name, item in items.items()}
    found = {name: choose(said, item, plan, unit, asked.through, tree, asked.start) for name, item in items.items()}
    if asked.basis == TODAY and asked.through < tree[unit].valid_from:
        return {name: _of_former(asked, items[name], said, unit, tree) or each for name, each in found.items()}
    return found


def _of_former(asked: Asked, item: Input, said, unit: str, tree: UnitTree) -> Found | None:
    """What the units that went into a later one reported; None where they did not, or it is no number."""
    if item.kind == TEXT:
        return None
    if any(split for _old, _default, split in tree.predecessors(unit)):
        return Found(why=SPLIT)
    whole = tree.with_predecessors(unit) - tree.below(unit)
    for level in LEVELS[LEVELS.index(tree.level(unit)) :]:
        units = {u for u in whole if tree.level(u) == level}
        found = choose_parts(said, item, asked.plan, units, asked.through, tree, asked.start)
        if found is not None:
            return found
    return None


def _of_communes(asked: Asked, item: Input, said, communes: Collection[str], tree: UnitTree) -> Found:
    """What an input says for some communes together: the sum of what they reported."""
    found = choose_parts(said, item, asked.plan, communes, asked.through, tree, asked.start)
    return found or Found(why=Note(NOT_HERE, {"input": item.name.vi}))


SPLIT = Note(N_("Đơn vị này nhận một phần của xã đã chia tách nên không cộng được số liệu cũ."))


def _of_later_unit(asked: Asked, indicator: Indicator, said, unit: str, tree: UnitTree) -> dict[str, Found]:
    """What the units that became a later one reported together; unknown where a part of a split unit went into it."""
    items = {name: asked.plan.inputs[c] for name, c in indicator.uses.items() if c in asked.plan.inputs}
    if unit in tree and any(split for _old, _default, split in tree.predecessors(unit)):
        return {name: Found(why=SPLIT) for name in items}
    newest = tree.newest(asked.through)
    communes = {u for u in tree.communes(asked.unit) if tree.map_to(u, newest) == unit}
    return {name: _of_communes(asked, item, said, communes, tree) for name, item in items.items()}


def group_inputs(
    asked: Asked, indicator: Indicator, said, named: Mapping[str, str], tree: UnitTree, ground: Ground
) -> dict[str, Found]:
    """What the inputs say for a group: they know units, not sex, age or ethnicity."""
    if len(named) == 1 and (kind := next(iter(named))) in AREA_KINDS and indicator.rule != "reduction":
        every = tree.communes(asked.unit) if asked.within is None else asked.within
        communes = {u for u in every if ground.kind(kind, u) == named[kind]}
        items = {name: asked.plan.inputs[c] for name, c in indicator.uses.items() if c in asked.plan.inputs}
        return {name: _of_communes(asked, item, said, communes, tree) for name, item in items.items()}
    if asked.basis == TODAY and set(named) == {"commune"}:
        return _of_later_unit(asked, indicator, said, named["commune"], tree)
    units = {named[d] for d in named if d in LEVELS}
    if all(d in LEVELS for d in named) and "" not in units:
        lowest = max(units, key=lambda u: LEVELS.index(tree.level(u)))
        return inputs_of(asked, indicator, said, lowest, tree)
    found = {}
    for name, code in indicator.uses.items():
        if code in asked.plan.inputs:
            found[name] = Found(why=Note(NOT_HERE, {"input": asked.plan.inputs[code].name.vi}))
    return found
