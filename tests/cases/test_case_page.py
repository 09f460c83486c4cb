"""The case page: what stands on it, for whom, and what is written down about the reading."""

import re

import sqlalchemy as sa

from casemgr.access.models import AccessLog
from casemgr.cases import services
from casemgr.ledger import services as ledger
from tests.cases import files
from tests.cases.files import HERE, PLAN, SCREENED, approve, open_child, plan_of, write
from tests.pages import parse


def words(page: str) -> str:
    return " ".join(" ".join(parse(page).find("body").itertext()).split())


def test_the_page_tells_the_case(as_, drawn):
    _case, number = drawn
    said = words(as_("worker").get(f"/cases/{number}").text)
    for part in (
        "Sóc Kha N. · nữ, 11 tuổi",
        "Nguy cơ cao",
        "Can thiệp khẩn cấp · sau 4 giờ (hạn 12)",
        "Kế hoạch được phê duyệt · ngày làm việc thứ 5 (hạn 7)",
        "3 nhu cầu chưa đáp ứng",
        "quá 2 ngày làm việc",
        "còn 3 ngày làm việc",
        "cha, mẹ, người chăm sóc từ chối",
        "nhập muộn 3 ngày",
        "Hủy bản ghi 11 : nhập nhầm hồ sơ",
        "Đã hủy ở bản ghi 12: nhập nhầm hồ sơ.",
        "14 bản ghi · dữ liệu toàn vẹn (đã kiểm tra)",
        "41/QĐ-UBND",
        "Trẻ đã đi học lại",
    ):
        assert part in said, part
    seqs = re.findall(r'class="seq">(\d+)<', as_("worker").get(f"/cases/{number}").text)
    assert seqs == [str(n) for n in range(14, 0, -1)]


def test_a_wrong_file_void_hides_what_was_written(as_, drawn):
    page = as_("worker").get(f"/cases/{drawn[1]}").text
    entry = page[page.index('id="e11"') : page.index('id="e10"')]
    assert "Nội dung đã ẩn" in entry
    assert "Tâm lý" not in entry
    assert "Trị liệu" not in entry
    assert "<details" not in entry


def test_an_auditor_sees_no_name_and_no_typed_text(as_, drawn):
    page = as_("auditor").get(f"/cases/{drawn[1]}").text
    for secret in (
        "Kha",
        "Neáng",
        "Người dùng",
        "Trẻ đã đi học lại",
        "Cháu an toàn",
        "ngoại",
        "Trung tâm Y tế",
        "41/QĐ",
    ):
        assert secret not in page, secret
    assert "sau 4 giờ (hạn 12)" in words(page)
    assert f"/cases/{drawn[1]}/entries/" not in page


def test_the_safe_place_is_not_on_the_page(as_, drawn):
    assert "bà ngoại" not in as_("worker").get(f"/cases/{drawn[1]}").text
    shown = as_("worker").post(f"/cases/{drawn[1]}/identity").text
    assert "bà ngoại" in shown
    for part in ("Neáng Sóc Kha", "03/05/2011", "Ấp Tô Thuận", "Khmer"):
        assert part in shown


def test_an_auditor_gives_a_reason_for_an_identity(as_, session, drawn):
    path = f"/cases/{drawn[1]}/identity"
    assert "Lý do xem danh tính" in as_("auditor").get(path).text
    refused = as_("auditor").post(path)
    assert refused.status_code == 422
    assert "Neáng" not in refused.text
    assert as_("auditor").post(path, data={"reason": "just because"}).status_code == 422
    shown = as_("auditor").post(path, data={"reason": "sample"})
    assert "Neáng Sóc Kha" in shown.text
    assert "bà ngoại" not in shown.text
    row = session.scalars(sa.select(AccessLog).where(AccessLog.detail == "sample")).one()
    assert (row.action, row.subject, row.unit) == ("identity:read", drawn[0], HERE)


def test_every_reading_is_logged(as_, session, drawn):
    as_("worker").get(f"/cases/{drawn[1]}")
    as_("away").get(f"/cases/{drawn[1]}")
    rows = session.execute(
        sa.select(AccessLog.action, AccessLog.status, AccessLog.programme).where(AccessLog.subject == drawn[0])
    )
    assert sorted(rows.all()) == [("case:read", 200, "TE"), ("case:read", 404, "TE")]


def test_who_sees_what(as_, drawn):
    number = drawn[1]
    paths = [f"/cases/{number}", f"/cases/{number}/identity"]
    # Another worker of the same commune is not assigned; a worker next door, and an account for another programme,
    # are out of scope; an administrator sees no case at all.
    for name, status in {
        "worker": 200, "chair": 200, "district": 200, "auditor": 200,
        "other": 404, "away": 404, "elsewhere": 404, "admin": 403,
    }.items():  # fmt: skip
        for path in paths:
            assert as_(name).get(path).status_code == status, (name, path)
    assert as_("worker").get("/cases/HS-ZZZ-ZZZ").status_code == 404


def test_who_may_write(as_, drawn):
    number = drawn[1]
    for name, status in {"worker": 200, "chair": 403, "auditor": 403, "other": 404, "away": 404, "admin": 403}.items():
        assert as_(name).get(f"/cases/{number}/entries/visited").status_code == status, name
    # What the chair signs, the chair writes.
    assert as_("worker").get(f"/cases/{number}/entries/isolation_ended").status_code == 403
    assert as_("chair").get(f"/cases/{number}/entries/isolation_ended").status_code == 200
    assert as_("worker").get(f"/cases/{number}/entries/opened").status_code == 404
    assert as_("worker").get(f"/cases/{number}/entries/nonsense").status_code == 404


