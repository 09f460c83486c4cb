"""The signs beside the files and the detections, written from the same fold."""

from collections.abc import Sequence

from casemgr.cases.projection import keep_beside
from casemgr.cases.rules import CaseState
from casemgr.detections.projection import keep_beside as keep_beside_detected
from casemgr.ledger.rules import Entry
from casemgr.work import signs
from casemgr.work.lists import supervision
from casemgr.work.models import CaseSign

SIGNS = CaseSign.__table__


def register() -> None:
    keep_beside(SIGNS, _case_rows)
    keep_beside_detected(SIGNS, _detected_rows)


def _case_rows(state: CaseState, _entries: Sequence[Entry]) -> list[dict]:
    return _rows(state, "case", signs.of_case(state, supervision()))


def _detected_rows(state, _entries: Sequence[Entry]) -> list[dict]:
    return _rows(state, "detection", signs.of_detection(state.programme, state, supervision()))


def _rows(state, track: str, found: Sequence[signs.Sign]) -> list[dict]:
    common = {
        "track": track,
        "number": state.number,
        "programme": state.programme.code,
        "unit_id": state.unit,
        "worker": state.worker,
    }
    return [{"position": position, **common, **sign._asdict()} for position, sign in enumerate(found)]
