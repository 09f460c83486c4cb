"""Papers from data: what stands on the page, in Word, PDF and Excel; what was typed stays text; broken templates."""

import io
import shutil
import zipfile
from datetime import date

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from casemgr import create_app, papers
from casemgr.papers import Break, Cell, Heading, Paper, PaperError, Rows, Signature, Table, Text
from casemgr.papers.files import FOLDER
from tests.conftest import test_config as config_for_tests
from tests.papers.pages import check_pages, laid_out, words

# Every letter of the language, and what would be markup, a tag or a formula.
LETTERS = "ặ ẫ ậ ẽ ệ ỉ ị ỏ ộ ỡ ợ ủ ự ữ ỵ ỹ đ Ặ Ẫ Ậ Ẽ Ệ Ỉ Ị Ỏ Ộ Ỡ Ợ Ủ Ự Ữ Ỵ Ỹ Đ"
HOSTILE = "=1+1 <b>&amp; {{ title }} {% x #panic() $x$ *_`@a \\"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Papers need no database."""
    folder = tmp_path_factory.mktemp("papers")
    return create_app(config_for_tests(folder, f"sqlite:///{folder / 'none.db'}"))


@pytest.fixture(autouse=True)
def _context(app):
    with app.test_request_context():
        yield


def paper(template="report", **facts) -> Paper:
    rows = tuple((str(n), LETTERS, Cell("91,8%", 0.918, "0.0%"), HOSTILE) for n in range(1, 31))
    usual = {
        "over": ("UBND TỈNH AN GIANG",),
        "agency": ("SỞ LAO ĐỘNG - THƯƠNG BINH", "VÀ XÃ HỘI"),
        "number": papers.number(None, "BC-SLĐTBXH"),
        "place": "An Giang",
        "day": date(2022, 2, 5),
        "title": "BÁO CÁO",
        "about": "Kết quả 6 tháng đầu năm 2022",
        "to": ("Ủy ban nhân dân tỉnh",),
        "body": (
            Heading("I. TÌNH HÌNH"),
            Text("Dòng một\ndòng hai. " + "Trong kỳ đã tiếp nhận thông tin. " * 20),
            Rows((("Nhận xét", HOSTILE),)),
            Table(("STT", "Chỉ tiêu", "Thực hiện", "Ghi chú"), rows, align="clrl"),
        ),
        "appendix": (
            Break("Phụ lục: xã/[1]"),
            Heading("PHỤ LỤC"),
            Table(("Xã", "Số"), (("Cô Tô", Cell("1.234", 1234)),)),
        ),
        "signatures": (Signature(("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), "Nguyễn Văn Ân", "(Ký, ghi rõ họ tên)"),),
        "recipients": ("Như trên;", "Lưu: VT."),
    }
    return Paper(template=template, **(usual | facts))


EXPECTED = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND TỈNH AN GIANG",
    "SỞ LAO ĐỘNG - THƯƠNG BINH", "Số: ……/BC-SLĐTBXH", "An Giang, ngày 05 tháng 02 năm 2022", "BÁO CÁO",
    "Kính gửi: Ủy ban nhân dân tỉnh", "Nơi nhận:", "PHÓ CHỦ TỊCH", "Nguyễn Văn Ân", "91,8%", "1.234",
)  # fmt: skip


@pytest.mark.parametrize("template", ["report", "form", "letter", "list"])
def test_the_pdf_shows_everything_within_its_margins(template):
    content = papers.pdf(paper(template, form="Mẫu 02", mark="Kết xuất thử"))
    assert check_pages(content) >= 3
    said = words(content)
    for text in (*EXPECTED, "Mẫu 02", "Kết xuất thử"):
        assert text in said, text
    assert said.replace(" ", "").count(LETTERS.replace(" ", "")) == 30
    assert HOSTILE.replace(" ", "") in said.replace(" ", "")


def test_page_numbers_begin_on_the_second_page():
    from tests.papers.pages import opened

    pages = [p.get_textpage().get_text_bounded().split() for p in opened(papers.pdf(paper()))]
    assert [page[0] for page in pages[1:]] == [str(n) for n in range(2, len(pages) + 1)]
    assert pages[0][0] == "UBND"


@pytest.mark.parametrize("template", ["report", "list"])
def test_word_lays_it_out_on_the_same_pages(template, tmp_path):
    content = papers.word(paper(template, form="Mẫu 02", mark="Kết xuất thử"))
    document = Document(io.BytesIO(content))
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.core_properties.author == ""
    text = "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))
    assert "{{" not in text.replace(HOSTILE, "")
    assert text.count(HOSTILE) == 31
    shown = laid_out(content, tmp_path)
    assert check_pages(shown) >= 3
    said = words(shown)
    for expected in (*EXPECTED, "Mẫu 02", "Kết xuất thử"):
        assert expected in said, expected
    assert said.replace(" ", "").count(LETTERS.replace(" ", "")) == 30


def test_excel_has_numbers_as_numbers_and_typed_text_as_text():
    content = papers.excel(paper())
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Báo cáo", "Phụ lục  xã  1"]
    rows = book.get_sheet_by_index(0).to_python()
    table = [row for row in rows if row[0] == "7"]
    assert table == [["7", LETTERS, 0.918, HOSTILE]]
    assert ["Cô Tô", 1234] in book.get_sheet_by_index(1).to_python()
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 'quotePrefix="1"' in zipfile.ZipFile(io.BytesIO(content)).read("xl/styles.xml").decode()


def test_the_same_data_give_the_same_bytes():
    for make in (papers.pdf, papers.word, papers.excel):
        assert make(paper()) == make(paper())


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2022, 1, 9), "Cô Tô, ngày 09 tháng 01 năm 2022"),
        (date(2022, 3, 10), "Cô Tô, ngày 10 tháng 3 năm 2022"),
        (date(2022, 12, 1), "Cô Tô, ngày 01 tháng 12 năm 2022"),
        (None, "Cô Tô, ngày …… tháng …… năm 2022"),
    ],
)
def test_days_and_the_first_two_months_have_a_leading_zero(day, said):
    assert papers.place_and_day("Cô Tô", day, 2022) == said


def _own(app, name: str, content: bytes) -> None:
    folder = app.config["CASEMGR_INSTANCE"] / "papers"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


@pytest.fixture
def _no_own(app):
    yield
    shutil.rmtree(app.config["CASEMGR_INSTANCE"] / "papers", ignore_errors=True)


def _docx_with(text: str) -> bytes:
    document, out = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


@pytest.mark.usefixtures("_no_own")
def test_a_clerk_changes_the_word_template_without_code(app):
    _own(app, "report.docx", _docx_with("Bản của huyện: {{ title }}"))
    text = Document(io.BytesIO(papers.word(paper(about="Khác"))))
    assert [p.text for p in text.paragraphs] == ["Bản của huyện: BÁO CÁO"]


@pytest.mark.usefixtures("_no_own")
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("report.docx", _docx_with("{{ titel }}"), "'titel' is undefined"),
        ("report.docx", _docx_with("{% for b in body %} không đóng"), "end of template"),
        ("report.docx", _docx_with("{{ title "), "report.docx"),
        ("report.docx", b"not a zip", "report.docx"),
        ("report.typ", b"#let x = ", "expected expression"),
        ("report.typ", b'#import "/base.typ": *\n#d.titel', "titel"),
    ],
)
def test_a_broken_template_is_named_and_says_why(app, name, content, why):
    _own(app, name, content)
    ending = name.partition(".")[2]
    with pytest.raises(PaperError) as error:
        (papers.word if ending == "docx" else papers.pdf)(paper())
    assert name in str(error.value)
    assert why in str(error.value)
    page, status = papers.answer(paper(), {"docx": "docx", "typ": "pdf"}[ending], "bao-cao")
    assert status == 500
    assert f"Mẫu văn bản «{name}» có lỗi" in page
    checked = app.test_cli_runner().invoke(args=["papers", "check"])
    assert checked.exit_code == 1
    assert name in checked.output
    other = papers.pdf if ending == "docx" else papers.word
    assert other(paper()), "the other format still comes"


def test_every_template_of_the_project_can_be_filled(app):
    result = app.test_cli_runner().invoke(args=["papers", "check"])
    assert result.exit_code == 0, result.output
    assert result.output.count("được") == len(list(FOLDER.glob("*.docx"))) * 2


def test_a_download_has_a_neutral_name():
    response = papers.answer(paper(), "xlsx", "bao-cao")
    assert response.headers["Content-Disposition"] == 'attachment; filename="bao-cao.xlsx"'
    with pytest.raises(ValueError, match="file name"):
        papers.answer(paper(), "xlsx", 'a"; b')
