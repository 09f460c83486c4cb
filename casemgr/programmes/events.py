"""The effective entries of one ledger, and the selectors of the programme file over them. Pure.

Times are naive Vietnamese wall time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import NamedTuple, Protocol
from uuid import UUID

from casemgr.programmes.conditions import always
from casemgr.programmes.model import Programme, Selector

OPENINGS = frozenset({"opened", "linked", "detected"})


class Event(Protocol):
    """What a ledger entry must offer here."""

    id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    precision: str
    coded: dict
    unit: str


class Moment(NamedTuple):
    at: datetime
    precision: str
    event: "Event"


def in_order(event: Event) -> tuple:
    """The order in which things happened, whatever the order of arrival."""
    return event.occurred_at, event.id.int


class Calendar(Protocol):
    def add_working_days(self, day: date, n: int) -> date: ...


class Ledger:
    """The effective entries of one subject, arranged for selectors.

    `facts` are those of the subject as a whole that conditions may name (age, sex); an entry's own coded values win.
    """

    def __init__(
        self,
        programme: Programme,
        events: Sequence[Event],
        calendar: Calendar,
        horizon: int,
        facts: Mapping[str, object] | None = None,
    ):
        self.programme, self.calendar, self.horizon, self.facts = programme, calendar, horizon, facts or {}
        self.by_kind: dict[str, list[Event]] = defaultdict(list)
        self.decisions: dict[str, Event] = {}
        by_kind = self.by_kind
        for event in events:
            by_kind[event.kind].append(event)
        for event in by_kind.get("decided", ()):
            self.decisions[event.coded["on"]] = event
        self.openings = [e for kind in ("opened", "linked", "detected") for e in by_kind.get(kind, ())]
        self.needs: list | None = None  # the needs as `need_states` finds them, once they are
        self.replies: Mapping[UUID, Event] = {}  # what each answer is to, by its id, where that is settled
        self.found: dict[object, list[Moment]] = {}  # what plain selectors gave, by key
        self.received = [received(e) for e in self.openings]

    def holds(self, selector: Selector, event: "Event") -> bool:
        return selector.where({**self.facts, **event.coded} if self.facts else event.coded)

    def item_of(self, at: datetime) -> int:
        """The detection that an entry at this time belongs to: the last one received by that day."""
        item = 0
        if len(self.received) < 2:
            return item
        for number, received in enumerate(self.received):
            if number and received.date() <= at.date():
                item = number
        return item

    def opening_of(self, anchor: Event) -> Event:
        """The opening of the item that an entry belongs to; an opening's own is itself."""
        return anchor if anchor.kind in OPENINGS else self.openings[self.item_of(anchor.occurred_at)]

    def since(self, anchor: Event) -> "Event | None":
        """What an answer must not precede: nothing for the first opening, the anchor otherwise."""
        return None if self.openings and anchor is self.openings[0] else anchor


def received(opening: Event) -> datetime:
    text = opening.coded.get("received_at")
    return datetime.fromisoformat(text) if text else opening.occurred_at


def _date_field(event: Event, field: str) -> Moment | None:
    text = event.coded.get(field)
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return Moment(at, event.coded.get(f"{field}_precision") or ("minute" if len(text) > 10 else "day"), event)


def matches(ledger: Ledger, selector: Selector, anchor: Event | None, year: int | None) -> Sequence[Moment]:
    """The moments a selector gives, in the order things happened."""
    if selector.plain:
        found = ledger.found.get(selector.key)
        if found is None:
            found = ledger.found[selector.key] = _of_kinds(ledger, selector, None, None)
        return found
    if selector.decision:
        event = ledger.decisions.get(anchor.id.hex) if anchor is not None else None
        if event is not None and ledger.holds(selector, event):
            return [Moment(event.occurred_at, event.precision, event)]
        return ()
    if selector.anchor or not selector.kinds:
        if anchor is None or not (selector.anchor or selector.field) or not ledger.holds(selector, anchor):
            return ()
        moment = moment_of(selector, anchor)
        return () if moment is None else [moment]
    return _of_kinds(ledger, selector, anchor, year)


def _of_kinds(ledger: Ledger, selector: Selector, anchor: Event | None, year: int | None) -> list[Moment]:
    kinds, found = selector.kinds, []
    events = ledger.by_kind.get(kinds[0], ()) if len(kinds) == 1 else _merged(ledger, kinds)
    for event in events:
        if not _fits(ledger, selector, event, anchor, year):
            continue
        if selector.approved:
            decision = ledger.decisions.get(event.id.hex)
            if decision is None or decision.coded.get("outcome") != "approved":
                continue
            if not selector.field:
                found.append(Moment(decision.occurred_at, decision.precision, event))
                continue
        moment = moment_of(selector, event)
        if moment is not None and selector.until is not None and year is not None:
            moment = _within(ledger, selector.until, moment, year)
        if moment is not None:
            found.append(moment)
    return found


def _fits(ledger: Ledger, selector: Selector, event: Event, anchor: Event | None, year: int | None) -> bool:
    if year is not None and selector.this_year and event.coded.get(selector.this_year) != year:
        return False
    if selector.same and anchor is not None:
        if event.coded.get(selector.same) != anchor.coded.get(selector.same):
            return False
        asked = ledger.replies.get(event.id)
        if asked is not None and asked.kind == anchor.kind and asked.id != anchor.id:
            return False  # it has kept the promise of another
    return selector.where is always or ledger.holds(selector, event)


def _within(ledger: Ledger, until: Selector, begun: Moment, year: int) -> Moment | None:
    """What began with this moment, if it was so on some day of the year: from its beginning or the first of January."""
    end = select(ledger, until, begun.event)
    if begun.at.year > year or (end is not None and end.at.year < year):
        return None
    return begun._replace(at=max(begun.at, datetime(year, 1, 1)))


def moment_of(selector: Selector, event: Event) -> Moment | None:
    if selector.field:
        return _date_field(event, selector.field)
    return Moment(event.occurred_at, event.precision, event)


def _merged(ledger: Ledger, kinds: Sequence[str]) -> Sequence[Event]:
    parts = [part for kind in kinds if (part := ledger.by_kind.get(kind))]
    if len(parts) < 2:
        return parts[0] if parts else ()
    return sorted(chain.from_iterable(parts), key=in_order)


def _not_before(moment: Moment, anchor: Event, decided: bool = False) -> bool:
    """By the day when either is known only to the day. An entry never answers itself."""
    if moment.event is anchor and not decided:
        return False
    if moment.precision == "minute" and anchor.precision == "minute":
        return moment.at >= anchor.occurred_at
    return moment.at.date() >= anchor.occurred_at.date()


def select(ledger: Ledger, selector: Selector, anchor: Event | None, year: int | None = None) -> Moment | None:
    """The first (or last) moment a selector gives at or after its anchor."""
    moments = matches(ledger, selector, anchor, year)
    if not moments:
        return None
    since = ledger.since(anchor) if anchor is not None else None
    if selector.anchor or selector.decision or not selector.kinds:
        since = None
    found, first = None, selector.pick == "first"
    for moment in moments:
        if since is not None and not _not_before(moment, since, selector.approved):
            continue
        if first and found is not None and found.at <= moment.at:
            continue
        found = moment
    return found
