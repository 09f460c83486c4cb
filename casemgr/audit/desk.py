"""The auditor's desk: trust at a glance, seals, the last check, signs of figures made to look good."""

from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard
from casemgr.audit import checked, restores, sealing, trust
from casemgr.audit import habits as habits_of
from casemgr.audit.present import reason_name
from casemgr.audit.rules import code_of
from casemgr.audit.signs import SETTINGS
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger.services import province
from casemgr.plans import plans
from casemgr.plans.model import Period, Plan
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.ui.rules import show_date, show_moment, show_number, show_percent
from casemgr.units.web import current_tree

bp = Blueprint("auditing", __name__, url_prefix="/audit")
PAGE = 50
HABITS = {
    "by_date": N_("Đúng hạn: theo ngày thực hiện"),
    "by_record": N_("theo ngày nhập"),
    "needs": N_("Nhu cầu mỗi hồ sơ"),
    "proven": N_("Dịch vụ có minh chứng của nơi cung cấp"),
    "refusals": N_("Từ chối"),
    "lowered": N_("Hạ mức nguy cơ"),
    "outside": N_("Ghi ngoài đối tượng"),
    "unfounded": N_("Không có căn cứ"),
    "excluded": N_("Không tính (đã duyệt)"),
    "burst": N_("Nhập dồn %(n)s ngày cuối kỳ"),
}


@bp.get("")
@guard(Permission.AUDIT_READ)
def index():
    """Where the auditor begins."""
    seals = db.session.scalars(
        sa.select(sealing.Seal)
        .where(sealing.Seal.province == province())
        .order_by(sealing.Seal.number.desc())
        .limit(10)
    ).all()
    check = checked.last(db.session)
    faults = check.faults if check else []
    numbers = restores.numbers_of(db.session, {s for fault in faults if (s := _subject(fault))})
    return render_template(
        "audit/index.html",
        glance=glance(),
        seals=seals,
        restores=restores.every(db.session),
        code_of=code_of,
        check=check,
        faults=[(_where(fault, numbers), fault.seq, reason_name(fault.reason)) for fault in faults],
    )


def _where(fault: sealing.Fault, numbers: dict[UUID, str]) -> str:
    if fault.where == "seal":
        return gettext("lần chốt sổ")
    if fault.where.startswith(sealing.OF_LOG):
        return gettext("nhật ký truy cập")
    return numbers.get(_subject(fault), fault.where)


def _subject(fault: sealing.Fault) -> UUID | None:
    """Of a ledger; a report is named by its number."""
    try:
        return UUID(fault.where)
    except ValueError:
        return None


def glance() -> list[tuple[str, str]]:
    """[(shape, sentence)]: the strip that goes with every scorecard."""
    moment = now()
    t = trust.at_a_glance(db.session, moment)
    recent = t.sealed_at is not None and moment - t.sealed_at < timedelta(days=SETTINGS["seal_days"])
    return [
        (
            "plain",
            gettext(
                "nhập muộn quá %(days)s ngày: %(share)s", days=SETTINGS["late_days"], share=show_percent(t.share_late)
            ),
        ),
        _sign(t.doubtful, gettext("dòng danh sách cần xem xét: %(n)s", n=show_number(t.doubtful))),
        _sign(
            t.silent,
            gettext("xã chưa nhập gì tháng này: %(n)s / %(all)s", n=show_number(t.silent), all=show_number(t.communes)),
        ),
        _sign(t.disputes, gettext("đề nghị xem xét lại chưa trả lời: %(n)s", n=show_number(t.disputes))),
        _sign(t.pending, gettext("danh sách gửi đến chưa nạp xong: %(n)s", n=show_number(t.pending))),
        (
            "met" if recent else "alert",
            gettext("chốt sổ lần %(n)s, %(at)s", n=t.seal, at=f"{t.sealed_at:%d/%m/%Y %H:%M}")
            if t.sealed_at
            else gettext("chưa chốt sổ lần nào"),
        ),
        *_broken(t.checked),
        *_restored(t.restored),
    ]


