"""Tallies as everything is known now, added up from those of each unit, which are kept in the process: a write counts
again only the units it touched."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from casemgr.coverage import live
from casemgr.coverage.tally import Question, Tally
from casemgr.ledger.kept import ByUnit, kept_by_unit

Tallies = list[dict[str, Tally]]  # one for each question: {programme: its tally}


def tallies(session, questions: Sequence[Question], position) -> Tallies:
    """The same as `live.tallies`. `position`: of the ledgers, read in this transaction."""
    # People move between hamlets, and no unit of a file changes; told apart by more than units, a province would be
    # kept once for each way.
    if any(question.hamlets or not question.dims <= {"unit"} for question in questions):
        return live.tallies(session, questions)
    apart = [replace(question, dims=question.dims | {"unit"}) for question in questions]

    def count(units: Collection[str] | None) -> ByUnit:
        found: dict[str, Tallies] = {}
        narrowed = apart if units is None else [_narrow(question, units) for question in apart]
        for n, by_programme in enumerate(live.tallies(session, narrowed)):
            for programme, tally in by_programme.items():
                for (unit,), part in tally.split(lambda group: (group.unit,)).items():
                    found.setdefault(unit, [{} for _each in questions])[n][programme] = part
        return {unit: (value, datetime.max) for unit, value in found.items()}

    key = ("tallies", *(question.key for question in apart))
    moment = next((question.moment for question in apart if not question.over), None)
    return _together(questions, kept_by_unit(session, key, count, position, datetime.min, moment))


def _narrow(question: Question, units: Collection[str]) -> Question:
    return replace(question, units=units if question.units is None else set(units) & set(question.units))


def _together(questions: Sequence[Question], counted: ByUnit) -> Tallies:
    result: Tallies = [{code: Tally() for code in question.counting} for question in questions]
    for value, _until in counted.values():
        for question, whole, parts in zip(questions, result, value, strict=True):
            for programme, part in parts.items():
                whole[programme].add(part if "unit" in question.dims else part.without_unit())
    return result
