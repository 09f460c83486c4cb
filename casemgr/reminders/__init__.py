"""What reaches people away from the pages: a morning e-mail with counts, a calendar of due dates. Neither has a name in
it; the calendar has case numbers, the e-mail not even those."""


def init_app(app) -> None:
    from casemgr.reminders import cli, views

    app.register_blueprint(views.bp)
    app.cli.add_command(cli.reminders)
