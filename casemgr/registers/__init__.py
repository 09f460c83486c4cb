"""Registers from outside (danh sách nguồn): loaded as evidence, to be held against the case files.

The path of a file: `child` reads it in a process of its own with limits, `tables` finds headings and rows, `columns`
says which column is which field, `checking` makes each line a Row, with its doubts, or says what is wrong in it,
`importing` keeps the rows and the one entry that says what was received.
"""


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.ledger.services import project_as
    from casemgr.registers import sources
    from casemgr.registers.cli import commands
    from casemgr.registers.services import PROJECTION
    from casemgr.registers.views import bp
    from casemgr.ui import navigation

    app.extensions["registers"] = sources.load()
    project_as("register", PROJECTION)
    app.register_blueprint(bp)
    app.cli.add_command(commands)
    # Who only reads a register comes to it through its comparison.
    navigation.add(app, "registers.index", lazy_gettext("Danh sách nguồn"), "register:load", order=60)
