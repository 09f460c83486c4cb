"""The morning letters: written down before and after each goes to the mail server, so that a run that is repeated after
half a failure, or two at once, send nobody the same letter twice."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from urllib.parse import unquote, urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from casemgr.access.models import User
from casemgr.access.web import actor_of
from casemgr.db import begin_write
from casemgr.ledger.services import province
from casemgr.reminders.models import Reminder, ReminderLetter
from casemgr.reminders.rules import letter, letter_id
from casemgr.reminders.services import counts
from casemgr.units.rules import UnitTree

SECONDS = 20  # longest wait for the mail server
KEPT = timedelta(days=60)
# The server has answered, and not with a yes: the letter has not left, and may be tried again.
REFUSALS = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
)


@dataclass(slots=True)
class Run:
    """What became of the letters of one day."""

    sent: int = 0
    refused: int = 0
    before: int = 0  # sent by an earlier run
    unsure: int = 0  # an earlier run ended before the server had answered


@dataclass(frozen=True, slots=True)
class From:
    """How letters go out: the mail server (smtp://user:password@host:587, smtps://…), the sender, where the pages are."""

    url: str
    sender: str
    base: str


def send_letters(session, tree: UnitTree, now: datetime, source: From, *, again: bool = False) -> Run:
    """Sends everybody who asked for it the counts of the day, if there are any. `again`: also those of which nobody
    knows whether they left; they bear the same Message-ID. Raises OSError where the connection fails."""
    run = Run()
    begin_write(session)
    session.execute(sa.delete(ReminderLetter).where(ReminderLetter.day < now.date() - KEPT))
    written = {row.user_id: row.sent_at for row in session.scalars(_of_today(now))}
    session.commit()
    waiting = []
    for user, email in _readers(session):
        if user in written and (written[user] or not again):
            run.before, run.unsure = run.before + bool(written[user]), run.unsure + (not written[user])
        elif (message := _message(session, tree, now, source, user, email)) is not None:
            waiting.append((user, message))
    if not waiting:
        return run
    with _connected(source.url) as server:
        for user, message in waiting:
            if not _begin(session, user, now, known=user in written):
                continue
            try:
                server.send_message(message)
            except REFUSALS:
                _end(session, user, now, sent=False)
                run.refused += 1
            else:
                _end(session, user, now, sent=True)
                run.sent += 1
    return run


def _readers(session) -> list[tuple[UUID, str]]:
    query = sa.select(User.id, Reminder.email).join(Reminder, Reminder.user_id == User.id)
    rows = session.execute(query.where(User.active, Reminder.email.is_not(None)).order_by(User.username))
    return [tuple(row) for row in rows]


def _message(session, tree: UnitTree, now: datetime, source: From, user: UUID, email: str) -> EmailMessage | None:
    found = counts(session, actor_of(session.get_one(User, user)), tree, now)
    if not found.any:
        return None
    message = EmailMessage()
    message["Subject"], text = letter(found, now.date(), source.base)
    message["From"], message["To"], message["Date"] = source.sender, email, formatdate(localtime=True)
    message["Message-ID"] = letter_id(user, now.date())
    message.set_content(text)
    return message


def _of_today(now: datetime):
    return sa.select(ReminderLetter).where(ReminderLetter.province == province(), ReminderLetter.day == now.date())


def _begin(session, user: UUID, now: datetime, *, known: bool) -> bool:
    """Writes down that the letter is about to go; False where another run has done so meanwhile."""
    if known:
        return True
    begin_write(session)
    session.add(ReminderLetter(province=province(), day=now.date(), user_id=user, begun_at=now, sent_at=None))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return False
    return True


def _end(session, user: UUID, now: datetime, *, sent: bool) -> None:
    begin_write(session)
    row = session.get_one(ReminderLetter, (province(), now.date(), user))
    if sent:
        row.sent_at = now
    else:
        session.delete(row)
    session.commit()


def _connected(url: str):
    """The mail server, spoken to. A password goes to no server in clear, nor to one that is not who it says."""
    parts = urlsplit(url)
    secure, trusted = parts.scheme == "smtps", ssl.create_default_context()
    kind = partial(smtplib.SMTP_SSL, context=trusted) if secure else smtplib.SMTP
    server = kind(parts.hostname or "localhost", parts.port or (465 if secure else 25), timeout=SECONDS)
    try:
        server.ehlo()  # before it nothing is known of what the server can do
        if not secure and (parts.username or server.has_extn("starttls")):
            server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except OSError:
        server.close()
        raise
    return server
