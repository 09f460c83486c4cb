"""The invented province: names, communes' staff, cases of four programmes, and its own count of what they add up to."""


def init_app(app) -> None:
    from casemgr.demo import models  # noqa: F401  the mark must be known before the schema is made
    from casemgr.demo.cli import demo

    app.cli.add_command(demo)
