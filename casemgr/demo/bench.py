"""`make bench`: builds the invented province and measures it, on SQLite and, where given, PostgreSQL.

Every number of a run comes from one machine and one run; beside each page stand two floors: the page's own SQL alone,
and the same Flask stack that runs this SQL and sends the same bytes without sign-in, scope, decryption or access log.
Prints a table and writes JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from casemgr import create_app
from casemgr.access.cli import make_schema
from casemgr.db import db
from casemgr.demo import bench_audit, bench_ledger
from casemgr.demo import bench_http as http
from casemgr.demo.bench_floor import Floor, floor_of, machine
from casemgr.demo.build import build
from casemgr.work.lists import supervision
from config import database_url

TODAY = date(2022, 6, 15)
PLAN = "/coverage/KH322-2022"
WORKER, AUDITOR, SUPERVISOR = "treem.nuito", "kiemtra", "tinh"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each page is loaded by 8 clients")
    parser.add_argument("--rounds", type=int, default=60, help="how often one client asks for each page")
    parser.add_argument("--postgres", default=os.environ.get("TEST_POSTGRES_URL", ""))
    parser.add_argument("--ledgers", action="store_true", help="only build, replay and verify; no pages")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    names = ["sqlite", "postgresql"] if options.postgres else ["sqlite"]
    results = {"cases": options.cases, "at": time.strftime("%Y-%m-%dT%H:%M"), "cores": os.cpu_count()}
    results["machine"] = machine()
    for name in names:
        if options.only in (None, name):
            with place(name, options.postgres) as (uri, folder):
                results[name] = measure(name, uri, folder, options)
            options.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    show(results)


@contextmanager
def place(name: str, postgres: str) -> Iterator[tuple[str, Path]]:
    """An empty database of its own, dropped at the end."""
    with tempfile.TemporaryDirectory(prefix="casemgr-bench-") as folder:
        if name == "sqlite":
            yield f"sqlite:///{folder}/casemgr.db", Path(folder)
            return
        admin = make_url(database_url(postgres, Path(folder)))
        engine = sa.create_engine(admin, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        made = f"casemgr_bench_{uuid4().hex[:10]}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{made}"')
        try:
            yield admin.set(database=made).render_as_string(hide_password=False), Path(folder)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f'DROP DATABASE "{made}" WITH (FORCE)')


def measure(name: str, uri: str, folder: Path, options) -> dict:
    """Everything measured on one database."""
    environment = {
        "DATABASE_URL": uri,
        "CASEMGR_INSTANCE": str(folder),
        "CASEMGR_TODAY": TODAY.isoformat(),
        "CASEMGR_INSECURE_COOKIES": "1",
        "MALLOC_ARENA_MAX": "1",  # as the Makefile and README.md say
    }
    os.environ.update(environment)
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": uri, "WTF_CSRF_ENABLED": False})
    found: dict = {}
    with app.app_context():
        make_schema()
        say(name, f"building {options.cases} cases")
        started = time.perf_counter()
        built = build(db.session, cases=options.cases, seed=options.seed, today=TODAY)
        wall = time.perf_counter() - started
        found["build"] = {
            "files": built.files,
            "entries": built.entries,
            "seconds": round(wall, 1),
            "entries_per_second": round(built.entries / wall),
            "append_entries_per_second": round(built.entries / built.written),
            "invent_seconds": round(built.invented, 1),
            "write_seconds": round(built.written, 1),
        }
        say(name, str(found["build"]))  # a run is long: what is measured is said at once
        found["size_mb"] = round(size(name, uri) / 1e6, 1)
        say(name, "replaying and verifying")
        found["ledger"] = bench_ledger.measure(TODAY)
        say(name, str(found["ledger"]))
        say(name, "sealing, and replaying as known a week ago")
        found["audit"] = bench_audit.measure(db.session, TODAY)
        say(name, str(found["audit"]))
        if options.ledgers:
            return found
        wanted = pages(db.session, built)
        db.session.remove()
        say(name, "one page after the other, and their floors")
        found["floors"] = {label: vars(floor_of(app, account, path)) for label, account, path in wanted}
        say(name, str(found["floors"]))
        db.session.remove()
        db.engine.dispose()
    say(name, "the server under load")
    found["machine"] = machine()
    found["pages"] = served(environment, wanted, options)
    found |= found["pages"].pop("")
    return found


def size(name: str, uri: str) -> int:
    if name == "sqlite":
        return Path(make_url(uri).database).stat().st_size
    return db.session.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database())))


def pages(session, built) -> list[tuple[str, str, str]]:
    """(label, account, path) of the pages that are measured, as far as they exist."""
    from casemgr.access.models import User
    from casemgr.cases.models import CaseFile

    worker = session.scalar(sa.select(User.id).where(User.username == WORKER))
    own = sa.select(CaseFile.number).where(CaseFile.worker == str(worker), CaseFile.programme == "TE")
    number = session.scalar(own.order_by(CaseFile.status.desc(), CaseFile.opened_at).limit(1))
    return [
        ("today", WORKER, "/"),
        ("case list", WORKER, "/cases"),
        ("case", WORKER, f"/cases/{number}"),
        ("append", WORKER, f"/cases/{number}/entries/visited"),
        ("coverage", AUDITOR, PLAN),
        ("morning", SUPERVISOR, "/"),
        ("inbox", SUPERVISOR, "/approvals"),
        ("caseload", SUPERVISOR, "/caseload"),
        ("exceptions", SUPERVISOR, "/exceptions"),
        *((code, SUPERVISOR, f"/exceptions/{code}") for code in supervision().lists),
    ]


def served(environment: dict, wanted: list[tuple[str, str, str]], options) -> dict:
    """A real server on the loopback: times with one and with eight clients, bytes, memory of each worker."""
    port = http.free_port()
    command = [str(Path(sys.executable).with_name("gunicorn")), "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    server = subprocess.Popen(command, env=os.environ | environment, cwd=Path(__file__).parents[2])  # noqa: S603
    try:
        http.wait_for(port)
        found: dict = {}
        for label, account, path in wanted:
            client = http.Client(port)
            client.sign_in(account)
            if label == "append":
                found[label] = http.appends(client, path, options.rounds)
            else:
                found[label] = http.asked(client, path, options.rounds)
                if found[label]["status"] == 200:
                    found[label] |= http.loaded(port, account, path, options.seconds, server.pid)
            say(label, str(found[label]))
        found[""] = {"workers_rss_mb": http.memory(server.pid), "first_page_gzip_bytes": http.first_visit(port, WORKER)}
        return found
    finally:
        server.terminate()
        server.wait(20)


def say(name: str, text: str) -> None:
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')} {name}] {text}\n")


def _machine(found: dict) -> str:
    speed = found["machine"]
    return f"a million steps of a loop take {speed['alone']} ms, on every core at once {speed['together']}"


def show(results: dict) -> None:
    """The table."""
    out = [f"{results['cases']} case files, {results['cores']} cores, {results['at']}; {_machine(results)}"]
    for name in ("sqlite", "postgresql"):
        found = results.get(name)
        if found is None:
            continue
        build_ = found["build"]
        out += [
            f"\n{name}: {build_['entries']} entries, {found['size_mb']} MB, built in {build_['seconds']} s "
            f"({build_['entries_per_second']}/s; appended in bulk {build_['append_entries_per_second']}/s)",
            *bench_ledger.show(found["ledger"]),
            bench_audit.show(found["audit"]),
        ]
        if "pages" not in found:
            continue
        sizes = found["workers_rss_mb"]
        out += [
            f"  memory of the workers: {' + '.join(map(str, sizes))} = {round(sum(sizes), 1)} MB; first visit "
            f"{found['first_page_gzip_bytes']} bytes gzipped; {_machine(found)}",
            f"  {'page':22} {'p50':>7} {'p95':>7} | {'8: p50':>7} {'p95':>7} {'req/s':>7} {'cpu':>7} | {'queries':>7}"
            f" {'gzip':>7}"
            f" | {'in proc.':>8} {'bare':>7} {'SQL':>7}   (ms)",
        ]
        for label, page in found["pages"].items():
            floor = found["floors"].get(label) or vars(Floor())
            cells = [page.get(k, "-") for k in ("p50", "p95", "load_p50", "load_p95", "per_second", "load_cpu")]
            cells += [floor["queries"], page.get("gzip", "-"), floor["page_ms"], floor["bare_ms"], floor["sql_ms"]]
            a, b, c, d, e, u, q, g, i, f, s = ("-" if cell is None else cell for cell in cells)
            out.append(
                f"  {label:22} {a:>7} {b:>7} | {c:>7} {d:>7} {e:>7} {u:>7} | {q:>7} {g:>7} | {i:>8} {f:>7} {s:>7}"
                + ("" if page["status"] in (200, 303) else f"   status {page['status']}")
            )
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
