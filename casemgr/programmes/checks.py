"""What the reader alone cannot see: names inside conditions and selectors that nothing in the file defines.

A condition on a misspelt field or code would just never hold; here it stops the start. Pure.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from casemgr.programmes.model import Criterion, Due, Met, Programme, Selector
from casemgr.programmes.reader import ProgrammeError, Source

# Facts that no field of the file gives: told by other ledgers, or worked out from all entries of this one.
FACTS = frozenset({
    "age", "birth_year", "sex", "ethnicity", "named", "received_at", "status", "kinds", "pending", "open_needs",
    "yes_needs", "needs", "outcome", "emergency_received",
})  # fmt: skip


def check(programme: Programme, source: Source) -> None:
    """Raises ProgrammeError at the first name that nothing defines."""
    values = known_values(programme)
    for path, table in source.conditions:
        _check_condition(source, path, table, values)
    for label, track in (("case", programme.case), ("detection", programme.detection)):
        for number, criterion in enumerate(track.criteria):
            for name in sorted(fields_named(criterion) - values.keys()):
                raise source.error((label, "criteria", number), f"{criterion.code}: no such field {name!r}")
        for kind in track.kinds.values():
            fields = {field.name for field in kind.fields}
            for refusal in kind.refusals:
                if refusal.field is not None and refusal.field not in fields:
                    raise source.error((label, "kinds", kind.code, "refuse"), f"no field {refusal.field!r}")


def _check_condition(source: Source, path: tuple, table: Mapping, values: Mapping) -> None:
    for name, wanted in named(table):
        if name not in values:
            raise source.error((*path, name), "no such field or fact")
        for value in wanted:
            if values[name] is not None and value not in values[name]:
                raise source.error((*path, name), f"{value!r} is not a value of this field")


def check_routes(programmes: Mapping[str, Programme]) -> None:
    """Raises ProgrammeError where a refusal sends people to a programme that is not there."""
    for programme in programmes.values():
        for track in (programme.case, programme.detection):
            for kind in track.kinds.values():
                for refusal in kind.refusals:
                    if refusal.route is not None and refusal.route not in programmes:
                        raise ProgrammeError(
                            f"{programme.code}.toml", 1, kind.code, f"route to unknown programme {refusal.route!r}"
                        )


def known_values(programme: Programme) -> dict[str, frozenset | None]:
    """For each field and fact the values it can take; None where they are not listed."""
    found: dict[str, set | None] = defaultdict(set)
    for track in (programme.case, programme.detection):
        for kind in track.kinds.values():
            for field in kind.fields:
                _add(found, field.name, _values(programme, field))
            for derived in kind.derived:
                _add(found, derived.name, {value for value, _when in derived.cases})
    pending = {c.code for track in (programme.case, programme.detection) for c in track.criteria}
    for fact in FACTS:
        _add(found, fact, pending if fact == "pending" else None)
    return {name: None if values is None else frozenset(values) for name, values in found.items()}


def _add(found: dict, name: str, values) -> None:
    found[name] = None if values is None or found[name] is None else found[name] | set(values)


def _values(programme: Programme, field) -> set | None:
    if field.type in ("choice", "choices"):
        return set(programme.codes[field.codes])
    if field.type == "yesno":
        return {True, False}
    return {"service": set(programme.services), "need": set(programme.needs)}.get(field.type)


def named(table: Mapping) -> Iterator[tuple[str, list]]:
    """Every (field, values it is compared with) of a condition."""
    for key, value in table.items():
        if key in ("any", "all", "none"):
            for part in value:
                yield from named(part)
        elif isinstance(value, Mapping):
            yield key, []
            yield from ((bound, []) for bound in value.values() if isinstance(bound, str))
        else:
            yield key, value if isinstance(value, list) else [value]


def fields_named(criterion: Criterion) -> set[str]:
    """The coded fields by which a criterion reads, besides those in its conditions."""
    names = {criterion.keep} if criterion.keep else set()
    selectors = [*criterion.each, *_of_due(criterion.due)]
    for met in (criterion.met, criterion.fails, criterion.ends):
        selectors += _of_met(met)
    for selector in selectors:
        names |= {name for name in (selector.field, selector.same, selector.this_year) if name}
    return names


def _of_met(met: Met | None) -> Iterator[Selector]:
    if met is not None:
        if met.selector is not None:
            yield met.selector
        for part in (*met.all, *met.any):
            yield from _of_met(part)


def _of_due(due: Due | None) -> Iterator[Selector]:
    if due is not None:
        yield from due.start
        for part in (*due.earliest, *due.latest, due.fallback):
            yield from _of_due(part)
