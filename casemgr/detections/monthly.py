"""Silence is not 100%: each month each commune confirms how many were detected, or that there were none, by name.

confirm(session, unit, "TE", date(2022, 5, 1), 3, author=…, now=…)
months_of(session, units, programmes, month)         # {(unit, programme): Month}
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr.db import one_of
from casemgr.detections.models import ConfirmedMonth, Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry, effective
from casemgr.ledger.services import Projection, project_as, province
from casemgr.refused import N_, Refused

KIND, CONFIRMED = "confirmation", "confirmed"
TABLE = ConfirmedMonth.__table__
SPACE = UUID("6f6b1d52-2f0b-4a7e-9d3c-5a1f0e9b7c44")  # of the subjects' ids: one for each unit, programme and month


@dataclass(frozen=True, slots=True)
class Month:
    """How many were detected in a unit in a month, and what was confirmed of it by whom. `number`: None: nothing."""

    unit: str
    programme: str
    count: int
    number: int | None = None
    author: str = ""
    at: datetime | None = None

    @property
    def confirmed(self) -> bool:
        """Whether what was confirmed is still so: a detection that came later must be confirmed too."""
        return self.number == self.count


def subject_of(unit: str, programme: str, month: date) -> UUID:
    return uuid5(SPACE, f"{province()}/{unit}/{programme}/{month:%Y-%m}")


def last_month(day: date) -> date:
    """The first day of the last month that is over."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def last_day(month: date) -> date:
    return following(month) - timedelta(days=1)


def following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def confirm(
    session,
    unit: str,
    programme: str,
    month: date,
    number: int,
    *,
    author: str,
    now: datetime,
    entry: UUID | None = None,
) -> None:
    """Confirms the month by name; `number` is what the page has shown. Raises Refused where it is no longer so."""
    month = month.replace(day=1)
    if following(month) > now.date():
        raise Refused(N_("Tháng này chưa hết nên chưa xác nhận được."))
    subject = subject_of(unit, programme, month)
    ledger.take_turns(session, subject)
    found = months_of(session, [unit], [programme], month)[unit, programme]
    if found.count != number:
        raise Refused(N_("Số trường hợp vừa thay đổi. Hãy xem lại rồi xác nhận."))
    if found.number is None and not ledger.entries(session, subject):
        ledger.create(session, KIND, subject)
    draft = draft_of(unit, programme, month, number, author=author, now=now, entry=entry)
    ledger.append(session, subject, [draft])


def draft_of(unit: str, programme: str, month: date, number: int, *, author, now, entry=None) -> Draft:
    coded = {"unit": unit, "programme": programme, "month": f"{month:%Y-%m}", "number": number}
    return Draft(CONFIRMED, now, "minute", author, unit, now, coded, id=entry)


def register_projection() -> None:
    project_as(KIND, Projection((TABLE,), _rows))


def _rows(_session, batch: Sequence[tuple[UUID, list[Entry]]]) -> dict[sa.Table, list[dict]]:
    rows = []
    for subject, entries in batch:
        last = next((e for e in reversed(effective(entries)) if e.kind == CONFIRMED), None)
        if last is not None:
            said = last.coded
            row = {"province": province(), "subject": subject, "unit_id": said["unit"], "number": said["number"]}
            row |= {"programme": said["programme"], "month": date.fromisoformat(f"{said['month']}-01")}
            rows.append(row | {"author": last.author, "at": last.occurred_at})
    return {TABLE: rows}


def months_of(session, units: Collection[str], programmes: Iterable[str], month: date) -> dict[tuple[str, str], Month]:
    """What each of these units has received and confirmed in that month. One query."""
    wanted = list(programmes)
    begin, end = (datetime.combine(day, datetime.min.time()) for day in (month, following(month)))
    nothing = sa.null()
    counted = (
        sa.select(
            Detected.unit_id,
            Detected.programme,
            sa.func.count().label("number"),
            sa.cast(nothing, sa.String(64)).label("author"),
            sa.cast(nothing, sa.DateTime).label("at"),
        )
        .where(
            Detected.province == province(),
            Detected.programme.in_(wanted),
            one_of(Detected.unit_id, units),
            Detected.received_at >= begin,
            Detected.received_at < end,
        )
        .group_by(Detected.unit_id, Detected.programme)
    )
    said = sa.select(TABLE.c.unit_id, TABLE.c.programme, TABLE.c.number, TABLE.c.author, TABLE.c.at).where(
        TABLE.c.province == province(),
        TABLE.c.month == month,
        TABLE.c.programme.in_(wanted),
        one_of(TABLE.c.unit_id, units),
    )
    counts, told = {}, {}
    for unit, programme, number, author, at in session.execute(sa.union_all(said, counted)):
        if author is None:
            counts[unit, programme] = number
        else:
            told[unit, programme] = (number, author, at)
    keys = ((unit, programme) for unit in units for programme in wanted)
    return {key: Month(*key, counts.get(key, 0), *told.get(key, ())) for key in keys}
