"""Languages. The source strings are Vietnamese; English comes from one .po file for each package, read as it is."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import has_request_context, session
from flask_babel import Babel, Domain, force_locale, get_locale, gettext
from markupsafe import Markup

from casemgr.refused import Refused

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
FOLDER = Path(__file__).resolve().parent.parent / "translations"
CATALOGUES = FOLDER / "en" / "LC_MESSAGES"
AS_WRITTEN = NullTranslations()
_CHOSEN: ContextVar[str | None] = ContextVar("casemgr_language", default=None)  # asked for hundreds of times a page


class CatalogueDomain(Domain):
    """Translations without compiled files, so that none can be stale or missing in a fresh clone."""

    def get_translations(self):
        locale = get_locale()
        return english() if locale is not None and locale.language == "en" else AS_WRITTEN


class CatalogueBabel(Babel):
    @cached_property
    def domain_instance(self):
        return CatalogueDomain()


@cache
def english() -> Translations:
    whole = Catalog(locale="en")
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="en"):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


@contextmanager
def in_vietnamese():
    """Papers are in Vietnamese, whatever language their reader chose for the pages."""
    before = _CHOSEN.set("vi")
    try:
        with force_locale("vi"):
            yield
    finally:
        _CHOSEN.reset(before)


def language() -> str:
    """The language of this request: the one chosen, else Vietnamese."""
    chosen = _CHOSEN.get()
    if chosen is None and has_request_context():
        chosen = session.get("language")
    return chosen if chosen in LANGUAGES else "vi"


def say(refused: Refused) -> str:
    """The sentence of a refusal in the reader's language."""
    return gettext(refused.message, **refused.params)


def _text(source: str) -> str:
    return source if language() == "vi" else english().gettext(source)


def _texts(one: str, many: str, count: int) -> str:
    return one if language() == "vi" else english().ngettext(one, many, count)


@lru_cache(maxsize=4096)
def _written(source: str, language: str) -> Markup:
    return Markup(source if language == "vi" else english().gettext(source))  # noqa: S704 - ours, from the catalogue


def _page_text(source: str, **values) -> Markup:
    """`_` of the templates. They ask hundreds of times a page, so without the detours of Jinja and Babel."""
    text = _written(source, language())
    return text % values if values or "%" in text else text


def init_app(app) -> None:
    CatalogueBabel(app, locale_selector=language)
    app.jinja_env.install_gettext_callables(_text, _texts, newstyle=True)
    app.jinja_env.globals.update(_=_page_text, language=language, LANGUAGES=LANGUAGES)
