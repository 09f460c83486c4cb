"""Through which programmes a person is known. The packages that keep files or detections say it; people asks no one."""

from collections.abc import Callable, Collection
from uuid import UUID

from sqlalchemy.orm import Session

SOURCES: list[Callable[[Session, Collection[UUID]], list[tuple[UUID, str]]]] = []


def known_through(source: Callable) -> Callable:
    """Registers `source(session, subjects) -> [(subject, programme code)]`."""
    SOURCES.append(source)
    return source


def programmes_of(session: Session, subjects: Collection[UUID]) -> dict[UUID, set[str]]:
    """The programmes in which each of these people has a file or was detected; absent: in none. A query a source."""
    found: dict[UUID, set[str]] = {}
    for source in SOURCES if subjects else ():
        for subject, code in source(session, subjects):
            found.setdefault(subject, set()).add(code)
    return found
