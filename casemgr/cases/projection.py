"""From the ledgers of case files to the rows of their projections."""

from collections.abc import Callable, Sequence
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases import handover
from casemgr.cases.marks import barred
from casemgr.cases.models import CaseBar, CaseFile, CaseReferral, CaseSpan, CaseTransfer, Verdict
from casemgr.cases.rules import CLOSED, CaseState, fold
from casemgr.cases.verdicts import age_band, segments
from casemgr.ledger.rules import Entry, effective
from casemgr.ledger.services import Projection, province
from casemgr.programmes import programmes
from casemgr.programmes.spans import Span
from casemgr.units.loading import calendar as working_days

FILES, SPANS, VERDICTS = CaseFile.__table__, CaseSpan.__table__, Verdict.__table__
TRANSFERS, REFERRALS, BARS = CaseTransfer.__table__, CaseReferral.__table__, CaseBar.__table__
# What packages above keep beside a file, from the same fold: {table: rows of a state and all its entries}.
BESIDE: dict[sa.Table, Callable[[CaseState, Sequence[Entry]], list[dict]]] = {}


def horizon(entries: Sequence[Entry]) -> int:
    """The last year for which yearly promises are laid out: the one after the last thing written."""
    return max([e.recorded_at for e in entries]).year + 1


def state_of(entries: Sequence[Entry], calendar, known_at=None, only=None) -> CaseState | None:
    """The folded state of one case ledger, all its entries given by seq; None when there is nothing (left) to fold.
    `only` gives the criteria wanted by programme, where not all are."""
    if known_at is not None:
        entries = [e for e in entries if e.recorded_at <= known_at]
    if not entries:
        return None
    programme = programmes()[entries[0].definition.partition("@")[0]]
    wanted = only and only.get(programme.code, ())
    return fold(programme, effective(entries), calendar, horizon(entries), wanted)


def rows(session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    calendar, here = working_days(session), province()
    result: dict[sa.Table, list[dict]] = {table: [] for table in PROJECTION.tables}
    for subject, entries in batch:
        state = state_of(entries, calendar)
        if state is None:
            continue
        key = {"province": here, "subject": subject}
        result[FILES].append(key | file_row(state, entries[-1].seq))
        result[SPANS] += [key | row for row in span_rows(state)]
        result[VERDICTS] += [key | row for row in verdict_rows(state)]
        result[TRANSFERS] += [key | row for row in transfer_rows(state)]
        result[REFERRALS] += [key | row for row in referral_rows(state)]
        result[BARS] += [key | row for row in bar_rows(subject, state)]
        for table, rows_of in BESIDE.items():
            result[table] += [key | row for row in rows_of(state, entries)]
    return result


def keep_beside(table: sa.Table, rows_of: Callable[[CaseState, Sequence[Entry]], list[dict]]) -> None:
    """Registers a table of a package above: it is written, rebuilt and checked together with the files."""
    if table not in BESIDE:
        BESIDE[table] = rows_of
        PROJECTION.tables = (*PROJECTION.tables, table)


def open_spans(state: CaseState) -> list[Span]:
    """The promises still to be kept. Of a closed file only the decision on opening it again."""
    found = [s for s in state.spans if s.met is None and s.ended is None]
    if state.status != CLOSED:
        return found
    waiting = {e.id for e in state.waiting}
    return [s for s in found if s.anchor in waiting]


def stage(state: CaseState) -> str:
    """How far the file has come: the last stage for which there is an entry; a plan counts once it is approved."""
    for code, kinds in state.programme.stages.items():
        for kind in kinds:
            for entry in state.ledger.by_kind.get(kind, ()):
                decision = state.decision_on(entry)
                if code != "planned" or (decision and decision.coded.get("outcome") == "approved"):
                    return code
    return "new"


def file_row(state: CaseState, head_seq: int) -> dict:
    dues = [s.due for s in open_spans(state) if s.due is not None]
    return {
        "number": state.number,
        "programme": state.programme.code,
        "beneficiary": state.beneficiary,
        "unit_id": state.unit,
        "worker": state.worker,
        "status": state.status,
        "risk": str(state.facts.get("risk") or ""),
        "opened_at": state.opened_at,
        "closed_at": state.closed_at,
        "last_contact": state.last_contact,
        "next_due": min(dues, default=None),
        "waiting": len(state.waiting),
        "stage": stage(state),
        "needs": sum(1 for need in state.needs if need.ended is None),
        "head_seq": head_seq,
    }


def span_rows(state: CaseState) -> list[dict]:
    pending = {id(span) for span in open_spans(state)}
    return [
        {
            "position": position,
            "track": "case",
            "number": state.number,
            "programme": state.programme.code,
            "criterion": span.criterion.code,
            "item": span.item,
            "anchor": span.anchor,
            "arises": span.arises,
            "due": span.due,
            "due_missing": span.due_missing,
            "met": span.met,
            "met_entry": span.met_entry,
            "blurred": span.blurred,
            "failed": span.failed,
            "ended": span.ended,
            "detail": span.detail,
            "band": span.band,
            "pending": id(span) in pending,
            "unit_id": state.unit,
            "worker": state.worker,
            "role": span.criterion.role,
        }
        for position, span in enumerate(state.spans)
    ]


def verdict_rows(state: CaseState) -> list[dict]:
    result = []
    for segment in segments(state):
        opening = state.items[segment.item].opening
        incident = opening.coded.get("incident")
        result.append(
            {
                "item": segment.item,
                "start": segment.start,
                "end": segment.end,
                "programme": state.programme.code,
                "number": state.number,
                "counted_at": segment.counted_at,
                "verdict": segment.verdict,
                "steps": segment.steps,
                "band": segment.band,
                "unit_id": segment.unit,
                "beneficiary": state.beneficiary,
                "incident": UUID(incident) if incident else None,
                "sex": state.identity.get("sex") or "",
                "age_band": age_band(state.programme, state.identity.get("birth_year"), segment.counted_at.date()),
                "ethnicity": state.identity.get("ethnicity") or "",
            }
        )
    return result


def transfer_rows(state: CaseState) -> list[dict]:
    return [
        {
            "asked": each.asked.id,
            "number": state.number,
            "programme": state.programme.code,
            "unit_id": each.to,
            "from_unit": each.asked.unit,
            "worker": state.worker,
            "asked_at": each.asked.occurred_at,
            "asked_by": each.asked.author,
            "reason": each.asked.coded["reason"],
            "state": each.state,
            "answered_at": each.answer.occurred_at if each.answer else None,
        }
        for each in handover.transfers(state.entries)
    ]


def referral_rows(state: CaseState) -> list[dict]:
    return [
        {
            "sent": each.sent.id,
            "number": state.number,
            "programme": state.programme.code,
            "unit_id": state.unit,
            "worker": state.worker,
            "need": each.sent.coded["need"],
            "sent_at": each.sent.occurred_at,
            "state": each.state,
            "answered_at": max((e.occurred_at for e in each.answers), default=None),
        }
        for each in handover.referrals(state.entries)
    ]


def bar_rows(subject: UUID, state: CaseState) -> list[dict]:
    hidden = {subject, *handover.hidden_subjects(state.entries)}
    charged = state.charged[-1][1]
    row = {"unit_id": charged if charged != state.unit else None}
    return [row | {"hidden": one, "account": account} for account in barred(state.entries) for one in hidden]


PROJECTION = Projection((FILES, SPANS, VERDICTS, TRANSFERS, REFERRALS, BARS), rows)
