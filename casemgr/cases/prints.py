"""Printing an entry as its paper, for those who see the names: logged as a print, apart from the reading."""

from uuid import UUID

from flask import abort

from casemgr import papers
from casemgr.access.web import Permission, guard, log_access, require
from casemgr.cases import queries
from casemgr.cases.printing import Setting, decision_paper, entry_paper
from casemgr.cases.views import bp
from casemgr.cases.web import Dossier, open_dossier, printable
from casemgr.db import db
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.papers import Paper
from casemgr.people import services as people
from casemgr.people.rules import SEXES, Person
from casemgr.units.names import letterhead
from casemgr.units.web import current_tree

ENDINGS = ("pdf", "docx")


@bp.get("/<number>/entries/<uuid:id>/print/<ending>")
@guard(Permission.CASE_READ)
def print_entry(number: str, id: UUID, ending: str):
    """The paper of one entry, as PDF or Word."""
    if ending not in ENDINGS:
        abort(404)
    dossier = open_dossier(number)
    file = dossier.file
    require(Permission.IDENTITY_READ, subject=file.subject, **dossier.facts)
    entry = dossier.entry(id)
    if not printable(dossier, entry):
        abort(404)
    log_access("case:print", file.subject, file.unit_id, file.programme, f"seq={entry.seq},{ending}")
    return papers.answer(_paper(dossier, entry), ending, "bieu-mau")


def _paper(dossier: Dossier, entry: Entry) -> Paper:
    kinds, programme = dossier.programme.case.kinds, dossier.programme
    target = next(e for e in dossier.entries if e.id.hex == entry.coded["on"]) if entry.kind == "decided" else entry
    sealed = ledger.read_sealed(db.session, list({entry.id: entry, target.id: target}.values()))
    author = queries.names_of(db.session, [target.author]).get(target.author, "")
    setting = setting_of(entry.unit, dossier.file.number, _person(dossier), author)
    said, kind = sealed.get(target.id, {}), kinds[target.kind]
    if entry.kind == "decided":
        return decision_paper(programme, kind, target, said, entry, sealed.get(entry.id, {}), setting)
    return entry_paper(programme, kind, entry, said, setting)


def _person(dossier: Dossier) -> Person | None:
    found = people.identity(db.session, dossier.file.beneficiary) if dossier.file.beneficiary else None
    return found.person if found is not None and not found.erased else None


def setting_of(unit: str, number: str, person: Person | None, author: str) -> Setting:
    """Who writes, where, about whom. Ethnicity and hamlet stay out: no form needs them."""
    tree = current_tree()
    node = tree.get(unit)
    agency = letterhead(node.kind, node.name) if node else ("ỦY BAN NHÂN DÂN", "")
    identity = _identity(person, tree) if person else ()
    who = (
        f"{person.name}" + (f", sinh {_birth(person)}" if person.birth else "") if person else "người có mã số nêu trên"
    )
    return Setting(number, agency, node.name if node else "", identity, who, author)


def _identity(person: Person, tree) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Họ và tên", person.name),
        ("Ngày, tháng, năm sinh", _birth(person)),
        ("Giới tính", SEXES.get(person.sex, "")),
        ("Họ và tên mẹ", person.mother),
        ("Họ và tên cha", person.father),
        (
            "Nơi cư trú",
            ", ".join(filter(None, (person.address, tree.full_label(person.home) if person.home in tree else ""))),
        ),
    )
    return tuple((label, value) for label, value in rows if value)


def _birth(person: Person) -> str:
    if person.birth is None:
        return ""
    parts = [f"{part:02d}" for part in (person.birth.day, person.birth.month) if part]
    return "/".join([*parts, str(person.birth.year)]) + (" (ước lượng)" if person.birth.estimated else "")
