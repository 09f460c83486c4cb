"""The caseload: who carries how much; many files given to another worker; views kept under a name."""

import html
import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from casemgr.cases import services as cases
from casemgr.cases.models import CaseSpan
from casemgr.ledger import services as ledger
from casemgr.work import caseload_pages
from casemgr.work.models import SavedView
from tests.accounts import make_user
from tests.cases import files
from tests.cases.conftest import as_, clock, who  # noqa: F401 - fixtures
from tests.cases.files import DISTRICT, HERE, PLAN, SCREENED, THERE, open_child, plan_of, write


@pytest.fixture
def town(session, who):  # noqa: F811
    """Four files: two of the worker here (one assessed and late), one of nobody, one in the commune beside."""
    made = {}
    for name, unit in (("new", HERE), ("assessed", HERE), ("bare", HERE), ("beside", THERE)):
        case, number = open_child(session, who, name=f"Nguyễn Văn {name}", unit=unit, emergency=False)
        made[name] = (case, number)
    write(session, made["assessed"][0], "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    needs = {"needs": {code: ("yes", "") for code in PLAN}}
    write(session, made["assessed"][0], "assessed", needs, "2022-03-07", who.worker)
    files.approve(session, made["assessed"][0], plan_of(session, made["assessed"][0], who.worker), who.chair)
    cases.assign(session, made["bare"][0], None, author=str(who.chair.id), unit=HERE, now=files.NOW)
    cases.assign(session, made["beside"][0], str(who.away.id), author=str(who.chair.id), unit=THERE, now=files.NOW)
    session.commit()
    return made


def test_a_line_for_each_worker(as_, town):  # noqa: F811
    page = words(as_("chair").get("/caseload").text)
    assert "3 hồ sơ đang mở" in page
    assert "1 chưa phân công" in page
    assert "Mới 2" in page
    assert "Có kế hoạch 1" in page
    # Two open files, one at high risk; of the assessed one the services are late, of the new one everything.
    line = re.search(r"Người dùng canbo (\d+) (\d+ · \d+ · \d+) (\d+) (\d+) (\d+) ngày", page)
    assert line.groups()[:2] == ("2", "1 · 0 · 0")
    assert int(line[3]) == overdue_by_hand(as_, town)
    assert line[5] == "18", "the file opened on 04/03 had no contact"
    assert "Người dùng canbo3" not in page, "the commune beside is another's"
    both = words(as_("district").get("/caseload?by=unit").text)
    assert "xã Núi Tô 3" in both
    assert "thị trấn Tri Tôn 1" in both


def overdue_by_hand(as_, town) -> int:  # noqa: F811
    """What the overdue list shows of the worker's own files."""
    page = words(as_("chair").get("/exceptions/overdue").text)
    return page.count("Người dùng canbo")


def test_an_auditor_sees_accounts_and_changes_nothing(as_, town):  # noqa: F811
    page = as_("auditor").get("/caseload").text
    assert "tài khoản" in page
    assert "Người dùng" not in page
    shown = as_("auditor").get("/caseload/files").text
    assert town["new"][1] in shown
    assert "Phân công lại" not in shown
    sent = {"number": [town["new"][1]], "worker": "x", "note": "x"}
    assert as_("auditor").post("/caseload/files", data=sent).status_code == 403
    assert as_("worker").get("/caseload").status_code == 403


def test_many_are_reassigned_and_what_is_out_of_scope_is_refused_by_number(session, as_, who, town):  # noqa: F811
    chair, number = as_("chair"), {name: number for name, (_case, number) in town.items()}
    assert number["new"] in as_("worker").get("/cases").text
    page = chair.get("/caseload/files").text
    assert "Người dùng canbo2" in page
    assert "Người dùng canbo3" not in page, "who cannot take any of these is not offered"
    sent = {"number": [number["new"], number["assessed"], number["beside"], "HS-222-222"]}
    sent |= {"worker": str(who.other.id), "note": "Nghỉ thai sản."}
    assert chair.post("/caseload/files", data=sent | {"note": ""}).status_code == 422
    assert chair.post("/caseload/files", data=sent | {"number": []}).status_code == 422
    said = chair.post("/caseload/files", data=sent, follow_redirects=True).text
    assert "Đã phân công lại 2 hồ sơ cho Người dùng canbo2." in said
    for refused in (number["beside"], "HS-222-222"):
        assert f"{refused}: không có hồ sơ này trong phạm vi của bạn" in said
    for name in ("new", "assessed"):
        last = ledger.entries(session, town[name][0])[-1]
        assert (last.kind, last.coded["worker"]) == ("assigned", str(who.other.id))
        assert "Nghỉ thai sản." in chair.get(f"/cases/{number[name]}").text
    assert [e.kind for e in ledger.entries(session, town["beside"][0])].count("assigned") == 1
    # What was scheduled goes along: the services of the plan stand in the other worker's day, not in the first one's.
    assert number["assessed"] in as_("other").get("/").text
    assert number["assessed"] not in as_("worker").get("/").text
    again = chair.post("/caseload/files", data=sent, follow_redirects=True).text
    assert f"{number['new']}: đã do cán bộ này phụ trách" in again


def test_who_cannot_take_a_file_is_refused(session, as_, who, town):  # noqa: F811
    other = make_user(session, "chinhsach", ("worker", HERE, "NCC"))
    sent = {"number": [town["new"][1]], "worker": str(other.id), "note": "x"}
    answer = as_("chair").post("/caseload/files", data=sent | {"note": "Chia lại việc."})
    assert answer.status_code == 422
    assert f"{town['new'][1]}: cán bộ được chọn không phụ trách được hồ sơ này" in answer.text
    assert answer.text.count("checked") == 1, "where nothing went through, what was ticked and typed stays"
    assert 'value="Chia lại việc."' in answer.text


def test_every_file_of_a_page_is_marked_at_once(as_, town):  # noqa: F811
    page = as_("chair").get("/caseload/files?stage=new&all=1").text
    assert page.count("checked") == 2
    assert "checked" not in as_("chair").get("/caseload/files?stage=new").text


def test_where_nobody_can_take_the_files_the_page_says_so(session, as_, who, town):  # noqa: F811
    who.worker.active = who.other.active = False
    session.commit()
    assert "Chưa có ai phụ trách được các hồ sơ này." in as_("chair").get("/caseload/files").text


def test_the_pages_of_a_list_go_on_after_a_form_was_refused(as_, town, monkeypatch):  # noqa: F811
    monkeypatch.setattr(caseload_pages, "SIZE", 1)
    answer = as_("chair").post("/caseload/views?by=worker", data={"name": ""})
    assert answer.status_code == 422
    (following,) = re.findall(r'rel="next" href="([^"]+)"', answer.text)
    assert as_("chair").get(html.unescape(following)).status_code == 200


def test_the_files_of_who_left_are_told_and_given_on(session, as_, who, town):  # noqa: F811
    who.worker.active = False
    session.commit()
    page = words(as_("chair").get("/caseload").text)
    assert "Người dùng canbo ▲ đã nghỉ hoặc hết quyền" in page
    sent = {"number": [town["new"][1], town["assessed"][1]], "worker": str(who.other.id), "note": "Bàn giao."}
    as_("chair").post("/caseload/files", data=sent)
    assert "đã nghỉ hoặc hết quyền" not in as_("chair").get("/caseload").text


def test_files_are_narrowed_and_sorted(as_, town):  # noqa: F811
    found = {
        "worker=none": {"bare"},
        "stage=planned": {"assessed"},
        "stage=new": {"new", "bare"},
        "risk=CAO": {"assessed"},
        "state=late": {"new", "assessed", "bare"},
        "sort=contact": {"new", "assessed", "bare"},
        "stage=nonsense": {"new", "assessed", "bare"},
    }
    for query, names in found.items():
        page = as_("chair").get(f"/caseload/files?{query}").text
        assert {name for name, (_case, number) in town.items() if number in page} == names, query


def test_persons_stand_in_the_order_of_their_given_names(as_, town, session, who):  # noqa: F811
    who.worker.full_name, who.away.full_name = "Bùi Văn Út", "Trần Thị Ân"
    session.commit()
    page = words(as_("district").get("/caseload?sort=name").text)
    assert page.index("Trần Thị Ân") < page.index("Bùi Văn Út")


def test_what_is_due_this_week_leads_to_its_files_though_something_else_in_them_is_late(as_, town, session, clock):  # noqa: F811
    clock("2022-03-23T09:00")
    now, week = datetime(2022, 3, 23, 9), timedelta(days=7)
    spans = session.execute(sa.select(CaseSpan.number, CaseSpan.due).where(CaseSpan.pending, CaseSpan.unit_id == HERE))
    dues = [(number, due) for number, due in spans if due]
    steps = [number for number, due in dues if now <= due < now + week]
    assert set(steps) & {number for number, due in dues if due < now}, "in one of them something is late, too"
    chair = as_("chair")
    assert f"{len(steps)} việc trong 7 ngày tới" in words(chair.get("/caseload").text)
    page = chair.get("/caseload/files?state=week").text
    assert set(re.findall(r"/cases/(HS-[^\"/]+)", page)) == set(steps)
    assert f"Hồ sơ đang mở ({len(set(steps))})" in words(page)


def test_a_view_is_kept_under_a_name_and_shared_above_and_beside(session, as_, who, town):  # noqa: F811
    who.deputy = make_user(session, "phochutich", ("supervisor", HERE))
    who.city = make_user(session, "longxuyen", ("supervisor", "883-20210101"))
    chair = as_("chair")
    assert chair.post("/caseload/views?by=unit", data={"name": ""}).status_code == 422
    for name, shared in (("Theo xã", "y"), ("Của tôi", "")):
        made = chair.post(
            "/caseload/views?by=unit&sort=high", data={"name": name, **({"shared": shared} if shared else {})}
        )
        assert made.status_code == 303
    kept = session.query(SavedView).filter_by(name="Theo xã").one()
    assert kept.query == "by=unit&sort=high"
    link = 'href="/caseload?by=unit&amp;sort=high">Theo xã'
    for reader, sees in (("chair", True), ("deputy", True), ("district", True), ("city", False)):
        page = as_(reader).get("/caseload").text
        assert (link in page) is sees, reader
        assert ("Của tôi" in page) is (reader == "chair")
    assert as_("deputy").post(f"/caseload/views/{kept.id}/drop").status_code == 404
    assert chair.post(f"/caseload/views/{kept.id}/drop").status_code == 303
    assert "Theo xã" not in as_("district").get("/caseload").text
    assert DISTRICT


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
