"""Lists that name people: asked for with a reason, approved by a second person, taken by whoever asked, for some days;
and the flash report, which names nobody and waits for nobody."""

import io
import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.exc import IntegrityError

from casemgr.access.models import AccessLog
from casemgr.cases import services as cases
from casemgr.cases.models import CaseFile
from casemgr.people import services as people
from casemgr.programmes import programmes
from casemgr.reports import persons, services
from tests.accounts import make_user, sign_in
from tests.cases.conftest import as_, clock, count_queries, drawn, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, at
from tests.pages import parse
from tests.papers.pages import check_pages, words

LISTS, GIFTS, EXPORTS = (f"/reports/outgoing/{page}" for page in ("lists", "gifts", "exports"))
HEAD = "Chau Rít"


def open_file(session, who, name: str):  # noqa: F811
    household = people.register(
        session, str(who.worker.id), HERE, datetime(2022, 2, 1, 8), kind="household", name=name, address="Ấp Tô Thuận"
    )
    found = cases.open_case(
        session, "NCC", unit=HERE, beneficiary=household, identity={}, occurred=at("2022-02-01"),
        author=str(who.worker.id), now=datetime(2022, 2, 1, 9), worker=str(who.worker.id),
    )  # fmt: skip
    session.commit()
    return found


@pytest.fixture
def family(session, who):  # noqa: F811
    return open_file(session, who, HEAD)


def ask_gift(client, **changes):
    asked = {"occasion": "27-7", "unit": HERE, "document": "QĐ 15/QĐ-UBND ngày 01/03/2022"}
    return client.post(GIFTS, data=client.form(GIFTS, 1) | asked | changes)


def ask_file(client, **changes):
    asked = {"roll": "tre-em", "unit": HERE, "purpose": "software", "document": "CV 15/SLĐTBXH"}
    return client.post(EXPORTS, data=client.form(EXPORTS, 1) | asked | changes)


def approve(client, page: str, **changes):
    return client.post(page, data=client.form(page, 1) | {"outcome": "approved"} | changes)


def text(response) -> str:
    return " ".join(" ".join(parse(response.text).find("body").itertext()).split())


def logged(session, action: str) -> list[str]:
    return list(session.scalars(sa.select(AccessLog.detail).where(AccessLog.action == action, AccessLog.status < 400)))


def test_a_gift_list_is_approved_by_another_and_then_taken(as_, family, session):  # noqa: F811
    worker, chair = as_("worker"), as_("chair")
    sent = ask_gift(worker)
    page = sent.headers["Location"]
    assert "Bạn là người đề nghị" in worker.get(page).text
    early = worker.post(f"{page}/pdf", data=worker.form(GIFTS, 1), follow_redirects=True)
    assert "Danh sách này chưa được duyệt." in text(early)
    assert "1 danh sách có họ tên chờ duyệt" in text(chair.get("/approvals"))
    assert "QĐ 15/QĐ-UBND ngày 01/03/2022" in text(chair.get(page))
    assert approve(chair, page).status_code == 303
    assert "chờ duyệt" not in text(chair.get(page))
    form = worker.form(page, 1)
    taken = worker.post(f"{page}/pdf", data=form)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="danh-sach-nhan-qua.pdf"'
    check_pages(taken.data)
    said = words(taken.data)
    for part in ("NGÀY THƯƠNG BINH - LIỆT SĨ 27/7", "Ký nhận", "Danh sách có 1 hộ.", HEAD):
        assert part in said, part
    assert "duyệt: Người dùng chutich" in said, "the mark says by whose leave"
    assert logged(session, "list:print") == ["27-7,gift,rows=1,pdf"]
    assert "Đã tải 1 lần" in text(worker.get(page))
    refused = chair.post(f"{page}/pdf", data=chair.form(page.rsplit("/", 1)[0], 0), follow_redirects=True)
    assert "Chỉ người đã đề nghị được tải danh sách." in text(refused)


