"""What a register from outside is, what its rows say, and what may be doubtful or wrong in one. Plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from casemgr.ledger.rules import Entry
from casemgr.people.rules import Person
from casemgr.refused import N_

# --- entry kinds ----------------------------------------------------------------------------------------------------

RECEIVED = "received"  # the whole register: source, period, document, digest of the file, counts
REPLACED = "replaced"  # a corrected register took its place

STATES = ("current", "replaced")
CHANGES = ("", "same", "changed", "added")

# Why a row is taken but parked until somebody has looked.
DOUBTS = {
    "unit_unknown": N_("Không tìm thấy xã, phường này trong danh mục đơn vị."),
    "unit_ambiguous": N_("Có nhiều xã, phường trùng tên; cần ghi thêm huyện."),
    "id_lost": N_("Số định danh đã bị bảng tính làm tròn (dạng 8,9205E+11); cần lấy lại số đúng từ nguồn."),
    "id_bad": N_("Số định danh không đúng dạng."),
    "phone_bad": N_("Số điện thoại không đúng dạng."),
    "age": N_("Tuổi không thuộc nhóm đối tượng này."),
    "birth_missing": N_("Không có ngày sinh hoặc năm sinh."),
    "received_outside": N_("Ngày tiếp nhận nằm ngoài kỳ của danh sách."),
    "same_person": N_("Có dòng khác trong danh sách giống người này."),
    "sex_unknown": N_("Không hiểu nội dung ô giới tính."),
}
# Why a row is not taken and goes back to its sender.
WRONG = {
    "name_missing": N_("Dòng không có họ tên."),
    "code_missing": N_("Dòng không có mã số của nguồn."),
    "name_long": N_("Ô họ tên dài bất thường; có thể nhiều người trong một dòng."),
    "name_lost": N_("Họ tên có chữ bị mất, thành dấu hỏi (?); cần lấy lại từ nguồn."),
    "year_short": N_("Năm chỉ có hai chữ số; phải ghi đủ bốn chữ số."),
    "birth_bad": N_("Không hiểu ngày sinh; ghi dạng ngày/tháng/năm, tháng/năm hoặc năm."),
    "birth_future": N_("Ngày sinh ở sau ngày của danh sách."),
    "received_bad": N_("Không hiểu ngày tiếp nhận; ghi dạng ngày/tháng/năm."),
    "received_future": N_("Ngày tiếp nhận chưa đến."),
}
# What was put right on reading, and is shown so that it can be contradicted.
REPAIRS = {
    "zero": N_("Thêm lại số 0 ở đầu số định danh."),
    "serial": N_("Đổi số thứ tự ngày của bảng tính thành ngày."),
    "year_as_date": N_("Năm bị bảng tính hiểu thành ngày; đã lấy lại năm."),
    "encoding": N_("Chuyển từ bảng mã cũ (TCVN3 hoặc VNI) sang Unicode."),
    "formula": N_("Ô có công thức: lấy giá trị đã tính."),
}


# --- a row ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a register, read and checked.

    `number` is its line in the file, `code` the source's own number. `person.home` is the commune's id ("" where it
    was not found, `place` is then what stood there), `person.hamlet` a hamlet's id where it was found. `carer` is a
    parent or carer when the file does not say which. `harm` is a code of the programme's list. In a coded register
    the person has no name.
    """

    number: int
    person: Person
    code: str = ""
    place: str = ""
    carer: str = ""
    harm: str = ""
    note: str = ""
    received: datetime | None = None
    precision: str = "day"
    doubts: tuple[str, ...] = ()
    same_as: int | None = None


# --- the register ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegisterState:
    """What a register's ledger says."""

    source: str
    programme: str
    unit: str
    start: date
    end: date
    document: str
    document_date: date | None
    named: bool
    sha256: str
    file: UUID
    errors: UUID | None
    counts: dict = field(hash=False)
    replaces: UUID | None = None
    adds_to: UUID | None = None
    received_at: datetime = datetime.min
    author: str = ""
    state: str = "current"


def fold(entries: Sequence[Entry]) -> RegisterState | None:
    """From the effective entries of a register; None while it has not been received whole."""
    received = next((e for e in entries if e.kind == RECEIVED), None)
    if received is None:
        return None
    said = received.coded
    return RegisterState(
        source=said["source"],
        programme=said["programme"],
        unit=said["unit"],
        start=date.fromisoformat(said["from"]),
        end=date.fromisoformat(said["to"]),
        document=said["document"],
        document_date=date.fromisoformat(said["document_date"]) if said.get("document_date") else None,
        named=said["named"],
        sha256=said["sha256"],
        file=UUID(said["file"]),
        errors=_id(said.get("errors")),
        counts=said["counts"],
        replaces=_id(said.get("replaces")),
        adds_to=_id(said.get("adds_to")),
        received_at=received.recorded_at,
        author=received.author,
        state="replaced" if any(e.kind == REPLACED for e in entries) else "current",
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
