"""Target groups as data: TOML files, read and checked at start.

A programme may have several versions, each a file with the days between which it holds. The one that has not ended is
the programme; the earlier ones are kept so that a figure can be asked for under the rules of its time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path

from flask import current_app

FOLDER = Path(__file__).parent
_UNDER: ContextVar[dict] = ContextVar("casemgr_programme_versions", default={})  # noqa: B039  never changed in place


def init_app(app) -> None:
    from casemgr.programmes.loader import load_versions

    found = load_versions(app.config.get("CASEMGR_PROGRAMMES", FOLDER))
    app.extensions["programme_versions"] = found
    app.extensions["programmes"] = {code: versions[-1] for code, versions in found.items()}
    app.extensions["worked out from programmes"] = {}


def programmes() -> dict:
    """Every programme by code, in the order of the codes: the version in force, or the one asked for by `under`."""
    found, asked = current_app.extensions["programmes"], _UNDER.get()
    return found | asked if asked else found


def from_programmes(make: Callable) -> Callable:
    """Marks a function without arguments that works something out from the programmes in force: it is asked once in an
    application, and each time under other versions."""

    @wraps(make)
    def ask():
        if _UNDER.get():
            return make()
        found = current_app.extensions["worked out from programmes"]
        if make not in found:
            found[make] = make()
        return found[make]

    return ask


def versions(code: str) -> tuple:
    """All versions of a programme, the one in force last."""
    return current_app.extensions["programme_versions"].get(code, ())


def version(name: str):
    """The version with this name, like 'TE v2022.1'; None where there is none."""
    return next((v for v in versions(name.partition(" ")[0]) if v.rule == name), None)


@contextmanager
def under(names: str) -> Iterator[None]:
    """Inside, everything is folded and judged by these versions, like 'TE v2022.1,BD v2022.1'; '' changes nothing."""
    found = [version(name) for name in names.split(",")] if names else []
    token = _UNDER.set(_UNDER.get() | {each.code: each for each in found if each})
    try:
        yield
    finally:
        _UNDER.reset(token)