def test_nobody_approves_what_they_asked_for(as_, family, session):  # noqa: F811
    chair = as_("chair")
    page = ask_gift(chair).headers["Location"]
    assert "Ghi câu trả lời" not in chair.get(page).text
    assert chair.post(page, data={"outcome": "approved"}).status_code == 403
    found = services.find(session, UUID(page.rsplit("/", 1)[1]))
    with pytest.raises(services.rules.Refused, match="không tự duyệt"):
        services.answer(
            session, found, outcome="approved", note=None, days=3, author=found.author, now=datetime(2022, 3, 22, 10)
        )
    forged = sa.insert(services.TABLE).values(
        province=89, subject=UUID(int=5), unit_id=HERE, programme="NCC", author="a", asked_at=datetime(2022, 3, 22),
        status="approved", answered_by="a", until=datetime(2022, 3, 25), head_seq=2,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="second_person"), session.begin_nested():
        session.execute(forged)
    assert approve(as_("district"), page).status_code == 303, "the level above may"


def test_what_was_approved_is_open_for_three_days(as_, family, clock, who, app):  # noqa: F811
    worker = as_("worker")
    page = ask_gift(worker).headers["Location"]
    approve(as_("chair"), page)
    clock("2022-03-25T08:59")
    worker = sign_in(app.test_client(), who.worker)
    form = worker.form(page, 1)
    assert worker.post(f"{page}/docx", data=form).status_code == 200
    clock("2022-03-25T09:01")
    late = worker.post(f"{page}/docx", data=form, follow_redirects=True)
    assert "Đã hết thời gian tải" in text(late)
    assert "hết thời gian tải" in text(worker.get(LISTS))


def test_what_is_declined_says_why_and_stays_closed(as_, family):  # noqa: F811
    worker, chair = as_("worker"), as_("chair")
    page = ask_gift(worker).headers["Location"]
    mute = approve(chair, page, outcome="declined")
    assert mute.status_code == 422
    assert "Ghi rõ vì sao không duyệt." in text(mute)
    assert approve(chair, page, outcome="declined", note="Chưa có quyết định của tỉnh.").status_code == 303
    assert "Chưa có quyết định của tỉnh." in text(worker.get(page))
    assert "Danh sách này chưa được duyệt." in text(
        worker.post(f"{page}/pdf", data=worker.form(GIFTS, 1), follow_redirects=True)
    )
    again = chair.post(page, data={"outcome": "approved"})
    assert again.status_code == 422
    assert "Đề nghị này đã được trả lời." in text(again)


