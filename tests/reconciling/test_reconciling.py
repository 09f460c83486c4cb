"""A register held against the files, through the services: what is concluded, answered, undone, reported, excluded."""

from dataclasses import replace
from datetime import datetime

import pytest

from casemgr.access.policy import ALL, Actor, Grant
from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.people.rules import Birth
from casemgr.reconciling import queries, services
from casemgr.reconciling.rules import DETECTED, LATER, NOT_SAME, PERSON, SAME, UNDONE
from casemgr.refused import Refused
from casemgr.registers import rows as stored
from tests.reconciling.conftest import (
    BE,
    CHILD,
    DISTRICT,
    KHA,
    NEIGHBOUR,
    NOW,
    NUMBER,
    PROVINCE,
    UNIT,
    compare,
    filed,
    known,
    on,
    received,
    row,
    state,
)  # fmt: skip

LATER_ON = datetime(2022, 7, 6)
pytestmark = pytest.mark.usefixtures("sound")


def counts(session, register) -> dict:
    """How many rows stand where, for somebody who sees everything; what is none is left out."""
    units = frozenset({UNIT, NEIGHBOUR, DISTRICT, PROVINCE})
    actor = Actor(register, "x", (Grant("supervisor", units, ALL, frozenset({UNIT, NEIGHBOUR}), PROVINCE),))
    found = stored.get(session, register)
    return {k: n for k, n in queries.counts(session, found, queries.in_scope(actor, found), LATER_ON).items() if n}


def test_every_row_stands_somewhere(session):
    filed(session, **BE, identifiers=NUMBER)
    known(session, **KHA)
    register = received(
        session,
        row(2, name="NGUYỄN THỊ BÉ", identifiers=NUMBER),  # has a file
        row(3, name="Néang Sóc Kha", sex="nu", birth=Birth(2011, 8, 15), mother="Néang Sa Rươn"),  # known, no file
        row(4, name="NEANG SOC KHA", birth=Birth(2010), sex="nu", mother="Néang Sa Rươn"),  # doubtful
        row(5, name="Lâm Quốc Tuấn", birth=Birth(2009)),  # nobody
        row(6, name="Nguyễn Thị Bé", identifiers=NUMBER, day=datetime(2022, 3, 9)),  # the first row once more
        row(7, name="Nguyễn Thị Bé", identifiers=NUMBER, day=datetime(2022, 3, 10), same_as=6),
    )
    assert counts(session, register) == {"uncompared": 6}
    assert compare(session, register) == 6
    assert counts(session, register) == {"filed": 1, "unfiled": 2, "unsure": 1, "twice": 2}
    assert [state(session, register, n).same_as for n in (6, 7)] == [2, 6]


def test_a_doubtful_pair_is_answered_and_the_answer_undone(session):
    person, _detected, _number = filed(session, **KHA)
    register = received(session, row(2, name="NEANG SOC KHA", birth=Birth(2010), mother="Néang Sa Rươn"))
    compare(session, register)
    found, who = stored.get(session, register), (PERSON, person)
    assert [each.who for each in state(session, register, 2).near] == [who]
    services.answer(session, found, 2, LATER, None, on())
    assert (state(session, register, 2).later, counts(session, register)) == (True, {"unsure": 1})
    services.answer(session, found, 2, SAME, who, on())
    assert counts(session, register) == {"filed": 1}
    compare(session, register)  # a machine does not overrule a human
    services.answer(session, found, 2, UNDONE, None, on())
    assert counts(session, register) == {"unsure": 1}
    services.answer(session, found, 2, NOT_SAME, who, on())
    assert (counts(session, register), state(session, register, 2).by) == ({"unfiled": 1}, "human")
    with pytest.raises(Refused):
        services.answer(session, found, 2, SAME, who, on())  # from a page that is no longer right
    twice = on()
    services.answer(session, found, 2, LATER, None, twice)
    services.answer(session, found, 2, LATER, None, twice)
    assert len(state(session, register, 2).turns) == 5


def test_not_the_same_is_remembered_in_other_registers(session):
    person, _detected, _number = filed(session, **KHA)
    doubtful = {"name": "NEANG SOC KHA", "birth": Birth(2010), "mother": "Néang Sa Rươn"}
    first = received(session, row(2, **doubtful))
    compare(session, first)
    services.answer(session, stored.get(session, first), 2, NOT_SAME, (PERSON, person), on())
    second = received(session, row(8, **doubtful), row(9, **(doubtful | {"mother": ""})), source="GIAO_DUC")
    compare(session, second)
    assert [state(session, second, n).said for n in (8, 9)] == ["nobody", "look"]


