"""A commune disputes a figure: its page, with the figure as it stands now."""

from flask import abort, url_for

from casemgr.access.web import Permission, guard, require
from casemgr.clock import now
from casemgr.coverage import present, services
from casemgr.coverage.asking import asked_of, kept_args, plan_of, require_figure
from casemgr.coverage.views import bp
from casemgr.db import db
from casemgr.reconciling import disputing
from casemgr.reconciling.disputes import About
from casemgr.units.web import current_tree


@bp.route("/<code>/<indicator>/dispute", methods=["GET", "POST"])
@guard(Permission.REGISTER_RECONCILE)
def dispute(code: str, indicator: str):
    chosen, moment = plan_of(code), now()
    if indicator not in chosen.indicators:
        abort(404)
    found = chosen.indicators[indicator]
    asked, period = asked_of(chosen, moment)
    require_figure(asked.unit, found.programme)
    require(Permission.REGISTER_RECONCILE, unit=asked.unit, programme=found.programme)
    if asked.within is not None:
        abort(404)
    figure = services.report(db.session, asked, moment, indicators=[indicator], details=False).results[0].figure
    line = present.row(found, figure, chosen)
    shown = " · ".join(part for part in (line.value, line.parts) if part)[:80]
    about = About(found.programme or "", asked.unit, chosen.code, found.code, period.start, period.end, shown)
    what = f"{found.code} · {current_tree().label(asked.unit)} · {shown}"
    back = url_for("coverage.indicator", code=code, indicator=indicator, **kept_args())
    return disputing.raising(about, what, back)
