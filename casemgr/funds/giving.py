"""Writing into a fund's book: a pledge, a receipt, a payment; striking one through; the paper of a receipt."""

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext

from casemgr import papers
from casemgr.access.web import Permission, current_actor, guard, log_access
from casemgr.cases.forms import options, refuse
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.funds import services
from casemgr.funds.forms import PaymentForm, PledgeForm, ReceiptForm, VoidForm
from casemgr.funds.model import GOODS, WAYS, Fund
from casemgr.funds.rules import DISBURSED, PLEDGED, RECEIVED, Move, in_words
from casemgr.funds.views import KINDS, bp, open_book, who
from casemgr.ledger import services as ledger
from casemgr.papers import Paper, Rows, Signature
from casemgr.refused import N_, Refused
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_date, show_number
from casemgr.units.names import letterhead
from casemgr.units.web import current_tree

# word of the address: (kind, form, heading)
WRITES = {
    "pledges": (PLEDGED, PledgeForm, N_("Ghi đăng ký đóng góp")),
    "receipts": (RECEIVED, ReceiptForm, N_("Ghi khoản đã nhận")),
    "payments": (DISBURSED, PaymentForm, N_("Ghi khoản chi")),
}


@bp.route("/<int:number>/<unit>/<word>/new", methods=["GET", "POST"])
@guard(Permission.FUND_KEEP)
def new(number: int, unit: str, word: str):
    fund = open_book(number, unit)
    if word not in WRITES:
        abort(404)
    kind, make, heading = WRITES[word]
    form = make(data={"day": now().date()}) if request.method == "GET" else make()
    _choices(form, fund, unit)
    if request.method == "POST" and form.validate():
        values = form.values()
        if kind == RECEIVED:
            values["pledge"] = UUID(form.pledge.data) if form.pledge.data else None
        try:
            services.add(
                db.session, fund, unit, kind, values,
                author=str(current_actor().user_id), now=now(), tree=current_tree(), entry_id=form.id,
            )  # fmt: skip
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã ghi vào sổ."), "success")
            return redirect(url_for("funds.book", number=number, unit=unit), 303)
    return show_form("funds/form.html", form, fund=fund, unit=unit, heading=gettext(heading))


def _choices(form, fund: Fund, unit: str) -> None:
    if "purpose" in form:
        form.purpose.choices += options((code, item.name[language()]) for code, item in fund.purposes.items())
    if "pledge" in form:
        folded, entries = services.read(db.session, fund, unit)
        still = folded.pledges()
        wanted = {move.entry for move, _left in still}
        sealed = ledger.read_sealed(db.session, [e for e in entries if e.id in wanted])
        form.pledge.choices += options(
            (m.entry.hex, f"{who(fund, m, sealed)} · {show_date(m.day)} · {gettext('còn')} {show_number(left, 0)} đ")
            for m, left in still
        )


@bp.route("/<int:number>/<unit>/entries/<uuid:id>/void", methods=["GET", "POST"])
@guard(Permission.FUND_KEEP)
def void(number: int, unit: str, id: UUID):
    fund = open_book(number, unit)
    move, sealed = _move(fund, unit, id)
    form = VoidForm()
    if request.method == "POST" and form.validate():
        author = str(current_actor().user_id)
        try:
            services.void(db.session, fund, unit, id, reason=form.reason.data, author=author, now=now())
        except Refused as refused:
            refuse(form, refused)
        else:
            flash(gettext("Đã hủy khoản này. Khoản đã hủy vẫn nằm trong sổ cùng lý do."), "success")
            return redirect(url_for("funds.book", number=number, unit=unit), 303)
    said = f"{gettext(KINDS[move.kind])} · {show_date(move.day)} · {show_number(move.amount, 0)} đ · {who(fund, move, sealed)}"
    return show_form("funds/form.html", form, fund=fund, unit=unit, heading=gettext("Hủy một khoản"), said=said)


def _move(fund: Fund, unit: str, id: UUID) -> tuple[Move, dict]:
    folded, entries = services.read(db.session, fund, unit)
    move = next((m for m in folded.moves if m.entry == id), None)
    if move is None:
        abort(404)
    return move, ledger.read_sealed(db.session, [e for e in entries if e.id == id])


@bp.get("/<int:number>/<unit>/entries/<uuid:id>/print/<ending>")
@guard(Permission.FUND_KEEP)
def receipt(number: int, unit: str, id: UUID, ending: str):
    """The receipt of a contribution, or the voucher of a payment."""
    fund = open_book(number, unit)
    move, sealed = _move(fund, unit, id)
    if ending not in ("pdf", "docx") or move.kind == PLEDGED:
        abort(404)
    log_access("fund:print", services.subject_of(fund.code, unit), unit, fund.programme, f"seq={move.seq},{ending}")
    keeper = names_of(db.session, [move.author]).get(move.author, "")
    return papers.answer(_receipt(fund, unit, move, sealed.get(id, {}), keeper), ending, "phieu")


def _receipt(fund: Fund, unit: str, move: Move, said, keeper: str) -> Paper:
    node = current_tree()[unit]
    goods = said.get("goods", "")
    money = (
        ("Số tiền" if move.way != GOODS else "Giá trị quy đổi", f"{show_number(move.amount, 0)} đồng"),
        ("Bằng chữ", in_words(move.amount)),
        ("Hình thức", WAYS[move.way]),
        *((("Hiện vật", goods),) if goods else ()),
    )
    if move.kind == RECEIVED:
        title = "GIẤY BIÊN NHẬN HIỆN VẬT" if move.way == GOODS else "PHIẾU THU"
        giver = "Không nêu tên" if move.anonymous else said.get("donor", "")
        rows = (("Người, đơn vị đóng góp", giver), *((("Địa chỉ", said["address"]),) if said.get("address") else ()))
        rows += (*money, ("Nội dung", f"Đóng góp {fund.name.vi}"))
        ends = ("NGƯỜI NỘP", "THỦ QUỸ", "NGƯỜI LẬP PHIẾU")
    else:
        title = "PHIẾU CHI"
        purpose = fund.purposes[move.purpose].name.vi if move.purpose in fund.purposes else move.purpose
        rows = (("Chi hỗ trợ hồ sơ", move.case_number), ("Mục đích", purpose), *money, ("Nguồn", fund.name.vi))
        ends = ("NGƯỜI NHẬN", "THỦ QUỸ", "NGƯỜI LẬP PHIẾU")
    return Paper(
        template="form",
        over=letterhead(node.kind, node.name)[1:],
        agency=(fund.keeper.vi.upper(),),
        number=f"Số: {move.number or '……'}",
        place=node.name,
        day=move.day,
        title=title,
        body=(Rows(rows),),
        signatures=tuple(
            Signature((end,), keeper if end == "NGƯỜI LẬP PHIẾU" else "", "(Ký, ghi rõ họ tên)") for end in ends
        ),
        sheet="Phiếu",
    )
