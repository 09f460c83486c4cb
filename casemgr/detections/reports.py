"""A report as a whole: the incident it is about, who reported, the persons in it; as drafts for their ledgers. Pure.

Every id follows from the report's token, so that the same form sent twice writes the same entries.
"""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from casemgr.detections.drafts import (
    Moment,
    Reporter,
    Seen,
    detected_draft,
    receipt,
    report_draft,
    reporter_draft,
)
from casemgr.ledger.ids import new_id
from casemgr.ledger.rules import Draft
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused

MOST_PERSONS = 20
# Fields of the report itself; every other refusal is about one of its persons.
OWN = frozenset({"received", "source_received", "happened", "source", "mode"})


@dataclass(frozen=True, slots=True)
class Report:
    """What was reported. `persons` are (Seen, values of the programme's kind 'detected'); `incident` a known one.

    `source_received` is the source's own receipt time, `happened` when the incident took place, `officer` who
    received the report here.
    """

    received: Moment
    source: str = ""
    persons: Sequence[tuple[Seen, Mapping]] = ()
    mode: str = ""
    source_received: Moment | None = None
    happened: Moment | None = None
    officer: str = ""
    note: str = ""
    reporter: Reporter | None = None
    incident: UUID | None = None
    token: UUID = field(default_factory=new_id)

    @property
    def subject(self) -> UUID:
        """The incident."""
        return self.incident or uuid5(self.token, "incident")

    @property
    def people(self) -> list[UUID]:
        """The detected persons' subjects, in the order of `persons`."""
        return [uuid5(self.token, f"person-{n}") for n in range(1, len(self.persons) + 1)]

    @property
    def teller(self) -> UUID | None:
        """The reporter's subject, where somebody agreed to be named."""
        return uuid5(self.token, "reporter") if self.reporter else None

    def counts(self, now: datetime) -> Moment:
        """The receipt time from which clocks run."""
        return receipt(self.received, self.source_received, now)


def batches(
    programme: Programme,
    report: Report,
    *,
    number: str,
    numbers: Sequence[str],
    author: str,
    unit: str,
    now: datetime,
) -> list[tuple[str, UUID, list[Draft]]]:
    """(kind of subject, subject, drafts) of everything a report writes: the incident first, then each person.

    `number` is the incident's, `numbers` the persons'. A refusal about a person names the field `p1_…`, `p2_…`.
    """
    if not report.persons and report.incident is None:
        raise Refused(N_("Cần ghi ít nhất một người trong vụ việc. Chưa biết tên thì để trống họ tên."))
    if len(report.persons) > MOST_PERSONS:
        raise Refused(N_("Một báo cáo ghi tối đa %(most)d người."), most=MOST_PERSONS)
    writer = {"author": author, "unit": unit, "now": now}
    times = {
        "received": report.received,
        "source_received": report.source_received,
        "happened": report.happened,
        "source": report.source,
    }
    reported = report_draft(
        programme,
        number=number,
        mode=report.mode,
        officer=report.officer,
        note=report.note,
        reporter=report.teller,
        entry_id=report.token,
        **times,
        **writer,
    )
    result = [("incident", report.subject, [reported])]
    if report.teller is not None:
        given = reporter_draft(report.reporter, entry_id=uuid5(report.token, "given"), **writer)
        result.append(("reporter", report.teller, [given]))
    for n, (subject, (seen, values)) in enumerate(zip(report.people, report.persons, strict=True), start=1):
        with _fields_of(n):
            detected = detected_draft(
                programme,
                seen,
                values,
                number=numbers[n - 1],
                incident=report.subject,
                entry_id=uuid5(report.token, f"detected-{n}"),
                **times,
                **writer,
            )
        result.append(("detected", subject, [detected]))
    return result


@contextmanager
def _fields_of(person: int):
    try:
        yield
    except Refused as refused:
        if refused.field not in OWN:
            refused.field = f"p{person}_{refused.field or 'name'}"
        raise
