"""How names are used among everybody known: how rare one is, and whether two writings of it are one. Plain Python.

Counted, not assumed: where few are known nothing is said, and a machine concludes less.
"""

from collections import Counter

from rapidfuzz.distance import DamerauLevenshtein

from casemgr.people.matching import PARTS, bits_of_name, same_spelling, transcribed
from casemgr.people.names import Token, fold_name, tokens
from casemgr.people.rules import Person
from casemgr.people.settings import SETTINGS

SAME, BARE, SLIP, OTHER = "same", "bare", "slip", "other"
USAGE = SETTINGS["usage"]


class Usage:
    """Counts of names and of the spellings of their parts."""

    def __init__(self):
        self.persons = 0
        self.names: Counter[str] = Counter()
        self.spelled: dict[str, Counter[str]] = {}

    def add(self, person: Person) -> None:
        self.persons += 1
        self.names.update({_key(name) for name in person.names})
        # A name typed without any mark says nothing of how its parts are spelled.
        marked = (name for name in person.names if not name.isascii())
        for part in {part for name in marked for part in tokens(name)}:
            self.spelled.setdefault(part.folded, Counter())[part.spelling] += 1

    def rare(self, row: Person, person: Person) -> bool:
        """Whether a namesake in one hamlet and year is not to be expected. Counted where many are known."""
        at_most = self.persons / 2 ** SETTINGS["automatic"]["rare"]
        if at_most < USAGE["rare_from"]:
            return bits_of_name(row, person) >= SETTINGS["automatic"]["rare"]
        return max(min(self.names[_key(name)] for name in each.names) for each in (row, person)) <= at_most

    def written(self, row: Person, person: Person) -> str:
        """How the two names are written: the same, bare of their marks, with one slip of the pen, or otherwise."""
        bare = row.name.isascii() and not person.name.isascii()
        if same_spelling(row, person) and not bare:
            return SAME
        said = [self._written(tokens(a), tokens(b)) for a in row.names for b in person.names]
        return BARE if BARE in said else SLIP if SLIP in said else OTHER

    def _written(self, row: tuple[Token, ...], known: tuple[Token, ...]) -> str:
        left, right = list(row), list(known)
        for part in row:
            twin = next((each for each in right if each.spelling == part.spelling), None)
            if twin is not None:
                left.remove(part)
                right.remove(twin)
        if all(part.written.isascii() for part in row) and _folded(left) == _folded(right):
            # Also of a part that is the same: An typed without marks may be Ân.
            told_apart = [part for part in known if part.role in ("middle", "given")]
            return BARE if all(self._usual(part) for part in told_apart) else OTHER
        return SLIP if len(left) == len(right) == 1 and self._slip(left[0], right[0]) else OTHER

    def _usual(self, part: Token) -> bool:
        """Whether these are the marks that nearly everybody of this name bears: there is no Trấm besides Trâm."""
        found = self.spelled.get(part.folded, Counter())
        return found[part.spelling] >= max(USAGE["bearers"], USAGE["usual"] * found.total())

    def _slip(self, written: Token, known: Token) -> bool:
        """Whether one letter or mark is wrong and what stands there is no name: nobody, or hardly anybody, bears it.

        Twins are named with a mark's difference, and one letter makes another name of a short one: An, Anh.
        """
        if written.folded == known.folded:
            possible = known.role != "given"
        else:
            possible = min(len(written.folded), len(known.folded)) >= PARTS["shortest"] and _near(written, known)
        bearers = self.spelled.get(known.folded, Counter())[known.spelling]
        others = self.spelled.get(written.folded, Counter())[written.spelling]
        return possible and bearers >= USAGE["bearers"] and others * USAGE["bearers"] <= bearers


def _near(a: Token, b: Token) -> bool:
    heard = transcribed(a.folded)
    return (heard != "" and heard == transcribed(b.folded)) or DamerauLevenshtein.distance(a.folded, b.folded) <= 1


def _key(name: str) -> str:
    return " ".join(sorted(fold_name(name).split()))


def _folded(parts: list[Token]) -> list[str]:
    return sorted(part.folded for part in parts)
