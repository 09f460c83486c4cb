"""Who may do what: users, roles in units, one policy, sign-in, the access log."""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access import accounts, admin, areas, cli, places, signin, web
    from casemgr.access.policy import Permission
    from casemgr.ui import navigation

    accounts.init_app(app)
    web.init_app(app)
    for blueprint in (signin.bp, admin.bp, places.bp, areas.bp):
        app.register_blueprint(blueprint)
    navigation.add(app, "admin.users", lazy_gettext("Người dùng"), Permission.USER_MANAGE, order=90)
    navigation.add(app, "places.index", lazy_gettext("Đơn vị"), Permission.UNIT_MANAGE, order=92)
    navigation.add(app, "areas.index", lazy_gettext("Địa bàn"), Permission.AREA_MANAGE, order=93)
    app.cli.add_command(cli.user)
    app.cli.add_command(cli.init)
