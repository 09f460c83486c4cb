"""The generator's own account of TE-2: plain arithmetic on what it invented, with its own table of working days.

It reads the steps of the stories, never a ledger, a span, a verdict or the coverage code, so that the figures of the
application can be held against it. The rules are those of domain.md 0a (3, 4) and 2.5; times are compared at the end
of the day asked for. A case that has a file is judged by its file for its whole life.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from casemgr.demo import days

MET, NOT_DUE, MISSED, UNKNOWN = "met", "not_due", "missed", "unknown"
PENDING, EXCLUDED, UNSUBSTANTIATED, DUPLICATE = "pending", "excluded", "unsubstantiated", "duplicate"
ORDER = (MISSED, UNKNOWN, NOT_DUE, MET)
VERIFY, ABOVE, PROCEDURE, SUPPORT, NEED, AFTER_START, AFTER_APPROVAL = 3, 5, 7, 17, 12, 3, 10
EMERGENCY = timedelta(hours=12)


@dataclass(slots=True)
class Plan:
    """A plan as drafted; `step` and `approved` are steps of the story (see `pen.Step`)."""

    step: object
    start: date
    end: date
    dues: dict[str, date]
    services: dict[str, str]
    approved: object = None


@dataclass(slots=True)
class Child:
    """What happened to one child in one incident, as invented. Steps not written down by the end do not count."""

    received: datetime
    received_to_the_day: bool
    counted: bool
    emergency: bool
    verified_at: datetime | None = None
    proposed_at: datetime | None = None  # proposed as not substantiated, or as a duplicate
    refuted_at: datetime | None = None  # so decided above
    duplicate_at: datetime | None = None
    excluded_at: datetime | None = None
    opened: bool = False
    emergency_found: object = None  # the screening that found the emergency
    screened: object = None
    protected: object = None
    assessed: object = None
    minutes: object = None
    plans: list[Plan] = field(default_factory=list)
    served: list = field(default_factory=list)
    all_served: bool = True
    reviews: list = field(default_factory=list)
    closures: list = field(default_factory=list)  # (proposal, decision, reason)
    transferred: bool = False

    def keep_little(self) -> None:
        """Drops what the count does not need once everything is written: a large province would fill the memory."""
        steps = [self.emergency_found, self.screened, self.protected, self.assessed, self.minutes]
        steps += [
            *self.served,
            *self.reviews,
            *(step for closed, decided, _r in self.closures for step in (closed, decided)),
        ]
        steps += [step for plan in self.plans for step in (plan.step, plan.approved)]
        for step in steps:
            if step is not None:
                step.draft = step.draft is not None or None
                step.values = {k: v for k, v in step.values.items() if k in ("service", "proof", "needs")}
                step.on = step.voids = None


def count(children: Iterable[Child], answers: dict[str, tuple[str, ...]], first: date, t: datetime) -> dict[str, int]:
    """The figure, at time t, of all children whose information came in since the day `first`.

    `answers` says which needs a service answers (from the programme file).
    """
    found: Counter = Counter()
    for child in children:
        if child.counted and first <= child.received.date() and child.received <= t:
            found[judge(child, answers, t)] += 1
    return {
        "numerator": found[MET],
        "denominator": found[MET] + found[MISSED] + found[UNKNOWN],
        "missed": found[MISSED],
        "not_due": found[NOT_DUE],
        "unknown": found[UNKNOWN],
        "pending": found[PENDING],
        "excluded": found[EXCLUDED],
        "unsubstantiated": found[UNSUBSTANTIATED],
        "duplicate": found[DUPLICATE],
    }


def _by(moment: datetime | None, t: datetime) -> bool:
    return moment is not None and moment <= t


def _at(step) -> datetime | None:
    return step.at if step is not None and step.draft is not None else None


def _worst(values: Iterable[str]) -> str:
    return min(values, key=ORDER.index)


def judge(child: Child, answers: dict[str, tuple[str, ...]], t: datetime) -> str:
    """One word for one child at time t."""
    if _by(child.excluded_at, t):
        return EXCLUDED
    if not child.opened:
        return _without_file(child, t)
    return _worst((_file(child, t), _supported(child, t), _appropriate(child, answers, t), _timely(child, t)))


def _without_file(child: Child, t: datetime) -> str:
    if _by(child.duplicate_at, t):
        return DUPLICATE
    if _by(child.refuted_at, t):
        return UNSUBSTANTIATED
    if not _by(child.verified_at, t):
        # A proposal waits for the unit above, but not for ever.
        due = days.due(child.proposed_at, ABOVE) if _by(child.proposed_at, t) else days.due(child.received, VERIFY)
        return PENDING if t <= due else MISSED
    if t > days.due(child.received, PROCEDURE):
        return MISSED
    if child.emergency and child.received_to_the_day:
        return UNKNOWN
    return MISSED if child.emergency and t > child.received + EMERGENCY else NOT_DUE


def _low_risk(child: Child) -> datetime | None:
    """When the chair closed the case as low risk."""
    return min((_at(d) for _c, d, reason in child.closures if reason == "NGUY_CO_THAP" and _at(d)), default=None)


def _procedure_due(child: Child) -> datetime:
    return days.due(_at(child.protected) or child.received, PROCEDURE)


def _kept(done: datetime | None, due: datetime, t: datetime) -> str:
    """A promise whose lateness is judged elsewhere: kept is kept."""
    return MET if _by(done, t) else MISSED if t > due else NOT_DUE


def _strict(done: datetime | None, due: datetime, t: datetime) -> str:
    """A promise that must be kept in time."""
    if _by(done, t):
        return MET if done <= due else MISSED
    return MISSED if t > due else NOT_DUE


def _first_plan(child: Child) -> datetime | None:
    return min((_at(plan.step) for plan in child.plans if _at(plan.step)), default=None)


def _file(child: Child, t: datetime) -> str:
    parts = [_at(child.screened), _at(child.assessed), _at(child.minutes), _first_plan(child)]
    complete = None if None in parts else max(parts)
    low = _low_risk(child)
    done = min((moment for moment in (complete, low) if moment is not None), default=None)
    return _kept(done, _procedure_due(child), t)


def _deliveries(child: Child) -> list[tuple[datetime, str]]:
    """(when, service) of what was delivered with proof."""
    return sorted((s.at, s.values["service"]) for s in child.served if _at(s) and s.values["proof"] != "none")


def _supported(child: Child, t: datetime) -> str:
    first = next((at for at, _service in _deliveries(child)), None)
    return _kept(first, days.due(child.received, SUPPORT), t)


def _approved(child: Child) -> list[Plan]:
    return sorted((plan for plan in child.plans if _at(plan.approved)), key=lambda plan: plan.approved.at)


def _appropriate(child: Child, answers: dict[str, tuple[str, ...]], t: datetime) -> str:
    assessed = _at(child.assessed)
    if not _by(assessed, t):
        # A case closed as low risk has no needs to meet; without either the needs must be known with the dossier.
        return _kept(_low_risk(child), _procedure_due(child), t)
    parts = [MET]
    for need, (answer, _why) in child.assessed.values["needs"].items():
        if answer != "yes":
            continue
        promised = next((plan.dues[need] for plan in _approved(child) if need in plan.dues), None)
        due = days.end_of(promised) if promised else days.due(assessed, NEED)
        given = next((at for at, service in _deliveries(child) if need in answers.get(service, ())), None)
        parts.append(_kept(given, due, t))
    parts += _reviews(child, t)
    return _worst(parts)


def _reviews(child: Child, t: datetime) -> list[str]:
    """Each approved plan is reviewed by its last day, unless a new plan or the closure came first."""
    found, plans = [], _approved(child)
    for plan, following in zip(plans, [*plans[1:], None], strict=False):
        if not _by(plan.approved.at, t):
            continue
        done = min((r.at for r in child.reviews if _at(r) and r.at >= plan.step.at), default=None)
        closed = min((_at(d) for _c, d, _r in child.closures if _at(d)), default=None)
        ended = closed
        if following is not None and (done is None or done > following.approved.at):
            done, ended = None, following.approved.at
        if _by(ended, t):
            continue
        value = _strict(done, days.end_of(plan.end), t)
        if value != NOT_DUE:
            found.append(value)
    return found


def _timely(child: Child, t: datetime) -> str:
    return _worst((_emergency(child, t), _plan_approved(child, t), _first_service(child, t)))


def _emergency(child: Child, t: datetime) -> str:
    found = _at(child.emergency_found)
    if not child.emergency and not _by(found, t):
        return MET
    if child.received_to_the_day:
        return UNKNOWN
    done = _at(child.protected)
    if done is not None and child.protected.precision == "day" and _by(max(done, child.received), t):
        return UNKNOWN  # an hour clock, and the hour is not known
    done = max(done, found) if done and found else done
    return _strict(done, child.received + EMERGENCY, t)


def _plan_approved(child: Child, t: datetime) -> str:
    moments = [plan.approved.at for plan in _approved(child)]
    low = _low_risk(child)
    done = min(moments + ([low] if low else []), default=None)
    return _strict(done, _procedure_due(child), t)


def _first_service(child: Child, t: datetime) -> str:
    plan = next(iter(_approved(child)), None)
    if plan is None or not _by(plan.approved.at, t):
        return MET
    due = min(days.due(plan.start, AFTER_START), days.due(plan.approved.at, AFTER_APPROVAL))
    first = next((at for at, _service in _deliveries(child) if at.date() >= plan.step.at.date()), None)
    return _strict(max(first, plan.approved.at) if first else None, due, t)
