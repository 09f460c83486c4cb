"""A corrected register against the one before: what is new, what says something else, what is gone. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from casemgr.people.names import fold_name
from casemgr.registers.rules import Row


@dataclass(frozen=True, slots=True)
class Differences:
    """`lines`: for each new line, ('same' | 'changed' | 'added', its line in the replaced register or None)."""

    lines: dict[int, tuple[str, int | None]] = field(repr=False)
    gone: int = 0

    def counts(self) -> dict[str, int]:
        changes = [change for change, _before in self.lines.values()]
        return {name: changes.count(name) for name in ("same", "changed", "added")} | {"gone": self.gone}


def compare(old: Sequence[Row], added: Sequence[Row], new: Sequence[Row]) -> Differences:
    """`old` are the lines of the replaced register, `added` what was added to it afterwards.

    Two lines are about the same entry when they share the source's own number; where one has none, a personal
    number, or name and birth.
    """
    before: dict[tuple, list[tuple[Row, int | None]]] = {}
    places = [(row, row.number) for row in old] + [(row, None) for row in added]
    for row, number in places:
        for key in _keys(row):
            before.setdefault(key, []).append((row, number))
    lines, taken = {}, set()
    for row in new:
        found = next((pair for key in _keys(row) for pair in before.get(key, ()) if id(pair[0]) not in taken), None)
        if found is None:
            lines[row.number] = ("added", None)
            continue
        taken.add(id(found[0]))
        lines[row.number] = ("same" if _content(found[0]) == _content(row) else "changed", found[1])
    return Differences(lines, sum(id(row) not in taken for row, _number in places))


def _keys(row: Row) -> list[tuple]:
    if row.code:
        return [("code", fold_name(row.code))]
    keys = [("id", number.kind, number.index_value) for number in row.person.identifiers]
    birth = str(row.person.birth) if row.person.birth else ""
    keys.append(("name", fold_name(row.person.name), birth, str(row.received or "")))
    keys.append(("name", fold_name(row.person.name), birth))
    return keys


def _content(row: Row) -> Row:
    return replace(row, number=0, same_as=None, doubts=tuple(d for d in row.doubts if d != "same_person"))
