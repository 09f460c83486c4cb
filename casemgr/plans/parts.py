"""Whether the parts add up to the whole: what each unit below reported for the same days, and who has not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from casemgr.plans.model import SHARE, Input
from casemgr.plans.rules import Reported
from casemgr.units.rules import UnitTree


@dataclass(slots=True)
class Part:
    """One unit below: its figure of these days (the latest, where it reported more than once), or none."""

    unit: str
    figure: Reported | None = None
    others: list[Reported] = field(default_factory=list)  # of other sources for the same days


@dataclass(slots=True)
class Parts:
    """`total` is the sum of what is confirmed; for a share, of numerators and denominators; None where it cannot be
    told. `difference`: the sum less the whole, once every part has reported."""

    whole: Reported | None
    level: str
    parts: list[Part]
    total: Decimal | None = None
    total_parts: tuple[int, int] | None = None
    difference: Decimal | None = None

    @property
    def missing(self) -> list[str]:
        return [p.unit for p in self.parts if p.figure is None]

    @property
    def waiting(self) -> list[str]:
        return [p.unit for p in self.parts if p.figure is not None and not p.figure.confirmed]

    @property
    def twice(self) -> list[str]:
        return [p.unit for p in self.parts if p.others]


def periods(figures: Iterable[Reported], item: Input) -> list[tuple[date, date]]:
    """The periods for which this input was reported, the latest first."""
    return sorted({(f.start, f.end) for f in figures if f.input == item.code}, key=lambda p: (p[1], p[0]), reverse=True)


def levels_below(item: Input, unit: str, tree: UnitTree) -> list[str]:
    order = ("province", "district", "commune")
    return [level for level in item.levels if order.index(level) > order.index(tree.level(unit))]


def compare(
    figures: Iterable[Reported], item: Input, unit: str, level: str, period: tuple[date, date], tree: UnitTree
) -> Parts:
    mine = [f for f in figures if f.input == item.code and (f.start, f.end) == period]
    mine.sort(key=lambda f: (f.confirmed, f.document_date, f.recorded_at))
    expected = sorted(
        (u for u in tree.below(unit) if tree.level(u) == level and tree[u].valid(period[1])),
        key=lambda u: (tree[u].path, tree[u].code),
    )
    parts = {u: Part(u) for u in expected}
    for figure in mine:
        if figure.unit in parts:
            part = parts[figure.unit]
            if part.figure is not None:
                part.others.append(part.figure)
            part.figure = figure
    whole = next((f for f in reversed(mine) if f.unit == unit), None)
    found = Parts(whole, level, list(parts.values()))
    _add_up(found, item)
    return found


def _add_up(found: Parts, item: Input) -> None:
    said = [p.figure for p in found.parts if p.figure is not None and p.figure.confirmed and p.figure.value is not None]
    if not said:
        return
    if item.kind == SHARE:
        if any(f.numerator is None for f in said):
            return
        top, bottom = sum(f.numerator for f in said), sum(f.denominator for f in said)
        found.total_parts = (top, bottom)
        found.total = (Decimal(top) * 100 / bottom).quantize(Decimal("0.01")) if bottom else None
    else:
        found.total = sum((f.value for f in said), Decimal(0))
    whole = found.whole.value if found.whole is not None else None
    if len(said) == len(found.parts) and whole is not None and found.total is not None:
        found.difference = found.total - whole
