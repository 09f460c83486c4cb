"""Each line of a table as a Row, with its doubts, or with what is wrong in it. Plain Python."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from casemgr.people.names import fold_name
from casemgr.refused import N_, Refused
from casemgr.registers import values
from casemgr.registers.columns import FIELDS, NAMING, Table
from casemgr.registers.lines import Frame, Line
from casemgr.registers.reading import Cell
from casemgr.registers.rules import Row

# Enough family names to tell a column of names.
_STOCK = "nguyen tran le pham huynh hoang vo vu phan truong bui dang do ngo ho duong chau neang danh thach lam"
_FAMILIES = frozenset(_STOCK.split())
EXAMPLES = 5  # of each repair
_TOTAL = re.compile(r"^(tổng cộng|tổng số|tong cong|tong so)\b|^(cộng|tổng|cong|tong)\s*([:(\d]|$)", re.I)
_FOOT = re.compile(
    r"^(người lập|người tổng hợp|thủ trưởng|nơi nhận|ghi chú|xác nhận|tm\.|kt\.|ký tên|.*ngày.*tháng.*năm)", re.I
)
_NAME_LIKE = re.compile(r"^[^\W\d_]+(?: [^\W\d_]+){1,4}$")
_PERSONAL = re.compile(r"^\d{9}$|^\d{12}$|^0\d{9}$")

NO_NAMES = N_("Chưa chỉ ra cột họ tên.")
NO_CODES = N_("Chưa chỉ ra cột mã số của nguồn.")
TWICE = N_("Hai cột cùng được chọn là «%(what)s».")
NAMED = N_(
    "Nhóm này chỉ nhận danh sách đã mã hóa: không có họ tên, số giấy tờ, điện thoại, địa chỉ. Hãy xóa các cột đó trong tệp rồi gửi lại, hoặc nhập số tổng hợp ở «Số liệu được cung cấp»."
)
OTHER_GROUP = N_("Tệp có vẻ là danh sách của nhóm đối tượng khác. Hãy kiểm tra lại nhóm đã chọn và tệp.")


@dataclass(slots=True)
class Checked:
    """What a table gave. `wrong`: (line, cells, codes of rules.WRONG); `repairs`: (code, line, as it stood, as read)."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[tuple[int, list[Cell], tuple[str, ...]]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    repairs: list[tuple[str, int, str, str]] = field(default_factory=list)
    repaired: Counter = field(default_factory=Counter)

    @property
    def good(self) -> int:
        return sum(not row.doubts for row in self.rows)

    @property
    def parked(self) -> int:
        return len(self.rows) - self.good

    def counts(self) -> dict:
        """The numbers of an import: the page, the command and the ledger say the same."""
        doubts = Counter(code for row in self.rows for code in row.doubts)
        wrong = Counter(code for _line, _cells, codes in self.wrong for code in codes)
        twice = sum(row.same_as is not None and not row.doubts for row in self.rows)
        return {
            "read": len(self.rows) + len(self.wrong),
            "good": self.good,
            "parked": self.parked,
            "wrong": len(self.wrong),
            "skipped": len(self.skipped),
            "duplicates": twice,
            "doubts": dict(sorted(doubts.items())),
            "errors": dict(sorted(wrong.items())),
            "repairs": dict(sorted(self.repaired.items())),
        }


def check_columns(columns: Mapping[int, str], named: bool) -> None:
    """Raises Refused (field `columns`) where the mapping cannot be used."""
    twice = next((name for name, times in Counter(columns.values()).items() if times > 1), None)
    if twice:
        raise Refused(TWICE, "columns", what=FIELDS[twice])
    if named and "name" not in columns.values():
        raise Refused(NO_NAMES, "columns")
    if not named and "code" not in columns.values():
        raise Refused(NO_CODES, "columns")


