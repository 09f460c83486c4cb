"""What the address of a page asks: plan, unit, period, areas; and what its reader may see of it."""

from datetime import date, datetime

from flask import abort, request, url_for

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, may, require
from casemgr.coverage import services
from casemgr.coverage.asked import AS_WERE, LEVELS, TODAY, Asked
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.tally import FOCUS, HAMLET, REST
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Period, Plan
from casemgr.refused import Refused
from casemgr.ui.errors import NoAnswer
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree


def may_read_unit(unit: str, programme: str | None = None) -> bool:
    """Whether the reader may see figures of a unit: a later unit made of units they may read is no more than these."""
    if may(Permission.FIGURE_READ, unit=unit, programme=programme):
        return True
    tree = current_tree()
    parts = [u for u in tree.nodes if u != unit and tree.map_to(u, tree[unit].valid_from) == unit]
    return bool(parts) and all(may(Permission.FIGURE_READ, unit=u, programme=programme) for u in parts)


def require_figure(unit: str, programme: str | None = None) -> None:
    """404 outside the reader's units or programmes."""
    if not may_read_unit(unit, programme):
        require(Permission.FIGURE_READ, unit=unit, programme=programme)


def plan_of(code: str) -> Plan:
    return plans().get(code) or abort(404)


def asked_of(chosen: Plan, moment: datetime):
    """(what is asked, the reporting period): the unit and period of the address, else the widest unit of the reader."""
    tree, period = current_tree(), chosen.period(request.args.get("period"))
    if period.start > moment.date():
        period = chosen.period(None)
    unit = request.args.get("unit") or own_unit(period.end)
    if unit is None or unit not in tree:
        abort(404)
    require_figure(unit)
    through = min(period.end, moment.date())
    basis = basis_of(unit, through)
    try:
        asked = services.ask(chosen, tree, moment, start=period.start, through=through, unit=unit, basis=basis)
    except Refused as refused:
        raise NoAnswer(refused) from None
    area = request.args.get("area")
    if area in (FOCUS, REST, HAMLET):
        services.keep_to(db.session, asked, area)
    elif area:
        abort(404)
    return asked, period


def basis_of(unit: str, through: date) -> str:
    """The basis that the address asks for, else that of the day; a unit that did not exist then is asked about on the
    basis of today's units."""
    wanted = request.args.get("basis") or AS_WERE
    if wanted not in (AS_WERE, TODAY):
        abort(404)
    return wanted if current_tree()[unit].valid(through) else TODAY


def basis_args(tree: UnitTree, unit: str, through: date, basis: str) -> dict[str, str]:
    """What an address says of its basis: nothing where the unit says it."""
    return {"basis": TODAY} if basis == TODAY and tree[unit].valid(through) else {}


def scope_units() -> frozenset[str]:
    return frozenset().union(*(s.units for s in scope(current_actor(), Permission.FIGURE_READ)))


def own_unit(day) -> str | None:
    """The widest unit that the reader may read figures of: one that existed then, if there is one."""
    tree = current_tree()
    mine = [u for u in scope_units() if u in tree]
    mine.sort(key=lambda u: (not tree[u].valid(day), LEVELS.index(tree.level(u)), u))
    return mine[0] if mine else None


def unit_choices(asked: Asked) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """The choices of the unit picker: [(heading, [(id, label, chosen)])], a group for each district."""
    tree, day = current_tree(), asked.through
    mine = scope_units()
    units = [u for u in mine if u in tree and (tree[u].valid(day) or u == asked.unit)]
    groups: dict[str, list] = {}
    for unit in sorted(units, key=lambda u: (tree[u].path, tree[u].code)):
        above = tree.at_level(unit, "district") if tree.level(unit) != "province" else None
        heading = tree.label(above) if above else ""
        groups.setdefault(heading, []).append((unit, tree.label(unit), unit == asked.unit))
    return list(groups.items())


def levels_below(asked: Asked) -> list[str]:
    """The levels of units to break a figure down by: those below the unit asked about that exist then."""
    tree = current_tree()
    if asked.basis == TODAY:
        # Of a former unit that is larger than a commune, the units of today on its ground.
        newest = tree.newest(asked.through)
        units = {each for u in tree.territory(asked.unit, newest) for each in tree.line(u)}
    else:
        units = {u for u in tree.below(asked.unit) if tree[u].valid(asked.through)}
    levels = {tree.level(u) for u in units}
    return [level for level in LEVELS[LEVELS.index(tree.level(asked.unit)) + 1 :] if level in levels]


def kept_args() -> dict[str, str]:
    return {k: request.args[k] for k in ("unit", "period", "area", "basis") if request.args.get(k)}


def may_read(asked: Asked, found: Indicator) -> bool:
    return may_read_unit(asked.unit, found.programme)


def may_list(asked: Asked, found: Indicator) -> bool:
    return found.rule in COUNTS_CASES and may(Permission.FIGURE_CASES, unit=asked.unit, programme=found.programme)


def unit_link(asked: Asked, found: Indicator, period: Period):
    """A function unit -> the page of the same indicator for a unit of a breakdown, None where it is not the reader's."""
    tree = current_tree()

    def link(unit: str) -> str | None:
        if not may_read_unit(unit, found.programme):
            return None
        basis = basis_args(tree, unit, asked.through, asked.basis)
        page = {"code": asked.plan.code, "indicator": found.code, "period": period.code}
        return url_for("coverage.indicator", **page, unit=unit, **basis)

    return link


def list_link(asked: Asked, found: Indicator):
    """A function (state, {dimension: code}) -> address of the list of cases; None where the list of a unit would be of
    more than this figure, or is not the reader's."""
    held = current_tree().with_predecessors(asked.unit)

    def link(state: str, group: dict[str, str] | None = None) -> str | None:
        kept = kept_args()
        for dimension, code in (group or {}).items():
            if dimension in LEVELS and not (
                code in held and may(Permission.FIGURE_CASES, unit=code, programme=found.programme)
            ):
                return None
            kept["unit" if dimension in LEVELS else dimension] = code
        return url_for("coverage.indicator", code=asked.plan.code, indicator=found.code, state=state, **kept)

    return link
