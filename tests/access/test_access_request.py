"""The life of a request: doors, one commit with its log row, nothing shown without the log."""

from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Blueprint, abort

from casemgr import vault
from casemgr.access import log, sessions, web
from casemgr.access.models import AccessLog, SignInAttempt
from casemgr.access.policy import Permission
from casemgr.access.web import current_actor, guard, log_access, require
from casemgr.db import begin_write, db
from casemgr.ui import doors
from tests.accounts import few_units, make_user, sign_in

HERE, THERE = "30547-20210101", "30544-20210101"
SUBJECT = UUID(int=7)
TODAY = "2022-05-25"
NAME = "Nguyễn Văn An"

pages = Blueprint("trial", __name__)


@pages.get("/trial/read")
@guard(Permission.CASE_READ)
def read():
    require(Permission.CASE_READ, unit=HERE, programme="NCC", subject=SUBJECT)
    return "the secret"


@pages.get("/trial/elsewhere")
@guard(Permission.CASE_READ)
def elsewhere():
    require(Permission.CASE_READ, unit=THERE, subject=SUBJECT)
    return "the secret"


@pages.get("/trial/decide")
@guard(Permission.CASE_DECIDE)
def decide():
    return "the secret"


@pages.get("/trial/quiet")
@guard(Permission.FIGURE_READ)
def quiet():
    return "a figure"


@pages.route("/trial/write", methods=["GET", "POST"])
@guard(Permission.CASE_WRITE)
def write():
    _row()
    return "done"


@pages.post("/trial/refused")
@guard(Permission.CASE_WRITE)
def refused():
    _row()
    return "no", 422


@pages.post("/trial/broken")
@guard(Permission.CASE_WRITE)
def broken():
    _row()
    raise RuntimeError(NAME)


@pages.post("/trial/twice")
@guard(Permission.CASE_WRITE)
def twice():
    log_access("case:write", SUBJECT, HERE, "NCC", "kind=visited")
    log_access("case:write", SUBJECT, HERE, "NCC", "kind=visited")
    return "done"


@pages.get("/trial/teapot")
@guard()
def teapot():
    abort(404)


def _row():
    actor = current_actor()
    db.session.add(SignInAttempt(at=datetime(2022, 5, 25), account=actor.user_id.bytes, address=b"", succeeded=True))


@pytest.fixture
def trial(app, client, session):
    app.config["CASEMGR_TODAY"] = TODAY
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_blueprint(pages)
    client.application.test_client_class = None
    few_units(session)
    worker = make_user(session, "worker", ("worker", HERE))
    plain = client.__class__.__mro__[1](app, app.response_class)  # these answers are not pages
    return sign_in(plain, worker)


def rows(session):
    session.rollback()
    return session.scalars(sa.select(AccessLog).order_by(AccessLog.at, AccessLog.id)).all()


def written(session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(SignInAttempt))


def ask(client, method, path):
    with client.application.app_context():
        return getattr(client, method)(path)


def test_a_read_is_logged_before_it_is_shown(trial, session):
    assert ask(trial, "get", "/trial/read").text == "the secret"
    (row,) = rows(session)
    assert (row.action, row.subject, row.unit, row.programme) == ("case:read", SUBJECT, HERE, "NCC")
    assert (row.status, row.method, row.endpoint) == (200, "GET", "trial.read")
    said = {name: getattr(row, name) for name in log.FIELDS}
    assert row.mac == log.mac(vault.keys().mac, said, log.genesis(row.chain))
    assert log.breaks(session, vault.keys().mac, row.province) == (1, [])
    assert len(log.breaks(session, b"another key", row.province)[1]) == 1


def test_no_case_outside_the_scope(trial, session):
    response = ask(trial, "get", "/trial/elsewhere")
    assert response.status_code == 404
    assert "secret" not in response.text
    assert [(row.action, row.subject, row.status) for row in rows(session)] == [("case:read", SUBJECT, 404)]


def test_no_verb_no_page(trial, session):
    assert ask(trial, "get", "/trial/decide").status_code == 403
    assert [(row.action, row.status) for row in rows(session)] == [("case:decide", 403)]


def test_reading_a_figure_leaves_no_row(trial, session):
    assert ask(trial, "get", "/trial/quiet").status_code == 200
    assert ask(trial, "get", "/trial/teapot").status_code == 404
    assert rows(session) == []


def test_a_write_commits_once_with_its_row(trial, session):
    assert ask(trial, "post", "/trial/write").status_code == 200
    assert written(session) == 1
    assert [(row.action, row.status, row.method) for row in rows(session)] == [("case:write", 200, "POST")]


def test_a_get_never_commits(trial, session):
    assert ask(trial, "get", "/trial/write").status_code == 200
    assert written(session) == 0


@pytest.mark.parametrize(("path", "status"), [("/trial/refused", 422), ("/trial/broken", 500)])
def test_a_failure_rolls_back_and_is_logged(trial, session, caplog, path, status):
    response = ask(trial, "post", path)
    assert response.status_code == status
    assert written(session) == 0
    assert [(row.action, row.status) for row in rows(session)] == [("case:write", status)]
    assert "Nguyễn" not in response.text
    assert "Nguyễn" not in caplog.text, "messages of errors can hold personal data"


