"""The few pages of the shell itself: static files, the choice of language, signs of life."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, redirect, request, session, url_for

from casemgr.db import db
from casemgr.ui.doors import public
from casemgr.ui.i18n import LANGUAGES

bp = Blueprint("ui", __name__)

OURS = Path(__file__).with_name("static")
# Bootstrap's stylesheet as Bootstrap-Flask brings it; nothing else of that folder is served.
BORROWED = files("flask_bootstrap") / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Asset:
    plain: bytes
    gzipped: bytes
    type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Every static file by name, read and compressed once."""
    sources = {path.name: path for path in OURS.iterdir() if path.is_file()} | {BORROWED.name: BORROWED}
    return {name: _read(name, source.read_bytes()) for name, source in sources.items()}


def _read(name: str, content: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(content, gzip.compress(content, 9, mtime=0), kind, hashlib.sha256(content).hexdigest()[:12])


def asset(filename: str) -> str:
    """The address of a static file, with the version that lets browsers keep it for a year."""
    return url_for("ui.static", filename=filename, v=assets()[filename].version)


@bp.get("/static/<filename>")
@public
def static(filename: str):
    found = assets().get(filename)
    if found is None:
        abort(404)
    squeeze = "gzip" in request.accept_encodings and len(found.gzipped) < len(found.plain)
    response = Response(found.gzipped if squeeze else found.plain, content_type=found.type)
    if squeeze:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    known = request.args.get("v") == found.version
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if known else "public, max-age=300"
    response.set_etag(found.version + ("-gzip" if squeeze else ""))
    return response.make_conditional(request)


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


def here() -> str:
    """The address of this page, to come back to after a choice of language."""
    if request.method != "GET":
        return "/"
    return local_path(request.full_path if request.query_string else request.path)


@bp.before_app_request
def _check_address():
    """No address of ours holds a control character, and no database takes a NUL."""
    if not all(text.isprintable() for text in (request.path, *request.args, *request.args.values())):
        abort(400)


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
