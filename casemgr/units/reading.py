"""Reading the lists of units and of hamlets from CSV text (UTF-8). Plain Python.

A list is taken whole or not at all: every fault is collected with its line number and all of them are raised together.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from casemgr.units.names import HAMLET_WORDS, N_, UnitError, clean, label, split_name

UNIT_COLUMNS = (
    "old_code",
    "old_name",
    "old_district",
    "old_province",
    "new_code",
    "new_name",
    "split",
    "default_target",
)
HAMLET_COLUMNS = ("unit_code", "name", "kind")  # and, if wanted: valid_from, moved_to
SHOWN = 20  # so many faults tell what is wrong with a file; the rest is counted


class ListRefused(UnitError):
    """A file with faults. `problems`: (line number, UnitError), in the order of the file."""

    def __init__(self, problems: list[tuple[int, UnitError]]):
        self.problems = sorted(problems, key=lambda each: each[0])
        lines = [f"dòng {line}: {error}" for line, error in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"và {len(self.problems) - SHOWN} lỗi khác")
        super().__init__("%(list)s", list="\n".join(lines))


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as a list names it: kind and bare name, with a code where the list has one."""

    kind: str
    name: str
    code: str = ""

    def __str__(self) -> str:
        return label(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class CommuneRow:
    line: int
    old: Named
    district: Named
    province: Named
    new: Named
    split: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class HamletRow:
    line: int
    unit_code: str
    kind: str
    name: str
    valid_from: date | None
    moved_to: str  # code of a unit, or ""


def read_communes(lines: Iterable[str]) -> list[CommuneRow]:
    """Old units with the new ones they became, one row for each pair. Raises ListRefused."""
    rows, problems = [], []
    for line, record in read_records(lines, UNIT_COLUMNS):
        try:
            rows.append(_commune(line, record))
        except UnitError as error:
            problems.append((line, error))
    problems += _contradictions(rows)
    if problems:
        raise ListRefused(problems)
    return rows


def read_hamlets(lines: Iterable[str]) -> list[HamletRow]:
    """Hamlets by the code of their unit. The kind may stand in the name ("Ấp Tô Hạ"). Raises ListRefused."""
    rows, problems = [], []
    for line, record in read_records(lines, HAMLET_COLUMNS):
        try:
            rows.append(_hamlet(line, record))
        except UnitError as error:
            problems.append((line, error))
    if problems:
        raise ListRefused(problems)
    return rows


def read_day(text: str) -> date | None:
    """dd/mm/yyyy or yyyy-mm-dd; None when blank. Raises UnitError."""
    if not text:
        return None
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    raise UnitError(N_("“%(text)s” không phải là ngày (dd/mm/yyyy)."), text=text)


def read_records(lines: Iterable[str], columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(lines, strict=True)
    try:
        header = [clean(each) for each in reader.fieldnames or ()]
        missing = [each for each in columns if each not in header]
        if missing:
            raise ListRefused([(1, UnitError(N_("Thiếu cột: %(columns)s."), columns=", ".join(missing)))])
        reader.fieldnames = header
        for record in reader:
            if None in record:
                raise ListRefused([(reader.line_num, UnitError(N_("Dòng có nhiều ô hơn dòng tiêu đề.")))])
            record = {key: clean(value) for key, value in record.items()}
            if any(record.values()):
                yield reader.line_num, record
    except csv.Error as error:
        raise ListRefused([(reader.line_num, UnitError(N_("Không đọc được dòng này theo dạng CSV.")))]) from error
    except UnicodeDecodeError as error:
        raise ListRefused([(reader.line_num + 1, UnitError(N_("Tệp không dùng bảng mã UTF-8.")))]) from error


def _commune(line: int, record: dict[str, str]) -> CommuneRow:
    return CommuneRow(
        line,
        old=_named(record["old_name"], read_code(record["old_code"])),
        district=_named(record["old_district"]),
        province=_named(record["old_province"]),
        new=_named(record["new_name"], read_code(record["new_code"])),
        split=_flag(record["split"]),
        is_default=_flag(record["default_target"]),
    )


def _hamlet(line: int, record: dict[str, str]) -> HamletRow:
    kind, name = record["kind"].casefold(), record["name"]
    words = {word: key for key, word in HAMLET_WORDS.items()}
    found = split_name(name, HAMLET_WORDS)
    if not kind and found:
        kind, name = found
    kind = words.get(kind, kind)
    if kind not in HAMLET_WORDS:
        raise UnitError(N_("Loại phải là ấp, khóm hoặc khu phố, không phải “%(kind)s”."), kind=kind)
    if found and found[0] == kind:
        name = found[1]
    moved = record.get("moved_to", "")
    return HamletRow(
        line,
        unit_code=read_code(record["unit_code"]),
        kind=kind,
        name=name,
        valid_from=read_day(record.get("valid_from", "")),
        moved_to=read_code(moved) if moved else "",
    )


def read_code(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) == 5):
        raise UnitError(N_("Mã “%(code)s” phải có %(n)s chữ số."), code=text, n=5)
    return text


def _named(text: str, code: str = "") -> Named:
    found = split_name(text)
    if not found:
        raise UnitError(N_("“%(name)s” phải bắt đầu bằng loại đơn vị (Xã, Phường, Thị trấn...)."), name=text)
    return Named(*found, code)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise UnitError(N_("“%(text)s” phải là 0 hoặc 1."), text=text)
    return text == "1"


def _contradictions(rows: list[CommuneRow]) -> Iterator[tuple[int, UnitError]]:
    """What only shows between rows: one code with two names, a pair twice, a split that does not add up."""
    old, new, pairs, parts = {}, {}, set(), defaultdict(list)
    for row in rows:
        known = old.setdefault(row.old.code, (row.old, row.district, row.province))
        if known != (row.old, row.district, row.province):
            yield row.line, UnitError(N_("Mã cũ %(code)s đã ghi là %(name)s."), code=row.old.code, name=known[0])
        if new.setdefault(row.new.code, row.new) != row.new:
            yield (
                row.line,
                UnitError(N_("Mã mới %(code)s đã ghi là %(name)s."), code=row.new.code, name=new[row.new.code]),
            )
        if (row.old.code, row.new.code) in pairs:
            yield row.line, UnitError(N_("Cặp %(old)s, %(new)s ghi hai lần."), old=row.old.code, new=row.new.code)
        pairs.add((row.old.code, row.new.code))
        parts[row.old.code].append(row)
    for code, rows_of_one in parts.items():
        split = len({row.new.code for row in rows_of_one}) > 1
        if any(row.split != split for row in rows_of_one):
            yield rows_of_one[0].line, UnitError(N_("Cột split của mã %(code)s không khớp số dòng."), code=code)
        elif split and sum(row.is_default for row in rows_of_one) != 1:
            yield rows_of_one[0].line, UnitError(N_("Mã %(code)s phải có đúng một dòng default_target=1."), code=code)
