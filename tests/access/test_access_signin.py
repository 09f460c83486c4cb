"""Signing in: passwords, waiting after failures, sessions, the one-time password."""

import unicodedata
from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr import create_app
from casemgr.access import accounts, throttle
from casemgr.access.models import AccessLog, SignInAttempt, User
from casemgr.refused import Refused
from tests.accounts import few_units, make_user, sign_in
from tests.conftest import test_config as config_for

PASSWORD = "Nước lên bờ 7"
HERE = "30547-20210101"


@pytest.fixture
def worker(app, session):
    app.config["CASEMGR_TODAY"] = "2022-05-25"
    few_units(session)
    return make_user(session, "nuito.canbo1", ("worker", HERE), password_hash=accounts.hashed(PASSWORD))


def enter(client, password=PASSWORD, username="nuito.canbo1", **more):
    return client.post("/sign-in", data={"username": username, "password": password, **more})


def actions(session) -> list[str]:
    return session.scalars(sa.select(AccessLog.action).order_by(AccessLog.at, AccessLog.id)).all()


def test_in_and_out(client, session, worker):
    response = enter(client, username=" NuiTo.CanBo1 ")
    assert response.status_code == 303
    assert "Người dùng nuito.canbo1" in client.get("/account").text
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    assert client.post("/sign-out").status_code == 303
    assert client.get("/account").status_code == 303
    with client.session_transaction() as cookie:
        cookie.update(stolen)
    assert client.get("/account").status_code == 303, "a copy of the cookie is worth nothing after signing out"
    assert actions(session) == ["session:begin", "session:end"]


def test_a_password_typed_on_another_keyboard(client, worker):
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert decomposed != PASSWORD
    assert enter(client, decomposed).status_code == 303


def test_nothing_of_the_visitors_session_survives(client, worker):
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
        cookie["language"] = "en"
    enter(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["language"] == "en"


@pytest.mark.parametrize(
    ("username", "password"), [("nuito.canbo1", "wrong"), ("nobody", PASSWORD), ("x\u202e", "yyzzyy")]
)
def test_one_sentence_for_every_wrong_pair(client, session, worker, username, password):
    response = enter(client, password, username)
    assert response.status_code == 422
    assert password not in response.text
    assert session.scalar(sa.select(sa.func.count()).select_from(AccessLog)) <= 1


def test_a_closed_account(client, session, worker):
    worker.active = False
    session.commit()
    assert enter(client).status_code == 422


def test_waiting_after_five_failures(client, session, worker):
    for _ in range(throttle.ACCOUNT_LIMIT):
        assert enter(client, "wrong").status_code == 422
    response = enter(client)
    assert response.status_code == 429
    assert "Hãy thử lại sau 15 phút" in response.text
    assert 0 < int(response.headers["Retry-After"]) <= 900
    assert enter(client, "wrong", "somebody.else").status_code == 422, "others are not held up"
    session.execute(sa.update(SignInAttempt).values(at=datetime(2022, 5, 24)))
    session.commit()
    assert enter(client).status_code == 303, "the wait ends by itself"
    assert enter(client, "wrong").status_code == 422, "and a success starts the count again"


def test_an_address_waits_too(client, session, worker, monkeypatch):
    monkeypatch.setattr(throttle, "ADDRESS_LIMIT", 3)
    for number in range(3):
        enter(client, "wrong", f"nobody{number}")
    assert enter(client).status_code == 429


def test_behind_a_proxy_each_visitor_has_an_address_of_their_own(client, session, worker, monkeypatch):
    monkeypatch.setattr(throttle, "ADDRESS_LIMIT", 3)

    def status(password: str, said: str, name="nuito.canbo1", peer="127.0.0.1") -> int:
        data, environ = {"username": name, "password": password}, {"REMOTE_ADDR": peer}
        return client.post(
            "/sign-in", data=data, headers={"X-Forwarded-For": said}, environ_overrides=environ
        ).status_code

    for number in range(3):  # what a visitor says of themselves stands before what the proxy says
        assert status("wrong", f"10.0.0.{number}, 203.0.113.1", f"nobody{number}") == 422
    assert status(PASSWORD, "10.0.0.9, 203.0.113.1") == 429
    assert status(PASSWORD, "203.0.113.2") == 303
    client.post("/sign-out")
    for number in range(3):  # and of who asks from elsewhere nothing is believed
        assert status("wrong", f"10.0.0.{number}", f"nobody{number}", "198.51.100.7") == 422
    assert status(PASSWORD, "203.0.113.2", peer="198.51.100.7") == 429


def test_the_table_of_attempts_names_nobody(client, session, worker):
    enter(client, "wrong", "my-secret-password")
    row = session.scalars(sa.select(SignInAttempt)).one()
    assert len(row.account) == len(row.address) == 16
    assert b"secret" not in row.account


def test_a_one_time_password_must_be_changed_first(client, session, worker):
    worker.must_change = True
    session.commit()
    assert enter(client).location == "/account/password"
    assert client.get("/admin/users").location == "/account/password"
    new = "Sen hồng Đồng Tháp"
    data = {"current_password": PASSWORD, "password": new, "again_password": new}
    assert client.post("/account/password", data=data).status_code == 303
    assert client.get("/account").status_code == 200, "this session goes on"
    assert not session.get(User, worker.id).must_change
    client.post("/sign-out")
    assert enter(client).status_code == 422
    assert enter(client, new).status_code == 303


def test_a_changed_password_ends_the_other_sessions(app, client, session, worker):
    other = sign_in(app.test_client(), worker)
    enter(client)
    new = "Sen hồng Đồng Tháp"
    client.post("/account/password", data={"current_password": PASSWORD, "password": new, "again_password": new})
    assert other.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current_password": "x", "password": "a-b-c-d-e-f", "again_password": "a-b-c-d-e-f"}, "hiện tại không đúng"),
        ({"current_password": PASSWORD, "password": "a-b-c-d-e-f", "again_password": "other"}, "không giống nhau"),
        ({"current_password": PASSWORD, "password": "short", "again_password": "short"}, "từ 10 đến 128"),
        ({"current_password": PASSWORD, "password": "aaaaaaaaaaaa", "again_password": "aaaaaaaaaaaa"}, "dễ đoán"),
        ({"current_password": PASSWORD, "password": PASSWORD, "again_password": PASSWORD}, "phải khác"),
        ({"current_password": "", "password": "", "again_password": ""}, "Cần nhập nội dung này"),
    ],
)
def test_refused_new_passwords(client, session, worker, data, sentence):
    sign_in(client, worker)
    response = client.post("/account/password", data=data)
    assert response.status_code == 422
    assert sentence in response.text
    assert "<title>Có lỗi" in response.text


