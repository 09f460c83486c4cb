"""flask ledger: rebuild or check the projections; casemgr.audit adds `verify`, which also looks at the seals."""

import sys

import click
from flask.cli import AppGroup

from casemgr.db import begin_write, db
from casemgr.ledger import check

ledger = AppGroup("ledger", help="Sổ diễn biến: kiểm tra toàn vẹn, dựng lại dữ liệu tổng hợp.")


@ledger.command("rebuild")
@click.option("--check", "only_check", is_flag=True, help="Compare only; exit 1 if a projection differs.")
def rebuild(only_check: bool) -> None:
    """Fold every ledger again and rewrite its projections."""
    if not only_check:
        begin_write()
    count, differences = check.rebuild(db.session, check=only_check)
    db.session.commit()
    for difference in differences[:20]:
        click.echo(f"DIFFERS table={difference.table} subject={difference.subject}")
    click.echo(f"{count} ledgers folded, {len(differences)} differences")
    if differences:
        sys.exit(1)
