"""What a page would cost at least: its own SQL alone, and a bare Flask that runs it and sends the same bytes; and how
fast the machine is while it is measured."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa
from flask import Flask, render_template_string
from flask_compress import Compress

from casemgr.db import db
from casemgr.demo.staff import PASSWORD

ROUNDS = 25
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")


@dataclass(slots=False)
class Floor:
    """Milliseconds (median); None where the page does not exist yet."""

    status: int = 0
    queries: int | None = None
    page_ms: float | None = None  # the page itself, in this process
    bare_ms: float | None = None  # Flask, the same SQL, the same bytes
    sql_ms: float | None = None  # the SQL alone


def floor_of(app, account: str, path: str) -> Floor:
    """Measures one page in this process; a GET only reads, but for its row in the access log."""
    client = app.test_client()
    client.post("/sign-in", data={"username": account, "password": PASSWORD})
    answer = client.get(path)
    if answer.status_code != 200:
        return Floor(answer.status_code)
    statements = captured(lambda: client.get(path))
    reads = [each for each in statements if each[0].lstrip().upper().startswith(("SELECT", "WITH", "("))]
    bare = bare_flask(reads, answer.get_data(as_text=True)).test_client()
    gzip = {"Accept-Encoding": "gzip"}
    return Floor(
        200,
        len(statements),
        timed(lambda: client.get(path, headers=gzip)),
        timed(lambda: bare.get("/", headers=gzip)),
        timed(lambda: run(reads)),
    )


def machine() -> dict[str, float]:
    """Milliseconds for a million steps of a loop, best of five: `alone`, and on every core at once, `together`. A shared
    machine is at times half as fast as at others, so numbers of two runs are compared with these beside them."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        return {"alone": pool.submit(_steps).result(), "together": max(pool.map(_steps, [None] * cores))}


def _steps(_none=None) -> float:
    def once() -> float:
        started, total = time.perf_counter(), 0
        for n in range(1_000_000):
            total += n * n % 7
        return (time.perf_counter() - started) * 1000

    return round(min(once() for _ in range(5)), 1)


def captured(work) -> list[tuple[str, object]]:
    """The statements that some work sends to the database, without those that only frame transactions."""
    found: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if not statement.upper().startswith(TRANSACTION):
            found.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return found


def run(statements) -> None:
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()
    finally:
        connection.rollback()
        connection.close()


def bare_flask(statements, body: str) -> Flask:
    """A Flask application with nothing but a template and these statements."""
    bare = Flask("bare")
    Compress(bare)
    engine = db.engine  # of the real application

    @bare.get("/")
    def page():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            for statement, parameters in statements:
                cursor.execute(statement, parameters)
                cursor.fetchall()
        finally:
            connection.rollback()
            connection.close()
        return render_template_string("{{ body|safe }}", body=body)

    return bare


def timed(work) -> float:
    work()
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return round(median(times), 2)