def test_passwords_easy_to_guess():
    for password in ("nuito.canbo1 nhé", "0123456789", "Matkhau2022!"):
        with pytest.raises(Refused):
            accounts.check_new_password(password, "nuito.canbo1")
    accounts.check_new_password(accounts.one_time_password(), "nuito.canbo1")


def test_what_was_typed_survives_an_ended_session(client, session, worker):
    response = client.post("/language-of-nowhere", data={"note": "x"})
    assert response.status_code == 404
    response = client.post("/admin/users/new", data={"full_name": 'Lê "Thị" Hoa\nx', "password": "secret"})
    assert response.status_code == 401
    form = client_form(response.text)
    assert "secret" not in response.text
    response = client.post("/sign-in", data=form | {"username": "nuito.canbo1", "password": PASSWORD})
    assert response.status_code == 200
    assert client_form(response.text)["full_name"] == 'Lê "Thị" Hoa\nx'
    assert 'action="/admin/users/new"' in response.text


def client_form(text: str) -> dict:
    from tests.pages import _values, parse

    forms = [form for form in parse(text).iter("form") if form.get("action") not in ("/language", "/sign-out")]
    return _values(forms[0])


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_leads_to_this_site_only(client, worker, target):
    response = enter(client, next=target)
    assert response.status_code == 303
    assert response.location.startswith("/")
    assert "evil" not in response.location
    assert "javascript" not in response.location


def test_forms_from_elsewhere_are_refused(templates, tmp_path):
    uri = templates("sqlite").fresh(tmp_path)
    app = create_app(config_for(tmp_path, uri) | {"WTF_CSRF_ENABLED": True})
    response = app.test_client().post("/sign-in", data={"username": "x", "password": "y"})
    assert response.status_code == 400
    assert "hãy quay lại và gửi lại" in response.text
    assert app.test_client().post("/language", data={"language": "en"}).status_code == 400


def test_forms_are_taken_over_https_without_a_referer(app, client, session, worker):
    app.config["WTF_CSRF_ENABLED"] = True
    https = {"base_url": "https://localhost"}
    form = client_form(client.get("/sign-in", **https).text) | {"username": "nuito.canbo1", "password": PASSWORD}
    assert client.post("/sign-in", data=form, **https).status_code == 303


def test_a_form_of_an_earlier_session_keeps_what_was_typed(app, client, session, worker):
    app.config["WTF_CSRF_ENABLED"] = True
    typed = {"csrf_token": "of another session", "full_name": "Lê Thị Hoa", "password": "secret"}
    here = {"Sec-Fetch-Site": "same-origin"}
    visitor = client.post("/admin/users/new", data=typed, headers=here)
    assert (visitor.status_code, "Hoa" in visitor.text, "secret" in visitor.text) == (401, True, False)
    form = client_form(visitor.text) | {"username": "nuito.canbo1", "password": PASSWORD}
    resumed = client_form(client.post("/sign-in", data=form).text)
    assert resumed["full_name"] == "Lê Thị Hoa"
    assert client.post("/admin/users/new", data=resumed).status_code == 403, "taken, and not this worker's to do"
    again = client.post("/admin/users/new", data=typed, headers=here)
    assert again.status_code == 400
    assert client_form(again.text)["full_name"] == "Lê Thị Hoa"
    assert client_form(again.text)["csrf_token"] != typed["csrf_token"]
    assert "secret" not in again.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_what_another_site_sends_is_not_offered_again(app, client, session, worker, site):
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, worker)
    headers = {"Sec-Fetch-Site": site} if site else {}
    answer = client.post("/admin/users/new", data={"full_name": "Lê Thị Hoa"}, headers=headers)
    assert answer.status_code == 400
    assert "Lê Thị Hoa" not in answer.text
