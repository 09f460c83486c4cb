"""The guards and clocks of the support programme: who is under age, who refuses, who was forced."""

from datetime import date, datetime

import pytest

from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN
from tests.programmes.build import Story, due_day, programme

LATER = "2022-12-31"
RECEIVED = "2022-03-04T08:00"


def detected(age_group="TU_18", consent="CHUA_HOI", **more) -> Story:
    story = Story("BD", **more)
    story.add("detected", "2022-03-04T08:30", received_at=RECEIVED, age_group=age_group, consent=consent)
    return story


def file(consented="2022-03-10") -> Story:
    story = Story("BD")
    story.add("opened", "2022-03-10T09:00", received_at=RECEIVED, age_group="TU_18")
    if consented:
        story.add("consented", consented, agreed="MA_SO")
    return story


def refusal(track, kind, **facts):
    """The programme a person is sent to, '' when refused without one, None when accepted."""
    for each in getattr(programme("BD"), track).kinds[kind].refusals:
        if each.when(facts):
            return each.route or ""
    return None


@pytest.mark.parametrize(
    ("kind", "facts", "expected"),
    [
        ("detected", {"age_group": "DUOI_16"}, "TE"),
        ("detected", {"age_group": "KHONG_RO", "age": 15}, "TE"),
        ("detected", {"age_group": "TU_16_17"}, None),
        ("detected", {"age_group": "TU_18", "age": 18, "consent": "CO"}, None),
        ("detected", {"age_group": "TU_18", "consent": "TU_CHOI"}, None),
        ("detected", {"age_group": "TU_18", "consent": "TU_CHOI", "named": True}, ""),
        ("detected", {"age_group": "TU_18", "consent": "TU_CHOI", "note": True}, ""),
        ("detected", {"age_group": "TU_18", "consent": "MA_SO", "named": False}, None),
        ("detected", {"age_group": "TU_18", "consent": "MA_SO", "named": True}, ""),
        ("matched", {"age_group": "TU_18", "consent": "MA_SO", "named": True}, ""),
        ("matched", {"age_group": "DUOI_16", "consent": "CO"}, "TE"),
        ("matched", {"age_group": "TU_16_17", "consent": "CO"}, ""),
        ("matched", {"age_group": "TU_18", "age": 17, "consent": "CO"}, ""),
        ("matched", {"age_group": "KHONG_RO", "consent": "CO"}, ""),
        ("matched", {"age_group": "KHONG_RO", "age": 20, "consent": "CO"}, None),
        ("matched", {"age_group": "TU_18", "consent": "TU_CHOI"}, ""),
        ("matched", {"age_group": "TU_18", "consent": "MA_SO"}, None),
    ],
)
def test_the_guards_of_a_detection(kind, facts, expected):
    assert refusal("detection", kind, **facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [({"age": 15}, "TE"), ({"age": 17}, ""), ({"age_group": "TU_16_17"}, ""), ({"age": 18}, None)],
)
def test_no_file_is_opened_under_eighteen(facts, expected):
    assert refusal("case", "opened", **facts) == expected


@pytest.mark.parametrize(
    ("checked", "expected"), [("2022-03-05T07:59", MET), ("2022-03-05T08:01", MISSED), ("2022-03-05", UNKNOWN)]
)
def test_a_person_of_sixteen_or_seventeen_has_a_protection_check_within_a_day(checked, expected):
    story = detected("TU_16_17")
    story.add("protection_checked", checked)
    assert story.verdict("protection_check", LATER, track="detection") == expected
    assert story.all("filed", track="detection") == []


def test_an_age_that_other_ledgers_tell_counts_as_well():
    assert len(detected("KHONG_RO", facts={"age": 17}).all("protection_check", track="detection")) == 1
    assert detected("TU_18", facts={"age": 30}).all("protection_check", track="detection") == []


def test_an_age_learned_at_the_contact_starts_the_check_there():
    story = detected("KHONG_RO")
    story.add("contacted", "2022-03-06T10:00", age_group="TU_16_17", consent="CHUA_HOI")
    assert story.one("protection_check", track="detection").due == datetime(2022, 3, 7, 10)
    assert story.verdict("filed", LATER, track="detection") is None


def test_the_first_contact_within_seven_days_and_the_file_within_fifteen():
    story = detected()
    assert due_day(story.one("contact", track="detection")) == date(2022, 3, 11)
    assert due_day(story.one("filed", track="detection")) == date(2022, 3, 19)
    story.add("contacted", "2022-03-11T17:00", age_group="TU_18", consent="CO")
    assert story.verdict("contact", LATER, track="detection") == MET


