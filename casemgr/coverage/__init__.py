"""Figures and reports: what the ledgers say about a plan."""


def init_app(app) -> None:
    from casemgr.coverage.cli import coverage

    app.cli.add_command(coverage)
