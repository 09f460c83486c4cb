"""What holds of every history: the algebra of verdicts, time that only runs forward, arrival in any order."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, verdict, worst
from tests.programmes.build import Story

verdicts = st.lists(st.sampled_from([MET, NOT_DUE, MISSED, UNKNOWN, None]), max_size=6)
RANK = {MET: 0, NOT_DUE: 1, UNKNOWN: 2, MISSED: 3}
START = datetime(2022, 1, 20)


@given(verdicts)
def test_worst_is_missed_before_unknown_before_not_due_before_met(parts):
    known = [part for part in parts if part is not None]
    assert worst(parts) == (max(known, key=RANK.__getitem__) if known else None)


@given(verdicts, verdicts)
def test_worst_does_not_care_for_order_repetition_or_grouping(one, other):
    assert worst(one + other) == worst(other + one) == worst([worst(one), worst(other)])
    assert worst([*one, None]) == worst(one) == worst(one + one)


NEEDS = ("AN_TOAN", "TAM_LY", "SUC_KHOE")
SERVICE = {"AN_TOAN": "TE-AT", "TAM_LY": "TE-TL", "SUC_KHOE": "TE-YT"}
need = st.sampled_from(NEEDS)


@st.composite
def histories(draw) -> Story:
    """A child's case with anything in any order, known to the day or the minute."""
    story = Story("TE")
    story.add("opened", START.isoformat(), received_at=START.isoformat(), emergency=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 14))):
        at = START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 60)))
        when = at.date().isoformat() if draw(st.booleans()) else at.isoformat(timespec="minutes")
        _entry(draw, story, draw(st.sampled_from(KINDS)), when)
    return story


KINDS = ("screened", "protected", "assessed", "met", "planned", "served", "refused", "reviewed", "closed", "decided")


def _entry(draw, story: Story, kind: str, when: str) -> None:
    if kind == "decided":
        waiting = [e for e in story.entries if e.kind in ("planned", "closed")]
        if waiting:
            story.decide(draw(st.sampled_from(waiting)), when, draw(st.sampled_from(["approved", "returned"])))
        return
    one = draw(need)
    planned = {"need": one, "service": SERVICE[one], "due": "2022-04-01"}
    coded = {
        "screened": {"emergency": draw(st.booleans())},
        "protected": {"isolation": draw(st.booleans())},
        "assessed": {"needs": {one: draw(st.sampled_from(["yes", "no"]))}},
        "planned": {"start": when[:10], "end": "2022-06-30", "items": [planned]},
        "served": {"service": SERVICE[one], "proof": draw(st.sampled_from(["none", "BIEN_NHAN"])), "needs": [one]},
        "refused": {"by": draw(st.sampled_from(["TRE", "CHA_ME"])), "second_officer": True, "needs": [one]},
        "closed": {"reason": draw(st.sampled_from(["AN_TOAN", "NGUY_CO_THAP"]))},
    }.get(kind, {})  # fmt: skip
    story.add(kind, when, **coded)


TIMES = [START + timedelta(days=day) for day in range(-1, 200, 3)]


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(story, random: Random):
    before = story.fold()
    random.shuffle(story.entries)
    assert story.fold() == before


@settings(deadline=None)
@given(histories())
def test_a_verdict_changes_only_forward(story):
    """Not due, then kept or missed for good, then nothing; a late answer is met only where the file says so."""
    for span in story.fold():
        seen = [verdict(span, t) for t in TIMES]
        turns = [v for n, v in enumerate(seen) if n == 0 or v != seen[n - 1]]
        if turns and turns[0] is None:
            turns = turns[1:]
        assert None not in turns[:-1]
        order = [v for v in turns if v not in (None, UNKNOWN)]
        allowed = [NOT_DUE, MISSED, MET] if span.criterion.late == MET else None
        if allowed:
            assert order == sorted(order, key=allowed.index)
        else:
            assert NOT_DUE not in order[1:]
            assert not {MET, MISSED} <= set(order)


@settings(deadline=None)
@given(histories(), need, st.integers(0, 60))
def test_one_more_service_with_proof_never_worsens_a_need(story, one, day):
    def judged():
        rows = {(s.item, s.detail): s for s in story.all("need")}
        return {key: [verdict(span, t) for t in TIMES] for key, span in rows.items()}

    before = judged()
    when = (START + timedelta(days=day)).date().isoformat()
    story.add("served", when, service=SERVICE[one], proof="BIEN_NHAN", needs=[one])
    after = judged()
    assert before.keys() == after.keys()
    for key, row in before.items():
        for old, new in zip(row, after[key], strict=True):
            assert (old is None) == (new is None)
            assert old is None or RANK[new] <= RANK[old]


@settings(deadline=None)
@given(histories())
def test_a_refusal_never_meets_anything(story):
    refusals = {e.id for e in story.entries if e.kind == "refused"}
    assert not any(span.met_entry in refusals for span in story.fold())


@settings(deadline=None)
@given(histories())
def test_unknown_is_never_met_and_a_day_never_answers_an_hour_clock(story):
    precision = {e.id: e.precision for e in story.entries}
    for span in story.fold():
        if span.met is not None and span.criterion.code == "emergency" and precision[span.met_entry] == "day":
            assert MET not in {verdict(span, t) for t in TIMES}
