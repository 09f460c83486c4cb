"""What is asked of a plan: for which unit, through which day, on which basis of units, as known when. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from casemgr.plans.model import Plan
from casemgr.units.rules import UnitTree

AS_WERE, TODAY = "as_were", "today"
LEVELS = ("province", "district", "commune")
# The directive's focus areas against the rest; those who live in the hamlets it names; the zone of the commune.
AREA_KINDS = ("focus", "hamlet", "zone")
BY = (*LEVELS, *AREA_KINDS, "sex", "age", "ethnicity")


@dataclass(slots=True)
class Asked:
    """What is asked: `through` a day (not after today), for a `unit`, on a `basis` of units, since `start`."""

    plan: Plan
    start: date
    through: date
    t: datetime
    unit: str
    basis: str = AS_WERE
    known_at: datetime | None = None
    within: frozenset[str] | None = None  # only these communes of the unit
    rule: str = ""  # another version of the programme than the one in force, like 'TE v2022.1'; needs a known-at
    area: str = ""  # the part of the plan's ground: focus, rest or hamlet (see `ground`)
    hamlets: frozenset[UUID] = frozenset()  # those the plan names: whoever lives there belongs to the focus areas

    def units(self, tree: UnitTree) -> frozenset[str] | None:
        """The units whose items count for the unit asked about, None where that is all of them; on today's basis also
        those that went wholly into it, be it into several of its units."""
        if self.basis == AS_WERE:
            every = tree.children(None, self.through) == (self.unit,)
            units = None if every and self.within is None else tree.below(self.unit)
        else:
            units = tree.with_predecessors(self.unit)
        return units if self.within is None else units & self.within

    def around(self, tree: UnitTree) -> frozenset[str] | None:
        """The units of the unit asked about, whatever part of its ground is meant."""
        return replace(self, within=None).units(tree)
