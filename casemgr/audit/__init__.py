"""For the auditor: seals, verification, explanations, closed periods, samples, the reading of the access log."""


def init_app(app) -> None:
    from casemgr.audit import work  # noqa: F401 - registers the long work
    from casemgr.audit.cli import seal
    from casemgr.audit.views import bp

    app.cli.add_command(seal)
    app.register_blueprint(bp)
