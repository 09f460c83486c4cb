"""Accounts for tests: made without the slow hash, signed in without the form."""

import time
from datetime import datetime

from casemgr.access.models import RoleGrant, User
from casemgr.units.loading import touch
from casemgr.units.models import Unit

SINCE = datetime(2021, 1, 1, 8, 0)
NO_PASSWORD = "!"


FEW = (
    ("89", "tinh", "An Giang", None),
    ("883", "thanh_pho", "Long Xuyên", "89"),
    ("891", "huyen", "Tri Tôn", "89"),
    ("30544", "thi_tran", "Tri Tôn", "891"),
    ("30547", "xa", "Núi Tô", "891"),
)


def few_units(session) -> None:
    """A province, a city, a district and two communes of it, since 01/01/2021; ids like "30547-20210101"."""
    key = "{}-20210101".format
    touch(session)
    paths = {None: "/"}
    for code, kind, name, parent in FEW:
        paths[code] = f"{paths[parent]}{key(code)}/"
        above = key(parent) if parent else None
        session.add(
            Unit(
                id=key(code), code=code, name=name, kind=kind, parent_id=above, path=paths[code],
                valid_from=SINCE.date(), valid_to=None, note="", recorded_at=SINCE,
            )
        )  # fmt: skip
        session.flush()
    session.commit()


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
