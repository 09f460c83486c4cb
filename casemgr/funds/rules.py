"""The fold of a fund's ledger and what may be written into it. Pure; amounts are whole đồng as Decimal."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from casemgr.funds.model import GOODS, WAYS
from casemgr.ledger.rules import Entry
from casemgr.refused import N_, Refused
from casemgr.ui.rules import show_number

PLEDGED, RECEIVED, DISBURSED = "pledged", "received", "disbursed"
MOVES = (PLEDGED, RECEIVED, DISBURSED)
LARGEST = Decimal(10) ** 13
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Move:
    """One pledge, receipt or payment. `case`: the ledger of the case it paid for; `pledge`: the entry it fulfils."""

    entry: UUID
    seq: int
    kind: str
    day: date
    amount: Decimal
    way: str
    anonymous: bool = False
    number: str = ""
    pledge: UUID | None = None
    case: UUID | None = None
    case_number: str = ""
    service: int | None = None  # the entry of the case that it paid for
    purpose: str = ""
    overdrawn: bool = False
    author: str = ""
    recorded_at: datetime | None = None


@dataclass(slots=True)
class Fund:
    """What a ledger says: its moves in the order they were written, money and goods at hand, pledges still open."""

    moves: list[Move] = field(default_factory=list)
    money: Decimal = ZERO
    goods: Decimal = ZERO
    overdrawn: bool = False  # a reason was written for the balance below zero

    def open_pledge(self, pledge: UUID) -> Decimal:
        """How much of a pledge has not come yet."""
        promised = sum((m.amount for m in self.moves if m.entry == pledge), ZERO)
        return promised - sum((m.amount for m in self.moves if m.kind == RECEIVED and m.pledge == pledge), ZERO)

    def pledges(self) -> list[tuple[Move, Decimal]]:
        """The pledges that are still open, and by how much."""
        found = [(m, self.open_pledge(m.entry)) for m in self.moves if m.kind == PLEDGED]
        return [(move, left) for move, left in found if left > 0]

    def balance(self, way: str) -> Decimal:
        return self.goods if way == GOODS else self.money


def fold(entries: Iterable[Entry]) -> Fund:
    """From effective entries, in the order of arrival: money does not come back in time."""
    fund = Fund()
    for entry in sorted(entries, key=lambda e: e.seq):
        if entry.kind not in MOVES:
            continue
        move = _move(entry)
        fund.moves.append(move)
        sign = {PLEDGED: 0, RECEIVED: 1, DISBURSED: -1}[move.kind]
        if move.way == GOODS:
            fund.goods += sign * move.amount
        else:
            fund.money += sign * move.amount
        fund.overdrawn = min(fund.money, fund.goods) < 0 and (fund.overdrawn or move.overdrawn)
    return fund


def _move(entry: Entry) -> Move:
    said = entry.coded
    return Move(
        entry=entry.id,
        seq=entry.seq,
        kind=entry.kind,
        day=entry.occurred_at.date(),
        amount=Decimal(said["amount"]),
        way=said["way"],
        anonymous=said.get("anonymous", False),
        number=said.get("number", ""),
        pledge=UUID(said["pledge"]) if said.get("pledge") else None,
        case=UUID(said["case"]) if said.get("case") else None,
        case_number=said.get("case_number", ""),
        service=said.get("service"),
        purpose=said.get("purpose", ""),
        overdrawn=said.get("overdrawn", False),
        author=entry.author,
        recorded_at=entry.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """A period's sums, in đồng. `counted` is what counts towards the target: received, by the ways that count."""

    pledged: Decimal = ZERO
    money: Decimal = ZERO
    goods: Decimal = ZERO
    paid: Decimal = ZERO
    counted: Decimal = ZERO
    receipts: int = 0


def totals(moves: Iterable[Move], start: date, through: date, counts: Collection[str]) -> Totals:
    inside = [m for m in moves if start <= m.day <= through]
    received = [m for m in inside if m.kind == RECEIVED]
    return Totals(
        pledged=_sum(m for m in inside if m.kind == PLEDGED),
        money=_sum(m for m in received if m.way != GOODS),
        goods=_sum(m for m in received if m.way == GOODS),
        paid=_sum(m for m in inside if m.kind == DISBURSED),
        counted=_sum(m for m in received if m.way in counts),
        receipts=len(received),
    )


