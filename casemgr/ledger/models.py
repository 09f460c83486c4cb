"""Two tables: a subject with the head of its ledger, and the entries, clustered by (subject, seq)."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class LedgerSubject(Base):
    __tablename__ = "ledger_subject"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    head_seq: Mapped[int] = mapped_column(sa.Integer, default=0)
    head_mac: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (sa.Index(None, "province", "kind", "id"),)


class LedgerEntry(Base):
    """Append-only: triggers made in the migrations refuse every change."""

    __tablename__ = "ledger_entry"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    seq: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid)
    kind: Mapped[str] = mapped_column(sa.String(32))
    occurred_at: Mapped[datetime] = mapped_column(sa.DateTime)
    precision: Mapped[str] = mapped_column(sa.String(6))
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime)
    author: Mapped[str] = mapped_column(sa.String(64))
    unit: Mapped[str] = mapped_column(sa.String(32))
    # Text, not JSON: the chain covers exactly these characters, and JSONB would rewrite numbers.
    coded: Mapped[str] = mapped_column(sa.Text)
    sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    definition: Mapped[str] = mapped_column(sa.String(48))
    voids: Mapped[UUID | None] = mapped_column(QuickUuid)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    prev: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    mac: Mapped[bytes] = mapped_column(sa.LargeBinary(32))

    __table_args__ = (
        sa.UniqueConstraint("province", "id"),
        sa.UniqueConstraint("province", "voids"),  # an entry is voided once
        sa.ForeignKeyConstraint(["province", "subject"], ["ledger_subject.province", "ledger_subject.id"]),
        # What was recorded since a day, and how late, is counted in this index alone.
        sa.Index(None, "province", "recorded_at", "occurred_at", "unit"),
        sa.CheckConstraint("seq > 0", name="seq_positive"),
        sa.CheckConstraint("precision IN ('minute','day','month','year')", name="precision_known"),
        sa.CheckConstraint("(voids IS NULL) = (kind <> 'voided')", name="void_names_entry"),
        {"sqlite_with_rowid": False},
    )


class LedgerPulse(Base):
    """Counts what was appended, so that a page can tell whether anything changed since it last counted.

    Several rows, because writers would wait for each other at one; their sum is the pulse.
    """

    __tablename__ = "ledger_pulse"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    shard: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    beats: Mapped[int] = mapped_column(sa.BigInteger)


class LedgerTouched(Base):
    """The units that a beat of the pulse was about; only the last beats of each shard are remembered."""

    __tablename__ = "ledger_touched"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    shard: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    beats: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    unit_id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)


class LedgerSettled(Base):
    """Up to when nothing more can be recorded, see `settling`."""

    __tablename__ = "ledger_settled"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    known_at: Mapped[datetime]
