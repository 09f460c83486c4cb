"""Vietnamese, Khmer and Chăm names: folding for search, how much each part says, short labels, sorting.

Two forms of a syllable are used. The *spelling* keeps tone and vowel marks but writes each syllable in one way
(hòa = hoà, Lý = Lí). The *folded* form has no marks at all (đ is d), so that "nguyen van an" finds "Nguyễn Văn Ân".
What was typed is kept elsewhere and is what a page shows.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Combining marks of huyền, hỏi, ngã, sắc, nặng, in dictionary order.
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
# Ð (Icelandic) and Ɖ (African) look like Đ and come from old keyboards and scanned lists.
_D = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d", "Đ": "d", "Ð": "d", "Ɖ": "d"})
_APOSTROPHES = re.compile("['`\u2018\u2019\u02bc\u00b4]")
_SEPARATORS = re.compile(r"[^\w\u0300-\u036f]|_")
_I_FOR_Y = re.compile(r"^((?:qu|[^aeiouy]+))y$")
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: rank for rank, letter in enumerate(_ALPHABET)}

# Bits a part of a name says about who it is, about -log2 of how often it occurs; rounded, only the order matters.
FAMILY_BITS = {
    "nguyen": 1.5, "tran": 3.0, "le": 3.0, "pham": 4.0, "huynh": 4.0, "hoang": 4.0, "vo": 4.0, "vu": 4.0,
    "phan": 4.5, "truong": 4.5, "bui": 4.5, "dang": 4.5, "do": 4.5, "ngo": 4.5, "ho": 4.5, "duong": 4.5,
}  # fmt: skip
OTHER_FAMILY_BITS = 5.0
MIDDLE_BITS = {"van": 1.0, "thi": 0.8}
OTHER_MIDDLE_BITS = 4.0
_COMMON = (
    "an anh binh chau dung duc giang ha hai hanh hien hoa hong hung huong huy khanh lan linh long loan mai minh mi nam "
    "nga ngoc nhung phuc phuong quan quang son tam thanh thao thu thuy tien trang trinh tuan van vinh yen"
)
COMMON_GIVEN = frozenset(_COMMON.split())
COMMON_GIVEN_BITS = 5.0
GIVEN_BITS = 6.5
# State-given among the Khmer: they say the sex, not the family.
KHMER_MARKERS = frozenset({"chau", "neang"})
CHAM_LINKS = frozenset({"bin", "binti", "bint", "ibn"})
MARKER_BITS = 0.2
FATHER_BITS = 2.5  # the father's name after bin/binti: shared by all his children


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a name. `role`: family, middle, given, marker (Chau, Néang, bin) or father (after bin)."""

    written: str
    spelling: str
    folded: str
    role: str
    bits: float


def clean(text: str) -> str:
    """As typed, but NFC, without control and direction marks, single spaces."""
    text = unicodedata.normalize("NFC", text or "")
    if text.isprintable():
        return " ".join(text.split())
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in text if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")).split())


def _words(name: str) -> list[str]:
    """The parts of a name as written: apostrophes vanish (H'Hen is one part), other punctuation separates."""
    name = _APOSTROPHES.sub("", clean(name))
    return _SEPARATORS.sub(" ", name).split()


def _strip_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) not in ("Mn", "Mc", "Me"))


@lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """One syllable without marks, lower case, đ as d, final y as i: hoà, Hòa → hoa; Lý, Lí → li; Quý → qui."""
    folded = _strip_marks(_strip_marks(word).translate(_D).lower()).translate(_D)
    return _I_FOR_Y.sub(r"\1i", folded)


@lru_cache(maxsize=4096)
def spell_word(word: str) -> str:
    """One syllable with its marks, in one spelling: lower case, the tone as a digit at the end (hòa, hoà → hoa1)."""
    letters = unicodedata.normalize("NFD", word.lower())
    tone = max((TONES.get(c, 0) for c in letters), default=0)
    plain = unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES))
    plain = plain.replace("ð", "đ").replace("ɖ", "đ")
    return _I_FOR_Y.sub(r"\1i", plain) + (str(tone) if tone else "")


