"""The subjects' own keys."""

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class SubjectKey(Base):
    """The wrapped key of one subject. Deleting the row makes everything sealed about the subject unreadable."""

    __tablename__ = "vault_key"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    subject: Mapped[uuid.UUID] = mapped_column(QuickUuid, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(sa.LargeBinary(40))

    __table_args__ = ({"sqlite_with_rowid": False},)
