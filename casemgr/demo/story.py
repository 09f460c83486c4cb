"""One invented case from detection to file, ready to be handed to the ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casemgr.demo.detected import DetectedPen
from casemgr.demo.pen import CasePen
from casemgr.demo.persons import Invented
from casemgr.demo.truth import Child
from casemgr.demo.world import World, entry_id
from casemgr.ledger.rules import Draft


@dataclass(slots=True)
class Story:
    """`registered`: when the person was entered in the register; `ledgers`: further ledgers (kind, subject, drafts)."""

    programme: str
    detected: DetectedPen | None = None
    person: Invented | None = None
    registered: datetime | None = None
    file: CasePen | None = None
    truth: Child | None = None
    ledgers: list[tuple[str, UUID, list[Draft]]] = field(default_factory=list)

    @property
    def author(self) -> str:
        """Who entered the person in the register."""
        return self.detected.worker if self.detected is not None else self.file.opening["author"]

    def all_ledgers(self) -> list[tuple[str, UUID, list[Draft]]]:
        """Every ledger of this story except the person's."""
        found = list(self.ledgers)
        if self.detected is not None:
            found.append(("detected", self.detected.subject, self.detected.drafts))
        if self.file is not None:
            found.append(("case", self.file.subject, self.file.drafts))
        return found

    def tell_excluded(self, world: World, at: datetime, reason: str) -> None:
        """The case file learns that the unit above has decided not to count it, in the same transaction."""
        decision = self.detected.drafts[-1]
        coded = {"fact": "excluded", "detected": self.detected.subject.hex, "reason": reason}
        told = Draft(
            "told",
            at,
            "minute",
            decision.author,
            decision.unit,
            decision.recorded_at,
            coded=coded,
            definition=self.file.programme.definition,
            id=entry_id(self.file.rng, decision.recorded_at),
        )
        drafts = self.file.drafts
        place = sum(draft.recorded_at <= told.recorded_at for draft in drafts)
        drafts.insert(place, told)
