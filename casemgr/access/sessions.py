"""The session of a browser: how it begins, lies idle and ends."""

import json
import time

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, logout_user
from flask_security import login_user

from casemgr.access.models import User
from casemgr.ui.i18n import LANGUAGES

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
IDLE_SECONDS = 30 * 60


def begin(user: User) -> None:
    """Opens a session. Nothing of the visitor's session goes into it, except the language."""
    language = session.get("language", user.language)
    end()
    login_user(user)
    session.permanent = True
    session["language"] = language if language in LANGUAGES else "vi"
    session["seen"] = int(time.time())


def keep(user: User) -> None:
    """Keeps this session alive after all sessions of the account were ended."""
    session["_user_id"] = user.fs_uniquifier


def end() -> None:
    """Ends this session; the language stays."""
    language = session.get("language")
    logout_user()
    session.clear()
    g.pop("csrf_token", None)  # a token that this request made already belongs to the session that ends
    g.pop("actor", None)
    if language:
        session["language"] = language


def idle() -> bool:
    """Whether the session has lain unused too long; a request keeps it alive."""
    moment, seen = int(time.time()), session.get("seen", 0)
    if moment - seen > current_app.config.get("CASEMGR_IDLE_SECONDS", IDLE_SECONDS):
        return True
    if moment - seen > 30:
        session["seen"] = moment
    return False


def ask_to_sign_in():
    """The answer to a visitor, or to somebody whose session has ended."""
    known = current_user.is_authenticated
    end()
    if request.method in SAFE:
        if known:
            flash(gettext("Phiên làm việc đã hết do lâu không sử dụng. Hãy đăng nhập lại."), "info")
        path = request.full_path.rstrip("?") if request.path != "/" else None
        return redirect(url_for("access.sign_in", next=path), 303)
    # What was typed is carried through the sign-in by the page itself; it is stored nowhere.
    return render_template("access/expired.html", typed=json.dumps(_typed()), address=_address()), 401


def ask_to_send_again():
    """The answer to a form whose session is over while another one has begun: what was typed, behind one button."""
    return render_template("access/resume.html", typed=_typed(), address=_address(), stale=True), 400


def _typed() -> list[tuple[str, str]]:
    """The fields of the form that was sent; a password is typed again."""
    fields = request.form.items(multi=True)
    return [(name, value) for name, value in fields if name != "csrf_token" and "password" not in name]


def _address() -> str:
    return request.full_path.rstrip("?")
