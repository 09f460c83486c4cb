"""The bundle: what the figures are made of, as CSV files with a schema, pseudonymised, for a check from outside."""


def init_app(app) -> None:
    from casemgr.export.cli import export

    app.cli.add_command(export)
