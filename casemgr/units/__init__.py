"""Administrative units, their lineage, hamlets and the calendar of working days."""


def init_app(app) -> None:
    from casemgr.units import models, web  # noqa: F401  the models must be known before the schema is made
    from casemgr.units.cli import unit

    app.cli.add_command(unit)
    web.init_app(app)
