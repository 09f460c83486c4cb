"""The few pages of the shell itself: static files, the choice of language, signs of life."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, redirect, request, send_from_directory, session, url_for

from casemgr.db import db
from casemgr.ui.doors import public
from casemgr.ui.i18n import LANGUAGES

bp = Blueprint("ui", __name__)

OURS = Path(__file__).with_name("static")
# Bootstrap's stylesheet as Bootstrap-Flask brings it; nothing else of that folder is served.
BOOTSTRAP = Path(str(files("flask_bootstrap"))) / "static" / "bootstrap5" / "css"
BORROWED = {"bootstrap.min.css": BOOTSTRAP}
YEAR = 365 * 24 * 3600


@cache
def _version(filename: str) -> str:
    path = BORROWED.get(filename, OURS) / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(filename: str) -> str:
    """The address of a static file, with the version that lets browsers keep it for a year."""
    return url_for("ui.static", filename=filename, v=_version(filename))


@bp.get("/static/<path:filename>")
@public
def static(filename: str):
    known = request.args.get("v") is not None
    response = send_from_directory(BORROWED.get(filename, OURS), filename, max_age=YEAR if known else 300)
    response.cache_control.public = True
    response.cache_control.immutable = known or None
    return response


@bp.post("/language")
@public
def language():
    """Keeps the chosen language in the session and goes back to the page it was chosen on."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    session["language"] = chosen
    return redirect(local_path(request.form.get("next", "")), 303)


def local_path(path: str) -> str:
    """The path if it leads to this site, else the front page: an open redirect would help a deceiver."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else "/"


@bp.get("/healthz")
@public
def healthz():
    """The process answers."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@bp.get("/readyz")
@public
def readyz():
    """The process can serve: the database answers and every registered check passes."""
    try:
        db.session.execute(sa.select(1))
        for check in current_app.extensions.get("casemgr.readiness", ()):
            check()
    except Exception as error:  # any reason at all means "not ready"
        current_app.logger.warning("not ready: %s", type(error).__name__)
        return "not ready\n", 503, {"Content-Type": "text/plain"}
    finally:
        db.session.rollback()
    return "ready\n", 200, {"Content-Type": "text/plain"}
