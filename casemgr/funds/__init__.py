"""Funds: what was pledged, what was received, what was paid out and for which case. Funds are data (`funds.toml`).

A fund is kept by a unit; its ledger is the subject `services.subject_of(fund, unit)`. Money is a whole number of đồng.
Who gave is sealed and seen by the fund's keepers alone; of the beneficiary the fund knows the number of the case and
nothing else, so that the two never stand together. Coverage asks `services.figures_of` what was received.
"""

from pathlib import Path

from flask import current_app

FILE = Path(__file__).with_name("funds.toml")


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.funds import giving  # noqa: F401 - it adds views
    from casemgr.funds.loader import load
    from casemgr.funds.services import PROJECTION, figures_of
    from casemgr.funds.views import bp
    from casemgr.ledger.services import project_as
    from casemgr.ui import navigation

    app.extensions["funds"] = load(app.config.get("CASEMGR_FUNDS", FILE), app.extensions["programmes"])
    project_as("fund", PROJECTION)
    app.extensions["money"] = figures_of
    app.register_blueprint(bp)
    navigation.add(app, "funds.index", lazy_gettext("Các quỹ"), "fund:keep", order=64)


def funds() -> dict:
    """Every fund by code, in the order of the file."""
    return current_app.extensions["funds"]
