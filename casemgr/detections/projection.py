"""From the ledgers of incidents and detected persons to the rows of their projections."""

from collections.abc import Callable, Sequence
from uuid import UUID

import sqlalchemy as sa

from casemgr.cases.models import CaseSpan, Verdict
from casemgr.cases.projection import horizon
from casemgr.cases.verdicts import age_band
from casemgr.detections.models import Detected, Incident
from casemgr.detections.rules import OPEN, DetectedState, earlier, fold, read_moment
from casemgr.detections.verdicts import segments
from casemgr.ledger.rules import Entry, effective
from casemgr.ledger.services import Projection, project_as, province
from casemgr.programmes import programmes
from casemgr.units.loading import calendar as working_days

INCIDENTS, DETECTED = Incident.__table__, Detected.__table__
SPANS, VERDICTS = CaseSpan.__table__, Verdict.__table__


# What packages above keep beside a detection: {table: rows of a state and all its entries}; see `cases.projection`.
BESIDE: dict[sa.Table, Callable[[DetectedState, Sequence[Entry]], list[dict]]] = {}


def register_projections() -> None:
    project_as("incident", Projection((INCIDENTS,), incident_rows))
    project_as("detected", PROJECTION)


def keep_beside(table: sa.Table, rows_of: Callable[[DetectedState, Sequence[Entry]], list[dict]]) -> None:
    """Registers a table of a package above: it is written, rebuilt and checked together with the detections."""
    if table not in BESIDE:
        BESIDE[table] = rows_of
        PROJECTION.tables = (*PROJECTION.tables, table)


def incident_rows(_session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    rows = []
    for subject, entries in batch:
        reports = [e for e in effective(entries) if e.kind == "reported"]
        if not reports:
            continue
        first = reports[0]
        for report in reports[1:]:
            if earlier(read_moment(report.coded["received_at"]), read_moment(first.coded["received_at"])):
                first = report
        at, precision = read_moment(first.coded["received_at"])
        row = {"province": province(), "subject": subject, "reports": len(reports)}
        row |= {"number": first.coded["number"], "programme": first.coded["programme"]}
        row["source"] = first.coded.get("source") or ""
        rows.append(row | {"unit_id": first.coded["unit"], "received_at": at, "received_precision": precision})
    return {INCIDENTS: rows}


def state_of(entries: Sequence[Entry], calendar, known_at=None) -> DetectedState | None:
    """The folded state of one detected person, all entries given by seq; None when nothing is (left) to fold."""
    if known_at is not None:
        entries = [e for e in entries if e.recorded_at <= known_at]
    if not entries:
        return None
    programme = programmes()[entries[0].definition.partition("@")[0]]
    return fold(programme, effective(entries), calendar, horizon(entries))


def detected_rows(session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    calendar, here = working_days(session), province()
    result: dict[sa.Table, list[dict]] = {table: [] for table in PROJECTION.tables}
    for subject, entries in batch:
        state = state_of(entries, calendar)
        if state is None:
            continue
        key = {"province": here, "subject": subject}
        result[DETECTED].append(key | detected_row(state, entries[-1].seq))
        result[SPANS] += [key | row for row in span_rows(state)]
        result[VERDICTS] += [key | row for row in verdict_rows(state)]
        for table, rows_of in BESIDE.items():
            result[table] += [key | row for row in rows_of(state, entries)]
    return result


PROJECTION = Projection((DETECTED, SPANS, VERDICTS), detected_rows)


def detected_row(state: DetectedState, head_seq: int) -> dict:
    still = state.status in OPEN
    dues = [s.due for s in state.spans if still and s.met is None and s.ended is None and s.due is not None]
    at, precision = state.received
    return {
        "number": state.number,
        "programme": state.programme.code,
        "unit_id": state.unit,
        "incident": state.incident,
        "received_at": at,
        "received_precision": precision,
        "emergency": state.emergency,
        "level": str(state.facts.get("level") or ""),
        "status": state.status,
        "counted": state.counted,
        "case_subject": state.case,
        "case_number": state.case_number,
        "beneficiary": state.beneficiary,
        "sex": state.facts.get("sex") or "",
        "birth_year": state.facts.get("birth_year"),
        "age": state.facts.get("age"),
        "ethnicity": state.facts.get("ethnicity") or "",
        "worker": state.worker,
        "taken_at": state.taken_at,
        "next_due": min(dues, default=None),
        "waiting": len(state.waiting),
        "head_seq": head_seq,
    }


def span_rows(state: DetectedState) -> list[dict]:
    return [
        {
            "position": position,
            "track": "detection",
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
            # What was proposed to the unit above waits there, whatever became of the detection meanwhile.
            "pending": span.met is None
            and span.ended is None
            and (state.status in OPEN or span.criterion.role == "above"),
            "unit_id": state.unit,
            "worker": state.worker,
            "role": span.criterion.role,
        }
        for position, span in enumerate(state.spans)
    ]


def verdict_rows(state: DetectedState) -> list[dict]:
    return [
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
            "incident": state.incident,
            "sex": state.facts.get("sex") or "",
            "age_band": age_band(state.programme, state.facts.get("birth_year"), segment.counted_at.date()),
            "ethnicity": state.facts.get("ethnicity") or "",
        }
        for segment in segments(state)
    ]
