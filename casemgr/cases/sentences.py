"""The ledger of a case as sentences, newest first: who, what, when it happened, when it was written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from casemgr.cases.clocks import late_words
from casemgr.cases.entries import late_by
from casemgr.cases.handover import REASONS
from casemgr.cases.marks import CONFLICTED, ENDS
from casemgr.cases.reading import GUARDED, Line, gist, lines, name_of
from casemgr.cases.web import Dossier
from casemgr.ledger.rules import Entry
from casemgr.refused import N_
from casemgr.ui.rules import show_number
from casemgr.units.web import current_tree

VOID_REASONS = {
    "wrong_file": N_("nhập nhầm hồ sơ"),
    "wrong_data": N_("nội dung sai"),
    "double": N_("nhập hai lần"),
    "withdrawn": N_("rút đề nghị"),
}
# The same on the form, where they are chosen.
VOID_FORM = {
    "wrong_file": N_("Nhập nhầm hồ sơ (nội dung sẽ bị ẩn ngay)"),
    "wrong_data": N_("Nội dung sai"),
    "double": N_("Nhập hai lần"),
    "withdrawn": N_("Rút đề nghị"),
}
OUTCOMES = {"approved": N_("Phê duyệt"), "returned": N_("Trả lại để bổ sung")}
# Of a conflict of interest nothing is sent back to be mended.
ABOUT_MARKS = {"approved": N_("Xác nhận"), "returned": N_("Không xác nhận")}
TOLD = {
    "received": N_("Thời điểm tiếp nhận được đính chính"),
    "excluded": N_("Không tính vào chỉ tiêu (đã duyệt)"),
    "included": N_("Tính lại vào chỉ tiêu"),
    "identity": N_("Thông tin cá nhân được đính chính"),
    "merged": N_("Hồ sơ trùng được gộp"),
    "funded": N_("Được quỹ chi hỗ trợ"),
    "unfunded": N_("Khoản quỹ chi hỗ trợ bị hủy"),
}
FROM_ELSEWHERE = N_("Thông tin từ nơi khác")
COMMON = {
    "assigned": N_("Phân công cán bộ phụ trách"),
    "assign_asked": N_("Đề nghị giao hồ sơ cho người khác"),
    "linked": N_("Gắn thêm trường hợp phát hiện"),
    "attached": N_("Tệp đính kèm"),
    "transfer_asked": N_("Đề nghị chuyển hồ sơ"),
    "transferred": N_("Tiếp nhận hồ sơ chuyển đến"),
    "declined": N_("Không tiếp nhận hồ sơ chuyển đến"),
    "succession": N_("Chuyển hồ sơ theo sắp xếp đơn vị hành chính"),
    "conflicted": N_("Xung đột lợi ích"),
    "decided": N_("Quyết định"),
    "voided": N_("Hủy bản ghi"),
}
SHORT = 140  # characters of typed text beside the name of a kind; the rest is one click away


@dataclass(slots=True)
class Sentence:
    """One entry as the page shows it."""

    id: UUID
    seq: int
    title: str
    form: str
    gist: str
    text: str
    lines: list[Line]
    occurred_at: datetime
    precision: str
    recorded_at: datetime
    late: str
    author: str
    mac: str
    voided_by: int | None = None
    void_reason: str = ""
    hidden: bool = False
    waiting: bool = False
    decided: str = ""
    links: dict = field(default_factory=dict)


class Teller:
    """Tells the entries of one file; `sealed` has what the reader may see in clear, `names` the authors."""

    def __init__(self, dossier: Dossier, sealed: Mapping, names: Mapping, language: str):
        self.dossier, self.sealed, self.names, self.language = dossier, sealed, names, language
        self.by_id = dossier.by_id
        self.voids = {e.voids: e for e in dossier.entries if e.voids is not None}
        self.by_hex = {e.id.hex: e for e in dossier.entries}

    def all(self) -> list[Sentence]:
        return [self.one(entry) for entry in reversed(self.dossier.entries)]

    def one(self, entry: Entry) -> Sentence:
        void = self.voids.get(entry.id)
        hidden = void is not None and void.coded.get("reason") == "wrong_file"
        title, form, words, told = self._words(entry)
        late = late_words(late_by(entry), entry.precision == "minute")
        decision = self.dossier.state.decision_on(entry)
        return Sentence(
            id=entry.id,
            seq=entry.seq,
            title=title,
            form=form,
            gist="" if hidden else "; ".join(words),
            text="" if hidden else _short(told),
            lines=[] if hidden else told,
            occurred_at=entry.occurred_at,
            precision=entry.precision,
            recorded_at=entry.recorded_at,
            late=gettext(late.text, **late.params) if late else "",
            author=self.author(entry.author),
            mac=entry.mac.hex()[:4],
            voided_by=void.seq if void else None,
            void_reason=self._why(void) if void else "",
            hidden=hidden,
            waiting=void is None and self.dossier.decidable(entry),
            decided=self._outcome(decision) if decision else "",
        )

    def author(self, id: str) -> str:
        """The name of who wrote it; an auditor sees which account, not who."""
        if id.startswith("system:"):
            return gettext("hệ thống")
        if not self.dossier.full:
            return gettext("tài khoản %(code)s", code=id.replace("-", "")[:6])
        return self.names.get(id) or gettext("tài khoản %(code)s", code=id[:6])

    def _words(self, entry: Entry) -> tuple[str, str, list[str], list[Line]]:
        """(title, form, gist, lines)."""
        special = getattr(self, f"_{entry.kind}", None)
        if special is not None:
            return special(entry)
        kind = self.dossier.programme.case.kinds.get(entry.kind)
        if kind is None:
            return self._common(entry.kind), "", [], []
        programme, sealed = self.dossier.programme, self.sealed.get(entry.id, {})
        said = gist(programme, kind, entry.coded, self.language, gettext)
        told = lines(programme, kind, entry.coded, sealed, self.language, gettext)
        return kind.name[self.language], kind.form, said, [line for line in told if line.name not in GUARDED]

    def _common(self, kind: str) -> str:
        name = COMMON.get(kind, kind)
        return gettext(name)

    def _why(self, void: Entry) -> str:
        reason = VOID_REASONS.get(void.coded.get("reason"))
        return gettext(reason) if reason else ""

    def _outcome(self, decision: Entry) -> str:
        said = ABOUT_MARKS if decision.coded.get("about") == CONFLICTED else OUTCOMES
        outcome = said.get(decision.coded.get("outcome"), COMMON["decided"])
        return gettext(outcome)

    def _opened(self, entry: Entry) -> tuple:
        kind = self.dossier.programme.case.kinds["opened"]
        received = entry.coded.get("received_at")
        said = []
        if received:
            at = datetime.fromisoformat(received)
            said.append(gettext("tiếp nhận thông tin lúc %(at)s", at=f"{at:%d/%m/%Y %H:%M}"))
        sealed = self.sealed.get(entry.id, {})
        told = lines(self.dossier.programme, kind, entry.coded, sealed, self.language, gettext)
        return kind.name[self.language], kind.form, said, told

    def _voided(self, entry: Entry) -> tuple:
        target = self.by_id.get(entry.voids)
        title = gettext("Hủy bản ghi %(seq)s", seq=target.seq if target else "?")
        reason = self._why(entry)
        return title, "", [reason], self._typed(entry, ("note", gettext("Vì sao")))

    def _decided(self, entry: Entry) -> tuple:
        target = self.by_hex.get(entry.coded.get("on", ""))
        kind = self.dossier.programme.case.kinds.get(entry.coded.get("about", ""))
        title = self._outcome(entry)
        said = []
        about = entry.coded.get("about", "")
        name = kind.name[self.language] if kind is not None else self._common(about) if about in COMMON else ""
        if name and target is not None:
            said.append(gettext("%(name)s (bản ghi %(seq)s)", name=name, seq=target.seq))
        signers = self.dossier.programme.codes.get("signer", {})
        if entry.coded.get("signer"):
            said.append(name_of(signers, entry.coded["signer"], self.language))
        number, note = ("number", gettext("Số quyết định")), ("note", gettext("Ý kiến, lý do"))
        return title, "", said, self._typed(entry, number, note)

    def _assign_asked(self, entry: Entry) -> tuple:
        said = [self.author(entry.coded.get("worker", ""))]
        return self._common(entry.kind), "", said, self._typed(entry, ("note", gettext("Lý do")))

    def _assigned(self, entry: Entry) -> tuple:
        said = [self.author(entry.coded.get("worker", ""))]
        return self._common(entry.kind), "", said, self._typed(entry, ("note", gettext("Lý do")))

    def _transfer_asked(self, entry: Entry) -> tuple:
        said = [self._unit(entry.coded["to"])]
        why = REASONS.get(entry.coded.get("reason"))
        if why:
            said.append(gettext(why))
        return self._common(entry.kind), "", said, self._typed(entry, ("note", gettext("Lý do cụ thể")))

    def _transferred(self, entry: Entry) -> tuple:
        coded = entry.coded
        kind = "succession" if coded.get("succession") else "transferred" if coded.get("accepted") else "declined"
        return self._common(kind), "", [self._unit(coded["to"])], self._typed(entry, ("note", gettext("Ý kiến, lý do")))

    def _conflicted(self, entry: Entry) -> tuple:
        said = [self._unit(entry.coded["to"])] if entry.coded.get("to") else []
        shut, ends = len(entry.coded.get("barred", ())), len(entry.coded.get(ENDS, ()))
        if ends:
            said.append(gettext("đề nghị chấm dứt với %(n)s người", n=ends))
        else:
            said.append(gettext("%(n)s người có liên quan", n=shut) if shut else gettext("đã hết"))
        return self._common(entry.kind), "", said, self._typed(entry, ("note", gettext("Lý do")))

    def _unit(self, id: str) -> str:
        tree = current_tree()
        return tree.label(id) if id in tree else id

    def _attached(self, entry: Entry) -> tuple:
        target = self.by_hex.get(entry.coded.get("about", ""))
        said = [entry.coded["kind"].upper()]
        title = self._common(entry.kind)
        if target is not None:
            title = gettext("Bản đã ký của bản ghi %(seq)s", seq=target.seq)
            said = [self._words(target)[0], *said]
        return title, "", said, self._typed(entry, ("note", gettext("Nội dung")))

    def _told(self, entry: Entry) -> tuple:
        fact = TOLD.get(entry.coded.get("fact"), FROM_ELSEWHERE)
        title = gettext(fact)
        said = []
        if entry.coded.get("fact") == "received":
            at = datetime.fromisoformat(entry.coded["received_at"])
            said.append(gettext("tiếp nhận thông tin lúc %(at)s", at=f"{at:%d/%m/%Y %H:%M}"))
        if entry.coded.get("amount"):
            said.append(f"{show_number(int(entry.coded['amount']))} đ")
        reason = entry.coded.get("reason")
        if reason:
            said.append(name_of(self.dossier.programme.exclusions, reason, self.language))
        return title, "", said, []

    def _typed(self, entry: Entry, *names: tuple[str, str]) -> list[Line]:
        sealed = self.sealed.get(entry.id, {})
        return [Line(name, label, sealed[name], True) for name, label in names if sealed.get(name)]


def _short(told: list[Line]) -> str:
    """The first thing typed, cut at a word."""
    first = next((line.text for line in told if line.free), "")
    first = " ".join(first.split())
    return first if len(first) <= SHORT else first[:SHORT].rsplit(" ", 1)[0] + "…"
