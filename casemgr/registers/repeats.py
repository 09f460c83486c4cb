"""Which line of a list was received once more, mended, in rows that were added to it. Plain Python."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from casemgr.people.names import fold_name
from casemgr.registers.rules import Row


def repeated(old: Sequence[Row], new: Sequence[Row]) -> list[tuple[int, int]]:
    """[(line of `old`, line of `new`)]: each line is repeated once at most.

    The source's own number with the name or the birth, for only one of the two is mended; a personal number; name, day
    of birth and home; else everything that the line says.
    """
    known: dict[tuple, list[Row]] = {}
    for row in old:
        for key in _keys(row):
            known.setdefault(key, []).append(row)
    found, taken = [], set()
    for row in new:
        before = next((each for key in _keys(row) for each in known.get(key, ()) if each.number not in taken), None)
        if before is not None:
            taken.add(before.number)
            found.append((before.number, row.number))
    return found


def _keys(row: Row) -> Iterator[tuple]:
    person, name, birth = row.person, fold_name(row.person.name), str(row.person.birth or "")
    if row.code:
        code = fold_name(row.code)
        yield "code", code, "name", name
        if birth:
            yield "code", code, "birth", birth
    for number in person.identifiers:
        yield "id", number.kind, number.index_value
    if name and person.birth and person.birth.day:
        yield "name", name, birth, person.home or fold_name(row.place)
    yield "all", replace(row, number=0, same_as=None, doubts=())
