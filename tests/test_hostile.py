"""What a stranger with an account would try: to write where they cannot read, to learn what is hidden, to become
somebody else."""

from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from casemgr.access import accounts
from casemgr.access.models import AccessLog, User
from casemgr.access.web import actor_of
from casemgr.cases import services as cases
from casemgr.cases.models import CaseFile
from casemgr.cases.naming import Met, namable
from casemgr.detections import services as detections
from casemgr.ledger import services as ledger
from casemgr.ledger.models import LedgerEntry
from casemgr.people import services as people
from casemgr.programmes import programmes
from tests.accounts import make_user, sign_in
from tests.cases.files import at, filled
from tests.detections.conftest import CHILD
from tests.world import DISTRICT, HERE, THERE, build

PROVINCE = "89-20210101"


@pytest.fixture
def app(app):
    app.config["CASEMGR_TODAY"] = "2022-03-22"
    return app


@pytest.fixture
def world(session):
    return build(session)


@pytest.fixture
def as_(app, client, world):
    return lambda *who: sign_in(app.test_client(), who[0] if len(who) == 1 else world.users[who])


def group(code: str) -> str:
    return str(list(programmes()).index(code) + 1)


def entries(session, subject=None) -> int:
    session.rollback()
    where = LedgerEntry.subject == subject if subject else sa.true()
    return session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry).where(where))


def test_a_detection_is_not_taken_from_the_worker_who_has_it(as_, session, world):
    item = world.items["TE", HERE]
    stranger, path = as_("worker", "own"), f"/detections/{item.detection}"
    assert "Bé N." not in stranger.get(path).text
    assert stranger.post(path + "/take").status_code == 404
    assert "Bé N." not in stranger.get(path).text
    assert as_("worker", "assigned").post(path + "/take").status_code == 303


def test_a_duplicate_of_what_lies_outside_is_not_found_and_writes_nothing_there(as_, session, world):
    item, other = world.items["TE", HERE], world.items["TE", THERE]
    client, path, before = as_("worker", "assigned"), f"/detections/{item.detection}/duplicate", entries(session)
    data = filled(client, path, occurred=["21/03/2022", "08:00"], note="Cùng một cháu")
    outside = client.post(path, data=data | {"of": other.detection})
    absent = client.post(path, data=data | {"of": "PH-222-222"})
    assert outside.status_code == absent.status_code == 422
    said = "Không tìm thấy trường hợp phát hiện khác có số này."
    assert said in outside.text
    assert said in absent.text
    assert entries(session) == before


def test_a_figure_belongs_to_those_who_hold_its_programme(as_, session, world):
    other, own = as_("coordinator", "other"), as_("coordinator", "own")
    assert "2.255" in own.get("/reported").text
    assert "2.255" not in other.get("/reported").text
    assert 'value="MT1.list"' not in other.get("/reported/new").text
    before = entries(session)
    data = {"input": "MT1.list", "unit": HERE, "start": "15/03/2022", "end": "15/03/2022", "source": "CONG_AN_TINH",
            "document": "1/CA", "document_date": "15/03/2022", "value": "3"}  # fmt: skip
    assert other.post("/reported/new", data=data).status_code == 422
    assert entries(session) == before
    assert own.post("/reported/new", data=data).status_code == 303


def test_an_author_decides_by_no_route(as_, session, world):
    """Neither the one who wrote a plan nor the one who asked for an exclusion, whatever roles they also hold."""
    item = world.items["TE", HERE]
    worker = world.users["worker", "assigned"]
    for role, unit in (("supervisor", HERE), ("supervisor", DISTRICT)):
        both = make_user(session, f"both.{role}.{unit[:5]}", (role, unit))
        both.grants[0].user_id = worker.id
    session.commit()
    session.expire_all()
    client, before = as_(worker), entries(session)
    decision = {"outcome": "approved", "number": "1/QĐ", "occurred": ["21/03/2022", ""], "on_seq": "5",
                "entry_id": str(uuid4())}  # fmt: skip
    for path in (f"/cases/{item.number}/entries/{item.entry}", f"/detections/{item.detection}/entries/{item.asked}"):
        assert client.get(path + "/decide").status_code == 403
        assert client.post(path + "/decide", data=decision).status_code == 403
    for kind in ("decided", "voided", "told", "assigned", "opened", "linked", "transferred"):
        assert client.post(f"/cases/{item.number}/entries/{kind}", data=decision).status_code == 404
    for kind in ("decided", "excluded", "matched", "detected", "told"):
        assert client.post(f"/detections/{item.detection}/steps/{kind}", data=decision).status_code == 404
    assert client.post(f"/reported/{world.figure}/confirm", data={"head": "1"}).status_code == 403
    assert entries(session) == before


