"""The first hour of an installation."""

import sqlalchemy as sa

from casemgr import create_app
from casemgr.access.models import RoleGrant, User
from casemgr.db import db
from casemgr.units import services as units
from tests.conftest import test_config as config_for


def test_init_and_the_first_accounts(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEMGR_NEW_PASSWORD", "Sen hong Dong Thap")
    app = create_app(config_for(tmp_path, f"sqlite:///{tmp_path / 'casemgr.db'}") | {"CASEMGR_TODAY": "2022-05-25"})
    runner = app.test_cli_runner()
    result = runner.invoke(args=["init"])
    assert result.exit_code == 0, result.output
    assert "Mật khẩu dùng một lần: Sen hong Dong Thap" in result.output
    assert runner.invoke(args=["init"]).exit_code == 0, "again, harmlessly"
    assert runner.invoke(args=["user", "add", "an.canbo", "--name", "An", "--unit", "30544"]).exit_code == 0
    assert runner.invoke(args=["user", "add", "an.canbo", "--name", "An", "--unit", "30544"]).exit_code == 1
    granted = ["user", "grant", "an.canbo", "worker", "--unit", "30544", "--programmes", "TE,MT"]
    assert runner.invoke(args=granted).exit_code == 0
    assert runner.invoke(args=granted).exit_code == 1
    assert "Không có chương trình TE,XX" in runner.invoke(args=[*granted[:-1], "TE,XX"]).output
    assert "mã 99999" in runner.invoke(args=["user", "add", "b.canbo", "--name", "B", "--unit", "99999"]).output
    assert runner.invoke(args=["user", "reset", "an.canbo"]).exit_code == 0
    with app.app_context():
        assert len(units.load(db.session)) > 100
        roles = db.session.execute(sa.select(User.username, RoleGrant.role, RoleGrant.unit_id, RoleGrant.programmes)
                                   .join(RoleGrant, RoleGrant.user_id == User.id)).all()  # fmt: skip
        assert sorted(map(tuple, roles)) == [
            ("an.canbo", "worker", "30544-20210101", "MT,TE"),
            ("quantri", "administrator", "89-20210101", "*"),
        ]
        db.engine.dispose()
