"""Numbers, phones and birth dates: what is refused and what only warned about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.people.identifiers import Birth, Identifier, check_birth, parse_identifier, parse_phone, warnings
from casemgr.refused import Refused

TODAY = date(2022, 6, 30)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("cccd", "089 095 001 234", "089095001234"),
        ("cccd", "089.095.001.234", "089095001234"),
        ("cmnd", "351 234 567", "351234567"),
        ("bhyt", "dn4890123456789"[:15], "DN4890123456789"),
        ("bhyt", "0123456789", "0123456789"),
        ("khac", "b-123 45", "B12345"),
    ],
)
def test_accepted(kind, typed, value):
    assert parse_identifier(kind, typed) == Identifier(kind, value)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("cccd", "08909500123"),
        ("cccd", "0890950012345"),
        ("cccd", "08909500123a"),
        ("cccd", "\u0660" * 12),
        ("cmnd", "12345678"),
        ("bhyt", "123"),
        ("bhyt", "D14890123456789"),
        ("khac", "ab"),
        ("khac", "<script>"),
        ("tax", "123456789"),
        ("cccd", ""),
    ],
)
def test_refused_on_the_field_without_repeating_the_number(kind, typed):
    with pytest.raises(Refused) as caught:
        parse_identifier(kind, typed)
    assert caught.value.field == "identifiers"
    assert not typed or typed not in str(caught.value)


def test_old_and_new_health_card_are_one_number():
    assert parse_identifier("bhyt", "DN4890123456789").index_value == parse_identifier("bhyt", "0123456789").index_value


@pytest.mark.parametrize(
    ("number", "sex", "year", "count"),
    [
        ("089095001234", "nam", 1995, 0),
        ("089195001234", "nu", 1995, 0),
        ("089210001234", "nam", 2010, 0),
        ("089310001234", "nu", 2010, 0),
        ("089310001234", "nam", 2010, 1),
        ("089095001234", "nu", 1995, 1),
        ("089095001234", "nam", 1996, 1),
        ("089095001234", "nu", 2005, 2),
        ("089095001234", "khong_biet", None, 0),
        ("000095001234", "nam", 1995, 1),
        ("099095001234", "nam", 1995, 1),
    ],
)
def test_what_does_not_fit_is_a_warning(number, sex, year, count):
    assert len(warnings(Identifier("cccd", number), sex, year)) == count


def test_other_numbers_say_nothing_about_the_person():
    assert warnings(Identifier("cmnd", "351234567"), "nam", 1960) == []


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("01234567890", "0834567890"),  # an 11-digit number from before 2018
        ("0296.3852.123", "02963852123"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_phone(typed, phone):
    assert parse_phone(typed) == phone


@pytest.mark.parametrize("typed", ["912345678", "09123", "0912345678901", "không có", "091234567a"])
def test_phone_refused(typed):
    with pytest.raises(Refused) as caught:
        parse_phone(typed)
    assert caught.value.field == "phone"


@pytest.mark.parametrize(
    ("birth", "text", "precision"),
    [
        (Birth(2010, 5, 3), "2010-05-03", "day"),
        (Birth(2010, 5), "2010-05", "month"),
        (Birth(2010), "2010", "year"),
        (Birth(2010, estimated=True), "2010~", "estimated"),
    ],
)
def test_birth_as_text(birth, text, precision):
    assert (str(birth), birth.precision) == (text, precision)


@given(st.dates(), st.integers(1, 3), st.booleans())
def test_birth_text_round_trip(day, parts, estimated):
    birth = Birth(*(day.year, day.month, day.day)[:parts], estimated=estimated)
    assert Birth.parse(str(birth)) == birth


@pytest.mark.parametrize("birth", [Birth(2022, 7, 1), Birth(2023), Birth(2021, 2, 29), Birth(1810), Birth(2010, 13)])
def test_birth_refused(birth):
    with pytest.raises(Refused) as caught:
        check_birth(birth, TODAY)
    assert caught.value.field == "birth"


def test_birth_accepted_on_the_day_itself():
    assert check_birth(Birth(2022, 6, 30), TODAY) == Birth(2022, 6, 30)
    assert check_birth(Birth(2022, 6), TODAY)
    assert check_birth(Birth(2022), TODAY)
