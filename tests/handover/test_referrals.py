"""A need is referred to a service: the consent it rests on, the letter, the answers one after the other."""

from datetime import date, datetime
from io import BytesIO

import pytest
from docx import Document
from pypdfium2 import PdfDocument

from casemgr.cases import services
from casemgr.cases.handover import ACCEPTED, AFTER, DECLINED, DONE, SENT, check_referral_answer, referrals
from casemgr.refused import Refused
from tests.accounts import sign_in
from tests.cases.files import HERE, decide, open_child, send, write

REFERRED = {
    "need": "TAM_LY",
    "reason": "CHUYEN_MON",
    "to": "Trung tâm Công tác xã hội tỉnh",
    "referral_consent": "LOI_NOI",
    "consent_by": "Bà ngoại của trẻ",
    "note": "Trị liệu tâm lý tại nhà bà ngoại.",
}


def entry_page(number, kind="referred"):
    return f"/cases/{number}/entries/{kind}"


def test_without_consent_nothing_is_referred(as_, who, drawn):
    answer = send(as_("worker"), entry_page(drawn[1]), **REFERRED | {"referral_consent": "CHUA"})
    assert answer.status_code == 422
    assert "Chưa có đồng ý thì chưa chuyển gửi được" in answer.text
    assert "Trị liệu tâm lý tại nhà bà ngoại." in answer.text
    answer = send(as_("worker"), entry_page(drawn[1]), **REFERRED | {"consent_by": ""})
    assert answer.status_code == 422
    answer = send(as_("worker"), entry_page(drawn[1]), **REFERRED, consent_on="23/03/2022")
    assert answer.status_code == 422
    assert "Ngày này không được sau ngày thực hiện (22/03/2022)." in answer.text


def test_a_referral_is_sent_printed_answered_and_done(as_, session, who, drawn, clock):
    case, number = drawn
    worker = as_("worker")
    sent = send(worker, entry_page(number), **REFERRED, consent_on="22/03/2022")
    assert sent.status_code == 303
    page = worker.get("/referrals").text
    assert number in page
    assert "chưa trả lời" in page
    links = [a for a in worker.get(f"/cases/{number}").text.split('"') if a.endswith(("letter.pdf", "letter.docx"))]
    pdf, word = (worker.get(link) for link in sorted(links, reverse=True))
    told = " ".join(PdfDocument(pdf.data)[0].get_textpage().get_text_range().split())
    for text in (
        "PHIẾU CHUYỂN GỬI",
        "Neáng Sóc Kha",
        "Trung tâm Công tác xã hội tỉnh",
        "Bà ngoại của trẻ, ngày 22/03/2022",
    ):
        assert text in told
    document = Document(BytesIO(word.data))
    written = " ".join(p.text for p in document.paragraphs) + " ".join(
        c.text for t in document.tables for row in t.rows for c in row.cells
    )
    assert "Trị liệu tâm lý tại nhà bà ngoại." in written
    assert "Kha" not in pdf.headers["Content-Disposition"]
    again = send(
        worker, entry_page(number), **REFERRED | {"consent_on": "22/03/2022", "to": " trung tâm  công tác xã hội Tỉnh"}
    )
    assert again.status_code == 422
    assert "Nhu cầu này đã chuyển gửi đến nơi này ngày 22/03/2022 (bản ghi" in again.text
    assert "Trị liệu tâm lý tại nhà bà ngoại." in again.text, "what was typed stays"
    for outcome, status in (("accepted", 303), ("accepted", 422), ("done", 303), ("done", 422)):
        answer = send(worker, entry_page(number, "referral_answered"), need="TAM_LY", referral_outcome=outcome)
        assert answer.status_code == status, outcome
    assert number not in worker.get("/referrals").text
    clock("2022-03-23T08:00")
    worker = sign_in(worker, who.worker)
    for place in (REFERRED["to"], "Bệnh viện tỉnh"):  # once it is done it may be asked for again, and elsewhere
        new = REFERRED | {"to": place, "consent_on": "22/03/2022"}
        assert send(worker, entry_page(number), **new).status_code == 303


def test_the_list_says_which_answer_is_overdue(as_, session, who, drawn, clock):
    values = REFERRED | {"referral_consent": "NGHIA_VU"}
    write(session, drawn[0], "referred", values, "2022-03-21", who.worker, unit=HERE)
    session.commit()
    page = as_("worker").get("/referrals").text
    assert "chưa trả lời" in page
    assert "hạn 28/03/2022" in page
    clock("2022-03-29T08:00")
    assert "quá hạn trả lời" in sign_in(as_("worker"), who.worker).get("/referrals").text


