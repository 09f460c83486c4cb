"""The verbs of a case file. Every page, import, command and device comes through these; nothing else writes."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from casemgr.cases import entries as rules
from casemgr.cases import handover
from casemgr.cases.marks import CONFLICTED, barred
from casemgr.cases.models import CaseFile
from casemgr.cases.projection import FILES, state_of
from casemgr.cases.rules import CaseState
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Draft, Entry
from casemgr.programmes import programmes
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused
from casemgr.units.loading import calendar

# No I, L, O, U, 0, 1: a number read over the telephone must not be misheard or spell a word.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_number(prefix: str, choice=secrets.choice) -> str:
    """A neutral number like HS-7K4-29Q: no group, unit or year in it."""
    drawn = "".join(choice(ALPHABET) for _ in range(6))
    return f"{prefix}-{drawn[:3]}-{drawn[3:]}"


def new_number(session, prefix: str, column) -> str:
    """A number that no row has yet; `column` is the projection's."""
    while True:
        number = random_number(prefix)
        if session.scalar(sa.select(sa.func.count()).where(column == number)) == 0:
            return number


def open_draft(
    programme: Programme,
    *,
    number: str,
    unit: str,
    beneficiary: UUID | None,
    identity: Mapping,
    occurred: tuple[datetime, str],
    author: str,
    now: datetime,
    values: Mapping | None = None,
    detection: Mapping | None = None,
    worker: str | None = None,
    entry_id: UUID | None = None,
) -> Draft:
    """The first entry of a case file. `identity` has sex, birth_year, ethnicity; `detection` what the detected
    person's ledger tells: detected, incident, received_at, emergency, level, harm, age. Raises Refused."""
    kind = programme.case.kinds["opened"]
    rules.check_time(occurred, now)
    told = {k: v for k, v in (detection or {}).items() if v is not None}
    coded, sealed = rules.encode_fields(programme, kind, values or {}, occurred[0].date(), told)
    coded |= told | {k: v for k, v in identity.items() if v is not None}
    coded |= {"number": number, "unit": unit}
    if beneficiary is not None:
        coded["beneficiary"] = beneficiary.hex
    if worker is not None:
        coded["worker"] = worker
    rules.check_refusals(kind, coded | dict.fromkeys(sealed, True))
    return Draft(
        kind="opened",
        occurred_at=occurred[0],
        precision=occurred[1],
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded,
        sealed=sealed or None,
        definition=programme.definition,
        id=entry_id,
    )


def open_case(session, programme: str, **facts) -> tuple[UUID, str]:
    """Opens a case file: (subject, number). Keyword arguments as in `open_draft`, without the number."""
    number = new_number(session, "HS", CaseFile.number)
    draft = open_draft(programmes()[programme], number=number, **facts)
    subject = ledger.create(session, "case", uuid4())
    ledger.append(session, subject, [draft])
    return subject, number


_BY_NUMBER = sa.select(FILES).where(
    FILES.c.province == sa.bindparam("province"), FILES.c.number == sa.bindparam("number")
)


def find(session, number: str, *conditions) -> sa.Row | None:
    """The projection row of a case number, or None; the caller asks the policy whether it may be shown."""
    return session.execute(_BY_NUMBER.where(*conditions), {"province": ledger.province(), "number": number}).first()


def state(session, subject: UUID) -> tuple[CaseState, list[Entry]]:
    """The folded state and all entries by seq."""
    all_entries = ledger.entries(session, subject)
    return state_of(all_entries, calendar(session)), all_entries


def add_entry(
    session,
    subject: UUID,
    kind: str,
    values: Mapping,
    *,
    occurred: tuple[datetime, str],
    author: str,
    unit: str,
    now: datetime,
    entry_id: UUID | None = None,
) -> Entry:
    """Adds one entry as the programme describes its kind. The same `entry_id` with the same content is stored once."""
    ledger.lock(session, subject)
    current, all_entries = state(session, subject)
    earlier = next((e for e in all_entries if e.id == entry_id), None) if entry_id else None
    if earlier is not None:
        current = state_of([e for e in all_entries if e.seq < earlier.seq], calendar(session))
    draft = rules.draft_entry(
        current.programme,
        current,
        kind,
        values,
        occurred=occurred,
        author=author,
        unit=unit,
        now=now,
        entry_id=entry_id,
    )
    if kind == handover.REFERRED:
        need = draft.coded["need"]
        sent = [r.sent for r in handover.referrals(current.entries) if r.open and r.sent.coded["need"] == need]
        places = ledger.read_sealed(session, sent)
        handover.check_referral(
            [(e, places.get(e.id, {}).get("to", "")) for e in sent], (draft.sealed or {}).get("to", "")
        )
    return ledger.append(session, subject, [draft])[0]


def decide(session, subject: UUID, target: UUID, *, on_seq: int, **facts) -> Entry:
    """A second person's decision on an entry; keyword arguments as in `draft_decision`. Raises Stale, Refused."""
    if ledger.lock(session, subject) != on_seq:
        raise ledger.Stale(N_("Hồ sơ đã có bản ghi mới sau khi trang này được mở. Hãy xem lại rồi quyết định."))
    current, _entries = state(session, subject)
    entry = next((e for e in current.entries if e.id == target), None)
    if entry is None:
        raise Refused(N_("Nội dung cần quyết định không còn trong hồ sơ."))
    return ledger.append(session, subject, [rules.draft_decision(current, entry, **facts)], on_seq=on_seq)[0]


