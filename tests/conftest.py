"""Every test gets a fresh database, copied from a template that is built once per backend and worker."""

import functools
import os
import shutil
import sqlite3
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.engine import make_url

from casemgr import create_app, plans, programmes
from casemgr.access.cli import make_schema
from casemgr.db import db
from casemgr.plans import loader as plan_files
from casemgr.programmes import loader as programme_files
from config import database_url
from tests.pages import PageClient

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
SOFFICE = shutil.which("soffice")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]


def once(load, packaged: Path):
    """The same, but read once for the files of the project: each test makes an application of its own, and meanwhile
    they stay what they are."""
    kept: list = []

    @functools.wraps(load)
    def loaded(folder, *others):
        if folder != packaged:
            return load(folder, *others)
        if not kept or kept[0] != others:
            kept[:] = [others, load(folder, *others)]
        return kept[1]

    return loaded


programme_files.load_versions = once(programme_files.load_versions, programmes.FOLDER)
plan_files.load_folder = once(plan_files.load_folder, plans.FOLDER)


def hurry(connection, _record) -> None:
    """What a test writes need not outlive the power of this machine."""
    sqlite = isinstance(connection, sqlite3.Connection)
    connection.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit=off")
    connection.commit()


def pytest_terminal_summary(terminalreporter):
    """What was left out is said last and aloud, where a quiet run shows it too."""
    if not POSTGRES:
        terminalreporter.write_line("*** TEST_POSTGRES_URL is not set: the suite ran on SQLite alone ***", yellow=True)
    if SOFFICE is None:
        terminalreporter.write_line("*** LibreOffice is not installed: no Word paper was laid out ***", yellow=True)
    if CHROMIUM is None:
        terminalreporter.write_line(
            "*** Chromium is not installed: nothing was tried in a real browser ***", yellow=True
        )


def test_config(folder: Path, uri: str) -> dict:
    return {
        "TESTING": True,
        "SECRET_KEY": "only-for-tests",
        "SQLALCHEMY_DATABASE_URI": uri,
        "CASEMGR_INSTANCE": folder,
        "CASEMGR_KEY_FILE": folder / "casemgr.key",
        "CASEMGR_TODAY": "",
        "SESSION_COOKIE_SECURE": False,
        "WTF_CSRF_ENABLED": False,
        # The real cost of a password is for attackers, not for tests.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__time_cost": 1, "argon2__memory_cost": 1024},
    }


def build_schema(app) -> None:
    with app.app_context():
        make_schema()
        db.session.remove()
        db.engine.dispose()


class SqliteTemplates:
    """Copies of a migrated SQLite file."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "template.db"
        build_schema(create_app(test_config(folder, f"sqlite:///{self.file}")))

    def fresh(self, folder: Path) -> str:
        shutil.copy(self.file, folder / "casemgr.db")
        shutil.copy(self.folder / "casemgr.key", folder / "casemgr.key")
        return f"sqlite:///{folder / 'casemgr.db'}"

    def drop(self, uri: str) -> None:
        pass


class PostgresTemplates:
    """Databases made with CREATE DATABASE ... TEMPLATE. That and dropping one cost a good part of a second, so a
    database is emptied and used again, unless a test left its schema other than it was."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.url = make_url(database_url(POSTGRES, folder))
        self.admin = self._engine(self.url)
        self.template = f"casemgr_template_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{self.template}"')
        build_schema(create_app(test_config(folder, self._uri(self.template))))
        self.shape = self._shape(self.template)
        self.clean: list[str] = []

    def _engine(self, url):
        return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(statement)

    def _uri(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def fresh(self, folder: Path) -> str:
        if self.clean:
            name = self.clean.pop()
        else:
            name = f"casemgr_test_{uuid.uuid4().hex[:12]}"
            self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        shutil.copy(self.folder / "casemgr.key", folder / "casemgr.key")
        return self._uri(name)

    def drop(self, uri: str) -> None:
        name = make_url(uri).database
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        if self._shape(name) == self.shape:
            self._empty(name)
            self.clean.append(name)
        else:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _shape(self, name: str) -> list:
        """Every table, column and trigger, and whether the trigger is enabled."""
        with self._engine(self.url.set(database=name)).connect() as connection:
            columns = connection.exec_driver_sql(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'public' ORDER BY 1, 2"
            ).all()
            triggers = connection.exec_driver_sql(
                "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2"
            ).all()
        # Triggers of foreign keys bear a number of their own in each database.
        return [columns, [t for t in triggers if not t.tgname.startswith("RI_")]]

    def _empty(self, name: str) -> None:
        with self._engine(self.url.set(database=name)).connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")  # the triggers look away
            for table in sorted({row.table_name for row in self.shape[0]} - {"alembic_version"}):
                connection.exec_driver_sql(f'DELETE FROM "{table}"')

    def close(self) -> None:
        for name in [*self.clean, self.template]:
            self._drop(name)


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """The template of each backend, built on first use and dropped at the end."""
    built = {}

    def get(backend: str):
        if backend not in built:
            kind = PostgresTemplates if backend == "postgresql" else SqliteTemplates
            built[backend] = kind(tmp_path_factory.mktemp(f"template-{backend}"))
        return built[backend]

    yield get
    if "postgresql" in built:
        built["postgresql"].close()


@pytest.fixture(params=BACKENDS)
def backend(request) -> str:
    return request.param


@pytest.fixture
def app(backend, templates, tmp_path):
    """The application on a fresh database of this backend."""
    source = templates(backend)
    uri = source.fresh(tmp_path)
    app = create_app(test_config(tmp_path, uri))
    # A template is compiled once, not per test.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(source.folder))
    with app.app_context():
        sa.event.listen(db.engine, "connect", hurry)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    source.drop(uri)


@pytest.fixture
def session(app):
    """A session inside an application context; what it commits stays in this test's database."""
    with app.app_context():
        yield db.session
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def client(app):
    """A client that also checks every page it is given; see pages.py."""
    app.test_client_class = PageClient
    return app.test_client()
