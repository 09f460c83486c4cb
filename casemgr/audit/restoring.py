"""A backup put back: whole, with its record, or not at all.

Everything is done where nobody sees it yet: on SQLite in a file beside the database, on PostgreSQL in one transaction.
Who is stopped half-way leaves the empty database that was there.
"""

import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from casemgr import vault
from casemgr.audit.backup import CHUNK, FORMAT, MANIFEST, WHOLE, columns_of, name_of, opened
from casemgr.audit.rules import backup_mac, installation_of
from casemgr.db import db, is_postgresql, migrations
from casemgr.ledger.services import province
from casemgr.refused import N_, Refused
from casemgr.vault.keyfile import sync_folder

UNREADABLE = N_("Tệp này không phải là bản sao lưu, hoặc đã bị hỏng.")
NEWER = N_("Bản sao lưu này do một phiên bản khác của chương trình làm ra; hãy phục hồi bằng phiên bản đó trở lên.")
DAMAGED = (OSError, EOFError, KeyError, zlib.error, zipfile.BadZipFile, psycopg.Error, sqlite3.Error, sa.exc.DBAPIError)


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
    if said.get("mac") != backup_mac(vault.keys().mac, said).hex():
        raise Refused(UNREADABLE)
    return said


@contextmanager
def put_back(file: Path, said: Mapping) -> Iterator[None]:
    """Within, `db.session` is what the backup holds, in today's schema; it takes the place of the empty database when
    the block ends. Raises Refused; then, as after any other exception, the empty database is as it was."""
    if sa.inspect(db.engine).get_table_names():
        raise Refused(
            N_(
                "Chỉ phục hồi vào cơ sở dữ liệu trống. Hãy cất cơ sở dữ liệu hiện có ở nơi khác, không chạy «flask init»."
            )
        )
    db.session.remove()
    postgresql = said["database"] == "postgresql"
    with _archive(file, said) as archive, _one_transaction() if postgresql else _beside() as place:
        with _told():
            if postgresql:
                _fill(place, archive, said)
            else:
                _unpack(place, archive, said)
            _upgrade("head")
        yield
        db.session.remove()


@contextmanager
def _told() -> Iterator[None]:
    """Whatever a damaged file breaks is said in one sentence."""
    try:
        yield
    except DAMAGED:
        raise Refused(UNREADABLE) from None
    except CommandError:  # a revision that the program does not know
        raise Refused(NEWER) from None


@contextmanager
def _archive(file: Path, said: Mapping) -> Iterator[zipfile.ZipFile]:
    """The backup, once every member was found to be what was written."""
    migrations(current_app)
    with _told():
        archive = zipfile.ZipFile(file)
    with archive:
        with _told():
            if revision := said.get("revision"):
                ScriptDirectory.from_config(_alembic()).get_revision(revision)
            for name in said["digests"]:
                for _data in _checked(archive, name, said):
                    pass
        yield archive


def _checked(archive: zipfile.ZipFile, name: str, said: Mapping) -> Iterator[bytes]:
    """The content of a member, piece by piece. Raises Refused at its end where it is not what was written."""
    digest = sha256()
    with opened(archive, name) as content:
        for data in iter(lambda: content.read(CHUNK), b""):
            digest.update(data)
            yield data
    if digest.hexdigest() != said["digests"][name]:
        raise Refused(UNREADABLE)


def _alembic():
    return current_app.extensions["migrate"].migrate.get_config()


def _upgrade(revision: str) -> None:
    command.upgrade(_alembic(), revision)


@contextmanager
def _instead(bind) -> Iterator[None]:
    """`db.session`, `db.engine` and the migrations work on this meanwhile."""
    own = db.engines[None]
    db.engines[None] = bind
    try:
        yield
    finally:
        db.session.remove()
        db.engines[None] = own


@contextmanager
def _one_transaction() -> Iterator[sa.Connection]:
    with db.engine.connect() as connection, connection.begin(), _instead(connection):
        yield connection


@contextmanager
def _beside() -> Iterator[Path]:
    """A file in a folder of its own beside the database, which takes its place at the end."""
    here = Path(db.engine.url.database)
    folder = here.with_name(f".{here.name}.restoring")
    shutil.rmtree(folder, ignore_errors=True)  # of a restore that was stopped
    folder.mkdir(mode=0o700)
    draft = folder / here.name
    engine = sa.create_engine(db.engine.url.set(database=str(draft)), hide_parameters=True)
    try:
        with _instead(engine):
            yield draft
            db.session.remove()
            engine.dispose()
            with closing(sqlite3.connect(draft)) as own:
                own.execute("PRAGMA journal_mode=DELETE")  # what is still in its journal goes into the file
        db.engine.dispose()
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        for ending in ("-wal", "-shm"):  # of the empty database that stood here
            here.with_name(here.name + ending).unlink(missing_ok=True)
        os.replace(draft, here)
        sync_folder(here.parent)
    finally:
        engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(draft: Path, archive: zipfile.ZipFile, said: Mapping) -> None:
    with draft.open("wb") as out:
        for data in _checked(archive, WHOLE, said):
            out.write(data)


def _fill(connection: sa.Connection, archive: zipfile.ZipFile, said: Mapping) -> None:
    """The schema as it was when the backup was made, then all tables."""
    for table, columns in said["tables"].items():
        if not all(name.isidentifier() for name in (table, *columns)):
            raise Refused(UNREADABLE)
    _upgrade(said["revision"])
    with connection.connection.driver_connection.cursor() as cursor:
        for table, columns in said["tables"].items():
            with cursor.copy(f"COPY {columns_of(table, columns)} FROM STDIN") as rows:
                for data in _checked(archive, name_of(table), said):
                    rows.write(data)
