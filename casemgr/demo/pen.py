"""Writing an invented case file: planned steps become the drafts that the pages would have written.

A story says what happened and when it was written down; the pen plays the steps in the order of writing through the
same pure functions as the pages (`cases.entries`), with the drafts written so far as the state they are checked
against. Nothing here touches the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from casemgr.cases.entries import draft_decision, draft_entry
from casemgr.cases.projection import state_of
from casemgr.cases.services import open_draft, void_draft
from casemgr.demo.texts import note
from casemgr.demo.world import Commune, World, at_work, entry_id, midnight, new_id
from casemgr.ledger.rules import Draft
from casemgr.programmes.model import Programme


@dataclass(slots=True, eq=False)
class Step:
    """One thing that happened. `draft` is set once it has been written down."""

    kind: str
    at: datetime
    precision: str
    recorded: datetime
    author: str
    values: Mapping = field(default_factory=dict)
    on: "Step | None" = None  # a decision: on what
    voids: "Step | None" = None
    draft: Draft | None = None


class CasePen:
    """The steps of one case file, and the drafts once `play` has written them."""

    def __init__(self, world: World, rng: Random, programme: Programme, commune: Commune):
        self.world, self.rng, self.programme, self.commune = world, rng, programme, commune
        self.subject = new_id(rng)
        self.worker = commune.workers[programme.code]
        self.opening: dict = {}
        self.opened_at: datetime | None = None
        self.steps: list[Step] = []
        self.drafts: list[Draft] = []

    def open(
        self,
        at: datetime,
        precision: str = "minute",
        recorded: datetime | None = None,
        *,
        beneficiary: UUID | None,
        identity: Mapping,
        detection: Mapping | None = None,
        values: Mapping | None = None,
    ) -> None:
        self.opened_at = recorded or at + timedelta(minutes=self.rng.randrange(2, 40))
        self.opening = {
            "number": self.world.number(self.rng, "HS"),
            "unit": self.commune.unit,
            "beneficiary": beneficiary,
            "identity": identity,
            "occurred": (at if precision == "minute" else midnight(at.date()), precision),
            "author": self.worker,
            "now": self.opened_at,
            "values": values,
            "detection": detection,
            "worker": self.worker,
            "entry_id": entry_id(self.rng, self.opened_at),
        }

    def step(
        self,
        kind: str,
        at: datetime | date,
        values: Mapping | None = None,
        *,
        by: str | None = None,
        after: timedelta | None = None,
    ) -> Step:
        """Adds a step. A date is known to the day; `after` is how much later it was written down (else soon)."""
        if isinstance(at, datetime):
            precision, moment = "minute", at
            written = at + (after or timedelta(minutes=self.rng.randrange(3, 90)))
        else:
            precision, moment = "day", midnight(at)
            written = at_work(self.rng, at) if after is None else midnight(at) + after
        written = max(written, self.opened_at + timedelta(minutes=1))
        step = Step(kind, moment, precision, written, by or self.worker, values or {})
        self.steps.append(step)
        return step

    def decide(self, target: Step, at: datetime, *, outcome: str = "approved", by: str | None = None) -> Step:
        values = {
            "outcome": outcome,
            "number": f"{self.rng.randrange(1, 400)}/QĐ-UBND",
            "signer": "CHU_TICH",
            "note": None,
        }
        if outcome == "returned":
            values |= {"number": None, "note": note(self.rng, "returned")}
        written = max(at + timedelta(minutes=self.rng.randrange(1, 30)), target.recorded + timedelta(minutes=1))
        step = Step("decided", at, "minute", written, by or self.commune.leader, values, on=target)
        self.steps.append(step)
        return step

    def correct(self, wrong: Step, at: datetime | date, values: Mapping) -> Step:
        """A wrong entry: struck through some days after it was written, and written again at once."""
        struck = wrong.recorded + timedelta(days=self.rng.randrange(1, 6), minutes=self.rng.randrange(60))
        self.steps.append(Step("voided", struck, "minute", struck, wrong.author, {"reason": "wrong_data"}, voids=wrong))
        again = self.step(wrong.kind, at, values, by=wrong.author)
        again.recorded = struck + timedelta(minutes=4)
        return again

    def transfer(self, to: Commune, at: datetime) -> None:
        """The file moves to another commune, which has accepted it; from then on its people write."""
        self.steps.append(Step("transferred", at, "minute", at, self.worker, {"to": to.unit, "accepted": True}))
        self.commune, self.worker = to, to.workers[self.programme.code]
        taken = at + timedelta(minutes=30)
        self.steps.append(Step("assigned", taken, "minute", taken, to.leader, {"worker": self.worker}))

    def play(self) -> bool:
        """Writes everything that had been written down by the end of the story. False: the file was not opened yet."""
        if self.opened_at > self.world.now:
            return False
        self.drafts = [open_draft(self.programme, **self.opening)]
        unit = {self.opening["worker"]: self.opening["unit"]}
        for step in sorted(self.steps, key=lambda s: s.recorded):
            waits = any(before is not None and before.draft is None for before in (step.on, step.voids))
            if step.recorded > self.world.now or waits:
                continue
            step.draft = self._draft(step, unit.get(step.author, self.commune.unit))
            self.drafts.append(step.draft)
        return True

    def _draft(self, step: Step, unit: str) -> Draft:
        common = {"author": step.author, "unit": unit, "now": step.recorded}
        if step.kind == "voided":
            why = note(self.rng, "void")
            void = void_draft(
                step.voids.draft.id, reason="wrong_data", note=why, definition=self.programme.definition, **common
            )
            return replace(void, id=entry_id(self.rng, step.recorded))
        if step.kind in ("transferred", "assigned"):
            return Draft(
                step.kind,
                step.at,
                "minute",
                step.author,
                unit,
                step.recorded,
                coded=dict(step.values),
                definition=self.programme.definition,
                id=entry_id(self.rng, step.recorded),
            )
        state = state_of(self.drafts, self.world.calendar)
        common |= {"occurred": (step.at, step.precision), "entry_id": entry_id(self.rng, step.recorded)}
        if step.kind == "decided":
            return draft_decision(state, step.on.draft, **step.values, **common)
        return draft_entry(self.programme, state, step.kind, step.values, **common)
