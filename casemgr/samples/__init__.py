"""Samples: cases drawn at random from behind a figure, what the auditor finds in each, and what the unit answers.

A sample is a ledger of its own; cases are known in it by their numbers alone. `rules` draws, folds and estimates; the
seed comes from the last seal of somebody else and is kept: nobody names the cases, and whoever draws again is given the
same.
Wording and sizes are data (`samples.toml`).
"""

from pathlib import Path

FILE = Path(__file__).with_name("samples.toml")


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.samples import case_views, views, work  # noqa: F401 - they add themselves to the pages and the work
    from casemgr.samples.model import load
    from casemgr.samples.web import bp
    from casemgr.ui import navigation

    app.extensions["samples"] = load(FILE)
    app.register_blueprint(bp)
    navigation.add(app, "samples.index", lazy_gettext("Hồ sơ được chọn kiểm tra"), "sample:read", order=66)
