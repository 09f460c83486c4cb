"""A day's work and the decisions that wait: derived from the open promises of files and detections."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.ui import navigation
    from casemgr.work.projection import register
    from casemgr.work.views import bp

    register()

    app.register_blueprint(bp)
    # Those who may search for persons are those who work on cases: workers and their leaders.
    navigation.add(app, "work.today", lazy_gettext("Việc hôm nay"), Permission.PERSON_SEARCH, order=10)
    navigation.add(app, "work.approvals", lazy_gettext("Chờ duyệt"), Permission.CASE_DECIDE, order=15)
