"""Which reported figure an indicator reads: the unit's own, a chain of periods, or the sum of the units below. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from casemgr.plans.model import SHARE, TEXT, Input, Plan
from casemgr.plans.notes import Note
from casemgr.plans.rules import Reported
from casemgr.refused import N_
from casemgr.units.rules import UnitTree

NOT_REPORTED = N_("Chưa có số liệu «%(input)s».")
NOT_CONFIRMED = N_("Số liệu «%(input)s» chưa được người thứ hai xác nhận.")
NOT_HERE = N_("Nguồn không tách số liệu «%(input)s» theo tiêu chí này.")


@dataclass(slots=True)
class Found:
    """What an input says for a unit: its value (a count, đồng, or per cent), or why there is none.

    `missing`: units that have not reported. `told`: the figure that is a report in words.
    """

    value: int | Decimal | None = None
    why: Note | None = None
    end: date | None = None
    source: str = ""
    missing: int = 0
    documents: list[Note] = field(default_factory=list)
    standard: str | None = None
    parts: tuple[int, int] | None = None  # numerator and denominator of a share
    told: UUID | None = None
    flow: bool = False


def choose(
    figures: Iterable[Reported],
    item: Input,
    plan: Plan,
    unit: str,
    through: date,
    tree: UnitTree,
    start: date | None = None,
) -> Found:
    """What an input says at a day: the unit's own latest figure, else the sum of the units below it.

    What comes together over a period counts from `start`: one figure, or several that follow each other.
    """
    mine = [f for f in figures if f.input == item.code and f.end <= through]
    if item.over == "period" and start is not None:
        mine = [f for f in mine if f.start >= start]
    confirmed = [f for f in mine if f.confirmed]
    own = _said(item, [f for f in confirmed if f.unit == unit], start)
    if own:
        return _found(own, item, plan)
    below = tree.below(unit) - {unit} if unit in tree else frozenset()
    if item.kind != TEXT:
        for level in item.levels:
            units = {u for u in below if tree.level(u) == level}
            found = choose_parts(confirmed, item, plan, units, through, tree, start)
            if found is not None:
                return found
    unconfirmed = [f for f in mine if f.unit == unit or f.unit in below]
    if item.kind == TEXT:
        return Found(
            why=Note(N_("Báo cáo chưa được người thứ hai xác nhận.") if unconfirmed else N_("Chưa có báo cáo."))
        )
    return Found(why=Note(NOT_CONFIRMED if unconfirmed else NOT_REPORTED, {"input": item.name.vi}))


def choose_parts(
    figures: Iterable[Reported],
    item: Input,
    plan: Plan,
    units: Collection[str],
    through: date,
    tree: UnitTree,
    start: date | None = None,
) -> Found | None:
    """The sum over units of one level; None where none of them has reported."""
    by_unit: dict[str, list[Reported]] = {}
    for figure in figures:
        if figure.input == item.code and figure.unit in units and figure.confirmed and figure.end <= through:
            by_unit.setdefault(figure.unit, []).append(figure)
    parts = {u: chain for u, own in by_unit.items() if (chain := _said(item, own, start))}
    if not parts:
        return None
    return _sum(parts, item, {u for u in units if tree[u].valid(through)}, plan)


def _said(item: Input, own: list[Reported], start: date | None) -> list[Reported]:
    """The figures of one unit that count: the latest; over a period those that follow each other from `start` on,
    of one source, as far as they reach."""
    if not own:
        return []
    if item.over == "day" or item.kind == TEXT or start is None:
        return [max(own, key=_latest)]
    best: list[Reported] = []
    for source in {f.source for f in own}:
        chains: dict[date, list[Reported]] = {start: []}  # the day on which the next figure must begin -> chain so far
        for figure in sorted((f for f in own if f.source == source), key=lambda f: (f.start, f.end, _latest(f))):
            before = chains.get(figure.start)
            if before is None:
                continue
            after, known = figure.end + timedelta(days=1), chains.get(figure.end + timedelta(days=1))
            if known is None or len(before) + 1 <= len(known):
                chains[after] = [*before, figure]
        chain = chains[max(chains)]
        if chain and (not best or _latest(chain[-1]) > _latest(best[-1])):
            best = chain
    return best


def choose_pair(
    figures: Iterable[Reported], current: Input, baseline: Input, plan: Plan, unit: str, through: date
) -> tuple[Found, Found]:
    """The latest current figure that has a baseline from the same source for the same months, and that baseline."""
    figures = [f for f in figures if f.unit == unit]
    now = sorted((f for f in figures if f.input == current.code and f.end <= through and f.confirmed), key=_latest)
    bases = [f for f in figures if f.input == baseline.code and f.confirmed]
    for figure in reversed(now):
        same = [b for b in bases if b.source == figure.source and _months(b) == _months(figure)]
        if same:
            return _found([figure], current, plan), _found([max(same, key=_latest)], baseline, plan)
    names = []
    for item, having in ((current, now), (baseline, bases)):
        waiting = any(f.input == item.code and not f.confirmed for f in figures)
        text = NOT_CONFIRMED if waiting and not having else NOT_REPORTED
        names.append(Found(why=Note(text, {"input": item.name.vi})) if not having else None)
    if names[0] is None and names[1] is None:
        why = Note(N_("Chưa có số liệu kỳ gốc cùng nguồn và cùng các tháng với số liệu năm nay."))
        return _found([now[-1]], current, plan), Found(why=why)
    return (
        names[0] or _found([now[-1]], current, plan),
        names[1] or _found([max(bases, key=_latest)], baseline, plan),
    )


def _latest(figure: Reported):
    return figure.end, figure.document_date, figure.recorded_at, figure.entry.int


def _months(figure: Reported):
    return (figure.start.month, figure.start.day, figure.end.month, figure.end.day)


def _found(chain: Sequence[Reported], item: Input, plan: Plan) -> Found:
    last = chain[-1]
    found = Found(end=last.end, source=last.source, standard=last.standard, flow=item.over == "period")
    found.documents = [document(figure, plan) for figure in chain]
    if item.kind == TEXT:
        found.told = last.subject
        return found
    parts = [(f.numerator, f.denominator) for f in chain if f.numerator is not None]
    if parts and len(parts) == len(chain):
        found.parts = (sum(n for n, _ in parts), sum(d for _, d in parts))
    if item.kind != SHARE:
        found.value = sum(int(f.value) for f in chain)
    elif len(chain) == 1:
        found.value = last.value
    elif found.parts and found.parts[1]:
        found.value = Decimal(found.parts[0]) * 100 / found.parts[1]
    else:
        found.why = Note(NO_SUM, {"input": item.name.vi})
    return found


NO_SUM = N_("«%(input)s» là tỷ lệ: không cộng được khi chưa có số đạt và tổng số của từng đơn vị.")


def _sum(parts: dict[str, list[Reported]], item: Input, expected: Collection[str], plan: Plan) -> Found:
    each = {unit: _found(chain, item, plan) for unit, chain in parts.items()}
    last = max((f for chain in parts.values() for f in chain), key=_latest)
    found = Found(end=min(f.end for f in each.values()), source=last.source, flow=item.over == "period")
    found.missing = len(set(expected) - set(parts))
    standards = {f.standard for f in each.values()}
    found.standard = standards.pop() if len(standards) == 1 else "?"
    note = N_("%(source)s: tổng của %(n)s đơn vị, văn bản mới nhất số %(number)s ngày %(day)s")
    found.documents = [Note(note, {**_cited(last, plan), "n": len(parts)})]
    if item.kind != SHARE:
        found.value = sum(f.value for f in each.values())
    elif all(f.parts for f in each.values()) and sum(f.parts[1] for f in each.values()):
        found.parts = (sum(f.parts[0] for f in each.values()), sum(f.parts[1] for f in each.values()))
        found.value = Decimal(found.parts[0]) * 100 / found.parts[1]
    else:
        found.why = Note(NO_SUM, {"input": item.name.vi})
    return found


def _cited(figure: Reported, plan: Plan) -> dict[str, str]:
    source = plan.sources[figure.source].vi if figure.source in plan.sources else figure.source
    return {"source": source, "number": figure.document, "day": f"{figure.document_date:%d/%m/%Y}"}


def document(figure: Reported, plan: Plan) -> Note:
    """Where a figure comes from, as it is cited beside it."""
    return Note(N_("%(source)s, văn bản số %(number)s ngày %(day)s"), _cited(figure, plan))
