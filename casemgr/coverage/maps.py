"""An indicator by commune as a map and, beside it, the same as a table.

Of the restricted programmes a commune below the district shows no verdict and nothing where fewer than five are
counted: only whether its data are complete, because a commune that is shown red learns not to detect.
"""

import re
from dataclasses import dataclass, replace

from flask import abort, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.web import Permission, guard
from casemgr.clock import now
from casemgr.coverage import present, services
from casemgr.coverage.asked import AS_WERE, TODAY, Asked
from casemgr.coverage.asking import asked_of, kept_args, plan_of, require_figure
from casemgr.coverage.figures import Figure
from casemgr.coverage.present import Row
from casemgr.coverage.present_notes import say
from casemgr.coverage.views import bp
from casemgr.db import db
from casemgr.plans.model import TEXT, Indicator
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_number
from casemgr.units.boundaries import outlines
from casemgr.units.rules import UnitTree
from casemgr.units.schematic import Schematic, place
from casemgr.units.web import current_tree

FEW = 5
SMALL, LARGE = 3.5, 11.5
# how complete the data of a commune are: (from this share on, name of the shape, word)
COMPLETE = (
    (1.0, "full", N_("đủ dữ liệu")),
    (0.8, "nearly", N_("thiếu ít")),
    (0.0, "partly", N_("thiếu nhiều")),
)
NO_DATA, FEW_WORD, OUTSIDE = (
    ("none", N_("không có số liệu")),
    ("few", N_("dưới 5")),
    ("out", N_("ngoài địa bàn kế hoạch")),
)
EMPTY = ("few", "none", "out")  # no circle; they come last in the table


@dataclass(slots=True)
class Spot:
    """One commune on the map and in the table."""

    unit: str
    label: str
    shape: str  # name of the verdict's shape, or of the completeness
    word: str
    value: str
    parts: str
    size: float = 0.0  # of what the circle's area says
    x: int = 0
    y: int = 0
    r: float = 0.0
    path: str = ""
    link: str = ""
    notes: tuple[str, ...] = ()  # what must be read with the value


@bp.get("/<code>/<indicator>/map")
@guard(Permission.FIGURE_READ)
def map_page(code: str, indicator: str):
    chosen, moment, tree = plan_of(code), now(), current_tree()
    if indicator not in chosen.indicators or chosen.indicators[indicator].measure == TEXT:
        abort(404)
    found = chosen.indicators[indicator]
    asked, period = asked_of(chosen, moment)
    require_figure(asked.unit, found.programme)
    asked, units, paths = _basis(asked, tree)
    result, groups = services.breakdown(db.session, asked, moment, found, ["commune"])
    figures = dict(groups["commune"])
    guarded = is_guarded(found)
    spots = [_spot(u, figures.get(u), found, chosen, asked, tree, guarded) for u in units]
    drawing = _draw(spots, paths, tree)
    outside = {spot.unit for spot in spots if spot.shape == "out"}
    whole = request.args.get("view") == "all"
    spots.sort(key=lambda s: (EMPTY.index(s.shape) if s.shape in EMPTY else -1, s.label))
    return render_template(
        "coverage/map.html",
        plan=chosen,
        asked=asked,
        period=period,
        indicator=found,
        row=present.row(found, result.figure, chosen),
        spots=spots,
        drawing=drawing,
        names={b.district: tree[b.district].name for b in drawing.blocks if b.district} if drawing else {},
        outlined=bool(paths),
        box=_box({u: path for u, path in paths.items() if whole or u not in outside}),
        whole_link=None
        if whole or not outside
        else url_for(request.endpoint, **(request.view_args | request.args.to_dict() | {"view": "all"})),
        guarded=guarded,
        legend=_legend(spots),
        unplaced=present.row(found, figures[""], chosen) if "" in figures else None,
        bases=_bases(code, indicator, asked, tree),
        lang=language(),
    )


def is_guarded(indicator: Indicator) -> bool:
    """Whether a commune's own figure stays without a verdict on a map: the programme is read by the assigned only."""
    return indicator.programme is not None and programmes()[indicator.programme].readers == "assigned"


def _basis(asked: Asked, tree: UnitTree) -> tuple[Asked, list[str], dict[str, str]]:
    """(what is asked on the wanted basis of units, the communes drawn, their outlines)"""
    newest = tree.newest(asked.through)
    later = _later_units(asked, tree)
    paths = outlines(db.session, later)
    # Drawn with circles or with outlines, the map is of the newest communes unless the others are asked for.
    wanted = request.args.get("basis") or TODAY
    if wanted not in (AS_WERE, TODAY) or (wanted == AS_WERE and asked.basis == TODAY):
        abort(404)
    if wanted == TODAY:
        return replace(asked, basis=TODAY), later, paths
    units = tree.communes(asked.unit, asked.through)
    if asked.through == newest or set(units) == set(later):
        return asked, list(units), paths
    return asked, list(units), {}


