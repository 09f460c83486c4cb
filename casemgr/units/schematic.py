"""A schematic map: communes as places in blocks, one block for each district, roughly where the district lies.

It is a drawing of our own (`data/schematic.csv`: column and row of each district), so that a map can be shown without
boundary data whose licence is not known. Districts that the drawing does not know stand below, in the order of codes.
Plain Python.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casemgr.units.rules import UnitTree

PITCH, ACROSS = 27, 4  # from one place to the next; places side by side
HEAD, GAP = 17, 12
WIDTH = ACROSS * PITCH


@dataclass(frozen=True, slots=True)
class Block:
    district: str  # unit id, "" where a commune has none
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Schematic:
    """`places`: the centre of each commune."""

    width: int
    height: int
    blocks: tuple[Block, ...]
    places: dict[str, tuple[int, int]]


@cache
def _drawing() -> dict[str, tuple[int, int]]:
    with Path(__file__).with_name("data").joinpath("schematic.csv").open(encoding="utf-8") as file:
        return {row["district"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)}


def district_of(tree: UnitTree, commune: str) -> str:
    """The district of a commune; of one made later, that of the commune it took the largest part of."""
    seen: set[str] = set()
    while commune not in seen:
        seen.add(commune)
        found = tree.at_level(commune, "district")
        if found is not None:
            return found
        before = sorted(tree.predecessors(commune), key=lambda each: (each[2], not each[1], each[0]))
        if not before:
            return ""
        commune = before[0][0]
    return ""


def place(tree: UnitTree, communes: Collection[str]) -> Schematic:
    """Where each of these communes stands."""
    members: dict[str, list[str]] = {}
    for commune in communes:
        members.setdefault(district_of(tree, commune), []).append(commune)
    cells = _cells(tree, members)
    columns = {c: n for n, c in enumerate(sorted({column for column, _row in cells.values()}))}
    tops, y = {}, 0
    for row in sorted({row for _column, row in cells.values()}):
        tops[row] = y
        most = max(len(members[d]) for d, (_column, at) in cells.items() if at == row)
        y += HEAD + -(-most // ACROSS) * PITCH + GAP
    blocks, places = [], {}
    for district, (column, row) in sorted(cells.items(), key=lambda item: item[1][::-1]):
        left, top = columns[column] * (WIDTH + GAP), tops[row]
        blocks.append(Block(district, left, top))
        for n, commune in enumerate(sorted(members[district], key=lambda u: (tree[u].code, u))):
            x, line = n % ACROSS, n // ACROSS
            places[commune] = (left + x * PITCH + PITCH // 2, top + HEAD + line * PITCH + PITCH // 2)
    return Schematic(len(columns) * (WIDTH + GAP) - GAP, max(y - GAP, 1), tuple(blocks), places)


def _cells(tree: UnitTree, districts: Collection[str]) -> dict[str, tuple[int, int]]:
    known, found, unknown = _drawing(), {}, []
    for district in sorted(districts):
        code = tree[district].code if district else ""
        if code in known and known[code] not in found.values():
            found[district] = known[code]
        else:
            unknown.append(district)
    below = max((row for _column, row in found.values()), default=-1) + 1
    for n, district in enumerate(unknown):
        found[district] = (n % 5, below + n // 5)
    return found
