"""How each commune writes: the numbers in which a figure that is made to look good would show."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.audit import habits
from casemgr.cases.models import CaseFile, CaseSpan
from casemgr.detections import services
from casemgr.detections.drafts import Seen
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.models import LedgerEntry
from casemgr.programmes import programmes
from tests.detections.conftest import ABOVE, CHILD, UNIT, by, report
from tests.ledger.build import draft
from tests.pages import text_of

COMMUNE = "30547-20210101"
YEAR = datetime(2022, 1, 1), datetime(2022, 12, 31)


def test_habits_stand_beside_each_other(place, auditor):
    page = auditor.get("/audit/habits?group=4")
    assert "Từ 01/10/2022 đến 31/12/2022" in text_of(page)  # the last period that is over
    page = auditor.get("/audit/habits?group=4&period=nam")
    assert "Từ 01/01/2022 đến 31/03/2022" in text_of(auditor.get("/audit/habits?group=4&period=quy-1"))
    assert "Đúng hạn: theo ngày thực hiện" in text_of(page)
    rows = habits.habits(place, "TE", {COMMUNE}, datetime(2022, 1, 1), datetime(2022, 12, 31))
    (one,) = rows
    written = [e for _s, own in ledger.replay(place, "case") for e in own]
    struck = {e.voids for e in written}
    served = [
        e for e in written
        if e.kind == "served" and e.unit == COMMUNE and e.definition.startswith("TE@") and e.id not in struck
        and datetime(2022, 1, 1) <= e.recorded_at <= datetime(2022, 12, 31, 23, 59, 59)
    ]  # fmt: skip
    assert one.services == len(served)
    assert one.proven == sum(e.coded.get("proof") not in ("none", "GHI_CHEP") for e in served)
    assert 0 < one.proven < one.services
    assert one.by_record <= one.by_date <= one.kept
    assert auditor.get("/audit/habits?group=9").status_code == 404


def test_a_level_put_below_its_answers_is_counted_and_one_put_above_is_not(place, auditor):
    subject = place.scalar(sa.select(CaseFile.subject).where(CaseFile.programme == "TE").limit(1))
    low = {"emergency": False, "a1": "T", "a2": "T", "a3": "T", **dict.fromkeys(("b1", "b2", "b3", "b4", "b5"), "C")}
    answers = [
        (low | {"a1": "C"}, "TRUNG_BINH", True),
        (low | {"emergency": True}, "THAP", True),
        (low, "CAO", False),
        (low, "TRUNG_BINH", False),
        (low, "THAP", False),
        (low | {"a1": "C"}, None, False),
    ]
    before = {h.unit: h.lowered for h in habits.habits(place, "TE", {COMMUNE}, *YEAR)}
    for n, (coded, level, _lowered) in enumerate(answers):
        told = coded | ({"risk_override": level, "risk": level} if level else {})
        definition = programmes()["TE"].definition
        ledger.append(place, subject, [draft("screened", n, unit=COMMUNE, coded=told, definition=definition)])
    (one,) = habits.habits(place, "TE", {COMMUNE}, *YEAR)
    assert one.lowered - before[COMMUNE] == sum(lowered for *_rest, lowered in answers)


def test_people_left_out_are_held_against_those_who_came_up(place):
    """Of nine reported: one at risk only, two excluded, one without grounds, one the same as another; one of last year."""

    def reported(count: int, level="BI_XAM_HAI", received="2022-03-04T17:15"):
        made = report(
            place, *[Seen(name="Nguyễn Thị Bé", sex="nu")] * count, received=received, values=CHILD | {"level": level}
        )
        return [subject for subject, _number in made.detected]

    children = reported(7)
    reported(1, level="CO_NGUY_CO")
    reported(1, received="2021-12-20T09:00")
    for subject in children[:2]:
        asked = services.ask_exclusion(place, subject, "NGOAI_DIA_BAN", "CV 12, 05/3/2022", "", by("2022-03-05"))
        services.decide(place, subject, asked.id, "approved", "", by("2022-03-08", "chief", ABOVE))
    asked = services.verify(place, children[2], "unsubstantiated", "Không có việc", by("2022-03-07"))
    services.decide(place, children[2], asked.id, "approved", "", by("2022-03-08", "chief", ABOVE))
    number = place.scalar(sa.select(Detected.number).where(Detected.subject == children[4]))
    asked = services.mark_duplicate(place, children[3], number, "Cùng cháu, cùng việc", by("2022-03-09"))
    services.decide(place, children[3], asked.id, "approved", "", by("2022-03-10", "above", ABOVE))
    place.commit()

    (one,) = habits.habits(place, "TE", {UNIT}, *YEAR)
    assert (one.detections, one.outside) == (8, 1)
    assert (one.counted, one.excluded, one.unfounded) == (6, 2, 1)
    share = {m.code: m.of(one) for m in habits.MEASURES}
    assert (share["outside"], share["excluded"], share["unfounded"]) == (1 / 8, 2 / 6, 1 / 6)


def test_what_was_struck_through_is_no_service_no_refusal_and_no_lowered_level(place, auditor):
    def of(one):
        return one.services, one.proven, one.refusals, one.lowered

    subject = place.scalar(sa.select(CaseFile.subject).where(CaseFile.programme == "TE").limit(1))
    (before,) = habits.habits(place, "TE", {COMMUNE}, *YEAR)
    about = {"unit": COMMUNE, "definition": programmes()["TE"].definition}
    low = {"emergency": False, "a1": "C", "risk_override": "THAP", "risk": "THAP"}
    wrong = [
        draft("served", 1, coded={"service": "TE-TL", "needs": [], "proof": "BIEN_NHAN"}, **about),
        draft("refused", 2, coded={"need": "TAM_LY", "needs": ["TAM_LY"], "by": "TRE"}, **about),
        draft("screened", 3, coded=low, **about),
    ]
    written = ledger.append(place, subject, wrong)
    (between,) = habits.habits(place, "TE", {COMMUNE}, *YEAR)
    assert of(between) == tuple(number + 1 for number in of(before))
    ledger.append(
        place, subject, [draft("voided", 9, voids=e.id, coded={"reason": "wrong_data"}, **about) for e in written]
    )
    (after,) = habits.habits(place, "TE", {COMMUNE}, *YEAR)
    assert of(after) == of(before)


def test_a_level_that_the_list_does_not_know_any_more_is_passed_over(place, auditor):
    subject = place.scalar(sa.select(CaseFile.subject).where(CaseFile.programme == "TE").limit(1))
    old = {"emergency": False, "a1": "C", "risk_override": "RAT_THAP", "risk": "RAT_THAP"}
    definition = programmes()["TE"].definition
    ledger.append(place, subject, [draft("screened", 1, unit=COMMUNE, coded=old, definition=definition)])
    place.commit()
    assert auditor.get("/audit/habits?group=4&period=nam").status_code == 200


@pytest.mark.parametrize(("code", "steps"), [("TE", {"timely"}), ("BD", {"file", "supported"}), ("NCC", {"file"})])
def test_time_is_kept_in_the_steps_that_go_by_the_clock(app, code, steps):
    with app.app_context():
        assert {step.code for step in programmes()[code].steps if step.timely} == steps


def test_kept_promises_of_a_household_are_those_of_its_file_not_of_its_standard(place, auditor):
    """The last step of that programme knows no clock."""
    spans = [
        s for s in place.scalars(sa.select(CaseSpan).where(CaseSpan.programme == "NCC", CaseSpan.criterion == "file"))
        if s.met_entry and s.due and s.arises.year == 2022
    ]  # fmt: skip
    entries = {e.id: e for e in place.scalars(sa.select(LedgerEntry))}
    rows = habits.habits(place, "NCC", {COMMUNE, UNIT}, *YEAR)
    assert sum(h.kept for h in rows) == len(spans) > 0
    assert sum(h.by_date for h in rows) == sum(s.met <= s.due for s in spans) > 0
    late = [s for s in spans if s.met <= s.due < entries[s.met_entry].recorded_at]
    assert sum(h.by_record for h in rows) == sum(s.met <= s.due for s in spans) - len(late)


def test_what_is_far_from_the_others_is_marked_where_there_is_enough_of_it():
    calm = [habits.Habits(f"u{n}", cases=10, needs=20, services=10, proven=9, entries=50, burst=5) for n in range(4)]
    odd = habits.Habits("odd", cases=10, needs=9, refusals=4, services=10, proven=4, entries=50, burst=11)
    few = habits.Habits("few", cases=2, needs=1, refusals=2, entries=2, burst=2)
    middle = habits.usual([*calm, odd, few])
    assert middle["needs"] == 2
    assert habits.odd(odd, middle) == {"needs", "refusals", "proven", "burst"}
    assert habits.odd(few, middle) == set()
    assert not any(habits.odd(one, middle) for one in calm)
    assert habits.usual([]) == dict.fromkeys((m.code for m in habits.MEASURES), None)
