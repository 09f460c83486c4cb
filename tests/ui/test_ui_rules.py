"""Text, dates, hours and numbers as people here type them; no Flask, no database."""

from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.refused import Refused
from casemgr.ui import rules

ALL = ("day", "month", "year")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05/03/2022", (date(2022, 3, 5), "day")),
        (" 5/3/2022 ", (date(2022, 3, 5), "day")),
        ("5-3-2022", (date(2022, 3, 5), "day")),
        ("29/02/2024", (date(2024, 2, 29), "day")),
        ("3/2022", (date(2022, 3, 1), "month")),
        ("2011", (date(2011, 1, 1), "year")),
    ],
)
def test_dates(text, expected):
    assert rules.parse_date(text, ALL) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("5/3/22", "Năm phải đủ 4 chữ số"),
        ("5/3/02022", "Năm phải đủ 4 chữ số"),
        ("31/02/2022", "Không có ngày 31/02/2022"),
        ("29/02/2023", "Không có ngày 29/02/2023"),
        ("3/2022", "Hãy nhập đủ ngày, tháng, năm"),
        ("2022", "Hãy nhập đủ ngày, tháng, năm"),
        ("2022-03-05", "ngày/tháng/năm"),
        ("hôm qua", "ngày/tháng/năm"),
        ("٠٥/٠٣/٢٠٢٢", "ngày/tháng/năm"),
        ("05/03/1022", "Năm phải từ 1890"),
        ("", "ngày/tháng/năm"),
    ],
)
def test_refused_dates(text, sentence):
    with pytest.raises(Refused) as refused:
        rules.parse_date(text)
    assert sentence in str(refused.value)


@given(st.dates(date(1890, 1, 1), date(2100, 12, 31)))
def test_what_is_shown_can_be_typed(day):
    assert rules.parse_date(rules.show_date(day)) == (day, "day")


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_refused(text):
    with suppress(Refused):
        assert isinstance(rules.parse_date(text, ALL)[0], date)


def test_moments():
    assert rules.parse_moment("5/3/2022", "8:05") == (datetime(2022, 3, 5, 8, 5), "minute")
    assert rules.parse_moment("5/3/2022", "17h20") == (datetime(2022, 3, 5, 17, 20), "minute")
    assert rules.parse_moment("5/3/2022", " ") == (datetime(2022, 3, 5), "day")
    assert rules.parse_moment("3/2022", "", ALL) == (datetime(2022, 3, 1), "month")
    for day, hour in (("3/2022", "8:05"), ("5/3/2022", "24:00"), ("5/3/2022", "8"), ("", "8:05")):
        with pytest.raises(Refused):
            rules.parse_moment(day, hour, ALL)
    assert rules.parse_time("23:59") == time(23, 59)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,5", "1234.5"), ("1234,5", "1234.5"), ("0,05", "0.05"), ("-7", "-7"), ("1.000.000", "1000000")],
)
def test_numbers(text, value):
    assert rules.parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1,234.5", "1.23", "1e5", "nan", "", "12.34.567", "9" * 30])
def test_refused_numbers(text):
    with pytest.raises(Refused):
        rules.parse_number(text)


@given(st.integers(-(10**9), 10**9))
def test_a_shown_number_can_be_typed(number):
    assert rules.parse_number(rules.show_number(number)) == number


def test_shown_numbers():
    assert rules.show_number(1234.56) == "1.234,6"
    assert rules.show_number(2255) == "2.255"
    assert rules.show_number(None) == ""
    assert rules.show_percent(0.918) == "91,8%"
    assert rules.show_percent(-0.143) == "−14,3%"
    assert rules.show_percent(1) == "100,0%"
    assert rules.show_percent(0.5, 0) == "50%"
    assert rules.show_percent(0.9999) == "99,9%", "a target that is not reached never reads as reached"


def test_shown_dates():
    assert rules.show_date(None) == ""
    assert rules.show_date(date(2022, 3, 5), "month") == "03/2022"
    assert rules.show_moment(datetime(2022, 3, 5, 8, 5)) == "05/03/2022 08:05"
    assert rules.show_moment(datetime(2022, 3, 5), "day") == "05/03/2022"
    assert rules.show_moment(datetime(2022, 1, 1), "year") == "2022"


def test_text_is_composed_and_trimmed():
    assert rules.clean_text("  Ngu\u0079e\u0302\u0303n  Văn\tÂn \n", 50) == "Nguyễn Văn Ân"
    assert rules.clean_text("một\r\nhai\n", 50, lines=True) == "một\nhai"
    assert rules.clean_text("a\u200bb\ufeff", 50) == "ab"
    assert rules.clean_text("ខ្មែរ", 50) == "ខ្មែរ"


@pytest.mark.parametrize("bad", ["a\x00b", "a\u202eb", "a\u2066b", "a\x85b", "a\ufffeb", "a\x1bb", "a\ud800b"])
def test_text_that_deceives_is_refused(bad):
    with pytest.raises(Refused, match="ký tự điều khiển"):
        rules.clean_text(bad, 50)
    assert rules.printable(bad) == "ab"


def test_long_text_is_refused_with_both_numbers():
    with pytest.raises(Refused) as refused:
        rules.clean_text("x" * 51, 50)
    assert "51 ký tự, tối đa 50" in str(refused.value)
    with pytest.raises(Refused):
        rules.clean_text("x" * 1_000_000, 50)


@given(st.text(max_size=200))
def test_clean_text_is_stable(text):
    try:
        once = rules.clean_text(text, 200, lines=True)
    except Refused:
        return
    assert rules.clean_text(once, 400, lines=True) == once
    assert rules.printable(once) == once
