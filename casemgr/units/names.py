"""The words of administrative units and hamlets, and refusals in words. Plain Python."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# Kind -> the word before the name, as officials write it.
WORDS = MappingProxyType(
    {
        "tinh": "tỉnh",
        "huyen": "huyện",
        "thanh_pho": "thành phố",
        "thi_xa": "thị xã",
        "xa": "xã",
        "phuong": "phường",
        "thi_tran": "thị trấn",
        "dac_khu": "đặc khu",
    }
)
HAMLET_WORDS = MappingProxyType({"ap": "ấp", "khom": "khóm", "khu_pho": "khu phố"})


def N_(text: str) -> str:  # the usual marker for texts that are translated where they are shown
    return text


class UnitError(ValueError):
    """A refusal in words for the screen: `gettext(error.text, **error.values)`, or str(error) in Vietnamese."""

    def __init__(self, text: str, /, **values):
        self.text, self.values = text, values
        super().__init__(text % values)


def label(kind: str, name: str) -> str:
    return f"{WORDS.get(kind) or HAMLET_WORDS[kind]} {name}"


def clean(text: str | None) -> str:
    """NFC, one space between words, none around, without characters that do not show (NUL, marks of direction)."""
    words = " ".join(unicodedata.normalize("NFC", text or "").split())
    return "".join(each for each in words if unicodedata.category(each) not in ("Cc", "Cf"))


def split_name(text: str, words: Mapping[str, str] = WORDS) -> tuple[str, str] | None:
    """("thi_tran", "Óc Eo") from "Thị Trấn Óc Eo"; None when no known word begins it."""
    text = clean(text)
    for kind, word in words.items():
        if text.casefold().startswith(word + " "):
            return kind, text[len(word) + 1 :]
    return None


def letterhead(kind: str, name: str) -> tuple[str, str]:
    """The two lines under which a people's committee writes: ("ỦY BAN NHÂN DÂN", "XÃ NÚI TÔ")."""
    return "ỦY BAN NHÂN DÂN", label(kind, name).upper()
