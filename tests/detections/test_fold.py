"""The fold of a detected person, without a database: by examples, and over random histories."""

import functools
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from casemgr.cases.verdicts import FOREVER
from casemgr.detections import drafts
from casemgr.detections.drafts import Seen
from casemgr.detections.reports import Report, batches
from casemgr.detections.rules import STATUSES, age_on, earlier, fold, for_case, read_moment, standing, write_moment
from casemgr.detections.verdicts import judge, segments
from casemgr.ledger.rules import VOIDED, Draft, Entry, canonical, effective
from casemgr.people.rules import Birth
from casemgr.programmes import FOLDER
from casemgr.programmes.loader import load_folder
from casemgr.refused import Refused
from casemgr.units.calendar import vietnam_calendar

UNIT, ABOVE = "30544-20210101", "891-20210101"
SUBJECT, INCIDENT = UUID(int=1), UUID(int=2)
RECEIVED = datetime(2022, 3, 4, 17, 15)
NOW = datetime(2022, 6, 1)
CHILD = {"level": "BI_XAM_HAI", "harm": ["BL"], "emergency": False}


@functools.cache
def programme(code="TE"):
    return load_folder(Path(FOLDER))[code]


@functools.cache
def calendar():
    return vietnam_calendar(range(2021, 2024), (), ())


def stored(made: list[Draft]) -> list[Entry]:
    """Entries as the ledger would keep them, without its seals."""
    return [
        Entry(
            SUBJECT, n, d.id or UUID(int=1000 + n), d.kind, d.occurred_at, d.precision, d.recorded_at, d.author, d.unit,
            d.coded, canonical(d.coded), None, d.definition, d.voids, b"", b"", b"",
        )
        for n, d in enumerate(made, start=1)
    ]  # fmt: skip


def on(at: datetime, author="worker", unit=UNIT, n: int = 0) -> dict:
    where = {"author": author, "unit": unit, "now": max(NOW, at), "occurred": (at, "minute")}
    return where | ({"entry_id": UUID(int=n)} if n else {})


def detected(seen=None, values=None, received=(RECEIVED, "minute"), code="TE") -> Draft:
    return drafts.detected_draft(
        programme(code), seen or Seen(birth=Birth(2011), sex="nu"), CHILD if values is None else values,
        number="PH-234-567", incident=INCIDENT, received=received, author="worker", unit=UNIT, now=NOW,
        source="CONG_AN", entry_id=UUID(int=10),
    )  # fmt: skip


def state(*made: Draft, code="TE"):
    return fold(programme(code), effective(stored(list(made))), calendar(), 2023)


def verified(at, outcome="substantiated", n=20) -> Draft:
    return drafts.step_draft(programme(), "verified", {"outcome": outcome, "note": "x"}, **on(at, n=n))


def decided(at, target, about, outcome="approved", n=0) -> Draft:
    note = "" if outcome == "approved" else "x"
    return drafts.decided_draft(programme(), UUID(int=target), about, outcome, note, **on(at, "chief", ABOVE, n))


def excluded(at, n) -> Draft:
    return drafts.excluded_draft(programme(), "NGOAI_DIA_BAN", "CV 12", "", **on(at, n=n))


def matched(at) -> Draft:
    return drafts.matched_draft(programme(), UUID(int=77), "HS-234-567", beneficiary=UUID(int=78), **on(at))


def told(at, received: str) -> Draft:
    fact = {"fact": "received", "received_at": received}
    return drafts.told_draft(programme(), fact, author="worker", unit=UNIT, now=at)


def test_a_detection_alone():
    found = state(detected())
    assert (found.status, found.number, found.unit, found.incident) == ("pending", "PH-234-567", UNIT, INCIDENT)
    assert (found.facts["age"], found.counted, found.emergency, found.worker) == (10, True, False, None)
    assert found.received == (RECEIVED, "minute")
    told_on = for_case(SUBJECT, found.facts)
    assert told_on["received_at"] == "2022-03-04T17:15"
    assert set(told_on) == {"detected", "incident", "received_at", "emergency", "level", "harm", "age"}


