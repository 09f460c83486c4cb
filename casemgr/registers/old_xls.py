"""Formulas in the XLS files of Excel 97–2003: the records of a sheet, in the compound file that holds them.

Loaded by `child` in its process with limits. What does not hold together raises ValueError.
"""

import struct

FORMULA, SHEET, BEGIN, END = 0x0006, 0x0085, 0x0809, 0x000A
STREAMS = ("Workbook", "Book")
FREE = 0xFFFFFFFA  # and above: no sector


def formulas(data: bytes, name: str, shown: int) -> tuple[int, list[str]]:
    """How many cells of the sheet of this name hold a formula, and where the first are (J7)."""
    try:
        book = _workbook(data)
        found, places, depth = 0, [], 0
        where = _where(book, name)
        for kind, body in _records(book, where or 0):
            depth += (kind == BEGIN) - (kind == END)  # a drawing in a sheet begins and ends as well
            if depth == 0 and where is not None:
                break
            if kind == FORMULA:
                found += 1
                if len(places) < shown:
                    row, column = struct.unpack_from("<HH", body)
                    places.append(f"{_letters(column)}{row + 1}")
        return found, places
    except (struct.error, IndexError) as wrong:
        raise ValueError("not an XLS file") from wrong


def _workbook(data: bytes) -> bytes:
    if data[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ValueError("not a compound file")
    sector, small = (1 << shift for shift in struct.unpack_from("<HH", data, 30))
    directory, cutoff, first_small = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    tables, more = list(struct.unpack_from("<109I", data, 76)), struct.unpack_from("<I", data, 68)[0]

    def piece(number: int) -> bytes:
        return data[(number + 1) * sector : (number + 2) * sector]

    while more < FREE and len(tables) * sector <= len(data):
        *some, more = struct.unpack(f"<{sector // 4}I", piece(more))
        tables += some
    chain = [n for table in tables if table < FREE for n in struct.unpack(f"<{sector // 4}I", piece(table))]

    def stream(first: int, follow: list[int], part) -> bytes:
        parts = []
        while first < FREE:
            parts.append(part(first))
            first = follow[first]
            if len(parts) > len(follow):
                raise ValueError("a chain of sectors that never ends")
        return b"".join(parts)

    entries, root = stream(directory, chain, piece), None
    for at in range(0, len(entries), 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        first, size = struct.unpack_from("<II", entries, at + 116)
        root = first if kind == 5 else root
        if entries[at : at + max(0, length - 2)].decode("utf-16-le", "replace") not in STREAMS:
            continue
        if size >= cutoff or root is None:
            return stream(first, chain, piece)[:size]
        inner, table = stream(root, chain, piece), stream(first_small, chain, piece)
        follow = list(struct.unpack(f"<{len(table) // 4}I", table))

        def crumb(number: int, inner: bytes = inner) -> bytes:
            return inner[number * small : (number + 1) * small]

        return stream(first, follow, crumb)[:size]
    raise ValueError("no workbook in it")


def _records(book: bytes, at: int):
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _where(book: bytes, name: str) -> int | None:
    """Where the records of a sheet begin; None where its name is written in another way (Excel 5)."""
    for kind, body in _records(book, 0):
        if kind == SHEET:
            letters, wide = body[6], body[7] & 1
            text = body[8 : 8 + letters * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            if text == name:
                return struct.unpack_from("<I", body)[0]
        elif kind == END:
            break
    return None


def _letters(column: int) -> str:
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)
