"""What leaves the house of an entry: only what the schema names, in the shape it names; ids as pseudonyms. Pure."""

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from uuid import UUID

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]{0,31}")
UNIT = re.compile(r"\d{2,5}-\d{8}")
# What looks like a code and names somebody: the number of a file, an id.
NAMING = re.compile(r"[A-Z]{2}-[0-9A-Z]{3}-[0-9A-Z]{3}|[0-9a-f-]{32,36}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?")


class Pseudonyms:
    """The same thing has the same name in one bundle; without the key, which nobody keeps, nobody finds it again."""

    def __init__(self, key: bytes):
        self.key = key

    def of(self, id: UUID | str | None, within: str = "") -> str:
        """`within`: what the pseudonym is kept to, so that one person in two programmes cannot be put together."""
        if not id:
            return ""
        text = id.hex if isinstance(id, UUID) else str(id)
        return blake2b(f"{within}/{text}".encode(), digest_size=10, key=self.key, person=b"casemgr.bundle").hexdigest()


def is_code(value: object) -> bool:
    return isinstance(value, str) and bool(CODE.fullmatch(value)) and not NAMING.fullmatch(value)


def _is_unit(value: object) -> bool:
    return isinstance(value, str) and bool(UNIT.fullmatch(value))


def _is_moment(value: object) -> bool:
    return isinstance(value, str) and bool(MOMENT.fullmatch(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def coded(values: Mapping, schema: Mapping[str, list[str]], names: Pseudonyms, programme: str) -> dict:
    """The coded values of an entry that the schema lets out; a value of another shape stays in."""
    found = {}
    for shape, keys in schema.items():
        for key in keys:
            if key in values and (value := _let_out(shape, values[key], names, programme)) is not None:
                found[key] = value
    return found


def _let_out(shape: str, value, names: Pseudonyms, programme: str):
    if shape in ("id", "person"):
        try:
            return names.of(UUID(value), programme if shape == "person" else "")
        except (ValueError, AttributeError, TypeError):
            return None
    return value if SHAPES[shape](value) else None


def _is_need(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(is_code(k) and is_code(v) for k, v in value.items())
    return isinstance(value, list) and all(map(is_code, value))


def _is_item(value: object) -> bool:
    shapes: Mapping[str, Callable] = {"need": is_code, "service": is_code, "due": _is_moment}
    return isinstance(value, Mapping) and value.keys() <= shapes.keys() and all(shapes[k](v) for k, v in value.items())


SHAPES: Mapping[str, Callable[[object], bool]] = {
    "unit": _is_unit,
    "flag": lambda value: isinstance(value, bool),
    "moment": _is_moment,
    "number": _is_number,
    "code": is_code,
    "codes": lambda value: isinstance(value, list) and all(map(is_code, value)),
    "needs": _is_need,
    "items": lambda value: isinstance(value, list) and all(map(_is_item, value)),
}