def test_fields_that_a_form_does_not_ask_for_change_nothing(as_, session, world):
    item, client = world.items["TE", HERE], as_("worker", "assigned")
    path = f"/cases/{item.number}/entries/visited"
    data = filled(client, path, occurred=["21/03/2022", "08:10"], place="TAI_NHA", seen="CO", note="x")
    stranger = str(world.users["worker", "own"].id)
    more = {"author": stranger, "unit": THERE, "kind": "decided", "recorded_at": "2020-01-01", "worker": stranger,
            "subject": str(uuid4()), "on": item.entry.hex, "status": "closed"}  # fmt: skip
    assert client.post(path, data=data | more).status_code == 303
    entry = ledger.entries(session, item.case)[-1]
    assert (entry.kind, entry.unit, entry.author) == ("visited", HERE, str(world.users["worker", "assigned"].id))
    assert entry.recorded_at.year == 2022
    assert set(entry.coded) <= {"place", "seen"}


def test_nobody_is_registered_in_the_place_of_another(as_, session, world):
    """The id of a new person comes with the form; it must not be that of somebody, or something, that exists."""
    there = people.register(session, "x", THERE, datetime(2022, 1, 1), name="Trần Thị Em", sex="nu")
    session.commit()
    client = as_("worker", "assigned")
    for taken in (there, world.items["TE", HERE].case):
        before = entries(session)
        data = {"group": group("NCC"), "unit": HERE, "home": HERE, "person_id": str(taken), "entry_id": str(uuid4()),
                "name": "Kẻ Gian", "occurred": "21/03/2022", "save": "1"}  # fmt: skip
        assert client.post("/cases/new/file", data=data).status_code == 422
        assert entries(session) == before
    assert people.identity(session, there).person.name == "Trần Thị Em"


def test_every_look_at_a_possible_match_is_logged(as_, session, world):
    client = as_("worker", "assigned")
    people.register(
        session, "x", THERE, datetime(2022, 1, 1), kind="household", name="Danh Sóc Rinh", phone="0912345670"
    )
    session.commit()
    data = {"group": group("NCC"), "unit": HERE, "home": HERE, "person_id": str(uuid4()), "entry_id": str(uuid4()),
            "name": "Danh Sóc Rinh", "phone": "0912345670", "occurred": "21/03/2022", "save": "1"}  # fmt: skip
    page = client.post("/cases/new/file", data=data)
    assert "hãy liên hệ nơi đó trước" in page.text
    assert session.scalar(sa.select(sa.func.count()).where(AccessLog.action == "person:match")) == 1


def test_todays_work_names_nobody_whose_file_the_reader_may_not_open(as_, session, world):
    """A worker of this commune who also looks across another one."""
    two = make_user(session, "hai.vai", ("worker", HERE), ("supervisor", THERE, "NCC"))
    item = world.items["TE", HERE]
    assert item.number in as_("worker", "assigned").get("/").text
    page = as_(two).get("/").text
    assert item.number not in page
    assert "Kha N." not in page
    assert "Bé N." not in page
    assert as_(two).get(f"/cases/{item.number}").status_code == 404


def test_a_list_behind_a_figure_counts_all_and_numbers_only_what_may_be_opened(as_, session, world):
    item = world.items["TE", HERE]
    path = f"/coverage/KH322-2022/TE-2?unit={HERE}&state="
    for state in ("missed", "not_due", "unknown", "met"):
        mine, others = (as_("worker", place).get(path + state).text for place in ("assigned", "own"))
        assert others.count("<tr>") == mine.count("<tr>")
        assert item.number not in others


def test_a_file_held_by_another_worker_is_not_named_in_a_match(as_, session, world):
    item, client = world.items["TE", HERE], as_("worker", "own")
    from casemgr.detections.drafts import Seen
    from casemgr.people.identifiers import Birth

    what = detections.Report(
        at("2022-03-20T08:00"), source="TRUONG_HOC", mode="DIEN_THOAI",
        persons=[(Seen(name="Neáng Sóc Kha", sex="nu", birth=Birth(2011, 5, 3), ethnicity="khmer"), CHILD)],
    )  # fmt: skip
    made = detections.report(session, "TE", what, author="x", unit=HERE, now=datetime(2022, 3, 20, 9))
    session.commit()
    number = made.detected[0][1]
    page = client.get(f"/detections/{number}/file")
    assert "<strong>Neáng Sóc Kha</strong>" in page.text
    assert item.number not in page.text


def test_an_administrator_takes_over_no_account_that_reaches_further(as_, session, world):
    """Whoever sets a password could sign in with it."""
    high = make_user(session, "cap.tren", ("auditor", PROVINCE), unit_id=HERE)
    admin = as_("administrator", "own")
    page = admin.get(f"/admin/users/{high.id}")
    assert page.status_code == 200
    assert f"/admin/users/{high.id}/reset" not in page.text
    before = high.password
    assert admin.post(f"/admin/users/{high.id}/reset").status_code == 403
    assert admin.post(f"/admin/users/{high.id}/active", data={"active": "0"}).status_code == 403
    session.expire_all()
    assert (session.get(User, high.id).password, session.get(User, high.id).active) == (before, True)
    target = world.users["worker", "target"]
    assert admin.post(f"/admin/users/{target.id}/reset").status_code == 200


