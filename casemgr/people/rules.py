"""Who a person is. Plain Python; names are in `names`, numbers in `identifiers`, comparing in `matching`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from casemgr.people.identifiers import Birth, Identifier, check_birth, parse_identifier, parse_phone
from casemgr.people.names import clean, fold_name, short_label, syllables
from casemgr.refused import N_, Refused

__all__ = ["Birth", "Identifier", "Person", "check", "fold_name", "short_label", "syllables"]

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
