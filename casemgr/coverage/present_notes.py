"""The sentences that stand beside a figure, in the reader's language."""

from flask import g
from flask_babel import gettext

from casemgr.plans import plans
from casemgr.plans.notes import Note
from casemgr.refused import N_
from casemgr.ui.i18n import language

BESIDE = {
    "pending": N_("chờ xác minh: %(n)s"),
    "unsubstantiated": N_("không có căn cứ: %(n)s"),
    "beneficiaries": N_("%(n)s trẻ em"),
    "incidents": N_("hồ sơ hệ thống: %(n)s vụ"),
    "system": N_("hệ thống có %(n)s"),
    "lapsed": N_("tái nghiện trong thời gian quản lý sau cai: %(n)s"),
    "stayed": N_("ở lại điều trị từ 30 ngày: %(n)s"),
    "delisting": N_("đề nghị đưa ra khỏi danh sách: %(n)s"),
    "delisted": N_("cấp trên đã duyệt đưa ra: %(n)s"),
    "detained": N_("trong đó đang bị giam giữ: %(n)s"),
    "detected": N_("đã phát hiện: %(n)s"),
    "refused_all": N_("%(n)s từ chối"),
    "counselling_only": N_("chỉ được tư vấn: %(n)s"),
    "unreviewed": N_("%(n)s hộ chưa rà soát"),
    "below": N_("%(n)s hộ thấp hơn"),
    "years": N_("chia cho %(n)s năm từ kỳ gốc"),
    "zone:III": N_("xã khu vực III: %(n)s"),
    "zone:I": N_("xã khu vực I: %(n)s"),
    "zone:DBKK": N_("ấp đặc biệt khó khăn: %(n)s"),
}


def say(note: Note | None) -> str:
    """A note in the reader's language."""
    if not note:
        return ""
    shown = note.shown
    if (lang := language()) != "vi":
        names = _names(lang)
        shown = {key: names.get(value, value) if isinstance(value, str) else value for key, value in shown.items()}
    return gettext(note.text, **shown)


def _names(lang: str) -> dict[str, str]:
    """What a note calls by its Vietnamese name: inputs, agencies, standards of the plans."""
    if "note_names" not in g:
        texts = [
            *(item.name for plan in plans().values() for item in plan.inputs.values()),
            *(text for plan in plans().values() for text in plan.sources.values()),
            *(standard.name for plan in plans().values() for standard in plan.standards.values()),
        ]
        g.note_names = {text.vi: text[lang] for text in texts}
    return g.note_names
