"""The access log as the auditor reads it: who opened, searched, took away or was refused what, and what is unusual."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask import abort, render_template, request
from flask_babel import gettext

from casemgr.access.models import AccessLog, User
from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access
from casemgr.audit import restores
from casemgr.audit.actions import ACTIONS
from casemgr.audit.desk import PAGE, bp
from casemgr.audit.forms import LogForm
from casemgr.audit.signs import SETTINGS, Reading, Search, unusual
from casemgr.clock import now
from casemgr.db import db, one_of
from casemgr.ledger.services import province
from casemgr.programmes import programmes
from casemgr.refused import N_
from casemgr.ui.paging import Page, page_number

NAME = ";name="  # in the detail of a search, before what stands for the name
READ = ("case:read", "identity:read", "detection:read")
SIGNS = {
    "many": N_("mở %(n)s hồ sơ trong một ngày (thường ngày: %(usual)s)"),
    "night": N_("đọc ban đêm: %(n)s lần"),
    "again": N_("đọc cùng một hồ sơ trong %(n)s ngày khác nhau"),
    "searched": N_("tìm cùng một tên %(n)s lần trong một ngày"),
    "searched_on": N_("tìm cùng một tên trong %(n)s ngày khác nhau"),
}


@bp.get("/log")
@guard(Permission.AUDIT_READ)
def log():
    """Who saw, searched, exported, failed to see what; and what of it is unusual."""
    moment, table = now(), AccessLog.__table__
    held = scope(current_actor(), Permission.AUDIT_READ)
    units = frozenset().union(*(s.units for s in held))
    staff = {u.id: u for u in db.session.scalars(sa.select(User).where(one_of(User.unit_id, units)))}
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
