"""flask export bundle: the data behind the figures, for an inspector or a researcher."""

from pathlib import Path

import click
from flask.cli import AppGroup

from casemgr.clock import now
from casemgr.db import db
from casemgr.export import services
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
