"""Every route, by every role, in one's own unit, beside it, above it, and for another programme.

What is expected is written down once more, apart from the policy: `sweep_pages` says which role may open which page,
and `expected` where. A route that is missing here fails the test.
"""

import logging
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from casemgr import create_app
from casemgr.access.models import AccessLog, RoleGrant, User
from casemgr.db import Base, db
from casemgr.programmes import programmes
from tests.accounts import sign_in
from tests.conftest import BACKENDS, hurry
from tests.conftest import test_config as config
from tests.faults import log_refused
from tests.sweep_pages import ABSENT, LAST, PAGES, Page
from tests.world import DIVIDED, HERE, NAMES, NUMBERS, PLACES, THERE, Item, World, build

GOOD = {200, 303, 400, 422}
UNLIKE = ("Content-Length", "Date", "Set-Cookie")  # the cookie is renewed every half minute


def reaches(place: str, unit: str) -> bool:
    return place == "parent" or (place == "sibling") == (unit == THERE)


def assigned(role: str, place: str, item: Item) -> bool:
    return role == "worker" and place == ("assigned" if item.unit == HERE else "sibling")


def expected(page: Page, role: str, place: str, item: Item) -> int:
    """200 stands for every good answer."""
    if role not in page.door:
        return 403
    if not _in_scope(page, role, place, item):
        return 404
    if page.about == "figure" and page.path.endswith("/confirm") and place == "programme":
        return 403  # who entered a figure does not confirm it
    if page.path.endswith("{waiting}/approve") and (role, place) == ("coordinator", "parent"):
        return 403  # nor does who prepared a report approve it
    return 200 if role in page.roles else 403


def _in_scope(page: Page, role: str, place: str, item: Item) -> bool:
    if page.about == "family":
        return place != "programme"
    if page.about == "figure":
        return reaches(place, HERE) and place != "other"
    if page.about == "row":
        level = "above" if place == "parent" else "commune"
        near = reaches(place, HERE) and place not in ("programme", "other")
        return near and (page.where in ("scope", level) or role not in page.roles)
    if page.about == "transfer":
        return place == "own"  # the commune that is asked, not the level above it
    if page.about == "divided":
        return place == "parent"  # only the level above both successors
    if page.about in ("job", "draft"):
        return (role, place) == ("coordinator", "parent")
    if page.about in ("user", "unit", "plan"):
        return reaches(place, HERE)
    if page.about in ("indicator", "register", "report", "named"):
        own = page.about != "named" or role != "worker" or place == "own"  # of workers whoever asked for it
        return reaches(place, HERE) and place not in ("programme", "other") and own
    if not page.about:
        return True
    if page.about == "another's view":
        return False
    near = reaches(place, item.unit) and place not in ("programme", "other")
    if page.own and role == "worker" and item.programme == "TE" and not assigned(role, place, item):
        near = False
    level = "commune" if PLACES.get(place, HERE) in (HERE, THERE) else "above"
    return near and (page.where in ("scope", level) or role not in page.roles)


