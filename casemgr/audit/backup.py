"""The whole database in one file, without the key.

Attachments lie encrypted in the database, so one file holds everything. The key file is never in it: whoever has both
reads everything, so the two are kept apart. SQLite is copied by its own backup, PostgreSQL table by table from one
snapshot; either way work goes on meanwhile.
"""

import gzip
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from casemgr import vault
from casemgr.audit.rules import backup_mac, installation_of
from casemgr.db import Base, db, is_postgresql
from casemgr.ledger.services import province

FORMAT = "casemgr-backup/1"
MANIFEST, WHOLE = "manifest.json", "casemgr.db.gz"
CHUNK = 1 << 20


def make(session, out: Path, now: datetime) -> dict:
    """Writes the backup and gives its manifest. Nothing is left where it does not come to its end."""
    handle, draft = tempfile.mkstemp(dir=out.parent, prefix=".backup-")  # mkstemp makes it 0600
    os.close(handle)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            said = {
                "format": FORMAT,
                "installation": installation_of(vault.keys().mac),
                "province": province(),
                "made_at": now.isoformat(),
                **(_from_postgresql(archive) if is_postgresql(session) else _from_sqlite(archive, out.parent)),
            }
            said["mac"] = backup_mac(vault.keys().mac, said).hex()
            archive.writestr(MANIFEST, json.dumps(said, indent=1))
        with open(draft, "rb") as file:
            os.fsync(file.fileno())
        os.replace(draft, out)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return said


def _from_sqlite(archive: zipfile.ZipFile, folder: Path) -> dict:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as place:
        copy = Path(place) / "copy.db"
        with closing(sqlite3.connect(db.engine.url.database)) as own, closing(sqlite3.connect(copy)) as other:
            own.backup(other)
            other.execute("PRAGMA journal_mode=DELETE")
            (revision,) = other.execute("SELECT version_num FROM alembic_version").fetchone()
        with copy.open("rb") as file, _member(archive, WHOLE) as write:
            for data in iter(lambda: file.read(CHUNK), b""):
                write(data)
            return {"database": "sqlite", "revision": revision, "digests": {WHOLE: write.digest()}}


def _from_postgresql(archive: zipfile.ZipFile) -> dict:
    digests, tables = {}, {}
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        for table in Base.metadata.sorted_tables:
            tables[table.name] = [column.name for column in table.columns]
            with (
                connection.connection.driver_connection.cursor() as cursor,
                _member(archive, name_of(table.name)) as write,
            ):
                with cursor.copy(f"COPY {columns_of(table.name, tables[table.name])} TO STDOUT") as rows:
                    for data in rows:
                        write(bytes(data))
                digests[name_of(table.name)] = write.digest()
    return {"database": "postgresql", "revision": revision, "tables": tables, "digests": digests}


def name_of(table: str) -> str:
    return f"{table}.copy.gz"


def columns_of(table: str, columns) -> str:
    """Names from our own models, or from a manifest that is held against them."""
    return f'"{table}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)})'


class _Write:
    """Writes into a member of the archive and remembers the digest of what was written, before it was compressed."""

    def __init__(self, file):
        self.file, self.said = file, sha256()

    def __call__(self, data: bytes) -> None:
        self.said.update(data)
        self.file.write(data)

    def digest(self) -> str:
        return self.said.hexdigest()


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[_Write]:
    with (
        archive.open(name, "w", force_zip64=True) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1) as file,
    ):
        yield _Write(file)


@contextmanager
def opened(archive: zipfile.ZipFile, name: str) -> Iterator[gzip.GzipFile]:
    """A member of the archive, as it was before it was compressed."""
    with archive.open(name) as raw, gzip.GzipFile(fileobj=raw) as content:
        yield content
