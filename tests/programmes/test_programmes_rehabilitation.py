"""The clocks of the drug laws: 73/2021 from 1/1/2022 to 30/6/2026, 120/2025 from 1/7/2026."""

from datetime import date, datetime

import pytest

from casemgr.programmes.spans import MET, MISSED, NOT_DUE, verdict
from tests.programmes.build import Story, due_day, programme

LATER = "2023-06-30"
VOLUNTARY = {"modality": "TN_CONG_DONG", "episode": 1}


def person(determined="2022-03-01", result="NGHIEN") -> Story:
    story = Story("MT")
    story.add("opened", "2022-02-28")
    if determined:
        story.add("determined", determined, determination=result)
    return story


def test_registration_within_five_working_days_of_determination():
    story = person("2022-03-01")
    assert due_day(story.one("registered")) == date(2022, 3, 8)
    story.add("registered", "2022-03-08", registered_for="TN_CONG_DONG")
    assert story.verdict("registered", LATER) == MET


def test_registration_on_the_sixth_day_is_late():
    story = person("2022-03-01")
    story.add("registered", "2022-03-09", registered_for="TN_CONG_DONG")
    assert story.verdict("registered", LATER) == MISSED


def test_an_illegal_user_owes_no_registration():
    story = person(result="SDTP")
    assert story.all("registered") == []
    assert story.verdict("file", LATER) is None


def test_detention_ends_the_promise_to_register():
    story = person("2022-03-01")
    story.add("detained", "2022-03-03", custody="TAM_GIU")
    assert story.verdict("registered", "2022-03-02") == NOT_DUE
    assert story.verdict("registered", LATER) is None


@pytest.mark.parametrize(("decided", "expected"), [("2022-03-07", MET), ("2022-03-08", MISSED)])
def test_the_commune_decides_within_three_working_days_of_registration(decided, expected):
    story = person("2022-03-01")
    story.add("registered", "2022-03-02", registered_for="TN_CONG_DONG")
    story.add("treatment_started", "2022-03-10", decided_on=decided, until="2022-09-10", **VOLUNTARY)
    assert due_day(story.one("decided")) == date(2022, 3, 7)
    assert story.verdict("decided", LATER) == expected


@pytest.mark.parametrize(
    ("clock", "day", "unit", "amount", "tag"),
    [
        ("register", date(2021, 12, 31), None, None, None),
        ("register", date(2022, 1, 1), "workdays", 5, "V"),
        ("register", date(2026, 6, 30), "workdays", 5, "V"),
        ("register", date(2026, 7, 1), "workdays", 5, "M"),
        ("commune_decision", date(2026, 6, 30), "workdays", 3, "V"),
        ("commune_decision", date(2026, 7, 1), "workdays", 3, "M"),
        ("term_voluntary", date(2026, 6, 30), "months", 12, "M"),
        ("term_voluntary", date(2026, 7, 1), None, None, None),
        ("term_compulsory", date(2026, 6, 30), "months", 24, "V2"),
        ("term_first", date(2026, 6, 30), None, None, None),
        ("term_first", date(2026, 7, 1), "months", 24, "V2"),
        ("term_again", date(2026, 7, 1), "months", 36, "V2"),
        ("post_rehab_short", date(2022, 1, 1), "months", 12, "V"),
        ("post_rehab_long", date(2026, 7, 1), "months", 24, "M"),
    ],
)
def test_the_version_of_a_clock_on_a_day(clock, day, unit, amount, tag):
    version = programme("MT").clocks[clock].on(day)
    found = (version.unit, version.amount, version.tag) if version else (None, None, None)
    assert found == (unit, amount, tag)


@pytest.mark.parametrize(
    ("started", "episode", "due"),
    [
        ("2026-06-30", 1, date(2027, 6, 30)),
        ("2026-06-30", 2, date(2027, 6, 30)),
        ("2026-07-01", 1, date(2028, 7, 1)),
        ("2026-07-01", 2, date(2029, 7, 1)),
    ],
)
def test_the_term_of_voluntary_rehabilitation_before_and_after_the_new_law(started, episode, due):
    story = person("2026-06-01")
    story.add("treatment_started", started, modality="TN_CO_SO", episode=episode)
    assert due_day(story.one("stages_voluntary")) == due


@pytest.mark.parametrize(("started", "due"), [("2026-06-30", date(2028, 6, 30)), ("2026-07-01", date(2028, 7, 1))])
def test_the_term_of_compulsory_rehabilitation(started, due):
    story = person("2026-06-01")
    story.add("treatment_started", started, modality="BAT_BUOC", episode=1)
    assert due_day(story.one("stages_compulsory")) == due


def test_a_decision_keeps_the_term_it_names():
    story = person("2026-06-01")
    story.add("treatment_started", "2026-07-02", until="2027-07-02", **VOLUNTARY)
    assert due_day(story.one("stages_voluntary")) == date(2027, 7, 2)


def test_stages_a_to_c_are_enough_for_a_volunteer_and_not_for_compulsory():
    voluntary, compulsory = person(), person()
    voluntary.add("treatment_started", "2022-03-10", until="2022-09-10", **VOLUNTARY)
    compulsory.add("treatment_started", "2022-03-10", until="2022-09-10", modality="BAT_BUOC", episode=1)
    for story in (voluntary, compulsory):
        for month, stage in enumerate("ABC", start=4):
            story.add("stage", f"2022-0{month}-01", stage=stage)
    assert voluntary.verdict("stages_voluntary", LATER) == MET
    assert compulsory.verdict("stages_compulsory", LATER) == MISSED
    compulsory.add("stage", "2022-08-01", stage="D")
    compulsory.add("stage", "2022-09-01", stage="DD")
    assert compulsory.verdict("stages_compulsory", LATER) == MET


