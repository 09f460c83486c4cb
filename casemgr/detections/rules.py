"""The fold of a detected person: from the effective entries to the state, its verdict over time. Pure.

A detected person is pending, substantiated or not; then matched to a case file, a duplicate, excluded, or has
refused a file. While no file is linked the detection itself counts in the figures; afterwards the file does.
"""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from casemgr.cases.verdicts import EXCLUDED, FOREVER
from casemgr.ledger.rules import Entry
from casemgr.people.rules import Birth
from casemgr.programmes.model import Programme, Selector
from casemgr.programmes.spans import Calendar, Ledger, Span, spans

PENDING, SUBSTANTIATED, UNSUBSTANTIATED = "pending", "substantiated", "unsubstantiated"
MATCHED, DUPLICATE, REFUSED = "matched", "duplicate", "refused"
STATUSES = (PENDING, SUBSTANTIATED, UNSUBSTANTIATED, MATCHED, DUPLICATE, EXCLUDED, REFUSED)
OPEN = (PENDING, SUBSTANTIATED)  # somebody still has to do something
APPROVED, RETURNED = "approved", "returned"
VERIFIED = "verified"


@dataclass(slots=True)
class DetectedState:
    """What a detected person's ledger says today, or as known at some day."""

    programme: Programme
    entries: list[Entry]
    ledger: Ledger
    opening: Entry
    number: str
    unit: str
    incident: UUID | None
    received: tuple[datetime, str]  # the receipt that counts, with its precision
    facts: dict  # every coded value as last written or told
    case: UUID | None
    case_number: str
    beneficiary: UUID | None
    worker: str | None
    taken_at: datetime | None
    waiting: list[Entry]  # what waits for a decision above, oldest first
    excluded: list[tuple[datetime, str | None]] = field(default_factory=list)  # (from, reason; None: counted again)
    status: str = PENDING
    _spans: list[Span] | None = None

    @property
    def spans(self) -> list[Span]:
        """The spans of every criterion, laid out when first asked for."""
        if self._spans is None:
            self._spans = spans(self.programme.detection, self.ledger)
        return self._spans

    @property
    def emergency(self) -> bool:
        return bool(self.facts.get("emergency"))

    @property
    def identity(self) -> dict:
        return {key: self.facts.get(key) for key in ("sex", "birth_year", "ethnicity")}

    @property
    def counted(self) -> bool:
        """Whether the programme's figures are about this person at all (not: 16-17 years old, at risk only)."""
        return self.programme.in_population(self.facts)

    @property
    def happened_on(self) -> date:
        """The day of the incident, that of the receipt where it is not known."""
        text = self.facts.get("happened_on")
        return date.fromisoformat(text) if text else self.received[0].date()

    def decision_on(self, entry: Entry) -> Entry | None:
        return self.ledger.decisions.get(entry.id.hex)


def fold(programme: Programme, entries: list[Entry], calendar: Calendar, horizon: int) -> DetectedState | None:
    """The state after these effective entries; None when the detection itself was voided."""
    entries = _told(entries)
    ledger = Ledger(programme, entries, calendar, horizon)
    opening = next(iter(ledger.by_kind.get("detected", ())), None)
    if opening is None:
        return None
    matched = _last(ledger, "matched")
    taken, assigned = _last(ledger, "taken"), _last(ledger, "assigned")
    beneficiary = (matched and matched.coded.get("beneficiary")) or opening.coded.get("beneficiary")
    incident = opening.coded.get("incident")
    state = DetectedState(
        programme=programme,
        entries=entries,
        ledger=ledger,
        opening=opening,
        number=opening.coded["number"],
        unit=opening.coded["unit"],
        incident=UUID(incident) if incident else None,
        received=read_moment(opening.coded["received_at"]),
        facts=_facts(entries),
        case=UUID(matched.coded["case"]) if matched else None,
        case_number=matched.coded["case_number"] if matched else "",
        beneficiary=UUID(beneficiary) if beneficiary else None,
        worker=_worker(taken, assigned),
        taken_at=taken.occurred_at if taken else None,
        waiting=[e for e in entries if needs_decision(e) and e.id.hex not in ledger.decisions],
        excluded=_excluded(ledger),
    )
    state.status = MATCHED if matched else standing(state, FOREVER)
    return state


def needs_decision(entry: Entry) -> bool:
    """What a commune may only propose, because it takes a case out of its own figure."""
    if entry.kind == VERIFIED:
        return entry.coded.get("outcome") == UNSUBSTANTIATED
    return entry.kind in (EXCLUDED, DUPLICATE)


def _last(ledger: Ledger, kind: str) -> Entry | None:
    found = ledger.by_kind.get(kind)
    return found[-1] if found else None


def _worker(taken: Entry | None, assigned: Entry | None) -> str | None:
    last = max((e for e in (taken, assigned) if e is not None), key=lambda e: (e.occurred_at, e.seq), default=None)
    return last.coded.get("worker") if last else None


def _told(entries: list[Entry]) -> list[Entry]:
    """The entries with the receipt time that was told last put into the detection."""
    times = [e.coded["received_at"] for e in entries if e.kind == "told" and e.coded.get("fact") == "received"]
    if not times:
        return entries
    return [replace(e, coded={**e.coded, "received_at": times[-1]}) if e.kind == "detected" else e for e in entries]


