"""What a scorecard must say beside its figures: who has not confirmed the month, and what a named register knows."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext

from casemgr.access.web import Permission, may
from casemgr.coverage.asked import Asked
from casemgr.db import db
from casemgr.detections import monthly
from casemgr.ledger.kept import ByUnit, kept_by_unit
from casemgr.ledger.services import position
from casemgr.plans.model import Indicator, Period
from casemgr.programmes import programmes
from casemgr.reconciling import as_known, disputing, queries
from casemgr.registers import rows as stored
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_number, show_percent
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree


class Silence(NamedTuple):
    """So many of all communes have not confirmed what was detected in a month."""

    programme: str
    month: date
    missing: int
    total: int


def unconfirmed(session, asked: Asked, tree: UnitTree, codes: Iterable[str]) -> list[Silence]:
    """For each of these programmes, whose detections come up from month to month; the last month that is over."""
    month = monthly.last_month(asked.through)
    day = monthly.last_day(month)
    below = tree.below(asked.unit) | {asked.unit}
    units = [u for u in below if tree.level(u) == "commune" and tree[u].valid(day)]
    wanted = [code for code in codes if code and programmes()[code].population == "detections"]
    if not units or not wanted or month < asked.start:
        return []

    def count(some: Collection[str] | None) -> ByUnit:
        here = units if some is None else [unit for unit in units if unit in some]
        found = monthly.months_of(session, here, wanted, month) if here else {}
        return {u: ({code for code in wanted if not found[u, code].confirmed}, datetime.max) for u in here}

    key = ("silence", frozenset(units), tuple(wanted), month)
    missing = kept_by_unit(session, key, count, position(session), datetime.min)
    return [Silence(code, month, sum(code in each for each, _ in missing.values()), len(units)) for code in wanted]


def named_register(session, asked: Asked, programme: str, units: frozenset[str] | None) -> dict[str, int]:
    """{"register": persons on the newest register with names and what was added to it, "register_filed": those of them
    with a file here}."""
    if asked.known_at is not None:
        known = as_known.listed(session, programme, asked.through, units, asked.known_at)
        return {"register": known.persons, "register_filed": known.filed} if known and known.persons else {}
    day = datetime.combine(asked.through, time.max)
    registers = (r for r in stored.current(session, programme=programme) if r.named and r.start <= asked.through)
    counted: Counter[str] = Counter()
    for part in next(iter(stored.whole(registers)), ()):
        counted.update(queries.counts(session, part, queries.of_units(units), day))
    listed = sum(n for name, n in counted.items() if name not in (queries.TWICE, queries.NOT_COUNTED))
    return {"register": listed, "register_filed": counted[queries.FILED]} if listed else {}


# --- as words ------------------------------------------------------------------------------------------------------


def named_words(result) -> list[str]:
    """What a register with names says beside the number that was sent: both are denominators, neither is hidden."""
    found = result.figure.beside
    if not found.get("register"):
        return []
    share = show_percent(found["register_filed"] / found["register"])
    text = gettext(
        "danh sách có tên: %(n)s người, %(filed)s có hồ sơ (%(share)s)",
        n=show_number(found["register"]),
        filed=show_number(found["register_filed"]),
        share=share,
    )
    over = result.figure.numerator is not None and result.figure.numerator > found["register"]
    return [text] + ([gettext("số điều trị nhiều hơn danh sách có tên: cần đối chiếu lại")] if over else [])


def lines(asked: Asked, report) -> list[tuple[str, Silence, str | None]]:
    """[(group, who has not confirmed, the address of their list)]"""
    codes = dict.fromkeys(r.indicator.programme for r in report.results)
    found = unconfirmed(db.session, asked, current_tree(), codes)
    listed = may(Permission.DETECTION_LIST)
    return [
        (
            programmes()[each.programme].short[language()],
            each,
            url_for("detections.months", month=f"{each.month:%Y-%m}") if listed else None,
        )
        for each in found
        if each.missing
    ]


def disputed(asked: Asked, found: Indicator, period: Period) -> tuple[list[dict], bool]:
    """(the disputes about a figure of the unit asked about or below it, whether the reader may add one: none waits)."""
    units = current_tree().below(asked.unit) | {asked.unit}
    listed = disputing.beside_figure(asked.plan.code, found.code, units, asked.start, asked.through)
    allowed = may(Permission.REGISTER_RECONCILE, unit=asked.unit, programme=found.programme)
    this = (asked.unit, period.start, period.end)
    waits = any(not d.outcome and (d.unit_id, d.start, d.through) == this for d in (each["it"] for each in listed))
    return listed, allowed and asked.within is None and not waits
