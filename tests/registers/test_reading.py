"""Files as offices send them, and files that are traps: within seconds, with little memory, one clear sentence."""

import io
import subprocess
import sys
import time
import unicodedata
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from casemgr.files.kinds import MEDIA, sniff
from casemgr.refused import Refused
from casemgr.registers import sources
from casemgr.registers.checking import check
from casemgr.registers.columns import table
from casemgr.registers.lines import Frame
from casemgr.registers.places import Places
from casemgr.registers.reading import MEDIA as MEDIA_OF_REGISTERS
from casemgr.registers.reading import Limits, read
from casemgr.units.rules import UnitNode, UnitTree
from tests.registers.tables import AWKWARD, AWKWARD_COUNTS, csv, in_old_font, ods, plain, xls, xlsx
from tests.registers.traps import TRAPS, trap

KNOWN = sources.load()
FILES = Path(__file__).with_name("files")
PROVINCE, DISTRICT = "89-20210101", "891-20210101"


def tree() -> UnitTree:
    made, paths = {}, {None: "/"}
    for code, kind, name, above in (
        ("89", "tinh", "An Giang", None), ("891", "huyen", "Tri Tôn", "89"), ("30544", "thi_tran", "Tri Tôn", "891"),
        ("30547", "xa", "Núi Tô", "891"),
    ):  # fmt: skip
        id = f"{code}-20210101"
        paths[code] = f"{paths[above]}{id}/"
        made[id] = UnitNode(
            id, code, name, kind, f"{above}-20210101" if above else None, paths[code], date(2021, 1, 1), None
        )
    return UnitTree(made)


def checked(data: bytes, kind: str, unit: str = PROVINCE, **frame):
    sheet = read(data, MEDIA[kind], limits=KNOWN.limits)
    found = table(sheet, KNOWN.vocabulary, sheet.old_font)
    places = Places(tree(), unit, date(2022, 6, 30))
    known = {"harms": KNOWN.subjects["TE"].harms, "age_below": 16} | frame
    return check(
        found, found.guess, Frame(True, places, date(2022, 1, 1), date(2022, 6, 30), date(2022, 7, 5), **known)
    )


@pytest.mark.parametrize(
    ("kind", "make"),
    [("xlsx", xlsx), ("xls", xls), ("ods", ods), ("csv", csv), ("csv", lambda rows: csv(rows, "utf-16", "\t")),
     ("csv", lambda rows: csv(rows, "utf-8-sig", ","))],
)  # fmt: skip
def test_the_same_register_in_every_kind_of_file(kind, make):
    found = checked(make(AWKWARD), kind)
    counts = found.counts()
    assert {name: counts[name] for name in AWKWARD_COUNTS} == AWKWARD_COUNTS
    assert counts["doubts"] == {"id_lost": 1, "unit_unknown": 1}
    assert counts["errors"] == {"birth_bad": 1, "name_missing": 1, "year_short": 1}
    first = found.rows[0]
    assert (first.person.identifiers[0].value, first.person.home) == ("089211001234", "30547-20210101")
    assert found.repaired["zero"] == 2
    assert found.rows[-1].same_as == first.number


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_files_that_an_office_program_saved(kind):
    """The same register, saved by LibreOffice; its formula (J7) is seen in each."""
    found = checked((FILES / f"libreoffice.{kind}").read_bytes(), kind)
    assert {name: found.counts()[name] for name in AWKWARD_COUNTS} == AWKWARD_COUNTS
    assert (found.rows[0].person.phone, found.rows[1].person.birth.day) == ("0912345678", 15)
    assert read((FILES / f"libreoffice.{kind}").read_bytes(), MEDIA[kind]).formulas == 1


@pytest.mark.parametrize("rows", [2, 400])
def test_formulas_in_an_old_file_small_or_large(rows):
    """Below 4096 bytes the sheet lies among the small sectors."""
    book, made = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("Bìa").write(0, 0, xlwt.Formula("1+1"))
    sheet = book.add_sheet("Trẻ em")
    for number in range(rows):
        for column, cell in enumerate(("Họ tên", "Năm sinh", "Xã")):
            sheet.write(number, column, f"{cell} {number}")
    sheet.write(1, 27, xlwt.Formula("2011+1"))
    book.save(made)
    found = read(made.getvalue(), MEDIA["xls"], sheet=1)
    assert (found.formulas, found.formula_places) == (1, ("AB2",))


