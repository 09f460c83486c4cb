"""The words of the reconciliation pages: the tiles, the answers, and what was written of a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext

from casemgr.cases.queries import names_of
from casemgr.detections.models import Detected
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.programmes import programmes
from casemgr.reconciling import queries, receipts
from casemgr.reconciling.queries import Placed
from casemgr.reconciling.rules import (
    ANSWERED,
    DECIDED,
    DISPUTED,
    EXCLUDED,
    LATER,
    NOT_SAME,
    REPORTED,
    SAME,
    UNDONE,
    RowState,
)
from casemgr.refused import N_
from casemgr.registers.models import Register
from casemgr.ui.i18n import language

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
    queries.EARLIER: N_("Nguồn tiếp nhận sớm hơn, chờ xác nhận cùng vụ việc"),
    queries.PARKED: N_("Có nghi vấn khi đọc tệp, chưa ai xem"),
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


def incident(session, register: Register, at: Placed, state: RowState) -> Detected | None:
    """The detection that is here already of the person of a row."""
    return receipts.incident_of(session, register, state.who, at.received) if state.who else None


def receipt(session, register: Register, at: Placed, state: RowState) -> str:
    """What is to be said of the receipt by the source beside that of the detection that is here already."""
    found = incident(session, register, at, state)
    if found is None or at.received is None or state.detected is not None:
        return ""
    here, there = f"{found.received_at:%d/%m/%Y}", f"{at.received:%d/%m/%Y}"
    if receipts.far(found.received_at, at.received):
        return gettext(
            "Ở đây tiếp nhận ngày %(here)s, nguồn tiếp nhận ngày %(there)s: có thể là một vụ việc khác của người này.",
            here=here,
            there=there,
        )
    if at.received.date() < found.received_at.date():
        return gettext(
            "Nguồn tiếp nhận sớm hơn: %(there)s, ở đây %(here)s. Khi xác nhận «Cùng vụ việc», thời hạn tính từ ngày nguồn tiếp nhận.",
            here=here,
            there=there,
        )
    return ""
