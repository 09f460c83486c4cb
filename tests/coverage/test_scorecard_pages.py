"""The whole plan on one page, the map, the focus areas: what they say, to whom, and what they cost."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import event

from casemgr.db import db
from casemgr.plans import plans, services
from casemgr.units import areas, importing
from casemgr.units.area_rules import AreaRow
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.pages import parse
from tests.units.test_maps import TOPO

PROVINCE, DISTRICT, TOWN, COMMUNE = "89-20210101", "891-20210101", "30544-20210101", "30547-20210101"
PLAN, DIRECTIVE = "/coverage/KH322-2022", "/coverage/CT06-2025"
NOW = datetime(2022, 9, 30, 9)
MAY = date(2022, 5, 31)


def text_of(response) -> str:
    return " ".join(" ".join(parse(response.text).find("body").itertext()).split())


def parts_of(tree, tag: str) -> list:
    """The elements of a drawing."""
    return list(tree.iter("{http://www.w3.org/2000/svg}" + tag))


def map_of(response, name: str = "map"):
    return next(s for s in parts_of(parse(response.text), "svg") if s.get("class") == name)


def link_of(a) -> str:
    return a.get("href") or ""


def enter(
    session, code: str, value=None, *, unit=PROVINCE, end=MAY, start=None, source=None, plan="KH322-2022", **more
):
    """Reported by one, confirmed by another."""
    chosen, tree = plans()[plan], load(session)
    item = chosen.inputs[code]
    start = start or (date(end.year, 1, 1) if item.over == "period" else end)
    values = {"input": code, "unit": unit, "from": start, "to": end, "source": source or item.sources[0]} | {
        "document": "1/BC", "document_date": end, "value": None if value is None else Decimal(value), **more,
    }  # fmt: skip
    acts = {"unit": unit, "now": NOW}
    subject, entry = services.report(session, chosen, values, author="one", tree=tree, **acts)
    services.confirm(session, chosen, subject, on_seq=entry.seq, author="two", **acts)
    session.commit()
    return subject


@pytest.fixture
def auditor(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    return sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))


def test_every_target_and_task_is_on_its_page(place, auditor):
    enter(place, "GN.base", "5.62", end=date(2021, 12, 31), standard="ND07_2021")
    enter(place, "GN.rate", "4.52", standard="ND07_2021")
    enter(place, "LD7.unemployed", "3.9")
    enter(place, "Q1-04.report", note="Đã thanh tra 12 doanh nghiệp.")
    page = text_of(auditor.get(PLAN))
    numbers = [f"LD-0{n}" for n in range(1, 8)] + ["NCC-1", "NCC-2", "GN-1", "GN-2", "TE-1", "TE-2", "TE-3", "MT-1"]
    for code in [*numbers, "BD-1", "YT-1", "NS-1", *(f"Q1-{n:02}" for n in range(1, 16))]:
        assert f"{code} ·" in page
    assert "không liệt kê hết các chỉ tiêu" in page
    assert "giảm 1,1 điểm %" in page
    assert "từ 5,62% còn 4,52%" in page
    assert "mức 1,0 điểm %: ● đạt" in page
    assert "mức 1,2 điểm %: ◐ chưa tới" in page
    assert "< 4%" in page
    assert "khoảng 20.000" in page
    assert "Chưa có số liệu «Tỷ lệ dân số nông thôn được cung cấp nước sạch, hợp vệ sinh»." in page
    assert "Đã thanh tra 12 doanh nghiệp." in text_of(auditor.get(f"{PLAN}/Q1-04"))
    directive = text_of(auditor.get(DIRECTIVE))
    assert all(f"CT-{n} ·" in directive for n in range(1, 12))
    assert "giảm 1,1 điểm %" in directive, "the same figures, entered once"


@pytest.mark.parametrize("code", ["LD-01", "GN-1", "NCC-2", "Q1-01", "Q1-13", "Q1-02"])
def test_each_reported_indicator_has_its_page(place, auditor, code):
    enter(place, "LD1.enrolled", 400, unit=COMMUNE, source="UBND_XA")
    assert auditor.get(f"{PLAN}/{code}").status_code == 200
    assert auditor.get(f"{PLAN}/{code}?state=missed").status_code == 404
    assert auditor.get(f"{PLAN}/{code}?unit={COMMUNE}&period=quy-2").status_code == 200


def test_the_command_names_every_code_with_direction_and_why(place, app):
    app.config["CASEMGR_TODAY"] = "2022-09-30"
    enter(place, "LD1.enrolled", 9_000, start=date(2022, 1, 1), end=date(2022, 3, 31))
    enter(place, "LD1.enrolled", 8_000, start=date(2022, 4, 1), end=date(2022, 6, 30))
    enter(place, "LD1.enrolled", 1_000, start=date(2022, 8, 1), end=date(2022, 8, 31))
    result = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", "--format", "json"])
    found = {i["code"]: i for i in json.loads(result.output)["indicators"]}
    assert len(found) == 33
    assert all(i["value"] is not None or i["why"] or i["measure"] == "text" for i in found.values())
    assert all(i["direction"] and i["source"] and i["text"] for i in found.values())
    enrolled = found["LD-01"]
    assert (enrolled["value"], enrolled["date"]) == (17_000, "2022-06-30"), (
        "two quarters follow; August hangs in the air"
    )
    result = app.test_cli_runner().invoke(args=["coverage", "CT06-2025", "--format", "json", "--cases"])
    assert [i["code"] for i in json.loads(result.output)["indicators"]][:2] == ["CT-1", "CT-2"]


def test_communes_add_up_and_who_is_missing_is_said(place, auditor):
    for unit, parts in ((TOWN, (900, 1000)), (COMMUNE, (1500, 2000))):
        enter(place, "YT1.insured", unit=unit, source="UBND_XA", numerator=parts[0], denominator=parts[1])
        page = text_of(auditor.get(f"{PLAN}/YT-1?unit={DISTRICT}"))
        if unit == TOWN:
            assert "90,0%" in page
            assert "1 đơn vị chưa có số liệu." in page
    assert "2.400 / 3.000 người" in page
    assert "80,0%" in page
    enter(place, "LD4.trained", "70", unit=TOWN, source="UBND_XA")
    assert "không cộng được khi chưa có số đạt và tổng số" in text_of(auditor.get(f"{PLAN}/LD-04?unit={DISTRICT}"))


def test_focus_areas_are_compared_with_the_rest(place, auditor):
    histories.write(place, 4, 40)
    row = AreaRow(0, "", "III", "", None, None, "QĐ", date(2021, 1, 1), None, "", None, None, "")
    areas.add(place, COMMUNE, row, NOW)
    for unit, parts in ((TOWN, (900, 1000)), (COMMUNE, (1500, 2000))):
        enter(place, "YT1.insured", unit=unit, source="UBND_XA", numerator=parts[0], denominator=parts[1])
    page = text_of(auditor.get(f"{PLAN}/YT-1"))
    assert "Xã khu vực III, khu vực I 75,0% 1.500 / 2.000" in page
    assert "Các xã còn lại 90,0% 900 / 1.000" in page
    assert "75,0%" in text_of(auditor.get(f"{PLAN}?area=focus"))
    whole, focus, rest = (
        json.loads(_json(auditor.application, "--by", by) if by else _json(auditor.application))["indicators"][0]
        for by in ("", "focus", "focus")
    )
    groups = {g["group"]["focus"]: g for g in focus["groups"]}
    assert groups["focus"]["denominator"] + groups["rest"]["denominator"] == whole["denominator"]
    assert f"{groups['focus']['numerator']} / {groups['focus']['denominator']} trường hợp" in text_of(
        auditor.get(f"{PLAN}/TE-2?area=focus")
    )
    assert rest["denominator"] == whole["denominator"]
    assert auditor.get(f"{PLAN}?area=nowhere").status_code == 404


def _json(app, *more: str) -> str:
    return (
        app.test_cli_runner()
        .invoke(args=["coverage", "KH322-2022", "--indicator", "TE-2", "--format", "json", *more])
        .output
    )


def test_the_directives_areas_and_who_is_in_charge(place, auditor):
    assert "Danh sách địa bàn chưa được nạp." in text_of(auditor.get(DIRECTIVE))
    who = ("Bà Hư Cấu, Phó Giám đốc Sở", date(2022, 3, 1), None, "QĐ 1")
    areas.add(place, COMMUNE, AreaRow(0, "", "III", "", 1850, None, "QĐ", date(2021, 1, 1), None, *who), NOW)
    place.commit()
    page = text_of(auditor.get(f"{DIRECTIVE}/CT-10"))
    assert "0 / 26 địa bàn" in page
    assert "Danh sách đã nạp có 1 địa bàn, văn bản nêu 26" in page
    assert "18,5" in page


@pytest.fixture
def whole_province(session, client):
    """Every unit of the list that comes along, and a case in one commune of Tri Tôn."""
    importing.import_file(session, None, datetime(2021, 1, 1))
    session.commit()
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    sign_in(client, make_user(session, "auditor", ("auditor", PROVINCE)))
    return session


def test_the_map_shows_155_communes_of_then_and_102_of_today(whole_province, client):
    enter(whole_province, "YT1.insured", unit=COMMUNE, source="UBND_XA", numerator=930, denominator=1000)
    then = map_of(client.get(f"{PLAN}/YT-1/map?basis=as_were"))
    assert len(parts_of(then, "rect")) == 155
    assert [c.get("class") for c in parts_of(then, "circle")] == ["m-met"]
    page = client.get(f"{PLAN}/YT-1/map")
    assert "155 đơn vị tại thời điểm số liệu" in text_of(page), "the way to the others is on the page"
    drawing = map_of(page)
    assert len(parts_of(drawing, "rect")) == 102
    assert "ngoài địa bàn kế hoạch (48)" in text_of(page)
    links = {link_of(a) for a in parts_of(drawing, "a")}
    assert len(links) == 54
    assert all(client.get(link).status_code == 200 for link in sorted(links)[:2])
    table = parse(page.text).find("body//table")
    assert links == {a.get("href") for a in table.iter("a")}, "the table leads where the map leads"


def test_the_map_shows_102_communes_with_an_invented_outline(whole_province, client, tmp_path):
    """Every commune a square of a grid; those outside the plan's ground are drawn too, beyond the first view."""
    tree = load(whole_province)
    day = tree.newest(date(2025, 7, 1))
    codes = [tree[u].code for u in tree.communes(tree.find("91", day), day)]
    features = []
    for n, code in enumerate(codes):
        x, y = 105 + n % 11, 10 + n // 11
        ring = [[x, y], [x, y + 1], [x + 1, y + 1], [x + 1, y], [x, y]]
        square = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": square})
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    run = client.application.test_cli_runner().invoke(args=["unit", "boundaries", str(file), "--on", "2025-07-01"])
    assert run.exit_code == 0, run.output
    for view in ("", "?view=all"):
        drawing = map_of(client.get(f"{PLAN}/YT-1/map{view}"), "map outlined")
        assert len(parts_of(drawing, "path")) == 102
        assert len(parts_of(drawing, "a")) == 54, "those on the plan's ground lead to their commune"


