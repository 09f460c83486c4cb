"""Plans as data, and the figures that come from outside: reported by one person, confirmed by another."""

from pathlib import Path

from flask import current_app

FOLDER = Path(__file__).parent


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.ledger.services import project_as
    from casemgr.plans.loader import load_folder
    from casemgr.plans.services import PROJECTION
    from casemgr.plans.views import bp
    from casemgr.ui import navigation

    app.extensions["plans"] = load_folder(app.config.get("CASEMGR_PLANS", FOLDER), app.extensions["programmes"])
    project_as("figure", PROJECTION)
    app.register_blueprint(bp)
    navigation.add(app, "reported.index", lazy_gettext("Số liệu được cung cấp"), "reported:write", order=62)


def plans() -> dict:
    """Every plan by code."""
    return current_app.extensions["plans"]