def test_no_answer_in_time_is_a_missed_promise(session, who, drawn):
    from casemgr.programmes.spans import verdict

    values = REFERRED | {"referral_consent": "NGHIA_VU"}
    write(session, drawn[0], "referred", values, "2022-03-21", who.worker, unit=HERE)
    span = next(s for s in services.state(session, drawn[0])[0].spans if s.criterion.code == "referral_answer")
    assert f"{span.due:%d/%m/%Y}" == "28/03/2022"  # five working days after Monday the 21st
    assert [verdict(span, span.due), verdict(span, span.due.replace(day=29))] == ["not_due", "missed"]


DAY = date(2022, 3, 22)


class _Entry:
    occurred_at = datetime(2022, 3, 22)

    def __init__(self, kind, **coded):
        self.id, self.kind, self.coded, self.seq = object(), kind, coded, 1


@pytest.mark.parametrize("state", [SENT, ACCEPTED, DECLINED, DONE])
@pytest.mark.parametrize("outcome", [ACCEPTED, DECLINED, DONE])
def test_the_table_of_answers(state, outcome):
    entries = [_Entry("referred", need="TAM_LY")]
    if state != SENT:
        entries.append(_Entry("referral_answered", need="TAM_LY", referral_outcome=state))
    assert referrals(entries)[0].state == state
    allowed = {(SENT, ACCEPTED), (SENT, DECLINED), (SENT, DONE), (ACCEPTED, DECLINED), (ACCEPTED, DONE)}
    assert {(s, o) for o, states in AFTER.items() for s in states} == allowed
    if (state, outcome) in allowed:
        check_referral_answer(entries, "TAM_LY", outcome, DAY)
    else:
        with pytest.raises(Refused):
            check_referral_answer(entries, "TAM_LY", outcome, DAY)
    with pytest.raises(Refused):
        check_referral_answer(entries, "SUC_KHOE", outcome, DAY)


def test_an_answer_belongs_to_the_referral_of_its_day(as_, session, who, drawn):
    """One dated before its referral would be kept and answer nothing; the first of two is answered by its own day."""
    case, number = drawn
    values = REFERRED | {"referral_consent": "NGHIA_VU"}
    write(session, case, "referred", values, "2022-03-16", who.worker)
    write(session, case, "referred", values | {"to": "Bệnh viện tỉnh"}, "2022-03-21", who.worker)
    session.commit()
    page, declined = entry_page(number, "referral_answered"), {"need": "TAM_LY", "referral_outcome": "declined"}
    early = send(as_("worker"), page, **declined, occurred="15/03/2022")
    assert early.status_code == 422
    assert "Ngày trả lời sớm hơn ngày chuyển gửi." in early.text
    for day, status in (("22/03/2022", 303), ("18/03/2022", 303), ("17/03/2022", 422)):
        assert send(as_("worker"), page, **declined, occurred=day).status_code == status
    assert number not in as_("worker").get("/referrals").text


def answered(number, client, outcome, day=None):
    values = {"need": "TAM_LY", "referral_outcome": outcome} | ({"occurred": day} if day else {})
    return send(client, entry_page(number, "referral_answered"), **values).status_code


def promises(session, case):
    """(when it was sent, answered?) of each promise of an answer, in the order in which they arose."""
    spans = services.state(session, case)[0].spans
    return [(s.arises.day, s.met.day if s.met else None) for s in spans if s.criterion.code == "referral_answer"]


@pytest.mark.parametrize(
    ("outcomes", "shown"),
    [
        ((), "chưa trả lời"),
        (("accepted",), "đã tiếp nhận, chưa thực hiện"),
        (("declined",), None),
        (("done",), None),
        (("accepted", "done"), None),
    ],
)
def test_the_list_opens_whatever_was_answered(as_, who, drawn, outcomes, shown):
    worker, number = as_("worker"), drawn[1]
    assert send(worker, entry_page(number), **REFERRED, consent_on="22/03/2022").status_code == 303
    assert [answered(number, worker, outcome) for outcome in outcomes] == [303] * len(outcomes)
    page = worker.get("/referrals")
    assert page.status_code == 200
    assert (number in page.text) is (shown is not None)
    if shown:
        assert shown in page.text
    assert ("hạn 29/03/2022" in page.text) is (not outcomes), "until the first answer"


