"""After 1/7/2025 every report is shown on either basis: the units of then, or those of today. Nothing is lost between."""

import csv
import html
import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from random import Random
from urllib.parse import parse_qs

import pytest

from casemgr.coverage import services
from casemgr.coverage.asked import AS_WERE, TODAY
from casemgr.ledger import services as ledger
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.reports import calendars
from casemgr.reports.appendices import appendices
from casemgr.units import areas, importing
from casemgr.units.area_rules import AreaRow
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories

PLAN, NOW = "KH322-2022", datetime(2025, 9, 1, 8)
OLD_PROVINCE, NEW_PROVINCE = "89-20210101", "91-20250701"
# Two communes that went whole into one, one that went whole into another, and one that was divided: until somebody
# chooses by hamlet its files belong to none, and to the province.
WENT = {
    "30280-20210101": "30307-20250701", "30283-20210101": "30307-20250701",
    "30547-20210101": "30547-20250701", "30355-20210101": "",
}  # fmt: skip
NUMBERS = ("numerator", "denominator", "not_due", "unknown", "excluded")
MAKE = (
    histories.child, histories.addict, histories.worker, histories.family, histories.at_risk,
    histories.after_rehabilitation,
)  # fmt: skip


@pytest.fixture
def codes(app) -> list[str]:
    """The indicators that are counted from case files."""
    return [code for code, each in plans()[PLAN].indicators.items() if each.programme is not None]


@pytest.fixture
def province(session, monkeypatch):
    """The whole list of units, and files of every kind in four communes that ended in 2025."""
    importing.import_file(session, None, datetime(2021, 1, 1))
    session.commit()
    monkeypatch.setattr(histories, "UNITS", tuple(WENT))
    cases = [make(Random(100 * seed + n)) for seed in range(14) for n, make in enumerate(MAKE)]
    ledger.create_many(session, [("case", case.subject) for case in cases])
    ledger.append_many(session, [case.written() for case in cases])
    session.commit()
    return session


def by_commune(session, code: str, basis: str, unit: str, known_at) -> tuple[Counter, Counter]:
    """(all of them together, {(commune, number): how many}) of one indicator."""
    facts = {"through": date(2022, 12, 31), "unit": unit, "basis": basis, "known_at": known_at}
    asked = services.ask(plans()[PLAN], load(session), NOW, **facts)
    (result,) = services.report(session, asked, NOW, indicators=[code], by=("commune",)).results
    whole = Counter({name: getattr(result.figure, name) or 0 for name in NUMBERS})
    parts = Counter()
    for names, figure in result.groups:
        parts.update({(names["commune"], name): getattr(figure, name) or 0 for name in NUMBERS})
    return whole, parts


@pytest.mark.parametrize("known_at", [None, NOW], ids=["live", "replayed"])
def test_what_is_counted_is_the_same_on_both_bases_and_stands_where_its_commune_went(province, codes, known_at):
    seen = Counter()
    for code in codes:
        whole_then, then = by_commune(province, code, AS_WERE, OLD_PROVINCE, known_at)
        whole_now, now = by_commune(province, code, TODAY, NEW_PROVINCE, known_at)
        assert whole_then == whole_now, code
        moved = Counter()
        for (unit, name), count in then.items():
            moved[WENT.get(unit, ""), name] += count
        assert +moved == +now, code
        seen += then
    assert all(seen[unit, "numerator"] for unit in WENT), "each commune has something to lose"


def test_every_page_of_figures_opens_on_both_bases(province, client, codes):
    client.application.config["CASEMGR_TODAY"] = "2025-09-01"
    tree = load(province)
    client = sign_in(client, make_user(province, "tinh", ("supervisor", NEW_PROVINCE)))
    pages = [f"/coverage/{PLAN}?", *(f"/coverage/{PLAN}/{code}?" for code in codes)]
    period = "year=2022&period=nam"
    pages += [f"/reports/outgoing?plan={PLAN}&calendar={name}&{period}&" for name in calendars()]
    for page in pages:
        for unit in (OLD_PROVINCE, NEW_PROVINCE, "30280-20210101", "30307-20250701", "30355-20210101"):
            answer = client.get(f"{page}unit={unit}")
            assert answer.status_code == 200, (page, unit)
            assert tree.label(unit) in answer.text, (page, unit)
    for unit in (OLD_PROVINCE, NEW_PROVINCE):
        assert client.get(f"/reports/outgoing/{PLAN}/docx?{period}&unit={unit}").status_code == 200


