"""The line of a page of figures that says on which basis of units it stands and leads to the same on the other."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext

from casemgr.clock import now
from casemgr.coverage.asked import AS_WERE, TODAY, Asked
from casemgr.coverage.asking import basis_args, kept_args, may_read_unit
from casemgr.coverage.bases import Bases, bases, basis_notes
from casemgr.coverage.present_notes import say
from casemgr.plans.model import Indicator, Period
from casemgr.refused import N_
from casemgr.ui.rules import show_date
from casemgr.units.rules import UnitTree
from casemgr.units.web import current_tree

WORDS = {AS_WERE: N_("Theo đơn vị như khi đó"), TODAY: N_("Theo đơn vị hiện nay")}


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit that stands for the one asked about; without an address where its figures are not the reader's."""

    label: str
    address: str | None
    chosen: bool
    partly: bool


@dataclass(frozen=True, slots=True)
class BasisLine:
    choices: list[tuple[str, list[Choice]]]  # (basis in words, the units on it)
    notes: list[str]
    closed: bool  # some of the choices are not the reader's


def basis_line(asked: Asked, address: Callable[[dict], str], programme: str | None = None) -> BasisLine | None:
    """`address`: a function from {unit, basis} to the same report; None where both bases are the same."""
    tree, today = current_tree(), now().date()
    found = bases(asked, tree, today)
    if found is None:
        return None
    choices = [
        (gettext(words), [_choice(asked, found, basis, unit, address, programme, tree) for unit in found.units[basis]])
        for basis, words in WORDS.items()
    ]
    notes = [say(note) for note in basis_notes(asked, tree, today)]
    if not found.units[AS_WERE]:
        text = gettext(
            "Để xem như khi đó, chọn kỳ kết thúc không sau ngày %(day)s.", day=show_date(tree[asked.unit].valid_to)
        )
        notes.append(text)
    closed = any(not c.chosen and c.address is None for _words, some in choices for c in some)
    return BasisLine([(words, some) for words, some in choices if some], notes, closed)


def page_basis(asked: Asked, period: Period, found: Indicator | None = None) -> BasisLine | None:
    """The line of a page of a plan or of an indicator."""
    kept = {k: v for k, v in kept_args().items() if k == "area"} | request.view_args | {"period": period.code}
    return basis_line(asked, lambda unit: url_for(request.endpoint, **kept, **unit), found.programme if found else None)


def _choice(
    asked: Asked, found: Bases, basis: str, unit: str, address, programme: str | None, tree: UnitTree
) -> Choice:
    chosen = (basis, unit) == (asked.basis, asked.unit)
    link = None
    if not chosen and may_read_unit(unit, programme):
        link = address({"unit": unit} | basis_args(tree, unit, asked.through, basis))
    return Choice(_label(basis, unit, tree), link, chosen, unit in found.partly)


def _label(basis: str, unit: str, tree: UnitTree) -> str:
    node, label = tree[unit], tree.label(unit)
    if basis == TODAY and node.valid_to is not None:
        if tree.level(unit) != "commune":
            return gettext("%(unit)s cũ, theo xã hiện nay", unit=label)
        return gettext("%(unit)s (đến %(day)s)", unit=label, day=show_date(node.valid_to))
    if node.valid_to is not None:
        return gettext("%(unit)s (đến %(day)s)", unit=label, day=show_date(node.valid_to))
    return gettext("%(unit)s (từ %(day)s)", unit=label, day=show_date(node.valid_from))
