"""Wrong, late, double and hostile input through the real pages: a clear sentence, nothing lost or half-written."""

import unicodedata
from uuid import UUID, uuid4

import pytest

from casemgr.cases import services
from casemgr.ledger import services as ledger
from casemgr.refused import Refused
from tests.accounts import make_user, sign_in
from tests.cases.files import HERE, NOW, PLAN, SCREENED, approve, filled, open_child, plan_of, send, write
from tests.cases.test_case_page import words

VISIT = {"place": "TAI_NHA", "seen": "CO", "note": "Cháu ăn ngủ tốt."}


@pytest.fixture
def fresh(session, who):
    """(subject, number) of a file just opened."""
    found = open_child(session, who)
    session.commit()
    return found


def assessed(session, who, case):
    write(session, case, "screened", SCREENED, "2022-03-04T17:40", who.worker)
    write(session, case, "assessed", {"needs": {code: ("yes", "") for code in PLAN}}, "2022-03-07", who.worker)
    session.commit()


def kept(session, case) -> int:
    return len(ledger.entries(session, case))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["31/02/2022", ""], "Không có ngày 31/02/2022 trong lịch."),
        (["5/3/22", ""], "Năm phải đủ 4 chữ số"),
        (["mai", ""], "Hãy nhập ngày theo dạng ngày/tháng/năm"),
        (["21/03/2022", "25:00"], "Không có giờ 25:00"),
        (["", ""], "Cần nhập nội dung này."),
        (["23/03/2022", "08:00"], "Ngày thực hiện chưa đến."),
        (["22/03/2022", "09:01"], "Ngày thực hiện chưa đến."),
        (["03/03/2022", "08:00"], "sớm hơn ngày tiếp nhận thông tin (04/03/2022)"),
    ],
)
def test_wrong_dates(as_, session, fresh, typed, sentence):
    path = f"/cases/{fresh[1]}/entries/visited"
    answer = send(as_("worker"), path, occurred=typed, **VISIT)
    assert answer.status_code == 422
    assert sentence in answer.text
    # Beside the field and in the summary, with everything typed still there.
    assert 'id="occurred-error"' in answer.text
    assert "Cháu ăn ngủ tốt." in answer.text
    assert typed[0] in answer.text
    assert kept(session, fresh[0]) == 1


def test_an_unknown_code(as_, session, fresh):
    answer = send(as_("worker"), f"/cases/{fresh[1]}/entries/visited", **VISIT | {"place": "SAO_HOA"})
    assert answer.status_code == 422
    assert "Hãy chọn một giá trị trong danh sách." in answer.text
    assert kept(session, fresh[0]) == 1


def test_a_day_only_date_meets_no_hour_clock(as_, session, fresh):
    path = f"/cases/{fresh[1]}/entries/protected"
    answer = send(
        as_("worker"), path, occurred=["04/03/2022", ""], measure=["BAO_VE_TAI_CHO"], isolation="no", signer="CHU_TICH"
    )
    assert answer.status_code == 303
    page = as_("worker").get(f"/cases/{fresh[1]}").text
    assert "Can thiệp khẩn cấp · thiếu giờ thực hiện" in words(page)
    assert '<span class="v unknown">' in page


def test_the_author_does_not_decide(as_, session, who, fresh):
    from casemgr.access.models import RoleGrant

    assessed(session, who, fresh[0])
    plan = plan_of(session, fresh[0], who.worker, needs=PLAN)
    session.add(
        RoleGrant(
            user_id=who.worker.id,
            role="supervisor",
            unit_id=HERE,
            programmes="*",
            valid_from=NOW.date(),
            granted_at=NOW,
        )
    )
    session.commit()
    path = f"/cases/{fresh[1]}/entries/{plan.id}/decide"
    page = as_("worker").get(f"/cases/{fresh[1]}").text
    assert "Chờ quyết định:" in page
    assert path not in page
    assert as_("worker").get(path).status_code == 403
    assert as_("worker").post(path, data={"outcome": "approved", "number": "1"}).status_code == 403
    assert path in as_("chair").get(f"/cases/{fresh[1]}").text


