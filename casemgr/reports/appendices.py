"""The tables of a report below its unit, and what of them is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from casemgr.coverage import measures
from casemgr.coverage.asked import AS_WERE, TODAY
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.figures import Figure
from casemgr.coverage.services import Asked, Result, ask, report
from casemgr.plans.model import COUNT, IN_PERIOD, Indicator
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.reports import rules
from casemgr.reports.content import Appendix, Part
from casemgr.reports.hiding import Node, hidden
from casemgr.ui.rules import show_number
from casemgr.units.names import label as unit_label
from casemgr.units.rules import UnitNode, UnitTree

SMALL = "số nhỏ, không hiển thị"
# For each shorter period: {indicator: {unit, or "" for the province: how many were counted}}.
Shorter = Sequence[Mapping[str, Mapping[str, int]]]


def sensitive(indicator: Indicator) -> bool:
    return indicator.programme is not None and programmes()[indicator.programme].sensitive


def number_of(indicator: Indicator, figure: Figure) -> float | None:
    """The value as a spreadsheet counts with it: a share of 1, points, a number, đồng; a fall is negative."""
    if figure.value is None:
        return None
    value = float(figure.value)
    return -value if indicator.rule == "reduction" and value else value


def appendices(
    session, asked: Asked, now: datetime, tree: UnitTree, inner: Sequence[tuple[date, date]]
) -> dict[str, tuple[frozenset[str], Appendix | None]]:
    """{indicator: (units that are hidden, '' among them where it is the unit asked about; its table by district and
    commune)} for the indicators that are known below the unit.

    What is hidden is decided over the whole province, whoever reports: otherwise the report of a district would give
    what that of the province hides. `inner`: shorter periods whose reports can be subtracted from this one.
    """
    whole = replace(asked, unit=tree.line(asked.unit)[0])
    levels = [level for level in ("district", "commune") if _has(whole, tree, level)]
    by_level = _by_level(session, whole, now, levels)
    shorter = [_counted(session, whole, now, tree, levels, span) for span in inner]
    then = _hidden_then(session, asked, now, tree, inner) if asked.basis == TODAY else {}
    found: dict[str, tuple[frozenset[str], Appendix | None]] = {}
    for code, result in (by_level[levels[0]] if levels else {}).items():
        groups = {level: {n[level]: f for n, f in by_level[level][code].groups if n[level]} for level in levels}
        if any(groups.values()):
            found[code] = _appendix(asked, result, groups, tree, shorter, then.get(code, frozenset()))
    return found


def _hidden_then(session, asked: Asked, now: datetime, tree: UnitTree, inner) -> dict[str, frozenset[str]]:
    """{indicator: what the report on the units of then hides, and the units of today that hold any of it}: else the
    units that are shown then, taken from the one that they became, would leave what is hidden."""
    newest, found = tree.newest(asked.through), {}
    for root in tree.children(None, asked.through):
        for code, (gone, _table) in appendices(
            session, replace(asked, unit=root, basis=AS_WERE), now, tree, inner
        ).items():
            kept = gone if tree[asked.unit].parent is None else gone - {""}
            found[code] = found.get(code, frozenset()) | kept | {tree.map_to(u, newest) or u for u in kept if u}
    return found


def _by_level(session, asked: Asked, now: datetime, levels: Sequence[str]) -> dict[str, dict[str, Result]]:
    return {
        level: {r.indicator.code: r for r in report(session, asked, now, by=(level,), details=False).results}
        for level in levels
    }


def _counted(session, asked: Asked, now: datetime, tree: UnitTree, levels, span) -> dict[str, dict[str, int]]:
    """How many a shorter period counted, of the indicators that count what came up in a period."""
    try:
        question = ask(
            asked.plan, tree, now, start=span[0], through=span[1], unit=asked.unit, basis=asked.basis,
            known_at=asked.known_at,
        )  # fmt: skip
    except Refused:
        return {}
    if question.through != span[1]:
        return {}  # it has not ended: nobody has its report
    wanted = [i.code for i in asked.plan.indicators.values() if _counts_what_came(asked, i)]
    if not wanted:
        return {}
    found: dict[str, dict[str, int]] = {}
    for result in report(session, question, now, indicators=wanted, by=tuple(levels), details=False).results:
        units = found[result.indicator.code] = {"": result.figure.denominator or 0}
        for names, figure in result.groups:
            for unit in filter(None, names.values()):
                units[unit] = units.get(unit, 0) + (figure.denominator or 0)
    return found


def _counts_what_came(asked: Asked, indicator: Indicator) -> bool:
    counts = indicator.rule in ("all_steps", "two_readings")
    return counts and sensitive(indicator) and asked.plan.counting[indicator.programme] == IN_PERIOD


def _counts(indicator: Indicator, unit: str, figure: Figure, shorter: Shorter) -> tuple[int | None, ...]:
    """What must not be small in a unit: its counts, and what is left of them beside a shorter period."""
    rest = ((figure.denominator or 0) - each[indicator.code].get(unit, 0) for each in shorter if indicator.code in each)
    return (*rules.counts(indicator, figure), *rest)


def _has(asked: Asked, tree: UnitTree, level: str) -> bool:
    return level != tree.level(asked.unit) and any(
        tree.level(u) == level for u in tree.below(asked.unit) if u != asked.unit
    )


def _appendix(
    asked: Asked, result: Result, groups: dict, tree: UnitTree, shorter: Shorter, then: frozenset[str]
) -> tuple[frozenset[str], Appendix | None]:
    indicator = result.indicator
    root = Node("", _counts(indicator, "", result.figure, shorter))
    root.parts = _nodes(indicator, groups, tree, shorter)
    gone = hidden(root) | then if sensitive(indicator) else frozenset()
    if asked.unit in gone:
        gone |= {""}
    figures = {unit: figure for level in groups.values() for unit, figure in level.items()}
    within = tree.below(asked.unit) - {asked.unit}
    if asked.basis == TODAY and tree[asked.unit].parent is None:
        within |= tree.territory(asked.unit, tree.newest(asked.through))
    shown = [(node, depth) for node, depth in _walk(root.parts, 0) if node.key in within]
    if not shown:
        return gone, None
    base = min(depth for _node, depth in shown)
    parts = [
        _part(indicator, figures[node.key], tree[node.key], depth - base, node.key in gone) for node, depth in shown
    ]
    heads = ("Đơn vị", *_count_heads(indicator), "Thực hiện")
    title = f"{indicator.code}. {indicator.name.vi}"
    return gone, Appendix(indicator.code, title, heads, tuple(parts), sum(part.hidden for part in parts))


def _nodes(indicator: Indicator, groups: dict, tree: UnitTree, shorter: Shorter) -> list[Node]:
    """Districts with their communes; communes alone where there are no districts between."""
    communes = groups.get("commune", {})
    made = {u: Node(u, _counts(indicator, u, f, shorter)) for u, f in communes.items()}
    if not groups.get("district"):
        return [made[u] for u in sorted(made, key=lambda u: tree[u].path)]
    found = []
    for district, figure in sorted(groups["district"].items(), key=lambda pair: tree[pair[0]].path):
        below = [made[u] for u in sorted(made, key=lambda u: tree[u].path) if tree.at_level(u, "district") == district]
        found.append(Node(district, _counts(indicator, district, figure, shorter), below))
    return found


def _walk(nodes: Sequence[Node], depth: int):
    for node in nodes:
        yield node, depth
        yield from _walk(node.parts, depth + 1)


def _count_heads(indicator: Indicator) -> tuple[str, ...]:
    if indicator.rule == "reduction":
        return "Kỳ này", "Kỳ gốc"
    return ("Số đạt", "Tổng số phải tính") if indicator.rule in COUNTS_CASES else ("Số đạt", "Tổng số")


def _part(indicator: Indicator, figure: Figure, unit: UnitNode, depth: int, gone: bool) -> Part:
    label = unit_label(unit.kind, unit.name)
    label = label[:1].upper() + label[1:]
    if gone:
        return Part(unit.code, label, depth, ("", ""), SMALL, True, (None, None))
    numbers = (figure.numerator, figure.denominator)
    if indicator.measure == COUNT and figure.denominator is None:
        numbers = (None, None)
    texts = tuple("–" if n is None else show_number(n) for n in numbers)
    value = measures.value(indicator, figure)
    return Part(unit.code, label, depth, texts, value, False, numbers, number_of(indicator, figure))