@pytest.mark.parametrize(("consent", "band"), [("TU_CHOI", "file_refused"), ("CO", "")])
def test_who_refuses_a_file_is_a_band_beside_the_figure(consent, band):
    span = detected(consent=consent).one("filed", track="detection")
    assert (span.band, span.met) == (band, None)


def test_who_refused_at_first_and_agrees_later_leaves_the_band():
    story = detected(consent="TU_CHOI")
    story.add("matched", "2022-03-15", case="x")
    assert story.one("filed", track="detection").band == ""


@pytest.mark.parametrize(("assessed", "expected"), [("2022-03-19T10:00", MET), ("2022-03-20T10:00", MISSED)])
def test_a_file_is_consent_and_a_needs_check_within_fifteen_days_of_detection(assessed, expected):
    story = file()
    assert story.verdict("file", "2022-03-12") == NOT_DUE
    story.add("assessed", assessed, coercion=0, trafficking=False, needs={})
    assert story.verdict("file", LATER) == expected


@pytest.mark.parametrize(
    ("coercion", "trafficking", "referred", "expected"),
    [
        (0, False, None, "nothing"),
        (1, False, "2022-03-13T09:59", MET),
        (3, False, "2022-03-13T10:01", MISSED),
        (0, True, None, MISSED),
    ],
)
def test_signs_of_coercion_mean_a_referral_within_a_day(coercion, trafficking, referred, expected):
    story = file()
    story.add("assessed", "2022-03-12T10:00", coercion=coercion, trafficking=trafficking, needs={})
    if referred:
        story.add("trafficking_referred", referred)
    if expected == "nothing":
        assert story.all("trafficking") == []
    else:
        assert story.verdict("trafficking", LATER) == expected


def test_supported_means_a_stated_need_was_served_with_proof():
    story = file()
    story.add("assessed", "2022-03-12T10:00", coercion=0, trafficking=False, needs={"NGHE": "yes", "AN_TOAN": "no"})
    story.add("served", "2022-03-20", service="BD-DN", proof="none", needs=["NGHE"])
    story.add("served", "2022-03-20", service="BD-BL", proof="GHI_CHEP", needs=[])
    assert story.one("supported").met is None
    story.add("served", "2022-03-25", service="BD-VL", proof="GHI_CHEP", needs=["NGHE"])
    assert story.verdict("supported", "2022-03-24") == NOT_DUE
    assert story.verdict("supported", LATER) == MET
    assert story.one("supported").detail == "BD-VL"


def test_counselling_alone_is_seen_apart():
    story = file()
    story.add("assessed", "2022-03-12T10:00", coercion=0, trafficking=False, needs={"TAM_LY": "yes"})
    story.add("served", "2022-03-20", service="BD-TV", proof="GHI_CHEP", needs=["TAM_LY"])
    assert story.verdict("supported", LATER) == MET
    assert story.one("supported_beyond").met is None
    story.add("served", "2022-05-20", service="BD-DN", proof="GHI_CHEP", needs=[])
    assert story.verdict("supported_beyond", LATER) == MET


def test_who_refuses_all_support_is_a_band_and_not_supported():
    story = file()
    story.add("refused", "2022-03-20", by="CHINH_NGUOI", all_support=True)
    span = story.one("supported")
    assert (span.band, span.met) == ("support_refused", None)


@pytest.mark.parametrize(("served", "expected"), [("2022-04-09", MET), ("2022-04-10", MISSED)])
def test_the_first_service_within_thirty_days_of_consent(served, expected):
    story = file("2022-03-10")
    story.add("served", served, service="BD-YT", proof="GHI_CHEP", needs=[])
    assert story.verdict("first_service", LATER) == expected


def test_a_review_every_six_months_until_the_closure():
    story = file("2022-03-10")
    assert due_day(story.one("review")) == date(2022, 9, 10)
    story.decide(story.add("closed", "2022-08-01", close_reason="ON_DINH"), "2022-08-02")
    assert story.verdict("review", LATER) is None


def test_nothing_about_health_is_in_clear():
    fields = {f.name: f.store for f in programme("BD").case.kinds["assessed"].fields}
    assert {name for name, store in fields.items() if store == "coded"} == {"coercion", "trafficking", "needs"}
