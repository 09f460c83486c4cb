"""What the address of a page asks: plan, unit, period, areas; and what its reader may see of it."""

from datetime import datetime

from flask import abort, request

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, may, require
from casemgr.coverage import services
from casemgr.coverage.asked import AS_WERE, LEVELS, TODAY, Asked
from casemgr.coverage.cases import COUNTS_CASES
from casemgr.coverage.tally import FOCUS, HAMLET, REST
from casemgr.db import db
from casemgr.plans import plans
from casemgr.plans.model import Indicator, Plan
from casemgr.refused import Refused
from casemgr.ui.errors import NoAnswer
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
    # A unit that did not exist then is asked about on the basis of today's units.
    through = min(period.end, moment.date())
    basis = AS_WERE if tree[unit].valid(through) else TODAY
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
    levels = {tree.level(u) for u in tree.below(asked.unit) if asked.basis == TODAY or tree[u].valid(asked.through)}
    return [level for level in LEVELS if level in levels and level != tree.level(asked.unit)]


def kept_args() -> dict[str, str]:
    return {k: request.args[k] for k in ("unit", "period", "area") if request.args.get(k)}


def may_read(asked: Asked, found: Indicator) -> bool:
    return may_read_unit(asked.unit, found.programme)


def may_list(asked: Asked, found: Indicator) -> bool:
    return found.rule in COUNTS_CASES and may(Permission.FIGURE_CASES, unit=asked.unit, programme=found.programme)