@pytest.mark.parametrize("struck", ["referred", "referral_answered"])
def test_the_list_opens_after_a_referral_or_its_answer_was_struck_through(as_, session, who, drawn, struck):
    case, number = drawn
    values = REFERRED | {"referral_consent": "NGHIA_VU"}
    written = {"referred": write(session, case, "referred", values, "2022-03-21", who.worker)}
    said = {"need": "TAM_LY", "referral_outcome": "accepted"}
    written["referral_answered"] = write(session, case, "referral_answered", said, "2022-03-21", who.worker)
    services.void(
        session, case, written[struck].id, reason="wrong_data", note="x", author=str(who.worker.id), unit=HERE,
        now=datetime(2022, 3, 22, 8),
    )  # fmt: skip
    session.commit()
    page = as_("worker").get("/referrals")
    assert page.status_code == 200
    assert (number in page.text) is (struck == "referral_answered")
    assert ("hạn 28/03/2022" in page.text) is (struck == "referral_answered"), "it waits again"


@pytest.mark.parametrize("outcomes", [(), ("accepted",)])
def test_the_list_opens_with_a_referral_of_a_closed_file(as_, session, who, outcomes):
    """The closure ended the promise, so that there is no day by which it should be answered."""
    case, number = open_child(session, who, emergency=False)
    low = {"emergency": False, "note": "x"} | {f"a{n}": "T" for n in (1, 2, 3)} | {f"b{n}": "C" for n in range(1, 6)}
    write(session, case, "screened", low, "2022-03-05T08:00", who.worker)
    write(session, case, "referred", REFERRED | {"referral_consent": "NGHIA_VU"}, "2022-03-21", who.worker)
    for outcome in outcomes:
        said = {"need": "TAM_LY", "referral_outcome": outcome}
        write(session, case, "referral_answered", said, "2022-03-21", who.worker)
    closed = write(session, case, "closed", {"reason": "NGUY_CO_THAP", "note": "x"}, "2022-03-22", who.worker)
    decide(session, case, closed, who.chair, "2022-03-22T10:00")
    session.commit()
    page = as_("worker").get("/referrals")
    assert page.status_code == 200
    assert number in page.text
    assert "hạn 28/03/2022" not in page.text


@pytest.mark.parametrize("first", [("done",), ("declined",), ("accepted", "done")])
def test_a_need_referred_again_on_the_day_of_the_answer_waits_for_its_own(as_, session, who, drawn, first):
    """Both are known to the day only: what was written first came first."""
    (case, number), worker = drawn, as_("worker")
    new = REFERRED | {"consent_on": "22/03/2022"}
    for outcomes, state in ((first, [(22, 22)]), (("accepted", "done"), [(22, 22), (22, 22)])):
        assert send(worker, entry_page(number), **new).status_code == 303
        waiting = [*state[:-1], (22, None)]
        assert promises(session, case) == waiting, "the older answer has not kept it"
        page = worker.get("/referrals").text
        assert "chưa trả lời" in page
        assert "hạn 29/03/2022" in page
        assert [answered(number, worker, outcome) for outcome in outcomes] == [303] * len(outcomes)
        session.expire_all()
        assert promises(session, case) == state
        assert number not in worker.get("/referrals").text
    assert answered(number, worker, "done") == 422


def test_two_places_asked_at_once_both_answer(as_, session, who, drawn):
    """The answer to one does not keep the promise of the other, and what is left waits for the next."""
    (case, number), worker = drawn, as_("worker")
    values = REFERRED | {"referral_consent": "NGHIA_VU"}
    write(session, case, "referred", values, "2022-03-16", who.worker)
    write(session, case, "referred", values | {"to": "Bệnh viện tỉnh"}, "2022-03-21", who.worker)
    session.commit()
    assert promises(session, case) == [(16, None), (21, None)]
    assert answered(number, worker, "declined", "21/03/2022") == 303
    assert promises(session, case) == [(16, None), (21, 21)]
    assert "hạn 23/03/2022" in worker.get("/referrals").text, "the first is still due"
    assert [answered(number, worker, outcome, "22/03/2022") for outcome in ("accepted", "done")] == [303, 303]
    assert promises(session, case) == [(16, 22), (21, 21)]
    assert number not in worker.get("/referrals").text


def test_a_referral_written_again_keeps_the_answer_of_its_day(as_, session, who, drawn):
    (case, number), values = drawn, REFERRED | {"referral_consent": "NGHIA_VU"}
    wrong = write(session, case, "referred", values, "2022-03-21", who.worker)
    said = {"need": "TAM_LY", "referral_outcome": "done"}
    write(session, case, "referral_answered", said, "2022-03-21", who.worker)
    services.void(
        session, case, wrong.id, reason="wrong_data", note="x", author=str(who.worker.id), unit=HERE,
        now=datetime(2022, 3, 22, 8),
    )  # fmt: skip
    write(session, case, "referred", values | {"to": "Bệnh viện tỉnh"}, "2022-03-21", who.worker)
    session.commit()
    assert promises(session, case) == [(21, 21)]
    assert number not in as_("worker").get("/referrals").text
