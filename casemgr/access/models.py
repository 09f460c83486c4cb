"""Users, the roles they hold, attempts to sign in, and the append-only access log."""

import secrets
from datetime import date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask_security import UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casemgr.db import Base, QuickUuid


def _new_uniquifier() -> str:
    return secrets.token_hex(16)


class User(Base, UserMixin):
    """An account. It is deactivated, never deleted: the ledger names it as author."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True, default=uuid4)
    username: Mapped[str] = mapped_column(sa.String(40), unique=True)
    full_name: Mapped[str] = mapped_column(sa.String(120))
    # The office the account belongs to; an administrator manages the accounts of the units below.
    unit_id: Mapped[str] = mapped_column(sa.String(32), index=True)
    password: Mapped[str] = mapped_column(sa.String(255))
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    # Named in the session cookie; a new value ends every session of the account.
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True, default=_new_uniquifier)
    language: Mapped[str] = mapped_column(sa.String(2), default="vi")
    created_at: Mapped[datetime]

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="user", foreign_keys="RoleGrant.user_id", order_by="RoleGrant.granted_at"
    )

    def end_sessions(self) -> None:
        self.fs_uniquifier = _new_uniquifier()


class RoleGrant(Base):
    """A role held in a unit, for programmes. Never edited: it is ended, and another one takes its place."""

    __tablename__ = "role_grant"

    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    unit_id: Mapped[str] = mapped_column(sa.String(32))
    programmes: Mapped[str] = mapped_column(sa.String(120))  # "MT,TE", or "*" for all
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # the first day on which it no longer holds
    granted_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user_account.id"))  # None: at installation
    granted_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="grants", foreign_keys=[user_id])

    __table_args__ = (
        sa.CheckConstraint(
            "role IN ('worker','supervisor','auditor','coordinator','administrator')", name="role_known"
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period_ordered"),
        sa.CheckConstraint("(valid_to IS NULL) = (ended_at IS NULL)", name="end_recorded"),
    )

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    @classmethod
    def holding(cls, day):
        """`holds_on` as an SQL condition; the day may be a bound parameter."""
        return sa.and_(cls.valid_from <= day, sa.or_(cls.valid_to.is_(None), cls.valid_to > day))


TODAY = sa.bindparam("today", type_=sa.Date())  # for `holding`, in statements that are made once


class SignInAttempt(Base):
    """One try of a password. Account and address are keyed digests: people type passwords into the wrong box."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    address: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    succeeded: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.Index(None, "account", "at"), sa.Index(None, "address", "at"))


class AccessLog(Base):
    """Who opened or did what, and how it ended. Codes only: no name, no text, no query string."""

    __tablename__ = "access_log"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[UUID | None]
    unit: Mapped[str | None] = mapped_column(sa.String(32))
    programme: Mapped[str | None] = mapped_column(sa.String(16))
    status: Mapped[int] = mapped_column(sa.SmallInteger)
    detail: Mapped[str] = mapped_column(sa.String(200))
    method: Mapped[str] = mapped_column(sa.String(8))
    endpoint: Mapped[str] = mapped_column(sa.String(80))
    # The row's place: each row of a chain carries a MAC over itself and the MAC before it.
    chain: Mapped[int] = mapped_column(sa.SmallInteger)
    seq: Mapped[int] = mapped_column(sa.Integer)
    mac: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.UniqueConstraint("province", "chain", "seq"),
        sa.Index(None, "province", "at"),
        sa.Index(None, "province", "user_id", "at"),
        sa.Index(None, "province", "subject", "at"),
    )
