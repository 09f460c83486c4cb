"""Signing in and out, and one's own password."""

import json
from ipaddress import ip_address

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from casemgr import vault
from casemgr.access import accounts, services, sessions, throttle, web
from casemgr.access.forms import PasswordForm, SignInForm
from casemgr.access.web import guard, log_access, public
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.refused import N_, Refused
from casemgr.ui.forms import show_form
from casemgr.ui.pages import local_path

bp = Blueprint("access", __name__)

WRONG = N_("Tên đăng nhập hoặc mật khẩu không đúng.")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in():
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        if web.current_actor() is not None:
            return redirect(web.home(), 303)
        return render_template("access/sign_in.html", form=form)
    if not form.validate():
        return show_form("access/sign_in.html", form)
    user, minutes = _verify(form)
    if minutes:
        form.form_errors.append(
            gettext("Đã nhập sai quá nhiều lần. Hãy thử lại sau %(minutes)d phút.", minutes=minutes)
        )
        page, _status = show_form("access/sign_in.html", form)
        return page, 429, {"Retry-After": str(minutes * 60)}
    if user is None:
        form.form_errors.append(gettext(WRONG))
        return show_form("access/sign_in.html", form)
    return _enter(user, form)


def _verify(form) -> tuple:
    """(user, 0), (None, 0) for a wrong password, or (None, minutes) when there were too many.

    The attempt is counted and committed first; the slow comparison runs outside of every transaction.
    """
    key = vault.keys().mac
    account = throttle.digest(key, "account", (form.username.data or "").lower())
    address = throttle.digest(key, "address", _from_where())
    begin_write()
    attempt, minutes = throttle.reserve(db.session, account, address, now())
    db.session.commit()
    if attempt is None:
        log_access("session:refused", detail="too-many")
        return None, minutes
    user = accounts.find(db.session, form.username.data or "")
    db.session.rollback()
    if not accounts.matches(user, form.password.data):
        log_access("session:refused", subject=user.id if user else None)
        return None, 0
    begin_write()
    throttle.forgive(db.session, account)
    return accounts.find(db.session, user.username), 0


def _from_where() -> str:
    """The address of the visitor. A proxy on this machine says who asked it; without that everybody would have one
    address, and a few wrong passwords would keep the whole province out. Of what others say there, nothing is believed:
    the proxy's own word is the last."""
    peer, said = request.remote_addr or "", request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    here = not peer or ip_address(peer).is_loopback
    return said if here and said else peer


def _enter(user, form):
    sessions.begin(user)
    g.actor = web.actor_of(user)
    log_access("session:begin")
    if user.must_change:
        return redirect(url_for("access.password"), 303)
    typed = _typed(form.typed.data)
    if typed:
        return render_template(
            "access/resume.html", typed=typed, address=local_path(form.next.data or "/"), stale=False
        )
    path = local_path(form.next.data or "/")
    return redirect(web.home() if path == "/" else path, 303)


def _typed(text: str | None) -> list[tuple[str, str]]:
    """The fields of a form that was sent after the session had ended, carried along by our own page."""
    try:
        pairs = json.loads(text or "[]")
        return [(str(name), str(value)) for name, value in pairs]
    except (ValueError, TypeError):
        return []


@bp.post("/sign-out")
@guard()
def sign_out():
    accounts.own(db.session).end_sessions()  # a copy of the cookie is worth nothing from now on
    log_access("session:end")
    sessions.end()
    flash(gettext("Đã đăng xuất."), "success")
    return redirect(url_for("access.sign_in"), 303)


@bp.get("/account")
@guard()
def account():
    return render_template(
        "access/account.html", user=accounts.own(db.session), actor=web.current_actor(), title=web.role_title
    )


@bp.route("/account/password", methods=["GET", "POST"])
@guard(late=True)
def password():
    form = PasswordForm()
    if request.method == "POST" and form.validate() and _change(form):
        flash(gettext("Đã đổi mật khẩu."), "success")
        return redirect(url_for("access.account"), 303)
    return show_form("access/password.html", form, due=current_user.must_change)


def _change(form) -> bool:
    """Changes the password; False with the reason on the form."""
    user = accounts.own(db.session)
    if not accounts.matches(user, form.current_password.data):
        form.current_password.errors = [gettext("Mật khẩu hiện tại không đúng.")]
        return False
    if form.password.data != form.again_password.data:
        form.again_password.errors = [gettext("Hai lần nhập không giống nhau.")]
        return False
    try:
        accounts.check_new_password(form.password.data, user.username)
        if form.password.data == form.current_password.data:
            raise Refused(N_("Mật khẩu mới phải khác mật khẩu hiện tại."), "password")
    except Refused as refused:
        form.refuse(refused)
        return False
    made = accounts.hashed(form.password.data)
    begin_write()
    services.set_password(db.session, user, made, must_change=False)
    sessions.keep(user)
    return True
