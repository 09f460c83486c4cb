"""A small world for tests that walk through every page: users of every role, one file and one detection of two
programmes in two communes, one reported figure."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from flask import current_app

from casemgr import jobs
from casemgr.audit import closing
from casemgr.cases import moves
from casemgr.cases import services as cases
from casemgr.cases.attaching import attach
from casemgr.coverage import services as coverage
from casemgr.detections import services as detections
from casemgr.detections.drafts import Reporter, Seen
from casemgr.funds import funds
from casemgr.funds import services as keep
from casemgr.ledger import services as registered
from casemgr.ledger.rules import Draft
from casemgr.people import services as people
from casemgr.people.identifiers import Birth, Identifier
from casemgr.people.rules import Person
from casemgr.plans import plans
from casemgr.plans import services as plan_services
from casemgr.reconciling import comparing, disputes
from casemgr.reconciling import services as reconciling
from casemgr.refused import N_
from casemgr.registers import drafts, importing
from casemgr.registers import rows as register_rows
from casemgr.registers.rules import RECEIVED, Row
from casemgr.reminders.services import new_calendar
from casemgr.reports import rolls_of
from casemgr.reports import services as named_lists
from casemgr.samples import services as samples
from casemgr.units import areas
from casemgr.units.area_rules import AreaRow
from casemgr.units.loading import load
from casemgr.units.services import add_hamlet, add_unit, close_unit
from tests.accounts import few_units, make_user
from tests.cases.files import SCREENED, at, plan_of, write

HERE, THERE, DISTRICT, DIVIDED = (f"{code}-20210101" for code in ("30547", "30544", "891", "30550"))
NOW = datetime(2022, 3, 22, 9, 0)
ROLES = ("worker", "supervisor", "auditor", "coordinator", "administrator")
PLACES = {"own": HERE, "sibling": THERE, "parent": DISTRICT}

# Everything of the invented people that must never leave the pages meant for it.
NAMES = ("Neáng Sóc Kha", "Chau Rít", "Nguyễn Thị Bé", "Trần Văn Ba", "Ấp Tô Thuận")
NUMBERS = ("089311001234", "0912345678")


@dataclass
class Item:
    """A case file with its detection, in one commune."""

    programme: str
    unit: str
    case: UUID
    number: str
    entry: UUID  # one that waits for a decision, in TE
    detected: UUID | None = None
    detection: str = ""
    asked: UUID | None = None  # the exclusion that was asked for
    scan: UUID | None = None  # the entry that brings a signed paper
    referral: UUID | None = None


@dataclass
class World:
    users: dict = field(default_factory=dict)
    items: dict = field(default_factory=dict)
    figure: UUID | None = None
    figure_entry: UUID | None = None
    dispute: UUID | None = None
    report: UUID | None = None  # sealed, of the commune
    waiting: UUID | None = None  # another one, prepared by the coordinator of the district
    job: UUID | None = None  # asked for by the coordinator of the district
    register: UUID | None = None  # of HERE, with a row in error
    draft: UUID | None = None  # another one that the same coordinator has sent
    hamlet: UUID | None = None
    sample: UUID | None = None  # of the commune, with something said of its first case
    area: UUID | None = None
    gift: UUID | None = None  # received by a fund of the commune
    offer: UUID | None = None  # the file of THERE is offered to HERE
    token: str = ""  # of the calendar of the worker
    named: UUID | None = None  # a gift list of the commune that a worker asked for
    listed: UUID | None = None  # a register with a row of HERE
    asked_row: UUID | None = None  # the exclusion of that row that waits
    entries_of: dict = field(default_factory=dict)


def build(session) -> World:
    """Writes everything through the services and commits it."""
    few_units(session)
    world = World()
    for role in ROLES:
        for place, unit in PLACES.items():
            world.users[role, place] = make_user(session, f"{role}.{place}", (role, unit))
        world.users[role, "programme"] = make_user(session, f"{role}.mt", (role, HERE, "MT"))
    world.users["coordinator", "other"] = make_user(session, "coordinator.ncc", ("coordinator", HERE, "NCC"))
    world.users["worker", "assigned"] = make_user(session, "worker.assigned", ("worker", HERE))
    world.users["worker", "target"] = make_user(session, "target", ("worker", HERE), unit_id=HERE)
    for unit, place in ((HERE, "assigned"), (THERE, "sibling")):
        worker = world.users["worker", place]
        world.items["TE", unit] = _child(session, worker, unit)
    world.items["NCC", HERE] = _family(session, world.users["worker", "assigned"], HERE)
    world.figure, world.figure_entry = _figure(session, str(world.users["coordinator", "programme"].id))
    row = AreaRow(0, "", "III", "", None, None, "Quyết định", date(2021, 1, 1), None, "", None, None, "")
    world.area = areas.add(session, HERE, row, datetime(2022, 1, 1)).id
    world.listed, world.asked_row = _listed(session, world.users["worker", "own"])
    about = disputes.About("TE", HERE, "KH322-2022", "TE-2", date(2022, 1, 1), date(2022, 12, 31), "0%")
    disputes.raise_dispute(
        session,
        about,
        "Số chưa đúng",
        author=str(world.users["worker", "own"].id),
        unit=HERE,
        now=NOW,
        entry=UUID(int=91),
    )
    world.dispute = UUID(int=91)
    world.hamlet = add_hamlet(
        session, HERE, kind="ap", name="Tô Thuận", valid_from=date(2021, 1, 1), now=datetime(2022, 1, 1)
    ).id
    gift = {"amount": Decimal(5_000_000), "way": "cash", "day": date(2022, 3, 1), "donor": "Trần Văn Ba"}
    keeper = str(world.users["coordinator", "own"].id)
    fund = funds()["NGOAI_NGAN_SACH"]
    world.gift = keep.add(session, fund, HERE, "received", gift, author=keeper, now=NOW, tree=load(session)).id
    _divide(session)
    world.offer = moves.ask_transfer(
        session, world.items["TE", THERE].case, to=HERE, reason="moved", note=None, staffed=True, tree=load(session),
        author=str(world.users["worker", "sibling"].id), now=datetime(2022, 3, 20, 9),
    ).id  # fmt: skip
    world.named = named_lists.ask(
        session, kind="gift", roll=rolls_of().gifts["27-7"], unit=HERE, purpose="gift", note="QĐ 15",
        cases=[UUID(int=96)], days=7, author=str(world.users["worker", "own"].id), now=NOW, subject=UUID(int=95),
    )  # fmt: skip
    world.token = new_calendar(session, world.users["worker", "assigned"].id, datetime(2022, 3, 20, 9))
    session.commit()
    world.job = _work(session, world.users["coordinator", "parent"])
    world.waiting, world.report = (_report(session, world, closed) for closed in (False, True))
    world.sample = _sample(session, world)
    world.register, world.draft = _registers(session, str(world.users["coordinator", "parent"].id))
    return world


def _divide(session) -> None:
    """A commune that was divided between the two others at the end of 2021."""
    begun, ended = datetime(2021, 1, 1), datetime(2021, 12, 31)
    add_unit(session, code="30550", name="Xã cũ", kind="xa", parent_id=DISTRICT, valid_from=begun.date(), now=begun)
    close_unit(session, DIVIDED, ended.date(), ended, heirs=[(HERE, True), (THERE, False)], act="NQ")


def _report(session, world: World, closed: bool) -> UUID:
    """A report on the first months of the plan for one commune."""
    plan, by = plans()["KH322-2022"], [str(world.users[role, "parent"].id) for role in ("coordinator", "supervisor")]
    subject = closing.prepare(
        session, plan, indicators=["TE-2", "NCC-1"], unit=HERE, start=plan.start, through=date(2022, 3, 20),
        basis="as_were", corrects=None, author=by[0], at=DISTRICT, now=NOW,
    )  # fmt: skip
    if closed:
        closing.approve(session, closing.find(session, subject), author=by[1], at=DISTRICT, now=NOW)
        closing.seal(session, subject, NOW)
    session.commit()
    return subject


def _sample(session, world: World) -> UUID:
    """All children of the commune, drawn by the auditor of the district; of the first an answer is wanted."""
    plan, who = plans()["KH322-2022"], {"author": str(world.users["auditor", "parent"].id), "at": DISTRICT, "now": NOW}
    asked = coverage.ask(plan, load(session), NOW, unit=HERE)
    subject = samples.draw(session, asked, plan.indicators["TE-2"], size=5, minimum=1, subject=UUID(int=77), **who)
    samples.say_found(session, subject, 1, result="other", note="Thiếu phiếu", id=UUID(int=78), **who)
    session.commit()
    return subject


def _listed(session, worker) -> tuple[UUID, UUID]:
    """A register of one child whom nobody here knows, whom the commune asks not to count."""
    subject = registered.create(session, "register")
    row = Row(2, Person("Trần Văn Ba", sex="nam", birth=Birth(2012), home=HERE), received=datetime(2022, 3, 4))
    register_rows.keep(session, subject, [row])
    coded = {
        "source": "TONG_DAI_111", "programme": "TE", "unit": DISTRICT, "from": "2022-01-01", "to": "2022-03-31",
        "document": "12/BC", "document_date": "2022-03-20", "named": True, "sha256": "9c1e" * 16, "file": subject.hex,
        "counts": {"good": 1, "parked": 0, "wrong": 0},
    }  # fmt: skip
    registered.append(session, subject, [Draft(RECEIVED, NOW, "minute", "tonghop", DISTRICT, NOW, coded)])
    found = register_rows.get(session, subject)
    comparing.compare(session, found, author="system:matching", now=NOW)
    on = reconciling.On(str(worker.id), HERE, NOW)
    reconciling.ask_exclusion(session, found, 2, "NGOAI_DIA_BAN", "12/CV", "", on)
    return subject, reconciling.row_state(session, found, 2).asked.id


@jobs.job("world.count", title=N_("Tiến độ"))
def _count(work: jobs.Work) -> None:
    work.keep("ket-qua.csv", b"a;b\n")


def _registers(session, author: str) -> tuple[UUID, UUID]:
    """A register that was received whole, and one that waits to be imported."""
    head, made = "STT;Họ và tên;Ngày sinh;Số CCCD\n", []
    for month, lines in ((1, "1;Nguyễn Thị Bé;2011;089311001234\n2;Trần Văn Ba;15.8.11;\n"), (2, "1;Chau Rít;2012;\n")):
        facts = drafts.Facts("TONG_DAI_111", "TE", HERE, date(2022, month, 1), date(2022, month, 28))
        made.append(drafts.begin(session, facts, "a.csv", (head + lines).encode(), author=author, now=NOW))
    draft = drafts.find(session, made[0])
    importing.finish(session, draft, drafts.look(session, draft, NOW), author=author, at=NOW)
    session.commit()
    current_app.extensions["casemgr.jobs"].work_off()  # it is held against the files at once
    return made[0], made[1]


def _work(session, asker) -> UUID:
    job = jobs.start(session, "world.count", {}, author=str(asker.id), unit=DISTRICT, now=NOW)
    session.commit()
    jobs.work_on(current_app._get_current_object(), job)
    return job


def _child(session, worker, unit: str) -> Item:
    made = detections.report(
        session,
        "TE",
        detections.Report(
            at("2022-03-04T17:15"),
            source="TRUONG_HOC",
            mode="DIEN_THOAI",
            reporter=Reporter("Trần Văn Ba", "0912345678", agreed=True),
            persons=[
                (
                    Seen(name="Nguyễn Thị Bé", sex="nu", birth=Birth(2011), ethnicity="kinh"),
                    {"level": "BI_XAM_HAI", "harm": ["XHTD"], "emergency": False, "place": "Ấp Tô Thuận"},
                )
            ],
        ),
        author=str(worker.id),
        unit=unit,
        now=datetime(2022, 3, 4, 18, 0),
    )
    detected, detection = made.detected[0]
    moment = at("2022-03-05T08:00")
    by = detections.By(str(worker.id), unit, moment[0] + timedelta(hours=1), moment)
    detections.take(session, detected, str(worker.id), by)
    asked = detections.ask_exclusion(session, detected, "NGOAI_DIA_BAN", "CV 12/UBND", "", by)
    child = people.register(
        session, str(worker.id), unit, moment[0], name="Neáng Sóc Kha", sex="nu", birth=Birth(2011, 5, 3),
        ethnicity="khmer", address="Ấp Tô Thuận", identifiers=(Identifier("cccd", "089311001234"),) if unit == HERE else (),
    )  # fmt: skip
    case, number = cases.open_case(
        session, "TE", unit=unit, beneficiary=child, identity={"sex": "nu", "birth_year": 2011, "ethnicity": "khmer"},
        occurred=at("2022-03-05T08:00"), author=str(worker.id), now=datetime(2022, 3, 5, 8, 1), worker=str(worker.id),
        detection={"detected": "0" * 32, "received_at": "2022-03-04T17:15", "emergency": False,
                   "level": "BI_XAM_HAI", "harm": ["XHTD"], "age": 11},
    )  # fmt: skip
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-05T09:00", worker, unit=unit)
    needs = {code: ("yes", "") for code in ("AN_TOAN", "SUC_KHOE", "TAM_LY", "PHAP_LY", "HOC_TAP")}
    write(
        session, case, "assessed", {"needs": needs, "opinions": "Cháu ở ấp Tô Thuận."}, "2022-03-07", worker, unit=unit
    )
    write(
        session, case, "met", {"present": ["CAN_BO", "CHU_TRI"], "conclusion": "Năm nhu cầu."}, "2022-03-08", worker,
        unit=unit,
    )  # fmt: skip
    plan = plan_of(session, case, worker)
    scan = attach(
        session, case, "Biên bản Neáng Sóc Kha.pdf", b"%PDF-1.4\n%%EOF\n", about=plan.id, note=None,
        author=str(worker.id), unit=unit, now=datetime(2022, 3, 10, 16), entry_id=uuid4(),
    )  # fmt: skip
    sent = {"need": "TAM_LY", "reason": "CHUYEN_MON", "to": "Trung tâm", "referral_consent": "NGHIA_VU"}
    referral = write(session, case, "referred", sent, "2022-03-11", worker, unit=unit)
    return Item("TE", unit, case, number, plan.id, detected, detection, asked.id, scan.id, referral.id)


def _family(session, worker, unit: str) -> Item:
    household = people.register(
        session, str(worker.id), unit, datetime(2022, 2, 1, 8), kind="household", name="Chau Rít", address="Ấp Tô Thuận"
    )
    case, number = cases.open_case(
        session, "NCC", unit=unit, beneficiary=household, identity={}, occurred=at("2022-02-01"),
        author=str(worker.id), now=datetime(2022, 2, 1, 9), worker=str(worker.id),
    )  # fmt: skip
    visit = {"visit": "NGAY_27_7", "note": "Ấp Tô Thuận"}
    visited = write(session, case, "visited", visit, "2022-02-03", worker, unit=unit)
    return Item("NCC", unit, case, number, visited.id)


def _figure(session, author: str) -> tuple[UUID, UUID]:
    plan, tree = plans()["KH322-2022"], load(session)
    values = {
        "input": "MT1.list", "unit": HERE, "from": date(2022, 2, 28), "to": date(2022, 2, 28), "source": "CONG_AN_TINH",
        "document": "455/CA", "document_date": date(2022, 3, 1), "value": Decimal(2255), "note": "Đối chiếu sau.",
    }  # fmt: skip
    subject, entry = plan_services.report(
        session, plan, values, author=author, unit=HERE, now=datetime(2022, 3, 2, 9), tree=tree,
        upload=("455 Công an.pdf", b"%PDF-1.4\n%%EOF\n"),
    )  # fmt: skip
    return subject, entry.id
