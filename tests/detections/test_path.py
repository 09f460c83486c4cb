"""The path of detected persons through the services: reported, verified, filed; and every other way it may end."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from casemgr import vault
from casemgr.cases import services as cases
from casemgr.cases.entries import ProgrammeRefusal
from casemgr.cases.models import CaseFile, CaseSpan, Verdict
from casemgr.detections import services
from casemgr.detections.drafts import Reporter, Seen
from casemgr.detections.models import Detected, Incident
from casemgr.ledger.models import LedgerEntry
from casemgr.ledger.services import EntryConflict, Stale, entries, read_sealed
from casemgr.people import services as people
from casemgr.people.rules import Birth
from casemgr.refused import Refused
from tests.detections.conftest import ABOVE, BE, CHILD, UNIT, at, by, report, row_of, verdicts

pytestmark = pytest.mark.usefixtures("sound")


def test_a_child_is_reported_verified_and_filed(session):
    made = report(session)
    subject, number = made.detected[0]
    row = services.find(session, number)
    assert (row.status, row.counted, row.age, row.incident) == ("pending", True, 10, made.incident)
    # Received on a Friday; three working days run out on Wednesday.
    assert verdicts(session, "2022-03-09T23:59:59") == [("pending", "n---", "")]
    assert verdicts(session, "2022-03-10T00:00:00") == [("missed", "x---", "")]

    services.verify(session, subject, "substantiated", "Đã gặp trẻ", by("2022-03-07"))
    assert verdicts(session, "2022-03-10T00:00:00") == [("not_due", "n---", "")]
    assert verdicts(session, "2022-03-20T00:00:00") == [("missed", "x---", "")]

    person = {"name": "Nguyễn Thị Bé", "sex": "nu", "birth": Birth(2011)}
    opened = services.open_file(session, subject, by("2022-03-08T09:00"), person=person)
    row = row_of(session, subject)
    assert (row.status, row.case_subject, row.case_number) == ("matched", opened.case, opened.number)
    assert row.next_due is None
    # The file has taken over: the detection has no verdict of its own any more.
    assert session.scalars(sa.select(Verdict.subject).distinct()).all() == [opened.case]
    assert session.scalar(sa.select(sa.func.count()).where(CaseSpan.subject == subject, CaseSpan.pending)) == 0
    case = session.scalar(sa.select(CaseFile))
    assert case.beneficiary == row.beneficiary
    first = entries(session, opened.case)[0].coded
    assert (first["age"], first["received_at"], first["detected"]) == (10, "2022-03-04T17:15", subject.hex)
    session.commit()


def test_the_source_s_own_receipt_time_wins(session):
    made = report(session, source="CONG_AN", source_received=at("2022-03-04T09:30"))
    row = services.find(session, made.detected[0][1])
    assert (row.received_at, row.received_precision) == (datetime(2022, 3, 4, 9, 30), "minute")
    with pytest.raises(Refused) as refused:
        report(session, source="CONG_AN", source_received=at("2022-03-04T17:30"))
    assert refused.value.field == "source_received"


def test_an_emergency_has_hours_and_a_day_alone_leaves_them_unknown(session):
    urgent = CHILD | {"emergency": True}
    subject = report(session, values=urgent).detected[0][0]
    spans = {s.criterion: s for s in session.scalars(sa.select(CaseSpan).where(CaseSpan.subject == subject))}
    assert spans["taken"].due == datetime(2022, 3, 4, 18, 15)
    assert spans["emergency_open"].due == datetime(2022, 3, 5, 5, 15)
    assert row_of(session, subject).next_due == datetime(2022, 3, 4, 18, 15)
    services.take(session, subject, "worker-2", by("2022-03-04T17:40"))
    row = row_of(session, subject)
    assert (row.worker, row.taken_at, row.next_due) == (
        "worker-2", datetime(2022, 3, 4, 17, 40), datetime(2022, 3, 5, 5, 15)
    )  # fmt: skip

    vague = report(session, received="2022-03-04", values=urgent).detected[0][0]
    found = session.scalars(sa.select(CaseSpan).where(CaseSpan.subject == vague, CaseSpan.due_missing)).all()
    assert {s.criterion for s in found} == {"taken", "emergency_open"}


def test_the_same_form_sent_twice_is_one_report_and_another_content_is_refused(session):
    token = uuid4()
    first = report(session, token=token, reporter=Reporter("Trần Văn Ba", "0912345678", agreed=True))
    again = report(session, token=token, reporter=Reporter("Trần Văn Ba", "0912345678", agreed=True))
    assert first == again
    assert session.scalar(sa.select(sa.func.count()).select_from(Detected)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 3
    with pytest.raises(EntryConflict):
        report(session, token=token, received="2022-03-04T16:00")


def test_an_incident_has_several_persons_and_several_reports(session):
    made = report(session, BE, Seen(sex="nam", age=5))
    assert len(made.detected) == 2
    filed, waiting = (subject for subject, _number in made.detected)
    opened = services.open_file(session, filed, by("2022-03-05"), person={"name": "Nguyễn Thị Bé"})

    # The police had heard of it two days before: everybody in the incident is told, and the file.
    later = report(session, Seen(name="Út"), received="2022-03-02T08:00", incident=made.incident, source="CONG_AN")
    assert later.number == made.number
    for subject in (filed, waiting):
        assert row_of(session, subject).received_at == datetime(2022, 3, 2, 8, 0)
    state, _entries = cases.state(session, opened.case)
    assert state.items[0].received_at == datetime(2022, 3, 2, 8, 0)
    incident = session.scalar(sa.select(Incident))
    assert (incident.reports, incident.received_at) == (2, datetime(2022, 3, 2, 8, 0))
    assert len(services.detected_in(session, made.incident)) == 3

    # A later report changes nothing; a report of a known incident needs no new person.
    what = services.Report(at("2022-03-09T08:00"), source="NGUOI_DAN", incident=made.incident)
    services.report(session, "TE", what, author="worker", unit=UNIT, now=datetime(2022, 3, 9, 9))
    assert row_of(session, waiting).received_at == datetime(2022, 3, 2, 8, 0)
    with pytest.raises(Refused):
        services.report(session, "MT", what, author="worker", unit=UNIT, now=datetime(2022, 3, 9, 9))


def test_the_reporter_is_a_record_of_its_own_and_only_with_consent(session):
    made = report(session, reporter=Reporter("Trần Văn Ba", "0912345678", agreed=True))
    told = entries(session, made.incident)[0]
    assert read_sealed(session, [told]) == {}
    given = entries(session, UUID(told.coded["reporter"]))
    assert read_sealed(session, given)[given[0].id]["name"] == "Trần Văn Ba"
    with pytest.raises(Refused) as refused:
        report(session, reporter=Reporter("Trần Văn Ba"))
    assert refused.value.field == "reporter_agreed"


def test_not_substantiated_counts_only_when_decided_above(session):
    subject = report(session).detected[0][0]
    asked = services.verify(session, subject, "unsubstantiated", "Không có việc", by("2022-03-07"))
    assert (row_of(session, subject).status, row_of(session, subject).waiting) == ("pending", 1)
    # Five working days for the unit above; a proposal that nobody decides does not take the child out of the count.
    assert verdicts(session, "2022-03-14") == [("pending", "n---", "")]
    assert verdicts(session, "2022-03-15") == [("missed", "x---", "")]
    for author, unit in (("worker", ABOVE), ("chief", UNIT)):
        with pytest.raises(Refused):
            services.decide(session, subject, asked.id, "approved", "", by("2022-03-08", author, unit))
    with pytest.raises(Stale):
        services.decide(session, subject, asked.id, "approved", "", by("2022-03-08", "chief", ABOVE), on_seq=1)
    with pytest.raises(Refused) as refused:
        services.decide(session, subject, asked.id, "returned", "", by("2022-03-08", "chief", ABOVE))
    assert refused.value.field == "note"
    services.decide(session, subject, asked.id, "approved", "", by("2022-03-08", "chief", ABOVE), on_seq=2)
    assert row_of(session, subject).status == "unsubstantiated"
    assert verdicts(session, "2022-03-07T12:00") == [("pending", "n---", "")]
    assert verdicts(session, "2022-03-09") == [("unsubstantiated", "----", "")]
    # Something new comes up: it is verified again.
    services.verify(session, subject, "substantiated", "Có lời kể mới", by("2022-03-20"))
    assert row_of(session, subject).status == "substantiated"


def test_a_returned_verification_runs_out_like_none(session):
    subject = report(session).detected[0][0]
    asked = services.verify(session, subject, "unsubstantiated", "Không có việc", by("2022-03-07"))
    services.decide(session, subject, asked.id, "returned", "Chưa gặp trẻ", by("2022-03-08", "chief", ABOVE))
    assert verdicts(session, "2022-03-09") == [("pending", "n---", "")]
    assert verdicts(session, "2022-03-11") == [("missed", "x---", "")]
    services.verify(session, subject, "substantiated", "Đã gặp", by("2022-03-12"))
    assert verdicts(session, "2022-03-13")[0][0] == "not_due"


def test_an_exclusion_is_asked_with_a_document_and_decided_above(session):
    subject = report(session).detected[0][0]
    with pytest.raises(Refused) as refused:
        services.ask_exclusion(session, subject, "NGOAI_DIA_BAN", "", "", by("2022-03-05"))
    assert refused.value.field == "document"
    asked = services.ask_exclusion(session, subject, "NGOAI_DIA_BAN", "CV 12, 05/3/2022", "", by("2022-03-05"))
    with pytest.raises(Refused):
        services.ask_exclusion(session, subject, "MAT", "CV 13", "", by("2022-03-05"))
    assert verdicts(session, "2022-03-08") == [("pending", "n---", "")]
    services.decide(session, subject, asked.id, "approved", "", by("2022-03-08T10:00", "chief", ABOVE))
    assert (row_of(session, subject).status, verdicts(session, "2022-03-09")[0][0]) == ("excluded", "excluded")
    # Whoever is not counted may still be helped; the file is told.
    opened = services.open_file(session, subject, by("2022-03-10"))
    assert verdicts(session, "2022-03-11") == [("excluded", verdicts(session, "2022-03-11")[0][1], "")]
    services.include(session, subject, "Vẫn ở địa bàn", by("2022-03-15T08:00", "chief", ABOVE))
    assert verdicts(session, "2022-03-16", opened.case)[0][0] != "excluded"


def test_a_file_is_told_of_an_exclusion_decided_later(session):
    subject = report(session).detected[0][0]
    opened = services.open_file(session, subject, by("2022-03-05T09:00"))
    asked = services.ask_exclusion(session, subject, "HA_MUC", "CV 12", "", by("2022-03-06"))
    services.decide(session, subject, asked.id, "approved", "", by("2022-03-08T10:00", "chief", ABOVE))
    assert row_of(session, subject).status == "matched"
    assert verdicts(session, "2022-03-08T10:00", opened.case)[0][0] == "excluded"
    assert verdicts(session, "2022-03-08T09:59", opened.case)[0][0] != "excluded"


def test_a_duplicate_hands_over_the_earlier_receipt(session):
    early, late = report(session).detected[0], report(session, received="2022-03-08T08:00").detected[0]
    with pytest.raises(Refused):
        services.mark_duplicate(session, early[0], early[1], "x", by("2022-03-09"))
    with pytest.raises(Refused):
        services.mark_duplicate(session, early[0], "PH-XXX-XXX", "x", by("2022-03-09"))
    asked = services.mark_duplicate(session, early[0], late[1], "Cùng cháu, cùng việc", by("2022-03-09"))
    # Proposed by the commune whose figure it is: nothing changes until the unit above has approved.
    assert (row_of(session, early[0]).status, row_of(session, early[0]).waiting) == ("pending", 1)
    assert row_of(session, late[0]).received_at == datetime(2022, 3, 8, 8, 0)
    for refused in (
        lambda: services.mark_duplicate(session, early[0], late[1], "lần nữa", by("2022-03-09")),
        lambda: services.open_file(session, early[0], by("2022-03-09")),
        lambda: services.decide(session, early[0], asked.id, "approved", "", by("2022-03-10", "chair")),
    ):
        with pytest.raises(Refused):
            refused()
    services.decide(session, early[0], asked.id, "approved", "", by("2022-03-10", "above", ABOVE))
    assert row_of(session, early[0]).status == "duplicate"
    assert verdicts(session, "2022-03-09T23:00", early[0])[0][0] == "pending"
    assert row_of(session, late[0]).received_at == datetime(2022, 3, 4, 17, 15)
    assert verdicts(session, "2022-03-12", early[0])[0][0] == "duplicate"
    with pytest.raises(Refused):
        services.mark_duplicate(session, late[0], early[1], "vòng", by("2022-03-09"))
    with pytest.raises(Refused):
        services.take(session, early[0], "worker", by("2022-03-09T09:00"))


def test_a_second_incident_of_a_child_joins_the_open_file(session):
    first = report(session).detected[0][0]
    opened = services.open_file(session, first, by("2022-03-05"), person={"name": "Nguyễn Thị Bé"})
    child = row_of(session, first).beneficiary
    second = report(session, received="2022-05-04T10:00").detected[0][0]
    entry_id = uuid4()
    joined = services.open_file(session, second, by("2022-05-05", entry_id=entry_id), beneficiary=child)
    assert (joined.case, joined.linked) == (opened.case, True)
    assert (
        services.open_file(session, second, by("2022-05-05", entry_id=entry_id), beneficiary=child).case == opened.case
    )
    state, _entries = cases.state(session, opened.case)
    assert [item.detected for item in state.items] == [first.hex, second.hex]
    with pytest.raises(Refused):
        services.open_file(session, second, by("2022-05-06"))
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseFile)) == 1


def test_an_unnamed_child_may_have_a_file(session):
    subject = report(session, Seen(sex="nu", age=3)).detected[0][0]
    services.open_file(session, subject, by("2022-03-05"))
    row = row_of(session, subject)
    assert (row.beneficiary, row.status, row.birth_year) == (None, "matched", 2019)


def test_victims_of_sixteen_are_recorded_but_not_counted(session):
    subject = report(session, Seen(birth=Birth(2006, 1, 5))).detected[0][0]
    row = row_of(session, subject)
    assert (row.age, row.counted) == (16, False)
    assert verdicts(session, "2022-04-01") == []
    # In doubt somebody is a child: of a birth year alone the last day is taken.
    child = report(session, Seen(birth=Birth(2006))).detected[0][0]
    assert row_of(session, child).counted


def test_a_corrected_birth_year_is_told(session):
    child = people.register(session, "worker", UNIT, datetime(2022, 3, 1), name="Nguyễn Thị Bé", birth=Birth(2003))
    subject = report(session, Seen(beneficiary=child, birth=Birth(2003))).detected[0][0]
    assert not row_of(session, subject).counted
    people.correct(session, "worker", UNIT, datetime(2022, 3, 6), child, reason="sai năm", birth=Birth(2010, 5, 1))
    row = row_of(session, subject)
    assert (row.age, row.birth_year, row.counted) == (11, 2010, True)


ADULT = {"reached": "TIEP_CAN", "age_group": "TU_18", "consent": "CO", "subgroup": "TU_NGUYEN"}


def bd(session, seen=None, values=None, **facts):
    return report(
        session, seen or Seen(age=25), programme="BD", values=ADULT | (values or {}), source="", mode="", **facts
    )


def test_under_sixteen_is_never_bd(session):
    with pytest.raises(ProgrammeRefusal) as refused:
        bd(session, Seen(age=15))
    assert refused.value.route == "TE"
    with pytest.raises(ProgrammeRefusal):
        bd(session, values={"age_group": "DUOI_16"})
    assert session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 0


def test_sixteen_and_seventeen_get_a_protection_check_and_no_file(session):
    subject = bd(session, Seen(age=17), {"age_group": "TU_16_17"}).detected[0][0]
    row = row_of(session, subject)
    assert (row.counted, row.status) == (False, "substantiated")
    span = session.scalar(
        sa.select(CaseSpan).where(CaseSpan.subject == subject, CaseSpan.criterion == "protection_check")
    )
    assert (span.due, span.pending) == (datetime(2022, 3, 5, 17, 15), True)
    with pytest.raises(ProgrammeRefusal):
        services.open_file(session, subject, by("2022-03-05"))
    checked = {"protection": "AN_TOAN", "authority": "BAO_TRO", "note": "x"}
    services.add_step(session, subject, "protection_checked", checked, by("2022-03-05T09:00"))
    assert row_of(session, subject).next_due is None


def test_who_refuses_a_file_leaves_a_tally(session):
    refusing = {"consent": "TU_CHOI", "subgroup": None}
    subject = bd(session, Seen(age=30, sex="nu"), refusing).detected[0][0]
    row = row_of(session, subject)
    assert (row.status, row.age, row.sex, row.birth_year) == ("refused", None, "", None)
    assert entries(session, subject)[0].sealed is None
    with pytest.raises(ProgrammeRefusal):
        bd(session, Seen(name="Nguyễn Thị A", age=30), refusing)
    due = session.scalar(sa.select(CaseSpan.due).where(CaseSpan.subject == subject, CaseSpan.criterion == "filed"))
    verdict, _steps, band = verdicts(session, (due + timedelta(seconds=1)).isoformat(), subject)[0]
    assert (verdict, band) == ("missed", "file_refused")


def test_what_was_sealed_is_destroyed_when_a_file_is_refused_later(session):
    subject = bd(session, Seen(name="Nguyễn Thị A", age=30), {"contact": "0912345678"}).detected[0][0]
    services.add_step(
        session, subject, "contacted", {"consent": "TU_CHOI", "age_group": "TU_18"}, by("2022-03-06T09:00")
    )
    assert row_of(session, subject).status == "refused"
    assert session.scalar(sa.select(sa.func.count()).where(vault.SubjectKey.subject == subject)) == 0
    assert read_sealed(session, entries(session, subject)) == {}
    # People change their minds.
    services.add_step(session, subject, "contacted", {"consent": "MA_SO", "age_group": "TU_18"}, by("2022-03-09T09:00"))
    assert row_of(session, subject).status == "substantiated"
    services.open_file(session, subject, by("2022-03-10"))
    assert row_of(session, subject).status == "matched"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"received": "2022-03-06T17:15"}, "received"),
        ({"received": "1889-03-04"}, "occurred"),
        ({"happened": at("2022-03-05")}, "happened"),
        ({"source": "HANG_XOM"}, "source"),
        ({"source": ""}, "source"),
        ({"mode": "TELEPATHY"}, "mode"),
        ({"values": CHILD | {"level": "LA"}}, "p1_level"),
        ({"values": {"level": "BI_XAM_HAI", "emergency": False}}, "p1_harm"),
        ({"values": {"level": "CO_NGUY_CO"}}, "p1_emergency"),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(session, facts, field):
    facts = {"now": datetime(2022, 3, 5, 8)} | facts
    with pytest.raises(Refused) as refused:
        report(session, **facts)
    assert refused.value.field == field
    assert session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == 0


def test_nothing_happens_before_the_detection_or_in_the_future(session):
    subject = report(session).detected[0][0]
    with pytest.raises(Refused) as refused:
        services.verify(session, subject, "substantiated", "x", by("2022-03-03"))
    assert refused.value.field == "occurred"
    future = services.By("worker", UNIT, datetime(2022, 3, 5), at("2022-03-06"))
    with pytest.raises(Refused):
        services.verify(session, subject, "substantiated", "x", future)
    services.verify(session, subject, "substantiated", "x", by("2022-03-05"))
    with pytest.raises(Refused):
        services.verify(session, subject, "substantiated", "x", by("2022-03-05"))


def test_programmes_without_verification_go_straight_to_the_file(session):
    what = services.Report(at("2022-03-04"), source="CONG_AN", persons=[(Seen(name="Lê Văn Tám", sex="nam"), {})])
    made = services.report(session, "MT", what, author="worker", unit=UNIT, now=datetime(2022, 3, 5))
    subject = made.detected[0][0]
    assert row_of(session, subject).status == "substantiated"
    assert verdicts(session, "2022-04-01") == []  # the police list is the denominator, not this
    services.open_file(session, subject, by("2022-03-06"), person={"name": "Lê Văn Tám"})
    assert row_of(session, subject).status == "matched"
