"""Text typed in the old Vietnamese fonts, TCVN3 (ABC) and VNI: recognised, and made Unicode. Plain Python.

Such fonts drew Vietnamese letters in the places of Western ones; opened with any other font «Nguyễn Văn Ân» reads
«NguyÔn V¨n ¢n» (TCVN3) or «Nguyeãn Vaên AÂn» (VNI). What is readable after conversion and was not before is old.
"""

import re
import unicodedata
from collections.abc import Iterable

NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}

_TCVN3 = str.maketrans(
    "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ¡¢£¤¥¦§¨©ª«¬\u00ad®",
    "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵĂÂÊÔƠƯĐăâêôơưđ",
)
_MARKED = {
    "a": {"ù": "á", "ø": "à", "û": "ả", "õ": "ã", "ï": "ạ", "â": "â", "á": "ấ", "à": "ầ", "å": "ẩ", "ã": "ẫ", "ä": "ậ",
          "ê": "ă", "é": "ắ", "è": "ằ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ"},
    "e": {"ù": "é", "ø": "è", "û": "ẻ", "õ": "ẽ", "ï": "ẹ", "â": "ê", "á": "ế", "à": "ề", "å": "ể", "ã": "ễ", "ä": "ệ"},
    "o": {"ù": "ó", "ø": "ò", "û": "ỏ", "õ": "õ", "ï": "ọ", "â": "ô", "á": "ố", "à": "ồ", "å": "ổ", "ã": "ỗ", "ä": "ộ"},
    "ô": {"ù": "ớ", "ø": "ờ", "û": "ở", "õ": "ỡ", "ï": "ợ"},
    "u": {"ù": "ú", "ø": "ù", "û": "ủ", "õ": "ũ", "ï": "ụ"},
    "ö": {"ù": "ứ", "ø": "ừ", "û": "ử", "õ": "ữ", "ï": "ự"},
    "y": {"ù": "ý", "ø": "ỳ", "û": "ỷ", "õ": "ỹ"},
}  # fmt: skip
_ALONE = {"ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ"}
_VNI = {base + mark: made for base, marks in _MARKED.items() for mark, made in marks.items()} | _ALONE
_VNI |= {old.upper(): new.upper() for old, new in _VNI.items()}
_VNI |= {old[0].upper() + old[1:]: new.upper() for old, new in _VNI.items() if len(old) == 2 and old.islower()}
_VNI_PAIR = re.compile("|".join(map(re.escape, sorted(_VNI, key=len, reverse=True))))

# Letters that only Unicode has: a text with one of them is not old.
_ONLY_UNICODE = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9\u0300-\u0323]")
_ONSET = "ngh|ng|nh|gh|gi|g|kh|k|ph|p|th|tr|t|ch|c|qu|b|d|đ|h|l|m|n|r|s|v|x|"
_NUCLEI = (
    "a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iu oa oă oe oi ôi ơi ua uâ uê uô ui uy uơ ưa ưi ươ ưu yê oai "
    "oao oay oeo uây uôi uya uyê uyu iêu yêu ươi ươu oo êu"
)
_SYLLABLE = re.compile(
    f"(?:{_ONSET})(?:{'|'.join(sorted(_NUCLEI.split(), key=len, reverse=True))})(?:ch|ng|nh|c|m|n|p|t)?"
)
_CAPITALS = re.compile(r"(?<!\w)(?=\w*[A-Z]\w*[A-Z])[^\Wa-z]{2,}(?!\w)")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_](?:[^\s\d.,;:/()\"'-]|\u00ad)*|[^\x00-\x7f\s][^\s\d.,;:/()\"'-]*")


def convert(text: str, how: str) -> str:
    """The text in Unicode; unchanged where it is Unicode already."""
    if not how or text.isascii() or _ONLY_UNICODE.search(unicodedata.normalize("NFC", text)):
        return text
    if how == "tcvn3":
        # Its capitals with marks are drawn by another font from the small letters' places.
        return _CAPITALS.sub(lambda found: found[0].upper(), text.translate(_TCVN3))
    return _VNI_PAIR.sub(lambda found: _VNI[found[0]], text)


def readable(texts: Iterable[str], how: str = "") -> float:
    """The share of the words with marks that are possible Vietnamese syllables after conversion."""
    words = [word for text in texts for word in _WORD.findall(text) if not word.isascii()]
    if not words:
        return 0.0
    return sum(_is_syllable(convert(word, how)) for word in words) / len(words)


def _is_syllable(word: str) -> bool:
    letters = unicodedata.normalize("NFD", word.lower())
    bare, tones = _TONES.subn("", letters)
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def detect(texts: Iterable[str]) -> str:
    """'tcvn3' or 'vni' where the texts become readable so and are not as they stand; else ''."""
    texts = [text for text in texts if not text.isascii()][:3000]
    plain = readable(texts)
    how, best = max(((how, readable(texts, how)) for how in NAMES), key=lambda found: found[1])
    return how if best >= 0.6 and best >= plain + 0.25 else ""


def decode(data: bytes) -> tuple[str, str]:
    """(text, encoding) of a text file: what its first bytes say, UTF-8, or the one-byte encoding that reads best."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name), name
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    windows = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    western = data.decode("latin-1")
    sample = western[:200_000].splitlines()
    if max(readable(sample, how) for how in NAMES) > readable(windows[:200_000].splitlines()):
        return western, "latin-1"
    return windows, "windows-1258"
