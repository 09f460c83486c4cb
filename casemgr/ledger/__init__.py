"""The append-only ledger: one list of entries per subject, chained, folded, never edited."""


def init_app(app) -> None:
    from casemgr.ledger.cli import ledger

    app.cli.add_command(ledger)