def test_real_outlines_take_the_place_of_the_drawing(whole_province, client, tmp_path):
    file = tmp_path / "map.json"
    file.write_text(json.dumps(TOPO), encoding="utf-8")
    run = client.application.test_cli_runner().invoke(args=["unit", "boundaries", str(file), "--on", "2025-07-01"])
    assert run.exit_code == 0, run.output
    assert len(parts_of(map_of(client.get(f"{PLAN}/YT-1/map"), "map outlined"), "path")) == 2
    file.write_text("{}", encoding="utf-8")
    run = client.application.test_cli_runner().invoke(args=["unit", "boundaries", str(file)])
    assert run.exit_code == 1
    assert "TopoJSON" in run.output


@pytest.mark.parametrize("code", ["TE-2", "MT-1", "BD-1"])
def test_a_commune_of_a_restricted_programme_shows_no_verdict_and_nothing_below_five(place, auditor, code):
    histories.write(place, 4, 60)
    page = auditor.get(f"{PLAN}/{code}/map")
    drawing = map_of(page)
    shapes = {each.get("class") for each in [*parts_of(drawing, "circle"), *parts_of(drawing, "rect")]}
    assert shapes <= {"place", "few", "m-full", "m-nearly", "m-partly"}
    words = text_of(page)
    assert "Chưa đạt" not in words
    assert "Đạt" not in words
    numbers = _counted(auditor.application, code)
    for unit in (TOWN, COMMUNE):
        few = numbers.get(unit.partition("-")[0], 0) < 5
        circle = any(parts_of(a, "circle") for a in parts_of(drawing, "a") if unit in link_of(a))
        assert circle != few


