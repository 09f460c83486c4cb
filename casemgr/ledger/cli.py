"""flask ledger: verify the chains, rebuild or check the projections."""

import sys

import click
from flask.cli import AppGroup

from casemgr.db import begin_write, db
from casemgr.ledger import check

ledger = AppGroup("ledger", help="Sổ diễn biến: kiểm tra toàn vẹn, dựng lại dữ liệu tổng hợp.")


@ledger.command("verify")
def verify() -> None:
    """Walk every chain; exit 1 and name the first broken entry if anything was changed, or a programme file whose
    version was changed after it had been used."""
    count, breaks = check.verify(db.session)
    for broken in breaks[:20]:
        click.echo(f"BROKEN subject={broken.subject} seq={broken.seq} reason={broken.reason}")
    changed = check.changed_versions(db.session)
    for version in changed:
        click.echo(f"CHANGED definition={version}: the file was changed without a new version")
    click.echo(f"{count} entries read, {len(breaks)} ledgers broken")
    if breaks or changed:
        sys.exit(1)


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
