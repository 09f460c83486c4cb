"""A figure carries its caveats wherever it is shown: on pages, in commands, on paper, in what other systems import."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from casemgr.audit import closing, sheets
from casemgr.coverage import services as coverage
from casemgr.coverage.present_notes import say
from casemgr.plans import plans
from casemgr.plans import services as reported
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.pages import text_of

PROVINCE, COMMUNE = "89-20210101", "30547-20210101"
PERIOD = "nam"
SPAN = ["--through", "2022-12-31"]


@pytest.fixture
def told(place, client):
    """A figure that is reported through the end of May only, and one that stands for something else."""
    client.application.config["CASEMGR_TODAY"] = "2023-01-15"
    histories.write(place, 11, 40)
    plan, own = plans()["KH322-2022"], {"unit": PROVINCE}
    now = datetime(2022, 7, 10)
    for item, source, value in (("LD7.unemployed", "SO_LDTBXH", "3.5"), ("YT1.insured", "BHXH_TINH", "93")):
        values = {"input": item, "from": date(2022, 1, 1), "to": date(2022, 5, 31), "source": source, **own,
                  "document": "1/BC", "document_date": date(2022, 6, 4), "value": Decimal(value)}  # fmt: skip
        made, _entry = reported.report(place, plan, values, author="a", now=now, tree=load(place), **own)
        reported.confirm(place, plan, made, on_seq=1, author="b", now=now, **own)
    place.commit()
    asked = coverage.ask(plan, load(place), datetime(2023, 1, 15), through=date(2022, 12, 31))
    results = {r.indicator.code: r for r in coverage.report(place, asked, datetime(2023, 1, 15)).results}
    caveat = say(results["LD-07"].figure.warnings[0])
    assert "31/05/2022" in caveat
    return caveat.rstrip("."), plan.indicators["Q1-05"].note.vi.rstrip(".")


def users(place, client):
    app = client.application
    roles = {"tinh": "supervisor", "one": "coordinator", "two": "coordinator", "auditor": "auditor"}
    made = {name: make_user(place, name, (role, PROVINCE)) for name, role in roles.items()}
    return {name: sign_in(app.test_client(), user) for name, user in made.items()}


def test_on_pages_and_in_commands(place, client, told, app):
    late, stands_for = told
    reader = users(place, client)["tinh"]
    scorecard = text_of(reader.get(f"/coverage/KH322-2022?period={PERIOD}"))
    assert late in scorecard
    assert stands_for in scorecard
    assert late in text_of(reader.get(f"/coverage/KH322-2022/LD-07?period={PERIOD}"))
    for shape in ("table", "csv", "json"):
        said = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", *SPAN, "--format", shape]).output
        assert late in said, shape
        assert stands_for in said, shape
    rows = {row["indicator"]: row for row in csv.DictReader(io.StringIO(spoken(app, "csv")))}
    assert late in rows["LD-07"]["caveats"]


def spoken(app, shape: str) -> str:
    return app.test_cli_runner().invoke(args=["coverage", "KH322-2022", *SPAN, "--format", shape]).output


def test_in_what_leaves_the_unit(place, client, told):
    late, stands_for = told
    reader = users(place, client)["tinh"]
    asked = f"calendar=lich&period=nam&year=2022&unit={PROVINCE}"
    assert late in text_of(reader.get(f"/reports/outgoing?{asked}&plan=KH322-2022"))
    said = reader.get(f"/reports/outgoing/KH322-2022/csv?{asked}").data.decode("utf-8-sig")
    rows = {row["indicator"]: row for row in csv.DictReader(io.StringIO(said)) if row["unit_code"] == "89"}
    assert late in rows["LD-07"]["caveats"]
    assert stands_for in rows["Q1-05"]["caveats"]
    comments = [
        v.get("comment", "") for v in reader.get(f"/reports/outgoing/KH322-2022/json?{asked}").json["dataValues"]
    ]
    assert any(late in text for text in comments)


def test_in_a_sealed_report_and_on_its_paper(place, client, told, app):
    late, stands_for = told
    desks = users(place, client)
    made = desks["one"].post("/reports/new", data={
        "period": f"KH322-2022/{PERIOD}", "unit": PROVINCE, "basis": "as_were"})  # fmt: skip
    desks["two"].post(made.location + "/approve")
    report = closing.find(place, UUID(made.location.rpartition("/")[2]))
    said = closing.read(place, report)
    for text in (text_of(desks["two"].get(made.location)), str(sheets.paper(report, said))):
        assert late in text
        assert stands_for in text  # of a group of which small numbers are hidden too
    page = text_of(app.test_client().post("/check", data={"code": report.code}))
    assert late in page
    assert stands_for in page
    assert late in json.dumps(said, ensure_ascii=False)
