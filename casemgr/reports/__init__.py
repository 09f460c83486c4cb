"""Reports that officials send, and the lists and files that go with them.

    content = prepare(session, asked, now, title="6 tháng đầu năm 2022", calendar="Theo lịch", tree=tree)
    content.as_data()                                       # plain JSON: what a sealed report keeps
    papers.pdf(paper_of(content, tree, number="12", day=…, signature=…))

A list that names people (a gift list, a file for other software) is asked for, approved by a second person and then taken by
whoever asked: `services`, `named`.

`asked` is a question as coverage takes it (with `known_at` for a report as things were known). `prepare` reads, `paper_of`
draws; checking, approving and sealing go between the two.
"""

from flask import current_app

from casemgr.refused import N_


def init_app(app) -> None:
    from casemgr.ledger.services import project_as
    from casemgr.reports import dataout, flash, named_views, periods, persons, rolls, services  # noqa: F401 - they add views
    from casemgr.reports.views import bp
    from casemgr.work import inbox

    project_as(services.KIND, services.PROJECTION)
    inbox.also(
        lambda view: services.waiting(view.session, view.actor, view.tree, view.now),
        N_("%(n)s danh sách có họ tên chờ duyệt"),
        "outgoing.named_lists",
    )

    app.extensions["dhis2"] = dataout.load(app.config.get("CASEMGR_DHIS2", dataout.FILE))
    app.extensions["calendars"] = periods.load()
    app.extensions["rolls"] = persons.load(persons.FILE, app.extensions["programmes"])
    app.register_blueprint(bp)


def calendars() -> dict:
    """Every calendar of reporting periods by code."""
    return current_app.extensions["calendars"]


def rolls_of():
    """The gift lists and the files for other agencies' software."""
    return current_app.extensions["rolls"]


def mapping():
    """How figures are called in DHIS2."""
    return current_app.extensions["dhis2"]
