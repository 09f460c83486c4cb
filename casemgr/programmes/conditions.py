"""The small language of conditions in programme files, compiled to plain functions.

A condition is a table. `{risk = "CAO"}`: the fact equals the value. `{harm = ["BL", "XHTD"]}`: the fact is one of
the values. `{age = {below = 16}}`: a comparison (below, at_least, above, at_most; an unknown fact satisfies none),
`{income = {below = "average"}}`: with another fact, or `{age = {known = false}}`. Several keys must all hold. `any`, `all` and `none` take lists of conditions.
A fact that is itself a list satisfies a value when it contains it. Pure: no database, no Flask.
"""

from collections.abc import Callable, Mapping

Facts = Mapping[str, object]
Condition = Callable[[Facts], bool]

COMPARISONS = {
    "below": lambda fact, bound: fact < bound,
    "at_most": lambda fact, bound: fact <= bound,
    "at_least": lambda fact, bound: fact >= bound,
    "above": lambda fact, bound: fact > bound,
}


_SEVERAL = (list, tuple, set, frozenset)


class BadCondition(ValueError):
    """The table is not a condition; the text says which key is wrong."""


def always(_facts: Facts) -> bool:
    return True


def compile_condition(table: Mapping) -> Condition:
    """A function facts -> bool, which knows its `table`, to be put into words. Raises BadCondition."""
    found = _compiled(table)
    if found is not always:
        found.table = table
    return found


def _compiled(table: Mapping) -> Condition:
    if not isinstance(table, Mapping):
        raise BadCondition("a condition is a table")
    parts = [_part(key, value) for key, value in table.items()]
    if not parts:
        return always
    if len(parts) == 1:
        return parts[0]
    return lambda facts: all(part(facts) for part in parts)


def _part(key: str, value) -> Condition:
    if key in ("any", "all", "none"):
        if not isinstance(value, list):
            raise BadCondition(f"{key} takes a list of conditions")
        parts = [compile_condition(item) for item in value]
        if key == "any":
            return lambda facts: any(part(facts) for part in parts)
        if key == "all":
            return lambda facts: all(part(facts) for part in parts)
        return lambda facts: not any(part(facts) for part in parts)
    if isinstance(value, Mapping):
        return _comparison(key, value)
    wanted = frozenset(value) if isinstance(value, list) else frozenset([value])

    def contains(facts: Facts) -> bool:
        fact = facts.get(key)
        if isinstance(fact, _SEVERAL):
            return not wanted.isdisjoint(fact)
        return fact in wanted

    return contains


def _comparison(key: str, table: Mapping) -> Condition:
    if set(table) == {"known"}:
        known = table["known"]
        if not isinstance(known, bool):
            raise BadCondition(f"{key}: known is true or false")
        return lambda facts: (facts.get(key) not in (None, "")) is known
    unknown = set(table) - set(COMPARISONS)
    if unknown or not table:
        raise BadCondition(f"{key}: unknown comparison {', '.join(sorted(unknown)) or 'none'}")
    if not all(_number(bound) or isinstance(bound, str) for bound in table.values()):
        raise BadCondition(f"{key}: a bound is a number or the name of a fact")
    bounds = [(COMPARISONS[name], bound) for name, bound in table.items()]

    def holds(facts: Facts) -> bool:
        fact = facts.get(key)
        if not _number(fact):
            return False
        for compare, bound in bounds:
            other = facts.get(bound) if isinstance(bound, str) else bound
            if not _number(other) or not compare(fact, other):
                return False
        return True

    return holds


def _number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
