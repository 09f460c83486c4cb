"""The form of every kind of entry of every programme: it builds, and gives back what it was filled with."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from casemgr import create_app
from casemgr.cases.entries import check_codes, encode_fields
from casemgr.cases.forms import build, entry_form, typed
from casemgr.cases.reading import lines, values_of
from casemgr.programmes import programmes
from casemgr.refused import Refused
from casemgr.ui.forms import Form
from tests.conftest import test_config as config
from tests.pages import _values, parse

PAGE = """{% import "cases/parts.html" as parts with context %}<!doctype html><html lang="vi">
<head><title>x</title></head>
<body><form>{% for f in form %}{{ parts.field(f) if f.name != "entry_id" else f() }}{% endfor %}</form></body></html>"""
# The code lists hold what was valid on this day.
DAY = date(2022, 3, 7)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    return create_app(config(folder, f"sqlite:///{folder / 'unused.db'}"))


def kinds(app):
    with app.app_context():
        return [(p, k) for p in programmes().values() for k in p.case.kinds.values()]


def sample(programme, field):
    if field.type in ("text", "note"):
        return {"text": "Nguyễn Văn Ân, Núi Tô", "note": "Dòng một\nDòng «hai» <b>"}[field.type]
    if field.type in ("number", "money", "year"):
        low, high = field.minimum, field.maximum
        return next(n for n in (2022, 1_500_000, 2, low) if n is not None and (low or 0) <= n <= (high or 10**9))
    table = {
        "choice": lambda: _valid(programme.codes[field.codes])[0],
        "choices": lambda: _valid(programme.codes[field.codes])[:2],
        "yesno": lambda: False,
        "date": lambda: DAY,
        "moment": lambda: (datetime(2022, 3, 7, 8, 5), "minute"),
        "service": lambda: list(programme.services)[-1],
        "need": lambda: list(programme.needs)[0],
        "needs": lambda: {c: ("yes", "") if n % 2 else ("no", "không cần") for n, c in enumerate(programme.needs)},
        "items": lambda: [
            {"need": n.code, "service": n.services[-1], "due": DAY, "who": "Trạm y tế"}
            for n in programme.needs.values()
        ],
    }
    return table[field.type]()


def _valid(codes):
    return [code for code, each in codes.items() if each.holds_on(DAY)]


def sent(app, form_class, data) -> MultiDict:
    """What a browser sends for a form filled with this data."""
    with app.test_request_context():
        page = render_template_string(PAGE, form=form_class(formdata=None, data=data))
    return MultiDict(_values(next(parse(page).iter("form"))))


def test_every_form_gives_back_what_it_was_filled_with(app):
    for programme, kind in kinds(app):
        values = {field.name: sample(programme, field) for field in kind.fields}
        filled = {"occurred": (datetime(2022, 3, 7), "day") if kind.precision == "minute" else DAY} | typed(
            kind, values
        )
        with app.test_request_context():
            form_class = entry_form(programme, kind)
        posted = sent(app, form_class, filled)
        with app.test_request_context(method="POST", data=posted):
            form = form_class()
            assert form.validate(), (programme.code, kind.code, form.errors)
            assert form.values() == values, (programme.code, kind.code)
            assert form.occurred_at == (datetime(2022, 3, 7), "day")


def test_entries_read_back_as_they_were_typed(app):
    for programme, kind in kinds(app):
        values = {field.name: sample(programme, field) for field in kind.fields}
        coded, sealed = encode_fields(programme, kind, values, DAY, {})
        back = {n: int(v) if isinstance(v, Decimal) else v for n, v in values_of(kind, coded, sealed).items()}
        assert back == values, (programme.code, kind.code)
        for language in ("vi", "en"):
            told = lines(programme, kind, coded, sealed, language, lambda text, **_: text)
            assert {line.name for line in told} == set(values)
        # Without the sealed part nothing typed is left.
        assert not [each for each in lines(programme, kind, coded, {}, "vi", lambda t, **_: t) if each.free]


def test_required_fields_are_asked_for_in_a_sentence(app):
    for programme, kind in kinds(app):
        with app.test_request_context(method="POST", data={"occurred": "07/03/2022"}):
            form = entry_form(programme, kind)()
            form.validate()
            asked = {name for name in form.errors if name not in ("entry_id",)}
            required = {f.name for f in kind.fields if f.required and f.type not in ("needs", "items")}
            assert asked == required, (programme.code, kind.code)
            assert all(text == "Cần nhập nội dung này." for name in asked for text in form.errors[name])


def test_forms_speak_the_language_of_the_reader(app):
    with app.app_context():
        programme = programmes()["TE"]
        kind = programme.case.kinds["served"]
    with app.test_request_context():
        labels = {lang: build(programme, kind, lang)(formdata=None).service.label.text for lang in ("vi", "en")}
    assert labels == {"vi": "Dịch vụ", "en": "Service"}


def test_a_field_cannot_hide_a_part_of_the_form(app):
    with app.app_context():
        programme = programmes()["TE"]
    kind = programme.case.kinds["visited"]
    field = kind.fields[-1]
    from dataclasses import replace

    bad = replace(kind, fields=(replace(field, name="validate"),))
    with pytest.raises(ValueError, match="validate"):
        build(programme, bad, "vi")
    assert issubclass(build(programme, kind, "vi"), Form)


def test_a_year_that_has_not_come_is_not_reviewed(app):
    with app.app_context():
        programme = programmes()["NCC"]
    year = next(f for f in programme.case.kinds["rated"].fields if f.name == "year")
    check_codes(programme, year, Decimal(2022), date(2022, 6, 15))
    with pytest.raises(Refused, match="Năm này chưa đến"):
        check_codes(programme, year, Decimal(2025), date(2022, 6, 15))
