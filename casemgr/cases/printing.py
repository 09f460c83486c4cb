"""The paper of an entry: Mẫu 01-06, minutes, decisions, letters, as the programme says how a kind is printed.

Papers are in Vietnamese whatever language the reader chose. Where somebody is safe is never printed: it is written by
hand. Number and date are those the clerk entered; where there is none, dots are left for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casemgr.cases.reading import GUARDED, lines, name_of, values_of
from casemgr.ledger.rules import Entry
from casemgr.papers import Paper, Rows, Signature, Table, Text, number
from casemgr.papers.model import DOTS, Block
from casemgr.programmes.model import Field, Kind, Programme
from casemgr.ui.rules import show_date, show_moment

LANGUAGE = "vi"
BLANK = "…………………………………………………………"
BY_HAND = "……………… (ghi tay trên bản lưu)"
SCALE = 3  # so many fields with the same list of answers stand in one table
TITLES = {"minutes": "BIÊN BẢN", "decision": "QUYẾT ĐỊNH"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Who writes the paper, about whom: `identity` are (label, value) lines, `who` a few words for a sentence."""

    number: str  # of the file
    agency: tuple[str, str]
    place: str
    identity: tuple[tuple[str, str], ...]
    who: str
    author: str


def plain(text: str) -> str:
    return text


def entry_paper(programme: Programme, kind: Kind, entry: Entry, sealed: Mapping, setting: Setting, more=()) -> Paper:
    """The paper of one entry. `more`: blocks before its fields."""
    if kind.paper == "decision":
        return _order(programme, kind, entry, sealed, setting)
    title = TITLES.get(kind.paper) or kind.name.vi.upper()
    letter = kind.paper == "letter"
    head: tuple[Block, ...] = () if letter else (Rows((("Mã số", setting.number), *setting.identity)),)
    return Paper(
        template="letter" if letter else "form",
        title=title,
        about=kind.name.vi if kind.paper == "minutes" else "",
        form=_form_label(kind.form, kind.article),
        to=(DOTS,) if letter else (),
        body=(*head, *more, *fields(programme, kind, entry, sealed)),
        signatures=_signatures(programme, kind, entry, setting),
        sheet="Biểu mẫu",
        **_head(kind.symbol, sealed.get("number"), entry, setting),
    )


def decision_paper(
    programme: Programme, kind: Kind, target: Entry, said: Mapping, decision: Entry, why: Mapping, setting: Setting
) -> Paper:
    """The decision on an entry (Mẫu 05 on a plan), with what was decided as its appendix."""
    about = _lower(kind.name.vi)
    body = (
        *_grounds(kind, f"Xét đề nghị của {setting.author or 'người lập'}."),
        Text("QUYẾT ĐỊNH:", "bold"),
        Text(f"Điều 1. Phê duyệt {about} đối với {setting.who} (mã số hồ sơ {setting.number}), có nội dung kèm theo."),
        Text(
            "Điều 2. Cán bộ phụ trách và các cơ quan, cá nhân có tên trong nội dung kèm theo chịu trách nhiệm thực hiện."
        ),
        Text("Điều 3. Quyết định này có hiệu lực kể từ ngày ký."),
        *((Text(why["note"], "italic"),) if why.get("note") else ()),
    )
    from casemgr.papers import Break

    inside = (Break("Nội dung kèm theo"), Text(f"{kind.name.vi.upper()}", "bold"), Rows(setting.identity))
    return Paper(
        template="form",
        title=TITLES["decision"],
        about=f"Về việc phê duyệt {about}",
        form=_form_label(kind.decision_form, kind.article),
        body=body,
        appendix=(*inside, *fields(programme, kind, target, said)),
        signatures=(_signer(programme, decision.coded.get("signer")),),
        recipients=("Như Điều 2;", "Lưu: VT, hồ sơ."),
        sheet="Quyết định",
        **_head("QĐ-UBND", why.get("number"), decision, setting),
    )


def _order(programme: Programme, kind: Kind, entry: Entry, sealed: Mapping, setting: Setting) -> Paper:
    """An entry that is itself a decision: temporary isolation, a term of treatment."""
    about = _lower(kind.name.vi)
    body = (
        *_grounds(kind, "Xét tình hình thực tế của đối tượng."),
        Text("QUYẾT ĐỊNH:", "bold"),
        Text(f"Điều 1. Quyết định {about} đối với {setting.who} (mã số hồ sơ {setting.number}):"),
        Rows(setting.identity),
        *fields(programme, kind, entry, sealed),
        Text("Điều 2. Các cơ quan, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này."),
        Text("Điều 3. Quyết định này có hiệu lực kể từ thời điểm nêu trên."),
    )
    return Paper(
        template="form",
        title=TITLES["decision"],
        about=f"Về việc {about}",
        form=_form_label(kind.form, kind.article),
        body=body,
        signatures=(_signer(programme, entry.coded.get("signer")),),
        recipients=("Như Điều 2;", "Lưu: VT, hồ sơ."),
        sheet="Quyết định",
        **_head(kind.symbol or "QĐ-UBND", sealed.get("number"), entry, setting),
    )


