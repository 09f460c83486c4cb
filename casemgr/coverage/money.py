"""What the funds have received: asked of the package that keeps their ledgers, once it has said that it does.

That package registers one function as `app.extensions["money"]`:

    received(session, codes, *, start: date, through: date, units: Collection[str] | None, known_at: datetime | None)
        -> {code: {"received": int, "paid": int, "documents": [Note]}}   in đồng; units None: the whole province;
           without the codes of funds that have no book yet

Without one the figure is what was reported from outside.
"""

from collections.abc import Iterable

from flask import current_app

from casemgr.coverage.scene import Money
from casemgr.plans.model import Indicator
from casemgr.units.rules import UnitTree


def money_of(session, indicators: Iterable[Indicator], asked, tree: UnitTree) -> dict[str, Money]:
    """By the code of the fund, for those of the indicators that are about one."""
    received = current_app.extensions.get("money")
    codes = sorted({each.uses["fund"] for each in indicators if each.rule == "money"})
    if received is None or asked.within is not None or not codes:
        return {}
    units = None if tree.level(asked.unit) == "province" else tree.below(asked.unit)
    said = received(session, codes, start=asked.start, through=asked.through, units=units, known_at=asked.known_at)
    return {
        code: Money(each["received"], each.get("paid"), asked.through, tuple(each.get("documents", ())))
        for code, each in said.items()
    }
