"""Steps that the stories of several programmes share."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from casemgr.demo import days
from casemgr.demo.pen import CasePen, Step
from casemgr.demo.texts import HELPERS, note
from casemgr.demo.world import at_work
from casemgr.programmes.model import Programme


class Forms:
    """Forms that follow each other: each is written down after the one before."""

    def __init__(self, rng: Random, file: CasePen):
        self.rng, self.file, self.programme = rng, file, file.programme
        self.written = file.opened_at

    def form(self, kind: str, at, values, **more) -> Step:
        step = self.file.step(kind, at, values, **more)
        step.recorded = max(step.recorded, self.written + timedelta(minutes=2))
        self.written = step.recorded
        return step

    def next_day(self, workdays: int) -> date:
        """So many working days after the last form was written."""
        return days.after(self.written.date(), workdays)

    def plan(self, needs: Sequence[str], length: int) -> tuple[Step, dict[str, str], date, date]:
        """A plan that answers every need, and the chair's decision: (decision, service of each need, start, end)."""
        rng = self.rng
        drafted = self.next_day(rng.choice((0, 1, 2)))
        start = days.after(drafted, rng.choice((2, 3, 5)))
        end = start + timedelta(days=length)
        services = {need: rng.choice(self.programme.needs[need].services) for need in needs}
        items = [
            {
                "need": n,
                "service": s,
                "due": start + timedelta(days=rng.randrange(5, length)),
                "who": rng.choice(HELPERS),
            }
            for n, s in services.items()
        ]
        values = {"goal": note(rng, "aim"), "start": start, "end": end, "items": items}
        planned = self.form("planned", drafted, values)
        at = at_work(rng, self.next_day(rng.choice((0, 1, 1, 2))))
        decision = self.file.decide(planned, max(at, planned.recorded + timedelta(minutes=5)))
        self.written = decision.recorded
        return decision, services, start, end

    def assess_needs(self, likely: float) -> dict[str, tuple[str, str]]:
        """Answers to every need of the programme, at least one of them yes."""
        rng = self.rng
        answers = {
            code: ("yes", "") if rng.random() < likely else ("no", note(rng, "not_needed"))
            for code in self.programme.needs
        }
        if all(answer == "no" for answer, _ in answers.values()):
            answers[next(iter(answers))] = ("yes", "")
        return answers

    def serve(self, service: str, day: date, provider: str, proof: str) -> Step:
        rng = self.rng
        late = timedelta(days=rng.randrange(3, 30), hours=10) if rng.random() < 0.08 else None
        values = {"service": service, "provider": provider, "proof": proof, "note": note(rng, "served")}
        step = self.file.step("served", day, values, after=late)
        step.recorded = max(step.recorded, self.written + timedelta(minutes=1))
        if rng.random() < 0.02 and step.recorded + timedelta(days=9) < self.file.world.now:
            step = self.file.correct(step, day, values)
        return step

    def close(self, day: date, reason: str) -> None:
        """Proposed after everything else was written down, and decided."""
        rng = self.rng
        self.written = max(step.recorded for step in self.file.steps)
        values = {"close_reason": reason, "note": note(rng, "closed")}
        closed = self.form("closed", max(day, days.after(self.written.date(), 1)), values)
        if rng.random() < 0.9:
            at = at_work(rng, self.next_day(rng.choice((0, 1))))
            self.file.decide(closed, max(at, closed.recorded + timedelta(minutes=5)))


def yes(answers: dict[str, tuple[str, str]]) -> list[str]:
    return [code for code, (answer, _reason) in answers.items() if answer == "yes"]


def among(rng: Random, programme: Programme, codes: str, *, but: Sequence[str] = ()) -> str:
    """A code of a list of the programme file."""
    return rng.choice([code for code in programme.codes[codes] if code not in but])
