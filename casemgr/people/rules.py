"""Who a person is and how two descriptions compare. Plain Python; names are in `names`, numbers in `identifiers`.

A machine never merges: `match` gives a score with its reasons, field by field, for a person to decide on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from rapidfuzz.distance import DamerauLevenshtein

from casemgr.people.identifiers import Birth, Identifier, check_birth, parse_identifier, parse_phone
from casemgr.people.names import Token, clean, fold_name, given_joined, short_label, syllables, tokens
from casemgr.refused import N_, Refused

__all__ = ["Birth", "Identifier", "Match", "Person", "check", "fold_name", "match", "short_label", "syllables"]

KINDS = ("person", "household")
SEXES = {"nam": N_("Nam"), "nu": N_("Nữ"), "khong_biet": N_("Không biết")}
ETHNICITIES = {"kinh": "Kinh", "khmer": "Khmer", "cham": "Chăm", "hoa": "Hoa", "khac": N_("Khác"), "": N_("Chưa rõ")}
RELATIONS = {
    "chu_ho": N_("Chủ hộ"), "vo_chong": N_("Vợ, chồng"), "con": N_("Con"), "cha_me": N_("Cha, mẹ"),
    "ong_ba": N_("Ông, bà"), "anh_chi_em": N_("Anh, chị, em"), "chau": N_("Cháu"), "khac": N_("Khác"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """What is known about a person, or about a household under the name of its head.

    Texts are "" and `birth` is None where unknown. `home` is the id of the unit of residence,
    `hamlet` the UUID of the hamlet as text.
    """

    name: str
    other_names: tuple[str, ...] = ()
    sex: str = "khong_biet"
    birth: Birth | None = None
    ethnicity: str = ""
    identifiers: tuple[Identifier, ...] = ()
    phone: str = ""
    address: str = ""
    mother: str = ""
    father: str = ""
    home: str = ""
    hamlet: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.other_names)

    @property
    def birth_year(self) -> int | None:
        return self.birth.year if self.birth else None


FIELDS = tuple(f.name for f in fields(Person))
# Figures need these; they are stored in clear. Everything else identifies and is sealed.
CODED = ("sex", "ethnicity", "home", "hamlet")


def check(person: Person, on: date) -> Person:
    """The person as it is stored: texts cleaned, numbers without spaces. Raises Refused with the field's name."""
    name = _text(person.name, "name", 120)
    if not fold_name(name):
        raise Refused(N_("Chưa nhập họ tên."), "name")
    if person.sex not in SEXES:
        raise Refused(N_("Giới tính không có trong danh mục."), "sex")
    if person.ethnicity not in ETHNICITIES:
        raise Refused(N_("Dân tộc không có trong danh mục."), "ethnicity")
    if not person.home:
        raise Refused(N_("Chưa chọn nơi cư trú."), "home")
    try:
        hamlet = str(UUID(str(person.hamlet))) if person.hamlet else ""
    except ValueError:
        raise Refused(N_("Ấp, khóm không có trong danh mục."), "hamlet") from None
    others = dict.fromkeys(_text(other, "other_names", 120) for other in person.other_names)
    numbers = {parse_identifier(number.kind, number.value) for number in person.identifiers}
    return replace(
        person,
        name=name,
        other_names=tuple(other for other in others if fold_name(other) and other != name),
        birth=check_birth(person.birth, on) if person.birth else None,
        identifiers=tuple(sorted(numbers)),
        phone=parse_phone(person.phone),
        address=_text(person.address, "address", 300),
        mother=_text(person.mother, "mother", 120),
        father=_text(person.father, "father", 120),
        hamlet=hamlet,
    )


def _text(value: str, name: str, longest: int) -> str:
    value = clean(value)
    if len(value) > longest:
        raise Refused(N_("Nội dung dài quá %(longest)s ký tự."), name, longest=longest)
    return value


# --- from and to the ledger -----------------------------------------------------------------------------------------


