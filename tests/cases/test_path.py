"""The path of one child's case through the services: from the opening to a met figure."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.cases import services
from casemgr.cases.models import CaseFile, CaseSpan, Verdict
from casemgr.ledger.check import rebuild, verify
from casemgr.refused import Refused

NOW = datetime(2022, 4, 1, 8, 0)
UNIT = "30544-20210101"


def at(text: str) -> tuple[datetime, str]:
    return (datetime.fromisoformat(text), "minute" if len(text) > 10 else "day")


def write(session, case, kind, values, when, author="worker", now=None):
    moment = at(when)
    return services.add_entry(
        session,
        case,
        kind,
        values,
        occurred=moment,
        author=author,
        unit=UNIT,
        now=now or moment[0] + timedelta(hours=30),
    )


def open_child(session, received="2022-03-04T17:15", emergency=True):
    return services.open_case(
        session,
        "TE",
        unit=UNIT,
        beneficiary=None,
        identity={"sex": "nu", "birth_year": 2011, "ethnicity": "khmer"},
        occurred=(datetime(2022, 3, 4, 17, 20), "minute"),
        author="worker",
        now=datetime(2022, 3, 4, 17, 21),
        detection={
            "detected": "0" * 32,
            "received_at": received,
            "emergency": emergency,
            "level": "BI_XAM_HAI",
            "harm": ["XHTD"],
            "age": 11,
        },
    )


SCREENED = {"emergency": True, "a1": "C", "a2": "TB", "a3": "TB"} | {f"b{n}": "T" for n in range(1, 6)}
NEEDS = {code: ("yes", "") for code in ("AN_TOAN", "SUC_KHOE", "TAM_LY", "PHAP_LY")}
PLAN = {"AN_TOAN": "TE-AT", "SUC_KHOE": "TE-YT", "TAM_LY": "TE-TL", "PHAP_LY": "TE-PL"}


def test_a_case_is_walked_from_opening_to_closure(session):
    case, number = open_child(session)
    write(session, case, "screened", SCREENED, "2022-03-04T17:40")
    write(
        session,
        case,
        "protected",
        {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"},
        "2022-03-04T21:15",
    )
    write(session, case, "assessed", {"needs": NEEDS}, "2022-03-07")
    write(session, case, "met", {"present": ["CAN_BO"], "conclusion": "x"}, "2022-03-08")
    start, end = datetime(2022, 3, 14).date(), datetime(2022, 4, 30).date()
    items = [{"need": n, "service": s, "due": datetime(2022, 3, 20).date(), "who": "x"} for n, s in PLAN.items()]
    plan = write(session, case, "planned", {"goal": "x", "start": start, "end": end, "items": items}, "2022-03-10")
    services.decide(
        session,
        case,
        plan.id,
        on_seq=plan.seq,
        outcome="approved",
        number="41/QĐ-UBND",
        note=None,
        signer="CHU_TICH",
        occurred=at("2022-03-11T10:30"),
        author="leader",
        unit=UNIT,
        now=datetime(2022, 3, 11, 10, 31),
    )
    for service in PLAN.values():
        write(
            session,
            case,
            "served",
            {"service": service, "provider": "CO_SO_Y_TE", "proof": "GIAY_XAC_NHAN"},
            "2022-03-14T09:30",
        )
    session.commit()

    row = services.find(session, number)
    assert (row.status, row.risk, row.waiting) == ("open", "CAO", 0)
    now = datetime(2022, 3, 15)
    query = sa.select(Verdict.verdict, Verdict.steps).where(Verdict.start <= now, Verdict.end > now)
    assert session.execute(query).all() == [("met", "mmmm")]
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseSpan)) > 8
    assert verify(session) == (11, [])
    assert rebuild(session, check=True) == (1, [])
    assert session.scalar(sa.select(sa.func.count()).select_from(CaseFile)) == 1


def test_a_person_taken_off_the_list_no_longer_counts_until_listed_again(session):
    case, _number = services.open_case(
        session,
        "MT",
        unit=UNIT,
        beneficiary=None,
        identity={"sex": "nam", "birth_year": 1990},
        occurred=at("2022-01-10"),
        author="worker",
        now=datetime(2022, 1, 10, 9, 0),
        detection={"age": 32},
    )
    found = {"occasion": "TU_NGUYEN", "determination": "NGHIEN", "number": "1"}
    write(session, case, "determined", found, "2022-01-11")
    listed = {"list": "DS_CONG_AN", "number": "1"}
    write(session, case, "listed", listed, "2022-01-12")
    for day, outcome in (("2022-01-14", "returned"), ("2022-02-01", "approved")):
        gone = {"delist_reason": "CHUYEN_DI", "number": "2"}
        entry = write(session, case, "delisted", gone, day, author="leader")
        facts = {"number": "5/QĐ", "note": "x", "signer": "CHU_TICH", "author": "district", "unit": "891-20210101"}
        moment = at("2022-02-03")
        services.decide(
            session, case, entry.id, on_seq=entry.seq, outcome=outcome, occurred=moment, now=moment[0], **facts
        )
    write(session, case, "delisted", {"delist_reason": "CHUYEN_DI", "number": "3"}, "2022-02-18", author="leader")
    write(session, case, "listed", listed, "2022-03-01")
    session.commit()
    days = ("2022-01-20", "2022-02-02", "2022-02-20", "2022-03-20")
    counted = []
    for t in map(datetime.fromisoformat, days):
        query = sa.select(sa.func.count()).select_from(Verdict).where(Verdict.start <= t, Verdict.end > t)
        counted.append(session.scalar(query))
    assert counted == [1, 1, 0, 1], "off the list once the unit above has agreed, not on the commune's word"


def test_an_emergency_is_not_screened_away_without_a_reason(session):
    case, _number = open_child(session)
    calm = SCREENED | {"emergency": False, "a1": "TB", "a2": "TB", "a3": "TB"}
    with pytest.raises(Refused) as refused:
        write(session, case, "screened", calm, "2022-03-04T17:40")
    assert refused.value.field == "note"
    write(
        session,
        case,
        "screened",
        calm | {"note": "Đã gặp trẻ, người gây hại không còn ở địa phương."},
        "2022-03-04T17:40",
    )


@pytest.mark.parametrize(("measure", "isolation"), [(["BAO_VE_TAI_CHO"], True), (["CACH_LY"], False)])
def test_isolation_and_the_measure_agree(session, measure, isolation):
    case, _number = open_child(session)
    values = {"measure": measure, "isolation": isolation, "signer": "CHU_TICH"}
    with pytest.raises(Refused) as refused:
        write(session, case, "protected", values, "2022-03-04T18:00")
    assert refused.value.field == "isolation"


def test_an_isolated_child_is_not_rated_low_throughout(session):
    case, _number = open_child(session)
    write(session, case, "screened", SCREENED, "2022-03-04T17:40")
    write(
        session,
        case,
        "protected",
        {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"},
        "2022-03-04T21:00",
    )
    low = SCREENED | {"emergency": False, "a1": "T", "a2": "T", "a3": "T", "note": "x"}
    with pytest.raises(Refused) as refused:
        write(session, case, "screened", low, "2022-03-05T09:00")
    assert refused.value.field == "a1"


@pytest.mark.parametrize(("emergency", "due"), [(True, "2022-03-05T05:15:00"), (False, "2022-03-09T23:59:59")])
def test_the_screening_of_an_emergency_is_due_within_its_twelve_hours(session, emergency, due):
    case, _number = open_child(session, emergency=emergency)
    query = sa.select(CaseSpan.due).where(CaseSpan.subject == case, CaseSpan.criterion == "screened")
    assert session.scalar(query) == datetime.fromisoformat(due)
