"""A corrected register: what people said about its lines holds; what the machine said is said anew."""

from datetime import date

from casemgr.ledger import services as ledger
from casemgr.reconciling import services
from casemgr.reconciling.rules import APPROVED, HUMAN, MATCHED, PERSON, SAME, fold
from casemgr.registers import drafts, importing
from casemgr.registers import rows as stored
from tests.accounts import few_units
from tests.reconciling.conftest import BE, CHILD, DISTRICT, KHA, NOW, PROVINCE, UNIT, compare, known, on, state

HEAD = "Mã hồ sơ;Họ tên;Ngày sinh;Giới tính;Xã;Ngày tiếp nhận\n"
LINES = {
    "A1": "A1;Nguyễn Thị Bé;2011;Nữ;Tri Tôn;04/03/2022",
    "A2": "A2;Lý Văn Tám;02/02/2012;Nam;Tri Tôn;05/03/2022",
    "A3": "A3;Đỗ Thị Mười;03/03/2013;Nữ;Tri Tôn;06/03/2022",
    "A4": "A4;Võ Văn Lành;04/04/2014;Nam;Tri Tôn;07/03/2022",
    "A5": "A5;Cao Thị Thơm;05/05/2010;Nữ;Tri Tôn;08/03/2022",
}


def send(session, *codes: str, **changed: str):
    """A register with these lines, received whole."""
    text = HEAD + "\n".join(changed.get(code, LINES[code]) for code in codes)
    facts = drafts.Facts("TONG_DAI_111", "TE", PROVINCE, date(2022, 1, 1), date(2022, 3, 31))
    made = drafts.begin(session, facts, "a.csv", text.encode(), author="tonghop", now=NOW)
    draft = drafts.find(session, made)
    look = drafts.look(session, draft, NOW)
    extra = importing._extra(look)
    stored.keep(session, made, look.checked.rows, extra)
    importing.finish(session, draft, look, author="tonghop", at=NOW)
    return made


def test_what_people_said_holds_for_the_corrected_register(session, sound):
    few_units(session)
    be = known(session, **BE)
    known(session, **KHA)
    old = send(session, "A1", "A2", "A3", "A4", "A5")
    compare(session, old)
    register = stored.get(session, old)
    services.answer(session, register, 2, SAME, (PERSON, be), on())
    services.report_row(session, register, 3, unit=UNIT, values=CHILD, on=on())
    services.ask_exclusion(session, register, 4, "NGOAI_DIA_BAN", "CV 1", "chuyển đi", on())
    asked = state(session, old, 4).asked
    services.decide(session, register, 4, asked.id, APPROVED, "", on("chief", DISTRICT), UNIT)
    services.dispute(session, register, 5, "không ở xã này", on())
    services.ask_exclusion(session, register, 6, "NGOAI_DIA_BAN", "CV 2", "", on())
    detected = state(session, old, 3).detected

    # A2 is spelled otherwise now, A3 has moved up a line, A5 says another birth.
    new = send(
        session,
        "A1",
        "A2",
        "A4",
        "A3",
        "A5",
        A2=LINES["A2"].replace("Tám", "Tâm"),
        A5=LINES["A5"].replace("2010", "2009"),
    )
    assert compare(session, new) == 4, "what a human answered is not compared again"
    assert (state(session, new, 2).said, state(session, new, 2).by, state(session, new, 2).who) == (
        MATCHED,
        HUMAN,
        (PERSON, be),
    )
    assert state(session, new, 3).detected == detected, "a changed line keeps the detection made from it"
    assert state(session, new, 4).dispute is not None
    assert state(session, new, 5).reason == "NGOAI_DIA_BAN"
    assert state(session, new, 6).asked is None, "asked about a line that said something else"
    subject = services.subject_of(new)
    told = [e for e in ledger.entries(session, subject) if "carried" in e.coded]
    assert {(e.author, e.unit) for e in told} == {("worker", UNIT), ("chief", DISTRICT)}
    assert "CV 1" in str(ledger.read_sealed(session, told))
    assert fold(ledger.entries(session, subject)).keys() == {2, 3, 4, 5, 6}


def test_nothing_said_nothing_told(session, sound):
    few_units(session)
    old = send(session, "A1", "A2")
    compare(session, old)
    new = send(session, "A2", "A1")
    assert [e for e in ledger.entries(session, services.subject_of(new)) if "carried" in e.coded] == []
    assert compare(session, new) == 2
