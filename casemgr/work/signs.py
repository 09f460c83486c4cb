"""What about one file or one detection a supervisor should look at. Pure: no database, no clock; a sign says from when
until when it holds, so that a list of any moment is read from the rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from casemgr.cases.entries import late_by
from casemgr.cases.handover import asked_assignment
from casemgr.cases.marks import with_ending
from casemgr.cases.rules import CLOSED, CaseState
from casemgr.detections.rules import needs_decision
from casemgr.ledger.rules import Entry
from casemgr.programmes.model import Programme
from casemgr.programmes.spans import MET, Span
from casemgr.work.lists import List, Supervision

FOREVER = datetime(9999, 12, 31)
SYSTEM = "system:"
# Entries by which nobody reports late work: what other ledgers tell, strikes through, decides or hands over.
NOT_REPORTS = ("told", "voided", "assigned", "transferred", "matched", "linked", "assign_asked", "conflicted")
PART = "burst-part"  # no list either: added up over files
ASSIGN = "assign-asked"  # no list of exceptions: a leader answers it in the inbox
RETURNED = "returned"  # nor this: the worker is told, who mends it


class Sign(NamedTuple):
    """`code` of a list; `day`, `amount`, `detail`, `entry`: why; `asks`: an entry that somebody must accept."""

    code: str
    since: datetime
    day: datetime
    until: datetime = FOREVER
    amount: int = 0
    detail: str = ""
    entry: UUID | None = None
    author: str = ""
    asks: bool = False


def of_case(state: CaseState, limits: Supervision) -> list[Sign]:
    """The signs of a case file."""
    found: list[Sign] = []
    lists = limits.lists
    if state.status == CLOSED:
        found += _closed_empty(state, lists["closed-without-outcome"])
    else:
        if high_risk(state):
            since = state.last_contact or state.opened_at
            silent = lists["high-risk-silent"]
            found.append(Sign(silent.code, since + timedelta(days=silent.days), since))
            found += _single_need(state, lists["single-need"])
        found += _no_service(state, lists["need-without-service"])
        found += _asked(state)
        found += _returned(state, limits)
    found += _undated(state.programme, state.spans, lists["date-missing"])
    found += _conflict(state, lists["conflict"])
    # What a decision waits for, or what is decided for itself, is not accepted a second time for being late.
    decided = {s.anchor for s in state.spans if s.criterion.task == "decided"}
    kinds = state.programme.case.kinds
    exempt = {e.id for e in state.entries if e.id in decided or ((k := kinds.get(e.kind)) and k.decide)}
    found += _late(state.entries, state.ledger.decisions, exempt, limits)
    found += _parts(state.entries, state.spans, lists["burst-many"])
    return found + _bursts(state.entries, state.spans, lists["burst"])


def of_detection(programme: Programme, state, limits: Supervision) -> list[Sign]:
    """The signs of a detected person. A late entry moves the start of a clock, so the unit above looks at it."""
    found = _undated(programme, state.spans, limits.lists["date-missing"])
    # What is decided for itself is not accepted a second time for being late.
    exempt = {entry.id for entry in state.entries if needs_decision(entry)}
    return found + _late(state.entries, state.ledger.decisions, exempt, limits)


def high_risk(state: CaseState) -> bool:
    """The first code of the programme's list of risks is the highest."""
    levels = state.programme.codes.get("risk")
    return bool(levels) and state.facts.get("risk") == next(iter(levels))


def _conflict(state: CaseState, rule: List) -> Iterable[Sign]:
    """Each mark, and each end asked for, that waits for a second person; else the last mark. `detail`: the unit from
    which marks took the file, said once a file, so that it is counted once; `amount`: 1 once the mark is confirmed, as
    one is of which the end is asked for."""
    marks = with_ending(state.entries) if state.status != CLOSED else []
    before = next((mark.unit for mark in marks if mark.unit), "")
    for each in [mark for mark in marks if mark.waits] or marks[-1:]:
        entry, at = each.entry, each.entry.occurred_at
        facts = {"detail": before, "entry": entry.id, "author": entry.author, "asks": each.waits}
        yield Sign(rule.code, at, at, amount=int(each.ends or not each.waits), **facts)
        before = ""


def _asked(state: CaseState) -> Iterable[Sign]:
    """A worker asks to give the file to a colleague, `detail`."""
    asked = asked_assignment(state.entries)
    if asked is not None:
        at, worker = asked.recorded_at, asked.coded["worker"].replace("-", "")
        yield Sign(ASSIGN, at, at, detail=worker, entry=asked.id, author=asked.author, asks=True)


def _returned(state: CaseState, limits: Supervision) -> Iterable[Sign]:
    """What a leader has sent back, unless something of its kind was written since."""
    written = sorted((e for e in state.entries if e.kind not in NOT_REPORTS), key=lambda e: e.seq)
    for entry in {e.kind: e for e in written}.values():
        decision = state.decision_on(entry)
        if decision is not None and decision.coded.get("outcome") == "returned":
            at = decision.recorded_at
            until = at + timedelta(days=limits.returned)
            yield Sign(
                RETURNED, at, entry.occurred_at, until, detail=entry.kind, entry=entry.id, author=decision.author
            )