def to_entry(person: Person, before: Person | None = None) -> tuple[dict, dict]:
    """(coded, sealed) of what differs from `before`; of everything without it. Empty texts are kept: they clear."""
    changed = [name for name in FIELDS if before is None or getattr(person, name) != getattr(before, name)]
    coded = {name: getattr(person, name) for name in changed if name in CODED}
    if "birth" in changed:
        coded["birth_year"] = person.birth_year
        coded["birth_precision"] = person.birth.precision if person.birth else ""
    sealed = {name: _plain(getattr(person, name)) for name in changed if name not in CODED}
    return coded, sealed


def from_facts(facts: Mapping) -> Person:
    """A person from the merged coded and sealed dicts of a ledger; keys of other versions are left out."""
    values = {name: facts[name] for name in FIELDS if name in facts}
    values["birth"] = Birth.parse(values.get("birth") or "")
    values["identifiers"] = tuple(Identifier(*pair) for pair in values.get("identifiers") or ())
    values["other_names"] = tuple(values.get("other_names") or ())
    return Person(**({"name": ""} | values))


def _plain(value):
    if isinstance(value, tuple):
        return [[item.kind, item.value] if isinstance(item, Identifier) else item for item in value]
    return str(value) if isinstance(value, Birth) else value or ""


# --- comparing ------------------------------------------------------------------------------------------------------

# Points of each finding; a name that is the same earns BIT_POINTS per bit it says, up to its own points.
POINTS: Mapping[tuple[str, str], int] = {
    ("identifier", "same"): 60, ("identifier", "near"): 15, ("identifier", "differs"): -25,
    ("name", "same"): 40, ("name", "near"): 22, ("name", "differs"): -40,
    ("birth", "same"): 25, ("birth", "year"): 12, ("birth", "near"): 8, ("birth", "differs"): -20,
    ("sex", "same"): 2, ("sex", "differs"): -15,
    ("mother", "same"): 15, ("mother", "near"): 8, ("mother", "differs"): -10,
    ("father", "same"): 12, ("father", "near"): 6, ("father", "differs"): -8,
    ("phone", "same"): 15, ("home", "same"): 3, ("hamlet", "same"): 5,
}  # fmt: skip
BIT_POINTS = 4
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
class Thresholds:
    """From `possible` a pair is shown; from `strong` it stands first. Above the same sentence for both."""

    strong: int = 75
    possible: int = 45


THRESHOLDS = Thresholds()


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
    return "same" if likeness >= 0.94 else "near" if likeness >= 0.72 else "differs"


def _similarity(a: str, b: str) -> float:
    """0..1: the weighted share of name parts that find a partner in the other name, in any order."""
    a, b = sorted((a, b))  # ties between parts are broken the same way round
    left, right = tokens(a), list(tokens(b))
    joined = 0.0
    if given_joined(a) and given_joined(a) == given_joined(b) and len(left) != len(right):
        # Written joined in one place and apart in the other: compare what stands around the given parts.
        left = [token for token in left if token.role != "given"]
        right = [token for token in right if token.role != "given"]
        joined = 6.5
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


def _alike(a: Token, b: Token, bare: bool) -> float:
    if a.spelling == b.spelling or (bare and a.folded == b.folded):
        return 1.0
    if a.folded == b.folded:
        return 1.0 if a.role == b.role == "marker" else 0.8  # Ân and Ấn: a slip, or two people
    # In short syllables one letter makes another name (An, Anh); longer, transcribed ones vary with the clerk.
    if min(len(a.folded), len(b.folded)) < 4:
        return 0.0
    likeness = DamerauLevenshtein.normalized_similarity(a.folded, b.folded)
    return 0.85 * likeness if likeness >= 0.7 else 0.0


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
        return "near" if swapped or (wrong == 1 and abs(a.year - b.year) <= 1) else "differs"
    if a.year == b.year:
        return "near" if a.month and b.month and a.month != b.month else "year"
    return "near" if abs(a.year - b.year) <= (3 if a.estimated or b.estimated else 1) else "differs"
