"""What came in: reports of incidents, the persons detected in them, and the way from there to a case file."""


def init_app(app) -> None:
    from casemgr.detections import hooks  # noqa: F401 - registers itself with people
    from casemgr.detections.projection import register_projections

    register_projections()
