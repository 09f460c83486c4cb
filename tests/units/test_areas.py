"""Zones and specially difficult hamlets: lists are taken whole or not at all, periods are kept apart."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from casemgr.units import areas
from casemgr.units.area_rules import Area, named
from casemgr.units.models import Area as Row
from casemgr.units.models import AreaEnd
from casemgr.units.names import UnitError
from casemgr.units.reading import ListRefused
from casemgr.units.services import add_hamlet
from tests.accounts import few_units

NOW = datetime(2022, 6, 1, 9)
COMMUNE, TOWN = "30547-20210101", "30544-20210101"
HEADER = "unit_code,zone,hamlet,poor_rate,minority_rate,valid_from,valid_to,document,member,member_from,member_to"
LIST = (
    '30547,KV III,,"18,5",62.25,01/01/2021,31/12/2025,QĐ 861,"Ông A, Phó Giám đốc Sở",01/03/2022,',
    "30544,I,,,,2021-01-01,2025-12-31,QĐ 861,,,",
    "30544,ĐBKK,khóm Tô Hạ,,,01/01/2021,31/12/2025,QĐ 612,Bà B,01/02/2022,31/05/2022",
    "30547,DBKK,Tô Thuận,,,01/01/2021,31/12/2025,QĐ 612,,,",
)


@pytest.fixture
def place(session):
    few_units(session)
    add_hamlet(session, TOWN, kind="khom", name="Tô Hạ", valid_from=date(2021, 1, 1), now=NOW)
    add_hamlet(session, COMMUNE, kind="ap", name="Tô Thuận", valid_from=date(2021, 1, 1), now=NOW)
    session.commit()
    return session


def load(session, tmp_path, *lines, header=HEADER):
    file = tmp_path / "areas.csv"
    file.write_text("\n".join((header, *lines)), encoding="utf-8")
    return areas.import_areas(session, file, NOW)


def test_a_list_is_read_with_rates_members_and_periods(place, tmp_path):
    result = load(place, tmp_path, *LIST)
    assert (result.added, result.lineage) == (4, 2)
    again = load(place, tmp_path, *LIST)
    assert (again.added, again.lineage, again.unchanged) == (0, 0, 4)
    found = {(a.unit, a.zone): a for a in areas.on(place, date(2022, 6, 15))}
    assert len(found) == 4
    third = found[COMMUNE, "III"]
    assert (third.poor_rate, third.minority_rate) == (Decimal("18.5"), Decimal("62.25"))
    assert third.member == "Ông A, Phó Giám đốc Sở"
    assert found[TOWN, "DBKK"].hamlet_label == "khóm Tô Hạ"
    assert found[TOWN, "DBKK"].member == "", "in charge until 31/5"
    assert {a.member for a in areas.on(place, date(2022, 2, 15))} == {"", "Bà B"}
    assert areas.on(place, date(2026, 1, 1)) == []
    assert areas.on(place, date(2022, 6, 15), known_at=datetime(2022, 5, 1)) == []


def test_the_plan_means_hamlets_outside_zone_iii(place, tmp_path):
    load(place, tmp_path, *LIST)
    found: list[Area] = areas.on(place, date(2022, 6, 15))
    zones = ("III", "I", "DBKK")
    assert sorted(a.zone for a in named(found, zones, "outside_III")) == ["DBKK", "I", "III"]
    assert sorted(a.zone for a in named(found, zones, "all")) == ["DBKK", "DBKK", "I", "III"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("99999,I,,,,2021-01-01,,,,,", "Không có đơn vị mã 99999"),
        ("30547,IV,,,,2021-01-01,,,,,", "Khu vực phải là I, II, III"),
        ("30547,I,Tô Thuận,,,2021-01-01,,,,,", "Ấp, khóm đi với loại ĐBKK"),
        ("30547,ĐBKK,Không Có,,,2021-01-01,,,,,", "không có ấp, khóm “Không Có”"),
        ("30547,I,,104,,2021-01-01,,,,,", "Tỷ lệ phải từ 0 đến 100%"),
        ("30547,I,,nhiều,,2021-01-01,,,,,", "không phải là tỷ lệ"),
        ("30547,I,,,,2021-01-01,2020-01-01,,,,", "Ngày hết hiệu lực trước"),
        ("30547,I,,,,,,,,,", "Thiếu ngày bắt đầu"),
        ("30547,I,,,,2021-01-01,,,Ông A,,", "Người phụ trách phải có"),
        ("30547,II,,,,2022-01-01,,,,,", "đã ghi khu vực III từ 01/01/2021"),
    ],
)
def test_what_is_wrong_names_its_line_and_nothing_is_taken(place, tmp_path, line, words):
    load(place, tmp_path, LIST[0])
    place.commit()
    with pytest.raises(ListRefused) as refused:
        load(place, tmp_path, LIST[1], line)
    assert str(refused.value).startswith("dòng 3: ")
    assert words in str(refused.value)
    place.rollback()
    assert len(areas.on(place, date(2022, 6, 15))) == 1


def test_members_follow_each_other_and_end_with_the_area(place, tmp_path):
    load(place, tmp_path, LIST[0])
    (area,) = areas.on(place, date(2022, 6, 15))
    row = place.get(Row, area.id)
    with pytest.raises(UnitError, match="Đã có người phụ trách từ ngày 01/03/2022"):
        areas.assign(place, row, member="Bà C", document="QĐ 9", start=date(2022, 3, 1), author="a", now=NOW)
    areas.assign(place, row, member="Bà C", document="QĐ 9", start=date(2022, 6, 10), author="a", now=NOW)
    assert areas.on(place, date(2022, 6, 9))[0].member.startswith("Ông A")
    assert areas.on(place, date(2022, 6, 10))[0].member == "Bà C"
    areas.end(place, row, date(2022, 6, 20), author="a", now=NOW)
    assert [m.valid_to for m in areas.members(place, area.id)] == [date(2022, 6, 20), date(2022, 6, 9)]
    assert areas.on(place, date(2022, 6, 21)) == []
    with pytest.raises(UnitError):
        areas.end(place, row, date(2022, 7, 1), author="a", now=NOW)


def test_an_end_is_a_record_of_its_own_and_overwrites_nothing(place, tmp_path):
    """What was known before the end was recorded stays as it was; who ended it and when is kept."""
    load(place, tmp_path, LIST[0])
    (area,) = areas.on(place, date(2022, 6, 15))
    row, later = place.get(Row, area.id), datetime(2022, 7, 1, 9)
    areas.assign(place, row, member="Bà C", document="QĐ 9", start=date(2022, 6, 10), author="first", now=later)
    areas.end(place, row, date(2022, 6, 20), author="second", now=later)
    assert row.valid_to == date(2025, 12, 31)
    before = areas.on(place, date(2022, 6, 25), known_at=datetime(2022, 6, 30))
    assert [(a.zone, a.member, a.valid_to) for a in before] == [("III", "Ông A, Phó Giám đốc Sở", date(2025, 12, 31))]
    assert areas.on(place, date(2022, 6, 25), known_at=later) == []
    ends = place.scalars(sa.select(AreaEnd).order_by(AreaEnd.last_day)).all()
    assert [(e.last_day, e.recorded_by, e.recorded_at) for e in ends] == [
        (date(2022, 6, 9), "first", later), (date(2022, 6, 20), "second", later), (date(2022, 6, 20), "second", later),
    ]  # fmt: skip
    with pytest.raises(UnitError):
        areas.end(place, row, date(2022, 6, 20), author="third", now=later)


def test_after_its_end_an_area_can_be_of_another_zone(place, tmp_path):
    load(place, tmp_path, LIST[0])
    (area,) = areas.on(place, date(2022, 6, 15))
    areas.end(place, place.get(Row, area.id), date(2022, 6, 20), author="a", now=NOW)
    load(place, tmp_path, "30547,I,,,,21/06/2022,,QĐ 900,,,")
    assert [a.zone for day in (20, 21) for a in areas.on(place, date(2022, 6, day))] == ["III", "I"]
