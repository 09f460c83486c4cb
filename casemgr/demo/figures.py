"""Reported figures of the demo: some confirmed by a second coordinator, one waiting. All numbers are invented."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from casemgr.demo.staff import Roster
from casemgr.demo.world import World
from casemgr.plans import plans, services
from casemgr.units.loading import load

REPORTED = "Số liệu, nội dung hư cấu của bản trình diễn: đã ban hành văn bản chỉ đạo, tổ chức thực hiện theo kế hoạch."
YEAR = (date(2021, 1, 1), date(2021, 12, 31))
FIVE_MONTHS = (date(2022, 1, 1), date(2022, 5, 31))
SAME_MONTHS = (date(2021, 1, 1), date(2021, 5, 31))
END_2021 = (date(2021, 12, 31), date(2021, 12, 31))
END_OF_MAY = (date(2022, 5, 31), date(2022, 5, 31))
FIRST_QUARTER = (date(2022, 1, 1), date(2022, 3, 31))
NEW, OLD = "ND07_2021", "QD59_2015"
# input, period, source, document, value, confirmed, and what else is said. Some inputs are missing, some wait, one
# baseline is of the old standard: so that every "cannot be judged yet" is there to be seen.
FIGURES = (
    ("TE1.baseline", SAME_MONTHS, "CONG_AN_TINH", "112/BC-CAT", 41, True, {}),
    ("TE1.current", FIVE_MONTHS, "CONG_AN_TINH", "240/BC-CAT", 33, True, {}),
    ("TE1.baseline", YEAR, "SO_LDTBXH", "15/BC-SLĐTBXH", 118, True, {}),
    ("MT1.list", FIVE_MONTHS, "CONG_AN_TINH", "241/BC-CAT", 0, True, {}),
    ("MT1.detained", FIVE_MONTHS, "CONG_AN_TINH", "241/BC-CAT", 0, True, {}),
    ("NCC1.families", FIVE_MONTHS, "SO_LDTBXH", "168/BC-SLĐTBXH", 0, False, {}),
    ("LD1.enrolled", FIVE_MONTHS, "SO_LDTBXH", "171/BC-SLĐTBXH", 9840, True, {}),
    ("LD2.women", FIVE_MONTHS, "SO_LDTBXH", "171/BC-SLĐTBXH", None, True, {"numerator": 4211, "denominator": 9840}),
    ("LD3.graduated", FIVE_MONTHS, "SO_LDTBXH", "171/BC-SLĐTBXH", 5120, True, {}),
    ("LD4.trained", END_OF_MAY, "SO_LDTBXH", "172/BC-SLĐTBXH", "66.8", True, {}),
    ("LD5.certified", END_OF_MAY, "SO_LDTBXH", "172/BC-SLĐTBXH", "25.4", False, {}),
    ("LD6.abroad", FIVE_MONTHS, "SO_LDTBXH", "173/BC-SLĐTBXH", 214, True, {}),
    ("LD7.unemployed", (date(2022, 3, 31),) * 2, "CUC_THONG_KE", "88/BC-CTK", "3.46", True, {}),
    ("NCC2.received", FIRST_QUARTER, "SO_LDTBXH", "96/BC-SLĐTBXH", 1_204_500_000, True, {}),
    ("NCC2.received", (date(2022, 4, 1), date(2022, 5, 31)), "SO_LDTBXH", "174/BC-SLĐTBXH", 1_410_000_000, True, {}),
    ("TE3.received", FIVE_MONTHS, "SO_LDTBXH", "175/BC-SLĐTBXH", 1_862_000_000, True, {}),
    ("GN.base", END_2021, "SO_LDTBXH", "20/BC-SLĐTBXH", "5.62", True, {"standard": NEW}),
    ("GN.rate", END_OF_MAY, "SO_LDTBXH", "176/BC-SLĐTBXH", "4.98", True, {"standard": NEW}),
    ("GN2.base", END_2021, "SO_LDTBXH", "20/BC-SLĐTBXH", "12.4", True, {"standard": OLD}),
    ("GN2.rate", END_OF_MAY, "SO_LDTBXH", "176/BC-SLĐTBXH", "16.31", True, {"standard": NEW}),
    ("YT1.insured", END_OF_MAY, "BHXH_TINH", "455/BHXH", "88.4", True, {}),
    ("Q1-02.relapse", FIVE_MONTHS, "SO_LDTBXH", "176/BC-SLĐTBXH", None, True, {"numerator": 31, "denominator": 2480}),
    ("Q1-09.insured", END_OF_MAY, "BHXH_TINH", "456/BHXH", "12.7", True, {}),
    ("Q1-13.housing", END_OF_MAY, "SO_LDTBXH", "177/BC-SLĐTBXH", "3.1", True, {"standard": NEW}),
    ("Q1-13.water", END_OF_MAY, "SO_LDTBXH", "177/BC-SLĐTBXH", "6.4", True, {"standard": NEW}),
    ("Q1-03.report", FIVE_MONTHS, "SO_LDTBXH", "171/BC-SLĐTBXH", None, True, {"note": REPORTED}),
    ("Q1-06.report", FIVE_MONTHS, "SO_LDTBXH", "178/BC-SLĐTBXH", None, True, {"note": REPORTED}),
    ("Q1-08.report", FIVE_MONTHS, "BAN_DAN_TOC", "61/BC-BDT", None, True, {"note": REPORTED}),
    ("Q1-11.report", FIVE_MONTHS, "SO_YTE", "90/BC-SYT", None, False, {"note": REPORTED}),
    ("CT2.received", FIVE_MONTHS, "MTTQ_TINH", "33/BC-MTTQ", 21_350_000_000, True, {}),
    ("CT3.works", FIVE_MONTHS, "SO_KHDT", "102/BC-SKHĐT", 14, True, {}),
    ("CT4.supported", FIVE_MONTHS, "SO_LDTBXH", "179/BC-SLĐTBXH", None, True, {"numerator": 1120, "denominator": 9415}),
    ("CT6.base", END_2021, "SO_LDTBXH", "20/BC-SLĐTBXH", "6.05", True, {"standard": NEW}),
    ("CT6.rate", END_OF_MAY, "SO_LDTBXH", "176/BC-SLĐTBXH", "5.71", True, {"standard": NEW}),
    ("CT7.served", END_OF_MAY, "SO_LDTBXH", "180/BC-SLĐTBXH", "93.2", True, {}),
    ("CT9.activities", FIVE_MONTHS, "SO_LDTBXH", "181/BC-SLĐTBXH", 86, True, {}),
)
# Communes of one district: all but the last have reported, so that the sum and who is missing can be seen.
DISTRICT = "891"  # Tri Tôn
BY_COMMUNE = ("YT1.insured", END_OF_MAY, "UBND_XA")


def report(session, world: World, roster: Roster, sizes: dict[str, int]) -> None:
    """Enters the figures through the services. `sizes`: case files by programme, so that the lists fit the demo."""
    fitted = {
        "MT1.list": round(sizes.get("MT", 0) * 1.15) + 1,
        "MT1.detained": round(sizes.get("MT", 0) * 0.12),
        "NCC1.families": round(sizes.get("NCC", 0) * 1.06) + 1,
    }
    tree = load(session)
    unit = tree.find("89", world.today)
    first, second = roster.ids["tonghop1"], roster.ids["tonghop2"]
    at = datetime.combine(world.today - timedelta(days=5), datetime.min.time()) + timedelta(hours=9)
    for n, (name, (start, end), source, document, value, confirmed, more) in enumerate(_all(tree, world)):
        if end >= world.today:
            continue
        plan = next(p for p in plans().values() if name in p.inputs and p.inputs[name].home is None)
        where = more.get("unit", unit)
        now = at + timedelta(minutes=2 * n)
        values = {
            "input": name,
            "from": start,
            "to": end,
            "source": source,
            "document": document,
            "document_date": min(end + timedelta(days=6), now.date()),
            "value": None if value is None else Decimal(fitted.get(name, value)),
            **more,
            "unit": where,
        }
        subject, entry = services.report(session, plan, values, author=first, unit=where, now=now, tree=tree)
        if confirmed:
            later = now + timedelta(hours=3)
            services.confirm(session, plan, subject, on_seq=entry.seq, author=second, unit=where, now=later)


def _all(tree, world: World):
    """The figures of the province, then those of the communes of one district."""
    yield from FIGURES
    name, period, source = BY_COMMUNE
    communes = tree.communes(tree.find(DISTRICT, world.today), world.today)
    for n, commune in enumerate(communes[:-1]):
        rng = world.chance("insured", n)
        people = rng.randrange(5_000, 14_000)
        parts = {"numerator": round(people * rng.uniform(0.82, 0.95)), "denominator": people, "unit": commune}
        yield name, period, source, f"{12 + n}/BC-UBND", None, True, parts
