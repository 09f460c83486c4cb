"""Meritorious families: one rating a year, the procedures' days, the missing benefit."""

from contextlib import nullcontext
from datetime import date, datetime

import pytest

from casemgr.cases.entries import check_refusals
from casemgr.programmes import FOLDER
from casemgr.programmes.loader import load_folder
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, verdict
from casemgr.refused import Refused
from tests.programmes.build import Story, due_day


def family(opened="2021-06-01") -> Story:
    story = Story("NCC")
    story.add("opened", opened)
    return story


def year_of(story, year, horizon=2023):
    """What stands at the end of a year."""
    return [s for s in story.all("living_standard", horizon=horizon) if s.arises.year == year][-1]


def test_every_year_asks_for_a_rating_of_its_own():
    story = family()
    story.add("rated", "2022-10-01", year=2022, level="BANG")
    assert [s.arises for s in story.all("living_standard", horizon=2023)] == [
        datetime(2021, 6, 1), datetime(2022, 1, 1), datetime(2023, 1, 1),
    ]  # fmt: skip
    assert verdict(year_of(story, 2021), datetime(2021, 12, 31, 23)) == NOT_DUE
    assert verdict(year_of(story, 2021), datetime(2022, 1, 1)) is None
    assert verdict(year_of(story, 2022), datetime(2022, 9, 30)) == NOT_DUE
    assert verdict(year_of(story, 2022), datetime(2022, 12, 31)) == MET
    assert verdict(year_of(story, 2023), datetime(2023, 6, 30)) == NOT_DUE
    assert due_day(year_of(story, 2023)) == date(2023, 12, 31)


@pytest.mark.parametrize(("level", "expected"), [("CAO_HON", MET), ("BANG", MET), ("THAP_HON", MISSED)])
def test_a_family_below_the_average_fails_at_once_and_one_unrated_does_not(level, expected):
    story = family()
    assert (year_of(story, 2022).detail, verdict(year_of(story, 2022), datetime(2022, 6, 30))) == ("", NOT_DUE)
    story.add("rated", "2022-05-01", year=2022, level=level)
    span = year_of(story, 2022)
    assert (span.detail, verdict(span, datetime(2022, 6, 30))) == (level, expected)


def test_a_second_look_says_nothing_about_the_months_before_it():
    story = family()
    story.add("rated", "2022-02-10", year=2022, level="BANG")
    story.add("rechecked", "2022-05-20", year=2022, level="THAP_HON")
    story.add("rechecked", "2022-09-01", year=2022, level="CAO_HON")

    def said(day: str) -> str:
        at = datetime.fromisoformat(day)
        (only,) = (v for s in story.all("living_standard", horizon=2023) if (v := verdict(s, at)) is not None)
        return only

    assert [said(day) for day in ("2022-02-09", "2022-02-10", "2022-05-19", "2022-05-20", "2022-09-01", "2022-12-31")] == [
        NOT_DUE, MET, MET, MISSED, MET, MET,
    ]  # fmt: skip
    assert said("2023-01-01") == NOT_DUE


@pytest.mark.parametrize(("first", "second", "expected"), [("BANG", "THAP_HON", MISSED), ("THAP_HON", "BANG", MET)])
@pytest.mark.parametrize("kind", ["rated", "rechecked"])
def test_the_later_rating_of_a_year_counts(kind, first, second, expected):
    story = family()
    story.add("rated", "2022-05-01", year=2022, level=first)
    story.add(kind, "2022-09-01", year=2022, level=second)
    span = year_of(story, 2022)
    assert (verdict(span, datetime(2022, 12, 1)), span.detail) == (expected, second)


def test_a_rating_of_last_years_standard_says_nothing_about_this_year():
    story = family()
    story.add("rated", "2022-01-10", year=2021, level="BANG")
    assert year_of(story, 2022).met is None


def test_a_closed_file_owes_no_rating():
    story = family()
    story.decide(story.add("closed", "2022-03-01", close_reason="KHONG_CON"), "2022-03-02")
    assert verdict(year_of(story, 2022), datetime(2022, 6, 1)) is None
    assert [s.arises.year for s in story.all("living_standard", horizon=2023)] == [2021, 2022]


@pytest.mark.parametrize(
    ("procedure", "requested", "due"),
    [
        ("THAN_NHAN", "2022-03-01", date(2022, 3, 29)),
        ("THAN_NHAN_DANG_HUONG", "2022-03-01", date(2022, 3, 17)),
        ("THAN_NHAN_D", "2022-03-01", date(2022, 3, 15)),
        ("THO_CUNG", "2022-03-01", date(2022, 3, 25)),
        ("THO_CUNG", "2025-06-30", date(2025, 7, 24)),
        ("THO_CUNG", "2025-07-01", date(2025, 7, 18)),
    ],
)
def test_a_request_is_decided_within_the_days_of_its_procedure(procedure, requested, due):
    story = family()
    story.add("benefit_requested", requested, benefit="NCC-TCU", procedure=procedure)
    assert due_day(story.one("benefit")) == due


def test_a_procedure_without_known_days_promises_nothing():
    story = family()
    story.add("benefit_requested", "2022-03-01", benefit="NCC-NO", procedure="KHAC")
    assert story.all("benefit") == []


def test_a_decision_answers_the_request_for_the_same_benefit_only():
    story = family()
    story.add("benefit_requested", "2022-03-01", benefit="NCC-TCU", procedure="THO_CUNG")
    story.add("benefit_requested", "2022-03-01", benefit="NCC-TC", procedure="THAN_NHAN")
    story.add("benefit_granted", "2022-03-10", benefit="NCC-TC")
    found = {s.detail: verdict(s, datetime(2022, 12, 31)) for s in story.all("benefit")}
    assert found == {"NCC-TCU": MISSED, "NCC-TC": MET}


def test_a_missing_benefit_is_to_be_requested():
    story = family()
    story.add("benefit_missing", "2022-03-01", benefit="NCC-YT", missing_reason="CHUA_DE_NGHI")
    assert due_day(story.one("benefit_gap")) == date(2022, 3, 31)
    story.add("benefit_requested", "2022-03-20", benefit="NCC-YT", procedure="KHAC")
    assert story.verdict("benefit_gap", "2022-12-31") == MET


def test_a_file_names_an_entitled_person():
    story = family("2022-03-01")
    assert due_day(story.one("file")) == date(2022, 3, 15)
    story.add("entitled", "2022-03-03", category=["LS"], alive="DA_MAT")
    assert story.verdict("file", "2022-12-31") == MET


@pytest.mark.parametrize(
    ("level", "income", "contrary", "refused"),
    [
        ("THAP_HON", 3_200_000, None, True),
        ("THAP_HON", 3_200_000, "Hộ có người bệnh nặng", False),
        ("THAP_HON", 2_900_000, None, False),
        ("CAO_HON", 2_900_000, None, True),
        ("CAO_HON", None, None, False),
        ("BANG", 2_900_000, None, False),
    ],
)
def test_a_rating_against_its_own_numbers_says_why(level, income, contrary, refused):
    said = {"level": level, "average": 3_000_000, "income": income, "contrary": contrary}
    kind = load_folder(FOLDER)["NCC"].case.kinds["rated"]
    with pytest.raises(Refused, match="Thu nhập của hộ") if refused else nullcontext():
        check_refusals(kind, said)