def test_a_row_without_a_file_becomes_a_detection_with_the_receipt_of_its_source(session):
    person = known(session, **KHA)
    register = received(session, row(2, name=KHA["name"], birth=KHA["birth"], mother=KHA["mother"], sex="nu"))
    compare(session, register)
    found = stored.get(session, register)
    made = services.report_row(session, found, 2, unit=UNIT, values=CHILD, on=on(), worker="worker-2")
    detected = detections.find(session, made[1])
    assert (detected.received_at, detected.received_precision) == (datetime(2022, 3, 4), "day")
    assert (detected.beneficiary, detected.worker, detected.status) == (person, "worker-2", "pending")
    assert counts(session, register) == {"unfiled": 1}
    with pytest.raises(Refused):
        services.report_row(session, found, 2, unit=UNIT, values=CHILD, on=on())
    by = detections.By("worker", UNIT, NOW, (NOW, "minute"))
    detections.verify(session, made[0], "substantiated", "Đã gặp trẻ", by)
    detections.open_file(session, made[0], by)
    assert counts(session, register) == {"filed": 1}


def test_somebody_detected_and_not_registered_is_no_new_detection(session):
    at = datetime(2022, 3, 6, 9, 0)
    seen = Seen(name="Lâm Quốc Tuấn", sex="nam", birth=Birth(2009, 2, 3))
    report = detections.Report((at, "minute"), source="TRUONG_HOC", persons=[(seen, CHILD)])
    subject = detections.report(session, "TE", report, author="worker", unit=UNIT, now=at).detected[0][0]
    register = received(session, row(2, name="LÂM QUỐC TUẤN", sex="nam", birth=Birth(2009, 2, 3)))
    compare(session, register)
    assert (state(session, register, 2).who, counts(session, register)) == ((DETECTED, subject), {"unfiled": 1})
    with pytest.raises(Refused):
        services.report_row(session, stored.get(session, register), 2, unit=UNIT, values=CHILD, on=on())


def test_an_exclusion_counts_once_approved_above(session):
    register = received(session, row(2, name="Lâm Quốc Tuấn", birth=Birth(2009)))
    compare(session, register)
    found = stored.get(session, register)
    for reason, document, field in (("?", "12/CV", "reason"), ("NGOAI_DIA_BAN", "", "document")):
        with pytest.raises(Refused) as refused:
            services.ask_exclusion(session, found, 2, reason, document, "", on())
        assert refused.value.field == field
    services.ask_exclusion(session, found, 2, "NGOAI_DIA_BAN", "12/CV-UBND", "Ở tỉnh khác", on())
    assert counts(session, register) == {"unfiled": 1}
    asked = state(session, register, 2).asked
    decide = lambda by: services.decide(session, found, 2, asked.id, "approved", "", by, UNIT)  # noqa: E731
    for by in (on("worker", DISTRICT), on("chair", UNIT)):  # neither its author, nor the unit that is measured
        with pytest.raises(Refused):
            decide(by)
    decide(on("district", DISTRICT))
    assert counts(session, register) == {"not_counted": 1}


def test_a_dispute_is_answered_and_stays(session):
    register = received(session, row(2, name="Lâm Quốc Tuấn", birth=Birth(2009)))
    compare(session, register)
    found = stored.get(session, register)
    services.dispute(session, found, 2, "Trẻ đã chuyển đi từ năm 2021", on())
    assert counts(session, register) == {"disputed": 1}
    asked = state(session, register, 2).dispute
    with pytest.raises(Refused) as refused:
        services.decide(session, found, 2, asked.id, "returned", "", on("district", DISTRICT), UNIT)
    assert refused.value.field == "note"
    services.decide(session, found, 2, asked.id, "returned", "Giữ nguyên", on("district", DISTRICT), UNIT)
    assert counts(session, register) == {"unfiled": 1}
    assert [turn.kind for turn in state(session, register, 2).turns] == ["disputed", "decided"]


def test_an_excluded_detection_takes_its_row_along(session):
    person, subject, _number = filed(session, **BE, identifiers=NUMBER)
    register = received(session, row(2, name=BE["name"], identifiers=NUMBER))
    compare(session, register)
    by = detections.By("worker", UNIT, NOW, (NOW, "minute"))
    asked = detections.ask_exclusion(session, subject, "HA_MUC", "9/CV", "", by)
    above = replace(by, author="district", unit=DISTRICT)
    detections.decide(session, subject, asked.id, "approved", "", above)
    assert counts(session, register) == {"not_counted": 1}


def test_who_is_known_only_through_a_hidden_group_is_never_matched(session):
    at = datetime(2022, 3, 1, 9, 0)
    woman = {"name": "Lê Thị Hoa", "sex": "nu", "birth": Birth(1990, 1, 2), "mother": "Trần Thị Sáu", "home": UNIT}
    person = known(session, **woman, identifiers=NUMBER)
    seen = Seen(name=woman["name"], sex="nu", birth=woman["birth"], beneficiary=person)
    values = {"reached": "TU_TIM_DEN", "age_group": "TU_18", "consent": "CO", "subgroup": "TU_NGUYEN"}
    report = detections.Report((at, "minute"), persons=[(seen, values)])
    detections.report(session, "BD", report, author="worker", unit=UNIT, now=at)
    list_of_police = received(
        session, row(2, name=woman["name"], identifiers=NUMBER), source="CONG_AN_NGHIEN", programme="MT"
    )
    compare(session, list_of_police)
    assert state(session, list_of_police, 2).said == "nobody"
    coded = received(session, row(2, name=""), programme="BD", source="TO_TIEP_CAN", named=False)
    with pytest.raises(Refused):
        compare(session, coded)
