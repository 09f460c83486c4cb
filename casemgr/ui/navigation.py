"""The links of the header. A package adds its own in `init_app`; a page shows those its reader may open."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request


@dataclass(frozen=True, slots=True)
class Link:
    order: int
    endpoint: str
    label: object  # a lazy string
    permission: str | None  # None: everyone who has signed in
    covers: tuple[str, ...] = ()  # pages further in that stand under this link, where the blueprint has several links


def init_app(app: Flask) -> None:
    app.extensions["casemgr.navigation"] = []


def add(
    app: Flask, endpoint: str, label, permission: str | None = None, order: int = 50, covers: tuple[str, ...] = ()
) -> None:
    """Adds a link to the header, left to right by `order`; only readers who have `permission` somewhere see it."""
    links = app.extensions["casemgr.navigation"]
    links.append(Link(order, endpoint, label, permission, covers))
    links.sort(key=lambda link: link.order)


def links(app: Flask, allowed: Callable[[str], bool]) -> list[Link]:
    """The links for a reader, for whom `allowed(permission)` answers."""
    return [link for link in app.extensions["casemgr.navigation"] if not link.permission or allowed(link.permission)]


def is_current(link: Link) -> bool:
    """Whether the page being shown belongs to the part of the house behind this link."""
    if not request.endpoint:
        return False
    every = current_app.extensions["casemgr.navigation"]
    named = {page for each in every for page in (each.endpoint, *each.covers)}
    if request.endpoint in named:  # two links may lead into one part of the house
        return request.endpoint in (link.endpoint, *link.covers)
    return request.blueprint == link.endpoint.partition(".")[0]
