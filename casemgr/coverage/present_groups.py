"""The breakdowns of one indicator as its page shows them: by unit, area, sex, age, people."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext

from casemgr.coverage.present import AREAS, DIMENSIONS, Row, group_name, row
from casemgr.coverage.residents import KNOWS_HAMLETS
from casemgr.coverage.services import Result
from casemgr.plans.model import Plan
from casemgr.units import web as units
from casemgr.units.rules import UnitTree

MANY = 20
Lines = list[tuple[str, str, Row]]  # (code, name, row)


class Table(NamedTuple):
    dimension: str
    heading: str
    lines: Lines
    folds: list[tuple[tuple[str, str, Row | None], Lines]]  # many communes: under the line of each district


def tables(result: Result, groups: Mapping[str, list], tree: UnitTree, plan: Plan) -> list[Table]:
    """The breakdowns of one indicator."""
    found: list[Table] = []
    for dimension, figures in groups.items():
        if dimension in AREAS and len(figures) < 2:
            continue  # no list of areas was loaded, or everything lies in one kind
        words = "focus+" if dimension == "focus" and result.indicator.rule in KNOWS_HAMLETS else dimension
        lines = [(code, group_name(words, code, tree), row(result.indicator, figure, plan)) for code, figure in figures]
        lines.sort(key=lambda line: (line[0] == "", _first_age(line[0]) if dimension == "age" else 0, line[0]))
        found.append(Table(dimension, gettext(DIMENSIONS[dimension]), lines, []))
    return [
        each._replace(folds=_folds(each.lines, found, tree)) if each.dimension == "commune" else each for each in found
    ]


def _folds(lines: Lines, found: list[Table], tree: UnitTree) -> list:
    """On a telephone 155 communes are a long way to go."""
    if len(lines) <= MANY:
        return []
    districts = {line[0]: line for each in found if each.dimension == "district" for line in each.lines}
    own = {line[0]: line for line in lines}
    return [
        (districts.get(above) or (above, group_name("district", above, tree), None), [own[code] for code in codes])
        for above, codes in units.by_district(tree, own).items()
    ]


def _first_age(band: str) -> int:
    """The lowest age of a band like '6-10' or '30+'."""
    return int(band.rstrip("+").partition("-")[0] or 0)
