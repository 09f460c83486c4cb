"""A file that was sent, until it is imported: what it is, how its columns are read, what would come of it.

begin(session, facts, name, data, ...) -> id          # Refused: the file cannot be read, is known, or is of another group
look(session, draft, now) -> Look                     # everything the page and the command show before importing
choose(session, draft, columns=..., sheet=...)        # another sheet, other columns
discard(session, draft, ...)
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from casemgr import files, jobs
from casemgr.db import begin_write
from casemgr.files.kinds import sniff
from casemgr.ledger import services as ledger
from casemgr.ledger.destroying import destroy
from casemgr.ledger.services import province
from casemgr.people.names import fold_name
from casemgr.refused import N_, Refused
from casemgr.registers import reading
from casemgr.registers.checking import Checked, check, check_columns, check_group, check_unnamed
from casemgr.registers.columns import REASON, Table, table
from casemgr.registers.differences import Differences, compare
from casemgr.registers.lines import Frame
from casemgr.registers.models import Register, RegisterDraft, RegisterMapping, RegisterRow
from casemgr.registers.places import Places
from casemgr.registers.rows import rows_of
from casemgr.registers.sources import sources
from casemgr.units.loading import load as load_units
from casemgr.units.rules import UnitTree

DRAFTS, MAPPINGS = RegisterDraft.__table__, RegisterMapping.__table__
KNOWN = N_("Tệp này đã được nạp ngày %(day)s. Không có gì thay đổi.")
GONE = N_("Danh sách này đã được nạp hoặc đã bỏ.")


class AlreadyLoaded(Refused):
    """The same file of the same source again; `register` is where it went."""

    def __init__(self, register: UUID, received_at: datetime):
        super().__init__(KNOWN, "file", day=f"{received_at:%d/%m/%Y}")
        self.register = register


@dataclass(frozen=True, slots=True)
class Facts:
    """What its sender says about a file, and how it is read. `mode`: 'new', 'replace' or 'add' (to register `other`).

    `columns`: the field of each column, by its number as text; None: as guessed or remembered.
    """

    source: str
    programme: str
    unit: str
    start: date
    end: date
    document: str = ""
    document_date: date | None = None
    mode: str = ""
    other: str = ""
    sheet: int = -1
    columns: Mapping[str, str] | None = None

    def dumps(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def loads(cls, text: str) -> "Facts":
        said = json.loads(text)
        for name in ("start", "end", "document_date"):
            said[name] = date.fromisoformat(said[name]) if said[name] else None
        return cls(**said)


@dataclass(frozen=True, slots=True)
class Look:
    """What would come of a file. `refused`: why its columns cannot be used; there is nothing checked then."""

    facts: Facts
    sheet: reading.Sheet = field(repr=False)
    table: Table = field(repr=False)
    columns: Mapping[int, str]
    checked: Checked | None = field(default=None, repr=False)
    difference: Differences | None = None
    refused: Refused | None = None


def begin(session, facts: Facts, name: str, data: bytes, *, author: str, now: datetime) -> UUID:
    """Keeps a file as a draft. Raises Refused, AlreadyLoaded."""
    facts = _checked_facts(facts, load_units(session), now)
    media = sniff(name, data, reading.MEDIA)
    digest = hashlib.sha256(data).hexdigest()
    known = _known(session, facts, digest)
    if known is not None:
        raise AlreadyLoaded(known.subject, known.received_at)
    found = _table(reading.read(data, media, facts.sheet, sources().limits))
    _check_table(facts, found)
    facts = replace(facts, **_mode(session, facts, found))
    begin_write(session)
    made = ledger.create(session, "register")
    stored = files.store(session, made, name, data, author=author, now=now, allowed=reading.MEDIA)
    row = {"province": province(), "id": made, "author": author, "unit": facts.unit, "file": stored, "sha256": digest}
    session.execute(sa.insert(DRAFTS), [row | {"facts": facts.dumps(), "made_at": now}])
    return made


def _checked_facts(facts: Facts, tree: UnitTree, now: datetime) -> Facts:
    source, known = sources().sources.get(facts.source), sources().subjects
    if facts.programme not in known or source is None or facts.programme not in source.programmes:
        raise Refused(N_("Nguồn này không cung cấp danh sách cho nhóm đã chọn."), "source")
    if facts.unit not in tree:
        raise Refused(N_("Hãy chọn đơn vị mà danh sách bao quát."), "unit")
    if facts.start > facts.end:
        raise Refused(N_("Ngày cuối kỳ phải sau ngày đầu kỳ."), "end")
    if facts.end > now.date():
        raise Refused(N_("Kỳ của danh sách chưa kết thúc: ngày này chưa đến."), "end")
    if facts.document_date and facts.document_date > now.date():
        raise Refused(N_("Ngày, giờ này chưa đến."), "document_date")
    return facts


def _known(session, facts: Facts, digest: str) -> Register | None:
    query = sa.select(Register).where(Register.province == province(), Register.sha256 == digest)
    query = query.where(Register.source == facts.source, Register.programme == facts.programme)
    return session.scalars(query.where(Register.state == "current")).first()


def _table(sheet: reading.Sheet) -> Table:
    return table(sheet, sources().vocabulary, sheet.old_font)


def _check_table(facts: Facts, found: Table) -> None:
    subjects = sources().subjects
    own = subjects[facts.programme]
    others = tuple(word for each in subjects.values() if each is not own for word in each.words)
    check_group(found, own.words, others)
    if not own.named:
        check_unnamed(found)


def _mode(session, facts: Facts, found: Table) -> dict:
    """The same source, unit and period once more: a corrected register, or the mended rows of it."""
    before = same_question(session, facts)
    if before is None:
        return {"mode": "new", "other": ""}
    mended = fold_name(REASON) in map(fold_name, found.headings)
    return {"mode": "add" if mended else "replace", "other": before.subject.hex}


def same_question(session, facts: Facts) -> Register | None:
    """The register that counts for this source, programme, unit and period."""
    query = sa.select(Register).where(
        Register.province == province(), Register.state == "current", Register.adds_to.is_(None),
        Register.source == facts.source, Register.programme == facts.programme, Register.unit_id == facts.unit,
        Register.start == facts.start, Register.end == facts.end,
    )  # fmt: skip
    return session.scalars(query.order_by(Register.received_at.desc())).first()


def find(session, draft_id: UUID) -> RegisterDraft | None:
    return session.get(RegisterDraft, (province(), draft_id), populate_existing=True)


def of_author(session, author: str) -> list[RegisterDraft]:
    """What somebody has sent and not imported, newest first."""
    query = sa.select(RegisterDraft).where(RegisterDraft.province == province(), RegisterDraft.author == author)
    return list(session.scalars(query.order_by(RegisterDraft.made_at.desc())))


def opened(session, draft: RegisterDraft) -> Look:
    """Reads the file again and says which column is which; no line is checked. Raises Refused."""
    facts = Facts.loads(draft.facts)
    stored = files.load(session, draft.file, draft.sha256)
    sheet = reading.read(stored.data, stored.media, facts.sheet, sources().limits)
    found = _table(sheet)
    _check_table(facts, found)
    columns = _columns(session, facts, found)
    try:
        check_columns(columns, sources().subjects[facts.programme].named)
    except Refused as refused:
        return Look(facts, sheet, found, columns, refused=refused)
    return Look(facts, sheet, found, columns)


def look(session, draft: RegisterDraft, now: datetime) -> Look:
    """`opened`, with every line checked where the columns can be used. Raises Refused."""
    found = opened(session, draft)
    if found.refused is not None:
        return found
    checked = check(found.table, found.columns, _frame(session, found.facts, now))
    if found.sheet.formulas:
        checked.repaired["formula"] += found.sheet.formulas
    if found.sheet.old_font:
        checked.repaired["encoding"] += 1
    return replace(found, checked=checked, difference=_difference(session, found.facts, checked))


def _columns(session, facts: Facts, found: Table) -> dict[int, str]:
    if facts.columns is not None:
        return {int(column): name for column, name in facts.columns.items() if name}
    query = sa.select(MAPPINGS.c.columns).where(
        MAPPINGS.c.province == province(), MAPPINGS.c.source == facts.source,
        MAPPINGS.c.programme == facts.programme, MAPPINGS.c.headings == found.digest,
    )  # fmt: skip
    remembered = session.scalar(query)
    if remembered:
        return {int(column): name for column, name in json.loads(remembered).items()}
    return dict(found.guess)


def _frame(session, facts: Facts, now: datetime) -> Frame:
    subject, tree = sources().subjects[facts.programme], load_units(session)
    return Frame(
        subject.named, Places(tree, facts.unit, facts.end), facts.start, facts.end, now.date(), subject.harms,
        subject.age_below, subject.age_from,
    )  # fmt: skip


def _difference(session, facts: Facts, checked: Checked) -> Differences | None:
    """Against the register that this one would replace, with what was added to it."""
    if facts.mode != "replace":
        return None
    before = UUID(facts.other)
    more = sa.select(Register.subject).where(Register.province == province(), Register.adds_to == before)
    old = [row for _stored, row in rows_of(session, before).values()]
    added = [row for each in session.scalars(more) for _stored, row in rows_of(session, each).values()]
    return compare(old, added, checked.rows)


def choose(session, draft: RegisterDraft, *, sheet: int | None = None, **changes) -> None:
    """Another way of reading the file. Another sheet has other columns. Raises Refused while it is being imported."""
    work = jobs.find(session, draft.job) if draft.job else None
    if work is not None and work.state in ("waiting", "running"):
        raise Refused(N_("Tệp này đang được nạp. Không thể đổi cột lúc này."))
    facts = replace(Facts.loads(draft.facts), **changes)
    if sheet is not None and sheet != facts.sheet:
        facts = replace(facts, sheet=sheet, columns=None)
    begin_write(session)
    session.execute(sa.update(DRAFTS).where(*_this(draft.id)).values(facts=facts.dumps()))


def remember(session, facts: Facts, found: Table, columns: Mapping[int, str], now: datetime) -> None:
    """Which column is which, for the next file of this source with these headings."""
    begin_write(session)
    key = {"province": province(), "source": facts.source, "programme": facts.programme, "headings": found.digest}
    session.execute(sa.delete(MAPPINGS).where(*(MAPPINGS.c[name] == value for name, value in key.items())))
    session.execute(sa.insert(MAPPINGS), [key | {"columns": json.dumps(columns), "saved_at": now}])


def discard(session, draft: RegisterDraft, *, author: str, now: datetime) -> None:
    """Gives a file up: nothing of it remains readable. Raises Refused."""
    begin_write(session)
    _clear(session, draft)
    destroy(session, draft.id, author=author, unit=draft.unit, now=now)


def discard_again(session, ids: Iterable[UUID]) -> None:
    """Those that came back from a backup although they had been given up."""
    wanted = set(ids)
    for draft in session.scalars(sa.select(RegisterDraft).where(RegisterDraft.province == province())).all():
        if draft.id in wanted:
            _clear(session, draft)


def _clear(session, draft: RegisterDraft) -> None:
    take(session, draft)
    rows = RegisterRow.__table__
    files.discard(session, draft.file)
    session.execute(sa.delete(rows).where(rows.c.province == province(), rows.c.register == draft.id))


def take(session, draft: RegisterDraft) -> None:
    """Ends a draft, for whoever comes first: who imports it or who gives it up. Raises Refused."""
    if session.execute(sa.delete(DRAFTS).where(*_this(draft.id))).rowcount != 1:
        raise Refused(GONE)


def _this(draft_id: UUID):
    return DRAFTS.c.province == province(), DRAFTS.c.id == draft_id
