"""Projections of the ledgers of funds. Who gave stays in the ledger, sealed; amounts are whole đồng."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class FundBalance(Base):
    """One fund of one unit: what is at hand."""

    __tablename__ = "fund_balance"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    fund: Mapped[str] = mapped_column(sa.String(32))
    unit: Mapped[str] = mapped_column(sa.String(32))
    money: Mapped[int] = mapped_column(sa.BigInteger)
    goods: Mapped[int] = mapped_column(sa.BigInteger)
    open_pledges: Mapped[int] = mapped_column(sa.BigInteger)
    overdrawn: Mapped[bool]
    head_seq: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("province", "fund", "unit"),
        sa.CheckConstraint("overdrawn OR (money >= 0 AND goods >= 0)", name="below_zero_with_a_reason"),
    )


class FundMove(Base):
    """One pledge, receipt or payment that stands."""

    __tablename__ = "fund_move"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    entry: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    fund: Mapped[str] = mapped_column(sa.String(32))
    unit: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[str] = mapped_column(sa.String(9))
    day: Mapped[date]
    amount: Mapped[int] = mapped_column(sa.BigInteger)
    way: Mapped[str] = mapped_column(sa.String(8))

    __table_args__ = (
        sa.CheckConstraint("kind IN ('pledged','received','disbursed')", name="kind_known"),
        sa.CheckConstraint("way IN ('cash','transfer','goods')", name="way_known"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.Index(None, "province", "fund", "day"),
    )
