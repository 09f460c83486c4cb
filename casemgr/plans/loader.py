"""From a TOML file to a `Plan`, with every reference checked at start."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from casemgr.plans.model import IN_PERIOD, ON_HAND, RULES, SETTINGS, Indicator, Input, Period, Plan, Setting
from casemgr.programmes.model import Programme, Text
from casemgr.programmes.reader import ProgrammeError, Reader, Source

TAGS = ("V", "V2", "M", "D", "I")
LEVELS = ("province", "district", "commune")


def load_folder(folder: Path, programmes: Mapping[str, Programme]) -> dict[str, Plan]:
    """Every *.toml of the folder, by code. Raises ProgrammeError naming file, line and key."""
    plans: dict[str, Plan] = {}
    for file in sorted(folder.glob("*.toml")):
        plan = load_file(file, programmes)
        if plan.code in plans:
            raise ProgrammeError(file.name, 1, "code", f"{plan.code} is used by another file")
        plans[plan.code] = plan
    return plans


def load_file(file: Path, programmes: Mapping[str, Programme]) -> Plan:
    """One plan. Raises ProgrammeError naming file, line and key."""
    text = file.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as problem:
        words = str(problem).replace(",", "").replace(")", "").split()
        line = int(words[words.index("line") + 1]) if "line" in words else 1
        raise ProgrammeError(file.name, line, "", str(problem)) from None
    reader = Reader(Source(file, text), (), table)
    plan = _plan(reader, hashlib.sha256(text.encode()).hexdigest()[:12], programmes)
    reader.done()
    return plan


def _plan(r: Reader, digest: str, programmes: Mapping[str, Programme]) -> Plan:
    start, end = r.day("from"), r.day("to")
    if end < start:
        r.fail("to", "lies before 'from'")
    counting = r._sub(("counting",), r.take("counting", dict), lambda s: _counting(s, programmes))
    sources = r.table_of("sources", lambda s, _name: Text(s.take("vi", str), s.take("en", str)))
    inputs = _by_code(r, "inputs", r.list_of("inputs", lambda s: _input(s, sources)))
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
            r, "indicators", r.list_of("indicators", lambda s: _indicator(s, counting, inputs, programmes))
        ),
        note=r.text("note", None),
        digest=digest,
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


def _input(s: Reader, sources: Mapping[str, Text]) -> Input:
    agencies = s.strings("sources")
    for agency in agencies:
        if agency not in sources:
            s.fail("sources", f"no source {agency!r}")
    levels = s.strings("levels")
    for level in levels:
        if level not in LEVELS:
            s.fail("levels", f"{level!r} is not one of {', '.join(LEVELS)}")
    return Input(
        code=s.take("code", str),
        name=s.text("name"),
        kind=s.take("kind", str, among=("count", "share")),
        unit_of_count=s.text("unit_of_count"),
        levels=levels,
        sources=agencies,
        year=s.take("year", int, None),
    )


def _indicator(s: Reader, counting: Mapping, inputs: Mapping, programmes: Mapping[str, Programme]) -> Indicator:
    code = s.take("programme", str)
    if code not in counting:
        s.fail("programme", f"{code!r} is not in 'counting'")
    rule = s.take("rule", str, among=RULES)
    uses = s._sub(("uses",), s.take("uses", dict, {}), lambda u: _uses(u, rule, inputs, programmes[code]))
    settings = s._sub(("settings",), s.take("settings", dict, {}), lambda t: _settings(t, rule, programmes[code]))
    return Indicator(
        code=s.take("code", str),
        name=s.text("name"),
        programme=code,
        rule=rule,
        target=_number(s, "target"),
        direction=s.take("direction", str, among=(">=", "<=")),
        unit_of_count=s.text("unit_of_count"),
        source=s.text("source"),
        text=s.text("text"),
        uses=uses,
        settings=settings,
        note=s.text("note", None),
    )


def _number(s: Reader, key: str) -> Decimal:
    value = s.take(key, object)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        s.fail(key, f"must be a number, not {type(value).__name__}")
    return Decimal(value)


def _uses(u: Reader, rule: str, inputs: Mapping, programme: Programme) -> dict[str, str]:
    known = {
        "input": set(inputs),
        "step": {step.code for step in programme.steps},
        "criterion": {criterion.code for criterion in programme.case.criteria},
    }
    found = {}
    for key, kind in RULES[rule].items():
        found[key] = u.take(key, str)
        if found[key] not in known[kind]:
            u.fail(key, f"no {kind} {found[key]!r}")
    return found


def _settings(t: Reader, rule: str, programme: Programme) -> dict[str, Setting]:
    found = {}
    for key, allowed in SETTINGS.get(rule, {}).items():

        def build(s: Reader, allowed=allowed) -> Setting:
            if allowed == "bands":
                value = s.strings("value")
                known = {band.code for band in programme.bands}
                for band in value:
                    if band not in known:
                        s.fail("value", f"no band {band!r}")
            else:
                value = s.take("value", str, among=allowed)
            return Setting(value, s.take("tag", str, among=TAGS), s.text("text"))

        found[key] = t._sub((key,), t.take(key, dict), build)
    return found