def test_the_verdict_waits_for_the_verification_as_long_as_its_clock_runs():
    cuts = [(s.start, s.verdict, s.steps) for s in segments(state(detected()))]
    assert cuts == [(RECEIVED, "pending", "n---"), (datetime(2022, 3, 10), "missed", "x---")]
    late = segments(state(detected(), verified(datetime(2022, 3, 11, 9))))
    assert [(s.start, s.verdict) for s in late] == [
        (RECEIVED, "pending"),
        (datetime(2022, 3, 10), "missed"),
        (datetime(2022, 3, 11, 9), "not_due"),
        (datetime(2022, 3, 16), "missed"),
    ]


def test_an_emergency_without_a_file_is_not_in_time():
    urgent = detected(values=CHILD | {"emergency": True})
    found = state(urgent, verified(RECEIVED + timedelta(hours=1)))
    assert judge(found, RECEIVED + timedelta(hours=12))[:2] == ("not_due", "n--n")
    assert judge(found, RECEIVED + timedelta(hours=13))[:2] == ("missed", "n--x")


def test_a_day_alone_leaves_an_hour_clock_unknown():
    day = (datetime(2022, 3, 4), "day")
    urgent = detected(values=CHILD | {"emergency": True}, received=day)
    found = state(urgent, verified(datetime(2022, 3, 5, 9)))
    assert judge(found, datetime(2022, 3, 6))[:2] == ("unknown", "n--u")


def test_once_matched_it_counts_no_more():
    found = state(detected(), matched(datetime(2022, 3, 5)))
    assert (found.status, found.case, found.case_number) == ("matched", UUID(int=77), "HS-234-567")
    assert found.beneficiary == UUID(int=78)
    assert segments(found) == []


def test_exclusions_turn_on_the_decision_and_back():
    asked = excluded(datetime(2022, 3, 5), 30)
    approved = decided(datetime(2022, 3, 8), 30, "excluded")
    back = drafts.included_draft(programme(), "x", **on(datetime(2022, 3, 9), "chief", ABOVE))
    assert state(detected(), asked).waiting[0].kind == "excluded"
    found = state(detected(), asked, approved, back)
    at = [judge(found, datetime(2022, 3, day, 12))[0] for day in (7, 8, 9)]
    assert at == ["pending", "excluded", "pending"]
    refused = state(detected(), asked, decided(datetime(2022, 3, 8), 30, "excluded", "returned"))
    assert (refused.status, refused.waiting) == ("pending", [])


def test_a_voided_step_leaves_no_trace():
    step = verified(datetime(2022, 3, 7))
    void = Draft(VOIDED, NOW, "minute", "worker", UNIT, NOW, {"reason": "wrong_data"}, voids=step.id)
    assert segments(state(detected(), step, void)) == segments(state(detected()))
    gone = Draft(VOIDED, NOW, "minute", "worker", UNIT, NOW, {"reason": "wrong_file"}, voids=UUID(int=10))
    assert state(detected(), gone) is None


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (Birth(2006, 3, 4), date(2022, 3, 4), 16),
        (Birth(2006, 3, 5), date(2022, 3, 4), 15),
        (Birth(2006, 3), date(2022, 3, 30), 15),
        (Birth(2006, 2), date(2022, 3, 4), 16),
        (Birth(2006), date(2022, 12, 30), 15),
        (Birth(2006), date(2022, 12, 31), 16),
        (Birth(2024, 2, 29), date(2025, 2, 28), 0),
        (None, date(2022, 3, 4), None),
    ],
)
def test_in_doubt_somebody_is_younger(birth, day, age):
    assert age_on(birth, day) == age


def test_the_source_comes_first_or_not_at_all():
    early, late = (datetime(2022, 3, 4, 9), "minute"), (datetime(2022, 3, 4, 18), "minute")
    assert drafts.receipt(late, early, NOW) == early
    assert drafts.receipt(late, (datetime(2022, 3, 4), "day"), NOW) == (datetime(2022, 3, 4), "day")
    with pytest.raises(Refused):
        drafts.receipt(early, late, NOW)
    with pytest.raises(Refused):
        drafts.receipt((datetime(2022, 3, 1), "month"), None, NOW)


