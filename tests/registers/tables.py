"""Builds registers as offices send them: XLSX, XLS, ODS and CSV from the same rows."""

import io
from datetime import date, datetime, time

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from casemgr.registers.old_fonts import _TCVN3, _VNI

# A register with everything that is awkward in one: titles, two rows of headings, numbered columns, totals, signature.
AWKWARD = [
    ["UBND TỈNH AN GIANG"],
    ["DANH SÁCH TRẺ EM BỊ XÂM HẠI 6 THÁNG ĐẦU NĂM 2022"],
    [],
    [
        "STT",
        "Họ và tên",
        "Năm sinh",
        None,
        "Số CCCD",
        "Nơi ở",
        None,
        "Ngày tiếp nhận",
        "Hình thức xâm hại",
        "Điện thoại",
    ],
    [None, None, "Nam", "Nữ", None, "Xã", "Huyện", None, None, None],
    ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)"],
    [1, "NGUYỄN VĂN ÂN", 2011, None, 89211001234, "Núi Tô", "Tri Tôn", "15/03/2022", "Bạo lực", 912345678],
    [2, "Trần Thị Bé", None, "15/08/2012", "8.9205E+11", "TT Tri Tôn", "", date(2022, 4, 1), "Dâm ô", None],
    [3, "Lê Văn Cu", "15.8.11", None, None, "Núi Tô", None, "02/03/2022", None, None],
    [4, "", 2010, None, None, "Núi Tô", None, "02/03/2022", None, None],
    [5, "Phạm Thị Dung", None, 2009, None, "Xã Lạ", None, "02/03/2022", None, None],
    [6, "Nguyễn Văn Ân", 2011, None, 89211001234, "Núi Tô", "Tri Tôn", "15/03/2022", "Bạo lực", None],
    [7, "=1+1 Trần Văn Em", "31/02/2011", None, None, "Núi Tô", None, "02/03/2022", None, None],
    ["Tổng cộng", 7],
    [None, None, None, None, None, None, None, "An Giang, ngày 1 tháng 7 năm 2022"],
]
AWKWARD_COUNTS = {"read": 7, "good": 2, "parked": 2, "wrong": 3, "skipped": 2, "duplicates": 1}

PLAIN = ["STT", "Mã hồ sơ", "Họ và tên", "Ngày sinh", "Giới tính", "Xã", "Ngày tiếp nhận"]


def plain(count: int, first: int = 1) -> list[list]:
    """A tidy register of so many children."""
    given = ("An", "Bình", "Châu", "Dung", "Hạnh", "Khoa", "Lan", "Minh")
    return [PLAIN] + [
        [n, f"A{n:05d}", f"Nguyễn Văn {given[n % 8]} {given[n // 8 % 8]}", f"{n % 28 + 1:02d}/{n % 12 + 1:02d}/{2008 + n % 12}",
         "Nam", "Núi Tô", f"{n % 28 + 1:02d}/03/2022"]
        for n in range(first, first + count)
    ]  # fmt: skip


def xlsx(rows, formulas: dict | None = None, sheets: tuple = ()) -> bytes:
    """`formulas`: {(row, column): (formula, computed value)}; `sheets`: rows of further sheets."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, content in enumerate((rows, *sheets)):
        sheet = book.add_worksheet(f"Trang {number + 1}")
        for r, cells in enumerate(content):
            for c, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(r, c, datetime.combine(cell, time()), day)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif cell is not None:
                    sheet.write(r, c, cell)
    for (r, c), (formula, value) in (formulas or {}).items():
        book.worksheets()[0].write_formula(r, c, formula, None, value)
    book.close()
    return made.getvalue()


def xls(rows) -> bytes:
    book, made = xlwt.Workbook(), io.BytesIO()
    sheet, day = book.add_sheet("1"), xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for r, cells in enumerate(rows):
        for c, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write(r, c, cell, day)
            elif cell is not None:
                sheet.write(r, c, cell)
    book.save(made)
    return made.getvalue()


def ods(rows, formula: str = "") -> bytes:
    document, made = OpenDocumentSpreadsheet(), io.BytesIO()
    sheet = Table(name="1")
    document.spreadsheet.addElement(sheet)
    for cells in rows:
        row = TableRow()
        sheet.addElement(row)
        for cell in cells:
            row.addElement(_cell(cell, formula))
    document.save(made)
    return made.getvalue()


def _cell(cell, formula: str) -> TableCell:
    if cell is None:
        return TableCell()
    if isinstance(cell, date):
        made = TableCell(valuetype="date", datevalue=cell.isoformat())
    elif isinstance(cell, str):
        made = TableCell(valuetype="string")
    else:
        made = TableCell(valuetype="float", value=cell, **({"formula": formula} if formula else {}))
    made.addElement(P(text=str(cell)))
    return made


def csv(rows, encoding: str = "utf-8", sign: str = ";") -> bytes:
    def written(cell) -> str:
        return "" if cell is None else f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)

    return "\n".join(sign.join(map(written, cells)) for cells in rows).encode(encoding)


def in_old_font(text: str, how: str) -> str:
    """The letters as that font wants them; the capitals that TCVN3 lacks are typed as small letters."""
    table = {chr(v) if isinstance(v, int) else v: chr(k) for k, v in _TCVN3.items()} if how == "tcvn3" else {}
    for old, new in _VNI.items() if how == "vni" else ():
        table.setdefault(new, old)
    return "".join(table.get(letter) or table.get(letter.lower(), letter) for letter in text)
