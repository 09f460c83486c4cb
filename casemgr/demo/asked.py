"""Lists that name people, asked for in the communes that are shown: one waits for its leader, one may be taken."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from casemgr.cases.models import CaseFile
from casemgr.demo.staff import SHOWN
from casemgr.demo.world import Commune, World, new_id
from casemgr.reports import persons, rolls_of, services
from casemgr.reports.named import APPROVED, GIFT

WHY = {"27-7": "Quyết định tặng quà 27/7 (hư cấu)", "tet": "Quyết định tặng quà Tết (hư cấu)"}


def ask(session, world: World, communes: Iterable[Commune]) -> None:
    """Writes through the services, as the officer of the commune would; nothing where there is nobody to list."""
    found, now = rolls_of(), datetime.combine(world.today - timedelta(days=1), time(15))
    for commune in (each for each in communes if each.code in SHOWN):
        rng, officer = world.chance("named", commune.code), commune.workers["NCC"]
        for code, why in WHY.items():
            roll = found.gifts[code]
            cases = persons.files(session, roll, [CaseFile.unit_id == commune.unit])
            if not cases:
                continue
            subject = services.ask(
                session, kind=GIFT, roll=roll, unit=commune.unit, purpose=GIFT, note=why, cases=cases,
                days=found.answer_days, author=officer, now=now, subject=new_id(rng),
            )  # fmt: skip
            if code == "tet":
                services.answer(
                    session, services.find(session, subject), outcome=APPROVED, note=None, days=found.days,
                    author=commune.leader, now=now + timedelta(hours=1),
                )  # fmt: skip