def check_group(table: Table, own: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Raises Refused where titles and headings speak of another group and not of this one."""
    said = f" {fold_name(' '.join((*table.titles, *table.headings)))} "

    def speaks(words):
        return any(f" {fold_name(word)} " in said for word in words)

    if speaks(others) and not speaks(own):
        raise Refused(OTHER_GROUP, "file")


def check_unnamed(table: Table) -> None:
    """Raises Refused where a register that must be coded holds what says who somebody is."""
    if set(table.guess.values()) & (NAMING - {"note"}):
        raise Refused(NAMED, "file")
    for column in range(len(table.headings)):
        said = [values.text(cells[column]) for _line, cells in table.lines[:500] if column < len(cells)]
        said = [each for each in said if each]
        if said and sum(bool(_PERSONAL.match(each)) for each in said) > len(said) / 4:
            raise Refused(NAMED, "file")
        named = sum(bool(_NAME_LIKE.match(each)) and fold_name(each).split()[0] in _FAMILIES for each in said)
        if said and named > len(said) / 4:
            raise Refused(NAMED, "file")


def check(table: Table, columns: Mapping[int, str], frame: Frame) -> Checked:
    """Every line of the table, in its order."""
    found, seen = Checked(), {}
    at = {name: column for column, name in columns.items()}
    section = ""
    for line, cells in table.lines:
        if _is_skipped(cells, at):
            section = _section(cells, at, frame) or section
            found.skipped.append(line)
            continue
        row, wrong, repairs = Line(line, cells, at, frame, section).read()
        for code, was, now in repairs:
            found.repaired[code] += 1
            if found.repaired[code] <= EXAMPLES:
                found.repairs.append((code, line, was, now))
        if wrong:
            found.wrong.append((line, cells, wrong))
        else:
            found.rows.append(_against(row, seen))
    return found


def _is_skipped(cells: list[Cell], at: Mapping[str, int]) -> bool:
    """Totals, signatures, headings of sections, and lines with nothing but a number."""
    number = at.get("number")
    said = [values.text(cell) for column, cell in enumerate(cells) if column != number and cell is not None]
    said = [each for each in said if each]
    if not said:
        return True
    first = values.text(next(cell for cell in cells if values.text(cell)))
    if _TOTAL.match(first) or _TOTAL.match(said[0]):
        return True
    if len(said) <= 2 and any(map(_FOOT.match, said)):
        return True
    if len(said) > 1:
        return False
    # One cell alone: a name only where it stands under the names and the line is numbered, or none is.
    name = at.get("name", at.get("code"))
    alone = next(column for column, cell in enumerate(cells) if column != number and values.text(cell))
    numbered = number is None or (number < len(cells) and cells[number] is not None)
    return not (alone == name and numbered and not re.match(r"(?i)(xã|phường|thị trấn|huyện|tt\.)\s", said[0]))


def _section(cells: list[Cell], at: Mapping[str, int], frame: Frame) -> str:
    """The commune that a heading between the lines names, where no column does."""
    if "commune" in at or "address" in at:
        return ""
    for cell in cells:
        said = re.sub(r"^[\dIVXA-Z]+[.)\-]\s*", "", values.text(cell))
        if re.match(r"(?i)(xã|phường|thị trấn|tt\.?|p\.)\s*\S", said) and frame.places.find(said)[0]:
            return said
    return ""


def _against(row: Row, seen: dict) -> Row:
    """Marks a second line about the same person: the very same once more, or one that needs a look."""
    person, keys = row.person, []
    keys += [("id", number.kind, number.index_value) for number in person.identifiers]
    if person.name and person.birth and person.birth.day:
        keys.append(("name", fold_name(person.name), str(person.birth), person.home or fold_name(row.place)))
    if not person.name and row.code:
        keys.append(("code", row.code))
    before = next((seen[key] for key in keys if key in seen), None)
    for key in keys:
        seen.setdefault(key, row)
    if before is None:
        return row
    same = (before.received, before.harm, fold_name(before.person.name)) == (
        row.received,
        row.harm,
        fold_name(person.name),
    )
    codes = not before.code or not row.code or before.code == row.code
    doubts = row.doubts if same and codes else (*row.doubts, "same_person")
    return replace(row, same_as=before.number, doubts=doubts)