def _broken(check) -> list[tuple[str, str]]:
    """Only what is not whole: a check that found nothing is on the auditor's page."""
    if check is None or not check.broken:
        return []
    return [("alert", gettext("kiểm tra ngày %(at)s: %(n)s sổ không toàn vẹn", at=show_date(check.at), n=check.broken))]


def _restored(restore) -> list[tuple[str, str]]:
    """Data that was lost is missing from every figure."""
    if restore is None:
        return []
    text = gettext(
        "dữ liệu phục hồi từ bản sao lưu %(made)s: có thể thiếu bản ghi nhập đến %(at)s",
        made=show_moment(restore.made_at),
        at=show_moment(restore.at),
    )
    return [("alert", text)]


def _sign(number: int, text: str) -> tuple[str, str]:
    return ("alert" if number else "met"), text


@bp.get("/habits")
@guard(Permission.AUDIT_READ)
def habits():
    """Numbers in which a figure that is made to look good would show, for each commune."""
    moment, tree = now(), current_tree()
    plan = _plan(moment.date())
    held = scope(current_actor(), Permission.AUDIT_READ)
    codes = [c for c in programmes() if any(c in s.programmes for s in held)]
    if not codes:
        abort(404)
    # A number, not a code: no group stands in an address.
    chosen = request.args.get("group", "1")
    if not chosen.isdigit() or not 1 <= int(chosen) <= len(codes):
        abort(404)
    code = codes[int(chosen) - 1]
    period = _period(plan, moment.date())
    end = min(period.end, moment.date())
    units = {u for s in held if code in s.programmes for u in s.units if u in tree and tree.level(u) == "commune"}
    rows = habits_of.habits(db.session, code, units, period.start, end)
    middle = habits_of.usual(rows)
    marked = [(one, habits_of.odd(one, middle)) for one in rows]
    marked.sort(key=lambda each: (-len(each[1]), tree.full_label(each[0].unit)))
    page = page_number()
    heads = [(m.code, gettext(HABITS[m.code], n=SETTINGS["burst_days"])) for m in habits_of.MEASURES]
    return render_template(
        "audit/habits.html",
        groups=[(n, programmes()[c].short[language()], c == code) for n, c in enumerate(codes, start=1)],
        page=Page(marked[(page - 1) * PAGE : page * PAGE], page, PAGE, len(rows)),
        heads=heads,
        columns=[(gettext("Đơn vị"), "wide"), *((name, "num") for _code, name in heads)],
        value={m.code: lambda one, m=m: _habit(m, m.of(one), getattr(one, m.top)) for m in habits_of.MEASURES},
        middle={m.code: _habit(m, middle[m.code]) for m in habits_of.MEASURES},
        plan=plan,
        period=period,
        group=int(chosen),
        start=period.start,
        end=end,
        settings=SETTINGS,
        lang=language(),
    )


def _plan(today: date) -> Plan:
    """The plan that runs and ends first: the one with the shortest periods; without one the last."""
    running = [p for p in plans().values() if p.start <= today <= p.end]
    return min(running, key=lambda p: p.end) if running else max(plans().values(), key=lambda p: p.end)


def _period(plan: Plan, today: date) -> Period:
    """The period of the address; without one the last that is over, because entries are written in a burst before its
    end; before the first is over the one that ends first."""
    if wanted := request.args.get("period"):
        return plan.period(wanted)
    over = [p for p in plan.periods if p.end <= today]
    return max(over, key=lambda p: (p.end, p.start)) if over else min(plan.periods, key=lambda p: p.end)


def _habit(measure: habits_of.Measure, value: float | None, number: int | None = None) -> str:
    """A share, and of what should be rare also how many; or an average."""
    if value is None:
        return "–"
    if not measure.share:
        return show_number(value, 1)
    share = show_percent(value, 0)
    return f"{share} ({show_number(number)})" if number and measure.odd == "high" else share
