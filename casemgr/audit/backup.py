"""The whole database in one file, without the key; put back, and what is missing since then named.

Attachments lie encrypted in the database, so one file holds everything. The key file is never in it: whoever has both
reads everything, so the two are kept apart. SQLite is copied by its own backup, PostgreSQL table by table from one
snapshot; either way work goes on meanwhile.
"""

import gzip
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from casemgr import vault
from casemgr.audit.rules import installation_of
from casemgr.db import Base, db, is_postgresql, migrations
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused

FORMAT = "casemgr-backup/1"
MANIFEST, WHOLE = "manifest.json", "casemgr.db.gz"
CHUNK = 1 << 20
UNREADABLE = N_("Tệp này không phải là bản sao lưu, hoặc đã bị hỏng.")


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
        with copy.open("rb") as file, _member(archive, WHOLE) as write:
            for data in iter(lambda: file.read(CHUNK), b""):
                write(data)
            return {"database": "sqlite", "digests": {WHOLE: write.digest()}}


def _from_postgresql(archive: zipfile.ZipFile) -> dict:
    digests, tables = {}, {}
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        for table in Base.metadata.sorted_tables:
            tables[table.name] = [column.name for column in table.columns]
            with (
                connection.connection.driver_connection.cursor() as cursor,
                _member(archive, _name(table.name)) as write,
            ):
                with cursor.copy(f"COPY {_columns(table.name, tables[table.name])} TO STDOUT") as rows:
                    for data in rows:
                        write(bytes(data))
                digests[_name(table.name)] = write.digest()
    return {"database": "postgresql", "revision": revision, "tables": tables, "digests": digests}


def _name(table: str) -> str:
    return f"{table}.copy.gz"


def _columns(table: str, columns) -> str:
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


# ---------------------------------------------------------------- putting it back


def read(file: Path) -> dict:
    """The manifest of a backup that this installation may put back here. Raises Refused, and nothing was touched."""
    try:
        with zipfile.ZipFile(file) as archive:
            said = json.loads(archive.read(MANIFEST))
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        datetime.fromisoformat(said["made_at"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        raise Refused(UNREADABLE) from None
    if said["installation"] != installation_of(vault.keys().mac) or said["province"] != province():
        raise Refused(N_("Bản sao lưu này thuộc một hệ thống khác, hoặc tệp khóa không phải của hệ thống này."))
    here = "postgresql" if is_postgresql(db.session) else "sqlite"
    if said["database"] != here:
        raise Refused(
            N_("Bản sao lưu từ %(kind)s chỉ phục hồi được vào %(kind)s; DATABASE_URL đang chỉ %(here)s."),
            kind=said["database"],
            here=here,
        )
    return said


def put_back(file: Path, said: Mapping) -> None:
    """Fills an empty database with what the backup holds, and brings its schema up to this program. Raises Refused."""
    if sa.inspect(db.engine).get_table_names():
        raise Refused(
            N_(
                "Chỉ phục hồi vào cơ sở dữ liệu trống. Hãy cất cơ sở dữ liệu hiện có ở nơi khác, không chạy «flask init»."
            )
        )
    db.session.remove()
    try:
        with zipfile.ZipFile(file) as archive:
            if said["database"] == "sqlite":
                _into_sqlite(archive, said)
            else:
                _into_postgresql(archive, said)
    except (OSError, EOFError, KeyError, zlib.error, zipfile.BadZipFile):
        raise Refused(UNREADABLE) from None
    _upgrade("head")


def _upgrade(revision: str) -> None:
    from flask import current_app
    from flask_migrate import upgrade

    migrations(current_app)
    upgrade(revision=revision)


def _checked(archive: zipfile.ZipFile, name: str, said: Mapping) -> Iterator[bytes]:
    """The content of a member, piece by piece. Raises Refused at its end where it is not what was written."""
    digest = sha256()
    with archive.open(name) as raw, gzip.GzipFile(fileobj=raw) as content:
        for data in iter(lambda: content.read(CHUNK), b""):
            digest.update(data)
            yield data
    if digest.hexdigest() != said["digests"][name]:
        raise Refused(UNREADABLE)


def _into_sqlite(archive: zipfile.ZipFile, said: Mapping) -> None:
    db.engine.dispose()
    here = Path(db.engine.url.database)
    draft = here.with_name(f".{here.name}.restored")
    try:
        with draft.open("wb") as out:
            for data in _checked(archive, WHOLE, said):
                out.write(data)
            out.flush()
            os.fsync(out.fileno())
        for ending in ("-wal", "-shm"):  # of the empty database that stood here
            here.with_name(here.name + ending).unlink(missing_ok=True)
        shutil.move(draft, here)
    finally:
        draft.unlink(missing_ok=True)


def _into_postgresql(archive: zipfile.ZipFile, said: Mapping) -> None:
    """The schema as it was when the backup was made, then all tables in one transaction."""
    _upgrade(said["revision"])
    with db.engine.begin() as connection, connection.connection.driver_connection.cursor() as cursor:
        for table, columns in said["tables"].items():
            if not all(name.isidentifier() for name in (table, *columns)):
                raise Refused(UNREADABLE)
            with cursor.copy(f"COPY {_columns(table, columns)} FROM STDIN") as rows:
                for data in _checked(archive, _name(table), said):
                    rows.write(data)
