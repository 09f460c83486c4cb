"""Units, invented hamlets and staff of the demo, written to the database; gives the communes to invent cases in."""

import csv
import tempfile
from datetime import date, datetime
from pathlib import Path
from random import Random

from casemgr.access import accounts
from casemgr.demo.staff import PASSWORD, SHOWN, Roster, engage
from casemgr.demo.world import Commune
from casemgr.units import importing, services
from casemgr.units.models import hamlet_key

PROVINCE = "89"
HAMLET_WORDS = ("Hòa", "Phú", "Bình", "Tân", "An", "Thạnh", "Mỹ", "Vĩnh", "Long", "Trung")
HAMLET_ENDS = ("An", "Lợi", "Thành", "Hưng", "Thuận", "Hòa", "Phước", "Quới", "Đông", "Tây", "Thượng", "Hạ")
FIRST_DAY = date(2021, 1, 1)


def lay(session, seed: int, now: datetime) -> tuple[list[Commune], Roster]:
    """Imports the units of the province, invents hamlets, creates the accounts. Flushes, does not commit."""
    rng = Random(f"{seed}/ground")
    password_hash = accounts.hashed(PASSWORD)  # one hash for all: this password is public
    services.import_file(session, None, now)
    session.flush()
    tree = services.load(session)
    province = tree.find(PROVINCE, FIRST_DAY)
    districts = {unit: tree[unit].name for unit in tree.children(province, FIRST_DAY)}
    communes = [
        Commune(
            unit=unit,
            code=tree[unit].code,
            name=tree[unit].name,
            district=name,
            district_unit=district,
            weight=12.0 if tree[unit].code in SHOWN else rng.uniform(0.5, 2.0),
        )
        for district, name in sorted(districts.items())
        for unit in sorted(tree.children(district, FIRST_DAY))
    ]
    _hamlets(session, rng, communes, tree, now)
    roster = Roster(rng, password_hash, now)
    engage(rng, communes, districts, province, roster)
    roster.insert(session)
    return communes, roster


def _hamlets(session, rng: Random, communes: list[Commune], tree, now: datetime) -> None:
    """Three to six hamlets each: no list of the real ones exists."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="", delete=False) as file:
        rows = csv.writer(file)
        rows.writerow(("unit_code", "name", "kind"))
        for commune in communes:
            node = tree[commune.unit]
            kind = "ap" if node.kind == "xa" else "khom"
            names = {f"{rng.choice(HAMLET_WORDS)} {rng.choice(HAMLET_ENDS)}" for _ in range(rng.randint(3, 6))}
            for name in sorted(names):
                rows.writerow((commune.code, name, kind))
            commune.hamlets = [hamlet_key(commune.unit, kind, name, node.valid_from) for name in sorted(names)]
    try:
        importing.import_hamlets(session, file.name, FIRST_DAY, now)
    finally:
        Path(file.name).unlink()
