"""The areas that a plan names, as they are on the day asked about: focus areas and the rest, zones, who is in charge."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from casemgr.coverage.asked import AREA_KINDS
from casemgr.coverage.scene import Areas
from casemgr.coverage.tally import FOCUS, HAMLET, RESIDENT, REST
from casemgr.plans import plans
from casemgr.plans.model import Indicator
from casemgr.units import areas
from casemgr.units.area_rules import HAMLETS, Area, named, zones_of

OF_AREAS = ("areas", "assigned")


@dataclass(frozen=True, slots=True)
class Ground:
    """`areas`: those in force; `zones`: the zone of each commune that has one; `focus`: the communes of the zones that
    the directive names; `hamlets`: the hamlets it names. Who is known to live there belongs to the focus areas, in
    figures that come from case files alone; what is reported knows communes only."""

    areas: Sequence[Area] = ()
    zones: dict[str, str] = field(default_factory=dict)
    focus: frozenset[str] = frozenset()
    hamlets: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, session, asked, indicators: Sequence[Indicator], by: Sequence[str]) -> "Ground":
        """One query where it is needed, none elsewhere."""
        if not any(i.rule in OF_AREAS for i in indicators) and not set(AREA_KINDS) & set(by):
            return cls()
        return cls.on(session, asked.through, asked.known_at)

    @classmethod
    def on(cls, session, day, known_at=None) -> "Ground":
        found = areas.on(session, day, known_at)
        zones, wanted = zones_of(found), _focus_zones()
        hamlets = {
            area.hamlet
            for indicator in _lists()
            for area in named(found, indicator.setting("expected"), indicator.setting("hamlets"))
        }
        return cls(
            found, zones, frozenset(u for u, zone in zones.items() if zone in wanted), frozenset(hamlets - {None})
        )

    def kind(self, dimension: str, unit: str) -> str:
        """The area of a commune, or of the part of it that lives in a named hamlet."""
        resident, unit = unit.endswith(RESIDENT), unit.removesuffix(RESIDENT)
        if dimension == "hamlet":
            return HAMLET if resident else REST
        if dimension == "focus" and resident:
            return FOCUS
        if dimension == "zone":
            return self.zones.get(unit, "")
        return FOCUS if unit in self.focus else REST

    def count(self, indicator: Indicator, units: Collection[str]) -> Areas:
        """The plan's named areas within these units, by kind."""
        listed = self.named(indicator, units)
        return Areas(Counter(a.zone for a in listed), Counter(a.zone for a in listed if a.member))

    def named(self, indicator: Indicator, units: Collection[str]) -> list[Area]:
        found = named(self.areas, indicator.setting("expected"), indicator.setting("hamlets"))
        return [a for a in found if a.unit in units]


def _lists() -> list[Indicator]:
    """The tasks of all plans that are lists of areas."""
    return [i for p in plans().values() for i in p.indicators.values() if i.rule == "areas"]


def _focus_zones() -> set[str]:
    """The zones of communes that a plan's list of areas names."""
    return {zone for i in _lists() for zone in i.setting("expected")} - {HAMLETS}
