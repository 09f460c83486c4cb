"""Keeping and giving back files. See the package's docstring for how they are used."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa
from flask import current_app, send_file

from casemgr import vault
from casemgr.db import begin_write
from casemgr.files.kinds import EMPTY, MEDIA, Media, sniff
from casemgr.files.models import FileBlob
from casemgr.refused import N_, Refused

FILES = FileBlob.__table__


class Missing(Exception):
    """There is no such file, its key is destroyed, or it is not the one the ledger names."""


@dataclass(frozen=True, slots=True)
class File:
    """A file in clear."""

    id: UUID
    subject: UUID
    name: str
    media: Media
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page may say of a file without opening it."""

    id: UUID
    subject: UUID
    media: Media
    size: int
    sha256: str
    stored_at: datetime


def limit() -> int:
    """The largest file, in bytes (setting CASEMGR_MAX_FILE, in MB)."""
    return current_app.config["CASEMGR_MAX_FILE"] * 1024 * 1024


def read_upload(upload) -> tuple[str, bytes]:
    """(name, content) of what a FileField received. Raises Refused where nothing came or it is too large."""
    if not upload or not getattr(upload, "filename", ""):
        raise Refused(N_("Chưa chọn tệp."), "file")
    data = upload.stream.read(limit() + 1)
    _check_size(data)
    return upload.filename, data


def read_path(path: Path) -> bytes:
    """The content of a file on this machine. Raises Refused where it is empty or too large."""
    with path.open("rb") as opened:
        data = opened.read(limit() + 1)
    _check_size(data)
    return data


def _check_size(data: bytes) -> None:
    if not data:
        raise Refused(EMPTY, "file")
    if len(data) > limit():
        raise Refused(N_("Tệp lớn hơn %(limit)s MB."), "file", limit=limit() // 1024 // 1024)


def store(
    session, subject: UUID, name: str, data: bytes, *, author: str, now: datetime,
    allowed: Collection[str] = tuple(MEDIA), file_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Keeps a file under the key of its subject. Raises Refused (field `file`) where it is not accepted."""
    _check_size(data)
    media = sniff(name, data, allowed)
    begin_write(session)
    here, keys, made = _province(), vault.keys(), file_id or uuid4()
    wrapped = _wrapped(session, subject)
    if wrapped is None:
        raise Missing("a file belongs to a subject that has a key")
    row = {
        "province": here,
        "id": made,
        "subject": subject,
        "media": media.code,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "stored_at": now,
        "author": author,
        "name_sealed": vault.seal(keys, wrapped, name[-200:].encode(), b"file-name" + made.bytes),
        "content": vault.seal(keys, wrapped, data, b"file" + made.bytes),
    }
    session.execute(sa.insert(FILES), [row])
    return made


def load(session, file_id: UUID, sha256: str | None = None) -> File:
    """A file in clear. `sha256` is what the ledger says about it. Raises Missing."""
    row = session.execute(sa.select(FILES).where(FILES.c.province == _province(), FILES.c.id == file_id)).one_or_none()
    wrapped = _wrapped(session, row.subject) if row is not None else None
    if wrapped is None:
        raise Missing("no such file")
    keys = vault.keys()
    try:
        name = vault.unseal(keys, wrapped, row.name_sealed, b"file-name" + row.id.bytes).decode()
        data = vault.unseal(keys, wrapped, row.content, b"file" + row.id.bytes)
    except vault.Unreadable:
        raise Missing("the file was changed") from None
    if hashlib.sha256(data).hexdigest() != (sha256 or row.sha256):
        raise Missing("the file is not the one that was named")
    return File(row.id, row.subject, name, MEDIA[row.media], row.sha256, data)


def facts(session, file_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What is known of several files, by id."""
    wanted = list(file_ids)
    columns = (FILES.c.id, FILES.c.subject, FILES.c.media, FILES.c.size, FILES.c.sha256, FILES.c.stored_at)
    query = sa.select(*columns).where(FILES.c.province == _province(), FILES.c.id.in_(wanted))
    return {r.id: Facts(r.id, r.subject, MEDIA[r.media], r.size, r.sha256, r.stored_at) for r in session.execute(query)}


def discard(session, file_id: UUID) -> None:
    """Removes a file that no entry names (an upload that was given up)."""
    begin_write(session)
    session.execute(sa.delete(FILES).where(FILES.c.province == _province(), FILES.c.id == file_id))


def send(found: File, name: str):
    """The download of a file under a neutral name: `name` is a number, never a person or a group."""
    called = f"{name}.{found.media.endings[0]}"
    return send_file(BytesIO(found.data), found.media.type, as_attachment=True, download_name=called, etag=False)


def _wrapped(session, subject: UUID) -> bytes | None:
    table = vault.SubjectKey.__table__
    query = sa.select(table.c.wrapped).where(table.c.province == _province(), table.c.subject == subject)
    return session.scalar(query)


def _province() -> int:
    return current_app.config["CASEMGR_PROVINCE"]
