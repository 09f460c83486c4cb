"""The verbs of funds: pledge, receive, pay, strike through; and what a fund says for a period."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid5

import sqlalchemy as sa

from casemgr.cases import services as cases
from casemgr.cases.rules import CLOSED
from casemgr.funds import rules
from casemgr.funds.model import Fund
from casemgr.funds.models import FundBalance, FundMove
from casemgr.funds.rules import DISBURSED, RECEIVED, Totals
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import VOIDED, Draft, Entry, effective
from casemgr.ledger.services import Projection, province
from casemgr.plans.notes import Note
from casemgr.refused import N_, Refused
from casemgr.ui.rules import show_number
from casemgr.units.rules import UnitTree

BALANCES, MOVES = FundBalance.__table__, FundMove.__table__
NAMES = UUID("0a8b1a0c-6f9e-5d39-8f0e-6f1f3a0f7a11")
SEALED = ("donor", "address", "goods", "note", "reason")
GIVER = ("donor", "address")


def subject_of(fund: str, unit: str) -> UUID:
    """The ledger of a fund kept by a unit; the same everywhere."""
    return uuid5(NAMES, f"{fund}/{unit}")


def _rows(_session, batch) -> dict[sa.Table, list[dict]]:
    here, balances, moves = province(), [], []
    for subject, entries in batch:
        folded, opened = rules.fold(effective(entries)), entries[0].coded
        own = {"province": here, "subject": subject, "fund": opened["fund"], "unit": opened["unit"]}
        open_pledges = sum((left for _move, left in folded.pledges()), Decimal(0))
        balances.append(
            own
            | {
                "money": int(folded.money),
                "goods": int(folded.goods),
                "open_pledges": int(open_pledges),
                "overdrawn": folded.overdrawn,
                "head_seq": entries[-1].seq,
            }
        )
        moves += [
            own | {"entry": m.entry, "kind": m.kind, "day": m.day, "amount": int(m.amount), "way": m.way}
            for m in folded.moves
        ]
    return {BALANCES: balances, MOVES: moves}


PROJECTION = Projection((BALANCES, MOVES), _rows)


def read(session, fund: Fund, unit: str) -> tuple[rules.Fund, list[Entry]]:
    """What the fund of a unit says now, and its entries; nothing where it was never written to."""
    entries = ledger.entries(session, subject_of(fund.code, unit))
    return rules.fold(effective(entries)), entries


def add(
    session, fund: Fund, unit: str, kind: str, values: Mapping, *, author: str, now: datetime, tree: UnitTree,
    entry_id: UUID | None = None,
) -> Entry:  # fmt: skip
    """Writes a pledge, a receipt or a payment. Raises Refused. The same `entry_id` again is the same movement, or
    EntryConflict where that was another.

    `values`: amount (Decimal), way, day, and donor, address, anonymous, goods, pledge; of a payment case_number,
    service, purpose, reason; note.
    """
    subject = _ledger_of(session, fund, unit, author, now)
    ledger.lock(session, subject)
    entries = ledger.entries(session, subject)
    known = next((e for e in entries if entry_id and e.id == entry_id), None)
    if known is not None:  # held against what it was written on then
        entries = [e for e in entries if e.seq < known.seq]
    folded = rules.fold(effective(entries))
    coded = rules.check_move(folded, kind, dict(values), now.date())
    if kind == RECEIVED:
        coded["number"] = _next_number(entries, values["day"].year)
    if kind == DISBURSED:
        coded |= _payment(session, fund, unit, values, tree)
    draft = Draft(
        kind=kind,
        occurred_at=datetime.combine(values["day"], time()),
        precision="day",
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded,
        # A payment never names who gave, a receipt never whom it helps: the two do not meet in one entry.
        sealed={n: values[n] for n in SEALED if values.get(n) and not (kind == DISBURSED and n in GIVER)} or None,
        definition=fund.code,
        id=entry_id,
    )
    entry = ledger.append(session, subject, [draft])[0]
    if known is None and kind == DISBURSED and coded.get("case"):
        _tell(session, entry, coded, "funded", now)
    return entry


def void(session, fund: Fund, unit: str, target: UUID, *, reason: str | None, author: str, now: datetime) -> Entry:
    """Strikes a movement through; it stays visible with its reason. Raises Refused."""
    subject = subject_of(fund.code, unit)
    ledger.lock(session, subject)
    entries = effective(ledger.entries(session, subject))
    rules.check_void(entries, target, reason)
    struck = next(e for e in entries if e.id == target)
    draft = Draft(
        kind=VOIDED,
        occurred_at=now,
        precision="minute",
        author=author,
        unit=unit,
        recorded_at=now,
        coded={},
        sealed={"reason": reason},
        definition=fund.code,
        voids=target,
    )
    entry = ledger.append(session, subject, [draft])[0]
    if struck.coded.get("case"):
        _tell(session, entry, struck.coded, "unfunded", now)
    return entry


def _ledger_of(session, fund: Fund, unit: str, author: str, now: datetime) -> UUID:
    """The fund's ledger, opened by its first movement; two first movements at once take turns."""
    subject = subject_of(fund.code, unit)
    ledger.take_turns(session, subject)
    if not ledger.entries(session, subject):
        ledger.create(session, "fund", subject)
        opened = Draft(
            kind="opened",
            occurred_at=now,
            precision="minute",
            author=author,
            unit=unit,
            recorded_at=now,
            coded={"fund": fund.code, "unit": unit},
            definition=fund.code,
            id=uuid5(subject, "opened"),
        )
        ledger.append(session, subject, [opened])
    return subject


