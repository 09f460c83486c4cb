"""The tree, on the bundled list (counted here once more from the raw file) and on small trees made by hand."""

import csv
from datetime import date
from uuid import uuid4

import pytest

from casemgr.units.ended import falls_to
from casemgr.units.importing import BUNDLED
from casemgr.units.names import UnitError, split_name
from casemgr.units.rules import Descent, UnitNode, UnitTree, check_unit
from casemgr.units.web import by_district

PLAN, LAST, FIRST = date(2022, 5, 25), date(2025, 6, 30), date(2025, 7, 1)
OLD, KIEN_GIANG, NEW = "89-20210101", "91-20210101", "91-20250701"


@pytest.fixture(scope="module")
def listed():
    with BUNDLED["an-giang"].open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_as_many_units_as_the_list_has(an_giang, listed):
    old = {(row["old_code"], row["old_province"]) for row in listed}
    assert len(an_giang.communes(OLD)) == sum(province == "Tỉnh An Giang" for _, province in old) == 155
    assert len(an_giang.communes(KIEN_GIANG)) == sum(province == "Tỉnh Kiên Giang" for _, province in old) == 143
    assert len(an_giang.communes(NEW)) == len({row["new_code"] for row in listed}) == 102
    assert len(an_giang) == 155 + 143 + 102 + 26 + 3
    assert (len(an_giang.children(OLD)), len(an_giang.children(KIEN_GIANG))) == (11, 15)
    kinds = [an_giang[id].kind for id in an_giang.communes(NEW)]
    assert (kinds.count("xa"), kinds.count("phuong"), kinds.count("dac_khu")) == (85, 14, 3)


def test_the_plan_of_2022_is_compared_with_54_units_of_today(an_giang, listed):
    codes = {row["new_code"] for row in listed if row["old_province"] == "Tỉnh An Giang"}
    today = an_giang.territory(OLD, FIRST)
    assert {an_giang[id].code for id in today} == codes
    assert len(today) == 54
    assert len(an_giang.territory(KIEN_GIANG, FIRST)) == 48
    assert an_giang.territory(OLD, PLAN) == frozenset(an_giang.communes(OLD))


def test_codes_are_reused(an_giang, listed):
    """Of the 102 codes of today all were in use before; 61 stood for another name or kind, 44 for another name."""
    reused = [an_giang.with_code(an_giang[id].code) for id in an_giang.communes(NEW)]
    assert all(len(nodes) == 2 for nodes in reused)
    assert sum(old.name != new.name for old, new in reused) == 44
    assert sum((old.kind, old.name) != (new.kind, new.name) for old, new in reused) == 61
    names = {row["old_code"]: row["old_name"].casefold() for row in listed}
    assert len({row["new_code"] for row in listed if names[row["new_code"]] != row["new_name"].casefold()}) == 61
    assert an_giang.label(an_giang.find("91", LAST)) == "tỉnh Kiên Giang"
    assert an_giang.label(an_giang.find("91", FIRST)) == "tỉnh An Giang"
    assert an_giang.find("89", FIRST) is None
    assert an_giang.find("891", date(2020, 12, 31)) is None


def test_what_an_abolished_district_left_falls_to_its_province(an_giang):
    """Which has itself been merged since; a commune has a successor and leaves nothing to those above it."""
    assert falls_to(an_giang, "891-20210101", LAST) is None
    assert falls_to(an_giang, "891-20210101", FIRST) == OLD
    assert OLD in an_giang.with_predecessors(NEW)
    assert falls_to(an_giang, "30547-20210101", FIRST) is None
    assert falls_to(an_giang, OLD, FIRST) is None


def test_labels(an_giang):
    nui_to = next(id for id in an_giang.communes(OLD) if an_giang[id].name == "Núi Tô")
    assert an_giang.label(nui_to) == "xã Núi Tô"
    assert an_giang.full_label(nui_to) == "xã Núi Tô, huyện Tri Tôn, tỉnh An Giang"
    assert an_giang.label("30544-20210101") == "thị trấn Tri Tôn"
    assert an_giang.label("30544-20250701") == "xã Tri Tôn"
    assert an_giang.label("30688-20210101") == "thị trấn Óc Eo"
    assert an_giang.label("891-20210101") == "huyện Tri Tôn"
    assert an_giang.label("31078-20250701") == "đặc khu Phú Quốc"


