"""Reported figures: their fold, what may be entered, and which one an indicator reads. Pure.

A figure is one number from outside: of one input, unit, period and source. It counts once another person has
confirmed it; a correction supersedes what stood there, stays visible, and must be confirmed again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.plans.model import Input, Plan
from casemgr.plans.notes import Note
from casemgr.refused import N_, Refused
from casemgr.units.rules import UnitTree

REPORTED, CORRECTED, CONFIRMED = "reported", "corrected", "confirmed"


@dataclass(frozen=True, slots=True)
class Reported:
    """One version of a reported figure. `value` is a count, or per cent for a share; both days of its period count."""

    subject: UUID
    entry: UUID
    plan: str
    input: str
    unit: str
    start: date
    end: date
    source: str
    document: str
    document_date: date
    value: Decimal
    numerator: int | None
    denominator: int | None
    author: str
    recorded_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    @property
    def confirmed(self) -> bool:
        return self.confirmed_at is not None


def fold(entries: Sequence[Entry]) -> list[Reported]:
    """All versions of one figure, oldest first, from its effective entries; the last one is what it says now.

    The order is that of arrival: what was entered last is what the coordinator means.
    """
    versions: list[Reported] = []
    for entry in sorted(entries, key=lambda e: e.seq):
        if entry.kind in (REPORTED, CORRECTED):
            versions.append(_version(entry))
        elif entry.kind == CONFIRMED and versions and entry.coded["on"] == versions[-1].entry.hex:
            versions[-1] = _confirmed(versions[-1], entry)
    return versions


def _version(entry: Entry) -> Reported:
    said = entry.coded
    return Reported(
        subject=entry.subject,
        entry=entry.id,
        plan=said["plan"],
        input=said["input"],
        unit=said["unit"],
        start=date.fromisoformat(said["from"]),
        end=date.fromisoformat(said["to"]),
        source=said["source"],
        document=said["document"],
        document_date=date.fromisoformat(said["document_date"]),
        value=Decimal(said["value"]),
        numerator=said.get("numerator"),
        denominator=said.get("denominator"),
        author=entry.author,
        recorded_at=entry.recorded_at,
    )


def _confirmed(version: Reported, entry: Entry) -> Reported:
    return replace(version, confirmed_by=entry.author, confirmed_at=entry.recorded_at)


@dataclass(slots=True)
class Found:
    """What an input says for a unit: its value, or why there is none. `missing`: units that have not reported."""

    value: int | None = None
    why: Note | None = None
    end: date | None = None
    source: str = ""
    missing: int = 0
    documents: list[Note] = field(default_factory=list)


NOT_REPORTED = N_("Chưa có số liệu «%(input)s».")
NOT_CONFIRMED = N_("Số liệu «%(input)s» chưa được người thứ hai xác nhận.")
NOT_HERE = N_("Nguồn không tách số liệu «%(input)s» theo tiêu chí này.")


def choose(figures: Iterable[Reported], item: Input, plan: Plan, unit: str, through: date, tree: UnitTree) -> Found:
    """What a list says at a day: the unit's own latest figure, else the sum of the units below it."""
    mine = [f for f in figures if f.input == item.code and f.end <= through]
    confirmed = [f for f in mine if f.confirmed]
    own = [f for f in confirmed if f.unit == unit]
    if own:
        return _found(max(own, key=_latest), plan)
    below = tree.below(unit) - {unit} if unit in tree else frozenset()
    for level in item.levels:
        parts: dict[str, Reported] = {}
        for figure in sorted((f for f in confirmed if f.unit in below and tree.level(f.unit) == level), key=_latest):
            parts[figure.unit] = figure
        if parts:
            return _sum(parts, level, unit, through, plan, tree)
    unconfirmed = [f for f in mine if f.unit == unit or f.unit in below]
    return Found(why=Note(NOT_CONFIRMED if unconfirmed else NOT_REPORTED, {"input": item.name.vi}))


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
            return _found(figure, plan), _found(max(same, key=_latest), plan)
    names = []
    for item, having in ((current, now), (baseline, bases)):
        waiting = any(f.input == item.code and not f.confirmed for f in figures)
        text = NOT_CONFIRMED if waiting and not having else NOT_REPORTED
        names.append(Found(why=Note(text, {"input": item.name.vi})) if not having else None)
    if names[0] is None and names[1] is None:
        why = Note(N_("Chưa có số liệu kỳ gốc cùng nguồn và cùng các tháng với số liệu năm nay."))
        return _found(now[-1], plan), Found(why=why)
    return names[0] or _found(now[-1], plan), names[1] or _found(max(bases, key=_latest), plan)


def _latest(figure: Reported):
    return figure.end, figure.document_date, figure.recorded_at, figure.entry.int


def _months(figure: Reported):
    return (figure.start.month, figure.start.day, figure.end.month, figure.end.day)


