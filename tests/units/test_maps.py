"""Outlines from boundary files, and the schematic drawing that needs none."""

import json
import math
import os
import re
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from casemgr.units import boundaries
from casemgr.units.names import UnitError
from casemgr.units.outlines import draw, read_outlines
from casemgr.units.schematic import PITCH, place
from tests.accounts import few_units

NOW = datetime(2022, 6, 1, 9)
NEWEST, PLAN = date(2025, 7, 1), date(2022, 6, 15)
SHARED = Path(os.environ.get("CASEMGR_BOUNDARIES", "../shared/data/an_giang_communes.topo.json"))

# Two squares side by side, invented: the same as GeoJSON and as TopoJSON with a transform and a shared arc.
GEO = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": code},
            "geometry": {"type": "Polygon", "coordinates": [[[x, 10], [x, 11], [x + 1, 11], [x + 1, 10], [x, 10]]]},
        }
        for code, x in (("30544", 105), ("30547", 106))
    ],
}
TOPO = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [105, 10]},
    "arcs": [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 2], [2, 0], [0, -2], [-2, 0]]],
    "objects": {
        "communes": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "properties": {"c": "30544"}, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "properties": {"c": "30547"}, "arcs": [[[-1, -3]]]},
            ],
        }
    },
}


def corners(path: str) -> set[tuple[int, int]]:
    numbers = [int(n) for n in re.findall(r"-?\d+", path)]
    x = y = 0
    found = set()
    for n in range(0, len(numbers), 2):
        x, y = x + numbers[n], y + numbers[n + 1]
        found.add((x, y))
    return found


def test_both_kinds_of_files_give_the_same_neighbours():
    from_geo, from_topo = (draw(read_outlines(json.dumps(data))) for data in (GEO, TOPO))
    assert {code: corners(path) for code, path in from_geo.items()} == {c: corners(p) for c, p in from_topo.items()}
    left, right = corners(from_geo["30544"]), corners(from_geo["30547"])
    assert len(left) == len(right) == 4
    assert len(left & right) == 2, "they share an edge"
    assert min(y for _x, y in left) < 500 < max(y for _x, y in left)


BROKEN = [
    ("{", "không phải là JSON"),
    ("[]", "phải là TopoJSON"),
    (json.dumps({"type": "FeatureCollection", "features": []}), "không có ranh giới nào"),
    (json.dumps(GEO).replace('"code": "30547"', '"code": "30544"'), "30544 có hai ranh giới"),
    (json.dumps(GEO).replace('"code": "30547"', '"name": "x"'), "thứ 2 không có mã đơn vị"),
    (json.dumps(GEO).replace('"Polygon"', '"Point"', 1), "không phải Point"),
    (json.dumps(GEO).replace("[[[105, 10], [105, 11]", "[[[105, 10], [NaN, 11]"), "30544 không vẽ được"),
    (json.dumps(GEO).replace("[[[105, 10], [105, 11], ", "[["), "30544 không vẽ được"),
    (json.dumps(TOPO).replace("[[0, 1]]", "[[0, 7]]"), "cung không có: 7"),
    (json.dumps(TOPO).replace('"arcs": [[[2, 0]', '"arcs": [[["x", 0]'), "arcs"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_bad_file_says_what_is_wrong_with_it(text, words):
    with pytest.raises(UnitError, match=re.escape(words)):
        read_outlines(text)


def test_outlines_are_kept_for_units_that_there_are(session, tmp_path):
    few_units(session)
    file = tmp_path / "map.json"
    file.write_text(json.dumps(TOPO), encoding="utf-8")
    assert boundaries.load_file(session, file, NOW) == 2
    found = boundaries.outlines(session, {"30547-20210101"})
    assert list(found) == ["30547-20210101"]
    file.write_text(json.dumps(TOPO).replace("30544", "99999"), encoding="utf-8")
    with pytest.raises(UnitError, match="99999"):
        boundaries.load_file(session, file, NOW)
    assert len(boundaries.outlines(session, {"30547-20210101", "30544-20210101"})) == 2, "nothing was lost"
    assert boundaries.remove(session) == 2


@pytest.mark.parametrize(("day", "province", "number"), [(PLAN, "89", 155), (NEWEST, "91", 102)])
def test_every_commune_has_a_place_of_its_own_in_the_drawing(an_giang, day, province, number):
    communes = an_giang.communes(an_giang.find(province, day), day)
    drawing = place(an_giang, communes)
    assert len(drawing.places) == len(communes) == number
    for (ax, ay), (bx, by) in combinations(drawing.places.values(), 2):
        assert max(abs(ax - bx), abs(ay - by)) >= PITCH, "a finger meets one place only"
    for x, y in drawing.places.values():
        assert PITCH // 2 <= x <= drawing.width
        assert PITCH // 2 <= y <= drawing.height
    assert all(block.district for block in drawing.blocks)


def test_neighbouring_districts_stand_near_each_other(an_giang):
    """An Phú lies north of Châu Đốc, Tri Tôn west of Châu Thành."""
    drawing = place(an_giang, an_giang.communes(an_giang.find("89", PLAN), PLAN))
    at = {an_giang[b.district].code: (b.x, b.y) for b in drawing.blocks}
    assert at["886"][1] < at["884"][1]
    assert at["891"][0] < at["892"][0]


def jagged(codes: list[str]) -> str:
    """A surveyor's file: fields of eleven by rows, each border with a corner every metre or so."""

    def side(x: float, y: float, across: bool) -> list[list[float]]:
        bends = [(n / 400, 0.02 * math.sin(n * 1.7 + x + 2 * y)) for n in range(401)]
        return [[x + t, y + d] if across else [x + d, y + t] for t, d in bends]

    features = []
    for n, code in enumerate(codes):
        x, y = n % 11, n // 11
        back = side(x, y + 1, True)[::-1][1:] + side(x, y, False)[::-1][1:]
        ring = side(x, y, True) + side(x + 1, y, False)[1:] + back
        features.append({"properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.mark.parametrize(
    "file", [None, *([SHARED] if SHARED.exists() else [])], ids=["invented", "given"][: 1 + SHARED.exists()]
)
def test_a_fine_file_of_all_communes_fits_a_page(an_giang, file):
    communes = [an_giang[id].code for id in an_giang.communes(an_giang.find("91", NEWEST), NEWEST)]
    text = file.read_text(encoding="utf-8") if file else jagged(communes)
    paths = draw(read_outlines(text))
    assert sorted(paths) == sorted(communes)
    assert len(text) > 50_000
    assert sum(map(len, paths.values())) < 16_000
