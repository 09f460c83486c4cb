"""Who may do what: users, roles in units, one policy, sign-in, the access log."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access import accounts, admin, cli, places, signin, web
    from casemgr.access.policy import Permission
    from casemgr.ui import navigation

    accounts.init_app(app)
    web.init_app(app)
    for blueprint in (signin.bp, admin.bp, places.bp):
        app.register_blueprint(blueprint)
    navigation.add(app, "admin.users", lazy_gettext("Người dùng"), Permission.USER_MANAGE, order=90)
    navigation.add(app, "places.index", lazy_gettext("Đơn vị"), Permission.UNIT_MANAGE, order=92)
    app.cli.add_command(cli.user)
    app.cli.add_command(cli.init)
