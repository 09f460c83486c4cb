"""`flask demo`: builds the invented province, in a database that holds nothing real."""

from datetime import date
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from casemgr import vault
from casemgr.clock import now as clock_now
from casemgr.db import Base, db
from casemgr.demo.days import end_of
from casemgr.demo.models import DemoMark
from casemgr.demo.staff import PASSWORD

TODAY = "2022-06-15"
LARGEST_STEP = 2000  # files between two lines of progress


@click.command("demo")
@click.option(
    "--cases", default=2000, show_default=True, type=click.IntRange(1, 1_000_000), help="Case files to invent."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same province.")
@click.option("--wipe", is_flag=True, help="Replace an earlier demo. Never touches anything that is not a demo.")
@click.option("--if-absent", is_flag=True, help="Do nothing where a demo stands already.")
@with_appcontext
def demo(cases: int, seed: int, wipe: bool, if_absent: bool) -> None:
    """Build the invented province and print its accounts and its own count of TE-2."""
    from casemgr.demo.build import build  # only here: a worker that serves pages does without it

    today = date.fromisoformat(current_app.config["CASEMGR_TODAY"] or TODAY)
    mark = _mark()
    if mark is not None and if_absent:
        click.echo("Đã có dữ liệu minh họa.")
        tell_accounts(_known_accounts())
        return
    if mark is not None and not wipe:
        raise click.ClickException("Đã có dữ liệu minh họa. Thêm --wipe để dựng lại từ đầu.")
    if mark is None and _holds_anything():
        raise click.ClickException(
            "Cơ sở dữ liệu này không phải dữ liệu minh họa và không trống; flask demo không ghi vào đây."
        )
    if mark is not None:
        drop_everything()
    vault.create_key_file(Path(current_app.config["CASEMGR_KEY_FILE"]))
    _make_schema()
    result = build(db.session, cases=cases, seed=seed, today=today, told=_progress())
    tell(result, today)


def _progress():
    state = {"next": LARGEST_STEP}

    def told(result) -> None:
        if result.files >= state["next"]:
            state["next"] += LARGEST_STEP
            click.echo(f"  {result.files} hồ sơ, {result.entries} bản ghi")

    return told


def tell(result, today: date) -> None:
    """Prints what was built, the accounts, and the generator's own count."""
    seconds = result.invented + result.written
    click.echo(
        f"{result.files} hồ sơ, {result.entries} bản ghi trong {seconds:.1f} giây "
        f"({result.entries / seconds:.0f} bản ghi/giây; dựng {result.invented:.1f}, ghi {result.written:.1f})."
    )
    click.echo("\nTE-2 theo sổ riêng của bộ dựng dữ liệu (không dùng mã tính chỉ tiêu):")
    moment = clock_now()
    for through in (date(today.year, 3, 31), today):
        t = min(end_of(through), moment) if moment.date() == today else end_of(through)
        click.echo(f"  đến {t:%d/%m/%Y %H:%M}: " + ", ".join(f"{k} {v}" for k, v in result.count(t).items()))
    tell_accounts(result.accounts)


def tell_accounts(accounts: list[tuple[str, str]]) -> None:
    click.echo(f"\nTài khoản minh họa, mật khẩu chung: {PASSWORD}")
    for username, what in accounts:
        click.echo(f"  {username:<20} {what}")


def _known_accounts() -> list[tuple[str, str]]:
    from casemgr.access.models import User
    from casemgr.demo.staff import listed

    return listed([name for (name,) in db.session.execute(sa.select(User.username).order_by(User.username))])


def _mark() -> DemoMark | None:
    if not sa.inspect(db.engine).has_table(DemoMark.__tablename__):
        return None
    found = db.session.get(DemoMark, 1)
    db.session.rollback()
    return found


def _holds_anything() -> bool:
    """Whether any table of ours has a row: then it is somebody's installation."""
    present = set(sa.inspect(db.engine).get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in present]
    found = any(db.session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() for table in tables)
    db.session.rollback()
    return found


def drop_everything() -> None:
    """Drops and makes every table anew; the key file stays, keys of subjects go."""
    db.session.remove()
    db.drop_all()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def _make_schema() -> None:
    from casemgr.access.cli import make_schema

    make_schema()
    db.session.remove()
