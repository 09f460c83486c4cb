"""The verbs of samples: draw, say what was found, answer, conclude; and what waits for a unit."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from flask import current_app

from casemgr.cases.models import CaseFile
from casemgr.cases.services import random_number
from casemgr.coverage import services as coverage
from casemgr.coverage.services import Asked
from casemgr.coverage.tally import COUNTED
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft
from casemgr.ledger.services import SUBJECTS, province
from casemgr.plans.model import Indicator
from casemgr.samples import rules
from casemgr.samples.model import settings
from casemgr.samples.rules import ANSWERED, CHECKED, DRAWN, FOUND, SETTLED, Drawn, Member, Sample
from casemgr.units.loading import load
from casemgr.units.rules import UnitTree

KIND = "sample"


def members(session, asked: Asked, indicator: Indicator, now: datetime) -> list[Member]:
    """Every case that the figure counts, with the stratum it belongs to."""
    tree = load(session)
    found = coverage.cases(session, asked, now, [indicator])[indicator.code]
    return [
        Member(c.number, c.item, f"{_district(tree, c.unit)}/{c.state}", c.unit, c.subject, c.opened)
        for c in found
        if c.state in COUNTED
    ]


def _district(tree: UnitTree, unit: str) -> str:
    """The district of a unit, or the unit itself where there are no districts any more."""
    return tree.at_level(unit, "district") or unit


def draw(
    session, asked: Asked, indicator: Indicator, *, size: int, minimum: int, author: str, at: str, now: datetime,
    subject: UUID,
) -> UUID:  # fmt: skip
    """A new sample under this id; the same id again is the same sample. Nobody names the cases: the seed comes from
    the last seal of somebody else and from the list that is drawn from. Raises Refused."""
    if find(session, subject) is not None:
        return subject
    rules.check_sizes(size, minimum, settings().largest)
    asked = replace(asked, known_at=now)  # so that what is being written meanwhile makes no difference
    population = members(session, asked, indicator, now)
    (result,) = coverage.report(session, asked, now, indicators=[indicator.code], details=False).results
    seal, digest = _stood_before(session, author)
    coded = {
        "number": random_number("KT"),
        "plan": asked.plan.code,
        "indicator": indicator.code,
        "programme": indicator.programme,
        "unit": asked.unit,
        "start": asked.start.isoformat(),
        "through": asked.through.isoformat(),
        "known_at": now.isoformat(),
        "size": size,
        "minimum": minimum,
        "population": rules.digest(population),
        "seal": seal,
        "digest": digest,
        "numerator": result.figure.numerator,
        "denominator": result.figure.denominator,
        "caveats": [str(note) for note in result.figure.warnings],
    }
    coded["seed"] = rules.seed_of(digest, rules.question_of(coded))
    strata, chosen = rules.draw(population, coded["seed"], size, minimum)
    coded["strata"] = [list(s) for s in strata]
    coded["cases"] = [[m.number, m.item, m.stratum, m.unit, m.subject.hex, m.opened] for m in chosen]
    ledger.create(session, KIND, subject)
    _append(session, subject, DRAWN, author, at, now, coded, None, asked.plan.definition, None)
    return subject


def seals():
    """The part that makes seals; the package it is in registers it."""
    return current_app.extensions["seal"]


def _stood_before(session, author: str) -> tuple[int, str]:
    """(number, digest) of the last seal that somebody else made; before the first one a number that the system throws."""
    return seals().stood_before(session, author) or (0, secrets.token_hex(32))


def draw_again(
    session, sample: Sample, asked: Asked, indicator: Indicator, *, author: str, at: str, now: datetime
) -> bool:
    """Whether the same question, as known when the sample was drawn, gives the same cases now; written down with what
    does not agree."""
    population = members(session, asked, indicator, now)
    _strata, chosen = rules.draw(population, sample.seed, sample.size, sample.minimum)
    wrong = {
        "list": rules.digest(population) != sample.population,
        "cases": [(m.number, m.item) for m in chosen] != [(c.number, c.item) for c in sample.cases],
        "seed": bool(sample.digest) and sample.seed != rules.seed_of(sample.digest, sample.question),
        "seal": bool(sample.seal) and seals().digest_of(session, sample.seal) != sample.digest,
    }
    same, told = not any(wrong.values()), [name for name, found in wrong.items() if found]
    _append(session, sample.subject, CHECKED, author, at, now, {"same": same, "wrong": told}, None, "", None)
    return same


def holders(session, cases: Iterable[Drawn]) -> dict[UUID, str]:
    """{subject: the unit that holds it now}: a file may have been transferred since it was drawn."""
    subjects, found = sorted({case.subject for case in cases}), {}
    for model in (CaseFile, Detected):
        query = sa.select(model.subject, model.unit_id).where(model.province == province(), model.subject.in_(subjects))
        found |= dict(session.execute(query).all())
    return found


def find(session, subject: UUID) -> Sample | None:
    kind = sa.select(SUBJECTS.c.kind).where(SUBJECTS.c.province == province(), SUBJECTS.c.id == subject)
    entries = ledger.entries(session, subject) if session.scalar(kind) == KIND else None
    return rules.fold(entries) if entries else None


def every(session) -> list[Sample]:
    """All samples, the newest first. There are a few a year."""
    found = [rules.fold(entries) for _subject, entries in ledger.replay(session, KIND)]
    return sorted(found, key=lambda s: s.known_at, reverse=True)


def asked(samples: Iterable[Sample]) -> list[tuple[Sample, Drawn]]:
    """The cases with something to answer or answered; those that wait longest first."""
    found = [
        (sample, case)
        for sample in samples
        for case in sample.cases
        if case.found is not None and case.status != rules.FINE
    ]
    return sorted(found, key=lambda pair: (pair[1].status != rules.WAITING, pair[1].found.recorded_at))


def say_found(
    session, subject: UUID, place: int, *, result: str, note: str | None, author: str, at: str, now: datetime, id: UUID
) -> None:
    case, sent = _locked(session, subject, place, id)
    if not sent:
        rules.check_found(case, result, note, author, settings().results)
        _append(session, subject, FOUND, author, at, now, {"place": place, "result": result}, note, "", id)


def answer(
    session, subject: UUID, place: int, *, stance: str, note: str | None, author: str, at: str, now: datetime, id: UUID
) -> None:
    case, sent = _locked(session, subject, place, id)
    if not sent:
        rules.check_answer(case, stance, note, author)
        _append(session, subject, ANSWERED, author, at, now, {"place": place, "stance": stance}, note, "", id)


def settle(
    session, subject: UUID, place: int, *, upheld: bool, note: str | None, author: str, at: str, now: datetime, id: UUID
) -> None:
    case, sent = _locked(session, subject, place, id)
    if not sent:
        rules.check_settle(case, note, author, now.date(), settings().answer_days)
        _append(session, subject, SETTLED, author, at, now, {"place": place, "upheld": upheld}, note, "", id)


def notes(session, case: Drawn) -> dict[UUID, str]:
    """What was written about a case, by entry."""
    said = [e for e in (case.found, case.answered, case.settled) if e is not None]
    return {id: sealed["note"] for id, sealed in ledger.read_sealed(session, said).items()}


def _locked(session, subject: UUID, place: int, id: UUID) -> tuple[Drawn, bool]:
    """The case, and whether this entry has been stored already: a form sent twice counts once."""
    ledger.lock(session, subject)
    entries = ledger.entries(session, subject)
    return rules.fold(entries).case(place), any(e.id == id for e in entries)


def _append(session, subject, kind, author, at, now, coded, note, definition, id) -> None:
    draft = Draft(
        kind=kind, occurred_at=now, precision="minute", author=author, unit=at, recorded_at=now, coded=coded,
        sealed={"note": note} if note else None, definition=definition, id=id,
    )  # fmt: skip
    ledger.append(session, subject, [draft])