def _later_units(asked: Asked, tree: UnitTree) -> list[str]:
    """The newest communes: of a whole province all of the province it became, of a part those on its ground."""
    newest = tree.newest(asked.through)
    if tree.level(asked.unit) != "province":
        return sorted(tree.territory(asked.unit, newest))
    ground = tree.territory(asked.unit, newest)
    provinces = {tree.line(u)[0] for u in ground}
    return sorted({u for p in provinces for u in tree.communes(p, newest)} | ground)


def _spot(
    unit: str, figure: Figure | None, found: Indicator, plan, asked: Asked, tree: UnitTree, guarded: bool
) -> Spot:
    label = tree.label(unit)
    label = label[:1].upper() + label[1:]
    link = url_for("coverage.indicator", code=plan.code, indicator=found.code, **(kept_args() | {"unit": unit}))
    if asked.basis == TODAY and not _on_ground(unit, asked, tree):
        return Spot(unit, label, OUTSIDE[0], gettext(OUTSIDE[1]), "", "")
    if figure is None:
        return Spot(unit, label, NO_DATA[0], gettext(NO_DATA[1]), "–", "", link=link)
    if guarded:
        return replace(_complete(figure), unit=unit, label=label, link=link)
    row = present.row(found, figure, plan)
    shape, word = row.verdict
    notes = tuple(say(note) for note in figure.warnings)
    return Spot(unit, label, shape, word, row.value, _parts(row), float(figure.value or 0), link=link, notes=notes)


def _on_ground(unit: str, asked: Asked, tree: UnitTree) -> bool:
    return unit in tree.territory(asked.unit, tree.newest(asked.through))


def _parts(row: Row) -> str:
    return row.parts or row.why


def _complete(figure: Figure) -> Spot:
    """How complete the data are, of five cases or more; nothing else."""
    pending = figure.beside.get("pending") or 0
    whole = (figure.beside.get("system") or figure.beside.get("detected") or figure.denominator or 0) + pending
    whole += figure.not_due if "system" not in figure.beside and "detected" not in figure.beside else 0
    if whole < FEW:
        return Spot("", "", FEW_WORD[0], gettext(FEW_WORD[1]), gettext(FEW_WORD[1]), "")
    share = 1 - (figure.unknown + pending) / whole
    _least, shape, word = next(each for each in COMPLETE if share >= each[0])
    return Spot("", "", shape, gettext(word), show_number(whole), "", float(whole))


def _draw(spots: list[Spot], paths: dict[str, str], tree: UnitTree) -> Schematic | None:
    """Gives every spot its outline, or its place and the size of its circle."""
    if paths:
        for spot in spots:
            spot.path = paths.get(spot.unit, "")
        return None
    drawing = place(tree, [spot.unit for spot in spots])
    most = max((spot.size for spot in spots), default=0) or 1
    for spot in spots:
        spot.x, spot.y = drawing.places[spot.unit]
        if spot.shape not in EMPTY:
            spot.r = round(SMALL + (LARGE - SMALL) * (max(spot.size, 0) / most) ** 0.5, 1)
    return drawing


def _box(paths: dict[str, str]) -> str:
    """The part of the square that the outlines fill, as a viewBox."""
    if not paths:
        return ""
    xs, ys = [], []
    for path in paths.values():
        for ring in path.split("z"):
            numbers = [int(n) for n in re.findall(r"-?\d+", ring)]
            x = y = 0
            for n in range(0, len(numbers) - 1, 2):
                x, y = x + numbers[n], y + numbers[n + 1]
                xs.append(x)
                ys.append(y)
    left, top = min(xs) - 4, min(ys) - 4
    return f"{left} {top} {max(xs) - left + 4} {max(ys) - top + 4}"


def _legend(spots: list[Spot]) -> list[tuple[str, str, int]]:
    """[(shape, word, how many)] of what the map shows."""
    found: dict[str, list] = {}
    for spot in spots:
        word = spot.word.partition(" · ")[0]
        found.setdefault(spot.shape, [word, 0])[1] += 1
    return [(shape, word, number) for shape, (word, number) in found.items()]


def _bases(code: str, indicator: str, asked: Asked, tree: UnitTree) -> list[tuple[str, str, bool]]:
    """[(words, address, chosen)] of the two sets of units, where there are two."""
    if not tree[asked.unit].valid(asked.through) or tree.newest(asked.through) <= asked.through:
        return []
    newest = tree.newest(asked.through)
    counts = {AS_WERE: len(tree.communes(asked.unit, asked.through)), TODAY: len(_later_units(asked, tree))}
    words = {
        AS_WERE: gettext("%(n)s đơn vị tại thời điểm số liệu", n=counts[AS_WERE]),
        TODAY: gettext("%(n)s đơn vị từ %(day)s", n=counts[TODAY], day=f"{newest:%d/%m/%Y}"),
    }
    here = kept_args()
    return [
        (
            words[basis],
            url_for("coverage.map_page", code=code, indicator=indicator, **(here | {"basis": basis})),
            basis == asked.basis,
        )
        for basis in (AS_WERE, TODAY)
    ]
