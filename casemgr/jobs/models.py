"""Long work that somebody asked for."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid

STATES = ("waiting", "running", "done", "failed")


class Job(Base):
    """One piece of work. `claim` names the run that may write; a run that lost it stops."""

    __tablename__ = "job"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    params: Mapped[str] = mapped_column(sa.Text)  # JSON of ids and codes
    asked_by: Mapped[str] = mapped_column(sa.String(64))
    unit: Mapped[str] = mapped_column(sa.String(32))
    asked_at: Mapped[datetime] = mapped_column(sa.DateTime)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    total: Mapped[int] = mapped_column(sa.Integer, default=0)
    message: Mapped[str] = mapped_column(sa.String(300), default="")  # a source string, why it failed
    values: Mapped[str] = mapped_column(sa.Text, default="{}")  # JSON for its places
    file: Mapped[UUID | None] = mapped_column(QuickUuid)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    claim: Mapped[UUID | None] = mapped_column(QuickUuid)
    worker: Mapped[str] = mapped_column(sa.String(100), default="")  # machine:process
    heartbeat: Mapped[datetime | None] = mapped_column(sa.DateTime)

    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.Index(None, "province", "state", "asked_at"),
    )
