"""Passwords and sessions, on Flask-Security. Its own pages are not used: ours are in signin.py."""

import secrets
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from flask_login import UserMixin, current_user
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security import hash_password as _hash
from flask_security import verify_password as _verify

from casemgr.access.models import TODAY, RoleGrant, User
from casemgr.clock import now
from casemgr.db import db
from casemgr.refused import N_, Refused
from casemgr.units.loading import TOKEN, stands_at

SHORTEST, LONGEST = 10, 128
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without l, 1, o, 0, i


def init_app(app) -> None:
    defaults = {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": True,  # argon2 salts by itself
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": _fold}}],
        # Its own commands would write accounts and roles past our services.
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SESSION_PROTECTION": None,  # addresses of field workers change; idle time and sign-out end a session
    }
    for name, value in defaults.items():
        app.config.setdefault(name, value)
    security = Security(app, SQLAlchemyUserDatastore(db, User, None), register_blueprint=False)
    # Its identity loader would read the user before our transaction begins, and for static files too.
    security.principal.identity_loaders.clear()
    security.login_manager.user_loader(load_user)
    security.login_manager.request_loader(None)


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The user of a session as every request reads it, with the roles that hold today."""

    id: UUID
    full_name: str
    must_change: bool
    grants: tuple  # rows of role, unit_id, programmes


_SESSION = (
    sa.select(User.id, User.full_name, User.must_change, RoleGrant.role, RoleGrant.unit_id, RoleGrant.programmes)
    .add_columns(TOKEN.scalar_subquery().label("units"))
    .outerjoin(RoleGrant, sa.and_(RoleGrant.user_id == User.id, RoleGrant.holding(TODAY)))
    .where(User.fs_uniquifier == sa.bindparam("uniquifier"), User.active)
    .order_by(RoleGrant.granted_at)
)


def load_user(uniquifier: str) -> SignedIn | None:
    """The active user of a session with every role, in one query; how the units stand comes along."""
    rows = db.session.execute(_SESSION, {"uniquifier": uniquifier, "today": now().date()}).all()
    if not rows:
        return None
    user = rows[0]
    stands_at(db.session, user.units)
    return SignedIn(user.id, user.full_name, user.must_change, tuple(row for row in rows if row.role))


def end_every_session(session) -> None:
    """Of all accounts: everybody signs in again."""
    for user in session.scalars(sa.select(User)):
        user.end_sessions()
    session.flush()


def own(session) -> User:
    """The whole account of whoever has signed in, to be shown or changed."""
    return session.get_one(User, current_user.id)


def _fold(username: str) -> str:
    return username.strip().lower()


def find(session, username: str) -> User | None:
    return session.scalar(sa.select(User).where(User.username == _fold(username)))


def normal(password: str) -> str:
    """The form in which a password is hashed and compared: the same keys give the same letters on every keyboard."""
    return current_app.extensions["security"]._password_util.normalize(password)


def hashed(password: str) -> str:
    """The argon2 hash of a password. Slow by design: call it before a transaction that writes."""
    return _hash(normal(password))


def matches(user: User | None, password: str) -> bool:
    """Whether the password opens this account; takes as long for an account that does not exist."""
    right = _verify(normal(password[:LONGEST]), user.password if user else _nobody())
    return bool(user) and right and user.active


@cache
def _nobody() -> str:
    return _hash(secrets.token_hex(16))


def one_time_password() -> str:
    """A password to be read aloud or written down once, and changed at the first sign-in (59 bits)."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def check_new_password(password: str, username: str) -> None:
    """Raises Refused for a password that is too short, too long, too even, or made from the user's name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(N_("Mật khẩu phải có từ %(least)d đến %(most)d ký tự."), "password", least=SHORTEST, most=LONGEST)
    folded = password.lower()
    if username.lower() in folded or len(set(folded)) < 5 or folded in "01234567890123456789" or "matkhau" in folded:
        raise Refused(N_("Mật khẩu này quá dễ đoán. Hãy chọn mật khẩu khác."), "password")
