"""`flask init` and `flask user ...`: the first hour of an installation."""

import os
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from casemgr import vault
from casemgr.access import accounts, services
from casemgr.access.policy import ROLES
from casemgr.clock import now
from casemgr.db import begin_write, db, is_postgresql, migrations
from casemgr.db_triggers import APPEND_ONLY
from casemgr.programmes import programmes as known_programmes
from casemgr.refused import Refused
from casemgr.units import services as units

user = AppGroup("user", help="Accounts and roles.")


@click.command("init")
@click.option("--units", "unit_file", default="an-giang", help='A CSV of units, "an-giang" (included), or "" for none.')
@click.option("--admin", default="quantri", help="Username of the first administrator.")
@click.option("--unit", "code", default="", help="Code of the unit that the administrator serves (the province).")
@click.option(
    "--app-role", default="", help="PostgreSQL: a role for the application that cannot change what was written."
)
@with_appcontext
def init(unit_file: str, admin: str, code: str, app_role: str) -> None:
    """Prepare this installation: folder, key file, schema, units, first administrator. Safe to run again."""
    folder = Path(current_app.config["CASEMGR_INSTANCE"])
    folder.mkdir(parents=True, exist_ok=True)
    key_file = Path(current_app.config["CASEMGR_KEY_FILE"])
    if vault.create_key_file(key_file):
        click.echo(f"Đã tạo tệp khóa {key_file}. Hãy sao lưu tệp này ở nơi khác với cơ sở dữ liệu.")
    make_schema()
    if app_role:
        _make_role(app_role)
    if unit_file and not len(units.load(db.session)):
        _write(lambda: units.import_file(db.session, unit_file, now()))
        click.echo("Đã nhập danh mục đơn vị hành chính.")
    if admin and accounts.find(db.session, admin) is None:
        password = _new_password()
        code = code or _province()
        _add(admin, "Quản trị hệ thống", code, password)
        _grant(admin, "administrator", code, "*")
        click.echo(f"Người quản trị: {admin}\nMật khẩu dùng một lần: {password}")


def _make_role(name: str) -> None:
    """A PostgreSQL role with every right on the data but those to change or empty the append-only tables.

    The schema belongs to the role that runs `flask init`; DATABASE_URL of the running application names this one.
    """
    if not is_postgresql(db.session):
        raise click.ClickException("--app-role: chỉ dùng với PostgreSQL.")
    role = db.engine.dialect.identifier_preparer.quote(name)
    begin_write()
    if not db.session.scalar(sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :name"), {"name": name}):
        db.session.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
    for statement in (
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(APPEND_ONLY)} FROM {role}",
    ):
        db.session.execute(sa.text(statement))
    db.session.commit()
    click.echo(f"Vai trò PostgreSQL của ứng dụng: {name} (đặt mật khẩu bằng ALTER ROLE).")


def make_schema() -> None:
    """The schema as the migrations make it; nothing where it is there already."""
    from flask_migrate import upgrade

    migrations(current_app)
    upgrade()


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--unit", "code", required=True, metavar="CODE", help="Code of the unit the account belongs to.")
def add(username: str, name: str, code: str) -> None:
    """Create an account. Its one-time password comes from CASEMGR_NEW_PASSWORD, or one is made."""
    password = _new_password()
    _add(username, name, code, password)
    click.echo(f"Mật khẩu dùng một lần của {username}: {password}")


@user.command("grant")
@click.argument("username")
@click.argument("role", type=click.Choice(list(ROLES)))
@click.option("--unit", "code", required=True, metavar="CODE", help="The role holds here and below.")
@click.option("--programmes", required=True, help='Codes separated by commas, or "*" for all.')
def grant(username: str, role: str, code: str, programmes: str) -> None:
    """Give an account a role in a unit from today."""
    _grant(username, role, code, programmes)
    click.echo(f"{username}: {role}, {code}, {programmes}")


@user.command("reset")
@click.argument("username")
def reset(username: str) -> None:
    """Give an account a one-time password and end its sessions."""
    password = _new_password()
    made = accounts.hashed(password)
    _write(lambda: services.set_password(db.session, _found(username), made, must_change=True))
    click.echo(f"Mật khẩu dùng một lần của {username}: {password}")


def _province() -> str:
    """The code of the province in force today: the one of this installation, or what it became."""
    tree = units.load(db.session)
    codes = [tree[id].code for id in tree.children(None, now().date())]
    if not codes:
        raise click.ClickException("Chưa có đơn vị nào; chạy flask unit import trước.")
    own = str(current_app.config["CASEMGR_PROVINCE"])
    return own if own in codes else codes[0]


def _new_password() -> str:
    return os.environ.get("CASEMGR_NEW_PASSWORD") or accounts.one_time_password()


def _add(username: str, name: str, code: str, password: str) -> None:
    made = accounts.hashed(password)
    unit_id = _unit(code)
    _write(
        lambda: services.create_user(
            db.session, username=username, full_name=name, unit_id=unit_id, password_hash=made, now=now()
        )
    )


def _grant(username: str, role: str, code: str, programmes: str) -> None:
    unit_id, known = _unit(code), list(known_programmes())
    if programmes != "*" and not set(programmes.split(",")) <= set(known):
        raise click.ClickException(f"Không có chương trình {programmes}. Các chương trình: {', '.join(known)}.")
    _write(
        lambda: services.grant_role(
            db.session,
            user=_found(username),
            role=role,
            unit_id=unit_id,
            programmes=programmes,
            valid_from=now().date(),
            granted_by=None,
            now=now(),
        )
    )


def _found(username: str):
    found = accounts.find(db.session, username)
    if found is None:
        raise click.ClickException(f"Không có tài khoản {username}.")
    return found


def _unit(code: str) -> str:
    found = units.load(db.session).find(code, now().date())
    if found is None:
        raise click.ClickException(
            f"Không có đơn vị mã {code} vào hôm nay. Xem mã bằng lệnh flask unit list (hoặc nhập đơn vị: flask unit import)."
        )
    return found


def _write(change):
    begin_write()
    try:
        result = change()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(str(refused)) from refused
    return result
