"""Changes to accounts and roles. Every function flushes and leaves the commit to its caller."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from casemgr import vault
from casemgr.access import throttle
from casemgr.access.models import RoleGrant, User
from casemgr.access.policy import ROLES
from casemgr.db import one_of
from casemgr.refused import N_, Refused
from casemgr.units import services as units

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
PROGRAMMES = re.compile(r"\*|[A-Z0-9]{2,8}(,[A-Z0-9]{2,8})*")


def create_user(
    session, *, username: str, full_name: str, unit_id: str, password_hash: str, now: datetime, must_change: bool = True
) -> User:
    """A new account without roles. `password_hash` comes from `accounts.hashed`, made before the transaction."""
    username = username.strip().lower()
    if not USERNAME.fullmatch(username):
        raise Refused(
            N_("Tên đăng nhập gồm 3 đến 40 chữ thường không dấu, chữ số, dấu chấm hoặc gạch, bắt đầu bằng chữ."),
            "username",
        )
    _known_unit(session, unit_id)
    if session.scalar(sa.select(User.id).where(User.username == username)):
        raise Refused(N_("Tên đăng nhập này đã có."), "username")
    user = User(
        username=username,
        full_name=full_name,
        unit_id=unit_id,
        password=password_hash,
        must_change=must_change,
        created_at=now,
        grants=[],
    )
    session.add(user)
    session.flush()
    return user


def set_password(session, user: User, password_hash: str, *, must_change: bool) -> None:
    """A new password: every session of the account ends, and its failed attempts are forgotten."""
    user.password = password_hash
    user.must_change = must_change
    user.end_sessions()
    throttle.forgive(session, throttle.digest(vault.keys().mac, "account", user.username))
    session.flush()


def set_active(session, user: User, active: bool) -> None:
    """Closes or reopens an account; its sessions end at once."""
    user.active = active
    user.end_sessions()
    session.flush()


def grant_role(
    session,
    *,
    user: User,
    role: str,
    unit_id: str,
    programmes: str,
    valid_from: date,
    granted_by: UUID | None,
    now: datetime,
    valid_to: date | None = None,
) -> RoleGrant:
    """Gives a role in a unit for programmes ('TE,MT' or '*'). `valid_to`: the last day, if known."""
    if role not in ROLES:
        raise Refused(N_("Không có vai trò này."), "role")
    if not PROGRAMMES.fullmatch(programmes):
        raise Refused(N_("Hãy chọn ít nhất một chương trình."), "programmes")
    _known_unit(session, unit_id)
    if valid_to is not None and valid_to < valid_from:
        raise Refused(N_("Ngày hết hiệu lực phải sau ngày bắt đầu."), "valid_to")
    codes = ",".join(sorted(set(programmes.split(","))))
    if any(
        (held.role, held.unit_id, held.programmes) == (role, unit_id, codes)
        and (held.valid_to is None or held.valid_to > valid_from)
        for held in user.grants
    ):
        raise Refused(N_("Tài khoản đã có vai trò này tại đơn vị này."), "role")
    grant = RoleGrant(
        role=role,
        unit_id=unit_id,
        programmes=codes,
        valid_from=valid_from,
        valid_to=valid_to + timedelta(days=1) if valid_to else None,
        granted_by=granted_by,
        granted_at=now,
        ended_at=now if valid_to else None,
        ended_by=granted_by if valid_to else None,
    )
    user.grants.append(grant)
    session.flush()
    return grant


def end_grant(session, grant: RoleGrant, *, ended_by: UUID | None, now: datetime) -> None:
    """Ends a role at once. What was done under it stays explained: the row is kept."""
    if grant.valid_to is not None and grant.valid_to <= now.date():
        raise Refused(N_("Vai trò này đã kết thúc."))
    grant.valid_to = max(now.date(), grant.valid_from)
    grant.ended_at = now
    grant.ended_by = ended_by
    session.flush()


def users_of(session, unit_ids: frozenset[str], *, number: int, size: int) -> tuple[list[User], int]:
    """One page of the accounts of these units with their roles, by username, and how many there are."""
    here = one_of(User.unit_id, unit_ids)
    total = session.scalar(sa.select(sa.func.count()).select_from(User).where(here))
    found = sa.select(User).where(here).order_by(User.username).options(selectinload(User.grants))
    return list(session.scalars(found.offset((number - 1) * size).limit(size))), total


def _known_unit(session, unit_id: str) -> None:
    if unit_id not in units.load(session):
        raise Refused(N_("Không có đơn vị này."), "unit_id")
