"""For the auditor: seals, verification, explanations, closed periods, samples, the reading of the access log."""


def init_app(app) -> None:
    from casemgr.audit.cli import seal

    app.cli.add_command(seal)
