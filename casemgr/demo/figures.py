"""Reported figures of the demo: some confirmed by a second coordinator, one waiting. All numbers are invented."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from casemgr.demo.staff import Roster
from casemgr.demo.world import World
from casemgr.plans import plans, services
from casemgr.units.loading import load

PLAN = "KH322-2022"
YEAR = (date(2021, 1, 1), date(2021, 12, 31))
FIVE_MONTHS = (date(2022, 1, 1), date(2022, 5, 31))
SAME_MONTHS = (date(2021, 1, 1), date(2021, 5, 31))
# input, period, source, document, value, confirmed
FIGURES = (
    ("TE1.baseline", SAME_MONTHS, "CONG_AN_TINH", "112/BC-CAT", 41, True),
    ("TE1.current", FIVE_MONTHS, "CONG_AN_TINH", "240/BC-CAT", 33, True),
    ("TE1.baseline", YEAR, "SO_LDTBXH", "15/BC-SLĐTBXH", 118, True),
    ("MT1.list", FIVE_MONTHS, "CONG_AN_TINH", "241/BC-CAT", 0, True),
    ("MT1.detained", FIVE_MONTHS, "CONG_AN_TINH", "241/BC-CAT", 0, True),
    ("NCC1.families", FIVE_MONTHS, "SO_LDTBXH", "168/BC-SLĐTBXH", 0, False),
)


def report(session, world: World, roster: Roster, sizes: dict[str, int]) -> None:
    """Enters the figures through the services. `sizes`: case files by programme, so that the lists fit the demo."""
    fitted = {
        "MT1.list": round(sizes.get("MT", 0) * 1.15) + 1,
        "MT1.detained": round(sizes.get("MT", 0) * 0.12),
        "NCC1.families": round(sizes.get("NCC", 0) * 1.06) + 1,
    }
    plan, tree = plans()[PLAN], load(session)
    unit = tree.find("89", world.today)
    first, second = roster.ids["tonghop1"], roster.ids["tonghop2"]
    at = datetime.combine(world.today - timedelta(days=5), datetime.min.time()) + timedelta(hours=9)
    for n, (name, (start, end), source, document, value, confirmed) in enumerate(FIGURES):
        if end >= world.today:
            continue
        now = at + timedelta(minutes=7 * n)
        values = {
            "input": name,
            "unit": unit,
            "from": start,
            "to": end,
            "source": source,
            "document": document,
            "document_date": min(end + timedelta(days=6), now.date()),
            "value": Decimal(fitted.get(name, value)),
        }
        subject, entry = services.report(session, plan, values, author=first, unit=unit, now=now, tree=tree)
        if confirmed:
            later = now + timedelta(hours=3)
            services.confirm(session, plan, subject, on_seq=entry.seq, author=second, unit=unit, now=later)
