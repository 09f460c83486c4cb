"""How two descriptions of a person compare: a score with its reasons, field by field. Plain Python.

The points, the grades and what a machine may conclude are data, in `matching.toml`. A machine never merges persons.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from casemgr.people.identifiers import Birth, Identifier
from casemgr.people.names import GIVEN_BITS, MIDDLE_BITS, Token, given_joined, tokens
from casemgr.people.rules import Person
from casemgr.people.settings import SETTINGS
from casemgr.refused import N_


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `possible` a pair is shown; from `strong` it stands first. Above the same sentence for both."""

    strong: int
    possible: int


# (field, finding) → points; a name that is the same earns BIT_POINTS per bit it says, up to its own points.
POINTS: Mapping[tuple[str, str], int] = {
    (field, finding): points
    for field, found in SETTINGS["points"].items()
    if isinstance(found, dict)
    for finding, points in found.items()
}
BIT_POINTS: int = SETTINGS["points"]["bit"]
THRESHOLDS = Thresholds(**SETTINGS["grades"])
LIKENESS, PARTS, BIRTHS = SETTINGS["likeness"], SETTINGS["parts"], SETTINGS["births"]
_VOWELS = re.compile("[aeiouy]+")
FINDINGS = {
    ("identifier", "same"): N_("Trùng số giấy tờ"),
    ("identifier", "near"): N_("Số giấy tờ chỉ lệch một chữ số"),
    ("identifier", "differs"): N_("Số giấy tờ cùng loại khác nhau"),
    ("name", "same"): N_("Trùng họ tên"),
    ("name", "near"): N_("Họ tên gần giống"),
    ("name", "differs"): N_("Họ tên khác nhau"),
    ("birth", "same"): N_("Trùng ngày sinh"),
    ("birth", "year"): N_("Trùng năm sinh"),
    ("birth", "near"): N_("Ngày sinh lệch ít"),
    ("birth", "differs"): N_("Ngày sinh khác nhau"),
    ("sex", "same"): N_("Cùng giới tính"),
    ("sex", "differs"): N_("Khác giới tính"),
    ("mother", "same"): N_("Trùng tên mẹ"),
    ("mother", "near"): N_("Tên mẹ gần giống"),
    ("mother", "differs"): N_("Tên mẹ khác nhau"),
    ("father", "same"): N_("Trùng tên cha"),
    ("father", "near"): N_("Tên cha gần giống"),
    ("father", "differs"): N_("Tên cha khác nhau"),
    ("phone", "same"): N_("Trùng số điện thoại"),
    ("home", "same"): N_("Cùng xã, phường"),
    ("hamlet", "same"): N_("Cùng ấp, khóm"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One field's finding: same, year (only the year known), near or differs, and the points it brought."""

    field: str
    finding: str
    points: int

    @property
    def text(self) -> str:
        """A Vietnamese source string."""
        return FINDINGS[self.field, self.finding]


@dataclass(frozen=True, slots=True)
class Match:
    """How alike two persons are: 0..100 and why. Fields unknown on either side say nothing."""

    score: int
    reasons: tuple[Reason, ...] = ()

    def grade(self, limits: Thresholds = THRESHOLDS) -> str:
        return "strong" if self.score >= limits.strong else "possible" if self.score >= limits.possible else "weak"


def match(a: Person, b: Person, points: Mapping[tuple[str, str], int] = POINTS) -> Match:
    """Compares two descriptions; symmetric. `points` may be replaced by an installation's own table."""
    reasons = [_name_reason(a, b, points)]
    findings = {
        "identifier": _identifiers(a.identifiers, b.identifiers),
        "birth": _births(a.birth, b.birth),
        "sex": "" if "khong_biet" in (a.sex, b.sex) else "same" if a.sex == b.sex else "differs",
        "mother": _band(_similarity(a.mother, b.mother)) if a.mother and b.mother else "",
        "father": _band(_similarity(a.father, b.father)) if a.father and b.father else "",
        "phone": "same" if a.phone and a.phone == b.phone else "",
        "home": "same" if a.home and a.home == b.home else "",
        "hamlet": "same" if a.hamlet and a.hamlet == b.hamlet else "",
    }
    reasons += [Reason(name, found, points[name, found]) for name, found in findings.items() if found]
    score = sum(reason.points for reason in reasons)
    return Match(max(0, min(100, score)), tuple(sorted(reasons, key=lambda r: (-abs(r.points), r.field))))


def _name_reason(a: Person, b: Person, points) -> Reason:
    # The best pair of any of their names: people are registered under nicknames and house names too.
    pairs = [(_similarity(x, y), _bits_shared(x, y)) for x in a.names for y in b.names]
    likeness, bits = max(pairs)
    found = _band(likeness)
    worth = points["name", found]
    if found != "differs":
        worth = min(worth, round(bits * BIT_POINTS * worth / points["name", "same"]))
    return Reason("name", found, worth)


def _bits_shared(a: str, b: str) -> float:
    bits = [sum(token.bits for token in tokens(name)) for name in (a, b)]
    # Two given parts say the same when they are written as one.
    return max(bits) if given_joined(a) == given_joined(b) else min(bits)


def _band(likeness: float) -> str:
    share = likeness * 100
    return "same" if share >= LIKENESS["same"] else "near" if share >= LIKENESS["near"] else "differs"


def _similarity(a: str, b: str) -> float:
    """0..1: the weighted share of name parts that find a partner in the other name, in any order."""
    a, b = sorted((a, b))  # ties between parts are broken the same way round
    left, right = tokens(a), list(tokens(b))
    if len(left) != len(right) and _letters(left) == _letters(right):
        return 1.0  # parts written as one
    joined = 0.0
    if given_joined(a) and given_joined(a) == given_joined(b) and len(left) != len(right):
        # Written joined in one place and apart in the other: compare what stands around the given parts.
        left = [token for token in left if token.role != "given"]
        right = [token for token in right if token.role != "given"]
        joined = GIVEN_BITS
    whole = sum(token.bits for token in left) + sum(token.bits for token in right) + 2 * joined
    shared = 2 * joined
    bare = a.isascii() or b.isascii()  # typed without marks: their absence says nothing
    for token in sorted(left, key=lambda t: -t.bits):
        best = max(right, key=lambda other: _alike(token, other, bare) * min(token.bits, other.bits), default=None)
        if best is None:
            break
        alike = _alike(token, best, bare)
        if alike:
            shared += alike * (token.bits + best.bits)
            right.remove(best)
    return min(1.0, shared / whole) if whole else 0.0


def _letters(parts: Sequence[Token]) -> str:
    return "".join(token.folded for token in parts)


def _alike(a: Token, b: Token, bare: bool) -> float:
    if a.spelling == b.spelling or (bare and a.folded == b.folded):
        return 1.0
    if a.folded == b.folded:
        return 1.0 if a.role == b.role == "marker" else PARTS["marks"] / 100  # Ân and Ấn: a slip, or two people
    # In short syllables one letter makes another name (An, Anh); longer, transcribed ones vary with the clerk.
    if min(len(a.folded), len(b.folded)) < PARTS["shortest"]:
        return 0.0
    if transcribed(a.folded) == transcribed(b.folded) != "":
        return PARTS["heard"] / 100
    likeness = DamerauLevenshtein.normalized_similarity(a.folded, b.folded)
    return PARTS["slip"] / 100 * likeness if likeness * 100 >= PARTS["alike"] else 0.0


_HEARD = str.maketrans({"x": "s", "y": "i", "o": "a", "u": "a", "h": None})


@lru_cache(maxsize=4096)
def transcribed(folded: str) -> str:
    """What clerks hear alike in a word of several syllables, as Arabic names are (Saleh, Xale); "" for one syllable."""
    if len(_VOWELS.findall(folded)) < 2:
        return ""
    heard = folded.translate(_HEARD)
    return "".join(c for c, before in zip(heard, " " + heard, strict=False) if c != before)


def _identifiers(a: Sequence[Identifier], b: Sequence[Identifier]) -> str:
    pairs = [(x.index_value, y.index_value) for x in a for y in b if x.kind == y.kind != "khac"]
    pairs += [(x.value, y.value) for x in a for y in b if x.kind == y.kind == "khac" and x.value == y.value]
    if not pairs:
        return ""
    slips = min(DamerauLevenshtein.distance(x, y) for x, y in pairs)
    return "same" if slips == 0 else "near" if slips == 1 else "differs"


def _births(a: Birth | None, b: Birth | None) -> str:
    if a is None or b is None:
        return ""
    if a.day and b.day and not (a.estimated or b.estimated):
        left, right = (a.year, a.month, a.day), (b.year, b.month, b.day)
        if left == right:
            return "same"
        swapped = (a.year, a.day, a.month) == right
        wrong = sum(x != y for x, y in zip(left, right, strict=True))
        return (
            "near" if swapped or (wrong <= BIRTHS["wrong"] and abs(a.year - b.year) <= BIRTHS["years"]) else "differs"
        )
    if a.year == b.year:
        return "near" if a.month and b.month and a.month != b.month else "year"
    reach = BIRTHS["estimated" if a.estimated or b.estimated else "years"]
    return "near" if abs(a.year - b.year) <= reach else "differs"


# --- side by side ---------------------------------------------------------------------------------------------------

MISSING, BARE, YEAR_OFF = "missing", "bare", "year_off"
# What stands beside two values on a page: (shape, words).
WORDS = {
    "same": ("met", N_("khớp")),
    BARE: ("met", N_("khớp không dấu")),
    "year": ("met", N_("khớp năm sinh")),
    YEAR_OFF: ("not_due", N_("lệch 1 năm")),
    "near": ("not_due", N_("gần giống")),
    "differs": ("missed", N_("không khớp")),
    MISSING: ("unknown", N_("thiếu")),
}
COMPARED = ("name", "birth", "sex", "identifier", "phone", "mother", "father", "home", "hamlet")
# Two different values of these say little: people move and change their number.
SILENT = frozenset({"phone", "home", "hamlet"})


def explain(a: Person, b: Person, found: Match | None = None) -> dict[str, str]:
    """What is to be said of each compared field: a key of WORDS. Fields unknown on both sides are left out."""
    reasons = {reason.field: reason.finding for reason in (found or match(a, b)).reasons}
    said = {}
    for name in COMPARED:
        left, right = _known(a, name), _known(b, name)
        if not left and not right:
            continue
        finding = reasons.get(name) or ("differs" if left and right and name in SILENT else MISSING)
        if name == "name" and finding == "same" and a.name.isascii() != b.name.isascii():
            finding = BARE
        if name == "birth" and finding == "near" and abs(a.birth.year - b.birth.year) == 1:
            finding = YEAR_OFF
        said[name] = finding
    return said


def _known(person: Person, name: str) -> bool:
    value = person.identifiers if name == "identifier" else getattr(person, name)
    return bool(value) and value != "khong_biet"


def same_spelling(a: Person, b: Person) -> bool:
    """Whether a name of one is written, marks included, like a name of the other; in any order, in any case.

    Marks of the family name and of Văn and Thị tell no two children of a family apart: there a slip is a slip.
    """
    return bool(_spellings(a) & _spellings(b))


def _spellings(person: Person) -> set[tuple[str, ...]]:
    """Each name as the sorted spellings of its parts and as the letters of all of them; Chau, Néang, bin left out."""
    found = set()
    for name in person.names:
        parts = [t for t in tokens(name) if t.role != "marker"]
        found.add(tuple(sorted(t.folded if _shared_by_siblings(t) else t.spelling for t in parts)))
        found.add(tuple(sorted(t.spelling for t in parts)))
        found.add(("".join(t.written.casefold() for t in parts),))
    return found


def _shared_by_siblings(part: Token) -> bool:
    return part.role == "family" or (part.role == "middle" and part.folded in MIDDLE_BITS)


def bits_of_name(a: Person, b: Person) -> float:
    """How much the name says in which the two agree most: about -log2 of how often it occurs."""
    return max(_bits_shared(x, y) for x in a.names for y in b.names)