def test_the_same_note_is_written_once(trial, session):
    ask(trial, "post", "/trial/twice")
    assert [(row.action, row.detail) for row in rows(session)] == [("case:write", "kind=visited")]


@pytest.mark.parametrize(
    ("method", "path"), [("get", "/trial/read"), ("post", "/trial/write"), ("get", "/trial/decide")]
)
def test_nothing_is_shown_when_the_log_cannot_be_written(trial, session, monkeypatch, method, path):
    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(log, "write", fail)
    response = ask(trial, method, path)
    assert response.status_code == 503
    assert "secret" not in response.text
    assert "done" not in response.text
    assert written(session) == 0
    assert rows(session) == []


def test_a_commit_that_fails_is_logged_and_keeps_nothing(trial, session, monkeypatch):
    real, calls = web._write, []

    def once(notes, status, **told):
        calls.append(status)
        if len(calls) == 1:
            raise OSError("lost connection")
        real(notes, status, **told)

    monkeypatch.setattr(web, "_write", once)
    assert ask(trial, "post", "/trial/write").status_code == 503
    assert calls == [200, 503]
    assert written(session) == 0
    assert [(row.action, row.status) for row in rows(session)] == [("case:write", 503)]


def test_visitors_are_asked_to_sign_in(trial, session):
    trial.delete_cookie("session")
    response = ask(trial, "get", "/trial/read")
    assert (response.status_code, response.location) == (303, "/sign-in?next=/trial/read")
    assert ask(trial, "post", "/trial/write").status_code == 401
    assert written(session) == 0


def test_an_ended_role_is_gone_at_the_next_request(trial, session):
    assert ask(trial, "get", "/trial/read").status_code == 200
    session.execute(sa.text("UPDATE role_grant SET valid_to = '2022-05-25', ended_at = '2022-05-25 00:00:00'"))
    session.commit()
    assert ask(trial, "get", "/trial/read").status_code == 403


def test_a_closed_account_is_out_at_once(trial, session):
    session.execute(sa.text("UPDATE user_account SET active = false"))
    session.commit()
    assert ask(trial, "get", "/trial/read").status_code == 303


def test_an_idle_session_ends(trial, session):
    with trial.session_transaction() as cookie:
        cookie["seen"] -= sessions.IDLE_SECONDS + 60
    assert ask(trial, "get", "/trial/read").status_code == 303
    assert ask(trial, "get", "/trial/read").status_code == 303, "the cookie was emptied"


def test_who_acts_costs_a_constant_number_of_queries(trial, session):
    def count() -> int:
        seen = []
        with trial.application.app_context():
            listener = lambda *a: seen.append(a[2])  # noqa: E731
            sa.event.listen(db.engine, "before_cursor_execute", listener)
            trial.get("/trial/quiet")
            sa.event.remove(db.engine, "before_cursor_execute", listener)
        return len([text for text in seen if text.startswith("SELECT")])

    ask(trial, "get", "/trial/quiet")
    before = count()
    for number in range(3):
        make_user(session, f"other{number}", ("worker", HERE), ("auditor", THERE))
    user = session.execute(sa.text("SELECT id FROM user_account WHERE username = 'worker'")).scalar()
    assert user
    assert count() == before
    assert before <= 2, "one for the user with roles, one for the version of the units"


def test_every_view_has_a_door(app):
    assert doors.unmarked(app) == []
    app.add_url_rule("/open", "open", lambda: "open")
    with pytest.raises(RuntimeError, match="open"):
        doors.check(app)


def test_public_views_are_few(app):
    public = {name for name, view in app.view_functions.items() if view.door == "public"}
    # The calendar has a secret address; a report on paper is checked by people who have no account.
    people = {"access.sign_in", "reminders.calendar", "reports.check"}
    assert public == people | {"ui.healthz", "ui.language", "ui.readyz", "ui.static"}


def test_addresses_are_kebab_case_and_typed(app):
    for rule in app.url_map.iter_rules():
        assert rule.rule == rule.rule.lower(), rule
        assert "_" not in rule.rule.replace("grant_id", ""), rule


def test_details_hold_codes_only():
    with pytest.raises(ValueError, match="codes only"):
        log.Note("case:read", detail="Nguyễn Văn An")


def test_the_database_refuses_to_change_the_log(trial, session, backend):
    ask(trial, "get", "/trial/read")
    own = {
        "sqlite": "INSERT OR REPLACE INTO access_log SELECT * FROM access_log",
        "postgresql": "TRUNCATE access_log",
    }
    for statement in ("UPDATE access_log SET status = 200", "DELETE FROM access_log", own[backend]):
        begin_write()
        with pytest.raises(sa.exc.DatabaseError, match="append-only"):
            session.execute(sa.text(statement))
        session.rollback()
        assert len(rows(session)) == 1
