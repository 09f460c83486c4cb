"""A handful of cases whose figures are counted by hand, through the command."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from casemgr.ledger import services as ledger
from tests.coverage.histories import UNITS, History


def case(code, at, **opened):
    made = History(Random(f"{code}{at}{sorted(opened.items())}"), code)
    made.at, made.unit = datetime.fromisoformat(at), UNITS[0]
    made.open(**opened)
    return made


def then(made, kind, days=1, **coded):
    made.at += timedelta(days=days)
    return made.add(kind, coded, after=0.02)


def write(session, *cases):
    for made in cases:
        for number, draft in enumerate(made.drafts):
            made.drafts[number] = replace(draft, recorded_at=draft.occurred_at, precision="minute")
    ledger.create_many(session, [("case", made.subject) for made in cases])
    ledger.append_many(session, [made.written() for made in cases])
    session.commit()


def run(app, *args):
    app.config["CASEMGR_TODAY"] = "2022-12-31"
    result = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", *args])
    assert result.exit_code == 0, result.output
    return result.output


def indicator(app, code, *args):
    document = json.loads(run(app, "--format", "json", "--indicator", code, *args))
    assert [i["code"] for i in document["indicators"]] == [code]
    return document["indicators"][0]


@pytest.fixture
def children(place):
    """Three children: one served in every way, one with nothing done, one received three days before the end."""
    facts = {"level": "BI_XAM_HAI", "harm": ["XHTD"], "age": 10, "emergency": False, "birth_year": 2012}
    done = case("TE", "2022-03-01T08:00", sex="nu", ethnicity="khmer", beneficiary="a" * 32, incident="c" * 32, **facts)
    then(done, "screened", 0, risk="CAO", emergency=False)
    then(done, "assessed", 1, needs={"SUC_KHOE": "yes"})
    then(done, "met", 1)
    items = [{"need": "SUC_KHOE", "service": "TE-YT", "due": "2022-03-20"}]
    plan = then(done, "planned", 1, start="2022-03-05", end="2023-03-31", items=items)
    then(done, "decided", 0, on=plan.id.hex, about="planned", outcome="approved")
    then(done, "served", 2, service="TE-YT", needs=["SUC_KHOE"], proof="GHI_CHEP")
    idle = case("TE", "2022-03-02T08:00", sex="nam", ethnicity="kinh", beneficiary="b" * 32, incident="c" * 32, **facts)
    new = case("TE", "2022-12-29T08:00", sex="nu", ethnicity="kinh", beneficiary="a" * 32, incident="d" * 32, **facts)
    before = case("TE", "2021-03-02T08:00", sex="nu", ethnicity="kinh", **facts)
    write(place, done, idle, new, before)
    return place


def test_te2_counts_cases_and_children_beside(app, children):
    found = indicator(app, "TE-2", "--cases")
    assert (found["numerator"], found["denominator"], found["value"]) == (1, 2, 0.5)
    assert (found["not_due"], found["unknown"], found["excluded"]) == (1, 0, 0)
    assert (found["beside"]["beneficiaries"], found["beside"]["incidents"]) == (2, 2)
    assert found["verdict"] == "missed"
    assert list(found["funnel"].values()) == [3, 1, 1, 1, 1]
    missed = [c for c in found["cases"] if c["verdict"] == "missed"]
    assert len(missed) == 1
    assert {"file", "approved", "supported"} <= {c["code"] for c in missed[0]["criteria"] if c["verdict"] == "missed"}


def test_groups_are_those_of_the_cases(app, children):
    found = indicator(app, "TE-2", "--by", "sex,ethnicity")
    numbers = {tuple(g["group"].values()): (g["numerator"], g["denominator"]) for g in found["groups"]}
    assert numbers == {("nu", "khmer"): (1, 1), ("nam", "kinh"): (0, 1), ("nu", "kinh"): (0, 0)}


def test_a_reported_figure_has_no_groups_by_sex(app, children):
    found = indicator(app, "TE-1", "--by", "sex")
    assert {g["value"] for g in found["groups"]} == {None}
    assert all("không tách" in g["why"] for g in found["groups"])


def test_through_an_earlier_day_less_has_happened(app, children):
    found = indicator(app, "TE-2", "--through", "2022-03-04")
    assert (found["numerator"], found["denominator"], found["not_due"]) == (0, 0, 2)
    assert found["value"] is None
    assert found["why"]


def test_known_before_the_service_was_recorded(app, children):
    """Nothing was due on 05/03, and what was written down later is not known then; by December it is."""
    found = indicator(app, "TE-2", "--through", "2022-03-05", "--known-at", "2022-03-05T00:00")
    assert (found["numerator"], found["denominator"], found["not_due"]) == (0, 0, 2)
    later = indicator(app, "TE-2", "--through", "2022-12-01", "--known-at", "2022-12-02T00:00")
    assert (later["numerator"], later["denominator"], later["not_due"]) == (1, 2, 0)


def test_mt1_counts_those_treated_in_the_year(app, place):
    people = []
    for number, (start, end) in enumerate(
        (("2022-02-01", None), ("2021-06-01", "2022-02-01"), ("2021-06-01", "2021-09-01"))
    ):
        made = case("MT", f"2021-05-0{number + 1}T08:00", birth_year=1990)
        then(made, "determined", determination="NGHIEN")
        then(made, "listed", on_list="CO")
        made.at = datetime.fromisoformat(start)
        then(made, "treatment_started", 0, modality="BAT_BUOC", episode=1)
        if end:
            made.at = datetime.fromisoformat(end)
            then(made, "treatment_ended", 0, outcome="HOAN_THANH")
        people.append(made)
    user = case("MT", "2021-05-09T08:00", birth_year=1990)
    then(user, "determined", determination="SDTP")
    write(place, *people, user)
    found = indicator(app, "MT-1")
    assert (found["numerator"], found["denominator"], found["value"]) == (2, None, None)
    assert found["beside"]["system"] == 3
    assert found["beside"]["modality:BAT_BUOC"] == 2
    assert "Chưa có số liệu" in found["why"]


def test_ncc1_counts_this_years_ratings(app, place):
    households = []
    for number, ratings in enumerate(((("BANG", 2022),), (("THAP_HON", 2022),), (("CAO_HON", 2021),))):
        made = case("NCC", f"2021-02-0{number + 1}T08:00", birth_year=None)
        then(made, "entitled", category="TB")
        for level, year in ratings:
            made.at = datetime(year, 10, 1)
            then(made, "rated", 0, level=level, year=year)
        households.append(made)
    write(place, *households)
    found = indicator(app, "NCC-1")
    assert (found["numerator"], found["beside"]["below"], found["beside"]["system"]) == (1, 1, 3)
    assert found["verdict"] == "missed"


def test_the_table_and_csv_say_the_same(app, children):
    assert "50,0% (1 / 2)  Chưa đạt" in run(app, "--indicator", "TE-2")
    (row,) = csv.DictReader(io.StringIO(run(app, "--format", "csv", "--indicator", "TE-2")))
    assert (row["numerator"], row["denominator"], row["value"], row["verdict"]) == ("1", "2", "0.5", "missed")


@pytest.mark.parametrize(
    "args",
    [
        ["NOPE"],
        ["KH322-2022", "--indicator", "XX"],
        ["KH322-2022", "--by", "name"],
        ["KH322-2022", "--unit", "99999"],
        ["KH322-2022", "--through", "2021-06-30"],
        ["KH322-2022", "--known-at", "2030-01-01"],
    ],
)
def test_a_question_without_sense_is_refused(app, place, args):
    app.config["CASEMGR_TODAY"] = "2022-12-31"
    result = app.test_cli_runner().invoke(args=["coverage", *args])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