def test_a_file_for_software_says_for_whom_and_by_whose_leave(as_, drawn, session):  # noqa: F811
    district, chair = as_("district"), as_("chair")
    silent = ask_file(district, purpose="")
    assert silent.status_code == 422
    assert "CV 15/SLĐTBXH" in silent.text
    page = ask_file(district).headers["Location"]
    approve(chair, page)
    book = CalamineWorkbook.from_filelike(io.BytesIO(district.post(f"{page}/xlsx", data=district.form(page, 1)).data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["MA_HO_SO", "HO_TEN", "NGAY_SINH"], "the first sheet is for software alone"
    assert rows[1][0] == drawn[1]
    why = dict(row[:2] for row in book.get_sheet_by_index(1).to_python() if row[0])
    assert why["Mục đích"] == "Nhập vào phần mềm của cơ quan quản lý"
    assert why["Văn bản yêu cầu, nơi nhận"] == "CV 15/SLĐTBXH"
    assert (why["Người kết xuất"], why["Người duyệt"]) == ("Người dùng huyen", "Người dùng chutich")
    assert [text for text in logged(session, "person:export") if text] == ["tre-em,software,rows=1,xlsx"]
    assert district.post(f"{page}/pdf", data=district.form(LISTS, 0)).status_code == 404


def test_who_may_ask_and_who_may_look(as_, family, drawn, session, app):  # noqa: F811
    worker = as_("worker")
    assert worker.get(EXPORTS).status_code == 403
    assert as_("auditor").get(GIFTS).status_code == 403
    page = ask_gift(worker).headers["Location"]
    assert as_("other").get(page).status_code == 404, "a colleague did not ask for it"
    assert as_("away").get(page).status_code == 404
    assert "Ghi câu trả lời" not in as_("auditor").get(page).text
    children_only = sign_in(app.test_client(), make_user(session, "mot.nhom", ("supervisor", HERE, "TE")))
    assert children_only.get(page).status_code == 404
    listed = {name: page in as_(name).get(LISTS).text for name in ("worker", "other", "chair", "auditor")}
    assert listed == {"worker": True, "other": False, "chair": True, "auditor": True}


def test_where_there_is_nobody_to_list_nothing_is_asked(as_, who):  # noqa: F811
    sent = ask_gift(as_("worker"))
    assert sent.status_code == 422
    assert "không có hồ sơ đang quản lý" in text(sent)


def test_asking_twice_by_one_form_is_asking_once(as_, family, session, who):  # noqa: F811
    worker = as_("worker")
    data = worker.form(GIFTS, 1) | {"occasion": "tet", "unit": HERE, "document": "QĐ 1"}
    first = worker.post(GIFTS, data=data).headers["Location"]
    open_file(session, who, "Chau Kim")
    assert worker.post(GIFTS, data=data).headers["Location"] == first, "whatever was opened meanwhile"
    assert session.scalar(sa.select(sa.func.count()).select_from(services.TABLE)) == 1


def test_another_request_by_a_form_that_was_sent_is_told_and_recorded_once_sent_again(as_, family, session):  # noqa: F811
    worker = as_("worker")
    data = worker.form(GIFTS, 1) | {"occasion": "tet", "unit": HERE, "document": "QĐ 1"}
    worker.post(GIFTS, data=data)
    other = worker.post(GIFTS, data=data | {"document": "QĐ 2"})
    assert other.status_code == 422
    assert "Đề nghị này chưa được ghi: biểu mẫu này đã gửi một đề nghị khác." in text(other)
    fresh = re.search(r'name="entry_id"[^>]*value="([^"]+)"', other.text)[1]
    page = worker.post(GIFTS, data=data | {"document": "QĐ 2", "entry_id": fresh}).headers["Location"]
    assert "QĐ 2" in text(worker.get(page))
    assert session.scalar(sa.select(sa.func.count()).select_from(services.TABLE)) == 2


def test_a_list_is_not_asked_for_under_the_id_of_something_else(as_, family, session):  # noqa: F811
    worker = as_("worker")
    sent = ask_gift(worker, entry_id=str(family[0]))
    assert (sent.status_code, "chưa được ghi" in text(sent)) == (422, True)
    assert session.scalar(sa.select(sa.func.count()).select_from(services.TABLE)) == 0


def test_what_was_approved_is_what_leaves(as_, family, session, who):  # noqa: F811
    """A file opened since is not on it; one that was closed since is left out."""
    kim = open_file(session, who, "Chau Kim")
    worker, chair = as_("worker"), as_("chair")
    page = ask_gift(worker).headers["Location"]
    open_file(session, who, "Chau Sóc")
    assert "Số dòng 2" in text(chair.get(page))
    approve(chair, page)
    open_file(session, who, "Chau Đen")
    said = words(worker.post(f"{page}/pdf", data=worker.form(page, 1)).data)
    assert [name in said for name in (HEAD, "Chau Kim", "Chau Sóc", "Chau Đen")] == [True, True, False, False]
    session.execute(
        sa.update(CaseFile)
        .where(CaseFile.subject == kim[0])
        .values(status="closed", closed_at=datetime(2022, 3, 22, 9))
    )
    session.commit()
    said = words(worker.post(f"{page}/pdf", data=worker.form(page, 1)).data)
    assert [name in said for name in (HEAD, "Chau Kim")] == [True, False]


def test_nothing_is_read_of_a_list_that_may_not_be_taken(as_, family, monkeypatch):  # noqa: F811
    worker, chair = as_("worker"), as_("chair")
    page = ask_gift(worker).headers["Location"]
    token = worker.form(GIFTS, 1)
    monkeypatch.setattr(persons, "rows", lambda *_: pytest.fail("the names were read"))
    assert "chưa được duyệt" in text(worker.post(f"{page}/pdf", data=token, follow_redirects=True))
    approve(chair, page)
    assert "Chỉ người đã đề nghị" in text(chair.post(f"{page}/pdf", data=token, follow_redirects=True))


def test_whoever_asked_may_withdraw_what_waits(as_, family, session):  # noqa: F811
    worker, chair = as_("worker"), as_("chair")
    page = ask_gift(worker).headers["Location"]
    form = worker.form(page, 1)
    refused = chair.post(f"{page}/withdraw", data=form, follow_redirects=True)
    assert "Chỉ người đã đề nghị được rút đề nghị." in text(refused)
    assert worker.post(f"{page}/withdraw", data=form).status_code == 303
    assert "đã rút đề nghị" in text(worker.get(page))
    assert "danh sách có họ tên chờ duyệt" not in text(chair.get("/approvals"))
    late = chair.post(page, data={"outcome": "approved"})
    assert (late.status_code, "Người đề nghị đã rút đề nghị này." in text(late)) == (422, True)
    assert "Người đề nghị đã rút đề nghị này." in text(
        worker.post(f"{page}/withdraw", data=form, follow_redirects=True)
    )
    other = ask_gift(worker).headers["Location"]
    approve(chair, other)
    assert "Đề nghị này đã được trả lời." in text(worker.post(f"{other}/withdraw", data=form, follow_redirects=True))
    assert logged(session, "list:withdraw") == ["27-7"]


def test_a_request_that_nobody_answers_lapses_after_a_week(as_, family, clock, who, app):  # noqa: F811
    page = ask_gift(as_("worker")).headers["Location"]
    clock("2022-03-29T08:59")
    chair = sign_in(app.test_client(), who.chair)
    assert "1 danh sách có họ tên chờ duyệt" in text(chair.get("/approvals"))
    clock("2022-03-29T09:01")
    assert "danh sách có họ tên chờ duyệt" not in text(chair.get("/approvals"))
    assert "quá hạn trả lời" in text(chair.get(LISTS))
    assert "Ghi câu trả lời" not in chair.get(page).text
    late = chair.post(page, data={"outcome": "approved"})
    assert (late.status_code, "quá hạn trả lời. Nếu còn cần, hãy đề nghị lại" in text(late)) == (422, True)


def test_one_act_is_one_row_of_the_access_log(as_, family, session):  # noqa: F811
    worker, chair = as_("worker"), as_("chair")
    page = ask_gift(worker).headers["Location"]
    form = worker.form(page, 1)
    said = {}
    for name, act in (
        ("read", lambda: chair.get(page)),
        ("answer", lambda: chair.post(page, data={"outcome": "approved"})),
        ("take", lambda: worker.post(f"{page}/docx", data=form)),
    ):
        before = set(session.scalars(sa.select(AccessLog.id)))
        assert act().status_code < 400
        rows = session.execute(sa.select(AccessLog.action, AccessLog.detail).where(AccessLog.id.not_in(before)))
        said[name] = [tuple(row) for row in rows]
    assert said == {
        "read": [("list:read", "")],
        "answer": [("list:approved", "27-7")],
        "take": [("list:print", "27-7,gift,rows=1,docx")],
    }


def test_the_list_of_lists_asks_as_often_whatever_it_shows(as_, family, count_queries):  # noqa: F811
    worker, asked = as_("worker"), []
    for more in (1, 4):
        for _one in range(more):
            ask_gift(worker)
        with count_queries() as seen:
            worker.get(LISTS)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_a_file_for_software_has_what_holds_today(app):
    """An incident that was excluded since is no longer one of the child's; another still is."""
    with app.app_context():
        programme, day = programmes()["TE"], datetime(2022, 3, 1, 9)

    def entry(n, kind, **coded):
        return SimpleNamespace(id=UUID(int=n), kind=kind, occurred_at=day + timedelta(days=n), coded=coded)

    first, second = UUID(int=91).hex, UUID(int=92).hex
    entries = [
        entry(1, "opened", harm=["BL"], detected=first),
        entry(2, "linked", harm=["XHTD"], detected=second),
        entry(3, "told", fact="excluded", detected=first),
    ]
    one = persons.One(None, None, entries, programme, None)
    assert persons.TAKES["harm"](one) == programme.codes["harm"]["XHTD"].name.vi
    back = persons.One(None, None, [*entries, entry(4, "told", fact="included", detected=first)], programme, None)
    assert len(persons.TAKES["harm"](back).split("; ")) == 2


def test_the_flash_report_names_nobody(as_, drawn, session):  # noqa: F811
    number, chair = drawn[1], as_("chair")
    path = f"/reports/outgoing/flash/{number}"
    assert path in chair.get(f"/cases/{number}").text
    data = chair.form(path, 1) | {"to": "Công an huyện", "purpose": "protect"}
    sent = chair.post(path, data=data)
    assert sent.headers["Content-Disposition"] == 'attachment; filename="bao-cao-nhanh.pdf"'
    check_pages(sent.data)
    said = words(sent.data)
    assert number in said
    assert "Nguy cơ cao" in said
    assert "gửi Công an huyện" in said, "the mark says for whom"
    assert "Kha" not in said
    assert logged(session, "report:flash") == ["protect,pdf"]
