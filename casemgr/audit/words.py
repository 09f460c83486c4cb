"""Promises in words: which entries keep one, by the names of their kinds and the labels of their forms."""

from collections.abc import Sequence

from flask_babel import gettext

from casemgr.cases.sentences import COMMON
from casemgr.detections.telling import TITLES
from casemgr.programmes.model import Met, Programme, Selector, Track
from casemgr.refused import N_
from casemgr.ui.i18n import language


def kind_name(track: Track, code: str) -> str:
    kind = track.kinds.get(code)
    if kind is not None:
        return f"«{kind.name[language()]}»"
    names = COMMON | TITLES
    return f"«{gettext(names[code])}»" if code in names else f"«{code}»"


def met_words(programme: Programme, track: Track, met: Met) -> str:
    """What keeps a promise, in words: the entries by their names."""
    if met.all:
        return _joined([met_words(programme, track, part) for part in met.all], gettext("và"))
    if met.any:
        apart = "; " if any(part.all for part in met.any) else " "
        parts = [met_words(programme, track, part) for part in met.any]
        return f"{apart}{gettext('hoặc')} ".join(dict.fromkeys(p for p in parts if p))
    if met.served:
        return gettext("dịch vụ đáp ứng nhu cầu, có minh chứng")
    if met.lasted:
        version = programme.clocks[met.lasted].versions[-1]
        return gettext("việc đã bắt đầu kéo dài đủ %(n)s ngày", n=version.amount)
    return selector_words(programme, track, met.selector) if met.selector else ""


def selector_words(programme: Programme, track: Track, selector: Selector) -> str:
    if selector.decision:
        return gettext("quyết định của người có thẩm quyền")
    words = _joined([kind_name(track, code) for code in selector.kinds], gettext("hoặc"))
    if asked := condition_words(programme, track, selector):
        words += f" ({asked})"
    return gettext("%(what)s được phê duyệt", what=words) if selector.approved else words


def condition_words(programme: Programme, track: Track, selector: Selector) -> str:
    """What an entry must say to count, with the labels and code lists of its form."""
    table, found = getattr(selector.where, "table", {}), []
    fields = {f.name: f for code in selector.kinds if code in track.kinds for f in track.kinds[code].fields}
    pairs = [(name, value, N_("%(field)s là %(value)s")) for name, value in table.items() if name != "none"]
    for other in table.get("none", ()):
        pairs += [(name, value, N_("%(field)s khác %(value)s")) for name, value in other.items()]
    for name, value, sentence in pairs:
        field, values = fields.get(name), value if isinstance(value, list) else [value]
        if field is None or not all(isinstance(each, str) for each in values):
            continue
        codes = {"service": programme.services, "need": programme.needs}.get(field.type)
        codes = codes or programme.codes.get(field.codes or "", {})
        named = [f"«{codes[each].name[language()]}»" if each in codes else f"«{each}»" for each in values]
        found.append(gettext(sentence, field=field.label[language()], value=_joined(named, gettext("hoặc"))))
    return "; ".join(found)


def _joined(parts: Sequence[str], word: str) -> str:
    parts = list(dict.fromkeys(p for p in parts if p))
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
