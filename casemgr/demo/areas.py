"""Invented areas of the demo: which communes are of which zone is made up, only how many is as the directive says."""

import csv
import tempfile
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from casemgr.demo import names
from casemgr.demo.world import World
from casemgr.units import areas
from casemgr.units.models import Hamlet

FIRST, LAST = "01/01/2021", "31/12/2025"
INVENTED = "Danh sách hư cấu của bản trình diễn"
PLACES = ("890", "891", "886")  # districts with mountains or a border
THIRD, FIRST_ZONE, HAMLETS, HAMLETS_IN_THIRD = 7, 9, 10, 6
OFFICES = ("Phó Giám đốc Sở", "Trưởng phòng", "Phó Chủ tịch UBND huyện", "Phó Trưởng ban")


def load(session, world: World, now: datetime) -> None:
    """7 communes of zone III, 9 of zone I, 10 hamlets outside zone III and some in it; four areas have nobody yet."""
    rng = world.chance("areas")
    communes = [c for c in world.communes if c.district_unit.split("-")[0] in PLACES]
    rng.shuffle(communes)
    third, first = communes[:THIRD], communes[THIRD : THIRD + FIRST_ZONE]
    rest = [*first, *communes[THIRD + FIRST_ZONE :]]
    rows = [(c.code, zone, "") for zone, listed in (("III", third), ("I", first)) for c in listed]
    rows += [(c.code, "ĐBKK", _hamlet(session, c)) for c in rest[:HAMLETS]]
    rows += [(c.code, "ĐBKK", _hamlet(session, c)) for c in third[:HAMLETS_IN_THIRD]]
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="", delete=False) as file:
        out = csv.writer(file)
        out.writerow(("unit_code", "zone", "hamlet", "poor_rate", "minority_rate", "valid_from", "valid_to", "document",
                      "member", "member_from", "member_document"))  # fmt: skip
        for n, (code, zone, hamlet) in enumerate(rows):
            poor, minority = rng.uniform(6, 24), rng.uniform(15, 85)
            sex = rng.choice(("nam", "nu"))
            who = f"{'Ông' if sex == 'nam' else 'Bà'} {names.full_name(rng, 'kinh', sex)}, {rng.choice(OFFICES)}"
            member = (who, "01/03/2022", INVENTED) if n % 7 != 3 else ("", "", "")
            rates = (f"{poor:.2f}".replace(".", ","), f"{minority:.2f}".replace(".", ","))
            out.writerow((code, zone, hamlet, *rates, FIRST, LAST, INVENTED, *member))
    try:
        areas.import_areas(session, file.name, now)
    finally:
        Path(file.name).unlink()


def _hamlet(session, commune) -> str:
    query = sa.select(Hamlet).where(Hamlet.unit_id == commune.unit, Hamlet.valid_from <= date(2021, 1, 1))
    return sorted(h.label for h in session.scalars(query))[0]
