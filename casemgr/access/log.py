"""Rows of the access log: how one is made, sealed with a keyed MAC, and checked."""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr.access.models import AccessLog

# Codes, numbers and separators; a space or a capital letter would let a sentence or a name in.
CODES = re.compile(r"[a-z0-9_.,:;=/+-]{0,200}")

# What the MAC covers, in this order.
FIELDS = (
    ("province", "id", "at", "user_id", "action", "subject", "unit")
    + ("programme", "status", "detail", "method", "endpoint")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be logged when the request ends. `action` is a permission or another 'resource:action'."""

    action: str
    subject: UUID | None = None
    unit: str | None = None
    programme: str | None = None
    detail: str = ""

    def __post_init__(self):
        if not CODES.fullmatch(self.detail):
            raise ValueError("the detail of an access-log row holds codes only")


def new_id() -> UUID:
    """A random id that begins with the time, so that rows written together lie together."""
    return UUID(int=(time.time_ns() // 1_000_000 << 80) | secrets.randbits(80))


def rows(
    notes: Iterable[Note],
    *,
    key: bytes,
    province: int,
    at: datetime,
    user_id: UUID | None,
    status: int,
    method: str,
    endpoint: str,
) -> list[dict]:
    """The rows of one request, ready to be inserted."""
    made = []
    for note in notes:
        row = {
            "province": province,
            "id": new_id(),
            "at": at,
            "user_id": user_id,
            "action": str(note.action),
            "subject": note.subject,
            "unit": note.unit,
            "programme": note.programme,
            "status": status,
            "detail": note.detail,
            "method": method,
            "endpoint": endpoint,
        }
        made.append(row | {"mac": mac(key, row)})
    return made


def mac(key: bytes, row: dict) -> bytes:
    """HMAC-SHA256 over the canonical text of a row."""
    text = json.dumps([_text(row[name]) for name in FIELDS], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, b"access_log" + text.encode(), hashlib.sha256).digest()


def _text(value):
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def write(session, made: list[dict]) -> None:
    if made:
        session.execute(sa.insert(AccessLog), made)


def altered(session, key: bytes) -> Iterator[UUID]:
    """Ids of rows whose MAC does not fit what they say."""
    columns = [AccessLog.__table__.c[name] for name in (*FIELDS, "mac")]
    for row in session.execute(sa.select(*columns).order_by("at").execution_options(yield_per=2000)).mappings():
        if not hmac.compare_digest(row["mac"], mac(key, row)):
            yield row["id"]
