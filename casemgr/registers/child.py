"""Reads one sheet of a spreadsheet in a process of its own, under limits of memory and time.

Run by `reading` as a bare script, so that it carries nothing of the application: the file comes on stdin; on stdout go
one line of JSON about the file, one for each row that holds anything ([line, cell, ...]), and "end". A file that is a
trap makes this process die, not the server. How many rows and cells are taken (`within`) is the same for every file.
"""

import importlib.util
import io
import json
import re
import resource
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

EXITS = {"locked": 3, "broken": 4, "rows": 5, "columns": 6, "empty": 7, "bomb": 8, "cells": 9}
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<f')
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^>]*?>")
_RELATION = re.compile(rb"<Relationship [^>]*?>")
SHOWN = 5  # places of formulas that are told


def tell(what) -> None:
    sys.stdout.write(json.dumps(what, separators=(",", ":")) + "\n")


def leave(why: str):
    sys.stdout.flush()
    sys.exit(EXITS[why])


def main(kind: str, wanted: int, rows: int, columns: int, most: int, memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine as calamine

    data = sys.stdin.buffer.read()
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [s.name for s in book.sheets_metadata if "Visible" in str(s.visible) and "WorkSheet" in str(s.typ)]
        if not sheets:
            leave("empty")
        name = sheets[wanted] if 0 <= wanted < len(sheets) else sheets[0]
        sheet = book.get_sheet_by_name(name)
        if wanted < 0:  # the first one that holds a table
            name, sheet = next(
                ((n, s) for n, s in ((n, book.get_sheet_by_name(n)) for n in sheets) if s.height > 1), (name, sheet)
            )
        if sheet.end is None:
            leave("empty")
        if sheet.width > columns:
            leave("columns")
        if sheet.height > 4 * rows:
            leave("rows")
        told = {"sheets": [s[:31] for s in sheets[:50]], "sheet": sheets.index(name)}
        told |= dict(zip(("formulas", "at"), formulas(data, kind, name), strict=True))
        tell(told)
        for number, cells in within(lines_of(sheet), rows, most):
            tell([number, *cells])
    except Full as full:
        leave(str(full))
    except calamine.PasswordError:
        leave("locked")
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, zipfile.BadZipFile, OSError, ValueError):
        leave("broken")
    tell("end")


class Full(Exception):
    """A table of more than is taken: which of `EXITS`."""


def within(lines, rows: int, most: int):
    """Of (line, cells) those that hold anything; raises Full where there are more of them, or of their cells."""
    kept = filled = 0
    for number, cells in lines:
        held = sum(cell is not None for cell in cells)
        if held:
            kept, filled = kept + 1, filled + held
            if kept > rows:
                raise Full("rows")
            if filled > most:
                raise Full("cells")
            yield number, cells


def lines_of(sheet):
    top, left = sheet.start
    for number, row in enumerate(sheet.iter_rows(), start=top + 1):
        yield number, [None] * left + [plain(cell) for cell in row]


def plain(cell):
    """A cell as JSON has it; a day as {"day": "2011-08-15"}. Nothing is guessed here."""
    if isinstance(cell, datetime):
        return {"day": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return str(cell)
    if isinstance(cell, str):
        return cell[:1000] if cell.strip() else None
    return cell


def formulas(data: bytes, kind: str, name: str) -> tuple[int, list[str]]:
    """How many cells of the sheet hold a formula, and where the first are."""
    if kind == "ods":
        with zipfile.ZipFile(io.BytesIO(data)) as file, file.open("content.xml") as content:
            return sum(part.count(b"table:formula=") for part in chunks(content)), []
    if kind == "xls":
        return beside("old_xls").formulas(data, name, SHOWN)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        path = part_of(file, name)
        if path is None:
            return 0, []
        found, places = 0, []
        with file.open(path) as content:
            for part in chunks(content):
                here = _FORMULA.findall(part)
                found += len(here)
                places += [place.decode() for place in here[: SHOWN - len(places)]]
        return found, places


def beside(name: str):
    """A module in the same folder: this script knows of no packages."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chunks(content, size: int = 1 << 20):
    """Pieces that end with a whole cell."""
    rest = b""
    while part := content.read(size):
        whole, mark, rest_ = (rest + part).rpartition(b"</c>")
        if mark:
            yield whole + mark
            rest = rest_
        else:
            rest = rest_[-size:]
    yield rest


def part_of(file: zipfile.ZipFile, name: str) -> str | None:
    """The part of an XLSX file that holds a sheet."""
    places = {}
    for relation in _RELATION.findall(file.read("xl/_rels/workbook.xml.rels")):
        places[attribute(relation, "Id")] = attribute(relation, "Target")
    for number, sheet in enumerate(_SHEET.findall(file.read("xl/workbook.xml"))):
        if attribute(sheet, "name") == name or number == 0 and len(places) == 1:
            target = places.get(attribute(sheet, "r:id"), "")
            path = target.lstrip("/") if target.startswith("/") else "xl/" + target
            return path if path in file.namelist() else None
    return None


def attribute(tag: bytes, name: str) -> str:
    found = re.search(rb"\b" + name.encode() + rb'="([^"]*)"', tag)
    text = found[1].decode("utf-8", "replace") if found else ""
    return text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


if __name__ == "__main__":
    try:
        main(sys.argv[1], *map(int, sys.argv[2:8]))
    except (MemoryError, RecursionError):
        leave("bomb")
