"""What the pages of figures as known share: what may be asked about, and the question of an address."""

from datetime import datetime

from flask import Blueprint, redirect, url_for
from flask_babel import gettext

from casemgr.access.policy import scope
from casemgr.access.web import Permission, current_actor, require
from casemgr.audit import asking
from casemgr.clock import now
from casemgr.coverage.asked import LEVELS, Asked
from casemgr.coverage.versions import rules_of
from casemgr.db import db
from casemgr.jobs import start
from casemgr.plans import plans
from casemgr.plans.model import TEXT, Indicator, Plan
from casemgr.refused import Refused
from casemgr.ui.errors import NoAnswer
from casemgr.ui.i18n import language
from casemgr.units.web import current_tree

bp = Blueprint("audit", __name__)


def shown_or_asked(kind: str, params: dict, known):
    """The page with the answer where it is kept; else the page of the work that finds it."""
    if known is not None:
        return redirect(url_for(kind, **params), 303)
    actor = current_actor()
    made = start(db.session, kind, params, author=str(actor.user_id), unit=params["unit"], now=now())
    return redirect(url_for("jobs.show", job=made), 303)


def question(params, moment: datetime) -> tuple[Asked, Indicator]:
    try:
        asked, found = asking.from_params(db.session, params, current_tree(), moment)
    except Refused as refused:
        raise NoAnswer(refused) from None
    require(Permission.FIGURE_READ, **figure_facts(asked.unit, found))
    return asked, found


def figure_facts(unit: str, indicator: Indicator) -> dict:
    """What the policy is asked about a figure; one that others report is of no programme."""
    return {"unit": unit} | ({"programme": indicator.programme} if indicator.programme else {})


def named(text: str) -> tuple[Plan, Indicator]:
    plan, _, code = text.partition("/")
    return plans()[plan], plans()[plan].indicators[code]


def choices(moment: datetime) -> tuple[list[tuple[Plan, Indicator]], list[tuple[str, str]]]:
    """The indicators and units that the reader may ask about."""
    held = scope(current_actor(), Permission.FIGURE_CASES)
    indicators = [
        (plan, i)
        for plan in plans().values()
        for i in plan.indicators.values()
        if i.measure != TEXT and (not i.programme or any(i.programme in one.programmes for one in held))
    ]
    tree = current_tree()
    mine = {u for one in held for u in one.units if u in tree}
    mine = sorted(mine, key=lambda u: (LEVELS.index(tree.level(u)), tree[u].path, tree[u].code))
    return indicators, [(u, tree.full_label(u)) for u in mine]


def rule_choices(indicators) -> list[tuple[str, str]]:
    """The versions of the methods, for those who may ask about them."""
    names = sorted({name for _plan, i in indicators if i.programme for name in rules_of(i.programme)})
    return [("", gettext("đang áp dụng")), *((name, name) for name in names)]


def indicator_choices(indicators: list[tuple[Plan, Indicator]]) -> list[tuple[str, str]]:
    return [(f"{plan.code}/{i.code}", f"{i.code} · {i.name[language()]}") for plan, i in indicators]
