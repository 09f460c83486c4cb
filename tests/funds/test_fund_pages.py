"""The books of the funds: what keepers write, what others see, that giver and beneficiary never stand together."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from casemgr.funds import funds, services
from casemgr.funds.models import FundBalance
from casemgr.ledger import services as ledger
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.cases import files
from tests.cases.conftest import as_, clock, drawn, who  # noqa: F401 - fixtures
from tests.cases.files import HERE, PROVINCE
from tests.pages import parse
from tests.papers.pages import check_pages, words

BOOK = f"/funds/2/{PROVINCE}"
DONOR, CHILD = "Công ty Lúa Vàng", "Kha"


@pytest.fixture
def keeper(app, client, session, who):  # noqa: F811
    return sign_in(app.test_client(), make_user(session, "thuquy", ("coordinator", PROVINCE)))


def text(response) -> str:
    return " ".join(" ".join(parse(response.text).find("body").itertext()).split())


def write(client, word: str, **values):
    path = f"{BOOK}/{word}/new"
    return client.post(path, data=client.form(path, 1) | values)


def test_the_book_of_a_fund(keeper, drawn, session, as_):  # noqa: F811
    subject, number = drawn
    assert (
        write(keeper, "pledges", amount="30.000.000", way="transfer", donor=DONOR, day="01/03/2022").status_code == 303
    )
    form = keeper.form(f"{BOOK}/receipts/new", 1)
    page = text(keeper.get(f"{BOOK}/receipts/new"))
    assert f"{DONOR} · 01/03/2022 · còn 30.000.000 đ" in page
    pledge = session.scalars(sa.select(ledger.ENTRIES.c.id).where(ledger.ENTRIES.c.kind == "pledged")).one()
    got = form | {"amount": "20.000.000", "way": "transfer", "donor": DONOR, "day": "10/03/2022", "pledge": pledge.hex}
    for _twice in range(2):
        assert keeper.post(f"{BOOK}/receipts/new", data=got).status_code == 303
    other = keeper.post(f"{BOOK}/receipts/new", data=got | {"amount": "21.000.000"})
    assert other.status_code == 422
    assert "đã được lưu trước đó với nội dung khác" in text(other)
    assert write(keeper, "receipts", amount="500.000", way="cash", anonymous="y", day="11/03/2022").status_code == 303
    paid = {
        "amount": "5.000.000",
        "way": "cash",
        "day": "20/03/2022",
        "case_number": number.lower(),
        "purpose": "HOC_BONG",
    }
    served = next(e.seq for e in ledger.entries(session, subject) if e.kind == "served")
    payment = keeper.form(f"{BOOK}/payments/new", 1) | paid | {"service": str(served)}
    for _twice in range(2):
        sent = keeper.post(f"{BOOK}/payments/new", data=payment)
        assert sent.status_code == 303, text(sent)

    page = text(keeper.get(BOOK))
    for said in (
        "Tiền 15.500.000 đ",
        f"{DONOR}: 10.000.000 đ",
        "Thu 001/2022",
        "Thu 002/2022",
        "Không nêu tên",
        f"Học bổng, đồ dùng học tập · {number}",
        "−5.000.000 đ",
    ):
        assert said in page, said
    assert CHILD not in page
    told = text(as_("worker").get(f"/cases/{number}"))
    assert "Được quỹ chi hỗ trợ : 5.000.000 đ" in told
    assert DONOR not in told

    seen = text(as_("district").get("/funds"))
    assert "20.500.000 đ" in seen, "what was received, not what was pledged"
    assert DONOR not in seen
    assert number not in seen
    assert as_("district").get(BOOK).status_code == 403
    payment = next(
        e for e in ledger.entries(session, services.subject_of("BAO_TRO_TRE_EM", PROVINCE)) if e.kind == "disbursed"
    )
    assert payment.coded["case"] == subject.hex
    assert payment.coded["amount"] == "5000000"


def test_receipts_are_printed(keeper, drawn, session):  # noqa: F811
    write(keeper, "receipts", amount="2.055.000", way="cash", donor=DONOR, address="Long Xuyên", day="10/03/2022")
    write(keeper, "payments", amount="55.000", way="cash", day="20/03/2022", case_number=drawn[1], purpose="KHAC")
    entries = {e.kind: e for e in ledger.entries(session, services.subject_of("BAO_TRO_TRE_EM", PROVINCE))}
    got = keeper.get(f"{BOOK}/entries/{entries['received'].id}/print/pdf")
    check_pages(got.data)
    said = words(got.data)
    for expected in (
        "QUỸ BẢO TRỢ TRẺ EM TỈNH",
        "PHIẾU THU",
        "Số: 001/2022",
        DONOR,
        "2.055.000 đồng",
        "Hai triệu không trăm năm mươi lăm nghìn đồng",
        "ngày 10 tháng 3 năm 2022",
        "THỦ QUỸ",
    ):
        assert expected in said, expected
    said = words(keeper.get(f"{BOOK}/entries/{entries['disbursed'].id}/print/pdf").data)
    assert "PHIẾU CHI" in said
    assert drawn[1] in said
    assert DONOR not in said
    assert CHILD not in said


def test_what_is_refused_keeps_what_was_typed(keeper, drawn, session, who):  # noqa: F811
    write(keeper, "receipts", amount="1.000.000", way="cash", donor=DONOR, day="10/03/2022")
    closed, number = files.open_child(session, who, name="Chau Rít", emergency=False)
    files.write(
        session,
        closed,
        "screened",
        dict.fromkeys(files.SCREENED, "T") | {"emergency": False} | {f"b{n}": "C" for n in range(1, 6)},
        "2022-03-05T09:00",
        who.worker,
    )
    closing = files.write(
        session, closed, "closed", {"reason": "NGUY_CO_THAP", "note": "Ổn định."}, "2022-03-07", who.worker
    )
    files.approve(session, closed, closing, who.chair)
    session.commit()
    good = {
        "amount": "900.000",
        "way": "cash",
        "day": "20/03/2022",
        "case_number": drawn[1],
        "purpose": "KHAC",
        "note": "Đợt 1",
    }
    for change, said in (
        ({"case_number": number}, f"Hồ sơ {number} đã đóng ngày 11/03/2022 nên không chi được."),
        ({"case_number": "HS-222-222"}, "Không có hồ sơ này trong phạm vi của quỹ."),
        ({"service": "2"}, "Hồ sơ không có bản ghi dịch vụ số 2."),
        ({"service": "2,5"}, "Hồ sơ không có bản ghi dịch vụ số 2,5."),
        ({"amount": "1.000.001"}, "Quỹ chỉ còn 1.000.000 đồng"),
        ({"amount": "ba triệu"}, "Hãy nhập số theo dạng"),
        ({"day": "23/03/2022"}, "Ngày, giờ này chưa đến."),
    ):
        sent = write(keeper, "payments", **(good | change))
        assert sent.status_code == 422, change
        assert said in text(sent), said
        assert "Đợt 1" in sent.text
    assert (
        write(
            keeper, "payments", **(good | {"amount": "1.000.001", "reason": "Ứng trước, tiền về ngày mai"})
        ).status_code
        == 303
    )
    page = text(keeper.get(BOOK))
    assert "chi vượt số còn lại, có lý do" in page
    assert "Ứng trước, tiền về ngày mai" in page


def test_a_movement_is_struck_through_with_a_reason(keeper, drawn, session, as_):  # noqa: F811
    write(keeper, "receipts", amount="1.000.000", way="cash", donor=DONOR, day="10/03/2022")
    write(keeper, "payments", amount="400.000", way="cash", day="20/03/2022", case_number=drawn[1], purpose="KHAC")
    entries = {e.kind: e for e in ledger.entries(session, services.subject_of("BAO_TRO_TRE_EM", PROVINCE))}
    path = f"{BOOK}/entries/{entries['received'].id}/void"
    assert "đã được chi" in text(keeper.post(path, data=keeper.form(path, 1) | {"reason": "Ghi nhầm"}))
    path = f"{BOOK}/entries/{entries['disbursed'].id}/void"
    assert keeper.post(path, data=keeper.form(path, 1) | {"reason": "Ghi nhầm"}).status_code == 303
    assert "Tiền 1.000.000 đ" in text(keeper.get(BOOK))
    assert "Khoản quỹ chi hỗ trợ bị hủy : 400.000 đ" in text(as_("worker").get(f"/cases/{drawn[1]}"))
    write(keeper, "receipts", amount="1", way="cash", donor=DONOR, day="12/03/2022")
    assert "Thu 002/2022" in text(keeper.get(BOOK))


def test_the_database_keeps_a_balance_at_zero_without_a_reason(session, who):  # noqa: F811
    here = {
        "province": 89,
        "subject": services.subject_of("X", HERE),
        "fund": "X",
        "unit": HERE,
        "goods": 0,
        "open_pledges": 0,
        "head_seq": 1,
    }
    session.execute(sa.insert(FundBalance), [here | {"money": -1, "overdrawn": True}])
    session.execute(sa.delete(FundBalance))
    with pytest.raises(IntegrityError):
        session.execute(sa.insert(FundBalance), [here | {"money": -1, "overdrawn": False}])
    session.rollback()


def test_the_target_counts_what_was_received_as_it_was_known(session, who, app):  # noqa: F811
    fund, tree = funds()["DEN_ON_DAP_NGHIA"], load(session)
    for kind, amount, way, day, known in (
        ("pledged", 900, "cash", 1, 2),
        ("received", 300, "cash", 1, 2),
        ("received", 50, "goods", 2, 5),
        ("received", 7, "cash", 20, 21),
    ):
        values = {"amount": Decimal(amount), "way": way, "day": date(2022, 3, day), "donor": "A", "goods": "gạo"}
        services.add(
            session, fund, PROVINCE, kind, values, author=str(who.worker.id), now=datetime(2022, 3, known, 8), tree=tree
        )
    session.commit()

    def said(**facts):
        asked = {"start": date(2022, 1, 1), "through": date(2022, 3, 19)} | facts
        found = app.extensions["money"](session, ["DEN_ON_DAP_NGHIA"], **asked).get("DEN_ON_DAP_NGHIA")
        return found and found["received"]

    assert said() == 350
    assert said(through=date(2022, 3, 31)) == 357
    assert said(known_at=datetime(2022, 3, 3)) == 300
    assert said(units=frozenset({HERE})) is None, "no book is kept there"
