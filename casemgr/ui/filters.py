"""Jinja filters: every date, hour and number on a page is written the same way."""

from casemgr.ui import rules


def init_app(app) -> None:
    app.jinja_env.filters.update(
        date=rules.show_date,
        moment=rules.show_moment,
        number=rules.show_number,
        percent=rules.show_percent,
    )