def test_an_administrator_gives_nothing_to_themselves_nor_beyond_their_units(as_, session, world):
    own, admin = world.users["administrator", "own"], as_("administrator", "own")
    data = {"role": "worker", "unit_id": HERE, "programmes": ["*"], "valid_from": "01/01/2022"}
    assert admin.post(f"/admin/users/{own.id}/grants", data=data).status_code == 403
    target = world.users["worker", "target"]
    answer = admin.post(f"/admin/users/{target.id}/grants", data=data | {"unit_id": PROVINCE})
    assert answer.status_code in (404, 422)
    session.expire_all()
    assert len(session.get(User, target.id).grants) == 1


def _fitting(rule, name: str, names: dict):
    """What fits this place of an address; a form is refused before anybody looks for it."""
    kind = type(rule._converters[name]).__name__
    return 1 if kind == "IntegerConverter" else names.get(name, uuid4() if kind == "UUIDConverter" else "x")


def test_no_form_is_taken_without_its_token(app, session, world):
    """Sent from another site: refused before anything is read, on every address that takes forms."""
    app.config["WTF_CSRF_ENABLED"] = True
    client, before = sign_in(app.test_client(), world.users["supervisor", "own"]), entries(session)
    item = world.items["TE", HERE]
    names = {"number": item.number, "id": item.entry, "kind": "visited", "grant_id": uuid4(), "subject": world.figure,
             "hamlet": world.hamlet, "asked": world.offer, "unit": HERE, "report": world.waiting}  # fmt: skip
    asked = 0
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        paths = [
            adapter.build(rule.endpoint, {n: _fitting(rule, n, names) for n in rule.arguments}, "POST")
            for rule in app.url_map.iter_rules()
            if "POST" in rule.methods and rule.endpoint != "places.add_hamlet"
        ]
    for path in paths:
        answer = client.post(path, data={"csrf_token": "x", "active": "0"})
        assert answer.status_code == 400, path
        asked += 1
    assert asked > 25
    assert entries(session) == before


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:x"]
)
def test_nothing_leads_to_another_site(app, session, world, path):
    client = sign_in(app.test_client(), world.users["worker", "own"])
    assert client.post("/language", data={"language": "en", "next": path}).location == "/"
    with app.app_context():
        user = session.get(User, world.users["worker", "own"].id)
        user.password = accounts.hashed("mot-hai-ba-bon")
        session.commit()
    fresh = app.test_client()
    data = {"username": "worker.own", "password": "mot-hai-ba-bon", "next": path}
    answer = fresh.post("/sign-in", data=data)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_roles_in_two_places_do_not_add_up(as_, session, world):
    """A worker there who audits here reads here without names and writes nothing."""
    item = world.items["NCC", HERE]
    client = as_(make_user(session, "lan.can", ("worker", THERE), ("auditor", HERE)))
    page = client.get(f"/cases/{item.number}")
    assert page.status_code == 200
    assert "Chau Rít" not in page.text
    assert "Rít C." not in page.text
    assert client.get(f"/cases/{item.number}/entries/visited").status_code == 404
    assert client.post(f"/cases/{item.number}/entries/{item.entry}/void", data={}).status_code == 404


def test_a_search_finds_nothing_outside(as_, session, world):
    for text in ("Nguyen Thi Be", "neang soc kha", world.items["TE", HERE].number, "089311001234", "0912345678"):
        page = as_("worker", "sibling").post("/cases/search", data={"text": text})
        assert page.status_code == 200
        assert world.items["TE", HERE].number not in page.text.replace(f'value="{text}"', "")
    assert cases.find(session, world.items["TE", HERE].number) is not None


@pytest.mark.parametrize(("codes", "shown"), [("TE", True), ("TE,MT", True), ("MT,NCC", False), ("MT", False)])
def test_a_name_known_only_through_a_restricted_group_is_not_found_by_others(app, session, world, codes, shown):
    """A child with a file of abuse is no hit for who searches persons for another group, nor a person to open a file for."""
    child = session.scalar(sa.select(CaseFile.beneficiary).where(CaseFile.subject == world.items["TE", HERE].case))
    user = make_user(session, "tim.nguoi", ("worker", HERE, codes))
    session.commit()
    assert (child in namable(session, actor_of(user), [Met(child, HERE)])) is shown
    if "MT" not in codes:
        return  # only programmes that count files open one without a detection
    seeker = sign_in(app.test_client(), user)
    page = seeker.post("/cases/new", data={"group": group("MT"), "text": "neang soc kha"})
    assert page.status_code == 200
    assert ("Neáng Sóc Kha" in page.text) is shown
    chosen = seeker.post("/cases/new/file", data={"group": group("MT"), "beneficiary": child.hex})
    assert (chosen.status_code != 404) is shown
