"""What one cell says: dates, numbers of persons, old fonts, communes. Without a database."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.people.identifiers import Birth, Identifier
from casemgr.programmes import FOLDER
from casemgr.programmes.loader import load_folder
from casemgr.registers import old_fonts, values
from casemgr.registers.places import Places
from casemgr.registers.sources import load
from casemgr.units.rules import Descent, UnitNode, UnitTree
from tests.registers.tables import in_old_font

DAYS = st.dates(date(1921, 1, 1), date(2035, 12, 31))


@given(DAYS, st.sampled_from(["{0:%d/%m/%Y}", "{0.day}/{0.month}/{0.year}", "{0:%d-%m-%Y}", "{0:%d.%m.%Y}", "{0:%Y-%m-%d}",
                              " {0:%d / %m / %Y} ", "{0:%d/%m/%Y} 14:30", "{0:%Y-%m-%d} 00:00:00", "ngày {0:%d/%m/%Y}"]))  # fmt: skip
def test_a_whole_date_is_read_in_every_way_it_is_written(day, how):
    assert values.day(how.format(day)) == (Birth(day.year, day.month, day.day), "")


@given(DAYS)
def test_cells_of_spreadsheets_are_dates_too(day):
    whole = Birth(day.year, day.month, day.day)
    assert values.day(day) == (whole, "")
    assert values.day(datetime.combine(day, time(8, 5))) == (whole, "")
    serial = (day - date(1899, 12, 30)).days
    assert values.day(float(serial)) == (whole, "serial")
    assert values.day(str(serial)) == (whole, "serial")


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 99), st.sampled_from("/.-"))
def test_a_year_of_two_digits_is_never_guessed(day, month, year, sign):
    assert values.day(f"{day}{sign}{month}{sign}{year:02d}") == (None, "year_short")


@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.none())
def test_no_cell_brings_it_down(cell):
    for read in (values.day, values.personal_number, values.phone, values.sex):
        _value, code = read(cell)
        assert isinstance(code, str)
    found, code = values.day(cell)
    assert found is None or not code or code in ("serial", "year_as_date")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2011", (Birth(2011), "")), (2011.0, (Birth(2011), "")), ("08/2011", (Birth(2011, 8), "")),
        ("8-2011", (Birth(2011, 8), "")), ("//2011", (Birth(2011), "")), ("00/00/2011", (Birth(2011), "")),
        ("00/08/2011", (Birth(2011, 8), "")), ("khoảng 2011", (Birth(2011, estimated=True), "")),
        (date(1905, 7, 3), (Birth(2011), "year_as_date")), ("", (None, "")), ("không rõ", (None, "")),
        ("31/02/2011", (None, "birth_bad")), ("08/15/2011", (None, "birth_bad")), ("13/2011", (None, "birth_bad")),
        ("15.8.11", (None, "year_short")), ("mười lăm", (None, "birth_bad")), (0.5, (None, "birth_bad")),
    ],
)  # fmt: skip
def test_dates_known_in_part(cell, expected):
    assert values.day(cell) == expected


def test_the_hour_of_a_receipt():
    assert values.hour("15/03/2022 17:15") == time(17, 15)
    assert values.hour("17h05 ngày 15/03/2022") == time(17, 5)
    assert values.hour(datetime(2022, 3, 15, 17, 15)) == time(17, 15)
    assert values.hour("15/03/2022") is None
    assert values.hour(date(2022, 3, 15)) is None


@given(st.integers(1, 96), st.integers(0, 999_999_999))
def test_a_lost_zero_is_put_back_and_a_rounded_number_is_not_guessed(province, rest):
    number = f"{province:03d}{rest:09d}"
    if number.endswith("00000"):
        return
    assert values.personal_number(number) == (Identifier("cccd", number), "")
    if number[0] == "0" and number[1] != "0":
        for cell in (float(number), int(number), number.lstrip("0"), f" {number.lstrip('0')} "):
            assert values.personal_number(cell) == (Identifier("cccd", number), "zero")
        shown = f"{float(number):.4E}".replace("E+", "E+")
        assert values.personal_number(shown) == (None, "id_lost")
        assert values.personal_number(float(shown)) == (None, "id_lost")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("089 211 001 234", (Identifier("cccd", "089211001234"), "")), ("'089211001234", (Identifier("cccd", "089211001234"), "")),
        ("351234567", (Identifier("cmnd", "351234567"), "")), ("DN4890123456789", (Identifier("bhyt", "DN4890123456789"), "")),
        ("8,9205E+11", (None, "id_lost")), ("12345", (None, "id_bad")), ("0892110012345", (None, "id_bad")), ("không", (None, "")),
        ("99211001234", (None, "id_bad")), (None, (None, "")),
    ],
)  # fmt: skip
def test_numbers_of_persons(cell, expected):
    assert values.personal_number(cell) == expected


def test_phones_and_sexes():
    assert values.phone(912345678.0) == ("0912345678", "")
    assert values.phone("+84 912 345 678 / 0987 654 321") == ("0912345678", "")
    assert values.phone("gọi nhà bên") == ("", "phone_bad")
    assert values.sex("NỮ") == ("nu", "")
    assert values.sex("Bé trai") == ("nam", "")
    assert values.sex("3") == ("khong_biet", "sex_unknown")


# --- old fonts ------------------------------------------------------------------------------------------------------

PEOPLE = ["Nguyễn Văn Ân", "Trần Thị Hồng Nhung", "Lê Hữu Đức", "Phạm Quỳnh Giang", "Huỳnh Thị Bé Bảy", "xã Núi Tô, huyện Tri Tôn",
          "Nguyễn Thùy Dương", "Đỗ Mỹ Uyên", "Nguyễn Hoài Thương", "Trương Quốc Việt", "Thị Kiều Oanh", "bỏ rơi, ngược đãi"]  # fmt: skip
# As these fonts are known to draw them, written down by hand.
KNOWN = {
    "tcvn3": {"NguyÔn V¨n ¢n": "Nguyễn Văn Ân", "TrÇn ThÞ Hång": "Trần Thị Hồng", "L\u00adu §øc ViÖt": "Lưu Đức Việt",
              "nguyÔn thÞ Hµ": "nguyễn thị Hà", "NGUYÔN THÞ Hµ": "NGUYỄN THỊ Hà"},
    "vni": {"Nguyeãn Vaên AÂn": "Nguyễn Văn Ân", "Traàn Thò Hoàng": "Trần Thị Hồng", "Löu Ñöùc Vieät": "Lưu Đức Việt",
            "NGUYEÃN THÒ UÙT": "NGUYỄN THỊ ÚT"},
}  # fmt: skip


@pytest.mark.parametrize("how", ["tcvn3", "vni"])
def test_old_fonts_are_recognised_and_converted(how):
    old = [in_old_font(text, how) for text in PEOPLE]
    assert old != PEOPLE
    assert old_fonts.detect(old) == how
    assert [old_fonts.convert(text, how) for text in old] == PEOPLE
    assert {text: old_fonts.convert(text, how) for text in KNOWN[how]} == KNOWN[how]
    assert old_fonts.decode("\n".join(old).encode("latin-1")) == ("\n".join(old), "latin-1")


def test_unicode_is_left_alone():
    import unicodedata

    for texts in (
        PEOPLE,
        [unicodedata.normalize("NFD", text) for text in PEOPLE],
        ["Nguyen Van An"],
        ["Chau Rít", "Néang"],
    ):
        assert old_fonts.detect(texts) == ""
        assert [old_fonts.convert(text, "vni") for text in texts if "ễ" in text] == [
            text for text in texts if "ễ" in text
        ]
    assert old_fonts.decode("tên\n".encode("utf-16"))[0] == "tên\n"
    assert old_fonts.decode("tên\n".encode("utf-8-sig"))[0] == "tên\n"
    windows = "Nguyễn Văn Ân, Trần Thị Hồng".encode("cp1258", "xmlcharrefreplace")
    assert b"&#" in windows, "the composed letters are not in that page"
    marks = "Nguyê\u0303n Văn Ân, Trâ\u0300n Thi\u0323 Hô\u0300ng"
    assert old_fonts.decode(marks.encode("cp1258")) == ("Nguyễn Văn Ân, Trần Thị Hồng", "windows-1258")


# --- communes -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree():
    """Two districts that each have a Vĩnh An; Cũ became Mới on 1/7/2022."""
    made, paths = {}, {None: "/"}
    for code, kind, name, above, first, last in (
        ("89", "tinh", "An Giang", None, 2021, None),
        ("891", "huyen", "Tri Tôn", "89", 2021, None),
        ("892", "huyen", "Châu Thành", "89", 2021, None),
        ("30544", "thi_tran", "Tri Tôn", "891", 2021, None),
        ("30547", "xa", "Núi Tô", "891", 2021, None),
        ("30548", "xa", "Vĩnh An", "891", 2021, None),
        ("30560", "xa", "Vĩnh An", "892", 2021, None),
        ("30561", "xa", "Cũ", "892", 2021, date(2022, 6, 30)),
        ("30562", "xa", "Mới", "892", 2022, None),
    ):
        id = f"{code}-{first}"
        paths[code] = f"{paths[above]}{id}/"
        start = date(first, 1 if first == 2021 else 7, 1)
        made[id] = UnitNode(id, code, name, kind, f"{above}-2021" if above else None, paths[code], start, last)
    return UnitTree(made, (Descent("30561-2021", "30562-2022", False, True),))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("Núi Tô", "", ""), "30547-2021"), (("XÃ NÚI TÔ", "", ""), "30547-2021"), (("nui to", "", ""), "30547-2021"),
        (("TT. Tri Tôn", "", ""), "30544-2021"), (("", "", "Ấp Tô Thuận, xã Núi Tô, huyện Tri Tôn"), "30547-2021"),
        (("", "", "ấp Tô Hạ xã Núi Tô huyện Tri Tôn"), "30547-2021"), (("Vĩnh An", "Châu Thành", ""), "30560-2021"),
        (("Vĩnh An", "H. Tri Tôn", ""), "30548-2021"), (("", "", "Vĩnh An, Tri Tôn, An Giang"), "30548-2021"), (("", "", "ấp Vĩnh An, Núi Tô, Tri Tôn"), "30547-2021"),
        (("", "", "TT Tri Tôn, Tri Tôn"), "30544-2021"),
        (("", "", "xã Vĩnh An, huyện Châu Thành"), "30560-2021"), (("Vĩnh An", "", ""), "unit_ambiguous"),
        (("Lạ", "", ""), "unit_unknown"), (("", "", ""), "unit_unknown"), (("Cũ", "", ""), "30562-2022"),
        (("", "", "huyện Tri Tôn"), "unit_unknown"),
    ],
)  # fmt: skip
def test_a_commune_by_its_name(tree, said, expected):
    found, doubt = Places(tree, "89-2021", date(2022, 7, 1) + timedelta(days=1)).find(*said)
    assert (found or doubt) == expected


def test_a_register_of_one_commune_needs_no_names(tree):
    assert Places(tree, "30547-2021", date(2022, 6, 30)).find("", "", "") == ("30547-2021", "")


def test_a_row_of_every_named_source_can_become_a_detection():
    """The source of the detection is a code of the programme's own list."""
    programmes = load_folder(FOLDER)
    for source in load().sources.values():
        for code in source.programmes:
            if programmes[code].detection is not None and code != "BD":
                assert source.detection in programmes[code].codes["source"], source