def syllables(name: str) -> list[str]:
    """The folded parts of a name, in order: "Nguyễn Văn Ân" → ["nguyen", "van", "an"]."""
    return [folded for folded in map(fold_word, _words(name)) if folded]


def fold_name(name: str) -> str:
    """The whole name folded, single spaces. Folding twice changes nothing; NFC and NFD input give the same."""
    return " ".join(syllables(name))


@lru_cache(maxsize=8192)
def tokens(name: str) -> tuple[Token, ...]:
    """The parts of a name with their roles and weights. Names of one part are given names; no part is required."""
    words = [word for word in _words(name) if fold_word(word)]
    folded = [fold_word(word) for word in words]
    roles = _roles(words, folded)
    return tuple(
        Token(word, spell_word(word), fold, role, _bits(role, fold))
        for word, fold, role in zip(words, folded, roles, strict=True)
    )


def _roles(words: list[str], folded: list[str]) -> list[str]:
    count = len(words)
    link = next((i for i in range(1, count - 1) if folded[i] in CHAM_LINKS), None)
    if link is not None:
        return ["given"] * link + ["marker"] + ["father"] * (count - link - 1)
    if count < 2:
        return ["given"] * count
    if _is_khmer(words[0], folded[0]):
        inner = ["middle" if part in MIDDLE_BITS else "given" for part in folded[1:-1]]
        return ["marker", *inner, "given"]
    return ["family"] + ["middle"] * (count - 2) + ["given"]


def _is_khmer(word: str, folded: str) -> bool:
    # Châu with its mark is a Vietnamese family name; Chau without is not. Néang is spelled with any mark.
    return folded == "neang" or (folded == "chau" and word.isascii())


def _bits(role: str, folded: str) -> float:
    if role == "family":
        return FAMILY_BITS.get(folded, OTHER_FAMILY_BITS)
    if role == "middle":
        return MIDDLE_BITS.get(folded, OTHER_MIDDLE_BITS)
    if role == "given":
        return COMMON_GIVEN_BITS if folded in COMMON_GIVEN else GIVEN_BITS
    return MARKER_BITS if role == "marker" else FATHER_BITS


def given_joined(name: str) -> str:
    """The folded given parts written as one: "Néang Sóc Kha" and "Néang Sóckha" both give "sockha"."""
    return "".join(token.folded for token in tokens(name) if token.role == "given")


def index_syllables(name: str) -> frozenset[str]:
    """What the name index holds: each folded part, and the joined given parts where a name has several."""
    return frozenset(syllables(name)) | ({given_joined(name)} - {""})


def query_alternatives(text: str) -> list[frozenset[str]]:
    """The sets of parts a typed text may mean, likeliest first: as typed, then with two neighbours joined."""
    parts = syllables(text)[:8]
    joined = [[*parts[:i], parts[i] + parts[i + 1], *parts[i + 2 :]] for i in range(len(parts) - 1)]
    return [frozenset(found) for found in [parts, *joined] if found]


def short_label(name: str) -> str:
    """For lists: the given name and an initial, "Nguyễn Văn Ân" → "Ân N."; a single part stays as it is.

    The given parts of a Khmer name stay together ("Néang Sóc Kha" → "Sóc Kha N."); a Chăm name takes the initial
    of the father's ("Abdulloh bin Saleh" → "Abdulloh S.").
    """
    parts = tokens(name)
    given = " ".join(token.written for token in parts if token.role == "given")
    other = next((token for token in parts if token.role in ("family", "father")), None) or next(
        (token for token in parts if token.role == "marker"), None
    )
    return f"{given} {other.written[0].upper()}." if other else given or clean(name)


def sort_key(name: str) -> tuple:
    """Order of Vietnamese lists: by given name, then family name, then the middle; letters first, then tone."""
    parts = tokens(name)
    ranked = sorted(parts, key=lambda token: {"given": 0, "family": 1, "father": 1}.get(token.role, 2))
    return tuple(_syllable_key(token.written) for token in ranked)


def _syllable_key(word: str) -> tuple:
    letters = unicodedata.normalize("NFD", word.lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in letters if c not in TONES))
    tone = max((TONES.get(c, 0) for c in letters), default=0)
    return tuple(_ORDER.get(c, len(_ORDER) + ord(c)) for c in plain), tone
