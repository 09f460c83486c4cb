"""For the auditor: seals, verification, explanations, closed periods, samples, the reading of the access log."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.audit import change_views, desk, log_views, preparing, report_views, seal_views, sealing, views, work  # noqa: F401 - they register themselves
    from casemgr.audit.cli import backup, restore, seal
    from casemgr.audit.web import bp
    from casemgr.ui import navigation

    for command in (seal, backup, restore):
        app.cli.add_command(command)
    app.register_blueprint(bp)
    app.register_blueprint(report_views.bp)
    app.register_blueprint(desk.bp)
    app.extensions["seal"] = sealing  # samples are drawn by it
    app.jinja_env.globals["trust"] = desk.glance  # the scorecard shows it where this package is there
    navigation.add(app, "reports.index", lazy_gettext("Báo cáo"), "figure:read", order=62)
    navigation.add(app, "auditing.index", lazy_gettext("Kiểm tra"), "audit:read", order=64)
