"""What a PDF shows: its words, where they stand, what it looks like."""

import ctypes
import os
import subprocess
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import pytest

from tests.conftest import SOFFICE

A4 = {(595, 842), (842, 595)}
MM = 72 / 25.4
# (left, right, top, bottom) in mm that Nghị định 30/2020 leaves white at least; the page number may stand above.
LEAST = (19.9, 14.9, 8, 8)


# Debian's Liberation Serif has no Vietnamese letters; mixed with another face, words come apart in the extracted text.
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<selectfont><rejectfont><pattern><patelt name="family"><string>Liberation Serif</string></patelt></pattern></rejectfont></selectfont>
</fontconfig>"""


def opened(content: bytes) -> pypdfium2.PdfDocument:
    assert content.startswith(b"%PDF"), content[:20]
    return pypdfium2.PdfDocument(content)


def words(content: bytes) -> str:
    """All text, in one line."""
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in opened(content)).split())


def check_pages(content: bytes, one_face: bool = True) -> int:
    """Every page is A4, has no missing letter and nothing in its margins, and is not empty. Gives their number."""
    document = opened(content)
    faces = set()
    for number, page in enumerate(document, 1):
        width, height = page.get_size()
        assert (round(width), round(height)) in A4
        text = page.get_textpage()
        said = text.get_text_bounded()
        assert said.strip(), f"page {number} is empty"
        assert not {"\ufffd", "\ufffe", "\x00"} & set(said), f"page {number} has letters without a shape"
        left, right, top, bottom = (mm * MM for mm in LEAST)
        for index in range(text.count_rects()):
            x0, y0, x1, y1 = text.get_rect(index)
            assert x0 >= left - 1, f"page {number}: text in the left margin at {x0 / MM:.0f} mm"
            assert x1 <= width - right + 1, f"page {number}: text in the right margin at {x1 / MM:.0f} mm"
            assert y0 >= bottom - 1, f"page {number}: text below"
            assert y1 <= height - top + 1, f"page {number}: text above"
        faces |= {_face(text, n).split("+")[-1].partition("-")[0] for n in range(text.count_chars())} - {""}
        ink = page.render(scale=0.5).to_pil().convert("L")
        assert ink.getextrema()[0] < 160, f"page {number} shows nothing"
    assert len(faces) == 1 or not one_face, f"letters of several faces: {faces}"
    return len(document)


def _face(text, index: int) -> str:
    buffer = ctypes.create_string_buffer(200)
    raw.FPDFText_GetFontInfo(text, index, buffer, 200, ctypes.c_int())
    return buffer.value.decode()


def laid_out(content: bytes, folder: Path) -> bytes:
    """A Word or Excel file as LibreOffice lays it out."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    ending = "xlsx" if b"xl/workbook.xml" in content else "docx"
    (folder / f"paper.{ending}").write_bytes(content)
    (folder / "fonts.conf").write_text(FONTS)
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf", "--outdir", folder, folder / f"paper.{ending}"],
        check=True, capture_output=True, timeout=120,
        env=os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")},
    )  # fmt: skip
    return (folder / "paper.pdf").read_bytes()
