"""For the auditor: seals, verification, explanations, closed periods, samples, the reading of the access log."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.audit import desk, preparing, report_views, views, work  # noqa: F401 - they add views and long work
    from casemgr.audit.cli import seal
    from casemgr.ui import navigation

    app.cli.add_command(seal)
    app.register_blueprint(views.bp)
    app.register_blueprint(report_views.bp)
    app.register_blueprint(desk.bp)
    app.jinja_env.globals["trust"] = desk.glance  # the scorecard shows it where this package is there
    navigation.add(app, "reports.index", lazy_gettext("Báo cáo"), "figure:read", order=62)
    navigation.add(app, "auditing.index", lazy_gettext("Kiểm tra"), "audit:read", order=64)
