"""flask reminders send: the morning e-mail, to be called once a day."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from casemgr.clock import now
from casemgr.db import db
from casemgr.reminders import post
from casemgr.units.loading import load

reminders = AppGroup("reminders", help="Nhắc việc buổi sáng qua thư điện tử.")


@reminders.command("send")
@click.option("--again", is_flag=True, help="Gửi lại cả những thư không rõ đã đến máy chủ thư hay chưa.")
def send(again: bool) -> None:
    """Send everybody who asked for it the counts of the day, through CASEMGR_SMTP_URL. A second run on the same day
    sends only what the first did not."""
    config = current_app.config
    if not config["CASEMGR_SMTP_URL"]:
        click.echo("Chưa đặt CASEMGR_SMTP_URL: không gửi thư nào.", err=True)
        sys.exit(2)
    source = post.From(config["CASEMGR_SMTP_URL"], config["CASEMGR_MAIL_FROM"], config["CASEMGR_BASE_URL"])
    try:
        run = post.send_letters(db.session, load(db.session), now, source, again=again)
    except OSError as error:  # smtplib's errors are OSErrors too
        click.echo(f"Máy chủ thư không nhận: {type(error).__name__}. Hãy chạy lại sau.", err=True)
        sys.exit(1)
    click.echo(f"Đã gửi {run.sent} thư.")
    if run.before:
        click.echo(f"{run.before} thư của hôm nay đã gửi trước đó.")
    if run.under_way:
        click.echo(f"{run.under_way} thư đang được một lượt khác gửi.")
    if run.unsure:
        click.echo(f"{run.unsure} thư không rõ đã gửi hay chưa; `flask reminders send --again` gửi lại.", err=True)
    if run.refused:
        click.echo(
            f"Máy chủ thư từ chối {run.refused} thư: hãy chạy lại; nếu vẫn bị từ chối thì xem lại địa chỉ.", err=True
        )
        sys.exit(1)
