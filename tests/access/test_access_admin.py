"""Accounts and roles on the administrator's pages."""

import pytest
import sqlalchemy as sa

from casemgr.access.models import AccessLog, RoleGrant, User
from tests.accounts import few_units, make_user, sign_in

PROVINCE, DISTRICT, HERE, THERE = "89-20210101", "891-20210101", "30547-20210101", "30544-20210101"


@pytest.fixture
def admin(app, client, session):
    app.config["CASEMGR_TODAY"] = "2022-05-25"
    few_units(session)
    user = make_user(session, "quantri", ("administrator", DISTRICT))
    sign_in(client, user)
    return user


@pytest.fixture
def worker(admin, session):
    return make_user(session, "nuito.canbo1", unit_id=HERE)


def logged(session) -> list[tuple]:
    rows = session.execute(sa.select(AccessLog.action, AccessLog.subject, AccessLog.status).order_by(AccessLog.id))
    return [tuple(row) for row in rows]


def test_a_new_account_gets_a_one_time_password(client, session, admin):
    form = client.form("/admin/users/new", 1)
    assert form["unit_id"] == ""
    data = form | {"username": "nuito.canbo2", "full_name": "Chau Sóc Kha", "unit_id": HERE}
    response = client.post("/admin/users/new", data=data)
    assert response.status_code == 200
    user = session.scalars(sa.select(User).where(User.username == "nuito.canbo2")).one()
    assert user.must_change
    assert user.password.startswith("$argon2id$")
    assert logged(session)[-1] == ("user:create", user.id, 200)
    password = response.text.split('class="secret">')[1].split("<")[0]
    assert client.get(f"/admin/users/{user.id}").status_code == 200
    assert password not in client.get(f"/admin/users/{user.id}").text
    client.post("/sign-out")
    response = client.post("/sign-in", data={"username": "nuito.canbo2", "password": password})
    assert response.location == "/account/password"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "Đỗ An"}, "Tên đăng nhập gồm"),
        ({"username": "quantri"}, "Tên đăng nhập này đã có"),
        ({"unit_id": PROVINCE}, "Hãy chọn một giá trị trong danh sách"),
        ({"full_name": "x" * 121}, "Nội dung quá dài: 121 ký tự, tối đa 120 ký tự"),
        ({"full_name": ""}, "Cần nhập nội dung này"),
    ],
)
def test_refused_accounts(client, session, admin, change, sentence):
    data = {"username": "nuito.canbo2", "full_name": "Chau Sóc Kha", "unit_id": HERE} | change
    response = client.post("/admin/users/new", data=data)
    assert response.status_code == 422
    assert sentence in response.text
    assert data["username"] in response.text, "what was typed is kept"
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 1


def test_giving_and_ending_a_role(client, session, admin, worker):
    page = f"/admin/users/{worker.id}"
    data = {"role": "worker", "unit_id": HERE, "programmes": ["TE"], "valid_from": "1/5/2022", "valid_to": ""}
    assert client.post(page + "/grants", data=data).status_code == 303
    held = session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == worker.id)).one()
    assert (held.role, held.unit_id, held.programmes, held.granted_by) == ("worker", HERE, "TE", admin.id)
    assert "xã Núi Tô" in client.get(page).text
    assert "đã có vai trò này" in client.post(page + "/grants", data=data).text
    assert client.post(f"{page}/grants/{held.id}/end").status_code == 303
    assert (held.valid_to.isoformat(), held.ended_by) == ("2022-05-25", admin.id)
    assert client.post(f"{page}/grants/{held.id}/end").status_code == 422
    assert "Vai trò đã kết thúc" in client.get(page).text
    assert ("user:end-grant", worker.id, 303) in logged(session)


def test_a_role_needs_a_programme(client, admin, worker):
    response = client.post(f"/admin/users/{worker.id}/grants", data={"role": "worker", "unit_id": HERE})
    assert response.status_code == 422
    assert 'value="30547-20210101" selected' in response.text or 'selected value="30547-20210101"' in response.text


def test_administrators_give_nothing_to_themselves(client, session, admin):
    data = {"role": "worker", "unit_id": HERE, "programmes": ["*"], "valid_from": "01/05/2022"}
    page = f"/admin/users/{admin.id}"
    assert client.post(page + "/grants", data=data).status_code == 403
    assert client.post(page + "/reset").status_code == 403
    assert client.post(page + "/active", data={"active": "0"}).status_code == 403
    own = session.scalars(sa.select(RoleGrant)).one()
    assert client.post(f"{page}/grants/{own.id}/end").status_code == 403
    assert "Giao vai trò" not in client.get(page).text


def test_accounts_of_other_units_do_not_exist(client, session, admin):
    other = make_user(session, "longxuyen.canbo", unit_id="883-20210101")
    assert client.get(f"/admin/users/{other.id}").status_code == 404
    assert "longxuyen" not in client.get("/admin/users").text
    assert client.post(f"/admin/users/{other.id}/reset").status_code == 404


def test_no_role_outside_the_administrators_units(client, session, admin, worker):
    data = {"role": "auditor", "unit_id": PROVINCE, "programmes": ["*"], "valid_from": "01/05/2022"}
    assert client.post(f"/admin/users/{worker.id}/grants", data=data).status_code == 422


def test_closing_and_resetting_an_account_end_its_sessions(app, client, session, admin, worker):
    other = sign_in(app.test_client(), worker)
    assert other.get("/account").status_code == 200
    assert client.post(f"/admin/users/{worker.id}/active", data={"active": "0"}).status_code == 303
    assert other.get("/account").status_code == 303
    client.post(f"/admin/users/{worker.id}/active", data={"active": "1"})
    before = worker.fs_uniquifier
    assert "Mật khẩu dùng một lần" in client.post(f"/admin/users/{worker.id}/reset").text
    session.refresh(worker)
    assert worker.fs_uniquifier != before
    assert worker.must_change


def test_other_roles_see_no_accounts(client, session, admin):
    sign_in(client, make_user(session, "kiemtra", ("auditor", PROVINCE)))
    assert client.get("/admin/users").status_code == 403
    assert "Người dùng</a>" not in client.get("/account").text


def test_the_list_asks_as_many_queries_for_ten_times_the_accounts(app, client, session, admin):
    def count() -> int:
        seen = []

        def note(*args):
            seen.append(args[2])

        from casemgr.db import db

        sa.event.listen(db.engine, "before_cursor_execute", note)
        client.get("/admin/users")
        sa.event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    client.get("/admin/users")
    before = count()
    for number in range(20):
        make_user(session, f"canbo{number}", ("worker", HERE), ("worker", THERE))
    assert count() == before


def test_long_lists_come_in_pages(client, session, admin):
    for number in range(60):
        session.add(
            User(username=f"canbo{number:02}", full_name="x", unit_id=HERE, password="!", created_at=admin.created_at)
        )
    session.commit()
    assert "1–50 trong 61" in client.get("/admin/users").text
    assert "51–61 trong 61" in client.get("/admin/users?page=2").text
    assert client.get("/admin/users?page=x").status_code == 200
    assert client.get("/admin/users?page=99").status_code == 200
