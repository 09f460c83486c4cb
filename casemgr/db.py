"""The database: one base class, one session, one transaction per request.

Reads run in a plain transaction. A request that writes calls `begin_write()` first: on SQLite that takes a
fair gate shared by all processes and starts with BEGIN IMMEDIATE, because SQLite's own busy handler can make
one writer wait for seconds while others overtake it.
"""

import contextlib
import fcntl
import os
import select
import sqlite3
import threading
import time
from collections.abc import Iterable
from itertools import count
from uuid import UUID, SafeUUID

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, scoped_session
from sqlalchemy.pool import Pool
from sqlalchemy.sql.visitors import InternalTraversal

from config import ROOT

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


IDLE = 30  # seconds after which a connection may have been cut without a word

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


class one_of(sa.ColumnElement):  # noqa: N801 - written as a function
    """`column.in_(values)` for many values. PostgreSQL gets them as one array: with a parameter for each, its driver
    reads the text of the query anew every time, and every number of units is a query of its own.

    A name in place of the values is bound when the statement is executed, so that it can be written once."""

    inherit_cache = True
    type = sa.Boolean()
    _is_implicitly_boolean = True  # else SQLite is asked for `... IN (...) = 1`, and finds no index
    _traverse_internals = [
        ("listed", InternalTraversal.dp_clauseelement),
        ("array", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column, values: Iterable | str):
        named = isinstance(values, str)
        bound = {"key": values} if named else {"key": None, "value": sorted(values), "unique": True}
        self.listed = column.in_(sa.bindparam(**bound, type_=column.type, expanding=True))
        self.array = column == sa.any_(sa.bindparam(**bound, type_=sa.ARRAY(column.type)))

    @property
    def _from_objects(self) -> list:
        return self.listed._from_objects


@compiles(one_of)
def _as_list(element, compiler, **kw) -> str:
    return compiler.process(element.listed, **kw)


@compiles(one_of, "postgresql")
def _as_array(element, compiler, **kw) -> str:
    return compiler.process(element.array, **kw)


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


_THREADS, _NUMBERS = threading.local(), count()


def writer_number() -> int:
    """A number for this thread of this process, by which writers are spread over rows that they would else wait for.
    What Python calls the identity of a thread is an address, and those of one process all end alike. Processes that were
    started together have numbers that follow each other, and two threads each, as gunicorn.conf.py says."""
    if not hasattr(_THREADS, "number"):
        _THREADS.number = next(_NUMBERS)
    return os.getpid() * 2 + _THREADS.number


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


@event.listens_for(Pool, "checkout")
def _still_there(connection, record, _fairy) -> None:
    """As `pool_pre_ping`, but the server is asked only where a connection lay idle for long: a page takes two, and an
    end of the connection that the server has said can be seen without asking."""
    if isinstance(connection, sqlite3.Connection):
        return
    socket = select.poll()
    socket.register(connection.fileno())
    said = any(event & (select.POLLIN | select.POLLERR | select.POLLHUP) for _fd, event in socket.poll(0))
    if said or time.monotonic() - record.info.get("back", 0) > IDLE and not _answers(connection):
        raise sa.exc.DisconnectionError


def _answers(connection) -> bool:
    try:
        connection.execute("")
        connection.rollback()
    except Exception:
        return False
    return True


@event.listens_for(Pool, "checkin")
def _leave_gate(_connection, record) -> None:
    record.info["back"] = time.monotonic()
    # The pool takes a connection back only after its COMMIT or ROLLBACK has returned.
    handle = record.info.pop("gate", None)
    if handle is not None:
        with contextlib.suppress(OSError):
            os.close(handle)
