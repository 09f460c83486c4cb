"""What happens at once, or halfway: two people on one file, the same form twice, a full disk, a killed process."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import session as cookie_of
from flask_wtf.csrf import generate_csrf

from casemgr import create_app
from casemgr.access.models import AccessLog
from casemgr.cases.models import CaseFile
from casemgr.db import db
from casemgr.detections.models import Detected
from casemgr.ledger.check import rebuild, verify
from casemgr.ledger.models import LedgerEntry
from casemgr.people.models import Beneficiary
from casemgr.programmes import programmes
from config import ROOT
from tests.accounts import sign_in
from tests.cases.files import HERE, filled, open_child, staff
from tests.faults import refused

TODAY = "2022-03-22"
VISIT = {"place": "TAI_NHA", "seen": "CO"}


@pytest.fixture
def app(app):
    app.config["CASEMGR_TODAY"] = TODAY
    return app


@pytest.fixture
def who(session):
    return staff(session)


@pytest.fixture
def child(session, who):
    """(subject, number) of a file with its opening."""
    made = open_child(session, who)
    session.commit()
    return made


def visit(note: str, entry_id: str | None = None) -> dict:
    return VISIT | {"occurred": ["21/03/2022", "08:10"], "note": note, "entry_id": entry_id or str(uuid4())}


def at_once(app, user, number: int, send) -> list[int]:
    """Status of `send(client, n)` by so many clients at the same moment."""
    gate, found = threading.Barrier(number, timeout=20), []
    clients = [sign_in(app.test_client(), user) for _ in range(number)]

    def run(n):
        gate.wait()
        found.extend(response.status_code for response in send(clients[n], n))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def count(session, model, *where) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def sound(session) -> None:
    session.rollback()
    assert verify(session)[1] == []
    assert rebuild(session, check=True)[1] == []


def test_two_people_append_at_once_through_the_page(app, session, who, child):
    path = f"/cases/{child[1]}/entries/visited"

    def send(client, n):
        return [client.post(path, data=visit(f"{n}-{m}")) for m in range(4)]

    assert at_once(app, who.worker, 4, send) == [303] * 16
    assert count(session, LedgerEntry, LedgerEntry.subject == child[0]) == 17
    sound(session)


def test_the_same_form_sent_at_once_is_stored_once(app, session, who, child):
    path, data = f"/cases/{child[1]}/entries/visited", visit("một lần")
    assert at_once(app, who.worker, 4, lambda client, _n: [client.post(path, data=data)]) == [303] * 4
    assert count(session, LedgerEntry, LedgerEntry.subject == child[0]) == 2
    sound(session)


def test_a_report_sent_at_once_is_stored_once(app, client, session, who):
    path = f"/detections/new?programme={list(programmes()).index('TE') + 1}"
    data = filled(sign_in(client, who.worker), path, **{"p1-level": "BI_XAM_HAI", "p1-harm": ["BL"]})
    data |= {"received": ["21/03/2022", "17:15"], "source": "TRUONG_HOC", "p1-emergency": "no", "p1-name": "Bé"}
    assert at_once(app, who.worker, 3, lambda each, _n: [each.post(path, data=data)]) == [303] * 3
    assert count(session, Detected) == 1
    sound(session)


def test_a_file_opened_at_once_is_opened_once(app, session, who):
    data = {
        "group": str(list(programmes()).index("NCC") + 1), "unit": HERE, "home": HERE, "person_id": str(uuid4()),
        "entry_id": str(uuid4()), "name": "Chau Rít", "occurred": "21/03/2022", "save": "1",
    }  # fmt: skip
    assert at_once(app, who.worker, 3, lambda each, _n: [each.post("/cases/new/file", data=data)]) == [303] * 3
    assert (count(session, CaseFile), count(session, Beneficiary)) == (1, 1)
    sound(session)


def test_an_entry_id_of_another_file_is_refused_on_the_page(app, client, session, who, child):
    other = open_child(session, who, name="Trần Thị Em")
    session.commit()
    taken = visit("ở hồ sơ này")
    sign_in(client, who.worker)
    assert client.post(f"/cases/{child[1]}/entries/visited", data=taken).status_code == 303
    answer = client.post(f"/cases/{other[1]}/entries/visited", data=taken)
    assert answer.status_code == 422
    assert "Bản ghi này đã được lưu trước đó với nội dung khác." in answer.text
    assert "ở hồ sơ này" in answer.text, "what was typed is kept"
    assert count(session, LedgerEntry, LedgerEntry.subject == other[0]) == 1


@contextlib.contextmanager
def full_disk(app):
    """SQLite may not grow by another page; PostgreSQL refuses entries as it does on a full disk."""
    if db.engine.dialect.name == "postgresql":
        with refused(app, "ledger_entry"):
            yield
        return

    def limit(connection, _record, _proxy=None):
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    def free(connection, _record, _proxy=None):
        connection.execute("PRAGMA max_page_count=1000000")

    db.session.rollback()
    sa.event.listen(db.engine, "checkout", limit)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "checkout", limit)
        sa.event.listen(db.engine, "checkout", free)


def test_a_full_disk(app, client, session, who, child, caplog):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    sign_in(client, who.worker)
    path = f"/cases/{child[1]}/entries/visited"
    with full_disk(app):
        for number in range(40):  # the last page of the file still holds a few
            data = visit(f"Nguyễn Văn Ân {number} " + "đã đến thăm nhà " * 100)
            answer = client.post(path, data=data)
            if answer.status_code != 303:
                break
            kept = number + 1
        else:
            pytest.fail("the disk never filled")
        kept = number
    assert answer.status_code == 503
    assert "Nội dung vừa gửi chưa được lưu." in answer.text
    assert "tải lại trang" in answer.text
    assert "Nguyễn" not in caplog.text
    assert "Nguyễn" not in answer.text
    assert count(session, LedgerEntry, LedgerEntry.subject == child[0]) == 1 + kept, "nothing is half-written"
    sound(session)
    assert client.post(path, data=data).status_code == 303, "the same form, sent again once there is room"
    assert count(session, LedgerEntry, LedgerEntry.subject == child[0]) == 2 + kept
    sound(session)


@pytest.mark.parametrize(
    "path",
    ["/cases/%00", "/detections/%00", "/cases?page=99999999", "/cases?unit=%00&risk=%00", "/detections?unit=%00",
     "/coverage/KH322-2022?unit=%00", "/coverage/KH322-2022/TE-2?state=missed&sex=%00&age=x&ethnicity=y",
     "/coverage/KH322-2022/TE-2?period=%00", "/reported/new?plan=%00", "/detections/new?programme=%00",
     "/cases/%E2%80%AE", "/coverage/%00/%00"],
)  # fmt: skip
def test_strange_addresses_are_answered(app, client, session, who, path):
    who.auditor.grants[0].role = "supervisor"
    session.commit()
    assert sign_in(client, who.auditor).get(path).status_code in (200, 400, 403, 404)


@pytest.mark.parametrize("path", ["/cases/search", "/detections/new?programme=1", "/cases/new/file", "/sign-in"])
@pytest.mark.parametrize("body", [{"text": "ă" * 600_000}, {f"f{n}": "x" for n in range(2500)}])
def test_oversized_forms_are_refused_in_words(app, client, who, path, body):
    more = {"content_type": "multipart/form-data"} if len(body) > 1 else {}
    answer = sign_in(client, who.worker).post(path, data=body, **more)
    assert answer.status_code == 413
    assert "Nội dung gửi lên quá lớn" in answer.text


# --- a killed process -----------------------------------------------------------------------------------------------


class Server:
    """The application as it is served in life, in a process of its own that can be killed."""

    def __init__(self, app, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        uri = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
        self.settings = {
            "DATABASE_URL": uri, "CASEMGR_KEY_FILE": str(app.config["CASEMGR_KEY_FILE"]),
            "CASEMGR_INSTANCE": str(folder), "CASEMGR_TODAY": TODAY, "CASEMGR_INSECURE_COOKIES": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "wsgi:app"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | self.settings, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ready(self) -> None:
        for _ in range(300):
            with contextlib.suppress(OSError):
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def pass_for(app, user) -> tuple[dict, str]:
    """(headers of a signed-in browser, token of its forms), as the server would have given them."""
    config = {k: app.config[k] for k in ("SQLALCHEMY_DATABASE_URI", "CASEMGR_KEY_FILE", "CASEMGR_INSTANCE")}
    same = create_app(config)
    with same.test_request_context():
        cookie_of.update({"_user_id": user.fs_uniquifier, "_fresh": True, "seen": int(time.time())})
        token = generate_csrf()
        signed = same.session_interface.get_signing_serializer(same).dumps(dict(cookie_of))
        db.engine.dispose()
    headers = {"Cookie": f"session={signed}", "Content-Type": "application/x-www-form-urlencoded"}
    return headers, token


def test_a_killed_process_loses_nothing_it_acknowledged(app, session, who, child, tmp_path):
    from urllib.parse import urlencode

    other = open_child(session, who, name="Trần Thị Em")
    session.commit()
    headers, token = pass_for(app, who.worker)
    server, acknowledged, refusals, stop = Server(app, tmp_path), [], [], threading.Event()

    def append(number: str):
        while not stop.is_set():
            data = visit("đang ghi thì mất điện") | {"csrf_token": token}
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _body = server.ask(
                    "POST", f"/cases/{number}/entries/visited", urlencode(data, doseq=True), headers
                )
                (acknowledged if status == 303 else refusals).append(UUID(data["entry_id"]))

    clients = [threading.Thread(target=append, args=(case[1],)) for case in (child, other) for _ in range(2)]
    try:
        server.ready()
        for client in clients:
            client.start()
        until = time.monotonic() + 30
        while len(acknowledged) < 40 and time.monotonic() < until:
            time.sleep(0.01)
    finally:
        server.kill()
        stop.set()
        for client in clients:
            client.join()
    assert refusals == []
    assert len(acknowledged) >= 40
    _settled(session)
    stored = set(session.scalars(sa.select(LedgerEntry.id)))
    assert set(acknowledged) <= stored, "an acknowledged entry is lost"
    entries = Counter(session.scalars(sa.select(LedgerEntry.subject).where(LedgerEntry.kind == "visited")))
    logged = sa.select(AccessLog.subject).where(AccessLog.action == "case:write", AccessLog.status == 303)
    assert Counter(session.scalars(logged)) == entries, "an entry without its line in the access log, or the reverse"
    sound(session)


def _settled(session) -> None:
    """PostgreSQL notices only after a moment that a client is gone, and ends its transaction."""
    if db.engine.dialect.name == "postgresql":
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        until = time.monotonic() + 10
        while session.scalar(sa.text(others + " AND state <> 'idle'")) and time.monotonic() < until:
            session.rollback()
            time.sleep(0.1)
    session.rollback()
