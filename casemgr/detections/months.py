"""The page of the month: a commune confirms its number by name; whoever looks from above sees who has not."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import OnceForm
from casemgr.cases.queries import names_of
from casemgr.clock import now
from casemgr.db import db
from casemgr.detections import monthly
from casemgr.detections.views import bp, numbered
from casemgr.refused import Refused
from casemgr.ui.i18n import language, say
from casemgr.units.web import by_district, current_tree

BACK = 6  # months that can be chosen


@bp.get("/months")
@guard(Permission.DETECTION_LIST)
def months():
    """One month: each commune of the reader with what it has received and confirmed; by district, the missing ones first."""
    month = _month(request.args.get("month"))
    tree, groups = current_tree(), _groups()
    units = _units(month)
    found = monthly.months_of(db.session, units, [p.code for _n, p in groups], month)
    names = names_of(db.session, [each.author for each in found.values() if each.author])
    log_access(Permission.DETECTION_LIST, detail=f"{month:%Y-%m}")
    lines = [
        (
            each,
            number,
            programme.short[language()],
            names.get(each.author, ""),
            may(Permission.DETECTION_CONFIRM, unit=each.unit, programme=each.programme),
        )
        for number, programme in groups
        for each in (found[unit, programme.code] for unit in units)
    ]
    lines.sort(key=lambda line: (line[0].confirmed, tree[line[0].unit].path, line[1]))
    districts = [
        (above, sum(not line[0].confirmed for line in own), own)
        for above, below in by_district(tree, units).items()
        for own in [[line for line in lines if line[0].unit in below]]
    ]
    return render_template(
        "detections/months.html",
        month=month,
        choices=_choices(),
        districts=districts,
        total=len(lines),
        missing=sum(not line[0].confirmed for line in lines),
        form=OnceForm(),
    )


@bp.post("/months")
@guard(Permission.DETECTION_CONFIRM)
def confirm_month():
    form, seen = OnceForm(), request.form.get("number", "")
    if not form.validate_on_submit() or not (seen.isascii() and seen.isdigit() and len(seen) < 7):
        abort(400)
    month, unit = _month(request.form.get("month")), request.form.get("unit", "")
    programme = next((p for n, p in numbered() if str(n) == request.form.get("group")), None) or abort(404)
    actor = require(Permission.DETECTION_CONFIRM, unit=unit, programme=programme.code)
    try:
        monthly.confirm(
            db.session, unit, programme.code, month, int(seen), author=str(actor.user_id), now=now(), entry=form.id
        )
    except Refused as refused:
        flash(say(refused), "error")
    else:
        log_access(Permission.DETECTION_CONFIRM, None, unit, programme.code)
        flash(gettext("Đã xác nhận tháng %(month)s.", month=f"{month:%m/%Y}"), "success")
    return redirect(url_for("detections.months", month=f"{month:%Y-%m}"), 303)


def _month(text: str | None) -> date:
    if not text:
        return monthly.last_month(now().date())
    found = next((month for month in _choices() if f"{month:%Y-%m}" == text), None)
    return found or abort(404)


def _choices() -> list[date]:
    found = [monthly.last_month(now().date())]
    while len(found) < BACK:
        found.append(monthly.last_month(found[-1]))
    return found


def _groups() -> list:
    """The programmes, numbered, whose detections the reader may list."""
    return [(n, p) for n, p in numbered() if may(Permission.DETECTION_LIST, programme=p.code) and monthly_counted(p)]


def monthly_counted(programme) -> bool:
    """Only what comes up from month to month is confirmed each month: not the lists of a whole year."""
    return programme.population == "detections"


def _units(month: date) -> list[str]:
    tree, day = current_tree(), monthly.last_day(month)
    mine = frozenset().union(*(each.units for each in scope(current_actor(), Permission.DETECTION_LIST)))
    found = [u for u in mine if u in tree and tree.level(u) == "commune" and tree[u].valid(day)]
    return sorted(found, key=lambda u: tree[u].path)
