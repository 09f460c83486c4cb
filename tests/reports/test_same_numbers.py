"""The report of the first six months of 2022 says what the page says: every indicator, in Word, PDF and Excel, of a
province large enough that none of its own totals is a small number."""

import csv
import io
import json
import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa
from docx import Document
from python_calamine import CalamineWorkbook

from casemgr import create_app
from casemgr.access.models import User
from casemgr.db import db
from casemgr.demo import build
from casemgr.plans import plans, services
from tests.accounts import sign_in
from tests.conftest import test_config as config_for_tests
from tests.pages import PageClient, parse
from tests.papers.pages import check_pages, words

TODAY, PROVINCE = "2022-07-05", "89-20210101"
ASKED = f"calendar=lich&period=6-thang&year=2022&unit={PROVINCE}"
CODE = re.compile(r"\(([A-Z0-9]+-\d+)\)$")
SPAN = ["--from", "2022-01-01", "--through", "2022-06-30", "--format", "json"]


@pytest.fixture(scope="module")
def app(templates, tmp_path_factory):
    """A demo of 4,000 files, built once; whatever still waits for a second person is confirmed, so that it has a value."""
    folder, source = tmp_path_factory.mktemp("same"), templates("sqlite")
    app = create_app(config_for_tests(folder, source.fresh(folder)) | {"CASEMGR_TODAY": TODAY})
    app.test_client_class = PageClient
    with app.app_context():
        build.build(db.session, cases=4000, seed=1, today=date.fromisoformat(TODAY))
        plan = plans()["KH322-2022"]
        for figure in services.figures(db.session, plan.code):
            if not figure.confirmed:
                subject = db.session.scalar(
                    sa.select(services.TABLE.c.subject).where(services.TABLE.c.entry == figure.entry)
                )
                _versions, head = services.find(db.session, subject)
                services.confirm(
                    db.session,
                    plan,
                    subject,
                    on_seq=head,
                    author="second",
                    unit=figure.unit,
                    now=datetime(2022, 7, 1, 9),
                )
        db.session.commit()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def client(app):
    with app.app_context():
        user = db.session.scalar(sa.select(User).where(User.username == "tinh"))
        db.session.expunge(user)
    return sign_in(app.test_client(), user)


def spoken(app, *more: str) -> dict:
    result = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", *SPAN, *more])
    assert result.exit_code == 0, result.output
    return {i["code"]: i for i in json.loads(result.output)["indicators"]}


@pytest.fixture(scope="module")
def figures(app) -> dict:
    """What `flask coverage` says of the province: {indicator: figure}."""
    return spoken(app)


@pytest.fixture(scope="module")
def page(client) -> dict[str, tuple[str, str]]:
    """{indicator: (value, what it is made of)} as the page of the plan shows them."""
    body = parse(client.get(f"/coverage/KH322-2022?period=6-thang-dau&unit={PROVINCE}").text)
    found = {}
    for row in body.iter("tr"):
        cells = list(row.iter("td"))
        link = cells[0].find("a") if cells else None
        code = re.search(r"/coverage/KH322-2022/([A-Z0-9-]+)", link.get("href", "")) if link is not None else None
        if code and len(cells) == 6:
            made = [" ".join(part.itertext()) for part in cells[2].findall("div")]
            made = [text for text in made if not text.startswith("đến ")]
            found[code[1]] = ("".join(cells[2].find("strong").itertext()), made[0] if made else "")
    return found


def word_lines(content: bytes) -> dict[str, list[str]]:
    rows = ([cell.text for cell in row.cells] for table in Document(io.BytesIO(content)).tables for row in table.rows)
    return {m[1]: cells for cells in rows if len(cells) == 8 and (m := CODE.search(cells[1]))}


def number_said(text: str) -> Fraction:
    """The first number of a text as written here; a fall is negative, billions and millions are meant as such."""
    sign, digits, rest = re.search(r"([−+]?)(\d[\d.]*(?:,\d+)?)(.*)", text, re.S).groups()
    times = 10**9 if rest.startswith(" tỷ") else 10**6 if rest.startswith(" triệu") else 1
    return Fraction(Decimal(digits.replace(".", "").replace(",", "."))) * times * (-1 if sign == "−" else 1)


