"""Accounts for tests: made without the slow hash, signed in without the form."""

import time
from datetime import date, datetime

from casemgr.access.models import RoleGrant, User
from casemgr.units import services as units

SINCE = datetime(2021, 1, 1, 8, 0)
NO_PASSWORD = "!"


def load_units(session) -> None:
    """The included units of An Giang."""
    if not len(units.load(session)):
        units.import_file(session, "an-giang", SINCE)
        session.commit()


def unit(session, code: str, on: date) -> str:
    found = units.load(session).find(code, on)
    assert found, f"no unit {code} on {on}"
    return found


def make_user(session, username: str, *roles: tuple, unit_id: str = "", password_hash: str = NO_PASSWORD) -> User:
    """A user with roles, each (role, unit id) or (role, unit id, programmes)."""
    user = User(
        username=username,
        full_name=f"Người dùng {username}",
        unit_id=unit_id or (roles[0][1] if roles else "89-20210101"),
        password=password_hash,
        created_at=SINCE,
        grants=[],
    )
    for role, where, *programmes in roles:
        user.grants.append(
            RoleGrant(
                role=role,
                unit_id=where,
                programmes=programmes[0] if programmes else "*",
                valid_from=SINCE.date(),
                granted_at=SINCE,
            )
        )
    session.add(user)
    session.commit()
    return user


def sign_in(client, user: User):
    """Opens a session of this user; returns the client."""
    with client.application.app_context(), client.session_transaction() as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie["seen"] = int(time.time())
    return client
