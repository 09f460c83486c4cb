"""What came in: reports of incidents, the persons detected in them, and the way from there to a case file."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.detections import filing, hooks, months, prints, recording, steps, views  # noqa: F401 - they add views
    from casemgr.detections.monthly import register_projection
    from casemgr.detections.projection import register_projections
    from casemgr.ui import navigation

    register_projections()
    register_projection()
    app.register_blueprint(views.bp)
    navigation.add(app, "detections.index", lazy_gettext("Trường hợp phát hiện"), Permission.DETECTION_LIST, order=12)