def test_no_total_of_the_province_is_hidden(client, figures):
    told = word_lines(client.get(f"/reports/outgoing/KH322-2022/docx?{ASKED}").data)
    assert {code: cells[4] for code, cells in told.items() if "<5" in cells[4]} == {}
    assert {"TE-1", "TE-2", "MT-1", "BD-1"} <= {code for code, f in figures.items() if f["value"] is not None}


def test_every_indicator_reads_the_same_in_word_as_on_the_page(client, figures, page):
    told = word_lines(client.get(f"/reports/outgoing/KH322-2022/docx?{ASKED}").data)
    assert set(told) == set(page) == set(figures)
    assert {code: cells[4].split("\n") for code, cells in told.items()} == {
        code: [text for text in shown if text] for code, shown in page.items()
    }


def test_every_indicator_reads_the_same_in_pdf_as_on_the_page(client, page):
    pdf = client.get(f"/reports/outgoing/KH322-2022/pdf?{ASKED}").data
    check_pages(pdf)
    said = words(pdf).replace(" ", "").split("Ghichúsốliệu", 1)[0]
    parts = re.split(r"\(([A-Z0-9]+-\d+)\)", said)
    told = dict(zip(parts[1::2], zip(parts[0::2], parts[2::2], strict=False), strict=False))
    assert set(told) == set(page)
    for code, shown in page.items():
        # What stands after its code, or before it where its line is cut by the end of a page.
        for text in filter(None, shown):
            assert any(text.replace(" ", "") in part for part in told[code]), (code, text)


def test_every_number_of_the_sheet_is_the_figure(client, figures, page):
    book = client.get(f"/reports/outgoing/KH322-2022/xlsx?{ASKED}").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    sheet = {m[1]: row for row in rows if (m := CODE.search(str(row[1])))}
    assert set(sheet) == set(figures)
    for code, figure in figures.items():
        number, value = sheet[code][4], figure["value"]
        if value is None:
            assert str(number).split("\n")[0] == page[code][0], code
            continue
        # A fall is written as a negative number.
        assert number == pytest.approx(-value if code == "TE-1" else value, abs=1e-6), code
        shown = number_said(page[code][0])
        scale, off = (100, 0.06) if figure["measure"] == "share" else (1, 0.006)
        off = 6e6 if figure["measure"] == "money" else off
        assert float(shown) == pytest.approx(number * scale, abs=off), code


def test_the_tables_by_unit_have_the_figures_of_the_units(app, client):
    text = client.get(f"/reports/outgoing/KH322-2022/csv?{ASKED}").data.decode("utf-8-sig")
    shown = [r for r in csv.DictReader(io.StringIO(text)) if r["unit_code"] != "89" and r["hidden"] == "0"]
    compared = set()
    for level in ("district", "commune"):
        for code, figure in spoken(app, "--by", level).items():
            units = {g["group"][level]: g for g in figure["groups"]}
            for row in (r for r in shown if r["indicator"] == code and r["unit_code"] in units):
                group = units[row["unit_code"]]
                if row["denominator"]:
                    told = (int(row["numerator"]), int(row["denominator"]))
                    assert told == (group["numerator"], group["denominator"]), row
                    compared.add((code, level))
    for code in ("TE-2", "Q1-01"):
        assert (code, "district") in compared, code
    assert ("TE-2", "commune") in compared


def test_a_broken_template_of_the_clerk_stops_word_alone(app, client):
    folder, document, out = app.config["CASEMGR_INSTANCE"] / "papers", Document(), io.BytesIO()
    document.add_paragraph("{{ titel }}")
    document.save(out)
    folder.mkdir()
    (folder / "report.docx").write_bytes(out.getvalue())
    try:
        broken, other = (client.get(f"/reports/outgoing/KH322-2022/{ending}?{ASKED}") for ending in ("docx", "xlsx"))
    finally:
        shutil.rmtree(folder)
    assert broken.status_code == 500
    assert "Mẫu văn bản «report.docx» có lỗi" in broken.text
    assert other.status_code == 200
