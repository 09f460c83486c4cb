"""What came in, invented: reports of an incident and the persons detected in it, as drafts of their ledgers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from casemgr.demo.persons import Invented
from casemgr.demo.texts import note
from casemgr.demo.world import Commune, World, entry_id, new_id
from casemgr.detections import drafts as detections
from casemgr.detections.drafts import Reporter, Seen
from casemgr.detections.rules import for_case
from casemgr.ledger.rules import Draft
from casemgr.programmes.model import Programme

Moment = tuple[datetime, str]
PAPER = "CV-{}/UBND-VX"


@dataclass(slots=True)
class Incident:
    """One incident with its reports; `ledgers` are (kind, subject, drafts) ready for the ledger."""

    subject: UUID
    number: str
    commune: Commune
    received: Moment
    source: str
    happened: Moment
    ledgers: list[tuple[str, UUID, list[Draft]]] = field(default_factory=list)


def report_incident(
    world: World, rng: Random, programme: Programme, commune: Commune, received: Moment, *, reports: int = 1
) -> Incident:
    """An incident with one or more reports; the first fixes the receipt."""
    happened_on = received[0].date() - timedelta(days=rng.choice((0, 0, 1, 2, 5, 12)))
    happened = (datetime.combine(happened_on, datetime.min.time()), "day")
    sources = [code for code in programme.codes["source"] if code != "KHAC"]
    subject, number = new_id(rng), world.number(rng, "VV")
    incident = Incident(subject, number, commune, received, rng.choice(sources), happened)
    written, source = [], incident.source
    for n in range(reports):
        at = received if n == 0 else (received[0] + timedelta(minutes=rng.randrange(20, 60 * 30)), "minute")
        now = _after(rng, at)
        if now > world.now:
            break
        reporter = _reporter(world, rng, commune, now, incident) if rng.random() < 0.35 else None
        draft = detections.report_draft(
            programme,
            number=number,
            received=at,
            source=source,
            mode=rng.choice(list(programme.codes["mode"])) if "mode" in programme.codes else "",
            happened=happened,
            author=commune.workers[programme.code],
            unit=commune.unit,
            now=now,
            note=note(rng, "condition"),
            reporter=reporter,
            entry_id=entry_id(rng, now),
        )
        written.append(draft)
        source = rng.choice(sources)
    incident.ledgers.append(("incident", subject, written))
    return incident


def _after(rng: Random, at: Moment) -> datetime:
    """When it was typed in: minutes later, or in the course of that day where only the day is known."""
    if at[1] == "minute":
        return at[0] + timedelta(minutes=rng.randrange(3, 20))
    return at[0] + timedelta(hours=16, minutes=rng.randrange(0, 50))


def _reporter(world: World, rng: Random, commune: Commune, now: datetime, incident: Incident) -> UUID:
    who = Invented.draw(rng, commune, 1960, 1995, now)
    subject = new_id(rng)
    reporter = Reporter(name=who.name, phone=f"09{rng.randrange(10**8):08d}", agreed=True)
    draft = detections.reporter_draft(
        reporter, author=commune.workers["TE"], unit=commune.unit, now=now, entry_id=entry_id(rng, now)
    )
    incident.ledgers.append(("reporter", subject, [draft]))
    return subject


class DetectedPen:
    """The ledger of one detected person while it is being written, in the order of writing."""

    def __init__(
        self,
        world: World,
        rng: Random,
        programme: Programme,
        commune: Commune,
        *,
        received: Moment,
        person: Invented | None,
        values: Mapping,
        incident: Incident | None = None,
        source: str = "",
        named: bool = True,
    ):
        self.world, self.rng, self.programme, self.commune = world, rng, programme, commune
        self.subject, self.number = new_id(rng), world.number(rng, "PH")
        self.worker = commune.workers[programme.code]
        self.last = _after(rng, received)
        seen = Seen()
        if person is not None:
            sex, year = person.sex, person.birth
            seen = Seen(
                name=person.name if named else "",
                sex=sex,
                birth=year,
                ethnicity=person.ethnicity,
                beneficiary=person.subject if named else None,
            )
        self.drafts = [
            detections.detected_draft(
                programme,
                seen,
                values,
                number=self.number,
                incident=incident.subject if incident else None,
                received=received,
                happened=incident.happened if incident else None,
                source=source,
                author=self.worker,
                unit=commune.unit,
                now=self.last,
                entry_id=entry_id(rng, self.last),
            )
        ]

    @property
    def told(self) -> dict:
        """What the case file is told when it is opened."""
        return for_case(self.subject, self.drafts[0].coded)

    def _facts(self, occurred: Moment, by: str | None, unit: str | None) -> dict | None:
        """Common arguments of the next draft; None when it would be written after the end of the story."""
        at, precision = occurred
        soon = at + timedelta(minutes=self.rng.randrange(2, 40)) if precision == "minute" else at + timedelta(hours=16)
        now = max(soon, self.last + timedelta(minutes=1))
        if now > self.world.now:
            return None
        self.last = now
        return {
            "occurred": occurred,
            "author": by or self.worker,
            "unit": unit or self.commune.unit,
            "now": now,
            "entry_id": entry_id(self.rng, now),
        }

    def write(self, make, *args, occurred: Moment, by: str | None = None, unit: str | None = None) -> Draft | None:
        """The draft that `make(programme, *args, ...)` gives, or None after the end of the story."""
        facts = self._facts(occurred, by, unit)
        if facts is None:
            return None
        draft = make(self.programme, *args, **facts)
        self.drafts.append(draft)
        return draft

    def verify(self, outcome: str, occurred: Moment) -> Draft | None:
        text = note(self.rng, "verified" if outcome == "substantiated" else "unsubstantiated")
        return self.write(detections.step_draft, "verified", {"outcome": outcome, "note": text}, occurred=occurred)

    def take(self, at: datetime) -> Draft | None:
        return self.write(detections.taken_draft, self.worker, occurred=(at, "minute"))

    def match(self, case: UUID, case_number: str, at: datetime, beneficiary: UUID | None) -> Draft | None:
        facts = self._facts((at, "minute"), None, None)
        if facts is None:
            return None
        draft = detections.matched_draft(self.programme, case, case_number, beneficiary=beneficiary, **facts)
        self.drafts.append(draft)
        return draft

    def duplicate(self, of: "DetectedPen", at: datetime) -> Draft | None:
        text = "Cùng một người, cùng một vụ việc, hai nguồn báo tin."
        return self.write(detections.duplicate_draft, of.subject, of.number, text, occurred=(at, "minute"))

    def ask_exclusion(self, reason: str, at: datetime) -> Draft | None:
        paper = PAPER.format(self.rng.randrange(10, 900))
        return self.write(
            detections.excluded_draft, reason, paper, note(self.rng, "exclusion"), occurred=(at, "minute")
        )

    def decide(self, target: Draft, outcome: str, at: datetime) -> Draft | None:
        """The decision of the district's officer."""
        text = "" if outcome == "approved" else "Chưa đủ căn cứ, đề nghị xác minh thêm."
        return self.write(
            detections.decided_draft,
            target.id,
            target.kind,
            outcome,
            text,
            occurred=(at, "minute"),
            by=self.commune.above,
            unit=self.commune.district_unit,
        )


def ledgers(pens: Sequence[DetectedPen]) -> list[tuple[str, UUID, list[Draft]]]:
    return [("detected", pen.subject, pen.drafts) for pen in pens]
