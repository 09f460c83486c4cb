"""A test client that reads every page it gets, so that each test of a view also tests the page.

It fails on malformed HTML, double ids, dangling references, unlabelled fields, inline script or style, forms without
a token, missing headers and heavy pages.
"""

import gzip
import re

import html5lib
from flask.testing import FlaskClient

from casemgr.db import db

LIMIT = 12 * 1024  # gzipped bytes of a page's own HTML
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls", "for")
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control")


class PageClient(FlaskClient):
    """Each request gets an application context of its own, as in life; what the test has flushed is committed."""

    def open(self, *args, **kwargs):
        db_in_use = _outer_session(self.application)
        if db_in_use is not None:
            db_in_use.commit()
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if db_in_use is not None:
            db_in_use.expire_all()
        if response.mimetype == "text/html" and not response.headers.get("Location"):
            check_page(response)
        return response

    def form(self, path: str, number: int = 0) -> dict:
        """What a browser would send back for one form of a page, unchanged: {name: value or [values]}."""
        page = parse(self.get(path).text)
        return _values([form for form in page.iter("form") if form.get("action") != "/language"][number])


def _outer_session(app):
    from flask import current_app

    return db.session() if current_app and current_app._get_current_object() is app else None


def parse(text: str):
    """The tree of a page; raises html5lib's error where the page is not valid."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def text_of(page) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(" ".join(parse(page.text).find("body").itertext()).split())


def check_page(response) -> None:
    text = response.text
    assert not any(ord(c) < 32 and c not in "\r\n\t" for c in text), "control characters in the page"
    page = parse(text)
    for header in HEADERS:
        assert header in response.headers, f"no {header}"
    _check_head(page)
    _check_ids(page)
    _check_policy(page)
    for form in page.iter("form"):
        _check_form(form)
    for table in page.iter("table"):
        assert table.find("caption") is not None, "a table without a caption"
        assert all(cell.get("scope") for cell in table.iter("th")), "a th without scope"
    size = len(gzip.compress(text.encode()))
    assert size <= LIMIT, f"the page weighs {size} bytes gzipped, more than {LIMIT}"


def _check_head(page) -> None:
    title = "".join(page.find("head/title").itertext())
    assert title.split(" · ")[0].strip(), "the page has no title"
    assert page.get("lang") in ("vi", "en")
    assert len(list(page.iter("h1"))) == 1, "a page has one h1"
    assert len(list(page.iter("main"))) == 1


def _check_ids(page) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    double = {each for each in ids if ids.count(each) > 1}
    assert not double, f"double ids {double}"
    for element in page.iter():
        for name in REFERENCES:
            for target in (element.get(name) or "").split():
                assert target in ids, f"{name}={target} points nowhere"
        link = element.get("href") or ""
        if link.startswith("#") and len(link) > 1:
            assert link[1:] in ids, f"href={link} points nowhere"


def _check_policy(page) -> None:
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.get("style") is None, f"inline style on {element.tag}"
        assert not any(name.startswith("on") for name in dict(element.items())), f"inline script on {element.tag}"
        assert element.tag != "style"
        assert element.tag != "script" or element.get("src"), "inline script"
        for name in ("src", "href", "action"):
            assert not re.match(r"(https?:)?//", element.get(name) or ""), f"{name} leads away from this site"
        if element.tag == "img":
            assert element.get("alt") is not None


def _check_form(form) -> None:
    if (form.get("method") or "get").lower() == "post":
        assert any(field.get("name") == "csrf_token" for field in form.iter("input")), "a POST form without a token"
    labelled = {label.get("for") for label in form.iter("label")}
    wrapped = {id(field) for label in form.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in form.iter(tag):
            if field.get("type") in ("hidden", "submit"):
                continue
            named = field.get("id") in labelled or field.get("aria-label") or id(field) in wrapped
            assert named or field.get("aria-labelledby"), f"{field.get('name')} has no label"
    for button in form.iter("button"):
        assert "".join(button.itertext()).strip() or button.get("aria-label"), "a button without words"


def _values(form) -> dict:
    found: dict[str, list[str]] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == "input" and (
            field.get("type") not in ("checkbox", "radio") or field.get("checked") is not None
        ):
            found.setdefault(name, []).append(field.get("value") or "")
        elif field.tag == "textarea":
            found.setdefault(name, []).append("".join(field.itertext()).replace("\r\n", "\n").removeprefix("\n"))
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o.get("value") for o in options if o.get("selected") is not None]
            found.setdefault(name, []).extend(chosen or [o.get("value") for o in options[:1]])
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
