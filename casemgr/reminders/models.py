"""Where somebody wants to be reminded, and which letters have gone out."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base


class Reminder(Base):
    """One row per account that has asked for it: a setting of the account. Of the calendar's address only a keyed
    digest is kept."""

    __tablename__ = "reminder"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    calendar: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16), unique=True)
    changed_at: Mapped[datetime]


class ReminderLetter(Base):
    """A morning letter: the row is written before the letter is handed to the mail server, and `sent_at` after the
    server has taken it. Where that is missing, nobody knows whether it left."""

    __tablename__ = "reminder_letter"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
