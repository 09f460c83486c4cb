"""flask export bundle: the data behind the figures, for an inspector or a researcher."""

from pathlib import Path

import click
from flask.cli import AppGroup

from casemgr import vault
from casemgr.access import log
from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.export import services
from casemgr.ledger.services import province
from casemgr.plans import plans

export = AppGroup("export", help="Data that leaves the system, pseudonymised.")


@export.command("bundle")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="An empty folder, or a file ending .zip.")
@click.option("--plan", default="KH322-2022", show_default=True)
def bundle(out: Path, plan: str) -> None:
    """What the figures of a plan are computed from, as CSV files with schema.json."""
    if plan not in plans():
        raise click.ClickException(f"no plan {plan}: there is {', '.join(plans())}")
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise click.ClickException(f"{out} is there already")
    for table, rows in services.write(db.session, plans()[plan], out, now()).items():
        click.echo(f"{table}.csv: {rows}")
    _log(plan)


def _log(plan: str) -> None:
    """What left the system stands in the access log, by whatever way it left."""
    begin_write(db.session)
    note = log.Note("report:export", detail=f"bundle,{plan.lower()}")
    told = {"province": province(), "at": now(), "user_id": None, "status": 200, "method": "CLI"}
    log.write(db.session, vault.keys().mac, log.rows([note], endpoint="export.bundle", **told))
    db.session.commit()