def test_up_and_down(an_giang):
    commune, district = "30544-20210101", "891-20210101"
    assert an_giang[commune].path == f"/{OLD}/{district}/{commune}/"
    assert an_giang.line(commune) == (OLD, district, commune)
    assert [an_giang.level(id) for id in an_giang.line(commune)] == ["province", "district", "commune"]
    assert an_giang.at_level(commune, "district") == district
    assert an_giang.at_level("30544-20250701", "district") is None
    assert len(an_giang.below(district)) == 16
    assert an_giang.below(commune) == {commune}
    assert an_giang.children(None, PLAN) == (OLD, KIEN_GIANG)
    assert an_giang.children(None, FIRST) == (NEW,)
    with pytest.raises(KeyError):
        an_giang.below("99-20210101")


def test_three_communes_were_split(an_giang, listed):
    split = {row["old_code"] for row in listed if row["split"] == "1"}
    assert split == {"30334", "30355", "30358"}
    found = {id for id in an_giang.communes(OLD) if an_giang.map_to(id, FIRST) is None}
    assert {an_giang[id].code for id in found} == split
    assert an_giang.successors("30358-20210101") == [
        ("30337-20250701", False, True),
        ("30346-20250701", True, True),
        ("30352-20250701", False, True),
    ]
    for id in an_giang.communes(OLD) + an_giang.communes(KIEN_GIANG):
        assert sum(is_default for _, is_default, _ in an_giang.successors(id)) == 1


def test_a_hamlet_says_where_its_part_of_a_split_commune_went(an_giang):
    known, stray = uuid4(), uuid4()
    tree = UnitTree(an_giang.nodes, an_giang.descents, {known: "30352-20250701", stray: "30544-20250701"})
    assert tree.map_to("30358-20210101", FIRST, known) == "30352-20250701"
    assert tree.map_to("30358-20210101", FIRST, uuid4()) is None
    assert tree.map_to("30358-20210101", FIRST, stray) is None  # not one of the successors
    assert tree.map_to("30358-20210101", PLAN, known) == "30358-20210101"
    assert tree.map_to("30544-20210101", FIRST, known) == "30544-20250701"


def test_mapping_other_levels_and_backwards(an_giang):
    assert an_giang.map_to(OLD, FIRST) == NEW
    assert an_giang.map_to(KIEN_GIANG, FIRST) == NEW
    assert an_giang.map_to(NEW, PLAN) is None
    assert an_giang.map_to("891-20210101", FIRST) is None  # districts ended without a successor
    assert an_giang.map_to("unknown", FIRST) is None
    kept = [id for id in an_giang.communes(NEW) if len(an_giang.predecessors(id)) == 1]
    assert kept
    for id in kept:
        assert an_giang.map_to(id, PLAN) == an_giang.predecessors(id)[0][0]
    assert an_giang.map_to("30544-20250701", PLAN) is None


def test_who_holds_the_dossiers_today(an_giang):
    assert an_giang.with_predecessors(NEW) == frozenset(an_giang.nodes)
    an_phu = an_giang.with_predecessors("30337-20250701")
    assert "30337-20210101" in an_phu
    assert "30355-20210101" not in an_phu  # only a part of Phú Hội came
    assert an_giang.with_predecessors(OLD) == an_giang.below(OLD)


def test_roll_up_as_at_the_event_and_on_todays_units(an_giang):
    values = dict.fromkeys(an_giang.communes(OLD), 2)
    then = an_giang.roll_up(values)
    assert then.totals[OLD] == 310
    assert then.totals["891-20210101"] == 30
    assert then.unplaced == {}
    now = an_giang.roll_up(values, FIRST)
    assert now.unplaced == {"30334-20210101": 2, "30355-20210101": 2, "30358-20210101": 2}
    assert now.totals[NEW] == 310  # a split commune still lies in the province
    assert sum(now.totals[id] for id in an_giang.territory(OLD, FIRST)) == 304
    assert set(now.totals) == an_giang.territory(OLD, FIRST) | {NEW}
    assert an_giang.roll_up({"891-20210101": 1, "unknown": 1}, FIRST).totals == {}


