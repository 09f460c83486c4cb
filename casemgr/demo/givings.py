"""The funds of the demo: invented givers, amounts and payments; the children's fund has fallen behind its target."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import sqlalchemy as sa

from casemgr.cases.models import CaseFile
from casemgr.demo.staff import Roster
from casemgr.demo.world import World, new_id
from casemgr.funds import funds, services
from casemgr.ledger.services import province
from casemgr.units.loading import load

MILLION = 1_000_000
GIVERS = (
    "Công ty TNHH Lúa Vàng (hư cấu)", "Hợp tác xã Bảy Núi (hư cấu)", "Chùa Phước An (hư cấu)", "Doanh nghiệp tư nhân Hai Sông (hư cấu)",
    "Hội đồng hương Thất Sơn (hư cấu)", "Cán bộ, viên chức khối tỉnh (hư cấu)", "Ngân hàng Đồng Bằng (hư cấu)", "Bà Tư Thốt Nốt (hư cấu)",
)  # fmt: skip
GOODS = ("40 xe đạp", "120 phần quà", "2 tấn gạo", "300 bộ sách giáo khoa")
# fund: (receipts, range of an amount in millions, payments)
SIZES = {
    "DEN_ON_DAP_NGHIA": (34, (20, 130), 14),
    "BAO_TRO_TRE_EM": (22, (15, 110), 10),
    "NGOAI_NGAN_SACH": (16, (30, 260), 6),
}


def give(session, world: World, roster: Roster) -> None:
    """Writes through the services, as the keeper would."""
    tree = load(session)
    unit, keeper = tree.find("89", world.today), roster.ids["tonghop1"]
    for fund in funds().values():
        count, (low, high), payments = SIZES[fund.code]
        rng = world.chance("fund", fund.number)
        days = sorted(date(world.today.year, 1, 5) + timedelta(days=rng.randrange(150)) for _ in range(count))
        for n, day in enumerate(day for day in days if day < world.today):
            values = {
                "amount": Decimal(rng.randrange(low, high) * MILLION),
                "way": "goods" if n % 7 == 3 else rng.choice(("cash", "transfer", "transfer")),
                "day": day,
                "donor": rng.choice(GIVERS),
                "goods": GOODS[n % len(GOODS)] if n % 7 == 3 else None,
            }
            if n % 9 == 5:
                values |= {"donor": None, "anonymous": True}
            if n % 8 == 2:
                _add(session, fund, unit, "pledged", values | {"amount": values["amount"] * 2}, keeper, tree, rng)
            _add(session, fund, unit, "received", values, keeper, tree, rng)
        _pay(session, world, fund, unit, keeper, tree, payments)


def _pay(session, world: World, fund, unit: str, keeper: str, tree, count: int) -> None:
    rng = world.chance("paid", fund.number)
    query = sa.select(CaseFile.number).where(
        CaseFile.province == province(), CaseFile.programme.in_(fund.programmes), CaseFile.status == "open"
    )
    numbers = list(session.scalars(query.order_by(CaseFile.number).limit(200)))
    for number in rng.sample(numbers, min(count, len(numbers))):
        day = world.today - timedelta(days=rng.randrange(1, 60))
        values = {
            "amount": Decimal(rng.choice((2, 3, 5, 10, 20, 50)) * MILLION),
            "way": "transfer",
            "day": day,
            "case_number": number,
            "purpose": rng.choice(list(fund.purposes)),
        }
        _add(session, fund, unit, "disbursed", values, keeper, tree, rng)


def _add(session, fund, unit: str, kind: str, values: dict, keeper: str, tree, rng) -> None:
    now = datetime.combine(values["day"], time(15, 30))
    entry_id = new_id(rng)
    services.add(session, fund, unit, kind, values, author=keeper, now=now, tree=tree, entry_id=entry_id)
