"""`flask register import`: the same as the page, with the same numbers."""

from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from casemgr import files, jobs
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.refused import Refused
from casemgr.registers import drafts, importing
from casemgr.registers.columns import FIELDS
from casemgr.registers.drafts import Facts, Look
from casemgr.registers.show import problems
from casemgr.units.loading import load as load_units

AUTHOR = "system:cli"
commands = AppGroup("register", help="Registers from outside.")
DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Code of the source, as in sources.toml.")
@click.option("--programme", required=True, help="Code of the programme.")
@click.option("--unit", "code", default="", help="Code of the unit that the register covers (the province).")
@click.option("--from", "start", type=DAY, help="First day of its period (1 January).")
@click.option("--to", "end", type=DAY, help="Last day of its period (today).")
@click.option("--document", default="", help="Number of the document it came with.")
@click.option("--document-date", type=DAY)
@click.option("--sheet", default=-1, help="Which sheet, from 0 (the first with a table).")
@click.option("--dry-run", is_flag=True, help="Only say what would come of it.")
@with_appcontext
def import_(
    file: Path, source: str, programme: str, code: str, start, end, document, document_date, sheet, dry_run
) -> None:
    """Load a register. Prints what the page shows before importing."""
    at = now()
    facts = Facts(
        source=source,
        programme=programme,
        unit=_unit(code, at),
        start=(start or at.replace(month=1, day=1)).date(),
        end=(end or at).date(),
        document=document,
        document_date=document_date.date() if document_date else None,
        sheet=sheet,
    )
    begin_write()
    try:
        made = drafts.begin(db.session, facts, file.name, files.read_path(file), author=AUTHOR, now=at)
        draft = drafts.find(db.session, made)
        look = drafts.look(db.session, draft, at)
        _tell(look)
        if dry_run:
            db.session.rollback()
            click.echo("Chạy thử: không có gì được nạp.")
            return
        job = importing.start(db.session, draft, author=AUTHOR, at=at)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        raise click.ClickException(str(refused)) from refused
    jobs.work_on(current_app._get_current_object(), job)
    done = jobs.find(db.session, job)
    if done.state != "done":
        raise click.ClickException(done.message or "Công việc đang do tiến trình khác thực hiện.")
    click.echo("Đã nạp.")


def _unit(code: str, at: datetime) -> str:
    tree = load_units(db.session)
    province = str(current_app.config["CASEMGR_PROVINCE"])
    found = tree.find(code or province, at.date())
    if found is None:
        raise click.ClickException(f"Không có đơn vị mã {code or province} vào hôm nay.")
    return found


def _tell(look: Look) -> None:
    for column, name in sorted(look.columns.items()):
        click.echo(f"  cột {column + 1}: {look.table.headings[column]} → {FIELDS[name]}")
    if look.refused is not None:
        raise look.refused
    counts = look.checked.counts()
    click.echo(
        f"Đọc {counts['read']} dòng: {counts['good']} đạt, {counts['parked']} cần xem xét, {counts['wrong']} lỗi; "
        f"bỏ qua {counts['skipped']} dòng tiêu đề, tổng cộng."
    )
    for _mark, text, count, lines in problems(counts, look.checked):
        where = f" (dòng {', '.join(map(str, lines))}{'…' if count > len(lines) else ''})" if lines else ""
        click.echo(f"  {count}: {text}{where}")
    if look.difference is not None:
        change = look.difference.counts()
        click.echo(
            f"So với danh sách đã nạp: thêm {change['added']}, sửa {change['changed']}, bớt {change['gone']}, "
            f"giữ nguyên {change['same']}."
        )
