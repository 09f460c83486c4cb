"""The English catalogue beside the Vietnamese source strings: what is missing, what is no longer used.

`python -m casemgr.ui.catalogue` adds new strings to messages.po, to be translated by hand, and drops unused ones.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from casemgr.ui.i18n import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("casemgr/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "N_": None, "lazy_gettext": None}


def source_strings() -> Catalog:
    """Every marked string of the code and the templates."""
    found = Catalog(locale="en")
    for _file, _line, message, comments, context in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        found.add(message, auto_comments=comments, context=context)
    return found


def translations() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def problems() -> list[str]:
    """What keeps the catalogue from being complete: untranslated, unknown, or fuzzy strings."""
    source, translated = source_strings(), translations()
    wanted = {message.id for message in source if message.id}
    known = {message.id for message in translated if message.id}
    found = [f"not translated: {text}" for text in sorted(map(str, wanted - known))]
    found += [f"no longer used: {text}" for text in sorted(map(str, known - wanted))]
    for message in translated:
        if message.id and not all(message.string if isinstance(message.string, tuple) else (message.string,)):
            found.append(f"empty: {message.id}")
        if message.id and message.fuzzy:
            found.append(f"fuzzy: {message.id}")
        found += [f"{message.id}: {error}" for error in message.check(translated)]
    return found


def update() -> None:
    """Brings messages.po up to date; new strings get an empty translation."""
    translated = translations() if CATALOGUE.exists() else Catalog(locale="en")
    translated.update(source_strings(), no_fuzzy_matching=True)
    translated.obsolete.clear()
    with CATALOGUE.open("wb") as file:
        write_po(file, translated, width=118, sort_output=True, omit_header=True)


if __name__ == "__main__":
    update()
