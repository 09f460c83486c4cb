"""From counted cases and reported figures to one indicator's figure, and to its figures by group. No queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from casemgr.coverage.asked import AREA_KINDS, LEVELS, TODAY, Asked
from casemgr.coverage.figures import Figure
from casemgr.coverage.ground import Ground
from casemgr.coverage.inputs import group_inputs, inputs_of, reporting
from casemgr.coverage.residents import KNOWS_HAMLETS
from casemgr.coverage.rules import RULES
from casemgr.coverage.scene import Scene
from casemgr.coverage.tally import HAMLET, RESIDENT, Group, Tally, funnel
from casemgr.plans.model import Indicator
from casemgr.plans.notes import Note
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.units.rules import UnitTree

BY_COMMUNE = Note(N_("Số liệu này chỉ có theo xã nên không tách được theo ấp."))
OF_PERSONS = {"sex": 1, "age": 2, "ethnicity": 3}  # position in a Group


@dataclass(slots=True)
class Result:
    """One indicator: its figure, its funnel [(step, number)], its groups [({dimension: code}, figure)]."""

    indicator: Indicator
    figure: Figure
    funnel: list[tuple[str, int]]
    groups: list[tuple[dict[str, str], Figure]] = field(default_factory=list)


def scene_of(asked: Asked, indicator: Indicator, tree: UnitTree, received, ground: Ground, money) -> Scene:
    programme = programmes()[indicator.programme] if indicator.programme else None
    scene = Scene(programme, asked.through, asked.plan.end, received=received)
    scene = replace(scene, whole=tree.level(asked.unit) == "province" and asked.within is None)
    if indicator.rule in ("areas", "assigned"):
        scene = replace(scene, areas=ground.count(indicator, tree.below(asked.unit)))
    if indicator.rule == "money":
        scene = replace(scene, money=money.get(indicator.uses["fund"]))
    return scene


def dims_of(by: Sequence[str]) -> frozenset[str]:
    """What the tallies must be told apart by."""
    return frozenset("unit" if d in (*LEVELS, *AREA_KINDS) else d for d in by)


def result_of(asked: Asked, indicator: Indicator, tally: Tally, said, scene: Scene, tree: UnitTree) -> Result:
    if asked.area == HAMLET and indicator.rule not in KNOWS_HAMLETS:
        return Result(indicator, Figure(why=BY_COMMUNE), [])
    whole = replace(scene, inputs=inputs_of(asked, indicator, said, asked.unit, tree))
    steps = scene.programme.steps if scene.programme else ()
    numbers = zip(("substantiated", *(step.code for step in steps)), funnel(tally, len(steps)), strict=True)
    return Result(indicator, RULES[indicator.rule](indicator, tally, whole), list(numbers))


def groups_of(
    asked: Asked,
    indicator: Indicator,
    tally: Tally,
    said,
    scene: Scene,
    by,
    tree: UnitTree,
    now: datetime,
    ground: Ground,
) -> list:
    """[({dimension: code}, figure)] for each combination of `by` that has items."""
    found = []
    if "hamlet" in by and indicator.rule not in KNOWS_HAMLETS:
        return found
    scene = replace(scene, whole=False, money=None)
    parts = tally.split(_naming(asked, by, tree, now.date(), ground))
    if indicator.rule == "proxy":  # only where there is somebody of the kind it counts
        parts = {name: part for name, part in parts.items() if f"of:{indicator.code}" in part.marked}
    else:  # not where something is only counted apart
        parts = {name: part for name, part in parts.items() if part.cells}
    if indicator.programme is None:
        parts = dict.fromkeys(reporting(asked, indicator, said, by, tree, ground), tally)
    for names, part in sorted(parts.items()):
        named = dict(zip(by, names, strict=True))
        inputs = group_inputs(asked, indicator, said, named, tree, ground)
        found.append((named, RULES[indicator.rule](indicator, part, replace(scene, inputs=inputs))))
    return found


def _naming(asked: Asked, by: Sequence[str], tree: UnitTree, today: date, ground: Ground) -> Callable[[Group], tuple]:
    """A function from a group of the tally to the names of the group it belongs to, in the order of `by`."""
    mapped: dict[tuple[str, str], str] = {}
    newest = tree.newest(today)

    def unit_at(unit: str, level: str) -> str:
        unit = unit.removesuffix(RESIDENT)
        if (unit, level) not in mapped:
            target = tree.map_to(unit, newest) if asked.basis == TODAY else unit
            mapped[unit, level] = (tree.at_level(target, level) or "") if target in tree else ""
        return mapped[unit, level]

    def name(group: Group) -> tuple:
        return tuple(
            unit_at(group.unit, d)
            if d in LEVELS
            else ground.kind(d, group.unit)
            if d in AREA_KINDS
            else group[OF_PERSONS[d]]
            for d in by
        )

    return name
