"""A real browser before the running application. Chromium is Debian's; tests/install-browser.sh fetches it."""

import os
import threading
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from casemgr import clock as house_clock
from tests.conftest import CHROMIUM

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="*** Chromium is not installed: no test in a real browser ***"))


class _Quiet(WSGIRequestHandler):
    def log(self, *_args):
        pass


@contextmanager
def served(app):
    """The address under which a thread serves the application while the block runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "Chromium is not installed, and on the build server nothing is skipped"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def it_is(monkeypatch):
    """it_is("2022-03-04 08:00") sets the time of day for the application alone; the browser keeps its own."""

    def set_clock(text: str) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=house_clock.VIETNAM)

        class Stopped(datetime):
            @classmethod
            def now(cls, tz=None):
                return moment

        monkeypatch.setattr(house_clock, "datetime", Stopped)

    return set_clock
