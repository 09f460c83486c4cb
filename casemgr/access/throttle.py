"""Guessing passwords is slow: after repeated failures an account, or an address, has to wait."""

import hashlib
import hmac
from datetime import datetime, timedelta

import sqlalchemy as sa

from casemgr.access.models import SignInAttempt

WINDOW = timedelta(minutes=15)
ACCOUNT_LIMIT = 5
ADDRESS_LIMIT = 40  # a whole office may share one address
KEPT = timedelta(days=2)


def digest(key: bytes, kind: str, value: str) -> bytes:
    return hmac.new(key, f"sign-in:{kind}:{value}".encode(), hashlib.sha256).digest()[:16]


def reserve(session, account: bytes, address: bytes, now: datetime) -> tuple[SignInAttempt | None, int]:
    """Counts this attempt before the password is looked at, so that many at once cannot slip through.

    Returns (attempt, 0), or (None, minutes to wait) when the account or the address has to wait. An attempt
    during the wait is not counted: the wait ends by itself.
    """
    since = now - WINDOW
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at < now - KEPT))
    wait = max(
        _wait(session, SignInAttempt.account == account, ACCOUNT_LIMIT, since, now),
        _wait(session, SignInAttempt.address == address, ADDRESS_LIMIT, since, now),
    )
    if wait:
        return None, wait
    attempt = SignInAttempt(at=now, account=account, address=address, succeeded=False)
    session.add(attempt)
    session.flush()
    return attempt, 0


def forgive(session, account: bytes) -> None:
    """Forgets the failures of an account, after a success or a reset of its password."""
    session.execute(sa.delete(SignInAttempt).where(SignInAttempt.account == account))


def _wait(session, condition, limit: int, since: datetime, now: datetime) -> int:
    recent = sa.select(SignInAttempt.at).where(condition, SignInAttempt.at > since, ~SignInAttempt.succeeded)
    failures = session.scalars(recent.order_by(SignInAttempt.at.desc()).limit(limit)).all()
    if len(failures) < limit:
        return 0
    left = failures[0] + WINDOW - now
    return max(1, -(-int(left.total_seconds()) // 60))
