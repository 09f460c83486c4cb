"""Seals, and the heads that moved between them. Both append-only."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class Seal(Base):
    """One seal over all ledgers and the access log. Its fields are those of `rules.Statement`."""

    __tablename__ = "seal"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(sa.DateTime)
    author: Mapped[str] = mapped_column(sa.String(64))
    subjects: Mapped[int] = mapped_column(sa.Integer)
    entries: Mapped[int] = mapped_column(sa.BigInteger)
    moved: Mapped[int] = mapped_column(sa.Integer)
    moved_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    root: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    prev: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (sa.CheckConstraint("number > 0", name="number_positive"),)


class SealHead(Base):
    """The head of a ledger when it was sealed, where it had moved since the seal before."""

    __tablename__ = "seal_head"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    seq: Mapped[int] = mapped_column(sa.Integer)
    mac: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = ({"sqlite_with_rowid": False},)


class Replayed(Base):
    """An answer worked out from the ledgers, kept under everything it depends on; may be emptied at any time."""

    __tablename__ = "replayed"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(sa.DateTime)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)  # JSON, compressed


class ReportBody(Base):
    """What a closed report says, to the byte; named by its digest in the report's ledger. Append-only."""

    __tablename__ = "report_body"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    subject: Mapped[UUID] = mapped_column(QuickUuid)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)  # canonical JSON, compressed