def _sum(moves: Iterable[Move]) -> Decimal:
    return sum((m.amount for m in moves), ZERO)


def check_move(fund: Fund, kind: str, values: dict, today: date) -> dict:
    """The coded part of a pledge, receipt or payment. Raises Refused with the field concerned."""
    coded = _check_amount(values, today)
    amount, way = values["amount"], values["way"]
    if kind != DISBURSED:
        if not values.get("anonymous") and not values.get("donor"):
            raise Refused(N_("Ghi tên người, đơn vị đóng góp, hoặc chọn không nêu tên."), "donor")
        if values.get("anonymous"):
            coded["anonymous"] = True
    if way == GOODS and not values.get("goods"):
        raise Refused(N_("Ghi rõ hiện vật gì, số lượng."), "goods")
    if kind == RECEIVED and values.get("pledge") is not None:
        left = fund.open_pledge(values["pledge"])
        if amount > left:
            raise Refused(N_("Khoản đăng ký này chỉ còn %(left)s đồng chưa nhận."), "amount", left=show_number(left, 0))
        coded["pledge"] = values["pledge"].hex
    if kind == DISBURSED and amount > fund.balance(way):
        if not values.get("reason"):
            left = show_number(fund.balance(way), 0)
            text = N_("Quỹ chỉ còn %(left)s đồng theo hình thức này. Nếu vẫn chi, ghi rõ lý do.")
            raise Refused(text, "reason", left=left)
        coded["overdrawn"] = True
    return coded


def _check_amount(values: dict, today: date) -> dict:
    amount, day = values.get("amount"), values.get("day")
    if amount is None:
        raise Refused(N_("Cần nhập số tiền."), "amount")
    if amount != amount.to_integral_value():
        raise Refused(N_("Số tiền tính bằng đồng, không có phần lẻ."), "amount")
    if not 0 < amount <= LARGEST:
        raise Refused(N_("Số tiền phải lớn hơn 0 và không quá lớn."), "amount")
    if values.get("way") not in WAYS:
        raise Refused(N_("Hãy chọn hình thức."), "way")
    if day is None:
        raise Refused(N_("Cần nhập nội dung này."), "day")
    if day > today:
        raise Refused(N_("Ngày này chưa đến."), "day")
    return {"amount": str(int(amount)), "way": values["way"]}


def check_void(entries: Sequence[Entry], target: UUID, reason: str | None) -> None:
    """A receipt that was already paid out is not struck through silently. Raises Refused."""
    if not reason:
        raise Refused(N_("Cần ghi rõ vì sao hủy."), "reason")
    rest = fold(e for e in entries if e.id != target)
    whole = fold(entries)
    struck = next((m for m in whole.moves if m.entry == target), None)
    if struck is None:
        raise Refused(N_("Không tìm thấy khoản này."))
    if struck.kind == PLEDGED and any(m.pledge == target for m in rest.moves):
        raise Refused(N_("Đã nhận tiền theo khoản đăng ký này. Hãy hủy các khoản đã nhận trước."))
    if struck.kind == RECEIVED and rest.balance(struck.way) < 0 and not whole.overdrawn:
        raise Refused(N_("Không hủy được: tiền của khoản này đã được chi. Hãy hủy khoản chi trước."))


ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", " nghìn", " triệu", " tỷ", " nghìn tỷ", " triệu tỷ")


def in_words(amount: Decimal) -> str:
    """1.250.005 -> «Một triệu hai trăm năm mươi nghìn không trăm linh năm đồng», as receipts say it."""
    number, groups = int(amount), []
    while number:
        number, rest = divmod(number, 1000)
        groups.append(rest)
    said = [
        _group(value, first=place == len(groups) - 1) + SCALES[place]
        for place, value in reversed(list(enumerate(groups)))
        if value
    ]
    text = " ".join(said) or ONES[0]
    return text[:1].upper() + text[1:] + " đồng"


def _group(value: int, first: bool) -> str:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    words = [ONES[hundreds], "trăm"] if hundreds or not first else []
    if tens > 1:
        words += [ONES[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 5 and tens:
        words.append("lăm")
    elif ones:
        words.append(ONES[ones])
    return " ".join(words)
