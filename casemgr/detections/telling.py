"""The ledger of a detection as sentences, newest first, and the reports of its incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from casemgr.cases.clocks import late_words
from casemgr.cases.entries import late_by
from casemgr.cases.reading import Line, gist, lines, name_of
from casemgr.cases.sentences import Sentence
from casemgr.detections.rules import read_moment
from casemgr.detections.web import Sheet
from casemgr.ledger.rules import Entry
from casemgr.refused import N_
from casemgr.ui.rules import show_moment

TITLES = {
    "taken": N_("Nhận xử lý"),
    "assigned": N_("Phân công cán bộ phụ trách"),
    "matched": N_("Mở hồ sơ"),
    "duplicate": N_("Đề nghị ghi là trùng"),
    "excluded": N_("Đề nghị không tính vào chỉ tiêu"),
    "included": N_("Tính lại vào chỉ tiêu"),
    "voided": N_("Hủy bản ghi"),
    "decided": N_("Quyết định của cấp trên"),
}
OUTCOMES = {"approved": N_("Duyệt"), "returned": N_("Không duyệt, trả lại")}
TOLD = {
    "received": N_("Biết thêm một tin báo sớm hơn"),
    "identity": N_("Thông tin cá nhân được đính chính"),
}


def _outcome(decision: Entry) -> str:
    words = OUTCOMES[decision.coded["outcome"]]
    return gettext(words)


@dataclass(slots=True)
class Told:
    """One report of the incident."""

    received: str
    source: str
    mode: str
    officer: str
    note: str
    happened: str
    reporter: bool


class Teller:
    """Tells the entries of one detection; `names` are the authors the reader may see."""

    def __init__(self, sheet: Sheet, names: Mapping, language: str):
        self.sheet, self.names, self.language = sheet, names, language
        self.programme = sheet.programme
        self.by_hex = {e.id.hex: e for e in sheet.entries}

    def all(self) -> list[Sentence]:
        return [self.one(entry) for entry in reversed(self.sheet.entries)]

    def one(self, entry: Entry) -> Sentence:
        title, form, words, told = self._words(entry)
        late = late_words(late_by(entry), entry.precision == "minute")
        decision = self.sheet.state.decision_on(entry)
        return Sentence(
            id=entry.id,
            seq=entry.seq,
            title=title,
            form=form,
            gist="; ".join(word for word in words if word),
            text="",
            lines=told,
            occurred_at=entry.occurred_at,
            precision=entry.precision,
            recorded_at=entry.recorded_at,
            late=gettext(late.text, **late.params) if late else "",
            author=self.author(entry.author),
            mac=entry.mac.hex()[:4],
            waiting=any(e.id == entry.id for e in self.sheet.state.waiting),
            decided=_outcome(decision) if decision else "",
        )

    def author(self, id: str) -> str:
        if id.startswith("system:"):
            return gettext("hệ thống")
        return self.names.get(id) or gettext("tài khoản %(code)s", code=id.replace("-", "")[:6])

    def _words(self, entry: Entry) -> tuple[str, str, list[str], list[Line]]:
        """(title, form, gist, lines)."""
        kind = self.programme.detection.kinds.get(entry.kind)
        sealed = self.sheet.sealed.get(entry.id, {})
        if kind is not None and entry.kind not in TITLES:
            said = gist(self.programme, kind, entry.coded, self.language, gettext)
            told = lines(self.programme, kind, entry.coded, sealed, self.language, gettext)
            return kind.name[self.language], kind.form, said, told
        title = gettext(TITLES.get(entry.kind, entry.kind))
        if entry.kind == "told":
            title = gettext(TOLD.get(entry.coded.get("fact"), "")) or gettext("Thông tin từ nơi khác")
        return title, "", self._gist(entry), self._typed(sealed)

    def _gist(self, entry: Entry) -> list[str]:
        coded = entry.coded
        if entry.kind in ("taken", "assigned"):
            return [self.author(coded["worker"])]
        if entry.kind == "matched":
            return [coded["case_number"]]
        if entry.kind == "duplicate":
            return [coded["of_number"]]
        if entry.kind == "excluded":
            return [name_of(self.programme.exclusions, coded["reason"], self.language)]
        if entry.kind == "decided":
            target = self.by_hex.get(coded["on"])
            about = self._words(target)[0] if target is not None else ""
            return [_outcome(entry), about]
        if entry.kind == "told" and coded.get("fact") == "received":
            return [show_moment(*read_moment(coded["received_at"]))]
        return []

    def _typed(self, sealed: Mapping) -> list[Line]:
        words = {"number": gettext("Số văn bản"), "document": gettext("Văn bản"), "note": gettext("Nội dung")}
        return [Line(name, label, sealed[name], True) for name, label in words.items() if sealed.get(name)]

    def report(self, entry: Entry, sealed: Mapping) -> Told:
        coded = entry.coded
        happened = coded.get("happened_at")
        return Told(
            received=show_moment(*read_moment(coded["received_at"])),
            source=name_of(self.programme.codes.get("source", {}), coded.get("source", ""), self.language),
            mode=name_of(self.programme.codes.get("mode", {}), coded.get("mode", ""), self.language),
            officer=sealed.get("officer", ""),
            note=sealed.get("note", ""),
            happened=show_moment(datetime.fromisoformat(happened), coded["happened_precision"]) if happened else "",
            reporter=bool(coded.get("reporter")),
        )