def test_letters_that_a_program_could_not_save_are_not_taken_for_names():
    with pytest.raises(Refused, match="thành dấu hỏi"):
        read((FILES / "letters_lost.csv").read_bytes(), MEDIA["csv"])
    rows = [plain(1)[0], [1, "A1", "Nguy?n Văn An", 2010, "Nam", "Núi Tô", "02/02/2022"]]
    assert [codes for _line, _cells, codes in checked(csv(rows), "csv").wrong] == [("name_lost",)]


def test_titles_and_headings_over_merged_cells():
    """As offices draw them: titles across the table, a heading above two columns, headings down two rows."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.merge_range("A1:I1", "UBND TỈNH AN GIANG")
    sheet.merge_range("A2:I2", "DANH SÁCH TRẺ EM BỊ XÂM HẠI")
    sheet.merge_range("C4:D4", "Năm sinh")
    sheet.merge_range("F4:G4", "Nơi ở")
    for column, heading in {
        "A": "STT",
        "B": "Họ và tên",
        "E": "Số CCCD",
        "H": "Ngày tiếp nhận",
        "I": "Ghi chú",
    }.items():
        sheet.merge_range(f"{column}4:{column}5", heading)
    for cell, heading in {"C5": "Nam", "D5": "Nữ", "F5": "Xã", "G5": "Huyện"}.items():
        sheet.write(cell, heading)
    sheet.write_row("A6", [1, "Lê Văn Một", 2010, None, 89211001234, "Núi Tô", "Tri Tôn", 44630, "x"])
    sheet.write_row("A7", [2, "Trần Thị Hai", None, 2011, "089311005678", "Núi Tô", "Tri Tôn", "15/03/2022", None])
    book.close()
    found = checked(made.getvalue(), "xlsx")
    assert [(row.person.sex, row.person.birth.year, row.person.identifiers[0].value) for row in found.rows] == [
        ("nam", 2010, "089211001234"),
        ("nu", 2011, "089311005678"),
    ]
    assert [f"{row.received:%d/%m/%Y}" for row in found.rows] == ["10/03/2022", "15/03/2022"]  # the first is a serial
    assert {row.person.home for row in found.rows} == {"30547-20210101"}
    assert dict(found.repaired) == {"zero": 1, "serial": 1}


def test_letters_that_a_program_took_apart_are_read_as_one():
    rows = [
        [unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in line] for line in AWKWARD
    ]
    found = checked(csv(rows), "csv")
    assert {name: found.counts()[name] for name in AWKWARD_COUNTS} == AWKWARD_COUNTS
    assert found.rows[1].person.name == "Trần Thị Bé"
    assert unicodedata.is_normalized("NFC", found.rows[1].person.name)


@pytest.mark.parametrize("how", ["tcvn3", "vni"])
def test_a_whole_register_in_an_old_font(how):
    rows = [[in_old_font(cell, how) if isinstance(cell, str) else cell for cell in line] for line in AWKWARD]
    found = checked(xlsx(rows), "xlsx")
    assert {name: found.counts()[name] for name in AWKWARD_COUNTS} == AWKWARD_COUNTS
    assert found.rows[1].person.name == "Trần Thị Bé"
    assert found.rows[0].person.home == "30547-20210101"


def test_sections_name_the_commune_of_the_lines_below_them():
    rows = [["STT", "Họ tên", "Năm sinh"], [None, "I. Xã Núi Tô"], [1, "Lê Văn Một", 2010], [None, "II. Thị trấn Tri Tôn"],
            [2, "Lê Văn Hai", 2011], [3, None, None], [4, "Tống Thị Ba", 2012], ["Người lập biểu"]]  # fmt: skip
    found = checked(xlsx(rows), "xlsx")
    assert [row.person.home[:5] for row in found.rows] == ["30547", "30544", "30544"]
    assert found.skipped == [2, 4, 6, 8]


def test_formulas_give_their_value_and_are_flagged():
    sheet = read(xlsx(plain(3), {(2, 0): ("=1+1", 2), (3, 0): ("=A3+1", 3)}), MEDIA["xlsx"])
    assert (sheet.formulas, sheet.formula_places) == (2, ("A3", "A4"))
    assert [cells[0] for _line, cells in sheet.lines[1:]] == [1.0, 2.0, 3.0]
    assert read(ods(plain(3), "of:=1+1"), MEDIA["ods"]).formulas == 3
    text = read(b'Ten;CCCD\n=1+1;="089211001234"\n', MEDIA["csv"])
    assert (text.formulas, text.lines[1][1]) == (1, ["=1+1", "089211001234"])


def test_too_old_or_outside_the_period_is_parked_and_an_untrue_date_is_not_taken():
    rows = [plain(1)[0], [1, "A1", "Lê Văn Một", "01/02/2006", "Nam", "Núi Tô", "02/02/2022"],
            [2, "A2", "Lê Văn Hai", "03/02/2006", "Nam", "Núi Tô", "02/02/2022"],
            [3, "A3", "Lê Văn Ba", 2010, "Nam", "Núi Tô", "02/12/2021"],
            [4, "A4", "Lê Văn Bốn", "01/01/2023", "Nam", "Núi Tô", "02/02/2022"],
            [5, "A5", "Lê Văn Năm", 2010, "Nam", "Núi Tô", "02/08/2022"]]  # fmt: skip
    found = checked(xlsx(rows), "xlsx")
    assert [row.doubts for row in found.rows] == [("age",), (), ("received_outside",)]
    assert [codes for _line, _cells, codes in found.wrong] == [("birth_future",), ("received_future",)]


def test_one_child_in_two_lines():
    rows = plain(1) + [[2, "A2", "nguyen van binh", "02/02/2009", "Nam", "Núi Tô", "05/05/2022"]]
    rows[1][2:4] = "NGUYỄN VĂN BÌNH", "02/02/2009"
    found = checked(xlsx(rows), "xlsx")
    assert [(row.number, row.doubts, row.same_as) for row in found.rows] == [(2, (), None), (3, ("same_person",), 2)]


# --- traps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_ends_in_one_sentence(name):
    kind, _make, words = TRAPS[name]
    data = trap(name)
    begin = time.monotonic()
    with pytest.raises(Refused, match=words) as refused:
        table(read(data, sniff(f"a.{kind}", data, MEDIA_OF_REGISTERS), limits=KNOWN.limits), KNOWN.vocabulary)
    assert time.monotonic() - begin < 40, "a trap holds nobody up"  # the machine may be busy; alone it takes a second
    assert refused.value.field == "file"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("kind", "make"), [("xlsx", xlsx), ("xls", xls), ("ods", ods), ("csv", csv)])
def test_how_many_rows_and_cells_are_taken_is_the_same_for_every_file(kind, make):
    """Four lines of three cells, one of which is empty: eleven that hold anything."""
    data = make(
        [["Mã", "Họ tên", "Năm sinh"], ["A1", "Lê Văn Ba", 2010], ["A2", "Lê Văn Tư", ""], ["A3", "Lê Văn Năm", 2011]]
    )
    assert len(read(data, MEDIA[kind], limits=Limits(rows=4, cells=11)).lines) == 4
    for limits, words in (
        (Limits(cells=10), "Bảng có quá nhiều ô có nội dung (tối đa 10). Hãy chia thành nhiều tệp."),
        (Limits(rows=3), "Bảng có quá nhiều dòng (tối đa 3). Hãy chia thành nhiều tệp."),
    ):
        with pytest.raises(Refused) as refused:
            read(data, MEDIA[kind], limits=limits)
        assert str(refused.value) == words


MEASURE = """
import resource, subprocess, sys
from pathlib import Path
child, kind = sys.argv[1], sys.argv[2]
limits = sys.argv[3:]
done = subprocess.run([sys.executable, "-I", child, kind, "-1", *limits], input=sys.stdin.buffer.read(), capture_output=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.parametrize(
    "name", ["one huge cell", "bomb that lies", "a cell far away", "10 GB that lie, in one part", None]
)
def test_reading_takes_at_most_300_mb(name):
    """Measured, not trusted; without a name: twenty thousand rows, which are read."""
    data = trap(name) if name else xlsx(plain(20_000))
    limits = KNOWN.limits
    child = str(Path(read.__code__.co_filename).with_name("child.py"))
    numbers = (limits.rows, limits.columns, limits.cells, limits.memory_mb << 20, limits.seconds)
    command = [sys.executable, "-c", MEASURE, child, "xlsx", *map(str, numbers)]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    code, peak = map(int, done.stdout.split())
    assert (code == 0) is (name is None)
    assert peak <= 300


def test_a_file_that_takes_too_long_is_given_up(monkeypatch, tmp_path):
    slow = tmp_path / "child.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr("casemgr.registers.reading.CHILD", slow)
    with pytest.raises(Refused, match="đọc quá lâu"):
        read(xlsx(plain(1)), MEDIA["xlsx"], limits=Limits(seconds=-9))  # ten seconds of grace, less nine
