"""What a fund has received: asked of the package that keeps the fund's ledger, once it has said that it does.

That package registers a function for the fund's code in `app.extensions["money"]`:

    app.extensions.setdefault("money", {})["DEN_ON_DAP_NGHIA"] = received

    received(session, *, start: date, through: date, units: Collection[str] | None, known_at: datetime | None)
        -> {"received": int, "paid": int, "documents": [Note]}        in đồng; units None: the whole province;
           None where no such fund has a book yet

Without one the figure is what was reported from outside.
"""

from flask import current_app

from casemgr.coverage.scene import Money
from casemgr.plans.model import Indicator
from casemgr.units.rules import UnitTree


def money_of(session, indicator: Indicator, asked, tree: UnitTree) -> Money | None:
    received = current_app.extensions.get("money", {}).get(indicator.uses["fund"])
    if received is None or asked.within is not None:
        return None
    units = None if tree.level(asked.unit) == "province" else tree.below(asked.unit)
    said = received(session, start=asked.start, through=asked.through, units=units, known_at=asked.known_at)
    if said is None:
        return None
    return Money(said["received"], said.get("paid"), asked.through, tuple(said.get("documents", ())))