@dataclass
class Town:
    """The world with its application: who asks for what."""

    app: object
    world: World
    clients: dict
    messages: list
    brief: bool

    def ask(self, who, method: str, path: str, **body):
        if who not in self.clients:
            self.clients[who] = sign_in(self.app.test_client(), self.world.users[who])
        response = self.clients[who].open(path, method=method, data=body.get("data"))
        if not response.mimetype.startswith("text/"):
            response.set_data(b"")  # a file; what it is called is looked at
        return response

    def address(self, page: Page, item: Item, absent: bool = False) -> str:
        world, target = self.world, self.world.users["worker", "target"]
        path = page.path.format(
            number="HS-222-222" if absent else item.number,
            detection="PH-222-222" if absent else item.detection,
            entry=item.entry,
            asked=item.asked,
            scan=item.scan,
            gift=world.gift,
            referral=item.referral,
            offer=ABSENT if absent else world.offer,
            token=world.token,
            divided="99999-20210101" if absent else DIVIDED,
            user=ABSENT if absent else target.id,
            grant=target.grants[0].id,
            unit="99999-20210101" if absent else HERE,
            hamlet=world.hamlet,
            area=ABSENT if absent else world.area,
            figure=ABSENT if absent else world.figure,
            figure_entry=world.figure_entry,
            listed=ABSENT if absent else world.listed,
            asked_row=world.asked_row,
            dispute=ABSENT if absent else world.dispute,
            job=ABSENT if absent else world.job,
            report=ABSENT if absent else world.report,
            register=ABSENT if absent else world.register,
            sample=ABSENT if absent else world.sample,
            waiting=ABSENT if absent else world.waiting,
            draft=ABSENT if absent else world.draft,
            named=ABSENT if absent else world.named,
        )
        return f"{path}?{page.query}" if page.query else path

    def items(self, page: Page) -> list[Item]:
        if page.about not in ("case", "detection"):
            return [self.world.items["TE", HERE]]
        codes = ("TE",) if page.about == "detection" else page.only
        return [item for (code, _unit), item in self.world.items.items() if code in codes]

    def askers(self, page: Page) -> list:
        """Everyone, the assigned worker first. Who is stopped at the door never comes near the database's scopes:
        on the second database one of each role is enough."""
        found = sorted(self.users(), key=lambda who: who[1] != "assigned")
        return [who for who in found if not self.brief or who[0] in page.door or who[1] == "own"]

    def users(self) -> list:
        return [who for who in self.world.users if who[1] != "target"]


@pytest.fixture(scope="module", params=BACKENDS)
def town(request, templates, tmp_path_factory):
    """The world, built once for a database."""
    yield from built(request, templates, tmp_path_factory)


@pytest.fixture(params=BACKENDS)
def own_town(request, templates, tmp_path_factory):
    """One for a test that leaves nothing as it was: the others come before or after it, as they may."""
    yield from built(request, templates, tmp_path_factory)


def built(request, templates, tmp_path_factory):
    """A world on a database of its own; durability is not what is tested here."""
    folder, source = tmp_path_factory.mktemp("town"), templates(request.param)
    uri = source.fresh(folder)
    app = create_app(config(folder, uri) | {"CASEMGR_TODAY": "2022-03-22"})
    messages: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record):
            messages.append(self.format(record))

    ear = Ear()
    logging.getLogger().addHandler(ear)
    app.logger.addHandler(ear)
    with app.app_context():
        sa.event.listen(db.engine, "connect", hurry)
        world = build(db.session)
        db.session.remove()
    yield Town(app, world, {}, messages, brief=request.param != BACKENDS[0])
    logging.getLogger().removeHandler(ear)
    app.logger.removeHandler(ear)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    source.drop(uri)


def test_every_route_is_in_the_table(town):
    there = {(r.endpoint, m) for r in town.app.url_map.iter_rules() for m in r.methods - {"HEAD", "OPTIONS"}}
    missing = sorted({endpoint for endpoint, _method in there} - set(PAGES))
    assert not missing, (
        f"{missing}: say in PAGES of tests/sweep_pages.py which roles may open this page, what it is about and where"
    )
    assert set(PAGES) == {endpoint for endpoint, _method in there}, "PAGES names a page that is gone"


def text_of(response) -> str:
    """The words of a page; a paper is no page."""
    return response.text if response.mimetype.startswith("text/") else ""


def sweep(town: Town, method: str) -> tuple[list, list]:
    """(wrong answers, every answer as (page, endpoint, who, item, response))."""
    wrong, answers = [], []
    rules = {r.endpoint for r in town.app.url_map.iter_rules() if method in r.methods}
    for endpoint in sorted(rules, key=lambda e: (LAST.index(e) + 1 if e in LAST else 0, e)):
        for page in PAGES[endpoint]:
            for who in town.askers(page):
                for item in town.items(page):
                    response = town.ask(who, method, town.address(page, item), data=body(town, page))
                    wanted = expected(page, *who, item)
                    if not (response.status_code == wanted or (wanted == 200 and response.status_code in GOOD)):
                        place = f"{item.programme} in {item.unit}" if page.about in ("case", "detection") else ""
                        wrong.append(f"{method} {endpoint} {who} {place}: {response.status_code}, not {wanted}")
                    answers.append((page, endpoint, who, item, response))
    return wrong, answers


