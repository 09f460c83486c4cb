"""What a file is, by its content and not by its name. Plain Python.

A name that promises another kind than the content is refused, and so is everything that can run: macros, and every
kind that is not on the list.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath

import puremagic

from casemgr.refused import N_, Refused

UNPACKED = 200 * 1024 * 1024  # an office file that says it is larger than this when unpacked is a trap
MEMBERS = 5000  # parts of an office file


@dataclass(frozen=True, slots=True)
class Media:
    """One kind of file: what its name may end in, and what a download is called."""

    code: str
    type: str
    endings: tuple[str, ...]


MEDIA = {
    m.code: m
    for m in (
        Media("pdf", "application/pdf", ("pdf",)),
        Media("png", "image/png", ("png",)),
        Media("jpg", "image/jpeg", ("jpg", "jpeg")),
        Media("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
        Media("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
        Media("xls", "application/vnd.ms-excel", ("xls",)),
        Media("ods", "application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
        Media("csv", "text/csv; charset=utf-8", ("csv",)),
    )
}
# What the content begins with, as puremagic names it, to our kinds; office files are looked into below.
_PLAIN = {".pdf": "pdf", ".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".jfif": "jpg"}

UNKNOWN = N_(
    "Không nhận ra loại tệp này. Chỉ nhận PDF, ảnh PNG hoặc JPEG, Word (DOCX), bảng tính (XLSX, XLS, ODS) và CSV."
)
RENAMED = N_("Tên tệp ghi .%(ending)s nhưng nội dung là loại khác. Hãy lưu lại tệp đúng loại rồi gửi.")
MACRO = N_("Tệp có chứa macro nên không được nhận. Hãy lưu lại dạng không có macro (.xlsx, .docx).")
LOCKED = N_("Tệp được đặt mật khẩu. Hãy bỏ mật khẩu rồi gửi lại.")
BROKEN = N_("Tệp bị hỏng hoặc tải lên chưa hết. Hãy mở tệp, lưu lại rồi gửi lại.")
BOMB = N_("Tệp giải nén ra quá lớn nên không được nhận. Hãy lưu lại tệp chỉ với dữ liệu cần gửi.")
EMPTY = N_("Tệp trống, không có nội dung.")


def sniff(name: str, data: bytes, allowed: Collection[str] = tuple(MEDIA)) -> Media:
    """What the file is. Raises Refused (field `file`) in one clear sentence."""
    if not data:
        raise Refused(EMPTY, "file")
    ending = PurePath(name).suffix.lower().lstrip(".")
    code = _code(data)
    if code is None or code not in allowed:
        raise Refused(UNKNOWN, "file")
    media = MEDIA[code]
    if ending not in media.endings:
        raise Refused(RENAMED if ending else UNKNOWN, "file", ending=ending[:8])
    return media


def _code(data: bytes) -> str | None:
    if data[:4] == b"PK\x03\x04":
        return _zipped(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _compound(data)
    try:
        found = puremagic.from_string(data[:4096])
    except (puremagic.PureError, ValueError):
        found = ""
    if found in _PLAIN:
        return _PLAIN[found]
    return "csv" if _is_text(data) else None


def _zipped(data: bytes) -> str | None:
    """The kind of an office file; only its list of parts and the beginning of two of them are read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            parts = file.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MEMBERS or sum(part.file_size for part in parts) > UNPACKED:
                raise Refused(BOMB, "file")
            if any(part.flag_bits & 1 for part in parts):
                raise Refused(LOCKED, "file")
            if any(
                part.lower().endswith(("vbaproject.bin", "vbadata.xml")) or part.startswith("Basic/") for part in names
            ):
                raise Refused(MACRO, "file")
            if "mimetype" in names:
                if b":encryption-data" in _beginning(file, "META-INF/manifest.xml", names):
                    raise Refused(LOCKED, "file")
                kind = _beginning(file, "mimetype", names)[:100].strip().decode("ascii", "replace")
                return "ods" if kind == MEDIA["ods"].type else None
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError):
        raise Refused(BROKEN, "file") from None
    if "[Content_Types].xml" not in names:
        return None
    if any(part.startswith("xl/") for part in names):
        return "xlsx"
    return "docx" if any(part.startswith("word/") for part in names) else None


def _beginning(file: zipfile.ZipFile, part: str, names: Collection[str], size: int = 1 << 20) -> bytes:
    """No more of a part than its beginning: unpacked whole, it may be all that a trap is made of."""
    if part not in names:
        return b""
    with file.open(part) as opened:
        return opened.read(size)


def _compound(data: bytes) -> str | None:
    """An old Excel file, by the names of its streams (UTF-16 in the directory)."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):  # a new office file behind a password
        raise Refused(LOCKED, "file")
    if holds("_VBA_PROJECT"):
        raise Refused(MACRO, "file")
    if _has_file_pass(data):
        raise Refused(LOCKED, "file")
    return "xls" if holds("Workbook") or holds("Book") else None


def _has_file_pass(data: bytes) -> bool:
    """Whether one of the first records of an old workbook says that the rest is encrypted."""
    at = data.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")  # where it begins
    for _record in range(4):
        if at < 0 or at + 4 > len(data):
            return False
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == 0x2F:
            return True
        at += 4 + size
    return False


def _is_text(data: bytes) -> bool:
    """A table as text: no control characters; two bytes a letter only where the file says so at its beginning."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            return False
        return not any(ord(c) < 32 and c not in "\r\n\t" for c in text)
    return not (set(range(32)) - {9, 10, 13}) & set(data)