def bases_of(page: str) -> tuple[str, list[str]]:
    """(the words of the line about the basis, the addresses it offers)"""
    (nav,) = re.findall(r'<nav class="bases".*?</nav>', page, re.S)
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", nav)).split())
    return words, [html.unescape(link) for link in re.findall(r'href="([^"]+)"', nav)]


PAGES = (
    f"/coverage/{PLAN}?period=nam",
    f"/coverage/{PLAN}/TE-2?period=nam",
    f"/reports/outgoing?plan={PLAN}&calendar=lich&period=nam&year=2022",
)
# (role in, asked about) -> what the line must say, and the units it must lead to. 30355 was divided among two; nobody of
# the old commune reads the units of today, which hold more than it; the old province is shown by the communes of today.
LEADS = {
    (NEW_PROVINCE, OLD_PROVINCE): ("Theo đơn vị như khi đó (ngày", {(OLD_PROVINCE, "today"), (NEW_PROVINCE, "")}),
    (NEW_PROVINCE, NEW_PROVINCE): ("3 xã đã chia tách", {(OLD_PROVINCE, ""), ("91-20210101", "")}),
    (NEW_PROVINCE, "30283-20210101"): ("như khi đó (ngày", {("30307-20250701", "")}),
    (NEW_PROVINCE, "30307-20250701"): ("đã nhập toàn bộ", {("30280-20210101", ""), ("30283-20210101", "")}),
    (NEW_PROVINCE, "30355-20210101"): ("một phần", {("30337-20250701", ""), ("30346-20250701", "")}),
    (NEW_PROVINCE, "30337-20250701"): ("Chưa gồm hồ sơ của", {("30355-20210101", "")}),
    (OLD_PROVINCE, OLD_PROVINCE): ("không xem được", {(OLD_PROVINCE, "today")}),
    ("30283-20210101", "30283-20210101"): ("không xem được", set()),
    ("30307-20250701", "30307-20250701"): ("đã nhập toàn bộ", {("30280-20210101", ""), ("30283-20210101", "")}),
}  # fmt: skip


def test_a_report_says_its_basis_and_leads_to_the_other_wherever_the_reader_may_see_it(session, client):
    importing.import_file(session, None, datetime(2021, 1, 1))
    session.commit()
    client.application.config["CASEMGR_TODAY"] = "2025-08-15"
    for number, role in enumerate(dict.fromkeys(role for role, _unit in LEADS)):
        reader = sign_in(client, make_user(session, f"reader{number}", ("supervisor", role)))
        for (_role, unit), (says, leads) in [each for each in LEADS.items() if each[0][0] == role]:
            for page in PAGES:
                words, links = bases_of(reader.get(f"{page}&unit={unit}").text)
                assert says in words, (unit, page, words)
                found = [(parse_qs(link.partition("?")[2]), link) for link in links]
                to = {(said["unit"][0], said.get("basis", [""])[0]) for said, _link in found}
                assert to >= leads, (unit, page, to)
                for said, link in found:
                    assert link.partition("?")[0] == page.partition("?")[0]
                    assert said["period"] == ["nam"]
                    answer = reader.get(link)
                    assert answer.status_code == 200, link
                    back = [parse_qs(each.partition("?")[2])["unit"] for each in bases_of(answer.text)[1]]
                    assert [unit] in back, (link, "leads back")


def test_before_the_merger_there_is_one_basis_and_nothing_to_choose(session, client):
    importing.import_file(session, None, datetime(2021, 1, 1))
    session.commit()
    client.application.config["CASEMGR_TODAY"] = "2022-06-15"
    client = sign_in(client, make_user(session, "tinh", ("supervisor", OLD_PROVINCE)))
    for page in PAGES:
        assert 'class="bases"' not in client.get(f"{page}&unit={OLD_PROVINCE}").text
    assert client.get(f"{PAGES[0]}&basis=never").status_code == 404


def test_after_the_merger_a_commune_shows_its_former_files_on_the_basis_of_today(province, client):
    """A period that ends after the merger: the same unit stands on both bases, and the address says on which."""
    client.application.config["CASEMGR_TODAY"] = "2025-08-15"
    client = sign_in(client, make_user(province, "xa", ("supervisor", "30307-20250701")))
    page = "/coverage/CT06-2025?period=den-2025"
    words, links = bases_of(client.get(page).text)
    assert "vẫn tính ở đơn vị cũ" in words
    (today,) = [link for link in links if "basis=today" in link]
    words, links = bases_of(client.get(today).text)
    assert "gồm hồ sơ của các đơn vị cũ" in words
    assert [link for link in links if "basis" not in link and "unit=30307-20250701" in link]
    assert 'name="basis" value="today"' in client.get(today).text


