"""The contents of files, encrypted."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.db import Base, QuickUuid


class FileBlob(Base):
    """One file. Its subject's key opens it; destroying that key destroys the file."""

    __tablename__ = "file_blob"

    province: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(QuickUuid, primary_key=True)
    subject: Mapped[UUID] = mapped_column(QuickUuid)
    media: Mapped[str] = mapped_column(sa.String(8))
    size: Mapped[int] = mapped_column(sa.Integer)
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the content in clear, as the ledger names it
    stored_at: Mapped[datetime] = mapped_column(sa.DateTime)
    author: Mapped[str] = mapped_column(sa.String(64))
    name_sealed: Mapped[bytes] = mapped_column(sa.LargeBinary)  # what it was called may name a person
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (sa.Index(None, "province", "subject"),)