def test_a_plan_is_approved(app, as_, session, who, fresh):
    assessed(session, who, fresh[0])
    plan = plan_of(session, fresh[0], who.worker)
    session.commit()
    path = f"/cases/{fresh[1]}/entries/{plan.id}/decide"
    assert "Cháu an toàn." in as_("chair").get(path).text
    missing = send(as_("chair"), path, outcome="approved", occurred=["11/03/2022", ""])
    assert missing.status_code == 422
    assert "Cần ghi số quyết định." in missing.text
    early = send(as_("chair"), path, outcome="approved", number="41", occurred=["09/03/2022", ""])
    assert "Ngày quyết định sớm hơn ngày lập." in early.text
    data = filled(
        as_("chair"), path, outcome="approved", number="41/QĐ-UBND", signer="CHU_TICH", occurred=["11/03/2022", "8:05"]
    )
    assert as_("chair").post(path, data=data).status_code == 303
    assert as_("chair").post(path, data=data).status_code == 303  # pressed twice
    assert kept(session, fresh[0]) == 5
    assert services.find(session, fresh[1]).waiting == 0
    again = as_("chair").get(path, follow_redirects=True)
    assert again.request.path == f"/cases/{fresh[1]}"
    said = "Nội dung này đã được quyết định trước đó: Phê duyệt, Người dùng chutich ghi lúc 22/03/2022 09:00"
    assert said in again.text
    deputy = sign_in(app.test_client(), make_user(session, "phochutich", ("supervisor", HERE)))
    other = deputy.post(path, data=data | {"entry_id": str(uuid4()), "outcome": "returned", "note": "Thiếu họp nhóm."})
    assert other.status_code == 409
    assert said in other.text
    assert "Thiếu họp nhóm." in other.text, "what was typed is still there"


def test_a_stale_decision_is_shown_and_asked_again(as_, session, who, fresh):
    assessed(session, who, fresh[0])
    plan = plan_of(session, fresh[0], who.worker)
    session.commit()
    path = f"/cases/{fresh[1]}/entries/{plan.id}/decide"
    data = filled(as_("chair"), path, outcome="approved", number="41", occurred=["11/03/2022", ""])
    assert data["on_seq"] == "4"
    write(session, fresh[0], "visited", VISIT, "2022-03-12T08:00", who.worker)
    session.commit()
    stale = as_("chair").post(path, data=data)
    assert stale.status_code == 409
    assert "Hồ sơ đã có bản ghi mới sau khi trang này được mở." in stale.text
    assert "Thăm hộ" in words(stale.text)
    assert 'value="41"' in stale.text
    assert kept(session, fresh[0]) == 5
    assert as_("chair").post(path, data=data | {"on_seq": "5"}).status_code == 303


def test_a_returned_plan_comes_back_filled(as_, session, who, fresh):
    assessed(session, who, fresh[0])
    plan = plan_of(session, fresh[0], who.worker)
    path = f"/cases/{fresh[1]}/entries/{plan.id}/decide"
    session.commit()
    without = send(as_("chair"), path, outcome="returned", occurred=["11/03/2022", ""])
    assert "Cần ghi lý do trả lại để người lập bổ sung." in without.text
    returned = send(as_("chair"), path, outcome="returned", note="Bổ sung.", occurred=["11/03/2022", ""])
    assert returned.status_code == 303
    again = filled(as_("worker"), f"/cases/{fresh[1]}/entries/planned")
    assert again["goal"] == "Cháu an toàn."
    assert again["items-0-choice"] == "AN_TOAN:TE-AT"
    sent = again | {"occurred": "14/03/2022"}
    assert as_("worker").post(f"/cases/{fresh[1]}/entries/planned", data=sent).status_code == 303