def test_a_chain_of_changes_is_followed_to_its_end():
    def node(code, begins, ends):
        return UnitNode(f"{code}-{begins:%Y%m%d}", code, code, "xa", None, f"/{code}/", begins, ends)

    days = [date(2021, 1, 1), date(2023, 1, 1), date(2025, 1, 1)]
    nodes = [
        node("10001", days[0], date(2022, 12, 31)),
        node("10001", days[1], date(2024, 12, 31)),
        node("10002", days[2], None),
    ]
    ids = [each.id for each in nodes]
    tree = UnitTree(
        {each.id: each for each in nodes},
        (Descent(ids[0], ids[1], False, True), Descent(ids[1], ids[2], False, True)),
    )
    assert [tree.map_to(ids[0], day) for day in days] == ids
    assert [tree.map_to(ids[2], day) for day in days] == ids
    assert tree.territory(ids[0], days[2]) == {ids[2]}
    assert tree.with_predecessors(ids[2]) == set(ids)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, None),
        ({"valid_from": date(2031, 1, 1)}, None),  # a day to come is fine
        ({"code": "3054"}, "chữ số"),
        ({"code": "３０５４４"}, "chữ số"),
        ({"name": ""}, "Tên"),
        ({"name": "x" * 101}, "Tên"),
        ({"kind": "quan"}, "loại"),
        ({"kind": "tinh", "code": "30"}, "trực thuộc"),
        ({"valid_from": FIRST, "valid_to": LAST}, "trước"),
        ({"valid_from": LAST}, "ngoài"),
    ],
)
def test_a_new_unit(an_giang, changes, says):
    values = {"code": "30545", "name": "Mới", "kind": "xa", "valid_from": FIRST, "valid_to": None} | changes
    node = UnitNode(id="x", parent=NEW, path="", **values)
    if says is None:
        check_unit(node, an_giang[NEW], an_giang.with_code(node.code))
        return
    with pytest.raises(UnitError, match=says):
        check_unit(node, an_giang[NEW], an_giang.with_code(node.code))


@pytest.mark.parametrize(
    ("begins", "ends", "fits"),
    [
        (date(2021, 6, 1), date(2022, 1, 1), False),
        (date(2025, 6, 30), date(2025, 6, 30), False),
        (date(2020, 1, 1), date(2021, 1, 1), False),
        (date(2020, 1, 1), None, False),
        (date(2020, 1, 1), date(2020, 12, 31), True),
        (date(2026, 1, 1), None, False),  # 91 is An Giang from 1/7/2025
    ],
)
def test_one_code_never_names_two_units_at_once(an_giang, begins, ends, fits):
    node = UnitNode("x", "91", "Khác", "tinh", None, "", begins, ends)
    if fits:
        check_unit(node, None, an_giang.with_code("91"))
        return
    with pytest.raises(UnitError, match="Mã 91 đã thuộc về"):
        check_unit(node, None, an_giang.with_code("91"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thị Trấn Óc Eo", ("thi_tran", "Óc Eo")),
        ("  Xã   Núi Tô ", ("xa", "Núi Tô")),
        ("Thị xã Tân Châu", ("thi_xa", "Tân Châu")),
        ("Xa\u0303 Nu\u0301i To\u0302", ("xa", "Núi Tô")),  # decomposed
        ("Xã Núi\x00 Tô\u202e", ("xa", "Núi Tô")),
        ("Núi Tô", None),
        ("Xã", None),
    ],
)
def test_names(text, found):
    assert split_name(text) == found


def test_units_under_the_district_they_lie_in(an_giang):
    old, new, lost = an_giang.find("30547", date(2022, 6, 1)), an_giang.find("30544", date(2026, 1, 1)), "nowhere"
    other = an_giang.find("30280", date(2022, 6, 1))
    found = by_district(an_giang, [lost, old, new, other])
    assert list(found) == [
        above(an_giang, each) for each in sorted((old, new, other), key=lambda u: an_giang[u].path)
    ] + [""]
    assert found[""] == [lost]
    assert found[an_giang.at_level(old, "district")] == [old]
    assert found[an_giang.line(new)[0]] == [new], "districts ended on 1 July 2025"


def above(tree, unit: str) -> str:
    return tree.at_level(unit, "district") or tree.line(unit)[0]
