"""Who is reminded, and of what."""

import secrets
from datetime import datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa

from casemgr import vault
from casemgr.access.models import User
from casemgr.access.policy import Actor
from casemgr.reminders.models import Reminder
from casemgr.reminders.rules import Counts, Due
from casemgr.units.rules import UnitTree
from casemgr.work import exceptions, inbox, queries
from casemgr.work.rules import arrange
from casemgr.work.scope import View

AHEAD = timedelta(days=60)
TOKEN_BYTES = 24


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


def end_every_calendar(session) -> None:
    """Addresses that were ended may have come back with a backup."""
    session.execute(sa.update(Reminder).values(calendar=None))


def reader_of(session, token: str) -> User | None:
    """The active account whose calendar has this address."""
    query = sa.select(User).join(Reminder, Reminder.user_id == User.id)
    return session.scalar(query.where(Reminder.calendar == _digest(token), User.active))


def dues(session, actor: Actor, tree: UnitTree, now: datetime) -> list[Due]:
    """What is due in the actor's scope in the next two months, and what is overdue."""
    tasks = _tasks(session, actor, tree, now + AHEAD)
    found = {Due(task.number, task.due.date()) for task in tasks if task.due is not None}
    return sorted(found, key=lambda due: (due.on, due.number))


def counts(session, actor: Actor, tree: UnitTree, now: datetime) -> Counts:
    """The same as the first page of the day shows."""
    until = datetime.combine(now.date(), time.max)
    day = arrange(_tasks(session, actor, tree, until), now)
    size = {group: len(tasks) + day.more.get(group, 0) for group, tasks in day.groups.items()}
    leads = any(grant.role == "supervisor" for grant in actor.grants)
    view = View.of(session, actor, tree, now)
    decisions = inbox.count(view) if leads else 0
    lists = sum(1 for n in exceptions.counts(view).values() if n) if leads else 0
    return Counts(size.get("emergency", 0), size.get("overdue", 0), size.get("today", 0), decisions, lists)


def _tasks(session, actor: Actor, tree: UnitTree, until: datetime) -> list:
    roles = {grant.role for grant in actor.grants}
    wanted = (["worker"] if "worker" in roles else []) + (["supervisor", "above"] if "supervisor" in roles else [])
    return queries.tasks(session, actor, tree, wanted, until, mine="worker" in roles and "supervisor" not in roles)


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
