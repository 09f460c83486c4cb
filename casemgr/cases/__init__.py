"""The case file: what may be written into it, how it folds, what its page shows."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.cases import acts, attaching, hooks, opening, prints, views, writing  # noqa: F401 - they add views and a hook
    from casemgr.cases.forms import check_names
    from casemgr.cases.projection import PROJECTION
    from casemgr.ledger.services import project_as
    from casemgr.ui import navigation

    project_as("case", PROJECTION)
    check_names(app.extensions["programmes"])
    app.register_blueprint(views.bp)
    navigation.add(app, "cases.index", lazy_gettext("Hồ sơ"), Permission.CASE_LIST, order=20)
