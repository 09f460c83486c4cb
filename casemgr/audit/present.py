"""The auditor's pages in words."""

from flask_babel import gettext

from casemgr.audit.difference import Part, Row
from casemgr.coverage import present as figures
from casemgr.plans.model import Indicator
from casemgr.refused import N_
from casemgr.ui.rules import show_number

CAUSES = {
    "late": N_("Trường hợp có từ trước nhưng nhập muộn"),
    "new": N_("Trường hợp mới phát sinh"),
    "merged": N_("Hồ sơ trùng được gộp"),
    "voided": N_("Bản ghi bị hủy, nhập lại"),
    "excluded": N_("Không tính vào chỉ tiêu, hoặc tính lại (đã duyệt)"),
    "moved": N_("Hồ sơ chuyển đơn vị"),
    "rule": N_("Cách tính thay đổi"),
    "period": N_("Khác kỳ hoặc khác cách quy về đơn vị"),
    "entered_late": N_("Việc đã làm từ trước, bản ghi nhập muộn"),
    "done": N_("Việc làm thêm sau ngày của số liệu thứ nhất"),
    "time": N_("Thời gian trôi qua (đến hạn, hết hạn)"),
    "reported": N_("Số liệu do cơ quan khác cung cấp thay đổi"),
}
REASONS = {
    "gap": N_("thiếu bản ghi"),
    "prev": N_("không nối với bản ghi trước"),
    "mac": N_("nội dung đã bị thay đổi"),
    "unread": N_("nội dung không đọc được"),
    "cut": N_("bản ghi không còn"),
    "rewritten": N_("đã được ghi lại khác lúc chốt"),
    "head": N_("không khớp với bản ghi cuối đã ghi nhớ"),
    "heads": N_("danh sách đã chốt không còn đúng"),
    "root": N_("danh sách đã chốt không còn đúng"),
    "rolled back": N_("không còn lần chốt sổ giữ bên ngoài"),
    "replaced": N_("lần chốt sổ khác với bản giữ bên ngoài"),
    "report gone": N_("không còn báo cáo đã chốt"),
    "report": N_("nội dung báo cáo không còn đúng như khi chốt"),
    "seal": N_("lần chốt sổ mà báo cáo dựa vào đã bị thay đổi"),
}
MOST = 100  # cases named for one cause


def cause_name(code: str) -> str:
    words = CAUSES[code]
    return gettext(words)


def reason_name(code: str) -> str:
    """Why a ledger, the access log or a seal is not what was written."""
    words = REASONS[code]
    return gettext(words)


def signed(number: int) -> str:
    """A difference with its sign: +4, −1, 0."""
    return f"+{show_number(number)}" if number > 0 else f"−{show_number(-number)}" if number < 0 else "0"


def parts(found: list[Part], indicator: Indicator, link) -> list[dict]:
    """The parts of a difference for the page; `link(row)` gives the number and where it leads."""
    return [
        {
            "name": cause_name(part.cause),
            "numerator": signed(part.numerator),
            "denominator": signed(part.denominator),
            "number": len(part.cases),
            "cases": [_case(old, new, indicator, link) for old, new in part.cases[:MOST]],
            "more": max(0, len(part.cases) - MOST),
        }
        for part in found
    ]


def _case(old: Row | None, new: Row | None, indicator: Indicator, link) -> dict:
    number, address = link(new or old)
    return {
        "number": number,
        "address": address,
        "unit": (new or old).unit,
        "before": word(old, indicator),
        "after": word(new, indicator),
    }


def word(row: Row | None, indicator: Indicator) -> tuple[str, str]:
    """(shape, word) of what a case is to an indicator."""
    from casemgr.coverage.cases import state
    from casemgr.programmes import programmes

    if row is None:
        return "plain", gettext("không có")
    return figures.state(indicator, state(indicator, programmes()[indicator.programme], row.verdict, row.steps))