def fields(programme: Programme, kind: Kind, entry: Entry, sealed: Mapping) -> list[Block]:
    """Every field of the form in its order, those left empty with dots; scales, needs and services as tables."""
    values, found, pairs = values_of(kind, entry.coded, sealed), [], []
    graded = _graded(programme, kind)
    when = show_moment(entry.occurred_at, entry.precision)
    pairs.append(("Thời điểm thực hiện", when))
    for field in kind.fields:
        if field.name == "number":  # it stands in the head
            continue
        if field.name in graded:
            if field.name == graded[0]:
                found += _flush(pairs) + _scale(programme, kind, graded, values)
            continue
        if field.type in ("needs", "items"):
            found += _flush(pairs) + [_table(programme, field, values.get(field.name))]
            continue
        pairs.append((field.label.vi, _value(programme, kind, field, entry, sealed)))
    for derived in kind.derived:
        codes = programme.codes.get(derived.name)
        if codes and entry.coded.get(derived.name) is not None:
            pairs.append(("Kết luận", name_of(codes, entry.coded[derived.name], LANGUAGE)))
    return found + _flush(pairs)


def _flush(pairs: list) -> list[Block]:
    taken = [Rows(tuple(pairs))] if pairs else []
    pairs.clear()
    return taken


def _value(programme: Programme, kind: Kind, field: Field, entry: Entry, sealed: Mapping) -> str:
    if field.name in GUARDED:
        return BY_HAND
    told = [
        each.text for each in lines(programme, kind, entry.coded, sealed, LANGUAGE, plain) if each.name == field.name
    ]
    return "\n".join(told) or BLANK


def _graded(programme: Programme, kind: Kind) -> list[str]:
    """The fields that are answered by the same short scale, as in Mẫu 02 and 06."""
    by_list: dict[str, list[str]] = {}
    for field in kind.fields:
        if field.type == "choice" and 2 < len(programme.codes.get(field.codes, ())) <= 4:
            by_list.setdefault(field.codes, []).append(field.name)
    return next((names for names in by_list.values() if len(names) >= SCALE), [])


def _scale(programme: Programme, kind: Kind, names: Sequence[str], values: Mapping) -> list[Block]:
    """One table for each part (A, B …) of the scale, with how often each grade was given."""
    by_name = {field.name: field for field in kind.fields}
    codes = programme.codes[by_name[names[0]].codes]
    parts: dict[str, list[Field]] = {}
    for name in names:
        parts.setdefault(by_name[name].label.vi[:1], []).append(by_name[name])
    heads = ("Nội dung", *(code.name.vi for code in codes.values()))
    tables = []
    for part, some in parts.items():
        rows = [(f.label.vi, *("x" if values.get(f.name) == code else "" for code in codes)) for f in some]
        counts = [str(sum(values.get(f.name) == code for f in some)) for code in codes]
        rows.append((f"Cộng phần {part}", *counts))
        tables.append(Table(heads, tuple(rows), (60, *(10 for _ in codes)), "l" + "c" * len(codes)))
    return tables


def _table(programme: Programme, field: Field, value) -> Table:
    if field.type == "needs":
        given = value or {}
        rows = tuple(
            (
                need.name.vi,
                {"yes": "Có", "no": "Không"}.get(given.get(code, ("", ""))[0], ""),
                given.get(code, ("", ""))[1],
            )
            for code, need in programme.needs.items()
        )
        return Table(("Nhu cầu", "Có/Không", "Lý do"), rows, (20, 10, 45), "lcl", field.label.vi)
    rows = tuple(
        (
            str(n),
            name_of(programme.needs, row["need"], LANGUAGE),
            name_of(programme.services, row["service"], LANGUAGE),
            show_date(row["due"]),
            row.get("who") or "",
        )
        for n, row in enumerate(value or (), 1)
    )
    heads = ("STT", "Nhu cầu", "Dịch vụ, biện pháp", "Thời hạn", "Người, nơi thực hiện")
    return Table(heads, rows, (5, 16, 28, 12, 22), "cllcl", field.label.vi)


def _grounds(kind: Kind, last: str) -> list[Block]:
    articles = [f"Căn cứ {each.strip()};" for each in kind.article.split(";") if each.strip()]
    return [Text(text, "italic") for text in (*articles, last)]


def _form_label(form: str, article: str) -> str:
    """«Mẫu 02 (NĐ 56/2017)»; minutes say what they are in their title."""
    if not form.startswith("Mẫu"):
        return ""
    law = article.split(" điều")[0]
    return f"{form} ({law})" if law else form


def _head(symbol: str, given: str | None, entry: Entry, setting: Setting) -> dict:
    known: date | None = entry.occurred_at.date() if entry.precision in ("day", "minute") else None
    return {
        "agency": setting.agency,
        "number": number(given, symbol) if symbol or given else "",
        "place": setting.place,
        "day": known,
        "year": entry.occurred_at.year,
    }


def _signatures(programme: Programme, kind: Kind, entry: Entry, setting: Setting) -> tuple[Signature, ...]:
    author = Signature(("NGƯỜI LẬP",), setting.author, "(Ký, ghi rõ họ tên)")
    if kind.paper == "minutes":
        return Signature(("NGƯỜI GHI BIÊN BẢN",), setting.author, "(Ký, ghi rõ họ tên)"), Signature(
            ("CHỦ TRÌ",), "", "(Ký, đóng dấu)"
        )
    if kind.decide or kind.by == "supervisor" or kind.paper == "letter":
        return (author, _signer(programme, entry.coded.get("signer")))
    return (author,)


def _signer(programme: Programme, code: str | None) -> Signature:
    """As the clerk chose: «KT. Chủ tịch, Phó Chủ tịch UBND xã» in two lines, one below the other."""
    codes = programme.codes.get("signer", {})
    words = codes[code].name.vi if code in codes else "Chủ tịch"
    parts = [part.strip().removesuffix(" UBND xã").upper() for part in words.split(",")]
    return Signature(("TM. ỦY BAN NHÂN DÂN", *parts) if len(parts) > 1 else tuple(parts), "", "(Ký, đóng dấu)")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
