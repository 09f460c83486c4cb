"""The needs that assessments found, and what became of each. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casemgr.programmes.deadlines import DAY_END
from casemgr.programmes.events import Event, Ledger, Moment, matches
from casemgr.programmes.model import Band


@dataclass(slots=True)
class NeedState:
    """One need of one item: who asked for it, what was planned, what was delivered, what stood in the way."""

    code: str
    item: int
    anchor: Event
    planned: datetime | None = None
    service: str = ""
    plan: UUID | None = None
    served: Moment | None = None
    ended: datetime | None = None
    band: str = ""
    refused_by: str = ""


def need_states(ledger: Ledger) -> list[NeedState]:
    """Every need that an assessment found, in the order found; a later assessment may end it.

    Only a service delivered with proof meets a need. The first approved plan fixes the due date; a later plan never
    moves it, but names the service once it is approved.
    """
    states: dict[tuple[int, str], NeedState] = {}
    for event in ledger.by_kind.get("assessed", ()):
        item = ledger.item_of(event.occurred_at)
        for code, answer in (event.coded.get("needs") or {}).items():
            state = states.get((item, code))
            if answer == "yes" and (state is None or state.ended is not None):
                states[item, code] = NeedState(code, item, event)
            elif answer == "no" and state is not None:
                state.ended = event.occurred_at
    if not states:
        return []
    _add_plans(ledger, states)
    for event in ledger.by_kind.get("served", ()):
        for state in _touched(ledger, states, event):
            if state.served is None and event.coded.get("proof") not in (None, "", "none"):
                state.served = Moment(event.occurred_at, event.precision, event)
    for event in ledger.by_kind.get("refused", ()):
        for state in _touched(ledger, states, event):
            state.refused_by = event.coded.get("by", "")
    for band in ledger.programme.bands:
        _add_band(ledger, states, band)
    return list(states.values())


def _add_plans(ledger: Ledger, states: dict) -> None:
    for event in ledger.by_kind.get("planned", ()):
        decision = ledger.decisions.get(event.id.hex)
        approved = decision is not None and decision.coded.get("outcome") == "approved"
        named: set[str] = set()
        for row in event.coded.get("items") or ():
            state = states.get((ledger.item_of(event.occurred_at), row["need"]))
            if state is None or row["need"] in named:
                continue
            named.add(row["need"])
            if approved or state.planned is None:
                state.service = row["service"]
            if approved and state.planned is None:
                state.plan = event.id
                state.planned = datetime.combine(date.fromisoformat(row["due"]), DAY_END)


def _add_band(ledger: Ledger, states: dict, band: Band) -> None:
    for moment in matches(ledger, band.selector, None, None):
        for state in _touched(ledger, states, moment.event):
            state.band = band.code


def _touched(ledger: Ledger, states: dict, event: Event) -> list[NeedState]:
    """The needs an entry speaks of: of its own item, or where that has no such need, of an earlier one."""
    last = ledger.item_of(event.occurred_at)
    found = []
    for code in event.coded.get("needs") or ():
        state = next((states[i, code] for i in range(last, -1, -1) if (i, code) in states), None)
        if state is not None:
            found.append(state)
    return found
