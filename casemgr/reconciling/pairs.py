"""A row of a register and somebody it may be about, side by side; no more than the reader may see of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext

from casemgr.access import policy
from casemgr.access.policy import Actor, Permission
from casemgr.cases.models import CaseFile
from casemgr.cases.naming import Met, namable
from casemgr.cases.queries import hidden_from
from casemgr.detections.queries import first_entries
from casemgr.people import services as people
from casemgr.people.identifiers import Birth
from casemgr.people.matching import MISSING, WORDS, explain
from casemgr.people.rules import SEXES, Person
from casemgr.programmes import programmes
from casemgr.reconciling import queries
from casemgr.reconciling.rules import DETECTED, PERSON, Candidate, Who
from casemgr.refused import N_
from casemgr.registers.models import Register
from casemgr.registers.rules import Row
from casemgr.ui.rules import show_date
from casemgr.units.rules import UnitTree

FIELDS = {
    "name": N_("Họ tên"),
    "birth": N_("Ngày, năm sinh"),
    "sex": N_("Giới tính"),
    "identifier": N_("Số giấy tờ"),
    "phone": N_("Điện thoại"),
    "mother": N_("Mẹ"),
    "father": N_("Cha"),
    "home": N_("Nơi ở"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of a pair."""

    label: str
    left: str
    right: str
    verdict: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody who may be the one in the row. Without `lines` the reader learns only the unit to contact."""

    who: Who
    heading: str
    address: str
    unit: str
    lines: tuple[Compared, ...] = ()


class Beside:
    """The persons that rows may be about, as far as the reader may see them: a constant number of queries."""

    def __init__(
        self, session, actor: Actor, tree: UnitTree, register: Register, near: Sequence[Who], hamlets: Mapping
    ):
        self.session, self.actor, self.tree, self.register = session, actor, tree, register
        self.hamlets = hamlets
        persons = [subject for kind, subject in near if kind == PERSON]
        detected = [subject for kind, subject in near if kind == DETECTED]
        self.known = people.identities(session, persons)
        met = [Met(subject, each.person.home) for subject, each in self.known.items()]
        self.named = namable(session, actor, met)
        self.hidden = frozenset(hidden_from(session, actor))
        self.files = queries.files_of(session, register.programme, persons)
        self.detections = queries.detections_of(session, register.programme, persons, detected)
        self.reported = dict(_reported(session, [s for s in detected if self._may_detected(s)]))

    def _may_detected(self, subject: UUID) -> bool:
        row = self.detections.get(subject)
        if row is None or subject in self.hidden:
            return False
        return policy.may(self.actor, Permission.REGISTER_RECONCILE, unit=row.unit_id, programme=row.programme)

    def pair(self, row: Row, candidate: Candidate) -> Pair | None:
        kind, subject = candidate.who
        if kind == DETECTED:
            found = self.detections.get(subject)
            unit, person = (found.unit_id, self.reported.get(subject)) if found is not None else ("", None)
            heading, address = (found.number, f"/detections/{found.number}") if found is not None else ("", "")
        else:
            known = self.known.get(subject)
            if known is None or known.erased:
                return None
            unit, person = known.person.home, known.person if subject in self.named else None
            heading, address = self._file(subject)
        if person is None:
            return Pair(candidate.who, "", "", unit)
        return Pair(candidate.who, heading, address, unit, self.lines(row, person))

    def _file(self, subject: UUID) -> tuple[str, str]:
        """(words, address) of the case file of a person, where the reader may open it."""
        file = self.files.get(subject)
        if file is None:
            found = self.detections.get(subject)
            if found is None:
                return gettext("Người đã có trong hệ thống, chưa có hồ sơ"), ""
            return gettext("Trường hợp phát hiện %(number)s", number=found.number), f"/detections/{found.number}"
        if not may_open(self.actor, file, self.hidden):
            return gettext("Hồ sơ do người khác phụ trách"), ""
        return gettext("Hồ sơ %(number)s", number=file.number), f"/cases/{file.number}"

    def lines(self, row: Row, person: Person) -> tuple[Compared, ...]:
        said = explain(row.person, person)
        if said.get("hamlet") == "same" or "home" not in said:
            said["home"] = said.get("hamlet", said.get("home", MISSING))
        said.pop("hamlet", None)
        empty = gettext("(trống)")
        return tuple(
            Compared(
                gettext(FIELDS[name]),
                self._value(row.person, name, row.place) or empty,
                self._value(person, name) or empty,
                (WORDS[finding][0], gettext(WORDS[finding][1])),
            )
            for name, finding in said.items()
        )

    def _value(self, person: Person, name: str, place: str = "") -> str:
        if name == "name":
            return person.name
        if name == "birth":
            return show_birth(person.birth)
        if name == "sex":
            return gettext(SEXES[person.sex]) if person.sex != "khong_biet" else ""
        if name == "identifier":
            return ", ".join(number.value for number in person.identifiers)
        if name == "home":
            parts = [
                self.hamlets.get(person.hamlet, ""),
                self.tree.label(person.home) if person.home in self.tree else place,
            ]
            return ", ".join(part for part in parts if part)
        return getattr(person, name)


def _reported(session, subjects: Sequence[UUID]):
    """(subject, person) of those detected by name and not registered."""
    for entry, sealed in first_entries(session, subjects) if subjects else ():
        birth = Birth.parse(sealed.get("birth") or "")
        if birth is None and entry.coded.get("birth_year"):
            birth = Birth(entry.coded["birth_year"], estimated=True)
        name, sex = sealed.get("name", ""), entry.coded.get("sex") or "khong_biet"
        yield entry.subject, Person(name, sex=sex, birth=birth, home=entry.coded["unit"])


def show_birth(birth: Birth | None) -> str:
    if birth is None:
        return ""
    precision = "day" if birth.day else "month" if birth.month else "year"
    text = show_date(date(birth.year, birth.month or 1, birth.day or 1), precision)
    return gettext("khoảng %(year)s", year=text) if birth.estimated else text


def may_open(actor: Actor, file: CaseFile, hidden: Collection[UUID]) -> bool:
    """`hidden`: the ledgers that a conflict of interest hides from the reader."""
    readers = programmes()[file.programme].readers
    facts = {"unit": file.unit_id, "programme": file.programme, "worker": file.worker, "read": readers}
    return file.subject not in hidden and policy.may(actor, Permission.CASE_READ, **facts)
