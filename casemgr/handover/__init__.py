"""Passing things on: files to another commune or to the successor of a unit, people to a service, a file away from
those with a conflict of interest."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.handover import hand_on, marking, referrals, succession, views  # noqa: F401 - they add views
    from casemgr.ui import navigation

    app.register_blueprint(views.bp)
    navigation.add(app, "handover.transfers", lazy_gettext("Chuyển hồ sơ"), Permission.CASE_TRANSFER, order=22)
