"""The funds at a glance, for everybody who reads figures; the book of one, for its keepers."""

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from casemgr.access.web import Permission, current_actor, guard, may, require
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.funds import funds, services
from casemgr.funds.model import WAYS, Fund
from casemgr.funds.rules import DISBURSED, PLEDGED, RECEIVED, Move
from casemgr.ledger import services as ledger
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree

bp = Blueprint("funds", __name__, url_prefix="/funds")
PAGE = 30
KINDS = {PLEDGED: N_("Đăng ký"), RECEIVED: N_("Thu"), DISBURSED: N_("Chi")}


@bp.get("")
@guard(Permission.FIGURE_READ)
def index():
    """What each fund has received this year, has paid, and has left; no name of anybody."""
    year = _year()
    start, through = date(year, 1, 1), min(date(year, 12, 31), now().date())
    rows = []
    for fund in funds().values():
        said = services.totals(db.session, fund, start=start, through=through)
        held = services.balances(db.session, fund)
        rows.append((fund, said, sum(r.money for r in held), sum(r.goods for r in held), _books(fund, held)))
    return render_template("funds/list.html", rows=rows, year=year, through=through)


def _year() -> int:
    asked, this = request.args.get("year", ""), now().year
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this
    return year if 2000 <= year <= this else this


def _books(fund: Fund, held) -> list[str]:
    """The units whose book of this fund whoever acts keeps."""
    own = [g.unit for g in current_actor().grants if may(Permission.FUND_KEEP, unit=g.unit, programme=fund.programme)]
    kept = [r.unit for r in held if may(Permission.FUND_KEEP, unit=r.unit, programme=fund.programme)]
    return sorted({*own, *kept})


def open_book(number: int, unit: str) -> Fund:
    """The fund, if whoever acts keeps it in this unit: logged; 404 otherwise."""
    fund = next((f for f in funds().values() if f.number == number), None)
    if fund is None or unit not in current_tree():
        abort(404)
    subject = services.subject_of(fund.code, unit)
    require(Permission.FUND_KEEP, subject=subject, unit=unit, programme=fund.programme)
    return fund


@bp.get("/<int:number>/<unit>")
@guard(Permission.FUND_KEEP)
def book(number: int, unit: str):
    fund = open_book(number, unit)
    folded, entries = services.read(db.session, fund, unit)
    page, size = page_number(), len(folded.moves)
    shown = list(reversed(folded.moves))[(page - 1) * PAGE : page * PAGE]
    wanted = {m.entry for m in shown} | {m.entry for m, _left in folded.pledges()}
    sealed = ledger.read_sealed(db.session, [e for e in entries if e.id in wanted])
    struck = [e for e in entries if e.voids is not None]
    return render_template(
        "funds/book.html",
        fund=fund,
        unit=unit,
        folded=folded,
        page=Page(shown, page, PAGE, size),
        pledges=folded.pledges(),
        sealed=sealed,
        struck=len(struck),
        year=services.totals(
            db.session, fund, start=date(now().year, 1, 1), through=now().date(), units=frozenset({unit})
        ),
        names=names_of(db.session, (m.author for m in shown)),
        kinds=KINDS,
        ways=WAYS,
        who=who,
    )


def who(fund: Fund, move: Move, sealed) -> str:
    """Who gave, or what for: the two never come from one entry."""
    said = sealed.get(move.entry, {})
    if move.kind == DISBURSED:
        purpose = fund.purposes[move.purpose].name[language()] if move.purpose in fund.purposes else move.purpose
        return f"{purpose} · {move.case_number}"
    return gettext("Không nêu tên") if move.anonymous else said.get("donor", "")