def test_a_plan_that_leaves_a_need_unanswered(as_, session, who, fresh):
    assessed(session, who, fresh[0])
    path = f"/cases/{fresh[1]}/entries/planned"
    data = filled(as_("worker"), path, occurred="10/03/2022", goal="x", start="11/03/2022", end="30/04/2022")
    assert [data[f"items-{n}-need"] for n in range(5)] == ["AN_TOAN", "SUC_KHOE", "TAM_LY", "PHAP_LY", "HOC_TAP"]
    for number, (need, service) in enumerate(PLAN.items()):
        data |= {f"items-{number}-choice": f"{need}:{service}", f"items-{number}-due": "20/03/2022"}
    short = as_("worker").post(path, data=data | {"items-4-choice": "", "items-4-due": ""})
    assert short.status_code == 422
    assert "Kế hoạch chưa có dịch vụ cho nhu cầu «Học tập»." in short.text
    assert short.text.count('value="20/03/2022"') == 4
    half = as_("worker").post(path, data=data | {"items-4-due": ""})
    assert "Học tập: hãy ghi ngày thực hiện." in half.text
    wrong = as_("worker").post(path, data=data | {"items-4-choice": "HOC_TAP:TE-YT"})
    assert "Học tập: hãy chọn dịch vụ." in wrong.text
    outside = as_("worker").post(path, data=data | {"items-4-due": "20/05/2022"})
    assert "phải nằm trong thời gian của kế hoạch" in outside.text
    assert kept(session, fresh[0]) == 3
    assert as_("worker").post(path, data=data).status_code == 303


def test_needs_that_must_be_answered(as_, session, who, fresh):
    write(session, fresh[0], "screened", SCREENED, "2022-03-04T17:40", who.worker)
    session.commit()
    path = f"/cases/{fresh[1]}/entries/assessed"
    assert as_("worker").get(path).text.count('class="must"') == 4
    open_one = send(as_("worker"), path, occurred="07/03/2022", needs__AN_TOAN="yes")
    assert "Nhu cầu «Sức khỏe» phải được trả lời có hoặc không." in open_one.text
    unexplained = send(
        as_("worker"),
        path,
        occurred="07/03/2022",
        **{f"needs__{n}": "yes" for n in PLAN} | {"needs__PHAP_LY": "no"},
    )
    assert "Nhu cầu «Pháp lý»: ghi lý do vì sao không có nhu cầu này." in unexplained.text
    assert 'id="needs-PHAP_LY-no" value="no" checked' in unexplained.text


@pytest.fixture
def closed(session, who, fresh):
    """The approved closure of a file at low risk."""
    low = (
        SCREENED
        | {"emergency": False, "note": "Đã gặp trẻ, an toàn", "a1": "T", "a2": "T", "a3": "T"}
        | {f"b{n}": "C" for n in range(1, 6)}
    )
    write(session, fresh[0], "screened", low, "2022-03-05T08:00", who.worker)
    found = write(session, fresh[0], "closed", {"reason": "NGUY_CO_THAP", "note": "x"}, "2022-03-10", who.worker)
    approve(session, fresh[0], found, who.chair)
    session.commit()
    return found


def test_after_the_closure(as_, session, who, fresh, closed):
    path = f"/cases/{fresh[1]}/entries/visited"
    late = send(as_("worker"), path, occurred=["12/03/2022", "08:00"], **VISIT)
    assert late.status_code == 422
    assert "Hồ sơ đã đóng ngày 11/03/2022." in late.text
    # Before the closure it may still be written down.
    assert send(as_("worker"), path, occurred=["09/03/2022", "08:00"], **VISIT).status_code == 303


def test_nobody_undoes_alone_what_a_second_person_approved(as_, session, who, fresh, closed):
    """To strike the approved closure would be to reopen the file without a decision."""
    case, number = fresh
    path = f"/cases/{number}/entries/{closed.id}/void"
    assert path not in as_("worker").get(f"/cases/{number}").text
    said = send(as_("worker"), path, reason="wrong_data", note="x")
    assert said.status_code == 422
    assert "hoặc người khác có quyền phê duyệt, phải hủy quyết định đó trước." in said.text
    assert services.state(session, case)[0].status == "closed"
    decision = next(e for e in ledger.entries(session, case) if e.kind == "decided")
    back = f"/cases/{number}/entries/{decision.id}/void"
    assert as_("worker").get(back).status_code in (403, 422)
    assert send(as_("chair"), back, reason="wrong_data", note="Nhầm hồ sơ.").status_code == 303
    assert send(as_("worker"), path, reason="wrong_data", note="Nhầm hồ sơ.").status_code == 303
    assert services.state(session, case)[0].status == "open"


