"""Figures and reports: what the ledgers say about a plan."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.coverage import disputing, maps  # noqa: F401  they add their pages to the blueprint
    from casemgr.coverage.cli import coverage
    from casemgr.coverage.views import bp
    from casemgr.ui import navigation

    app.cli.add_command(coverage)
    app.register_blueprint(bp)
    navigation.add(app, "coverage.index", lazy_gettext("Kết quả"), "figure:read", order=60)
