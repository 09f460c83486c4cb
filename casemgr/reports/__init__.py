"""Reports that officials send, and the lists and files that go with them.

    content = prepare(session, asked, now, title="6 tháng đầu năm 2022", calendar="Theo lịch", tree=tree)
    content.as_data()                                       # plain JSON: what a sealed report keeps
    papers.pdf(paper_of(content, tree, number="12", day=…, signature=…))

`asked` is a question as coverage takes it (with `known_at` for a report as things were known). `prepare` reads, `paper_of`
draws; checking, approving and sealing go between the two.
"""

from flask import current_app


def init_app(app) -> None:
    from casemgr.reports import dataout, periods, persons, rolls  # noqa: F401 - rolls adds views
    from casemgr.reports.views import bp

    app.extensions["dhis2"] = dataout.load(app.config.get("CASEMGR_DHIS2", dataout.FILE))
    app.extensions["calendars"] = periods.load()
    app.extensions["rolls"] = persons.load(persons.FILE, app.extensions["programmes"])
    app.register_blueprint(bp)


def calendars() -> dict:
    """Every calendar of reporting periods by code."""
    return current_app.extensions["calendars"]


def rolls_of() -> tuple[dict, dict]:
    """(gift lists, files for other agencies' software) by code."""
    return current_app.extensions["rolls"]


def mapping():
    """How figures are called in DHIS2."""
    return current_app.extensions["dhis2"]
