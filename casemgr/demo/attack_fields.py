"""What an attacker writes into each field of what is stored; the database's own checks must still pass."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


ENTRY_FIELDS: dict[str, Callable] = {
    "id": lambda row: uuid4(),
    "kind": lambda row: "other",
    "occurred_at": lambda row: row["occurred_at"] - timedelta(days=1),
    "precision": lambda row: "month" if row["precision"] != "month" else "year",
    "recorded_at": lambda row: row["recorded_at"] - timedelta(microseconds=1),
    "author": lambda row: row["author"] + "x",
    "unit": lambda row: row["unit"] + "x",
    "coded": lambda row: row["coded"].replace("{", "{ ", 1),
    "sealed": lambda row: None if row["sealed"] else b"x",
    "definition": lambda row: row["definition"] + "x",
    "voids": lambda row: uuid4(),
    "digest": lambda row: flipped(row["digest"]),
    "prev": lambda row: flipped(row["prev"]),
    "mac": lambda row: flipped(row["mac"]),
}
LOG_FIELDS: dict[str, Callable] = {
    "id": lambda row: uuid4(),
    "at": lambda row: row["at"] - timedelta(days=1),
    "user_id": lambda row: uuid4(),
    "action": lambda row: "figure:read",
    "subject": lambda row: uuid4(),
    "unit": lambda row: "1-20210101",
    "programme": lambda row: "YY",
    "status": lambda row: row["status"] + 1,
    "detail": lambda row: row["detail"] + "x",
    "method": lambda row: row["method"] + "X",
    "endpoint": lambda row: row["endpoint"] + "x",
    "mac": lambda row: flipped(row["mac"]),
}
SEAL_FIELDS: dict[str, Callable] = {
    "at": lambda row: row["at"] - timedelta(days=1),
    "author": lambda row: row["author"] + "x",
    **{name: (lambda row, name=name: row[name] + 1) for name in ("subjects", "entries", "moved")},
    **{name: (lambda row, name=name: flipped(row[name])) for name in ("moved_digest", "root", "prev", "digest", "mac")},
}
