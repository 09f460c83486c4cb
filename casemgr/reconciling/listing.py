"""The rows of one tile as lines of a list: where each stands, how long it waits, where its file or detection is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext

from casemgr.access import policy
from casemgr.access.policy import Actor, Permission
from casemgr.cases.models import CaseFile
from casemgr.cases.queries import hidden_from
from casemgr.detections.models import Detected
from casemgr.programmes import programmes
from casemgr.reconciling import queries
from casemgr.reconciling.page import SHAPES, standing_words
from casemgr.reconciling.pairs import may_open
from casemgr.reconciling.queries import Placed
from casemgr.reconciling.rules import DUPLICATE
from casemgr.registers.models import Register
from casemgr.registers.rules import DOUBTS


@dataclass(frozen=True, slots=True)
class Line:
    """A row in a list. `earlier`: received by its source before it was here; `doubts`:
    of the reading of the file; `about` leads to its file or detection: (words, address)."""

    number: int
    label: str
    unit: str
    received: datetime | None
    badge: tuple[str, str]
    age: tuple[str, str] | None
    earlier: bool
    doubts: list[str]
    about: tuple[str, str] | None


def list_lines(
    session,
    actor: Actor,
    register: Register,
    found: Sequence[Placed],
    names: Mapping[int, str],
    now: datetime,
    calendar,
) -> list[Line]:
    persons = [each.said.person for each in found if each.said and each.said.person]
    subjects = [each.said.detected for each in found if each.said and each.said.detected]
    files = queries.files_of(session, register.programme, persons)
    detections = queries.detections_of(session, register.programme, persons, subjects)
    hidden = frozenset(hidden_from(session, actor))
    return [
        Line(
            number=each.number,
            label=names.get(each.number, ""),
            unit=each.unit,
            received=each.received,
            badge=(SHAPES[each.standing], standing_words(each.standing)),
            age=_age(register, each, now, calendar) if each.standing == queries.UNFILED else None,
            earlier=each.earlier,
            doubts=[gettext(DOUBTS[code]) for code in each.doubts if code in DOUBTS],
            about=_about(actor, each, files, detections, hidden),
        )
        for each in found
    ]


def _about(
    actor: Actor, each: Placed, files: Mapping[UUID, CaseFile], detections: Mapping[UUID, Detected], hidden: Collection
):
    if each.said is None:
        return None
    if each.said.same_as is not None and each.standing == queries.TWICE:
        return gettext("trùng dòng %(row)s", row=each.said.same_as), ""
    if each.said.said == DUPLICATE and each.standing == queries.TWICE:
        return gettext("trùng dòng gửi lần khác của danh sách này"), ""
    found = detections.get(each.said.detected) or detections.get(each.said.person)
    file = files.get(each.said.person)
    if file is not None and each.standing == queries.FILED:
        return (
            (file.number, f"/cases/{file.number}")
            if may_open(actor, file, hidden)
            else (gettext("hồ sơ của người khác"), "")
        )
    if found is not None and found.subject not in hidden:
        readable = policy.may(actor, Permission.DETECTION_READ, unit=found.unit_id, programme=found.programme)
        return (found.number, f"/detections/{found.number}") if readable else None
    return None


def _age(register: Register, each: Placed, now: datetime, calendar) -> tuple[str, str] | None:
    """How long a row waits for a file, against the programme's clock for opening one."""
    if each.received is None:
        return "unknown", gettext("không rõ ngày nguồn tiếp nhận")
    days = calendar.working_days_between(each.received.date(), now.date())
    limit = _limit(register.programme, each.received.date())
    words = gettext("%(n)s ngày làm việc từ khi nguồn tiếp nhận", n=days)
    return ("missed" if limit is not None and days > limit else "not_due"), words


def _limit(code: str, on: date) -> int | None:
    """The working days within which a detection gets its file, where the programme says so."""
    programme = programmes()[code]
    criterion = next((c for c in programme.detection.criteria if c.code == "filed"), None)
    clock = programme.clocks.get(criterion.due.clock or "") if criterion and criterion.due else None
    version = clock.on(on) if clock else None
    return version.amount if version is not None and version.unit == "workdays" else None
