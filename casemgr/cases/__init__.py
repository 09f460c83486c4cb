"""The case file: what may be written into it, how it folds, what its page shows."""


def init_app(app) -> None:
    from casemgr.cases.projection import PROJECTION
    from casemgr.ledger.services import project_as

    project_as("case", PROJECTION)
