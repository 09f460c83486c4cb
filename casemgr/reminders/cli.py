"""flask reminders send: the morning e-mail, to be called once a day."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from casemgr.clock import now
from casemgr.db import db
from casemgr.reminders import services
from casemgr.units.loading import load

reminders = AppGroup("reminders", help="Nhắc việc buổi sáng qua thư điện tử.")


@reminders.command("send")
def send() -> None:
    """Send everybody who asked for it the counts of the day, through CASEMGR_SMTP_URL."""
    url = current_app.config["CASEMGR_SMTP_URL"]
    if not url:
        click.echo("Chưa đặt CASEMGR_SMTP_URL: không gửi thư nào.", err=True)
        sys.exit(2)
    base, sender = current_app.config["CASEMGR_BASE_URL"], current_app.config["CASEMGR_MAIL_FROM"]
    made = list(services.letters(db.session, load(db.session), now(), base, sender))
    try:
        sent = services.send(url, made) if made else 0
    except OSError as error:  # smtplib's errors are OSErrors too
        click.echo(f"Máy chủ thư không nhận: {type(error).__name__}. Hãy chạy lại sau.", err=True)
        sys.exit(1)
    click.echo(f"Đã gửi {sent} thư.")
