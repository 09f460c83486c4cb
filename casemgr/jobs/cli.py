"""`flask jobs work`: a worker of its own."""

from flask import current_app
from flask.cli import AppGroup, with_appcontext

commands = AppGroup("jobs", help="Long work.")


@commands.command("work")
@with_appcontext
def work() -> None:
    """Do long work until stopped. The web server then runs with CASEMGR_JOBS=elsewhere."""
    current_app.extensions["casemgr.jobs"].work()