def _next_number(entries: list[Entry], year: int) -> str:
    """The number of a receipt, one row a year; a struck one keeps its number."""
    return f"{sum(e.kind == RECEIVED and e.occurred_at.year == year for e in entries) + 1:03d}/{year}"


def _payment(session, fund: Fund, unit: str, values: Mapping, tree: UnitTree) -> dict:
    """The case that a payment is for: of the fund's groups and the unit's area, still open, with that service."""
    if values.get("purpose") not in fund.purposes:
        raise Refused(N_("Hãy chọn mục đích chi."), "purpose")
    number = (values.get("case_number") or "").strip().upper()
    if not number:
        raise Refused(N_("Ghi mã số hồ sơ được hỗ trợ, ví dụ HS-7K4-29Q."), "case_number")
    file = cases.find(session, number)
    if file is None or file.programme not in fund.programmes or file.unit_id not in tree.with_predecessors(unit):
        raise Refused(N_("Không có hồ sơ này trong phạm vi của quỹ."), "case_number")
    if file.status == CLOSED:
        closed = f"{file.closed_at:%d/%m/%Y}" if file.closed_at else ""
        raise Refused(
            N_(
                "Hồ sơ %(number)s đã đóng ngày %(day)s nên không chi được. Kiểm tra lại mã số, hoặc đề nghị mở lại hồ sơ."
            ),
            "case_number",
            number=number,
            day=closed,
        )
    said = {"purpose": values["purpose"], "case": file.subject.hex, "case_number": file.number}
    if values.get("service") is not None:
        served = [e.seq for e in effective(ledger.entries(session, file.subject)) if e.kind == "served"]
        if values["service"] not in served:
            raise Refused(
                N_("Hồ sơ không có bản ghi dịch vụ số %(seq)s."), "service", seq=show_number(values["service"])
            )
        said["service"] = int(values["service"])
    return said


def _tell(session, entry: Entry, coded: Mapping, fact: str, now: datetime) -> None:
    """The case is told that it was paid for, never by whom."""
    cases.tell(
        session, UUID(coded["case"]), [{"fact": fact, "amount": coded["amount"]}],
        occurred_at=now, author=entry.author, unit=entry.unit, now=now, entry_id=uuid5(entry.id, fact),
    )  # fmt: skip


def totals(
    session, fund: Fund, *, start: date, through: date, units: Collection[str] | None = None,
    known_at: datetime | None = None,
) -> Totals:  # fmt: skip
    """A period's sums of a fund over the units that keep one (None: all), now or as known at a time."""
    if known_at is not None:
        moves = [
            move
            for _subject, entries in ledger.replay(session, "fund", known_at)
            if entries[0].coded["fund"] == fund.code and (units is None or entries[0].coded["unit"] in units)
            for move in rules.fold(effective(entries)).moves
        ]
        return rules.totals(moves, start, through, fund.counts)
    query = sa.select(MOVES).where(MOVES.c.province == province(), MOVES.c.fund == fund.code)
    query = query.where(MOVES.c.day.between(start, through))
    rows = [r for r in session.execute(query) if units is None or r.unit in units]
    moves = [rules.Move(r.entry, 0, r.kind, r.day, Decimal(r.amount), r.way) for r in rows]
    return rules.totals(moves, start, through, fund.counts)


def figures_of(
    session, codes: Collection[str], *, start: date, through: date, units=None, known_at=None
) -> dict[str, dict]:
    """What a plan's page is told of these funds: received (not pledged) and paid, in đồng, and from which book; nothing
    of a fund without a book."""
    from casemgr.funds import funds

    query = sa.select(BALANCES.c.fund, BALANCES.c.unit).where(BALANCES.c.province == province())
    kept = {row.fund for row in session.execute(query) if units is None or row.unit in units}
    found = {}
    for code in codes:
        fund = funds().get(code)
        if fund is None or code not in kept:
            continue
        said = totals(session, fund, start=start, through=through, units=units, known_at=known_at)
        words = {"fund": fund.name.vi, "n": said.receipts, "day": f"{through:%d/%m/%Y}"}
        note = Note(N_("Sổ thu, chi %(fund)s: %(n)s khoản đã nhận đến ngày %(day)s"), words)
        found[code] = {"received": int(said.counted), "paid": int(said.paid), "documents": [note]}
    return found


def balances(session, fund: Fund, units: Collection[str] | None = None) -> list:
    """The balances of a fund, one row for each unit that keeps it."""
    query = sa.select(BALANCES).where(BALANCES.c.province == province(), BALANCES.c.fund == fund.code)
    return [row for row in session.execute(query.order_by(BALANCES.c.unit)) if units is None or row.unit in units]
