"""What the reconciliation pages show: the tiles, a pair side by side, the rows of a list, what was written of a row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext

from casemgr.access import policy
from casemgr.access.policy import Actor, Permission
from casemgr.cases.models import CaseFile
from casemgr.cases.naming import Met, namable
from casemgr.cases.queries import hidden_from, names_of
from casemgr.detections.models import Detected
from casemgr.detections.queries import first_entries
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.people import services as people
from casemgr.people.identifiers import Birth
from casemgr.people.matching import MISSING, WORDS, explain
from casemgr.people.rules import SEXES, Person
from casemgr.programmes import programmes
from casemgr.reconciling import queries
from casemgr.reconciling.queries import Placed
from casemgr.reconciling.rules import (
    ANSWERED,
    DECIDED,
    DETECTED,
    DISPUTED,
    EXCLUDED,
    LATER,
    NOT_SAME,
    PERSON,
    REPORTED,
    SAME,
    UNDONE,
    Candidate,
    Who,
)
from casemgr.refused import N_
from casemgr.registers.models import Register
from casemgr.registers.rules import Row
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_date
from casemgr.units.rules import UnitTree

# standing: (words of the tile, whether it asks for work)
TILES = {
    queries.FILED: (N_("Đã có hồ sơ"), False),
    queries.UNFILED: (N_("Chưa có hồ sơ"), True),
    queries.UNSURE: (N_("Cần xem xét"), False),
    queries.TWICE: (N_("Trùng trong danh sách"), False),
    queries.NOT_COUNTED: (N_("Không tính (đã duyệt)"), False),
}
FURTHER = {
    queries.AGAIN: N_("Đã có hồ sơ, có thể là vụ việc khác"),
    queries.DISPUTED_: N_("Đề nghị xem xét lại số liệu"),
    queries.UNCOMPARED: N_("Chưa đối chiếu"),
}
SHAPES = {
    queries.FILED: "met",
    queries.UNFILED: "missed",
    queries.UNSURE: "unknown",
    queries.AGAIN: "unknown",
    queries.TWICE: "plain",
    queries.NOT_COUNTED: "plain",
    queries.DISPUTED_: "not_due",
    queries.UNCOMPARED: "unknown",
}
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
ANSWERS = {
    SAME: N_("Cùng một người"),
    NOT_SAME: N_("Hai người khác nhau"),
    LATER: N_("Để xem sau"),
    UNDONE: N_("Gỡ kết quả đối chiếu"),
}
KINDS = {
    REPORTED: N_("Lập trường hợp phát hiện"),
    EXCLUDED: N_("Đề nghị không tính vào chỉ tiêu"),
    DISPUTED: N_("Đề nghị xem xét lại số liệu"),
    DECIDED: N_("Quyết định của cấp trên"),
}
OUTCOMES = {
    (EXCLUDED, "approved"): N_("Duyệt"),
    (EXCLUDED, "returned"): N_("Không duyệt, trả lại"),
    (DISPUTED, "approved"): N_("Đồng ý với đề nghị"),
    (DISPUTED, "returned"): N_("Giữ nguyên số liệu"),
}


def standing_words(name: str) -> str:
    return gettext(TILES[name][0] if name in TILES else FURTHER[name])


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


# --- the rows of a list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A row in a list. `about` leads to its file or detection: (words, address)."""

    number: int
    label: str
    unit: str
    received: datetime | None
    badge: tuple[str, str]
    age: tuple[str, str] | None
    about: tuple[str, str] | None


def list_lines(
    session,
    actor: Actor,
    register: Register,
    found: Sequence[Placed],
    names: Mapping[int, str],
    now: datetime,
    calendar,
) -> list[Line]:
    persons = [each.said.person for each in found if each.said and each.said.person]
    subjects = [each.said.detected for each in found if each.said and each.said.detected]
    files = queries.files_of(session, register.programme, persons)
    detections = queries.detections_of(session, register.programme, persons, subjects)
    hidden = frozenset(hidden_from(session, actor))
    return [
        Line(
            number=each.number,
            label=names.get(each.number, ""),
            unit=each.unit,
            received=each.received,
            badge=(SHAPES[each.standing], standing_words(each.standing)),
            age=_age(register, each, now, calendar) if each.standing == queries.UNFILED else None,
            about=_about(actor, each, files, detections, hidden),
        )
        for each in found
    ]


def _about(
    actor: Actor, each: Placed, files: Mapping[UUID, CaseFile], detections: Mapping[UUID, Detected], hidden: Collection
):
    if each.said is None:
        return None
    if each.said.same_as is not None and each.standing == queries.TWICE:
        return gettext("trùng dòng %(row)s", row=each.said.same_as), ""
    found = detections.get(each.said.detected) or detections.get(each.said.person)
    file = files.get(each.said.person)
    if file is not None and each.standing == queries.FILED:
        return (
            (file.number, f"/cases/{file.number}")
            if may_open(actor, file, hidden)
            else (gettext("hồ sơ của người khác"), "")
        )
    if found is not None and found.subject not in hidden:
        readable = policy.may(actor, Permission.DETECTION_READ, unit=found.unit_id, programme=found.programme)
        return (found.number, f"/detections/{found.number}") if readable else None
    return None


def _age(register: Register, each: Placed, now: datetime, calendar) -> tuple[str, str] | None:
    """How long a row waits for a file, against the programme's clock for opening one."""
    if each.received is None:
        return "unknown", gettext("không rõ ngày nguồn tiếp nhận")
    days = calendar.working_days_between(each.received.date(), now.date())
    limit = _limit(register.programme, each.received.date())
    words = gettext("%(n)s ngày làm việc từ khi nguồn tiếp nhận", n=days)
    return ("missed" if limit is not None and days > limit else "not_due"), words


def _limit(code: str, on: date) -> int | None:
    """The working days within which a detection gets its file, where the programme says so."""
    programme = programmes()[code]
    criterion = next((c for c in programme.detection.criteria if c.code == "filed"), None)
    clock = programme.clocks.get(criterion.due.clock or "") if criterion and criterion.due else None
    version = clock.on(on) if clock else None
    return version.amount if version is not None and version.unit == "workdays" else None


# --- what was written of a row --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry about a row, told. `waiting`: an exclusion or a dispute that nobody has decided yet."""

    entry: Entry
    title: str
    gist: str
    texts: tuple[str, ...]
    author: str
    waiting: bool


def told(session, register: Register, turns: Sequence[Entry], waiting: Sequence[Entry]) -> list[Turn]:
    """What people wrote about a row, the newest first."""
    sealed, names = ledger.read_sealed(session, turns), names_of(session, [e.author for e in turns])
    programme, pending = programmes()[register.programme], {e.id for e in waiting}
    found = []
    for entry in reversed(turns):
        said = entry.coded
        gist = ""
        if entry.kind == REPORTED:
            gist = said["number"]
        elif entry.kind == EXCLUDED:
            gist = programme.exclusions[said["reason"]].name[language()]
        elif entry.kind == DECIDED:
            outcome = OUTCOMES[said["about"], said["outcome"]]
            gist = gettext(outcome)
        words = ANSWERS[said["answer"]] if entry.kind == ANSWERED else KINDS[entry.kind]
        title = gettext(words)
        texts = tuple(sealed.get(entry.id, {}).get(name, "") for name in ("document", "note"))
        author = names.get(entry.author) or gettext("hệ thống")
        found.append(Turn(entry, title, gist, tuple(t for t in texts if t), author, entry.id in pending))
    return found