def _single_need(state: CaseState, rule: List) -> Iterable[Sign]:
    needs = [need for need in state.needs if need.ended is None]
    if len(needs) == 1:
        at = needs[0].anchor.occurred_at
        yield Sign(rule.code, at, at, detail=needs[0].code)


def _no_service(state: CaseState, rule: List) -> Iterable[Sign]:
    bare = [n for n in state.needs if n.served is None and n.ended is None and not n.service and not n.band]
    if bare:
        first = min(bare, key=lambda need: need.anchor.occurred_at)
        at = first.anchor.occurred_at
        yield Sign(rule.code, at + timedelta(days=rule.days), at, amount=len(bare), detail=first.code)


def _closed_empty(state: CaseState, rule: List) -> Iterable[Sign]:
    by_kind = state.ledger.by_kind
    if by_kind.get("served") or by_kind.get("reviewed") or state.closed_at is None:
        return
    closing = by_kind["closed"][-1]
    reason = closing.coded.get("reason") or closing.coded.get("close_reason") or ""
    if reason not in rule.excused:
        until = state.closed_at + timedelta(days=rule.days)
        yield Sign(rule.code, state.closed_at, state.closed_at, until, detail=reason, entry=closing.id)


def _undated(programme: Programme, spans: Sequence[Span], rule: List) -> list[Sign]:
    """The promises of the figures whose verdict is unknown: one sign, of the first."""
    counted = {code for step in programme.steps for code in step.criteria}
    unknown = [s for s in spans if s.criterion.code in counted and s.ended is None and _is_unknown(s)]
    if not unknown:
        return []
    first = min(unknown, key=lambda s: s.arises)
    return [Sign(rule.code, first.met or first.arises, first.arises, amount=len(unknown), detail=first.criterion.code)]


def _is_unknown(span: Span) -> bool:
    if span.met is None:
        return span.due_missing and span.failed is None
    return span.criterion.late != MET and (span.blurred or span.due_missing)


def _late(entries: Sequence[Entry], decisions, exempt, limits: Supervision) -> list[Sign]:
    allowed, code = timedelta(days=limits.backdating), limits.lists["recorded-late"].code
    found = []
    for entry in entries:
        if entry.kind in NOT_REPORTS or entry.author.startswith(SYSTEM) or entry.precision not in ("minute", "day"):
            continue
        late = late_by(entry)
        decision = decisions.get(entry.id.hex)
        if late <= allowed or entry.id in exempt or (decision and decision.coded.get("outcome") == "approved"):
            continue
        waits = decision is None and entry.kind != "decided"
        days = (entry.recorded_at.date() - entry.occurred_at.date()).days  # as a reader counts between the two dates
        found.append(
            Sign(
                code, entry.recorded_at, entry.occurred_at,
                amount=days, detail=entry.kind, entry=entry.id, author=entry.author, asks=waits,
            )
        )  # fmt: skip
    return found


def _parts(entries: Sequence[Entry], spans: Sequence[Span], rule: List) -> Iterable[Sign]:
    """How many entries about days gone by each person wrote on one day just before something was due in this file:
    what a burst over several files is added up from."""
    dues = sorted({s.due for s in spans if s.due is not None})
    days: dict[tuple, list[tuple[datetime, datetime]]] = {}
    for entry in entries:
        if entry.kind in NOT_REPORTS or entry.author.startswith(SYSTEM) or late_by(entry) < timedelta(rule.late_days):
            continue
        at = entry.recorded_at
        due = next((due for due in dues if at <= due <= at + timedelta(hours=rule.hours)), None)
        if due is not None:
            days.setdefault((entry.author, at.date()), []).append((at, due))
    for (author, _day), written in days.items():
        last, due = max(written)
        yield Sign(PART, last, due, last + timedelta(days=rule.days), amount=len(written), author=author)


def _bursts(entries: Sequence[Entry], spans: Sequence[Span], rule: List) -> list[Sign]:
    """Many entries about days gone by, written down just before something was due: one sign, of the last such day."""
    late = [e for e in entries if e.kind not in NOT_REPORTS and late_by(e) >= timedelta(days=rule.late_days)]
    if len(late) < rule.least:
        return []
    window = timedelta(hours=rule.hours)
    found = []
    for due in {s.due for s in spans if s.due is not None}:
        inside = [e for e in late if due - window <= e.recorded_at <= due]
        if len(inside) >= rule.least:
            last = max(e.recorded_at for e in inside)
            found.append(Sign(rule.code, last, due, last + timedelta(days=rule.days), amount=len(inside)))
    return [max(found, key=lambda sign: sign.since)] if found else []
