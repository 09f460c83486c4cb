"""What a machine may conclude of a row and its candidates; everything else goes to a human. Plain Python.

What suffices is data, `[automatic]` of `matching.toml`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from casemgr.people.blocking import Near, same_number
from casemgr.people.rules import Person
from casemgr.people.settings import SETTINGS
from casemgr.people.usage import BARE, OTHER, SLIP

MATCHED, LOOK, NOBODY = "matched", "look", "nobody"
AUTOMATIC = SETTINGS["automatic"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`matched` with the first of `near`; `look`: a human decides among `near`; `nobody`."""

    outcome: str
    near: tuple[Near, ...] = ()


def conclude(row: Person, near: list[Near]) -> Conclusion:
    """What is concluded of a row: matched only by a strong number or an unambiguous full agreement."""
    if not near:
        return Conclusion(NOBODY)
    numbered = [each for each in near if same_number(row, each.person)]
    if numbered:
        one = numbered[0]
        if len(numbered) == 1 and one.match.score >= AUTOMATIC["score"] and _fits(one):
            return Conclusion(MATCHED, (one,))
        return Conclusion(LOOK, tuple(numbered[: AUTOMATIC["shown"]]))
    best = near[0]
    if _alone(best, near[1:]) and best.match.score >= AUTOMATIC["score"] and _agrees(row, best):
        return Conclusion(MATCHED, (best,))
    return Conclusion(LOOK, tuple(near[: AUTOMATIC["shown"]]))


def _alone(best: Near, rest: Iterable[Near]) -> bool:
    """Whether nobody else comes near: somebody of another commune, where the best is of the very hamlet, may be nearer."""
    here = _said(best).get("hamlet") == "same"
    for other in rest:
        elsewhere = here and other.person.home not in ("", best.person.home)
        if other.match.score > best.match.score - AUTOMATIC["margin_elsewhere" if elsewhere else "margin"]:
            return False
    return True


def _said(near: Near) -> dict[str, str]:
    return {reason.field: reason.finding for reason in near.match.reasons}


def _fits(near: Near) -> bool:
    """Whether the same number is not somebody else's, as a parent's is: the birth fits, and a name unless for a slip."""
    said = _said(near)
    return said.get("birth") == "same" or "differs" not in (said.get("birth"), said.get("name"))


def _agrees(row: Person, near: Near) -> bool:
    """Whether name, birth and something else agree, and nothing contradicts."""
    said = _said(near)
    if near.written == OTHER or any(said.get(field) == "differs" for field in AUTOMATIC["contradicts"]):
        return False  # without its marks a name may be that of a twin
    same = {field for field, finding in said.items() if finding == "same"}
    birth, parent = said.get("birth", ""), bool(same & set(AUTOMATIC["parents"]))
    if near.written in (BARE, SLIP):
        return birth == "same" and bool(same & set(AUTOMATIC[f"with_{near.written}"]))
    if said.get("name") != "same":
        return False
    if said.get("identifier") == "near":
        # Twins have neighbouring numbers, but not one name.
        return birth == "same" or (birth == "year" and bool(same & set(AUTOMATIC["with_near_number"])))
    if birth == "same":
        return bool(same & set(AUTOMATIC["with_day"]))
    if birth == "year":
        if near.rare:
            return bool(same & set(AUTOMATIC["with_year"] + AUTOMATIC["with_year_rare"]))
        return bool(same & set(AUTOMATIC["with_year"])) and bool(same & set(AUTOMATIC["with_year_common"]))
    # A slip in the birth: a brother or sister born the year before has another name.
    if birth != "near":
        return False
    if near.rare and row.birth.day and near.person.birth.day and same & set(AUTOMATIC["with_near_rare"]):
        return True
    return parent and bool(same & set(AUTOMATIC["with_near"]))
