"""Persons and households: their names, numbers and identities, found without being readable in the database."""


def init_app(app) -> None:
    from casemgr.people.projection import register_projections

    register_projections()
