"""Many descriptions against many persons: who is worth comparing. Plain Python.

index = Index(); index.add(key, person) for everybody; index.near(row) → candidates, for `concluding.conclude`
Everything is kept in memory for as long as one reconciliation runs: a few hundred bytes a person.
"""

from array import array
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from casemgr.people.matching import PARTS, THRESHOLDS, Match, match, transcribed
from casemgr.people.names import Token, fold_name, given_joined, tokens
from casemgr.people.rules import Person
from casemgr.people.settings import SETTINGS
from casemgr.people.usage import SAME, Usage

BLOCKS, STRONG = SETTINGS["blocks"], SETTINGS["automatic"]["numbers"]
ANY_YEAR = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody who may be the one described. `key` is what the index was given with the person; `written` says how
    the two names are written, `rare` whether few bear that name."""

    key: Hashable
    person: Person
    match: Match
    written: str = SAME
    rare: bool = False


class Index:
    """Blocks of persons: by personal number; by phone; by a telling part of the name with the birth year, or by a
    parent's name with the hamlet."""

    def __init__(self):
        self.keys: list[Hashable] = []
        self.persons: list[Person] = []
        self.folded: list[str] = []
        self.numbers: dict[tuple[str, str], array] = {}
        self.names: dict[tuple[str, int], array] = {}
        self.years: dict[str, set[int]] = {}
        self.usage = Usage()
        self.neighbours = lru_cache(maxsize=None)(self._neighbours)

    def __len__(self) -> int:
        return len(self.persons)

    def add(self, key: Hashable, person: Person) -> None:
        place = len(self.persons)
        self.keys.append(key)
        self.persons.append(person)
        self.folded.append(fold_name(person.name))
        self.usage.add(person)
        for number in _numbers(person):
            _put(self.numbers, number, place)
        year = person.birth_year or ANY_YEAR
        for part in {part for name in person.names for part in _parts(name)}:
            _put(self.names, (part, year), place)
            self.years.setdefault(part, set()).add(year)
        self.neighbours.cache_clear()

    def near(self, row: Person) -> list[Near]:
        """Who may be the person of this row, the likeliest first."""
        sure = {place for number in _numbers(row) for place in self.numbers.get(number, ())}
        # A number that names one person leaves nothing to be looked for by name.
        numbered = [place for place in sure if same_number(row, self.persons[place])]
        found = []
        for place in numbered or self._likeliest(row, sure):
            other = self.persons[place]
            compared = match(row, other)
            if numbered or compared.score >= THRESHOLDS.possible:
                written, rare = self.usage.written(row, other), self.usage.rare(row, other)
                found.append(Near(self.keys[place], other, compared, written, rare))
        found.sort(key=lambda near: -near.match.score)
        return found

    def _likeliest(self, row: Person, sure: set[int]) -> Iterable[int]:
        named = list(self._bearers(row) - sure)
        wanted = fold_name(row.name)
        likely = process.extract(
            wanted,
            [self.folded[place] for place in named],
            scorer=fuzz.token_sort_ratio,
            score_cutoff=BLOCKS["likeness"],
            limit=BLOCKS["close"],
        )
        likely = [(score + self._besides(row, named[at]), named[at]) for _folded, score, at in likely]
        chosen = nlargest(BLOCKS["closer"], likely)
        return [*sorted(sure), *(place for _score, place in chosen)]

    def _besides(self, row: Person, place: int) -> int:
        """What speaks for a person besides the name, roughly: of many namesakes the right ones are to be looked at."""
        other = self.persons[place]
        agree = 20 * (row.birth is not None and row.birth == other.birth) + 10 * (row.birth_year == other.birth_year)
        agree += 10 * (row.home == other.home != "") + 10 * (row.hamlet == other.hamlet != "")
        return agree + 15 * bool(row.mother and row.mother.casefold() == other.mother.casefold())

    def _bearers(self, row: Person) -> set[int]:
        year, reach, found = row.birth_year, BLOCKS["years"], set()
        for part in {part for name in row.names for part in _parts(name)}:
            for alike in self.neighbours(part):
                known = self.years.get(alike, set())
                years = known if year is None else {ANY_YEAR, *range(year - reach, year + reach + 1)} & known
                for each in years:
                    found.update(self.names[alike, each])
        return found

    def _neighbours(self, part: str) -> tuple[str, ...]:
        """The parts of names in the index that this one may be a slip of."""
        if len(part) < PARTS["shortest"]:
            return (part,)
        alike = process.extract(
            part,
            [known for known in self.years if len(known) >= PARTS["shortest"]],
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=PARTS["alike"] / 100,
            limit=None,
        )
        heard = transcribed(part)
        same = [known for known in self.years if heard and transcribed(known) == heard]
        return tuple({part, *same, *(known for known, _score, _place in alike)})


def _put(block: dict, key, place: int) -> None:
    block.setdefault(key, array("I")).append(place)


def _numbers(person: Person) -> list[tuple[str, str]]:
    found = [(number.kind, number.index_value) for number in person.identifiers]
    if person.phone:
        found.append(("phone", person.phone))
    if person.hamlet:
        parents = (fold_name(parent) for parent in (person.mother, person.father))
        found += [("parent", f"{parent}|{person.hamlet}") for parent in parents if parent]
    return found


def _parts(name: str) -> set[str]:
    """The parts of a name that find its bearers, and the given parts written as one."""
    parts: tuple[Token, ...] = tokens(name)
    telling = {t.folded for t in parts if t.bits >= BLOCKS["telling"]}
    return (telling or {t.folded for t in parts}) | ({given_joined(name)} - {""})


def same_number(row: Person, person: Person) -> bool:
    """Whether both bear one number that names one person."""
    strong = {(n.kind, n.index_value) for n in row.identifiers if n.kind in STRONG}
    return any((n.kind, n.index_value) in strong for n in person.identifiers)
