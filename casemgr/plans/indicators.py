"""One indicator of a plan file: its rule, what the rule reads, its target and whether they fit together."""

from collections.abc import Mapping
from decimal import Decimal

from casemgr.plans.model import (
    ABOUT,
    MEASURES,
    MONEY,
    OF_FILES,
    OPTIONAL,
    RULES,
    SETTINGS,
    SHARE,
    TOWARDS,
    WITHOUT,
    Indicator,
    Input,
    Setting,
)
from casemgr.programmes.model import Programme
from casemgr.programmes.reader import Reader
from casemgr.programmes.words import Text

WITH_REPORT = ("narrative", "proxy")
TAGS = ("V", "V2", "M", "D", "I")


def read_indicator(
    s: Reader,
    groups: Mapping[str, Text],
    counting: Mapping[str, str],
    inputs: Mapping[str, Input],
    programmes: Mapping[str, Programme],
) -> Indicator:
    rule = s.take("rule", str, among=RULES)
    code = s.take("programme", str) if rule in OF_FILES else s.take("programme", str, None)
    if code is not None and code not in counting:
        s.fail("programme", f"{code!r} is not in 'counting'")
    programme = programmes[code] if code else None
    uses = s._sub(("uses",), s.take("uses", dict, {}), lambda u: _uses(u, rule, inputs, programme))
    measure = _measure(s, rule, uses, inputs)
    direction = s.take("direction", str, among=(*TOWARDS, *WITHOUT))
    target, span = _target(s, direction, measure)
    settings = s._sub(("settings",), s.take("settings", dict, {}), lambda t: _settings(t, rule, direction, programme))
    group = s.take("group", str) if groups else s.take("group", str, "")
    if groups and group not in groups:
        s.fail("group", f"no group {group!r}")
    return Indicator(
        code=s.take("code", str),
        name=s.text("name"),
        programme=code,
        rule=rule,
        target=target,
        direction=direction,
        unit_of_count=s.text("unit_of_count"),
        source=s.text("source"),
        text=s.text("text"),
        uses=uses,
        settings=settings,
        note=s.text("note", None),
        group=group,
        measure=measure,
        range=span,
    )


def _measure(s: Reader, rule: str, uses: Mapping[str, str], inputs: Mapping[str, Input]) -> str:
    kinds = {inputs[code].kind for code in uses.values() if code in inputs}
    if rule == "value":
        return kinds.pop()
    if rule in ("cut", "yearly_cut") and kinds != {"share"}:
        s.fail("uses", "percentage points are the difference of two shares")
    if rule == "money" and kinds != {MONEY}:
        s.fail("uses", "must be money")
    if (rule in WITH_REPORT) != (kinds == {"text"}):
        s.fail("uses", f"a written report goes with the rules {', '.join(WITH_REPORT)}, and only with them")
    return MEASURES[rule]


def _target(s: Reader, direction: str, measure: str) -> tuple[Decimal | None, tuple[Decimal, Decimal] | None]:
    """(the number that decides, the range the plan names)"""
    if direction in WITHOUT:
        for key in ("target", "range"):
            if s.take(key, object, None) is not None:
                s.fail(key, f"goes with one of {', '.join(TOWARDS)}, not with {direction!r}")
        return None, None
    target = _number(s, "target")
    if measure == SHARE and not 0 <= target <= 1:
        s.fail("target", "a share is written as part of 1, like 0.92")
    said = s.take("range", list, None)
    if said is None:
        return target, None
    if len(said) != 2 or not all(isinstance(n, int | Decimal) and not isinstance(n, bool) for n in said):
        s.fail("range", "must be two numbers")
    low, high = map(Decimal, said)
    if low >= high:
        s.fail("range", "its first number must be the smaller one")
    deciding = {">=": low, "<=": high}.get(direction)
    if deciding is None:
        s.fail("range", f"cannot be reached by {direction!r}: a range goes with >= or <=")
    if target != deciding:
        s.fail("direction", f"{direction} is reached at {deciding} of the range, not at the target {target}")
    return target, (low, high)


def _number(s: Reader, key: str) -> Decimal:
    value = s.take(key, object)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        s.fail(key, f"must be a number, not {type(value).__name__}")
    return Decimal(value)


def _uses(u: Reader, rule: str, inputs: Mapping, programme: Programme | None) -> dict[str, str]:
    known = {"input": set(inputs)}
    if programme is not None:
        known["step"] = {step.code for step in programme.steps}
        known["criterion"] = {criterion.code for criterion in programme.case.criteria}
    found = {}
    kinds = dict.fromkeys(u.table, "input") if rule == "panel" else RULES[rule]
    if rule == "panel" and not kinds:
        u.fail("", "names no input")
    for key, kind in kinds.items():
        found[key] = u.take(key, str)
        if kind != "name" and found[key] not in known[kind]:
            u.fail(key, f"no {kind} {found[key]!r}")
    for key, kind in OPTIONAL.get(rule, {}).items():
        if (name := u.take(key, str, None)) is not None:
            found[key] = name
            if name not in known[kind]:
                u.fail(key, f"no {kind} {name!r}")
    return found


def _settings(t: Reader, rule: str, direction: str, programme: Programme | None) -> dict[str, Setting]:
    found = {}
    wanted = SETTINGS.get(rule, {}) | ({ABOUT: "fraction"} if direction == "~>=" else {})
    for key, allowed in wanted.items():

        def build(s: Reader, allowed=allowed) -> Setting:
            return Setting(_setting(s, allowed, programme), s.take("tag", str, among=TAGS), s.text("text"))

        found[key] = t._sub((key,), t.take(key, dict), build)
    return found


def _setting(s: Reader, allowed, programme: Programme | None):
    if allowed == "bands":
        value = s.strings("value")
        known = {band.code for band in programme.bands}
        for band in value:
            if band not in known:
                s.fail("value", f"no band {band!r}")
        return value
    if allowed == "fraction":
        value = _number(s, "value")
        if not 0 <= value < 1:
            s.fail("value", "must lie between 0 and 1")
        return value
    if allowed == "zones":
        value = s.take("value", dict)
        if not all(isinstance(n, int) and n >= 0 for n in value.values()):
            s.fail("value", "must name a number for each kind of area")
        return value
    return s.take("value", str, among=allowed)