def test_every_paper_of_a_report_says_its_basis(province, client):
    client.application.config["CASEMGR_TODAY"] = "2025-08-15"
    client = sign_in(client, make_user(province, "tinh", ("supervisor", NEW_PROVINCE)))
    for asked, says in (
        (f"unit={OLD_PROVINCE}", "Theo đơn vị như khi đó"),
        (f"unit={OLD_PROVINCE}&basis=today", "chia theo đơn vị cấp xã hiện nay"),
        (f"unit={NEW_PROVINCE}", "đã nhập toàn bộ vào đơn vị này"),
    ):
        paper = f"/reports/outgoing/{PLAN}/{{}}?calendar=lich&period=nam&year=2022&{asked}".format
        for ending in ("docx", "xlsx"):
            assert says in words_of(client.get(paper(ending)).data), (asked, ending)
        if f"unit={OLD_PROVINCE}" in asked:  # the mapping has no code of the new one
            values = json.loads(client.get(paper("json")).data)["dataValues"]
            assert [value for value in values if says in value["comment"]] == values != [], asked
        rows = list(csv.DictReader(io.StringIO(client.get(paper("csv")).data.decode("utf-8-sig"))))
        assert {row["basis"] for row in rows} == {"as_were" if "khi đó" in says else "today"}, asked


def words_of(office: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(office)) as parts:
        return " ".join(re.sub(r"<[^>]+>", "", parts.read(n).decode()) for n in parts.namelist() if n.endswith(".xml"))


def test_the_focus_areas_of_then_are_found_again_in_the_units_of_today(province):
    row = AreaRow(0, "", "III", "", None, None, "Quyết định", date(2021, 1, 1), None, "", None, None, "")
    areas.add(province, "30280-20210101", row, datetime(2022, 1, 1))
    province.commit()
    counted = []
    for unit, basis in (("30280-20210101", AS_WERE), ("30307-20250701", TODAY), (NEW_PROVINCE, TODAY)):
        asked = services.ask(plans()[PLAN], load(province), NOW, through=date(2022, 12, 31), unit=unit, basis=basis)
        services.keep_to(province, asked, "focus")
        (result,) = services.report(province, asked, NOW, indicators=["NCC-1"]).results
        counted.append([getattr(result.figure, name) for name in NUMBERS])
    assert counted[0] == counted[1] == counted[2]
    assert any(counted[0])


def test_what_former_units_reported_counts_for_the_unit_they_became_unless_one_was_divided(province):
    plan, tree = plans()[PLAN], load(province)
    for number, unit in enumerate(("30280-20210101", "30283-20210101", "30355-20210101"), 1):
        values = {
            "input": "MT1.list", "unit": unit, "from": date(2022, 2, 28), "to": date(2022, 2, 28), "value": Decimal(30 * number),
            "source": "CONG_AN_TINH", "document": "455/CA", "document_date": date(2022, 3, 1), "note": "",
        }  # fmt: skip
        facts = {"unit": unit, "now": datetime(2022, 3, 2, 9)}
        subject, entry = reported.report(province, plan, values, author="one", tree=tree, **facts)
        reported.confirm(province, plan, subject, on_seq=entry.seq, author="two", **facts)
    province.commit()
    said = {}
    for unit in ("30307-20250701", "30337-20250701", NEW_PROVINCE):
        asked = services.ask(plan, tree, NOW, through=date(2022, 12, 31), unit=unit, basis=TODAY)
        (result,) = services.report(province, asked, NOW, indicators=["MT-1"]).results
        said[unit] = (result.figure.denominator, str(result.figure.why or ""))
    assert said["30307-20250701"][0] == 30 + 60
    assert said["30337-20250701"][0] is None
    assert "chia tách" in said["30337-20250701"][1]
    assert said[NEW_PROVINCE][0] == 30 + 60 + 90


def test_what_a_report_hides_then_is_not_left_by_the_one_on_the_units_of_today(province):
    plan, tree, checked = plans()[PLAN], load(province), 0
    asked = services.ask(plan, tree, NOW, through=date(2022, 12, 31), unit=OLD_PROVINCE, basis=AS_WERE)
    then = appendices(province, asked, NOW, tree, [])
    now = appendices(province, replace(asked, unit=NEW_PROVINCE, basis=TODAY), NOW, tree, [])
    for code, (hidden, _table) in then.items():
        for unit in hidden & set(WENT):
            if WENT[unit]:
                assert WENT[unit] in now[code][0], (code, unit)
                one = appendices(province, replace(asked, unit=WENT[unit], basis=TODAY), NOW, tree, [])
                assert "" in one[code][0], (code, unit)
                checked += 1
    assert checked