def test_post_rehabilitation_is_opened_by_the_day_of_completion():
    story = person()
    story.add("treatment_started", "2022-03-10", until="2022-09-10", **VOLUNTARY)
    assert due_day(story.one("post_rehab_opened")) == date(2022, 9, 10)
    story.add("treatment_ended", "2022-09-05", ended_modality="TN_CONG_DONG", outcome="HOAN_THANH")
    assert due_day(story.one("post_rehab_opened")) == date(2022, 9, 5)
    story.add("post_rehab", "2022-09-06", post_term="MOT_NAM")
    assert story.verdict("post_rehab_opened", LATER) == MISSED
    assert due_day(story.one("post_rehab_term")) == date(2023, 9, 6)


def test_who_drops_out_owes_no_post_rehabilitation_and_who_ends_substitution_does():
    dropped, substituted = person(), person()
    dropped.add("treatment_started", "2022-03-10", until="2022-09-10", **VOLUNTARY)
    dropped.add("treatment_ended", "2022-04-05", ended_modality="TN_CONG_DONG", outcome="BO_TRI")
    assert dropped.verdict("post_rehab_opened", LATER) is None
    substituted.add("treatment_started", "2022-03-10", modality="THAY_THE", episode=1)
    assert substituted.all("post_rehab_opened") == []
    substituted.add("treatment_ended", "2022-12-05", ended_modality="THAY_THE", outcome="HOAN_THANH")
    assert due_day(substituted.one("post_rehab_opened")) == date(2022, 12, 5)


def test_treatment_counts_from_its_start_to_its_end_by_modality():
    story = person()
    story.add("treatment_started", "2022-03-10", until="2022-09-10", **VOLUNTARY)
    story.add("treatment_ended", "2022-05-05", ended_modality="TN_CONG_DONG", outcome="BO_TRI")
    story.add("treatment_started", "2022-08-01", modality="THAY_THE", episode=2)
    first, second = story.all("in_treatment")
    assert (first.detail, second.detail) == ("TN_CONG_DONG", "THAY_THE")
    assert verdict(first, datetime(2022, 3, 9)) is None
    assert verdict(first, datetime(2022, 5, 4)) == MET
    assert verdict(first, datetime(2022, 5, 5)) is None
    assert verdict(second, datetime(2023, 1, 1)) == MET


@pytest.mark.parametrize(("ended", "expected"), [("2022-04-08", None), ("2022-04-09", MET), ("2022-09-10", MET)])
def test_thirty_days_in_treatment(ended, expected):
    story = person()
    story.add("treatment_started", "2022-03-10", until="2022-09-10", **VOLUNTARY)
    story.add("treatment_ended", ended, ended_modality="TN_CONG_DONG", outcome="BO_TRI")
    assert story.verdict("stayed", LATER) == expected
    assert story.verdict("stayed", "2022-04-07") == NOT_DUE


def test_treated_in_the_year_holds_for_every_year_the_treatment_touches():
    story = person()
    story.add("treatment_started", "2022-11-01", until="2023-05-01", **VOLUNTARY)
    story.add("treatment_ended", "2023-05-01", ended_modality="TN_CONG_DONG", outcome="HOAN_THANH")
    years = {s.arises.year: s for s in story.all("treated", horizon=2024)}
    assert verdict(years[2022], datetime(2022, 10, 31)) == MISSED
    assert verdict(years[2022], datetime(2022, 12, 31)) == MET
    assert verdict(years[2023], datetime(2023, 12, 31)) == MET
    assert verdict(years[2024], datetime(2024, 12, 31)) == MISSED
    assert years[2022].detail == "TN_CONG_DONG"


def test_the_detained_are_counted_apart_while_they_are():
    story = person()
    story.add("detained", "2022-04-01", custody="TAM_GIU")
    story.add("released", "2022-06-01")
    story.add("detained", "2022-08-01", custody="THI_HANH_AN", detained_until="2022-10-01")
    first, second = story.all("detained")
    assert (first.ended, second.ended) == (datetime(2022, 6, 1), datetime(2022, 10, 1))


@pytest.mark.parametrize("kind", ["listed", "registered", "treatment_started"])
def test_an_illegal_user_is_neither_listed_nor_registered_nor_treated(kind):
    refusals = programme("MT").case.kinds[kind].refusals
    for facts, refused in (({}, True), ({"determination": "SDTP"}, True), ({"determination": "NGHIEN"}, False)):
        assert any(r.when(facts) for r in refusals) is refused


def test_a_review_every_three_months_while_in_treatment():
    story = person()
    story.add("treatment_started", "2022-03-10", until="2022-12-10", **VOLUNTARY)
    story.add("reviewed", "2022-06-08", result="TIEP_TUC")
    first, second = story.all("review")
    assert (due_day(first), due_day(second)) == (date(2022, 6, 10), date(2022, 9, 8))
    assert verdict(first, datetime(2022, 8, 1)) == MET
    assert verdict(second, datetime(2022, 10, 1)) == MISSED
