"""Where somebody wants to be reminded."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base


class Reminder(Base):
    """One row per account that has asked for it. Of the calendar's address only a keyed digest is kept."""

    __tablename__ = "reminder"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    calendar: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16), unique=True)
    changed_at: Mapped[datetime]
