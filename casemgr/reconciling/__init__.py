"""Registers from outside held against the case files: who was detected and has no file? Answers are a ledger."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.reconciling import (  # noqa: F401 - they register work, hooks and views
        carrying,
        comparing,
        deeds,
        disputes,
        disputing,
        excluded,
        overlapping,
        views,
    )
    from casemgr.reconciling.projection import register_projections
    from casemgr.ui import navigation

    register_projections()
    disputes.register_projection()
    # The page of a detection stands below this package.
    app.jinja_env.globals["disputes_of_detection"] = disputing.of_detection
    app.register_blueprint(views.bp)
    navigation.add(app, "reconciling.index", lazy_gettext("Đối chiếu"), Permission.REGISTER_MATCHES, order=14)
