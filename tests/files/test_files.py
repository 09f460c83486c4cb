"""Attachments: what is accepted, that they are encrypted, and that they come back as what the ledger named."""

import hashlib
import io
import struct
import zipfile
from datetime import datetime

import pytest
import sqlalchemy as sa
import xlwt

from casemgr import files
from casemgr.files.kinds import sniff
from casemgr.files.models import FileBlob
from casemgr.ledger import services as ledger
from casemgr.refused import Refused
from casemgr.vault import SubjectKey

NOW = datetime(2022, 6, 15, 9, 0)
PDF = b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe1\x00\x10Exif\x00" + bytes(30)


def packed(parts: dict, locked: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    data = made.getvalue()
    if locked:  # the flag "encrypted" in the directory
        place = data.index(b"PK\x01\x02") + 8
        data = data[:place] + struct.pack("<H", 1) + data[place + 2 :]
    return data


TYPES = "[Content_Types].xml"
XLSX = packed({TYPES: "x", "xl/workbook.xml": "x"})
DOCX = packed({TYPES: "x", "word/document.xml": "x"})
ODS = packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "x"})


def old_excel() -> bytes:
    book, made = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("1").write(0, 0, "a")
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.PDF", PDF, "pdf"), ("a.png", PNG, "png"), ("a.jpeg", JPEG, "jpg"), ("a.xlsx", XLSX, "xlsx"),
        ("a.docx", DOCX, "docx"), ("a.ods", ODS, "ods"), ("a.csv", "tên;tuổi\n".encode(), "csv"),
        ("a.csv", "tên;tuổi\n".encode("utf-16"), "csv"), ("a.csv", b"t\xean\n", "csv"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(name, data, code):
    assert sniff(name, data).code == code


def test_an_old_excel_file():
    assert sniff("a.xls", old_excel()).code == "xls"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.pdf", PNG, "nội dung là loại khác"),
        ("a.xlsx", DOCX, "nội dung là loại khác"),
        ("a.xlsm", packed({TYPES: "x", "xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}), "macro"),
        ("a.xlsx", packed({TYPES: "x", "xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}), "macro"),
        ("a.xlsx", packed({TYPES: "x", "xl/workbook.xml": "x"}, locked=True), "mật khẩu"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("a.xlsx", XLSX[:-30], "bị hỏng"),
        ("a.xlsx", packed({TYPES: "x", **{f"xl/{n}": "" for n in range(5001)}}), "quá lớn"),
        ("a.pdf", b"", "trống"),
        ("a.exe", b"MZ\x90\x00" + bytes(60), "Không nhận ra"),
        ("a.html", b"<html><script>1</script>", "nội dung là loại khác"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "nội dung là loại khác"),
        ("a.zip", packed({"a.txt": "x"}), "Không nhận ra"),
        ("pdf", PDF, "Không nhận ra"),
    ],
)  # fmt: skip
def test_what_is_refused(name, data, words):
    with pytest.raises(Refused, match=words) as refused:
        sniff(name, data)
    assert refused.value.field == "file"
    assert str(refused.value).endswith((".", ")."))


def test_a_file_is_kept_encrypted_and_comes_back(session, app):
    subject = ledger.create(session, "case")
    made = files.store(session, subject, "Biên bản Nguyễn Văn Ân.pdf", PDF, author="x", now=NOW)
    session.commit()
    row = session.execute(sa.select(FileBlob.__table__)).one()
    stored = b"".join(value for value in row if isinstance(value, bytes))
    assert b"%PDF" not in stored
    assert "Nguyễn".encode() not in stored
    found = files.load(session, made)
    assert (found.name, found.data) == ("Biên bản Nguyễn Văn Ân.pdf", PDF)
    assert found.sha256 == hashlib.sha256(PDF).hexdigest()
    assert files.facts(session, [made])[made].size == len(PDF)
    with app.test_request_context():
        answer = files.send(found, "HS-7K4-29Q-1")
    assert answer.headers["Content-Disposition"] == "attachment; filename=HS-7K4-29Q-1.pdf"
    with pytest.raises(files.Missing):
        files.load(session, made, sha256="0" * 64)
    app.config["CASEMGR_MAX_FILE"] = 0
    with pytest.raises(Refused, match="lớn hơn 0 MB"):
        files.store(session, subject, "a.pdf", PDF, author="x", now=NOW)


def test_a_changed_file_or_a_destroyed_key_gives_nothing(session):
    subject = ledger.create(session, "case")
    one, two = (files.store(session, subject, "a.pdf", PDF, author="x", now=NOW) for _ in "12")
    content = session.scalar(sa.select(FileBlob.content).where(FileBlob.id == one))
    session.execute(sa.update(FileBlob).where(FileBlob.id == two).values(content=content))
    with pytest.raises(files.Missing):
        files.load(session, two)  # the content of another file in its place
    session.execute(sa.delete(SubjectKey).where(SubjectKey.subject == subject))
    with pytest.raises(files.Missing):
        files.load(session, one)