VOID_REASONS = ("wrong_file", "wrong_data", "double")
# What was asked of others and waits may also be taken back: nothing in it was wrong.
WITHDRAWN = "withdrawn"
WITHDRAWABLE = frozenset({handover.ASKED, handover.ASSIGN_ASKED})


def void_reasons(kind: str) -> tuple[str, ...]:
    """The reasons for which an entry of this kind may be struck through."""
    return (WITHDRAWN, *VOID_REASONS) if kind in WITHDRAWABLE else VOID_REASONS


def void_draft(
    target: UUID, *, reason: str, note: str, author: str, unit: str, now: datetime, definition: str
) -> Draft:
    if reason not in (WITHDRAWN, *VOID_REASONS):
        raise Refused(N_("Hãy chọn lý do hủy."), "reason")
    if not note:
        raise Refused(N_("Cần ghi rõ vì sao hủy bản ghi."), "note")
    return Draft(
        kind="voided",
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded={"reason": reason},
        sealed={"note": note},
        definition=definition,
        voids=target,
    )


def void(
    session,
    subject: UUID,
    target: UUID,
    *,
    reason: str,
    note: str,
    author: str,
    unit: str,
    now: datetime,
    leads: bool = False,
) -> Entry:
    """Strikes an entry through, naming why; both stay visible. The opening is not struck here, nor what a second person
    has approved: to strike an approved closure would be to reopen the file alone. They take back their decision first,
    or, with `leads`, another who may decide here and did not write what was approved.
    """
    ledger.lock(session, subject)
    current, all_entries = state(session, subject)
    entry = next((e for e in all_entries if e.id == target), None)
    if entry is not None and entry.kind == "opened":
        raise Refused(N_("Không hủy được bản ghi mở hồ sơ. Nếu mở nhầm, hãy đề nghị đóng hồ sơ và nêu lý do."))
    if entry is not None and any(t.asked.id == target and t.answer for t in handover.transfers(current.entries)):
        raise Refused(N_("Đơn vị nhận đã trả lời đề nghị này. Không rút lại được nữa."))
    if entry is not None and entry.kind in ("transferred", "conflicted"):
        raise Refused(N_("Không hủy được bản ghi này. Muốn trả hồ sơ về, hãy đề nghị chuyển lại."))
    if entry is not None and entry.coded.get("about") == CONFLICTED:  # else one person could end a confirmed mark
        raise Refused(N_("Không hủy được ý kiến này. Hãy đề nghị chấm dứt xung đột lợi ích."))
    if entry is not None and entry.kind in ("decided", "told") and entry.author != author:
        about = current.approved_by(entry)
        if not leads or about is None or about.author == author:
            raise Refused(N_("Chỉ người đã quyết định mới được hủy quyết định của mình."))
    if entry is not None and current.approved(entry):
        raise Refused(
            N_(
                "Nội dung này đã được phê duyệt. Người đã phê duyệt, hoặc người khác có quyền phê duyệt, phải hủy "
                "quyết định đó trước."
            )
        )
    if entry is not None and reason not in void_reasons(entry.kind):
        raise Refused(N_("Hãy chọn lý do hủy."), "reason")
    draft = void_draft(
        target, reason=reason, note=note, author=author, unit=unit, now=now, definition=current.programme.definition
    )
    return ledger.append(session, subject, [draft])[0]


def assign(session, subject: UUID, worker: str, *, author: str, unit: str, now: datetime, note: str = "") -> Entry:
    """Gives the file of `unit` to a worker; the note stays in the ledger. Raises Refused for who is named in its
    conflict of interest: the fold would leave the file with nobody; and where another unit holds the file by now, whose
    people could not reach it any more."""
    ledger.lock(session, subject)
    current, _entries = state(session, subject)
    if current.unit != unit:
        raise Refused(N_("Hồ sơ vừa chuyển sang đơn vị khác. Nơi đang giữ hồ sơ sẽ phân công."), "worker")
    if worker in barred(current.entries):
        raise Refused(N_("Người này có liên quan đến hồ sơ, không phụ trách được."), "worker")
    draft = assign_draft(current.programme, worker, author=author, unit=unit, now=now, note=note)
    return ledger.append(session, subject, [draft])[0]


def assign_draft(programme: Programme, worker: str, *, author: str, unit: str, now: datetime, note: str = "") -> Draft:
    return Draft(
        kind="assigned",
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded={"worker": worker},
        sealed={"note": note} if note else None,
        definition=programme.definition,
    )


def tell(
    session, subject: UUID, facts: Sequence[Mapping], *, occurred_at: datetime, author: str, unit: str, now,
    entry_id: UUID | None = None,
) -> None:  # fmt: skip
    """Facts owned by other ledgers (a receipt time, an exclusion, a corrected sex), written in the same transaction."""
    current, _entries = state(session, subject)
    drafts = [
        Draft(
            kind="told",
            occurred_at=occurred_at,
            precision="minute",
            author=author,
            unit=unit,
            recorded_at=now,
            coded=dict(fact),
            definition=current.programme.definition,
            id=entry_id if len(facts) == 1 else None,
        )
        for fact in facts
    ]
    ledger.append(session, subject, drafts)