def _facts(entries: Sequence[Entry]) -> dict:
    facts: dict = {}
    for entry in entries:
        if entry.kind == "told":
            facts.update({k: v for k, v in entry.coded.items() if k != "fact"})
        elif entry.kind not in ("decided", "assigned", "taken", "matched", "duplicate", EXCLUDED, "included"):
            facts.update(entry.coded)
    return facts


def _excluded(ledger: Ledger) -> list[tuple[datetime, str | None]]:
    turns: list[tuple[datetime, str | None]] = []
    for entry in ledger.by_kind.get(EXCLUDED, ()):
        decision = ledger.decisions.get(entry.id.hex)
        if decision is not None and decision.coded.get("outcome") == APPROVED:
            turns.append((decision.occurred_at, entry.coded["reason"]))
    turns += [(e.occurred_at, None) for e in ledger.by_kind.get("included", ())]
    turns.sort(key=lambda turn: turn[0])
    return turns


def standing(state: DetectedState, t: datetime) -> str:
    """What the detection was at time t, as far as its own ledger says: the link to a file is not asked about."""
    reason = None
    for moment, value in state.excluded:
        if moment <= t:
            reason = value
    if reason is not None:
        return EXCLUDED
    by_kind = state.ledger.by_kind
    if any(_approved(state, e, t) for e in by_kind.get(DUPLICATE, ())):
        return DUPLICATE
    if state.counted and _refuses(state, t):
        return REFUSED
    if VERIFIED not in state.programme.detection.kinds:
        return SUBSTANTIATED  # nothing to verify: the source's list says so
    last = last_verification(state, t)
    if last is None:
        return PENDING
    if last.coded["outcome"] == SUBSTANTIATED:
        return SUBSTANTIATED
    return UNSUBSTANTIATED if _approved(state, last, t) else PENDING


def _approved(state: DetectedState, entry: Entry, t: datetime) -> bool:
    decision = state.decision_on(entry)
    return decision is not None and decision.occurred_at <= t and decision.coded["outcome"] == APPROVED


def _refuses(state: DetectedState, t: datetime) -> bool:
    selector = file_refusal(state.programme)
    if selector is None:
        return False
    asked = [e for e in state.entries if e.kind in selector.kinds and e.occurred_at <= t]
    return bool(asked) and selector.where(asked[-1].coded)


def file_refusal(programme: Programme) -> Selector | None:
    """What says that somebody refuses a file, in a programme that may go without a name: its band on detections."""
    if not programme.anonymous:
        return None
    codes = {criterion.code for criterion in programme.detection.criteria}
    return next((b.selector for b in programme.bands if b.criteria and codes.issuperset(b.criteria)), None)


def refuses_file(programme: Programme, kind: str, facts: Mapping) -> bool:
    """Whether this entry leaves a tally and nothing else. Whoever is too young for the figure is looked after."""
    selector = file_refusal(programme)
    asked = selector is not None and kind in selector.kinds
    return asked and selector.where(facts) and programme.in_population(facts)


def last_verification(state: DetectedState, t: datetime = FOREVER) -> Entry | None:
    found = [e for e in state.ledger.by_kind.get(VERIFIED, ()) if e.occurred_at <= t]
    return found[-1] if found else None


def last_proposal(state: DetectedState, t: datetime) -> Entry | None:
    """What was last said before it was verified: «no grounds», or a duplicate; both count once approved above."""
    found = [e for kind in (VERIFIED, DUPLICATE) for e in state.ledger.by_kind.get(kind, ()) if e.occurred_at <= t]
    return max(found, key=lambda e: (e.occurred_at, e.id.int), default=None)


# --- small things that others need too ------------------------------------------------------------------------------


def write_moment(moment: tuple[datetime, str]) -> str:
    """A receipt time as text: yyyy-mm-ddThh:mm, or the day alone where the hour is not known."""
    at, precision = moment
    return at.isoformat(timespec="minutes") if precision == "minute" else at.date().isoformat()


def read_moment(text: str) -> tuple[datetime, str]:
    return datetime.fromisoformat(text), "minute" if len(text) > 10 else "day"


def earlier(one: tuple[datetime, str], other: tuple[datetime, str]) -> bool:
    """Whether `one` is surely before `other`; on the same day only hours can tell."""
    if "minute" == one[1] == other[1]:
        return one[0] < other[0]
    return one[0].date() < other[0].date()


def age_on(birth: Birth | None, day: date) -> int | None:
    """Full years on that day. Of a birth known only to the month or year the last possible day is taken, as the
    criminal procedure code does for the young (BLTTHS 2015, article 417): in doubt somebody is a child."""
    if birth is None:
        return None
    month = birth.month or 12
    last = birth.day or months.monthrange(birth.year, month)[1]
    return max(0, day.year - birth.year - ((day.month, day.day) < (month, last)))


def for_case(subject: UUID, coded: Mapping) -> dict:
    """What a case file is told when it is opened by, or linked with, a detected person."""
    keys = ("incident", "received_at", "emergency", "level", "harm", "age")
    return {"detected": subject.hex} | {k: coded[k] for k in keys if coded.get(k) is not None}
