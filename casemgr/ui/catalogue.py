"""The English catalogues beside the Vietnamese source strings: what is missing, what is no longer used.

Each package has a file of its own, `<package>.po`. `python -m casemgr.ui.catalogue` adds new strings to the file of
the package that says them first, to be translated by hand, and drops unused ones.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from casemgr.ui.i18n import CATALOGUES

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("casemgr/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "N_": None, "lazy_gettext": None}


def source_strings() -> dict[str, Catalog]:
    """Every marked string of the code and the templates, by the package that says it first."""
    said, owner = {}, {}
    for file, _line, message, comments, context in extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS):
        one = message[0] if isinstance(message, tuple) else message
        package = owner.setdefault(one, _package(file))
        said.setdefault(package, Catalog(locale="en")).add(message, auto_comments=comments, context=context)
    return said


def _package(file: str) -> str:
    parts = Path(file).parts
    return parts[1] if len(parts) > 2 else "ui"


def translations() -> dict[str, Catalog]:
    """The catalogues as they are, by package."""
    found = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale="en")
    return found


def problems() -> list[str]:
    """What keeps the catalogues from being complete: untranslated, unknown, repeated, or fuzzy strings."""
    wanted = {m.id for catalogue in source_strings().values() for m in catalogue if m.id}
    known, found = set(), []
    for package, translated in translations().items():
        for message in translated:
            if not message.id:
                continue
            if message.id in known:
                found.append(f"{package}: translated twice: {message.id}")
            known.add(message.id)
            if not all(message.string if isinstance(message.string, tuple) else (message.string,)):
                found.append(f"{package}: empty: {message.id}")
            if message.fuzzy:
                found.append(f"{package}: fuzzy: {message.id}")
            found += [f"{package}: {message.id}: {error}" for error in message.check(translated)]
    found += [f"not translated: {text}" for text in sorted(map(str, wanted - known))]
    found += [f"no longer used: {text}" for text in sorted(map(str, known - wanted))]
    return found


def update() -> None:
    """Brings the files up to date; new strings get an empty translation, the others keep theirs wherever it was."""
    before = {m.id: m.string for catalogue in translations().values() for m in catalogue if m.id and _said(m)}
    for path in CATALOGUES.glob("*.po"):
        path.unlink()
    for package, catalogue in source_strings().items():
        for message in catalogue:
            if message.id in before:
                message.string = before[message.id]
        with (CATALOGUES / f"{package}.po").open("wb") as file:
            write_po(file, catalogue, width=118, sort_output=True, omit_header=True)


def _said(message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


if __name__ == "__main__":
    update()
