"""From a TOML file to a `Plan`, with every reference checked at start."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from casemgr.plans.indicators import read_indicator
from casemgr.plans.model import IN_PERIOD, ON_HAND, Input, Period, Plan, Standard
from casemgr.programmes.model import Programme
from casemgr.programmes.reader import ProgrammeError, Reader, Source
from casemgr.programmes.words import Text

LEVELS = ("province", "district", "commune")


def load_folder(folder: Path, programmes: Mapping[str, Programme]) -> dict[str, Plan]:
    """Every *.toml of the folder, by code. Raises ProgrammeError naming file, line and key."""
    plans: dict[str, Plan] = {}
    # A plan that borrows comes after those it borrows from.
    for file in sorted(
        folder.glob("*.toml"), key=lambda file: ("[borrowed]" in file.read_text(encoding="utf-8"), file)
    ):
        plan = load_file(file, programmes, plans)
        if plan.code in plans:
            raise ProgrammeError(file.name, 1, "code", f"{plan.code} is used by another file")
        plans[plan.code] = plan
    return plans


def load_file(file: Path, programmes: Mapping[str, Programme], others: Mapping[str, Plan] | None = None) -> Plan:
    """One plan; `others` are those it may borrow figures from. Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        words = str(problem).replace(",", "").replace(")", "").split()
        line = int(words[words.index("line") + 1]) if "line" in words else 1
        raise ProgrammeError(file.name, line, "", str(problem)) from None
    reader = Reader(Source(file, text), (), table)
    plan = _plan(reader, hashlib.sha256(text.encode()).hexdigest()[:12], programmes, others or {})
    reader.done()
    return plan


def _plan(r: Reader, digest: str, programmes: Mapping[str, Programme], others: Mapping[str, Plan]) -> Plan:
    start, end = r.day("from"), r.day("to")
    if end < start:
        r.fail("to", "lies before 'from'")
    counting = r._sub(("counting",), r.take("counting", dict), lambda s: _counting(s, programmes))
    sources = r.table_of("sources", lambda s, _name: Text(s.take("vi", str), s.take("en", str)))
    groups = r.table_of("groups", lambda s, _name: Text(s.take("vi", str), s.take("en", str)))
    standards = r.table_of("standards", _standard)
    inputs = _by_code(r, "inputs", r.list_of("inputs", lambda s: _input(s, sources, standards)))
    _check_parts(r, inputs)
    _borrow(r, inputs, others)
    plan = Plan(
        code=r.take("code", str),
        title=r.text("title"),
        document=r.text("document"),
        start=start,
        end=end,
        periods=r.list_of("periods", lambda s: _period(s, start, end)),
        counting=counting,
        sources=sources,
        inputs=inputs,
        indicators=_by_code(
            r, "indicators", r.list_of("indicators", lambda s: read_indicator(s, groups, counting, inputs, programmes))
        ),
        note=r.text("note", None),
        digest=digest,
        groups=groups,
        standards=standards,
    )
    if not any((p.start, p.end) == (start, end) for p in plan.periods):
        r.fail("periods", "none is the whole period of the plan")
    return plan


def _by_code(r: Reader, key: str, items) -> dict:
    found = {}
    for position, item in enumerate(items):
        if item.code in found:
            raise r.source.error((key, position, "code"), f"{item.code} occurs twice")
        found[item.code] = item
    return found


def _counting(s: Reader, programmes: Mapping[str, Programme]) -> dict[str, str]:
    found = {code: s.take(code, str, among=(IN_PERIOD, ON_HAND)) for code in s.table}
    for code in found:
        if code not in programmes:
            s.fail(code, f"no programme {code!r}")
    return found


def _period(s: Reader, first: date, last: date) -> Period:
    period = Period(s.take("code", str), s.text("name"), s.day("from"), s.day("to"))
    if not first <= period.start <= period.end <= last:
        s.fail("from", "the period does not lie within the plan")
    return period


def _standard(s: Reader, code: str) -> Standard:
    start, end = s.day("from", None), s.day("to", None)
    if start and end and end < start:
        s.fail("to", "lies before 'from'")
    return Standard(code, s.text("name"), start, end)


def _borrow(r: Reader, inputs: dict[str, Input], others: Mapping[str, Plan]) -> None:
    """Adds the inputs whose figures are entered for another plan."""
    for code, names in r.take("borrowed", dict, {}).items():
        if code not in others:
            raise r.source.error(("borrowed", code), f"no plan {code!r}")
        for name in names:
            if name not in others[code].inputs:
                raise r.source.error(("borrowed", code), f"plan {code} has no input {name!r}")
            if name in inputs:
                raise r.source.error(("borrowed", code), f"{name} is an input of this plan already")
            found = others[code].inputs[name]
            inputs[name] = replace(found, home=found.home or code)


def _check_parts(r: Reader, inputs: Mapping[str, Input]) -> None:
    for position, item in enumerate(inputs.values()):
        for key in ("part_of", "whole"):
            if getattr(item, key) and getattr(item, key) not in inputs:
                raise r.source.error(("inputs", position, key), f"no input {getattr(item, key)!r}")


def _input(s: Reader, sources: Mapping[str, Text], standards: Mapping[str, Standard]) -> Input:
    agencies = s.strings("sources")
    for agency in agencies:
        if agency not in sources:
            s.fail("sources", f"no source {agency!r}")
    levels = s.strings("levels")
    for level in levels:
        if level not in LEVELS:
            s.fail("levels", f"{level!r} is not one of {', '.join(LEVELS)}")
    by_standard = s.take("standard", bool, False)
    if by_standard and not standards:
        s.fail("standard", "the plan has no standards")
    return Input(
        code=s.take("code", str),
        name=s.text("name"),
        kind=s.take("kind", str, among=("count", "share", "money", "text")),
        unit_of_count=s.text("unit_of_count"),
        levels=levels,
        sources=agencies,
        year=s.take("year", int, None),
        over=s.take("over", str, "day", among=("day", "period")),
        part_of=s.take("part_of", str, None),
        whole=s.take("whole", str, None),
        standard=by_standard,
    )
