"""The fold of a case file: from its effective entries to its state. Pure: no database, no Flask, no clock."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casemgr.cases import handover
from casemgr.cases.marks import CONFLICTED, TRANSFERRED, charged
from casemgr.ledger.rules import Entry
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import Calendar, Ledger, NeedState, Span, need_states, spans

OPEN, CLOSING, CLOSED = "open", "closing", "closed"
# What these entries say is about the file, not about the person in it.
NO_FACTS = frozenset(
    {"decided", "told", "assigned", "attached"} | {handover.ASSIGN_ASKED, handover.ASKED, TRANSFERRED, CONFLICTED}
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
    charged: list[tuple[datetime, str]]  # the holders as the figures charge them
    status: str
    opened_at: datetime
    closed_at: datetime | None
    items: list[Item]
    needs: list[NeedState]
    identity: dict  # sex, birth_year, ethnicity as last told
    only: Container[str] | None = None  # the criteria asked for, None: all of them
    _facts: dict | None = None
    _spans: list[Span] | None = None

    @property
    def spans(self) -> list[Span]:
        """The spans of every criterion. Laid out when first asked for: whether most entries may be written does not
        depend on them, and they are the larger part of a fold."""
        if self._spans is None:
            self._spans = spans(self.programme.case, self.ledger, self.only)
        return self._spans

    @property
    def facts(self) -> dict:
        """What conditions in the programme file may ask; figures do not."""
        if self._facts is None:
            self._facts = _facts(self)
        return self._facts

    @property
    def waiting(self) -> list[Entry]:
        """The entries that wait for a decision, oldest first; in a closed file only that on opening it again."""
        kinds, decided, closed = self.programme.case.kinds, self.ledger.decisions, self.status == CLOSED
        asked = [e for e in self.entries if (k := kinds.get(e.kind)) and k.decide and e.id.hex not in decided]
        return [e for e in asked if (e.kind == "reopened") is closed]

    @property
    def worker(self) -> str | None:
        return handover.worker(self.entries)

    @property
    def last_contact(self) -> datetime | None:
        kinds = self.programme.case.kinds
        return next((e.occurred_at for e in reversed(self.entries) if (k := kinds.get(e.kind)) and k.contact), None)

    @property
    def pending(self) -> list[str]:
        """The criteria with a promise that is neither kept nor ended."""
        return sorted({s.criterion.code for s in self.spans if s.met is None and s.ended is None})

    @property
    def unit(self) -> str:
        return self.holders[-1][1]

    def charged_at(self, t: datetime) -> str:
        """The unit that is charged with what is due at time t (the first holder before that)."""
        unit = self.charged[0][1]
        for moment, holder in self.charged:
            if moment <= t:
                unit = holder
        return unit

    def decision_on(self, entry: Entry) -> Entry | None:
        return self.ledger.decisions.get(entry.id.hex)

    def approved(self, entry: Entry) -> bool:
        """Whether a second person has approved an entry that counts only with a decision. One that was merely late
        and accepted is none."""
        decision, kind = self.decision_on(entry), self.programme.case.kinds.get(entry.kind)
        if decision is None or decision.coded.get("outcome") != "approved":
            return False
        asks = kind is not None and kind.decide
        return asks or any(s.anchor == entry.id and s.criterion.task == "decided" for s in self.spans)

    def approved_by(self, decision: Entry) -> Entry | None:
        """What counts because of this decision; None for any other entry."""
        if decision.kind != "decided":
            return None
        entry = next((e for e in self.entries if e.id.hex == decision.coded.get("on")), None)
        if entry is None or self.decision_on(entry) is not decision:
            return None
        return entry if self.approved(entry) else None


def fold(
    programme: Programme,
    entries: list[Entry],
    calendar: Calendar,
    horizon: int,
    only: Container[str] | None = None,
) -> CaseState | None:
    """The state after these effective entries (see `ledger.rules.effective`); None when the opening was voided.

    `horizon` is the last year for which yearly promises are laid out; `only` are the criteria wanted (None: all).
    """
    entries = _told(entries)
    ledger = Ledger(programme, entries, calendar, horizon)
    if not ledger.openings or ledger.openings[0].kind != "opened":
        return None
    opening = ledger.openings[0]
    first = (opening.occurred_at, opening.coded.get("unit") or opening.unit)
    status, closed_at = _status(ledger, entries)
    needs = ledger.needs = need_states(ledger)
    if ledger.by_kind.get(handover.REFERRAL_ANSWERED):
        ledger.replies = handover.replies(entries)
    identity = {key: opening.coded.get(key) for key in ("sex", "birth_year", "ethnicity")}
    for event in ledger.by_kind.get("told", ()):
        if event.coded.get("fact") == "identity":
            identity.update({k: event.coded[k] for k in identity if k in event.coded})
    beneficiary = opening.coded.get("beneficiary")
    return CaseState(
        programme=programme,
        entries=entries,
        ledger=ledger,
        number=opening.coded["number"],
        beneficiary=UUID(beneficiary) if beneficiary else None,
        holders=[first, *handover.holders(entries)],
        charged=charged(first, entries),
        status=status,
        opened_at=opening.occurred_at,
        closed_at=closed_at,
        items=_items(ledger),
        needs=needs,
        identity=identity,
        only=only,
    )


def _told(entries: list[Entry]) -> list[Entry]:
    """The entries with what other ledgers told since put where it belongs: a corrected receipt time."""
    corrections = {
        e.coded["detected"]: e.coded["received_at"]
        for e in entries
        if e.kind == "told" and e.coded.get("fact") == "received"
    }
    if not corrections:
        return entries
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
    """A closure counts once it is decided (at once where the programme asks for no decision); so does reopening. Of
    one day that which was written down later counts: a closure sent back in the morning and asked for again waits."""
    kind, again = (ledger.programme.case.kinds.get(code) for code in ("closed", "reopened"))
    status, closed_at = OPEN, None
    asked = [e for e in entries if e.kind in ("closed", "reopened")]
    if len(asked) > 1:
        asked.sort(key=lambda e: (e.occurred_at, e.recorded_at, e.id.int))
    for entry in asked:
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
