"""The database: one base class, one session, one transaction per request.

Reads run in a plain transaction. A request that writes calls `begin_write()` first: on SQLite that takes a
fair gate shared by all processes and starts with BEGIN IMMEDIATE, because SQLite's own busy handler can make
one writer wait for seconds while others overtake it.
"""

import contextlib
import fcntl
import os
import sqlite3
from uuid import UUID, SafeUUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, scoped_session
from sqlalchemy.pool import Pool

from config import ROOT

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_new, _set, _unsure = object.__new__, object.__setattr__, SafeUUID.unknown


def quick_uuid(text: str | None) -> UUID | None:
    """The same as UUID(text), without looking for braces and dashes: entries are read by the million."""
    if text is None:
        return None
    found = _new(UUID)
    _set(found, "int", int(text, 16))
    _set(found, "is_safe", _unsure)
    return found


class QuickUuid(sa.Uuid):
    """sa.Uuid for columns that are read by the million; PostgreSQL's driver needs no help."""

    cache_ok = True

    def result_processor(self, dialect, coltype):
        return super().result_processor(dialect, coltype) if dialect.supports_native_uuid else quick_uuid


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False, "autoflush": False},
    disable_autonaming=True,
)


def init_app(app) -> None:
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    options = app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})
    options.setdefault("hide_parameters", True)  # an error message must not carry what somebody typed
    if uri.startswith("sqlite"):
        app.config["CASEMGR_INSTANCE"].mkdir(parents=True, exist_ok=True)
        options.setdefault("connect_args", {"timeout": 20})
    else:
        options.setdefault("pool_size", 8)
        options.setdefault("pool_pre_ping", True)
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI"):  # for `flask db`; a web server does without its memory
        migrations(app)


def migrations(app) -> None:
    """Prepares an application for the functions of flask_migrate."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)


def begin_write(session=None) -> None:
    """End the read that may be open and start a transaction that may write. Calling it twice is harmless."""
    session = session or db.session
    if isinstance(session, scoped_session):
        session = session()
    if session.in_transaction():
        if session.connection().get_execution_options().get("casemgr_write"):
            return
        session.commit()
    session.connection(execution_options={"casemgr_write": True})


def is_postgresql(session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@event.listens_for(Engine, "connect")
def _sqlite_settings(connection, _record) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "recursive_triggers=ON",  # so that REPLACE fires the triggers that refuse DELETE
        "cache_size=-2000",  # 2 MB for each connection of a worker; the system caches the file once for all
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("casemgr_write"):
        _enter_gate(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _enter_gate(connection) -> None:
    path = connection.engine.url.database
    if not path or path == ":memory:":
        return
    info = connection.connection.info
    handle = os.open(path + ".gate", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    info["gate"] = handle


@event.listens_for(Pool, "checkin")
def _leave_gate(_connection, record) -> None:
    # The pool takes a connection back only after its COMMIT or ROLLBACK has returned.
    handle = record.info.pop("gate", None)
    if handle is not None:
        with contextlib.suppress(OSError):
            os.close(handle)
