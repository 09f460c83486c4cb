"""Case files for tests, written through the services; and the people who look at them."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

from casemgr.cases import services
from casemgr.people import services as people
from casemgr.people.identifiers import Birth
from tests.accounts import few_units, make_user

HERE, THERE, DISTRICT, PROVINCE = "30547-20210101", "30544-20210101", "891-20210101", "89-20210101"
NOW = datetime(2022, 3, 22, 9, 0)
TODAY = "2022-03-22"
SCREENED = {"emergency": True, "a1": "C", "a2": "TB", "a3": "TB"} | {f"b{n}": "T" for n in range(1, 6)}
PLAN = {"AN_TOAN": "TE-AT", "SUC_KHOE": "TE-YT", "TAM_LY": "TE-TL", "PHAP_LY": "TE-PL", "HOC_TAP": "TE-HT"}


def at(text: str) -> tuple[datetime, str]:
    return (datetime.fromisoformat(text), "minute" if len(text) > 10 else "day")


def staff(session) -> SimpleNamespace:
    """A few units and one account of each kind."""
    few_units(session)
    return SimpleNamespace(
        worker=make_user(session, "canbo", ("worker", HERE)),
        other=make_user(session, "canbo2", ("worker", HERE)),
        away=make_user(session, "canbo3", ("worker", THERE)),
        chair=make_user(session, "chutich", ("supervisor", HERE)),
        district=make_user(session, "huyen", ("supervisor", DISTRICT)),
        auditor=make_user(session, "kiemtra", ("auditor", PROVINCE)),
        admin=make_user(session, "quantri", ("administrator", PROVINCE)),
        elsewhere=make_user(session, "ncc", ("supervisor", HERE, "NCC")),
    )


def write(session, case, kind, values, when, author, unit=HERE, now=None, entry_id=None):
    moment = at(when)
    return services.add_entry(
        session,
        case,
        kind,
        values,
        occurred=moment,
        author=str(author.id),
        unit=unit,
        now=now or moment[0] + timedelta(hours=10),
        entry_id=entry_id,
    )


def open_child(session, who, name="Neáng Sóc Kha", unit=HERE, emergency=True, received="2022-03-04T17:15"):
    """(subject, number) of a child's file assigned to the worker."""
    opened = datetime(2022, 3, 4, 17, 20)
    child = people.register(
        session,
        str(who.worker.id),
        unit,
        opened,
        name=name,
        sex="nu",
        birth=Birth(2011, 5, 3),
        ethnicity="khmer",
        address="Ấp Tô Thuận",
    )
    return services.open_case(
        session,
        "TE",
        unit=unit,
        beneficiary=child,
        identity={"sex": "nu", "birth_year": 2011, "ethnicity": "khmer"},
        occurred=(opened, "minute"),
        author=str(who.worker.id),
        now=opened + timedelta(minutes=1),
        worker=str(who.worker.id),
        detection={
            "detected": "0" * 32,
            "received_at": received,
            "emergency": emergency,
            "level": "BI_XAM_HAI",
            "harm": ["XHTD"],
            "age": 11,
        },
    )


def drawn_case(session, who):
    """The case of the mock-up: opened, screened, isolated, assessed, planned, approved, partly served."""
    case, number = open_child(session, who)
    worker, chair = who.worker, who.chair
    write(session, case, "screened", SCREENED, "2022-03-04T17:40", worker)
    shelter = {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH", "shelter": "Nhà bà ngoại ở Ba Chúc"}
    isolated = write(session, case, "protected", shelter, "2022-03-04T21:15", worker)
    decide(session, case, isolated, chair, "2022-03-04T21:40", number="38/QĐ-UBND")
    needs = {code: ("yes", "") for code in PLAN}
    write(session, case, "assessed", {"needs": needs, "opinions": "Cháu muốn ở với bà."}, "2022-03-07", worker)
    write(session, case, "met", {"present": ["CAN_BO", "CHU_TRI"], "conclusion": "Năm nhu cầu."}, "2022-03-08", worker)
    plan = plan_of(session, case, worker)
    approve(session, case, plan, chair)
    served = {"provider": "CO_SO_Y_TE", "proof": "GIAY_XAC_NHAN", "provider_name": "Trung tâm Y tế Tri Tôn"}
    write(session, case, "served", served | {"service": "TE-AT"}, "2022-03-12", worker)
    write(session, case, "served", served | {"service": "TE-YT"}, "2022-03-14T09:30", worker)
    wrong = write(
        session, case, "served", served | {"service": "TE-TL"}, "2022-03-15", worker, now=datetime(2022, 3, 18, 14, 0)
    )
    services.void(
        session,
        case,
        wrong.id,
        reason="wrong_file",
        note="Nhầm với hồ sơ khác.",
        author=str(worker.id),
        unit=HERE,
        now=datetime(2022, 3, 18, 14, 20),
    )
    refused = {"need": "HOC_TAP", "by": "CHA_ME", "second_officer": True, "reason": "Muốn cháu ở nhà."}
    write(session, case, "refused", refused, "2022-03-21T08:00", worker)
    visit = {"place": "TAI_NHA", "seen": "CO", "note": "Trẻ đã đi học lại; mẹ cần tư vấn."}
    write(session, case, "visited", visit, "2022-03-21T08:10", worker)
    session.commit()
    return case, number


def plan_of(session, case, worker, when="2022-03-10", needs=PLAN, goal="Cháu an toàn.", who="xã"):
    due = {"AN_TOAN": 18, "SUC_KHOE": 16, "TAM_LY": 18, "PHAP_LY": 25, "HOC_TAP": 17}
    items = [{"need": n, "service": s, "due": date(2022, 3, due[n]), "who": who} for n, s in needs.items()]
    values = {"goal": goal, "start": date(2022, 3, 11), "end": date(2022, 4, 30), "items": items}
    return write(session, case, "planned", values, when, worker)


def approve(session, case, plan, chair, outcome="approved"):
    return decide(session, case, plan, chair, "2022-03-11T10:30", outcome)


def decide(session, case, entry, chair, when, outcome="approved", number="41/QĐ-UBND", note="Bổ sung nhu cầu pháp lý."):
    """A decision on the last entry of the file, written down a minute later."""
    moment = at(when)
    return services.decide(
        session,
        case,
        entry.id,
        on_seq=entry.seq,
        outcome=outcome,
        number=number if outcome == "approved" else None,
        note=None if outcome == "approved" else note,
        signer="PHO_CHU_TICH",
        occurred=moment,
        author=str(chair.id),
        unit=HERE,
        now=moment[0] + timedelta(minutes=1),
    )


def send(client, path, **changes):
    """Opens the page with its form, changes some of what stands in it, and sends it."""
    return client.post(path, data=filled(client, path, **changes))


def filled(client, path, **changes) -> dict:
    """What a browser would send; names with "-" are written with "__". The first form of a page is the sign-out."""
    data = client.form(path, 1)
    return data | {name.replace("__", "-"): value for name, value in changes.items()}
