"""The units in a page: one look at the database a request, and the template filters `unit` and `unit_full`."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from flask import g, has_request_context, request

from casemgr.db import db
from casemgr.units import services
from casemgr.units.rules import UnitTree


def current_tree() -> UnitTree:
    """The tree of this request; outside a request it is looked up each time."""
    here = request._get_current_object() if has_request_context() else None
    if here is None:
        return services.load(db.session)
    # An application context can outlive a request, so what is kept in it names its request.
    kept, tree = g.get("unit_tree", (None, None))
    if kept is not here:
        tree = services.load(db.session)
        g.unit_tree = (here, tree)
    return tree


@lru_cache(maxsize=64)
def offered(tree: UnitTree, units: frozenset[str], today: date) -> tuple[tuple[str, str], ...]:
    """(id, label) of those of the units that stand today, to choose from: each below the one that it lies in."""
    indent = {"province": "", "district": "– ", "commune": "– – "}
    standing = sorted((tree[u] for u in units if u in tree and tree[u].valid(today)), key=lambda node: node.path)
    return tuple((node.id, indent[tree.level(node.id)] + tree.label(node.id)) for node in standing)


def by_district(tree: UnitTree, ids: Iterable[str]) -> dict[str, list[str]]:
    """Units in the order of the tree under the district they lie in, or the province where there is none; under "" what
    is no unit."""
    found: dict[str, list[str]] = {}
    for id in sorted(ids, key=lambda id: (id not in tree, tree[id].path if id in tree else id)):
        above = (tree.at_level(id, "district") or tree.line(id)[0]) if id in tree else ""
        found.setdefault(above, []).append(id)
    return found


def init_app(app) -> None:
    app.add_template_filter(_label, "unit")
    app.add_template_filter(_full_label, "unit_full")


def _label(id: str | None) -> str:
    return _named(id, UnitTree.label)


def _full_label(id: str | None) -> str:
    return _named(id, UnitTree.full_label)


def _named(id: str | None, label) -> str:
    if not id:
        return ""
    tree = current_tree()
    return label(tree, id) if id in tree else id
