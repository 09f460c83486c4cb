"""What an entry says, for people: its coded and sealed values with the programme's words. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from casemgr.programmes.model import Field, Kind, Programme
from casemgr.refused import N_
from casemgr.ui.rules import show_date, show_moment, show_number

# Where somebody is safe is opened one step further in, with the identity, and nowhere else.
GUARDED = frozenset({"shelter"})
YES, NO = N_("Có"), N_("Không")


class Line(NamedTuple):
    """One field of an entry: its label and what it says. `free` is text somebody typed."""

    name: str
    label: str
    text: str
    free: bool


def values_of(kind: Kind, coded: Mapping, sealed: Mapping) -> dict:
    """The typed values behind an entry, as a form takes them: the inverse of `entries.encode_fields`."""
    return {field.name: v for field in kind.fields if (v := _value(field, coded, sealed)) is not None}


def _value(field: Field, coded: Mapping, sealed: Mapping):
    source = coded if field.store == "coded" else sealed
    raw = source.get(field.name)
    if raw is None:
        return None
    if field.type == "needs":
        reasons = sealed.get(field.name) or {}
        return {code: (answer, reasons.get(code, "")) for code, answer in raw.items()}
    if field.type == "items":
        who = sealed.get(field.name) or []
        return [
            {**row, "due": date.fromisoformat(row["due"]), "who": who[n] if n < len(who) else ""}
            for n, row in enumerate(raw)
        ]
    if field.type == "date":
        return date.fromisoformat(raw)
    if field.type == "moment":
        return datetime.fromisoformat(raw), source.get(f"{field.name}_precision", "minute")
    if field.type in ("number", "money", "year"):
        return Decimal(str(raw))
    return raw


def lines(programme: Programme, kind: Kind, coded: Mapping, sealed: Mapping, language: str, say) -> list[Line]:
    """Every field of an entry that was filled, in the order of its form. `say` translates a source string."""
    found = []
    for field in kind.fields:
        value = _value(field, coded, sealed)
        if value is None:
            continue
        free = field.type in ("text", "note")
        for label, text in _shown(programme, field, value, language, say):
            found.append(Line(field.name, label, text, free))
    return found


def _shown(programme: Programme, field: Field, value, language: str, say) -> list[tuple[str, str]]:
    label = field.label[language]
    if field.type == "needs":
        return [
            (
                programme.needs[code].name[language],
                say(YES if answer == "yes" else NO) + (f": {reason}" if reason else ""),
            )
            for code, (answer, reason) in value.items()
            if code in programme.needs
        ]
    if field.type == "items":
        return [
            (
                programme.needs[row["need"]].name[language],
                ", ".join(
                    part
                    for part in (programme.services[row["service"]].name[language], show_date(row["due"]), row["who"])
                    if part
                ),
            )
            for row in value
            if row["need"] in programme.needs and row["service"] in programme.services
        ]
    return [(label, text(programme, field, value, language, say))]


def text(programme: Programme, field: Field, value, language: str, say) -> str:
    """One plain value in words."""
    if field.type == "choice":
        return name_of(programme.codes[field.codes], value, language)
    if field.type == "choices":
        return ", ".join(name_of(programme.codes[field.codes], code, language) for code in value)
    if field.type == "service":
        return name_of(programme.services, value, language)
    if field.type == "need":
        return name_of(programme.needs, value, language)
    if field.type == "yesno":
        return say(YES if value else NO)
    if field.type == "date":
        return show_date(value)
    if field.type == "moment":
        return show_moment(*value)
    if field.type == "year":
        return str(value)
    if field.type in ("number", "money"):
        digits = max(0, -value.normalize().as_tuple().exponent)
        return show_number(value, digits) + (" đ" if field.type == "money" else "")
    return str(value)


def name_of(table: Mapping, code: str, language: str) -> str:
    """The words of a code; the code itself where a later version of the programme no longer has it."""
    return table[code].name[language] if code in table else str(code)


def gist(programme: Programme, kind: Kind, coded: Mapping, language: str, say) -> list[str]:
    """The few words that stand beside the kind's name in the ledger: what was found, given or decided."""
    derived = [
        name_of(programme.codes[d.name], coded[d.name], language)
        for d in kind.derived
        if coded.get(d.name) is not None and d.name in programme.codes
    ]
    if derived:
        return derived
    said = []
    for field in kind.fields:
        value = _value(field, coded, {}) if field.store == "coded" else None
        if value is None:
            continue
        if field.type == "needs":
            said.append(say(N_("%(n)s nhu cầu"), n=sum(answer == "yes" for answer, _ in value.values())))
        elif field.type == "items":
            needs = len({row["need"] for row in value})
            said.append(say(N_("%(n)s dịch vụ cho %(needs)s nhu cầu"), n=len(value), needs=needs))
        elif field.type in ("choice", "choices", "service", "need", "year", "money"):
            said.append(text(programme, field, value, language, say))
    return said[:2]