def _counted(app, code: str) -> dict[str, int]:
    """Cases behind an indicator by commune, from the list of cases that the command prints."""
    command = ["coverage", "KH322-2022", "--indicator", code, "--format", "json", "--by", "commune"]
    found = json.loads(app.test_cli_runner().invoke(args=command).output)["indicators"][0]["groups"]
    numbers = {}
    for group in found:
        beside = group["beside"]
        whole = beside.get("system") or beside.get("detected") or (group["denominator"] or 0) + group["not_due"]
        numbers[group["group"]["commune"]] = whole + beside.get("pending", 0)
    return numbers


def test_a_map_needs_the_right_to_the_figure(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    sign_in(client, make_user(place, "leader", ("supervisor", COMMUNE, "TE")))
    assert client.get(f"{PLAN}/TE-2/map").status_code == 200
    assert client.get(f"{PLAN}/MT-1/map").status_code == 404
    assert client.get(f"{PLAN}/TE-2/map?unit={PROVINCE}").status_code == 404
    assert client.get(f"{PLAN}/Q1-04/map").status_code == 404
    assert client.get(f"{PLAN}/YT-1/map?basis=never").status_code == 404


@pytest.mark.parametrize("path", [f"{PLAN}/YT-1", f"{PLAN}/YT-1/map", f"{PLAN}/LD-01", DIRECTIVE, f"{DIRECTIVE}/CT-10"])
def test_the_number_of_queries_does_not_grow_with_what_was_reported(place, auditor, path):
    def queries() -> int:
        seen = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        assert auditor.get(path).status_code == 200
        return len([s for s in seen if s.lstrip().upper().startswith("SELECT")])

    with time_machine.travel(datetime.now(UTC), tick=False):  # another minute is counted from the beginning
        enter(place, "YT1.insured", "88")
        auditor.get(path)
        first = queries()
        for unit in (TOWN, COMMUNE):
            enter(place, "YT1.insured", unit=unit, source="UBND_XA", numerator=9, denominator=10)
            enter(place, "LD1.enrolled", 12, unit=unit, source="UBND_XA")
        auditor.get(path)
        assert queries() == first
    assert first <= 16


def test_areas_are_kept_on_their_pages(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    sign_in(client, make_user(place, "coordinator", ("coordinator", PROVINCE)))
    typed = {"unit": COMMUNE, "zone": "III", "poor_rate": "104", "document": "QĐ 861", "valid_from": "01/01/2021"}
    answer = client.post("/areas/new", data=typed)
    assert answer.status_code == 422
    assert "từ 0 đến 100" in answer.text
    assert client.post("/areas/new", data=typed | {"poor_rate": "18,5"}).status_code == 303
    (area,) = areas.on(place, date(2022, 9, 30))
    assert "18,5" in client.get("/areas").text
    who = {"member": "Ông Hư Cấu, Phó Trưởng ban", "document": "QĐ 5", "start": "01/01/2020"}
    assert client.post(f"/areas/{area.id}", data=who).status_code == 422
    assert client.post(f"/areas/{area.id}", data=who | {"start": "01/03/2022"}).status_code == 303
    assert "Ông Hư Cấu" in client.get("/areas").text
    assert client.post(f"/areas/{area.id}/end").status_code == 303
    assert [a.valid_to for a in areas.on(place, date(2022, 9, 30))] == [date(2022, 9, 30)]


def test_in_english_a_reason_has_no_vietnamese_name(place, auditor):
    enter(place, "LD4.trained", "66.8")
    page = auditor.get(f"{PLAN}/LD-05")
    assert "«Tỷ lệ lao động qua đào tạo có văn bằng, chứng chỉ»" in text_of(page)
    token = next(i.get("value") for i in parse(page.text).iter("input") if i.get("name") == "csrf_token")
    auditor.post("/language", data={"language": "en", "csrf_token": token})
    assert "Share of workers with a certificate" in text_of(auditor.get(f"{PLAN}/LD-05"))
    page = text_of(auditor.get(f"{PLAN}/LD-04"))
    assert "Department of Labour" in page
    assert "Sở Lao động" not in page