def test_a_broken_chain_is_named(as_, session, drawn):
    """The database refuses changes; whoever goes round its triggers is seen."""
    from casemgr.ledger import rules
    from casemgr.ledger import services as ledger

    kept = ledger.entries(session, drawn[0])
    assert rules.first_break(b"another key", kept).seq == 1
    page = as_("worker").get(f"/cases/{drawn[1]}").text
    assert "đã kiểm tra" in page

    def forged(session, subject):
        from dataclasses import replace

        return [replace(e, author="system:x") if e.seq == 5 else e for e in kept]

    import casemgr.cases.web as web

    original = web.ledger.entries
    web.ledger.entries = forged
    try:
        page = as_("worker").get(f"/cases/{drawn[1]}").text
    finally:
        web.ledger.entries = original
    assert "bản ghi 5: nội dung đã bị thay đổi" in page


def test_the_page_takes_as_many_queries_with_more_entries(as_, session, who, drawn, count_queries):
    as_("worker").get(f"/cases/{drawn[1]}")  # the units are read once a process
    with count_queries() as few:
        as_("worker").get(f"/cases/{drawn[1]}")
    for day in range(11, 21):
        visit = {"place": "TAI_NHA", "seen": "CO", "note": "x"}
        write(session, drawn[0], "visited", visit, f"2022-03-{day}T08:10", who.worker)
    session.commit()
    with count_queries() as many:
        as_("worker").get(f"/cases/{drawn[1]}")
    assert len(many) == len(few) <= 12, many


def test_the_list_takes_as_many_queries_with_more_rows(as_, session, who, drawn, count_queries):
    as_("worker").get("/cases")
    with count_queries() as few:
        as_("worker").get("/cases")
    for n in range(12):
        open_child(session, who, name=f"Nguyễn Văn Ân {n}" if n % 2 else "Chau Khonl")
    session.commit()
    with count_queries() as many:
        page = as_("worker").get("/cases").text
    assert page.count("HS-") >= 26
    assert len(many) == len(few) <= 11, many  # one names what is due, in the unit of its rule


def test_a_closed_file_says_so_and_offers_to_reopen(as_, session, who):
    case, number = open_child(session, who, emergency=False)
    low = files.SCREENED | {"emergency": False, "a1": "T", "a2": "T", "a3": "T"} | {f"b{n}": "C" for n in range(1, 6)}
    write(session, case, "screened", low, "2022-03-05T08:00", who.worker)
    closed = write(session, case, "closed", {"reason": "NGUY_CO_THAP", "note": "x"}, "2022-03-10", who.worker)
    services.decide(
        session,
        case,
        closed.id,
        on_seq=closed.seq,
        outcome="approved",
        number="9",
        note=None,
        signer=None,
        occurred=files.at("2022-03-11"),
        author=str(who.chair.id),
        unit=HERE,
        now=files.NOW,
    )
    session.commit()
    page = as_("worker").get(f"/cases/{number}").text
    assert "đã đóng 11/03/2022" in page
    assert "Việc kế tiếp" not in page
    assert f"/cases/{number}/entries/reopened" in page
    again = files.send(as_("worker"), f"/cases/{number}/entries/reopened", note="Có tin mới")
    assert again.status_code == 303
    assert services.find(session, number).status == "closed", "whether it is opened again is the chair's decision"
    asked = ledger.entries(session, case)[-1]
    assert f"/entries/{asked.id}/decide" in as_("chair").get("/approvals").text
    files.decide(session, case, asked, who.chair, files.TODAY)
    assert services.find(session, number).status == "open"


def test_the_page_speaks_english(as_, drawn):
    client = as_("worker")
    client.post("/language", data={"language": "en", "next": "/"})
    page = client.get(f"/cases/{drawn[1]}").text
    for part in ("Emergency measure", "High risk", "Psychological", "female, 11 years"):
        assert part in words(page), part
    form = client.get(f"/cases/{drawn[1]}/entries/served").text
    assert "Provider" in form
    assert "Nơi cung cấp" not in form


def test_of_a_file_in_parts_the_next_part_is_asked_for(as_, session, who):
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    session.commit()
    page = as_("worker").get(f"/cases/{number}").text
    tasks = page[page.index("Việc kế tiếp") : page.index("Nhu cầu và dịch vụ")]
    assert f"/cases/{number}/entries/met" in tasks
    assert f"/cases/{number}/entries/assessed" not in tasks


def test_a_returned_plan_says_so_until_it_is_written_again(as_, session, who):
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": False}, "2022-03-04T17:40", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    approve(session, case, plan_of(session, case, who.worker), who.chair, "returned")
    session.commit()
    notice = "Xem bản ghi 5"
    assert notice in as_("worker").get(f"/cases/{number}").text
    assert "Bổ sung nhu cầu pháp lý." in words(as_("worker").get(f"/cases/{number}").text).split(notice)[0]
    plan_of(session, case, who.worker, "2022-03-11")
    session.commit()
    assert notice not in as_("worker").get(f"/cases/{number}").text


def test_an_emergency_seen_late_still_counts_its_hours(as_, session, who):
    case, number = open_child(session, who, emergency=False)
    write(session, case, "screened", SCREENED | {"emergency": True}, "2022-03-05T06:00", who.worker)
    measure = {"measure": ["BAO_VE_TAI_CHO"], "isolation": False, "signer": "CHU_TICH"}
    write(session, case, "protected", measure, "2022-03-05T06:30", who.worker)
    session.commit()
    assert "Can thiệp khẩn cấp · sau 13 giờ (hạn 12)" in words(as_("auditor").get(f"/cases/{number}").text)