def test_another_leader_takes_back_what_one_who_has_left_approved(app, as_, session, who, fresh, closed):
    case, number = fresh
    decision = next(e for e in ledger.entries(session, case) if e.kind == "decided")
    back = f"/cases/{number}/entries/{decision.id}/void"
    who.chair.active = False
    session.commit()
    deputy = make_user(session, "phochutich", ("supervisor", HERE))
    for user in (who.worker, who.district, who.elsewhere):
        assert sign_in(app.test_client(), user).get(back).status_code in (403, 404, 422)
    facts = {"reason": "wrong_data", "note": "x", "unit": HERE, "now": NOW}
    with pytest.raises(Refused, match="Chỉ người đã quyết định"):  # who asked for the closure, had they come to lead
        services.void(session, case, decision.id, author=str(who.worker.id), leads=True, **facts)
    other = sign_in(app.test_client(), deputy)
    assert back in other.get(f"/cases/{number}").text
    assert send(other, back, reason="wrong_data", note="Người ký đã nghỉ; ký nhầm hồ sơ.").status_code == 303
    session.expire_all()
    assert (
        send(as_("worker"), f"/cases/{number}/entries/{closed.id}/void", reason="wrong_data", note="x").status_code
        == 303
    )
    assert services.state(session, case)[0].status == "open"


def test_an_isolation_order_is_struck_like_what_else_is_approved(session, who, fresh):
    """Else the isolation would end without anybody having decided so."""
    write(session, fresh[0], "screened", SCREENED, "2022-03-04T17:40", who.worker)
    shelter = {"measure": ["CACH_LY"], "isolation": True, "signer": "CHU_TICH"}
    order = write(session, fresh[0], "protected", shelter, "2022-03-05T21:15", who.worker)
    approve(session, fresh[0], order, who.chair)
    facts = {"reason": "wrong_data", "note": "x", "author": str(who.worker.id), "unit": HERE, "now": NOW}
    with pytest.raises(Refused, match="đã được phê duyệt"):
        services.void(session, fresh[0], order.id, **facts)


def test_of_entries_of_one_moment_the_last_begun_prevails(as_, session, fresh):
    """In a fold their ids alone tell them apart; random ones would let any of them prevail."""
    path, notes = f"/cases/{fresh[1]}/entries/visited", [f"Lần {n}" for n in range(6)]
    for note in notes:
        visit = VISIT | {"note": note}
        assert send(as_("worker"), path, occurred=["09/03/2022", "08:00"], **visit).status_code == 303
    found = [e for e in services.state(session, fresh[0])[0].entries if e.kind == "visited"]
    assert [sealed["note"] for sealed in map(ledger.read_sealed(session, found).get, [e.id for e in found])] == notes


def test_a_void_and_a_void_of_a_void(as_, session, who, fresh):
    visit = write(session, fresh[0], "visited", VISIT, "2022-03-12T08:00", who.worker)
    session.commit()
    path = f"/cases/{fresh[1]}/entries/{visit.id}/void"
    assert path in as_("worker").get(f"/cases/{fresh[1]}").text
    assert "Cần nhập nội dung này." in send(as_("worker"), path, reason="double").text
    assert send(as_("worker"), path, reason="double", note="Ghi hai lần").status_code == 303
    void = ledger.entries(session, fresh[0])[-1]
    again = f"/cases/{fresh[1]}/entries/{void.id}/void"
    refused = send(as_("worker"), again, reason="double", note="x")
    assert refused.status_code == 422
    assert "Không hủy được một bản ghi hủy." in refused.text
    twice = send(as_("worker"), path, reason="double", note="x")
    assert "Bản ghi này đã được hủy trước đó." in twice.text
    opening = ledger.entries(session, fresh[0])[0]
    assert as_("worker").get(f"/cases/{fresh[1]}/entries/{opening.id}/void").status_code == 403
    assert as_("auditor").get(path).status_code == 403
    assert as_("auditor").get(again).status_code == 403
    assert as_("worker").get(f"/cases/{fresh[1]}/entries/{uuid4()}/void").status_code == 404


