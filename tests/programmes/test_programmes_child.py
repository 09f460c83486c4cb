"""The clocks and needs of the child programme by worked examples. Tết 2022: 31 January to 4 February are off."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import pytest

from casemgr.ledger.rules import effective
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, Ledger, need_states, verdict
from tests.programmes.build import CALENDAR, Story, due_day

LATER = "2022-12-31T12:00"


def child(received="2022-03-04T08:00", opened="2022-03-04T08:10", **coded) -> Story:
    story = Story("TE")
    story.add("opened", opened, received_at=received, level="BI_XAM_HAI", **coded)
    return story


@pytest.mark.parametrize(
    ("protected", "expected"),
    [
        ("2022-03-04T19:59", MET),
        ("2022-03-04T20:00", MET),
        ("2022-03-04T20:01", MISSED),
        ("2022-03-04", UNKNOWN),
        (None, MISSED),
    ],
)
def test_an_emergency_measure_within_twelve_hours_of_receipt(protected, expected):
    story = child(emergency=True)
    if protected:
        story.add("protected", protected, isolation=False)
    assert story.verdict("emergency", LATER) == expected
    assert story.one("emergency").due == datetime(2022, 3, 4, 20)


def test_an_emergency_is_not_due_before_its_hour_and_missed_a_second_after():
    story = child(emergency=True)
    assert story.verdict("emergency", "2022-03-04T20:00") == NOT_DUE
    assert story.verdict("emergency", "2022-03-04T20:00:01") == MISSED


def test_a_receipt_known_to_the_day_leaves_the_hour_clock_unknown():
    story = child(received="2022-03-04", emergency=True)
    story.add("protected", "2022-03-04T08:30", isolation=False)
    assert story.verdict("emergency", LATER) == UNKNOWN


def test_an_emergency_found_at_screening_counts_from_receipt():
    story = child(emergency=False)
    story.add("screened", "2022-03-04T15:00", emergency=True)
    story.add("protected", "2022-03-04T21:00", isolation=False)
    assert story.verdict("emergency", LATER) == MISSED


def test_no_emergency_no_promise():
    assert child(emergency=False).all("emergency") == []


@pytest.mark.parametrize(("approved", "expected"), [("2022-02-14", MET), ("2022-02-15", MISSED)])
def test_a_plan_is_approved_by_the_seventh_working_day_across_tet(approved, expected):
    story = child("2022-01-27T09:00", "2022-01-27T09:05", emergency=False)
    story.decide(story.add("planned", "2022-02-10", start="2022-02-11", end="2022-03-31"), approved)
    assert due_day(story.one("approved")) == date(2022, 2, 14)
    assert story.verdict("approved", LATER) == expected


def test_in_an_emergency_the_seven_days_run_from_the_measure():
    story = child("2022-01-27T09:00", "2022-01-27T09:05", emergency=True)
    story.add("protected", "2022-01-28T02:00", isolation=False)
    assert due_day(story.one("approved")) == date(2022, 2, 15)


def test_a_returned_plan_is_not_an_approved_one():
    story = child(emergency=False)
    story.decide(story.add("planned", "2022-03-08", start="2022-03-09", end="2022-04-30"), "2022-03-09", "returned")
    assert story.verdict("approved", "2022-03-09T12:00") == NOT_DUE
    assert story.verdict("approved", LATER) == MISSED


def with_needs(*needs) -> Story:
    story = child(emergency=False)
    story.add("screened", "2022-03-04T09:00", emergency=False, risk="TRUNG_BINH")
    story.add("assessed", "2022-03-07", needs=dict.fromkeys(needs, "yes"))
    return story


def plan(story, when, approved, **due):
    items = [{"need": need, "service": "TE-TL", "due": day} for need, day in due.items()]
    entry = story.add("planned", when, start=when, end="2022-06-30", items=items)
    if approved:
        story.decide(entry, approved)


def test_without_a_plan_a_need_has_its_own_clock():
    assert due_day(with_needs("TAM_LY").one("need")) == date(2022, 3, 23)


def test_a_later_plan_never_moves_a_due_date():
    story = with_needs("TAM_LY")
    plan(story, "2022-03-09", "2022-03-10", TAM_LY="2022-03-20")
    plan(story, "2022-03-15", "2022-03-16", TAM_LY="2022-05-20")
    assert due_day(story.one("need")) == date(2022, 3, 20)


def test_a_later_plan_names_the_service_once_it_is_approved():
    def services() -> list[str]:
        return [need.service for need in need_states(Ledger(story.programme, effective(story.entries), CALENDAR, 2022))]

    def planned(service: str, when: str):
        return story.add("planned", when, start=when, items=[{"need": "AN_TOAN", "service": service, "due": when}])

    story = with_needs("AN_TOAN")
    story.decide(planned("TE-AT", "2022-03-09"), "2022-03-10")
    later = planned("TE-TD", "2022-03-15")
    assert services() == ["TE-AT"]
    story.decide(later, "2022-03-16")
    assert services() == ["TE-TD"]


def test_a_plan_that_nobody_approved_sets_no_due_date():
    story = with_needs("TAM_LY")
    plan(story, "2022-03-09", None, TAM_LY="2022-05-20")
    assert due_day(story.one("need")) == date(2022, 3, 23)


def test_only_a_service_with_proof_meets_a_need():
    story = with_needs("TAM_LY")
    story.add("served", "2022-03-10", service="TE-TL", proof="none", needs=["TAM_LY"])
    assert story.verdict("need", LATER) == MISSED
    story.add("served", "2022-03-30", service="TE-TL", proof="BIEN_NHAN", needs=["TAM_LY"])
    assert story.verdict("need", "2022-03-29T23:00") == MISSED
    assert story.verdict("need", LATER) == MET


def test_a_service_meets_only_the_need_it_answers():
    story = with_needs("TAM_LY", "SUC_KHOE")
    story.add("served", "2022-03-10", service="TE-TL", proof="BIEN_NHAN", needs=["TAM_LY"])
    assert {s.detail: s.met is not None for s in story.all("need")} == {"TAM_LY": True, "SUC_KHOE": False}


def test_a_carers_refusal_never_meets_a_need_and_asks_the_chair_within_twelve_hours():
    story = with_needs("TAM_LY")
    refusal = story.add("refused", "2022-03-10T09:00", by="CHA_ME", second_officer=True, needs=["TAM_LY"])
    assert story.one("need").band == ""
    assert story.verdict("need", LATER) == MISSED
    assert story.one("carer_refusal").due == datetime(2022, 3, 10, 21)
    story.decide(refusal, "2022-03-10T20:30")
    assert story.verdict("carer_refusal", LATER) == MET
    assert story.verdict("need", LATER) == MISSED


@pytest.mark.parametrize(("second", "band"), [(True, "refused"), (False, "")])
def test_a_childs_own_refusal_before_a_second_officer_is_a_band_and_still_not_met(second, band):
    story = with_needs("TAM_LY")
    story.add("refused", "2022-03-10T09:00", by="TRE", second_officer=second, needs=["TAM_LY"])
    span = story.one("need")
    assert (span.band, span.met) == (band, None)


def test_no_such_service_here_is_a_band_until_the_service_comes_after_all():
    story = with_needs("TAM_LY")
    story.add("referred", "2022-03-10", reason="KHONG_CO_DICH_VU", needs=["TAM_LY"])
    assert story.one("need").band == "unavailable"
    story.add("served", "2022-03-20", service="TE-TL", proof="BIEN_NHAN", needs=["TAM_LY"])
    assert story.one("need").band == ""


def test_a_need_ends_when_a_later_assessment_says_no():
    story = with_needs("TAM_LY")
    story.add("assessed", "2022-03-15", needs={"TAM_LY": "no"})
    assert story.verdict("need", "2022-03-14") == NOT_DUE
    assert story.verdict("need", LATER) is None


def test_isolation_ends_within_fifteen_days():
    story = child(emergency=True)
    story.add("protected", "2022-03-04T10:00", isolation=True)
    assert due_day(story.one("isolation")) == date(2022, 3, 19)
    assert story.verdict("isolation", "2022-03-19T23:59:59") == NOT_DUE
    assert story.verdict("isolation", "2022-03-20") == MISSED
    story.add("isolation_ended", "2022-03-19T18:00", outcome="VE_GIA_DINH")
    assert story.verdict("isolation", LATER) == MET


@pytest.mark.parametrize(("until", "due"), [("2022-03-31", date(2022, 3, 31)), ("2022-03-10", date(2022, 3, 19))])
def test_an_authority_may_extend_isolation_but_not_shorten_the_fifteen_days(until, due):
    story = child(emergency=True)
    story.add("protected", "2022-03-04T10:00", isolation=True)
    story.add("isolation_extended", "2022-03-08", until=until)
    assert due_day(story.one("isolation")) == due


def test_a_low_risk_case_closed_with_the_chairs_signature_is_complete():
    story = child(emergency=False)
    story.add("screened", "2022-03-04T09:00", emergency=False, risk="THAP")
    closure = story.add("closed", "2022-03-05", reason="NGUY_CO_THAP")
    assert story.one("file").met is None
    story.decide(closure, "2022-03-07")
    assert story.verdict("file", LATER) == MET
    assert story.verdict("approved", LATER) == MET


def test_a_complete_file_is_met_though_late_because_time_is_judged_elsewhere():
    story = child(emergency=False)
    story.add("screened", "2022-03-04T09:00", emergency=False)
    story.add("assessed", "2022-05-05", needs={})
    story.add("met", "2022-05-06")
    story.add("planned", "2022-05-07", start="2022-05-08", end="2022-06-30", items=[])
    assert story.verdict("file", "2022-04-30") == MISSED
    assert story.verdict("file", LATER) == MET


def test_the_draft_is_due_five_working_days_after_the_meeting():
    story = child(emergency=False)
    story.add("met", "2022-03-08")
    assert due_day(story.one("drafted")) == date(2022, 3, 15)


@pytest.mark.parametrize(
    ("start", "approved", "due"),
    [
        ("2022-03-14", "2022-03-11", date(2022, 3, 17)),
        ("2022-05-04", "2022-03-11", date(2022, 3, 25)),
    ],
)
def test_the_first_service_by_the_earlier_of_start_and_approval(start, approved, due):
    story = child(emergency=False)
    story.decide(story.add("planned", "2022-03-10", start=start, end="2022-06-30", items=[]), approved)
    assert due_day(story.one("first_service")) == due


def test_a_review_is_due_by_the_end_of_the_plan_and_a_new_plan_takes_its_place():
    story = child(emergency=False)
    story.decide(story.add("planned", "2022-03-10", start="2022-03-11", end="2022-04-30", items=[]), "2022-03-11")
    assert due_day(story.one("review")) == date(2022, 4, 30)
    story.decide(story.add("planned", "2022-04-20", start="2022-04-21", end="2022-07-31", items=[]), "2022-04-21")
    first, second = story.all("review")
    assert verdict(first, datetime(2022, 5, 1)) is None
    assert due_day(second) == date(2022, 7, 31)


@pytest.mark.parametrize("kind", ["planned", "closed"])
@pytest.mark.parametrize("first", [7, 99], ids=["before", "after"])
def test_what_was_returned_and_mended_on_one_day_waits_as_mended(kind, first):
    """Both are known to the day alone, and their numbers say nothing of their order."""
    story = child(emergency=False)
    asked = [story.add(kind, "2022-03-10", reason="AN_TOAN", start="2022-03-11", items=[]) for _each in range(2)]
    returned, mended = (
        replace(entry, id=UUID(int=number), recorded_at=datetime(2022, 3, 10, hour))
        for entry, number, hour in zip(asked, (first, 50), (8, 14), strict=True)
    )
    story.entries[-2:] = [returned, mended]
    story.decide(returned, "2022-03-10T09:00", "returned")
    assert [span.anchor for span in story.all("decision") if span.met is None and span.ended is None] == [mended.id]


def test_a_released_suspect_means_a_new_screening_within_a_day():
    story = child(emergency=False)
    story.add("screened", "2022-03-04T09:00", emergency=False)
    story.add("released", "2022-03-20T10:00")
    assert story.verdict("released", "2022-03-21T10:01") == MISSED
    story.add("screened", "2022-03-21T09:30", emergency=False)
    assert story.verdict("released", LATER) == MET


def test_a_detection_is_verified_filed_and_in_an_emergency_taken_at_once():
    story = Story("TE")
    story.add("detected", "2022-03-04T08:10", received_at="2022-03-04T08:00", emergency=True)
    assert story.one("taken", track="detection").due == datetime(2022, 3, 4, 9)
    assert due_day(story.one("verified", track="detection")) == date(2022, 3, 9)
    assert story.verdict("verified", "2022-03-10", track="detection") == MISSED
    story.add("verified", "2022-03-04T11:00", outcome="substantiated")
    assert due_day(story.one("filed", track="detection")) == date(2022, 3, 15)


def test_a_second_detection_of_the_same_child_has_clocks_of_its_own():
    story = child(emergency=False)
    story.add("screened", "2022-03-04T10:00", emergency=False)
    story.add("linked", "2022-05-10T09:00", received_at="2022-05-10T07:30", emergency=True, level="BI_XAM_HAI")
    story.add("protected", "2022-05-10T19:00", isolation=False)
    assert story.one("emergency").due == datetime(2022, 5, 10, 19, 30)
    assert story.verdict("emergency", LATER) == MET
    first, second = story.all("screened")
    assert (first.item, second.item) == (0, 1)
    assert (verdict(first, datetime(2022, 12, 31)), verdict(second, datetime(2022, 12, 31))) == (MET, MISSED)
    assert [due_day(s) for s in story.all("supported")] == [date(2022, 3, 29), date(2022, 6, 2)]
