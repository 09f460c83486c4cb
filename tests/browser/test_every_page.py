"""Every kind of page that somebody of the demo province can reach, seen with axe on a telephone and on a computer."""

from datetime import date
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import HTTPException

from casemgr import create_app
from casemgr.access.models import RoleGrant, User
from casemgr.cases.models import CaseFile
from casemgr.db import db
from casemgr.demo.build import build
from casemgr.demo.staff import PASSWORD
from casemgr.detections.models import Detected
from tests import conftest as house
from tests.browser.conftest import served
from tests.browser.eyes import Eyes

# The forms of entries are all made of the same parts; these two programmes have every part there is.
FORMS_OF = ("TE", "MT")
UNPAGED = {"ui.static", "ui.healthz", "ui.readyz"}
# What a link of these gives is a file, not a page.
UNPAGED |= {
    "cases.attached_file", "cases.print_entry", "detections.print_form", "funds.receipt", "handover.letter",
    "jobs.result", "outgoing.paper",
    "registers.errors", "reminders.calendar", "reported.attached", "reports.given_out", "reports.paper",
}  # fmt: skip
# The first above is the leader of a commune where something waits for a decision.
# A kind of page is looked at once in each of these groups; those that differ by role, once for each visitor.
VISITORS = {
    "working": ("treem.chauphong", "xahoi.chauphong"),
    "above": ("", "lanhdao.chauphong", "huyen.tanchau", "kiemtra", "tonghop1", "quantri"),
}
BY_ROLE = {"work.today", "cases.index", "detections.index", "coverage.plan", "access.account"}


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """(address, kind, leader): the demo province, served; what kind of page a link leads to; who has to decide."""
    folder = tmp_path_factory.mktemp("province")
    app = create_app(
        house.test_config(folder, f"sqlite:///{folder / 'casemgr.db'}")
        | {"CASEMGR_TODAY": "2022-06-15", "CASEMGR_DEMO": 1}
    )
    house.build_schema(app)
    with app.app_context():
        build(db.session, cases=120, seed=2, today=date(2022, 6, 15))
        files = db.session.execute(sa.select(CaseFile.number, CaseFile.programme, CaseFile.status)).all()
        found = db.session.execute(sa.select(Detected.number, Detected.programme, Detected.status)).all()
        leads = (
            sa.select(User.username)
            .join(RoleGrant, User.grants)
            .where(RoleGrant.role == "supervisor")
            .order_by(User.username)
        )
        waits = sa.select(CaseFile.unit_id).where(CaseFile.waiting > 0)
        leader = db.session.scalars(leads.where(RoleGrant.unit_id.in_(waits))).first()
        assert leader, "nothing waits for a decision: take another seed"
        db.session.remove()
    subjects = {number: (programme, status) for number, programme, status in [*files, *found]}
    urls = app.url_map.bind("localhost")

    def kind(link: str) -> tuple | None:
        """What makes a page another kind of page: its view, and the programme, status, form or indicator."""
        try:
            endpoint, values = urls.match(urlsplit(link).path)
        except HTTPException:
            return None
        if endpoint in UNPAGED:
            return None
        programme, status = subjects.get(values.get("number"), ("", ""))
        if endpoint == "cases.case":
            return endpoint, programme, status
        if endpoint == "cases.entry" and programme not in FORMS_OF:
            return None
        if endpoint not in ("cases.entry", "detections.page", "detections.step"):
            programme = ""
        what = values.get("kind") or values.get("indicator") or values.get("word") or ""
        return endpoint, programme, what

    with served(app) as address:
        yield address, kind, leader
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def open_page(browser, province):
    """open_page(): a page of a new visitor, and the eyes that look at it."""
    contexts = []

    def new():
        contexts.append(browser.new_context(locale="vi-VN", base_url=province[0]))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        return page, Eyes(page)

    yield new
    for context in contexts:
        context.close()


def sign_in(page, username: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.mark.timeout(600)  # some fifty pages, each twice: on a busy machine that takes minutes
@pytest.mark.parametrize("group", VISITORS)
def test_every_page_can_be_read_and_used_by_everybody(group, province, open_page):
    seen: set[tuple] = set()
    wrong: list[str] = []
    for username in VISITORS[group]:
        page, eyes = open_page()
        sign_in(page, username or province[2])
        links = ["/"]
        while links:
            link = links.pop(0)
            kind = province[1](link)
            if kind is None or (*kind, username) in seen or (kind[0] not in BY_ROLE and kind in seen):
                continue
            seen |= {kind, (*kind, username)}
            assert page.goto(link).status == 200, link
            eyes.look(f"{username} {link}")
            here = page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.getAttribute('href'))")
            links += dict.fromkeys(here)
        wrong += eyes.wrong
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 15, seen
    assert group != "above" or ("cases.decide", "", "") in seen


def test_pages_after_a_mistake_and_other_rare_ones(province, open_page):
    """Answers to forms: errors beside the fields, results of a search, a password shown once, an ended session."""
    page, eyes = open_page()
    page.goto("/sign-in")
    eyes.look("sign-in")
    eyes.tab_through("sign-in")
    page.get_by_role("button", name="Đăng nhập").click()
    eyes.look("sign-in refused")
    sign_in(page, "treem.nuito")
    page.goto("/account/password")
    page.get_by_role("button", name="Đổi mật khẩu").click()
    eyes.look("password refused")
    page.goto("/detections/new")
    page.get_by_role("link", name="Trẻ em bị xâm hại").click()
    page.get_by_role("button", name="Lưu").click()
    eyes.look("detection refused")
    eyes.tab_through("detection refused")
    page.goto("/cases")
    page.get_by_label("Tìm theo tên hoặc số hồ sơ").fill("nguyen")
    page.get_by_role("button", name="Tìm").click()
    eyes.look("cases found")
    eyes.tab_through("cases found")
    for path in ("/cases/HS-222-222", "/admin/users", "/no-such-page"):
        assert page.goto(path).status in (403, 404)
        eyes.look(path)
    assert not eyes.wrong, "\n".join(eyes.wrong)


def test_opening_a_file_and_an_entry_refused(province, open_page):
    page, eyes = open_page()
    sign_in(page, "xahoi.chauphong")
    page.goto("/cases/new")
    page.get_by_label("Chương trình").first.select_option(index=1)
    page.locator("#text").fill("Nguyễn Văn An")
    page.get_by_role("button", name="Tìm").click()
    eyes.look("already there?")
    page.get_by_role("button", name="Không có trong danh sách: nhập mới").click()
    eyes.look("new file")
    page.get_by_role("button", name="Mở hồ sơ").click()
    eyes.look("new file refused")
    page.goto("/cases?status=open")
    page.locator("table a").first.click()
    page.locator("summary", has_text="Ghi bản ghi mới").click()
    page.locator(".menu a").first.click()
    page.get_by_role("button", name="Lưu vào hồ sơ").click()
    eyes.look("entry refused")
    page.context.clear_cookies()
    page.get_by_role("button", name="Lưu vào hồ sơ").click()
    eyes.look("session ended")
    sign_in(page, "quantri")
    page.goto("/admin/users/new")
    page.get_by_role("button", name="Tạo tài khoản").click()
    eyes.look("account refused")
    page.get_by_label("Tên đăng nhập").fill("canbo.moi")
    page.get_by_label("Họ và tên").fill("Nguyễn Văn Mới")
    page.get_by_label("Đơn vị").first.select_option(index=1)
    page.get_by_role("button", name="Tạo tài khoản").click()
    eyes.look("password shown once")
    assert not eyes.wrong, "\n".join(eyes.wrong)