def test_sent_twice_is_stored_once_and_other_content_is_refused(as_, session, fresh):
    path = f"/cases/{fresh[1]}/entries/visited"
    data = filled(as_("worker"), path, occurred=["21/03/2022", "08:10"], **VISIT)
    UUID(data["entry_id"])
    assert as_("worker").post(path, data=data).status_code == 303
    assert as_("worker").post(path, data=data).status_code == 303
    assert kept(session, fresh[0]) == 2
    other = as_("worker").post(path, data=data | {"note": "Khác"})
    assert other.status_code == 422
    assert "Bản ghi này đã được lưu trước đó với nội dung khác." in other.text
    assert "Khác" in other.text
    broken = as_("worker").post(path, data=data | {"entry_id": "no-uuid"})
    assert broken.status_code == 422
    assert kept(session, fresh[0]) == 2


def test_long_and_strange_text(as_, session, fresh):
    path = f"/cases/{fresh[1]}/entries/visited"
    data = filled(as_("worker"), path, occurred=["21/03/2022", "08:10"], **VISIT)
    huge = as_("worker").post(path, data=data | {"note": "ă" * 1_000_000})
    assert huge.status_code == 413
    assert "Nội dung gửi lên quá lớn" in huge.text
    # Too long for the field, not for the request: a sentence, and the text is still there.
    long = as_("worker").post(path, data=data | {"note": "dài " * 1500})
    assert long.status_code == 422
    assert "Nội dung quá dài" in long.text
    assert "dài dài" in long.text
    for bad in ("a\x00b", "a\u202eb", "a\u2066b"):
        strange = as_("worker").post(path, data=data | {"note": bad})
        assert strange.status_code == 422
        assert "ký tự điều khiển" in strange.text
        assert ">\nab</textarea>" in strange.text
    assert kept(session, fresh[0]) == 1


def test_marks_apart_are_joined(as_, session, fresh):
    path = f"/cases/{fresh[1]}/entries/visited"
    apart = unicodedata.normalize("NFD", "Nguyễn Thị Hòa dặn lại")
    assert send(as_("worker"), path, occurred=["21/03/2022", "08:10"], **VISIT | {"note": apart}).status_code == 303
    entry = ledger.entries(session, fresh[0])[-1]
    assert ledger.read_sealed(session, [entry])[entry.id]["note"] == unicodedata.normalize("NFC", apart)


def test_what_must_come_before(as_, session, fresh):
    refused = send(as_("worker"), f"/cases/{fresh[1]}/entries/planned", occurred="10/03/2022", goal="x")
    assert refused.status_code == 422
    page = as_("worker").get(f"/cases/{fresh[1]}").text
    assert f"/cases/{fresh[1]}/entries/planned" not in page[: page.index("Diễn biến hồ sơ")]


def test_a_refusal_of_the_programme_in_both_languages(as_, session, who, fresh):
    write(session, fresh[0], "screened", SCREENED, "2022-03-04T17:40", who.worker)
    session.commit()
    path = f"/cases/{fresh[1]}/entries/closed"
    facts = {"occurred": "10/03/2022", "reason": "AN_TOAN", "note": "x"}
    assert "mức độ tổn hại (A1)" in send(as_("worker"), path, **facts).text
    as_("worker").post("/language", data={"language": "en", "next": "/"})
    assert "harm (A1) or the abuser" in send(as_("worker"), path, **facts).text.replace("&#39;", "'")


def test_the_file_is_given_to_another_worker(as_, session, who, fresh):
    path = f"/cases/{fresh[1]}/assign"
    assert as_("worker").get(path).status_code == 403
    page = as_("chair").get(path).text
    assert str(who.other.id) in page
    assert str(who.away.id) not in page
    assert send(as_("chair"), path, worker=str(who.away.id)).status_code == 422
    assert as_("other").get(f"/cases/{fresh[1]}").status_code == 404
    silent = send(as_("chair"), path, worker=str(who.other.id))
    assert silent.status_code == 422
    assert "Cần ghi lý do giao lại hồ sơ cho người khác." in silent.text
    assert f'<option selected value="{who.other.id}">' in silent.text, "what was chosen stays"
    assert send(as_("chair"), path, worker=str(who.other.id), note="Nghỉ thai sản.").status_code == 303
    page = as_("other").get(f"/cases/{fresh[1]}")
    assert "Nghỉ thai sản." in page.text, "the reason stands in the file"
    assert as_("worker").get(f"/cases/{fresh[1]}").status_code == 404