def test_a_report_names_the_person_whose_field_is_wrong():
    people = [(Seen(), CHILD), (Seen(age=200), CHILD)]
    report = Report((RECEIVED, "minute"), source="CONG_AN", persons=people)
    where = {"number": "VV-222-222", "numbers": ["PH-222-222", "PH-222-223"]}
    with pytest.raises(Refused) as refused:
        batches(programme(), report, **where, author="worker", unit=UNIT, now=NOW)
    assert refused.value.field == "p2_age"


# --- random histories -----------------------------------------------------------------------------------------------

moments = st.integers(0, 60 * 24 * 60).map(lambda minutes: RECEIVED + timedelta(minutes=minutes))
OUTCOMES = st.sampled_from(["substantiated", "unsubstantiated"])
DECISIONS = st.sampled_from(["approved", "returned"])


@st.composite
def histories(draw):
    """A detection and what may happen to it, each step with an id of its own, in the order of arrival."""
    made = [detected(values=CHILD | {"emergency": draw(st.booleans())})]
    for n in range(100, 100 + draw(st.integers(0, 6))):
        at = draw(moments)
        kind = draw(st.sampled_from(["verified", "excluded", "included", "taken", "told", "matched", "duplicate"]))
        if kind == "verified":
            outcome = draw(OUTCOMES)
            made.append(verified(at, outcome, n))
            if outcome == "unsubstantiated" and draw(st.booleans()):
                made.append(decided(max(at, draw(moments)), n, "verified", draw(DECISIONS), n + 500))
        elif kind == "excluded":
            made.append(excluded(at, n))
            if draw(st.booleans()):
                made.append(decided(max(at, draw(moments)), n, "excluded", draw(DECISIONS), n + 500))
        elif kind == "included":
            made.append(drafts.included_draft(programme(), "x", **on(at, "chief", ABOVE, n)))
        elif kind == "taken":
            made.append(drafts.taken_draft(programme(), f"w-{n}", **on(at, n=n)))
        elif kind == "duplicate":
            made.append(drafts.duplicate_draft(programme(), UUID(int=5), "PH-222-222", "x", **on(at, n=n)))
        elif kind == "matched":
            made.append(drafts.matched_draft(programme(), UUID(int=77), "HS-234-567", **on(at, n=n)))
        else:
            made.append(told(at, write_moment((RECEIVED - timedelta(days=draw(st.integers(1, 9))), "minute"))))
    return made


QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(histories())
def test_segments_cover_all_time_once_and_say_what_is_judged(made):
    found = state(*made)
    assert found.status in STATUSES
    cuts = segments(found)
    if found.case is not None:
        assert cuts == []
        return
    assert cuts[0].start == found.received[0]
    assert cuts[-1].end == FOREVER
    for before, after in zip(cuts, cuts[1:], strict=False):
        assert before.end == after.start
        assert before[3:6] != after[3:6]
    for cut in cuts:
        middle = cut.start + min(cut.end - cut.start, timedelta(hours=1)) / 2
        for t in (cut.start, middle):
            assert judge(found, t) == (cut.verdict, cut.steps, cut.band)


@QUICK
@given(histories(), st.randoms())
def test_the_order_of_arrival_does_not_change_the_fold(made, random):
    shuffled = made[1:]
    assume(all(d.id is not None for d in shuffled))
    random.shuffle(shuffled)
    one, other = state(*made), state(made[0], *shuffled)
    assert segments(one) == segments(other)
    assert (one.status, one.case, one.excluded) == (other.status, other.case, other.excluded)


@QUICK
@given(histories(), moments)
def test_nothing_later_changes_what_stood_before(made, t):
    """A figure through a day does not move by what happens after it, unless a receipt is told or a file linked."""
    assume(all(d.kind not in ("told", "matched") for d in made))
    before = [d for d in made if d.occurred_at <= t]
    assert judge(state(*made), t) == judge(state(*before), t)
    assert standing(state(*made), t) == standing(state(*before), t)


@given(moments, moments, st.booleans(), st.booleans())
def test_earlier_is_an_order(a, b, fine_a, fine_b):
    one, other = (a, "minute" if fine_a else "day"), (b, "minute" if fine_b else "day")
    assert not (earlier(one, other) and earlier(other, one))
    assert read_moment(write_moment((a, "minute"))) == (a, "minute")
    assert read_moment(write_moment((a, "day")))[1] == "day"
