"""Reported figures: their fold and what may be entered. Which one an indicator reads is in `choice`. Pure.

A figure is one number from outside: of one input, unit, period and source. It counts once another person has
confirmed it; a correction supersedes what stood there, stays visible, and must be confirmed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.plans.model import SHARE, TEXT, Input, Plan
from casemgr.refused import N_, Refused
from casemgr.ui.rules import show_number
from casemgr.units.rules import UnitTree

REPORTED, CORRECTED, CONFIRMED = "reported", "corrected", "confirmed"


@dataclass(frozen=True, slots=True)
class Reported:
    """One version of a reported figure. `value` is a count, đồng, or per cent for a share, None for a report in words;
    both days of its period count. `standard` is the way of counting, where the law changed it."""

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
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    author: str
    recorded_at: datetime
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    standard: str | None = None

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
        value=Decimal(said["value"]) if "value" in said else None,
        numerator=said.get("numerator"),
        denominator=said.get("denominator"),
        author=entry.author,
        recorded_at=entry.recorded_at,
        standard=said.get("standard"),
    )


def _confirmed(version: Reported, entry: Entry) -> Reported:
    return replace(version, confirmed_by=entry.author, confirmed_at=entry.recorded_at)


def check(plan: Plan, values: dict, now: datetime, tree: UnitTree, said: Sequence[Reported] = ()) -> dict:
    """The coded part of an entry from clean values. Raises Refused with the field concerned.

    `values`: input, unit, from, to, source, document, document_date, value (Decimal) and, if known, standard,
    numerator and denominator (int). `said`: what other figures of this plan say, for what cannot be larger than them.
    """
    item = plan.inputs.get(values.get("input") or "")
    if item is None or item.home:
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
    if item.standard:
        coded["standard"] = _standard(plan, values)
    coded |= _numbers(item, values)
    _check_against(plan, item, coded, said)
    return coded


def _standard(plan: Plan, values: dict) -> str:
    standard = plan.standards.get(values.get("standard") or "")
    if standard is None:
        raise Refused(N_("Hãy chọn chuẩn nghèo mà văn bản dùng: tỷ lệ theo hai chuẩn không so sánh được."), "standard")
    day = values["to"]
    if (standard.start and day < standard.start) or (standard.end and day > standard.end):
        raise Refused(N_("Chuẩn này không áp dụng cho số liệu ngày %(day)s."), "standard", day=f"{day:%d/%m/%Y}")
    return standard.code


def _check_against(plan: Plan, item: Input, coded: dict, said: Sequence[Reported]) -> None:
    """A part is not larger than the whole that the same unit reported for the same days, whichever came first."""

    def other(code: str | None) -> int | None:
        same = [f for f in said if f.input == code and f.unit == coded["unit"] and f.value is not None]
        same = [f for f in same if (f.start.isoformat(), f.end.isoformat()) == (coded["from"], coded["to"])]
        return int(max(same, key=lambda f: f.recorded_at).value) if same else None

    def refuse(part: int, whole: int, name: str, whole_item: str):
        raise Refused(
            N_("Số này (%(part)s) lớn hơn «%(whole)s» đã báo cáo cùng kỳ (%(number)s)."),
            name,
            part=show_number(part),
            whole=plan.inputs[whole_item].name.vi,
            number=show_number(whole),
        )

    whole = other(item.part_of)
    if whole is not None and int(coded["value"]) > whole:
        refuse(int(coded["value"]), whole, "value", item.part_of)
    whole = other(item.whole)
    if whole is not None and coded.get("numerator", 0) > whole:
        refuse(coded["numerator"], whole, "numerator", item.whole)
    for part in plan.inputs.values():
        if item.code == part.part_of and (number := other(part.code)) is not None and number > int(coded["value"]):
            raise Refused(
                N_("Số này nhỏ hơn «%(part)s» đã báo cáo cùng kỳ (%(number)s)."),
                "value",
                part=part.name.vi,
                number=show_number(number),
            )


LARGEST = 10**15


def _numbers(item: Input, values: dict) -> dict:
    value, top, whole = values.get("value"), values.get("numerator"), values.get("denominator")
    if item.kind == TEXT:
        return _words(values)
    if item.kind != SHARE and (top is not None or whole is not None):
        raise Refused(N_("Chỉ tỷ lệ mới có số đạt và tổng số."), "numerator" if top is not None else "denominator")
    if item.kind == SHARE:
        _check_parts(top, whole)
        if value is None and top is not None:
            value = (Decimal(top) * 100 / Decimal(whole)).quantize(Decimal("0.01"))
    if value is None:
        raise Refused(N_("Cần nhập nội dung này."), "value")
    if not 0 <= value <= LARGEST:
        raise Refused(N_("Số liệu không được âm hoặc quá lớn."), "value")
    if item.kind == SHARE:
        return _share(value, top, whole)
    if value != value.to_integral_value():
        raise Refused(N_("Số %(unit)s phải là số nguyên."), "value", unit=item.unit_of_count.vi)
    return {"value": str(int(value))}


def _words(values: dict) -> dict:
    """A report in words says nothing else; the words are sealed with the entry."""
    if any(values.get(name) is not None for name in ("value", "numerator", "denominator")):
        raise Refused(N_("Báo cáo bằng lời không có giá trị; hãy ghi nội dung ở ô ghi chú."), "value")
    if not values.get("note"):
        raise Refused(N_("Cần ghi nội dung báo cáo."), "note")
    return {}


def _check_parts(top, whole) -> None:
    """Both parts of a share or none, in whole numbers, the part not larger than the whole."""
    if (top is None) != (whole is None):
        raise Refused(
            N_("Nhập cả số đạt và tổng số, hoặc bỏ trống cả hai."), "numerator" if top is None else "denominator"
        )
    if top is None:
        return
    for name, number in (("numerator", top), ("denominator", whole)):
        if not 0 <= number <= LARGEST or number != int(number):
            raise Refused(N_("Số liệu phải là số nguyên, không âm và không quá lớn."), name)
    if whole == 0 or top > whole:
        raise Refused(N_("Số đạt không được lớn hơn tổng số."), "numerator")


def _share(value: Decimal, top, whole) -> dict:
    if value > 100:
        raise Refused(N_("Tỷ lệ phải từ 0 đến 100%."), "value")
    if top is None:
        return {"value": str(value.normalize())}
    if abs(Decimal(top) / Decimal(whole) * 100 - value) > Decimal("0.05"):
        raise Refused(N_("Tỷ lệ không khớp với số đạt chia tổng số."), "value")
    return {"value": str(value.normalize()), "numerator": int(top), "denominator": int(whole)}