def _found(figure: Reported, plan: Plan) -> Found:
    return Found(int(figure.value), end=figure.end, source=figure.source, documents=[document(figure, plan)])


def _sum(parts: dict[str, Reported], level: str, unit: str, through: date, plan: Plan, tree: UnitTree) -> Found:
    expected = {u for u in tree.below(unit) if tree.level(u) == level and tree[u].valid(through)}
    end = min(f.end for f in parts.values())
    last = max(parts.values(), key=_latest)
    found = Found(sum(int(f.value) for f in parts.values()), end=end, source=last.source)
    found.missing = len(expected - set(parts))
    note = N_("%(source)s: tổng của %(n)s đơn vị, văn bản mới nhất số %(number)s ngày %(day)s")
    found.documents = [Note(note, {**_cited(last, plan), "n": len(parts)})]
    return found


def _cited(figure: Reported, plan: Plan) -> dict[str, str]:
    source = plan.sources[figure.source].vi if figure.source in plan.sources else figure.source
    return {"source": source, "number": figure.document, "day": f"{figure.document_date:%d/%m/%Y}"}


def document(figure: Reported, plan: Plan) -> Note:
    """Where a figure comes from, as it is cited beside it."""
    return Note(N_("%(source)s, văn bản số %(number)s ngày %(day)s"), _cited(figure, plan))


def check(plan: Plan, values: dict, now: datetime, tree: UnitTree) -> dict:
    """The coded part of an entry from clean values. Raises Refused with the field concerned.

    `values`: input, unit, from, to, source, document, document_date, value (Decimal) and, if known, numerator and
    denominator (int).
    """
    item = plan.inputs.get(values.get("input") or "")
    if item is None:
        raise Refused(N_("Hãy chọn số liệu cần nhập."), "input")
    start, end = values.get("from"), values.get("to")
    for name in ("from", "to", "document_date"):
        if values.get(name) is None:
            raise Refused(N_("Cần nhập nội dung này."), name)
        if values[name] > now.date():
            raise Refused(N_("Ngày này chưa đến."), name)
    if end < start:
        raise Refused(N_("Ngày kết thúc sớm hơn ngày bắt đầu."), "to")
    if item.year is not None and (start.year != item.year or end.year != item.year):
        raise Refused(N_("Kỳ số liệu phải nằm trong năm %(year)s."), "from", year=item.year)
    if values.get("source") not in item.sources:
        raise Refused(N_("Hãy chọn cơ quan cung cấp số liệu."), "source")
    if not values.get("document"):
        raise Refused(N_("Cần ghi số văn bản."), "document")
    unit = values.get("unit")
    if not unit or unit not in tree or tree.level(unit) not in item.levels:
        raise Refused(N_("Hãy chọn đơn vị."), "unit")
    if not tree[unit].valid(end):
        raise Refused(
            N_("%(unit)s không tồn tại vào ngày %(day)s."), "unit", unit=tree.label(unit), day=f"{end:%d/%m/%Y}"
        )
    coded = {
        "plan": plan.code,
        "input": item.code,
        "unit": unit,
        "from": start.isoformat(),
        "to": end.isoformat(),
        "source": values["source"],
        "document": values["document"],
        "document_date": values["document_date"].isoformat(),
    }
    return coded | _numbers(item, values)


LARGEST = 10**15


def _numbers(item: Input, values: dict) -> dict:
    value, top, whole = values.get("value"), values.get("numerator"), values.get("denominator")
    if value is None:
        raise Refused(N_("Cần nhập nội dung này."), "value")
    if not 0 <= value <= LARGEST:
        raise Refused(N_("Số liệu không được âm hoặc quá lớn."), "value")
    if item.kind == "count":
        if value != value.to_integral_value():
            raise Refused(N_("Số %(unit)s phải là số nguyên."), "value", unit=item.unit_of_count.vi)
        return {"value": str(int(value))}
    if value > 100:
        raise Refused(N_("Tỷ lệ phải từ 0 đến 100%."), "value")
    if (top is None) != (whole is None):
        raise Refused(
            N_("Nhập cả số đạt và tổng số, hoặc bỏ trống cả hai."), "numerator" if top is None else "denominator"
        )
    if top is None:
        return {"value": str(value.normalize())}
    for name, number in (("numerator", top), ("denominator", whole)):
        if not 0 <= number <= LARGEST:
            raise Refused(N_("Số liệu không được âm hoặc quá lớn."), name)
    if whole == 0 or top > whole:
        raise Refused(N_("Số đạt không được lớn hơn tổng số."), "numerator")
    if abs(Decimal(top) / Decimal(whole) * 100 - value) > Decimal("0.05"):
        raise Refused(N_("Tỷ lệ không khớp với số đạt chia tổng số."), "value")
    return {"value": str(value.normalize()), "numerator": int(top), "denominator": int(whole)}
