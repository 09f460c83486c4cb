"""Zones of communes and specially difficult hamlets: what a list may say, and which of them a plan names. Plain Python."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from casemgr.units.names import N_, UnitError
from casemgr.units.reading import read_code, read_day, read_records

COLUMNS = ("unit_code", "zone", "valid_from")
# and, if known: hamlet, poor_rate, minority_rate, valid_to, document, member, member_from, member_to, member_document
HAMLETS = "DBKK"
OF_COMMUNES = ("III", "II", "I")


@dataclass(frozen=True, slots=True)
class Area:
    """An area as it is on a day; `hamlet` is None for a whole commune, `member` "" where nobody is in charge."""

    id: UUID
    unit: str
    zone: str
    hamlet: UUID | None
    hamlet_label: str
    poor_rate: Decimal | None
    minority_rate: Decimal | None
    document: str
    valid_from: date
    valid_to: date | None
    member: str = ""
    member_id: UUID | None = None
    member_from: date | None = None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One line of a list."""

    line: int
    unit_code: str
    zone: str
    hamlet: str
    poor_rate: int | None
    minority_rate: int | None
    document: str
    valid_from: date
    valid_to: date | None
    member: str
    member_from: date | None
    member_to: date | None
    member_document: str


def named(areas: Collection[Area], zones: Collection[str], hamlets: str) -> list[Area]:
    """Those of the areas that a plan means: `zones`, and of the hamlets only those outside zone III communes where
    it says so ('outside_III')."""
    third = {a.unit for a in areas if a.zone == "III"}
    found = [a for a in areas if a.zone in zones]
    if hamlets == "outside_III":
        found = [a for a in found if a.zone != HAMLETS or a.unit not in third]
    return found


def zones_of(areas: Iterable[Area]) -> dict[str, str]:
    """{commune: its zone}"""
    return {a.unit: a.zone for a in areas if a.zone != HAMLETS}


def read_areas(lines: Iterable[str]) -> tuple[list[AreaRow], list[tuple[int, UnitError]]]:
    """The rows of a CSV list and what is wrong with others, by line. Raises ListRefused for a file that is no such
    list."""
    rows, problems = [], []
    for line, record in read_records(lines, COLUMNS):
        try:
            rows.append(_row(line, record))
        except UnitError as error:
            problems.append((line, error))
    return rows, problems


def _row(line: int, record: Mapping[str, str]) -> AreaRow:
    zone = zone_of(record["zone"])
    hamlet = record.get("hamlet", "")
    if (zone == HAMLETS) != bool(hamlet):
        raise UnitError(N_("Ấp, khóm đi với loại ĐBKK; khu vực I, II, III là của cả xã."))
    start = read_day(record["valid_from"])
    if start is None:
        raise UnitError(N_("Thiếu ngày bắt đầu (valid_from)."))
    end = read_day(record.get("valid_to", ""))
    if end is not None and end < start:
        raise UnitError(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    member = record.get("member", "")
    member_from, member_to = read_day(record.get("member_from", "")), read_day(record.get("member_to", ""))
    if bool(member) != (member_from is not None):
        raise UnitError(N_("Người phụ trách phải có cả tên, chức vụ và ngày bắt đầu (member, member_from)."))
    if member_from and member_to and member_to < member_from:
        raise UnitError(N_("Ngày hết hiệu lực trước ngày bắt đầu."))
    return AreaRow(
        line,
        read_code(record["unit_code"]),
        zone,
        hamlet,
        rate(record.get("poor_rate", "")),
        rate(record.get("minority_rate", "")),
        record.get("document", ""),
        start,
        end,
        member,
        member_from,
        member_to,
        record.get("member_document", ""),
    )


def zone_of(text: str) -> str:
    """I, II, III (also "KV III", "khu vực III") or DBKK (also "ĐBKK")."""
    word = text.upper().replace("KHU VỰC", "").replace("KV", "").replace("Đ", "D").strip()
    if word not in (*OF_COMMUNES, HAMLETS):
        raise UnitError(N_("Khu vực phải là I, II, III hoặc ĐBKK, không phải “%(text)s”."), text=text)
    return word


def rate(text: str) -> int | None:
    """Per cent as written here (12,5 or 12.5), in hundredths; None when blank."""
    if not text:
        return None
    try:
        value = Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise UnitError(N_("“%(text)s” không phải là tỷ lệ phần trăm."), text=text) from None
    if not value.is_finite() or not 0 <= value <= 100:
        raise UnitError(N_("Tỷ lệ phải từ 0 đến 100%%, không phải %(text)s."), text=text)
    return int((value * 100).to_integral_value())
