"""The numbers by which persons are compared: `matching.toml`, checked when it is read. Plain Python.

An installation may change every number there; what does not fit stops the start, with the name of the setting.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from casemgr.people.identifiers import KINDS

FILE = Path(__file__).with_name("matching.toml")
# A range holds whole numbers alone: what is counted, and points, because scores are shown and kept as such.
PERCENT, BITS = (0, 100), (0, 40)
POINTS, FEW, YEARS = range(-100, 101), range(1, 1001), range(21)

# What may be found out of each field.
FOUND = {
    "identifier": ("same", "near", "differs"),
    "name": ("same", "near", "differs"),
    "birth": ("same", "year", "near", "differs"),
    "sex": ("same", "differs"),
    "mother": ("same", "near", "differs"),
    "father": ("same", "near", "differs"),
    "phone": ("same",),
    "home": ("same",),
    "hamlet": ("same",),
}
_FIELDS, _NUMBERS = tuple(FOUND), tuple(KINDS)
# Each setting: the numbers between which it lies, or the words of which it is a list.
SHAPE: Mapping[str, Mapping[str, tuple | range]] = {
    "points": {"bit": (-100, 100)} | {f"{field}.{one}": POINTS for field, found in FOUND.items() for one in found},
    "grades": {"strong": PERCENT, "possible": PERCENT},
    "likeness": {"same": PERCENT, "near": PERCENT},
    "parts": {"alike": PERCENT, "shortest": FEW, "marks": PERCENT, "heard": PERCENT, "slip": PERCENT},
    "births": {"years": YEARS, "estimated": YEARS, "wrong": range(4)},
    "automatic": {
        **dict.fromkeys(("score", "margin", "margin_elsewhere"), PERCENT),
        **dict.fromkeys(
            (
                "with_day", "with_year", "with_year_common", "with_year_rare", "with_near", "with_near_rare",
                "with_near_number", "with_bare", "with_slip", "parents", "contradicts",
            ),
            _FIELDS,
        ),
        "numbers": _NUMBERS,
        "rare": BITS,
        "shown": FEW,
    },
    "usage": {"bearers": FEW, "usual": (0, 1), "rare_from": FEW},
    "blocks": {"years": YEARS, "telling": BITS, "likeness": PERCENT, "close": FEW, "closer": FEW},
}  # fmt: skip
# The first is never above the second: below it nothing would be left for the other.
ORDER = (
    ("grades.possible", "grades.strong"),
    ("grades.possible", "automatic.score"),
    ("likeness.near", "likeness.same"),
    ("automatic.margin_elsewhere", "automatic.margin"),
    ("blocks.closer", "blocks.close"),
)


def load(file: Path = FILE) -> dict[str, dict]:
    """The settings by section. Raises ValueError, which names the file and the setting."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise ValueError(f"{file.name}: {wrong}") from None
    return check(said, file.name)


def check(said: dict, name: str = FILE.name) -> dict[str, dict]:
    found = {f"{section}.{key}": value for section, values in said.items() for key, value in _flat(values)}
    wanted = {f"{section}.{key}": shape for section, keys in SHAPE.items() for key, shape in keys.items()}
    for key in sorted(set(found) ^ set(wanted)):
        raise ValueError(f"{name}: {key} is {'missing' if key in wanted else 'unknown'}")
    for key, shape in wanted.items():
        _check(name, key, found[key], shape)
    for lower, upper in ORDER:
        if found[lower] > found[upper]:
            raise ValueError(f"{name}: {lower} must not be above {upper}")
    return said


def _flat(values):
    for key, value in values.items() if isinstance(values, dict) else [("", values)]:
        if isinstance(value, dict):
            yield from ((f"{key}.{one}", each) for one, each in value.items())
        else:
            yield key, value


def _check(name: str, key: str, value, shape: tuple | range) -> None:
    if isinstance(shape, range):
        if isinstance(value, bool) or not isinstance(value, int) or value not in shape:
            raise ValueError(f"{name}: {key} must be a whole number from {shape[0]} to {shape[-1]}")
        return
    if isinstance(shape[0], str):
        if not isinstance(value, list) or not value or not set(map(str, value)) <= set(shape):
            raise ValueError(f"{name}: {key} must be a list of some of {', '.join(shape)}")
        return
    low, high = shape
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name}: {key} must be a number from {low} to {high}")


SETTINGS = load()
