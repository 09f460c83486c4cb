"""Jinja filters: every date, hour and number on a page is written the same way."""

from flask_babel import format_date

from casemgr.ui import rules


def init_app(app) -> None:
    app.jinja_env.filters.update(
        date=rules.show_date,
        moment=rules.show_moment,
        number=rules.show_number,
        percent=rules.show_percent,
        weekday=weekday,
    )


def weekday(day) -> str:
    """The day of the week with a capital, in the reader's language."""
    name = format_date(day, "EEEE", rebase=False)
    return name[:1].upper() + name[1:]
