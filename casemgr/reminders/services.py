"""Who is reminded, of what, and how it is sent."""

import secrets
import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from urllib.parse import unquote, urlsplit
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.access.models import User
from casemgr.access.policy import Actor
from casemgr.access.web import actor_of
from casemgr.reminders.models import Reminder
from casemgr.reminders.rules import Counts, Due, letter
from casemgr.units.rules import UnitTree
from casemgr.work import inbox, queries
from casemgr.work.rules import arrange
from casemgr.work.scope import View

AHEAD = timedelta(days=60)
TOKEN_BYTES = 24
SECONDS = 20  # longest wait for the mail server


def setting(session, user: UUID) -> Reminder | None:
    return session.get(Reminder, user)


def set_email(session, user: UUID, email: str | None, now: datetime) -> None:
    """Sends the morning e-mail there from now on; None: no more."""
    _own(session, user, now).email = email


def new_calendar(session, user: UUID, now: datetime) -> str:
    """A new secret address of the calendar; the one before stops working. It is shown once and not stored."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    _own(session, user, now).calendar = _digest(token)
    return token


def end_calendar(session, user: UUID, now: datetime) -> None:
    _own(session, user, now).calendar = None


def reader_of(session, token: str) -> User | None:
    """The active account whose calendar has this address."""
    query = sa.select(User).join(Reminder, Reminder.user_id == User.id)
    return session.scalar(query.where(Reminder.calendar == _digest(token), User.active))


def dues(session, actor: Actor, tree: UnitTree, now: datetime) -> list[Due]:
    """What is due in the actor's scope in the next two months, and what is overdue."""
    found = []
    for task in _tasks(session, actor, tree, now + AHEAD):
        if task.due is not None:
            found.append(Due(task.number, f"{task.criterion.code}/{task.anchor}", task.due.date()))
    return sorted(set(found), key=lambda due: (due.on, due.number, due.key))


def counts(session, actor: Actor, tree: UnitTree, now: datetime) -> Counts:
    """The same as the first page of the day shows."""
    until = datetime.combine(now.date(), time.max)
    day = arrange(_tasks(session, actor, tree, until), now)
    size = {group: len(tasks) + day.more.get(group, 0) for group, tasks in day.groups.items()}
    leads = any(grant.role == "supervisor" for grant in actor.grants)
    decisions = inbox.count(View.of(session, actor, tree, now)) if leads else 0
    return Counts(size.get("emergency", 0), size.get("overdue", 0), size.get("today", 0), decisions)


def _tasks(session, actor: Actor, tree: UnitTree, until: datetime) -> list:
    roles = {grant.role for grant in actor.grants}
    wanted = (["worker"] if "worker" in roles else []) + (["supervisor", "above"] if "supervisor" in roles else [])
    return queries.tasks(session, actor, tree, wanted, until, mine="worker" in roles and "supervisor" not in roles)


def letters(session, tree: UnitTree, now: datetime, base: str, sender: str) -> Iterator[EmailMessage]:
    """The e-mail of everybody who asked for it and has something to do today."""
    rows = session.execute(
        sa.select(User, Reminder.email)
        .join(Reminder, Reminder.user_id == User.id)
        .where(User.active, Reminder.email.is_not(None))
        .order_by(User.username)
    ).all()
    for user, email in rows:
        found = counts(session, actor_of(user), tree, now)
        if not found.any:
            continue
        message = EmailMessage()
        message["Subject"], text = letter(found, now.date(), base)
        message["From"], message["To"], message["Date"] = sender, email, formatdate(localtime=True)
        message.set_content(text)
        yield message


def send(url: str, messages: list[EmailMessage]) -> int:
    """Sends through the server of CASEMGR_SMTP_URL (smtp://user:password@host:587, smtps://…); how many it took. A
    password goes to no server in clear, nor to one that is not who it says. Raises OSError."""
    parts = urlsplit(url)
    secure, trusted = parts.scheme == "smtps", ssl.create_default_context()
    kind = partial(smtplib.SMTP_SSL, context=trusted) if secure else smtplib.SMTP
    sent = 0
    with kind(parts.hostname or "localhost", parts.port or (465 if secure else 25), timeout=SECONDS) as server:
        server.ehlo()  # before it nothing is known of what the server can do
        if not secure and (parts.username or server.has_extn("starttls")):
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        for message in messages:
            server.send_message(message)
            sent += 1
    return sent


def _own(session, user: UUID, now: datetime) -> Reminder:
    row = session.get(Reminder, user)
    if row is None:
        row = Reminder(user_id=user, changed_at=now)
        session.add(row)
        session.flush()  # so that it is found again in this request
    row.changed_at = now
    return row


def _digest(token: str) -> bytes:
    return vault.blind(vault.keys(), "calendar", token)
