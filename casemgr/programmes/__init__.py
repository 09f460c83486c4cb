"""Target groups as data: one TOML file each, read and checked at start."""

from pathlib import Path

from flask import current_app

FOLDER = Path(__file__).parent


def init_app(app) -> None:
    from casemgr.programmes.loader import load_folder

    app.extensions["programmes"] = load_folder(app.config.get("CASEMGR_PROGRAMMES", FOLDER))


def programmes() -> dict:
    """Every programme by code, in the order of the codes."""
    return current_app.extensions["programmes"]
