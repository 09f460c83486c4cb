"""An address that is remembered is the one that was asked for, wherever the application is mounted."""

from flask import url_for


def asked(app, root: str, **values) -> str:
    with app.test_request_context(base_url=f"http://localhost{root}"):
        return url_for("work.exception_lists", **values)


def test_an_address_begins_where_the_application_is_mounted(app):
    assert [asked(app, root) for root in ("", "/an-giang", "")] == [
        "/exceptions",
        "/an-giang/exceptions",
        "/exceptions",
    ]


def test_values_that_are_equal_and_written_otherwise_are_told_apart(app):
    assert [asked(app, "", page=value) for value in (1, True, 1.0)] == [
        "/exceptions?page=1",
        "/exceptions?page=True",
        "/exceptions?page=1.0",
    ]


def test_lists_anchors_and_whole_addresses_are_made_afresh(app):
    assert asked(app, "", page=[1, 2]) == "/exceptions?page=1&page=2"
    assert asked(app, "", _anchor="late") == "/exceptions#late"
    assert asked(app, "", _external=True) == "http://localhost/exceptions"