def body(town: Town, page: Page) -> dict:
    if page.about == "family":
        with town.app.app_context():
            return {"group": str(list(programmes()).index("NCC") + 1)}
    return {}


def plain(text: str, *words: str) -> str:
    """A page without what tells two equal ones apart: its own address and the token of the form."""
    for word in words:
        text = text.replace(word, "…")
    return re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", text)


def snapshot(town: Town) -> dict:
    """Everything in the database but the access log."""
    with town.app.app_context():
        tables = [t for t in Base.metadata.sorted_tables if t.name != "access_log"]
        return {t.name: Counter(map(str, db.session.execute(sa.select(t)))) for t in tables}


def test_reading_by_everyone_everywhere(town, monkeypatch):
    monkeypatch.setitem(town.app.config, "WTF_CSRF_ENABLED", True)  # a page that is only read needs no token
    before = snapshot(town)
    wrong, answers = sweep(town, "GET")
    assert not wrong, "\n".join(wrong)
    assert len(answers) > 500
    changed = [name for name, rows in snapshot(town).items() if rows != before[name]]
    assert not changed, f"reading changed {changed}"
    _check_log(town, answers)
    _check_hidden(town, answers, "GET")
    _check_secrets(town, answers)
    faulty = {each[1] for each in answers if each[4].status_code == 200 and "<title>Có lỗi" in each[4].text[:2000]}
    assert not faulty, f"{sorted(faulty)} tell of a mistake that nobody made"
    for page, endpoint, who, item, response in answers:
        if who[0] == "auditor" or (who[0] == "coordinator" and page.about == "detection"):
            told = [word for word in (*NAMES, *NUMBERS, "Kha N.", "Bé N.", "Rít C.") if word in text_of(response)]
            assert not told, f"{endpoint} tells {who} of {item.programme}: {told}"


def _check_log(town: Town, answers: list) -> None:
    """Each page of a case, a detection or an identity left a row with its subject and how it ended."""
    with town.app.app_context():
        found = defaultdict(Counter)
        for row in db.session.scalars(sa.select(AccessLog).where(AccessLog.method == "GET")):
            found[row.endpoint][row.user_id, row.subject, row.status] += 1
    for page, endpoint, who, item, response in answers:
        if page.about not in ("case", "detection") or who[0] not in page.door:
            continue
        subject = item.case if page.about == "case" else item.detected
        key = (town.world.users[who].id, subject, response.status_code)
        assert found[endpoint][key], f"{endpoint} by {who}: no row for {item.programme} in {item.unit}"


def _check_hidden(town: Town, answers: list, method: str) -> None:
    """Out of scope a thing does not exist: the page is that of a number that nothing has."""
    absent = {}
    for page, endpoint, who, item, response in answers:
        if response.status_code != 404 or page.about in ("family", "plan", "indicator"):
            continue
        address, missing = town.address(page, item), town.address(page, item, absent=True)
        key = (page, who)
        if key not in absent:
            absent[key] = missing, town.ask(who, method, missing, data=body(town, page))
        missing, other = absent[key]
        assert other.status_code == 404, f"{endpoint}: {missing}"
        assert plain(response.text, address) == plain(other.text, missing), f"{endpoint} by {who} tells more than 404"
        assert [h for h in response.headers if h[0] not in UNLIKE] == [h for h in other.headers if h[0] not in UNLIKE]


