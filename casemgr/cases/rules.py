"""The fold of a case file: from its effective entries to its state. Pure: no database, no Flask, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casemgr.cases import handover
from casemgr.ledger.rules import Entry
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import Calendar, Ledger, NeedState, Span, need_states, spans

OPEN, CLOSING, CLOSED = "open", "closing", "closed"
# What these entries say is about the file, not about the person in it.
NO_FACTS = frozenset(
    {"decided", "told", "assigned", "attached", handover.ASKED, handover.TRANSFERRED, handover.CONFLICTED}
)


@dataclass(slots=True)
class Item:
    """One opening of the file by a detection (or the opening itself where nothing was detected first)."""

    opening: Entry
    received_at: datetime
    detected: str | None
    excluded: list[tuple[datetime, str | None]] = field(default_factory=list)  # (from, reason; None: counted again)

    def excluded_at(self, t: datetime) -> str | None:
        """The reason why this item is not counted at time t, or None."""
        reason = None
        for moment, value in self.excluded:
            if moment <= t:
                reason = value
        return reason


@dataclass(slots=True)
class CaseState:
    """What a case file says today, or as known at some day: derived, never edited."""

    programme: Programme
    entries: list[Entry]
    ledger: Ledger
    number: str
    beneficiary: UUID | None
    holders: list[tuple[datetime, str]]
    worker: str | None
    status: str
    opened_at: datetime
    closed_at: datetime | None
    items: list[Item]
    facts: dict
    needs: list[NeedState]
    waiting: list[Entry]  # entries that wait for a decision, oldest first
    last_contact: datetime | None
    identity: dict  # sex, birth_year, ethnicity as last told
    _spans: list[Span] | None = None

    @property
    def spans(self) -> list[Span]:
        """The spans of every criterion. Laid out when first asked for: whether most entries may be written does not
        depend on them, and they are the larger part of a fold."""
        if self._spans is None:
            self._spans = spans(self.programme.case, self.ledger)
        return self._spans

    @property
    def pending(self) -> list[str]:
        """The criteria with a promise that is neither kept nor ended."""
        return sorted({s.criterion.code for s in self.spans if s.met is None and s.ended is None})

    @property
    def unit(self) -> str:
        return self.holders[-1][1]

    def holder_at(self, t: datetime) -> str:
        """The unit that held the file at time t (the first holder before that)."""
        unit = self.holders[0][1]
        for moment, holder in self.holders:
            if moment <= t:
                unit = holder
        return unit

    def decision_on(self, entry: Entry) -> Entry | None:
        return self.ledger.decisions.get(entry.id.hex)


def fold(programme: Programme, entries: Sequence[Entry], calendar: Calendar, horizon: int) -> CaseState | None:
    """The state after these effective entries (see `ledger.rules.effective`); None when the opening was voided.

    `horizon` is the last year for which yearly promises are laid out.
    """
    entries = _told(entries)
    ledger = Ledger(programme, entries, calendar, horizon)
    if not ledger.openings or ledger.openings[0].kind != "opened":
        return None
    opening = ledger.openings[0]
    holders = [(opening.occurred_at, opening.coded.get("unit") or opening.unit)]
    holders += handover.holders(entries)
    status, closed_at = _status(ledger, entries)
    needs = ledger.needs = need_states(ledger)
    waiting = [
        e
        for e in entries
        if (kind := programme.case.kinds.get(e.kind)) and kind.decide and e.id.hex not in ledger.decisions
    ]
    identity = {key: opening.coded.get(key) for key in ("sex", "birth_year", "ethnicity")}
    for event in ledger.by_kind.get("told", ()):
        if event.coded.get("fact") == "identity":
            identity.update({k: event.coded[k] for k in identity if k in event.coded})
    beneficiary = opening.coded.get("beneficiary")
    state = CaseState(
        programme=programme,
        entries=list(entries),
        ledger=ledger,
        number=opening.coded["number"],
        beneficiary=UUID(beneficiary) if beneficiary else None,
        holders=holders,
        worker=handover.worker(entries),
        status=status,
        opened_at=opening.occurred_at,
        closed_at=closed_at,
        items=_items(ledger),
        facts={},
        needs=needs,
        waiting=[e for e in waiting if (e.kind == "reopened") is (status == CLOSED)],
        last_contact=_last_contact(programme, entries),
        identity=identity,
    )
    state.facts = _facts(state)
    return state


def _told(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with what other ledgers told since put where it belongs: a corrected receipt time."""
    corrections = {
        e.coded["detected"]: e.coded["received_at"]
        for e in entries
        if e.kind == "told" and e.coded.get("fact") == "received"
    }
    if not corrections:
        return list(entries)
    return [
        replace(e, coded={**e.coded, "received_at": corrections[e.coded["detected"]]})
        if e.kind in ("opened", "linked") and e.coded.get("detected") in corrections
        else e
        for e in entries
    ]


def _items(ledger: Ledger) -> list[Item]:
    items = [
        Item(opening, received, opening.coded.get("detected"))
        for opening, received in zip(ledger.openings, ledger.received, strict=True)
    ]
    for event in ledger.by_kind.get("told", ()):
        fact = event.coded.get("fact")
        if fact not in ("excluded", "included"):
            continue
        for item in items:
            if item.detected == event.coded.get("detected"):
                item.excluded.append((event.occurred_at, event.coded.get("reason") if fact == "excluded" else None))
    return items


def _status(ledger: Ledger, entries: Sequence[Entry]) -> tuple[str, datetime | None]:
    """A closure counts once it is decided (at once where the programme asks for no decision); so does reopening."""
    kind, again = (ledger.programme.case.kinds.get(code) for code in ("closed", "reopened"))
    status, closed_at = OPEN, None
    for entry in entries:
        if entry.kind == "closed":
            decision = ledger.decisions.get(entry.id.hex)
            if kind is not None and kind.decide and decision is None:
                status = CLOSING
            elif decision is None:
                status, closed_at = CLOSED, entry.occurred_at
            elif decision.coded.get("outcome") == "approved":
                status, closed_at = CLOSED, decision.occurred_at
            else:
                status = OPEN
        elif entry.kind == "reopened":
            decision = ledger.decisions.get(entry.id.hex)
            if not (again and again.decide) or (decision and decision.coded.get("outcome") == "approved"):
                status, closed_at = OPEN, None
    return status, closed_at


def _last_contact(programme: Programme, entries: Sequence[Entry]) -> datetime | None:
    contacts = [e.occurred_at for e in entries if (k := programme.case.kinds.get(e.kind)) is not None and k.contact]
    return contacts[-1] if contacts else None


def _facts(state: CaseState) -> dict:
    """What conditions in the programme file may ask: the last value of every coded field, and what follows from all
    (but for `pending`, which only refusals ask about)."""
    facts: dict = {}
    for entry in state.entries:
        if entry.kind not in NO_FACTS:
            facts.update(entry.coded)
    facts.update(state.identity)
    facts["status"] = state.status
    facts["emergency_received"] = any(item.opening.coded.get("emergency") for item in state.items)
    facts["kinds"] = sorted(state.ledger.by_kind)
    facts["open_needs"] = sum(1 for n in state.needs if n.served is None and n.ended is None)
    facts["yes_needs"] = sum(1 for n in state.needs if n.ended is None)
    return facts
