"""Addresses of pages: one page writes up to a hundred, most of them the same as the page before."""

from functools import lru_cache

from flask import Flask, has_request_context, request

KEPT = 4096  # addresses a process remembers; they hold numbers of files, no names


class Addressed(Flask):
    """Flask, with what `url_for` answered remembered: it depends on nothing but what was asked and on where the
    application is mounted."""

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self._remembered = lru_cache(KEPT)(self._address)

    def url_for(self, endpoint: str, **asked) -> str:
        values = tuple((name, type(value), value) for name, value in asked.items() if value is not None)
        special = endpoint.startswith(".") or any(name.startswith("_") for name, _type, _value in values)
        if special or not has_request_context():
            return super().url_for(endpoint, **asked)
        try:
            return self._remembered(request.root_path, endpoint, values)
        except TypeError:  # a list cannot be remembered
            return super().url_for(endpoint, **asked)

    def _address(self, _root: str, endpoint: str, values: tuple) -> str:
        return super().url_for(endpoint, **{name: value for name, _type, value in values})
