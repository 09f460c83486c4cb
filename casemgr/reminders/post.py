"""The morning letters: written down before and after each goes to the mail server, so that a run that is repeated after
half a failure, or two at once, send nobody the same letter twice."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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

OK = 250
SECONDS = 20  # longest wait for the mail server
KEPT = timedelta(days=60)
# A letter takes a few answers of the server, each no longer than SECONDS: one begun since is still on its way.
UNDER_WAY = timedelta(minutes=10)
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
    under_way: int = 0  # another run is sending them
    unsure: int = 0  # an earlier run ended before the server had answered


@dataclass(frozen=True, slots=True)
class From:
    """How letters go out: the mail server (smtp://user:password@host:587, smtps://…), the sender, where the pages are."""

    url: str
    sender: str
    base: str


def send_letters(session, tree: UnitTree, clock: Callable[[], datetime], source: From, *, again: bool = False) -> Run:
    """Sends everybody who asked for it the counts of the day, if there are any. `again`: also those of which nobody
    knows whether they left; they bear the same Message-ID. Raises OSError where the connection fails."""
    now = clock()
    run, day = Run(), now.date()
    begin_write(session)
    session.execute(sa.delete(ReminderLetter).where(ReminderLetter.day < day - KEPT))
    written = {row.user_id: row for row in session.execute(_of_day(day))}
    session.commit()
    waiting = []
    for user, email in _readers(session):
        row = written.get(user)
        if row is not None and row.sent_at:
            run.before += 1
        elif row is not None and now - row.begun_at < UNDER_WAY:
            run.under_way += 1
        elif row is not None and not again:
            run.unsure += 1
        elif (message := _message(session, tree, now, source, user, email)) is not None:
            waiting.append((user, row.begun_at if row is not None else None, message))
    with ExitStack() as connections:
        server = None
        for user, seen, message in waiting:
            # Before anything is written down: a server ends a session when it has had enough.
            if server is None or not _alive(server):
                server = connections.enter_context(_connected(source.url))
            if not _begin(session, day, user, clock(), seen):
                run.under_way += 1
                continue
            try:
                server.send_message(message)
            except REFUSALS:
                _refused(session, day, user, seen)
                run.refused += 1
            else:
                _sent(session, day, user, clock())
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
    message["Auto-Submitted"] = "auto-generated"  # an absence note does not answer it
    message.set_content(text, cte="quoted-printable")  # not every server on the way passes eight bits on
    return message


def _of_day(day: date):
    row = ReminderLetter
    return sa.select(row.user_id, row.begun_at, row.sent_at).where(row.province == province(), row.day == day)


def _begin(session, day: date, user: UUID, now: datetime, seen: datetime | None) -> bool:
    """Writes down that the letter is about to go, for the first time or, as `seen` begun before, again; False where
    another run has done so meanwhile."""
    begin_write(session)
    if seen is not None:
        same = sa.and_(_is(day, user), ReminderLetter.sent_at.is_(None), ReminderLetter.begun_at == seen)
        found = session.execute(sa.update(ReminderLetter).where(same).values(begun_at=now)).rowcount
        session.commit()
        return found == 1
    session.add(ReminderLetter(province=province(), day=day, user_id=user, begun_at=now, sent_at=None))
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return False
    return True


def _sent(session, day: date, user: UUID, now: datetime) -> None:
    begin_write(session)
    session.execute(sa.update(ReminderLetter).where(_is(day, user)).values(sent_at=now))
    session.commit()


def _refused(session, day: date, user: UUID, seen: datetime | None) -> None:
    """It has not left and may be tried again; of one that may have left before, that is still not known."""
    if seen is None:
        begin_write(session)
        session.execute(sa.delete(ReminderLetter).where(_is(day, user)))
        session.commit()


def _is(day: date, user: UUID):
    return sa.and_(ReminderLetter.province == province(), ReminderLetter.day == day, ReminderLetter.user_id == user)


def _alive(server: smtplib.SMTP) -> bool:
    """Whether the server still listens; one that has closed the session, or says so now, is let go."""
    try:
        if server.noop()[0] == OK:
            return True
    except OSError:
        pass
    server.close()
    return False


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
