"""A file as lines of cells, whatever it was: CSV here, spreadsheets in a process of their own. Plain Python.

Every trap ends in one clear sentence: password, truncated, macro, too large when unpacked, too many rows or columns.
"""

import csv
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from casemgr.files.kinds import BROKEN, LOCKED, Media
from casemgr.refused import N_, Refused
from casemgr.registers.child import EXITS, Full, within
from casemgr.registers.old_fonts import decode, detect

CHILD = Path(__file__).with_name("child.py")
LINE = 100_000  # characters in one line of a CSV file
SIGNS = ",;\t|"  # between two cells of it
Cell = str | int | float | bool | date | datetime | None

TOO_BIG = N_("Bảng quá lớn hoặc có ô nằm rất xa phần dữ liệu. Hãy chép phần dữ liệu sang một tệp mới rồi gửi lại.")
SENTENCES = {
    "locked": LOCKED,
    "broken": BROKEN,
    "rows": N_("Bảng có quá nhiều dòng (tối đa %(rows)s). Hãy chia thành nhiều tệp."),
    "columns": N_("Bảng có quá nhiều cột (tối đa %(columns)s). Hãy xóa các cột không cần và lưu lại."),
    "empty": N_("Tệp không có bảng dữ liệu nào."),
    "bomb": TOO_BIG,
    "cells": N_("Bảng có quá nhiều ô có nội dung (tối đa %(cells)s). Hãy chia thành nhiều tệp."),
}
BY_EXIT = {code: SENTENCES[why] for why, code in EXITS.items()}
SLOW = N_("Tệp quá phức tạp, đọc quá lâu. Hãy chép phần dữ liệu sang một tệp mới rồi gửi lại.")
LETTERS_LOST = N_(
    "Chữ có dấu trong tệp đã bị mất, thành dấu hỏi (?). Hãy mở tệp gốc, lưu lại dạng XLSX hoặc CSV UTF-8 rồi gửi lại."
)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUESTIONED = re.compile(r"[^\W\d_]\?+[^\W\d_]")  # "NGUY?N"
MEDIA = ("xlsx", "xls", "ods", "csv")


@dataclass(frozen=True, slots=True)
class Limits:
    rows: int = 50_000
    columns: int = 100
    cells: int = 600_000
    memory_mb: int = 280
    seconds: int = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of one sheet that hold anything: (line in the file, cells)."""

    lines: list[tuple[int, list[Cell]]] = field(repr=False)
    sheets: tuple[str, ...] = ()
    sheet: int = 0
    formulas: int = 0
    formula_places: tuple[str, ...] = ()
    encoding: str = ""  # of a text file
    old_font: str = ""  # 'tcvn3' or 'vni': texts are still as they stood


def read(data: bytes, media: Media, sheet: int = -1, limits: Limits = Limits()) -> Sheet:
    """The sheet with this number among the visible ones (-1: the first with a table). Raises Refused."""
    found = _text(data, limits) if media.code == "csv" else _spreadsheet(data, media.code, sheet, limits)
    if not found.lines:
        raise _refused("empty", limits)
    texts = [cell for _line, cells in found.lines[:5000] for cell in cells if isinstance(cell, str)]
    said = [text for text in texts if any(map(str.isalpha, text))]
    lost = sum(_QUESTIONED.search(text) is not None for text in said)
    if lost > max(2, len(said) / 10):
        raise Refused(LETTERS_LOST, "file")
    old = detect(texts)
    return (
        Sheet(found.lines, found.sheets, found.sheet, found.formulas, found.formula_places, found.encoding, old)
        if old
        else found
    )


def _spreadsheet(data: bytes, kind: str, sheet: int, limits: Limits) -> Sheet:
    numbers = (sheet, limits.rows, limits.columns, limits.cells, limits.memory_mb * 1024 * 1024, limits.seconds)
    command = [sys.executable, "-I", str(CHILD), kind, *map(str, numbers)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            command, input=data, capture_output=True, timeout=limits.seconds + 10, env={"LC_ALL": "C.UTF-8"}
        )
    except subprocess.TimeoutExpired:
        raise Refused(SLOW, "file") from None
    if done.returncode:
        # Killed by a limit: its memory (-6, -9, -11) or its time (-24).
        sentence = SLOW if done.returncode == -24 else BY_EXIT.get(done.returncode, TOO_BIG)
        raise Refused(sentence, "file", **_numbers(limits))
    told, rows, ended = io.BytesIO(done.stdout), [], False  # a line at a time: what is told may be large
    about = json.loads(told.readline() or "{}")
    for line in map(json.loads, told):
        ended = line == "end"
        if not ended:
            rows.append((line[0], [_cell(cell) for cell in line[1:]]))
    if not ended:
        raise Refused(BROKEN, "file")
    return Sheet(rows, tuple(about["sheets"]), about["sheet"], about["formulas"], tuple(about["at"]))


def _cell(cell) -> Cell:
    if isinstance(cell, dict):
        moment = datetime.fromisoformat(cell["day"])
        return moment if moment.hour or moment.minute else moment.date()
    return cell


def _text(data: bytes, limits: Limits) -> Sheet:
    text, encoding = decode(data)
    formulas = 0

    def said():
        nonlocal formulas
        for number, cells in enumerate(csv.reader(_short_lines(text, limits), delimiter=_delimiter(text)), start=1):
            if len(cells) > limits.columns:
                raise Full("columns")
            if number > 4 * limits.rows:
                raise Full("rows")
            formulas += sum(cell.startswith("=") and not _quoted(cell) for cell in cells)
            yield number, [_quoted(cell) or cell[:1000] if cell.strip() else None for cell in cells]

    try:
        lines = list(within(said(), limits.rows, limits.cells))
    except Full as full:
        raise _refused(str(full), limits) from None
    except csv.Error:
        raise Refused(BROKEN, "file") from None
    return Sheet(lines, formulas=formulas, encoding=encoding)


def _refused(why: str, limits: Limits) -> Refused:
    return Refused(SENTENCES[why], "file", **_numbers(limits))


def _numbers(limits: Limits) -> dict:
    return {"rows": limits.rows, "columns": limits.columns, "cells": limits.cells}


def _short_lines(text: str, limits: Limits) -> Iterator[str]:
    for found in _LINE.finditer(text):
        line = found[0]
        if len(line) > LINE:
            wide = max(map(line.count, SIGNS)) >= limits.columns
            raise _refused("columns" if wide else "broken", limits)
        yield line


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the same number of cells, most of them."""
    head = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    counts = {sign: Counter(line.count(sign) for line in head).most_common() for sign in SIGNS}
    best = {sign: max((n * k for k, n in found if k), default=0) for sign, found in counts.items()}
    return max(best, key=lambda sign: best[sign]) if head else ","


def _quoted(cell: str) -> str:
    """The text in ="089205001234", by which people keep Excel from changing a number; else ''."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 3 else ""