def _check_secrets(town: Town, answers: list) -> None:
    """No name, number or group in addresses, titles, error pages; none in the log of the application."""
    with town.app.app_context():
        groups = [each for p in programmes().values() for each in (p.short.vi, p.short.en, p.name.vi, p.name.en)]
    people = [user.full_name for user in town.world.users.values()]
    for page, endpoint, _who, _item, response in answers:
        title = re.search("<title>(.*?)</title>", text_of(response), re.S)
        named = response.headers.get("Content-Disposition", "")
        seen = " ".join((response.headers.get("Location", ""), named, title[1] if title else ""))
        if response.status_code >= 400 and response.status_code != 422:
            seen += response.text
        links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', text_of(response)))
        told = [word for word in (*NAMES, *NUMBERS, *groups) if word.lower() in seen.lower()]
        told += [word for word in (*NAMES, *NUMBERS) if word in links]
        assert not told, f"{endpoint} {page.path}: {told}"
    told = [word for word in (*NAMES, *NUMBERS, *people) if any(word in message for message in town.messages)]
    assert not told, f"the log of the application says {told}"


def test_nothing_is_shown_when_the_log_cannot_be_written(town):
    rules = {r.endpoint for r in town.app.url_map.iter_rules() if "GET" in r.methods}
    with log_refused(town.app):
        for endpoint in sorted(rules):
            for page in PAGES[endpoint]:
                item = town.items(page)[0]
                who = next(w for w in town.users()[::-1] if expected(page, *w, item) == 200)
                response = town.ask(who, "GET", town.address(page, item))
                assert response.status_code == (503 if page.logged else response.status_code), endpoint
                assert response.status_code != 500
                if response.status_code == 503:
                    words = (item.number, item.detection, *NAMES, "Kha N.", "Bé N.", "Người dùng")
                    assert not [word for word in words if word and word in response.text], endpoint
                    assert "Chưa có nội dung nào được lưu hoặc hiển thị" in response.text
    item = town.world.items["TE", HERE]
    assert town.ask(("worker", "assigned"), "GET", f"/cases/{item.number}").status_code == 200


def test_nothing_is_written_when_the_log_cannot_be_written(town):
    before, item = snapshot(town), town.world.items["TE", HERE]
    visit = {"occurred": ["21/03/2022", "08:10"], "place": "TAI_NHA", "seen": "CO", "note": "x"}
    with log_refused(town.app):
        for path, data in (
            (f"/cases/{item.number}/entries/visited", visit),
            (f"/detections/{item.detection}/take", {}),
            (f"/cases/{item.number}/identity", {}),
        ):
            data = data | {"entry_id": "5f5ea1de-9f7c-4c0e-9a53-3d6b54a6f2d1"} if data else data
            response = town.ask(("worker", "assigned"), "POST", path, data=data)
            assert response.status_code == 503
            assert "Neáng" not in response.text
            assert "Nội dung vừa gửi chưa được lưu." in response.text
    assert snapshot(town) == before


def test_figures_do_not_depend_on_who_asks(town):
    asked = f"/coverage/KH322-2022/TE-2?unit={HERE}"
    pages = {}
    for who in (("worker", "assigned"), ("worker", "own"), ("supervisor", "own"), ("supervisor", "parent"),
                ("auditor", "parent"), ("coordinator", "parent")):  # fmt: skip
        text = town.ask(who, "GET", asked).text
        text = re.sub(r"<[^>]*>", " ", text[text.index("<h1") : text.index("</main")])
        pages[who] = re.findall(r"\d[\d.,]*\s*(?:%|/\s*\d+)", text)
    assert len({tuple(numbers) for numbers in pages.values()}) == 1, pages
    assert next(iter(pages.values()))


def test_writing_by_everyone_everywhere(own_town):
    """Last of this module, because it ends roles and sessions. The bodies are empty: forms answer 422."""
    before = snapshot(own_town)
    wrong, answers = sweep(own_town, "POST")
    assert not wrong, "\n".join(wrong)
    assert len(answers) > 500
    changed = {name for name, rows in snapshot(own_town).items() if rows != before[name]}
    assert changed <= {User.__tablename__, RoleGrant.__tablename__, "hamlet", "unit_area_end", "ledger_entry", "ledger_subject",
                       "ledger_pulse", "ledger_settled", "ledger_touched", "detected", "case_span", "unit_version", "sign_in_attempt", "reminder",
                       "named_list", "seal", "seal_head", "report_body", "replayed", "job", "vault_key", "reconciled_row"}, changed  # fmt: skip
    _check_secrets(own_town, answers)
