"""Files that are traps, and files nobody can read: {name: (kind, make, the words of the one sentence it ends in)}."""

import io
import struct
import zipfile
import zlib
from functools import cache

from tests.registers.tables import ods, plain, xls, xlsx


def repacked(content: bytes, times: int = 1) -> bytes:
    """An XLSX file whose sheet is this content, repeated."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(plain(1)))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            part.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
            )
            for _ in range(times):
                part.write(content)
    return made.getvalue()


def lying(data: bytes) -> bytes:
    """The same archive, whose directory says that every part is small."""
    out, at = bytearray(data), 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        size = struct.unpack_from("<I", data, at + 24)[0]
        if size > 1 << 20:
            struct.pack_into("<I", out, at + 24, 1000)
        at += 4
    return bytes(out)


def far() -> bytes:
    rows = plain(1)
    made = bytearray(xlsx(rows))
    with zipfile.ZipFile(io.BytesIO(bytes(made))) as old:
        sheet = old.read("xl/worksheets/sheet1.xml").replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )
        parts = {name: old.read(name) for name in old.namelist()} | {"xl/worksheets/sheet1.xml": sheet}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def locked_ods() -> bytes:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
    )
    with zipfile.ZipFile(io.BytesIO(ods(plain(1)))) as old:
        parts = {name: old.read(name) for name in old.namelist()} | {"META-INF/manifest.xml": manifest.encode()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def locked_xls() -> bytes:
    """An old Excel file with the record that says "behind a password" after its beginning."""
    data = bytearray(xls(plain(3)))
    at = data.index(b"\x09\x08\x10\x00")  # BOF
    after = at + 4 + 16
    data[after : after + 4] = b"\x2f\x00" + data[after + 2 : after + 4]
    return bytes(data)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """An office file with one more part, or another one of this name."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def ten_gigabytes(content: bytes, says: int = 1000) -> bytes:
    """An XLSX file of some ten megabytes whose sheet is this content again and again, 10 GB of it; its directory says
    another size. The packed piece is repeated as it is, so that nobody has to pack 10 GB."""
    piece = content * ((1 << 20) // len(content))
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    begin = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = begin + middle * ((10 << 30) // len(piece)) + packer.flush(zlib.Z_FINISH)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(plain(1)))) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        new.writestr("xl/worksheets/sheet1.xml", packed, zipfile.ZIP_STORED)
    data = bytearray(made.getvalue())
    # Stored as it is, the part is made to be one that was packed.
    local = data.index(b"xl/worksheets/sheet1.xml") - 30
    central = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    for at, method, size in ((local, 8, 22), (central, 10, 24)):
        struct.pack_into("<H", data, at + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", data, at + size, says)
    return bytes(data)


def compound(stream: str) -> bytes:
    """An old office file that holds a stream of this name."""
    return xls(plain(3)) + stream.encode("utf-16-le")


MEGA = b"A" * (1 << 20)
CELLS = (
    b"</t></is></c></row>"
    + b'<row><c t="str"><v>x</v></c><c><v>1</v></c></row>' * 36_000
    + b"<row><c t='inlineStr'><is><t>"
)
TRAPS = {
    "bomb": ("xlsx", lambda: repacked(MEGA, 230), "giải nén ra quá lớn"),
    "bomb that lies": ("xlsx", lambda: lying(repacked(MEGA, 300)), "quá lớn|bị hỏng"),
    "one huge cell": ("xlsx", lambda: repacked(MEGA, 190), "quá lớn|bị hỏng"),
    "a cell far away": ("xlsx", far, "nằm rất xa"),
    "a million columns": ("csv", lambda: b"Ho ten;" + b"x;" * 1_000_000 + b"\n", "quá nhiều cột"),
    "many columns": ("csv", lambda: b"Ho ten;" + b"x;" * 300 + b"\n", "quá nhiều cột"),
    "many columns of a sheet": ("xlsx", lambda: xlsx([["Họ tên"] * 300, ["x"] * 300]), "quá nhiều cột"),
    "many rows": ("csv", lambda: b"Ho ten;Nam sinh\n" + b"An;2010\n" * 60_000, "quá nhiều dòng"),
    "many cells": ("csv", lambda: b"Ho ten;Nam sinh\n" + (b"An;2010" + b";x" * 20 + b"\n") * 40_000, "quá nhiều ô có nội dung"),
    "empty lines": ("csv", lambda: b"Ho ten;Nam sinh\n" + b"\n" * 3_000_000, "quá nhiều dòng"),
    "an unfinished quotation": ("csv", lambda: b'Ho ten;Nam sinh\n"An;2010\n' + b"Ba;2011\n" * 40_000, "bị hỏng"),
    "cut off": ("xlsx", lambda: xlsx(plain(50))[:-200], "bị hỏng"),
    "cut off, old": ("xls", lambda: xls(plain(200))[:3000], "bị hỏng|Không nhận ra"),
    "10 GB": ("xlsx", lambda: ten_gigabytes(b" ", 0xFFFFFF00), "giải nén ra quá lớn"),
    "10 GB that lie, in one part": ("xlsx", lambda: ten_gigabytes(b" "), "quá lớn|bị hỏng|quá lâu"),
    "10 GB that lie, of empty rows": ("xlsx", lambda: ten_gigabytes(b"<row>" + b" " * 16_000 + b"</row>"), "quá lớn|bị hỏng|quá lâu"),
    "10 GB that lie, of cells": (
        "xlsx",
        lambda: ten_gigabytes(b"<row><c><v>1</v></c>" + b" " * 16_000 + b"</row>"),
        "quá lớn|bị hỏng|quá lâu|quá nhiều dòng",
    ),
    "10 GB that say 190 MB, of empty rows": (
        "xlsx",
        lambda: ten_gigabytes(b"<row>" + b" " * 16_000 + b"</row>", 190 << 20),
        "quá lớn|bị hỏng|quá lâu",
    ),
    "190 MB of cells": ("xlsx", lambda: repacked(CELLS, 100), "quá lớn|bị hỏng|quá nhiều dòng"),
    "a macro": ("xlsx", lambda: with_part(xlsx(plain(2)), "xl/vbaProject.bin", b"x"), "macro"),
    "a macro, old": ("xls", lambda: compound("_VBA_PROJECT"), "macro"),
    "a macro, free": ("ods", lambda: with_part(ods(plain(2)), "Basic/Standard/Module1.xml", b"x"), "macro"),
    "renamed": ("xls", lambda: xlsx(plain(2)), "nội dung là loại khác"),
    "renamed text": ("xlsx", lambda: b"Ho ten;Nam sinh\nAn;2010\n", "nội dung là loại khác"),
    "no table at all": ("xlsx", lambda: b"%PDF-1.7\n%x", "Không nhận ra"),
    "a password, new": ("xlsx", lambda: compound("EncryptedPackage"), "mật khẩu"),
    "a password": ("ods", locked_ods, "mật khẩu"),
    "a password, old": ("xls", locked_xls, "mật khẩu"),
    "nothing": ("xlsx", lambda: xlsx([]), "không có bảng"),
    "an entity that grows": (
        "xlsx",
        lambda: repacked(b'</t></is></c></row></sheetData></worksheet><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
        "bị hỏng|không có bảng|Không tìm thấy",
    ),
}  # fmt: skip


@cache
def trap(name: str) -> bytes:
    """The file of a trap, made once."""
    return TRAPS[name][1]()
