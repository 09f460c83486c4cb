"""The auditor's desk: trust at a glance, signs of figures made to look good, and who has read what."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request
from flask_babel import gettext

from casemgr.access.models import AccessLog, User
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access
from casemgr.audit import habits as habits_of
from casemgr.audit import restores, sealing, trust
from casemgr.audit.actions import ACTIONS
from casemgr.audit.forms import LogForm
from casemgr.audit.rules import code_of
from casemgr.audit.signs import SETTINGS, Reading, Search, unusual
from casemgr.clock import now
from casemgr.db import db
from casemgr.ledger.services import province
from casemgr.plans import plans
from casemgr.plans.model import Period, Plan
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.ui.rules import show_moment, show_number, show_percent
from casemgr.units.web import current_tree

bp = Blueprint("auditing", __name__, url_prefix="/audit")
PAGE = 50
NAME = ";name="  # in the detail of a search, before what stands for the name
READ = ("case:read", "identity:read", "detection:read")
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
SIGNS = {
    "many": N_("mở %(n)s hồ sơ trong một ngày (thường ngày: %(usual)s)"),
    "night": N_("đọc ban đêm: %(n)s lần"),
    "again": N_("đọc cùng một hồ sơ trong %(n)s ngày khác nhau"),
    "searched": N_("tìm cùng một tên %(n)s lần trong một ngày"),
    "searched_on": N_("tìm cùng một tên trong %(n)s ngày khác nhau"),
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
    return render_template(
        "audit/index.html", glance=glance(), seals=seals, restores=restores.every(db.session), code_of=code_of
    )


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
        *_restored(t.restored),
    ]


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


@bp.get("/log")
@guard(Permission.AUDIT_READ)
def log():
    """Who saw, searched, exported, failed to see what; and what of it is unusual."""
    moment, table = now(), AccessLog.__table__
    held = scope(current_actor(), Permission.AUDIT_READ)
    units = frozenset().union(*(s.units for s in held))
    staff = {u.id: u for u in db.session.scalars(sa.select(User).where(User.unit_id.in_(sorted(units))))}
    where = [
        table.c.province == province(),
        _theirs(table, staff, [c for c in programmes() if any(c in s.programmes for s in held)]),
    ]
    form = LogForm(request.args)
    form.choose(sorted(((str(u.id), u.username) for u in staff.values()), key=lambda each: each[1]))
    asked = form.validate()
    if who := _uuid(request.args.get("user")):
        where.append(table.c.user_id == who)
    if subject := _uuid(request.args.get("subject")):
        where.append(table.c.subject == subject)
    if (name := request.args.get("name")) is not None:
        where.append(table.c.detail.endswith(NAME + _name_sign(name), autoescape=True))
    if asked and form.day.data:
        day = datetime.combine(form.day.data, datetime.min.time())
        where.append(sa.and_(table.c.at >= day, table.c.at < day + timedelta(days=1)))
    if request.args.get("failed"):
        where.append(table.c.status >= 400)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where))
    number = min(page_number(), max(1, -(-total // PAGE)))
    query = (
        sa.select(table).where(*where).order_by(table.c.at.desc(), table.c.id).limit(PAGE).offset((number - 1) * PAGE)
    )
    rows = db.session.execute(query).all()
    signs = unusual(_readings(staff, moment), _searches(staff, moment))[:20]
    numbers = restores.numbers_of(db.session, ({r.subject for r in rows} | {s.subject for s in signs}) - {None})
    numbers |= {u.id: u.username for u in staff.values()}  # of whom a sign-in was refused
    log_access(Permission.AUDIT_READ, None, None, None, "log")
    return render_template(
        "audit/log.html",
        form=form,
        page=Page(rows, number, PAGE, total),
        staff=staff,
        numbers=numbers,
        action=lambda code: _said(ACTIONS, code),
        signs=[(s, gettext(_sentence(s.kind), n=s.number, usual=s.usual)) for s in signs],
        window=SETTINGS["window_days"],
    )


def _theirs(table, staff, codes):
    """Rows of the reader's staff and programmes; and those without a user: refused sign-ins and commands."""
    nobody = sa.and_(table.c.user_id.is_(None), sa.or_(table.c.subject.is_(None), table.c.subject.in_(sorted(staff))))
    about = sa.or_(table.c.programme.is_(None), table.c.programme.in_(codes))
    return sa.and_(sa.or_(table.c.user_id.in_(sorted(staff)), nobody), about)


def _sentence(kind: str) -> str:
    return SIGNS[kind]


def _said(names: dict[str, str], code: str) -> str:
    words = names.get(code)
    return gettext(words) if words else code


def _readings(staff, moment: datetime):
    for row in _lately(staff, moment, "subject", READ):
        yield Reading(*row)


def _searches(staff, moment: datetime):
    for user, at, detail in _lately(staff, moment, "detail", ("person:search",)):
        if name := detail.partition(NAME)[2]:
            yield Search(user, at, name)


def _lately(staff, moment: datetime, column: str, actions):
    """(user, when, column) of what the staff did not long ago."""
    table = AccessLog.__table__
    query = sa.select(table.c.user_id, table.c.at, table.c[column]).where(
        table.c.province == province(),
        table.c.user_id.in_(sorted(staff)),
        table.c.action.in_(actions),
        table.c.status < 400,
        table.c.at >= moment - timedelta(days=SETTINGS["window_days"]),
    )
    return db.session.execute(query.execution_options(yield_per=5000))


def _name_sign(text: str) -> str:
    """What stands in the log for a name that was searched; nobody types a name into an address."""
    if not re.fullmatch("[0-9a-f]{8}", text):
        abort(404)
    return text


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        abort(404)
