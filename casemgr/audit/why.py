"""Why a case counts as it does: each promise with its rule in words, the dates used and the entry each came from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from casemgr.audit.words import kind_name, met_words
from casemgr.cases.clocks import running
from casemgr.cases.projection import state_of as case_state
from casemgr.cases.verdicts import counted_at, counts_at, judge
from casemgr.coverage.cases import criteria_of, state
from casemgr.coverage.services import Asked
from casemgr.detections.projection import state_of as detected_state
from casemgr.detections.verdicts import segments
from casemgr.ledger import services as ledger
from casemgr.ledger.rules import Entry
from casemgr.plans.model import IN_PERIOD, Indicator
from casemgr.programmes.model import Programme, Track
from casemgr.programmes.spans import MET, MISSED, NOT_DUE, UNKNOWN, Span, verdict
from casemgr.refused import N_
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_moment
from casemgr.units.loading import calendar as working_days

UNITS = {
    "hours": N_("trong %(n)s giờ"),
    "workdays": N_("trong %(n)s ngày làm việc"),
    "days": N_("trong %(n)s ngày"),
    "months": N_("trong %(n)s tháng"),
}
ORDER = (MISSED, UNKNOWN, NOT_DUE, MET)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date that was used, what it is, and the seq of the entry it came from (None: it was computed)."""

    what: str
    when: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One promise at the time asked about."""

    name: str
    verdict: str
    rule: str
    article: str
    tag: str
    dates: list[Dated]
    change: str


@dataclass(slots=True)
class Answer:
    """One item of the file: what it is to the indicator, and why. `outside`: why it is not counted at all."""

    state: str
    outside: str
    steps: list[tuple[str, list[Reason]]]
    other: list[Reason]


def explain(
    session, asked: Asked, indicator: Indicator, programme: Programme, subject: UUID, now: datetime
) -> list[Answer]:
    """An answer for each item of a case file, or for a detection without one; as known at the time asked about."""
    known_at = asked.known_at or now
    entries = [e for e in ledger.entries(session, subject) if e.recorded_at <= known_at]
    days = working_days(session, known_at)
    kind = session.scalar(_kind_of(subject))
    if kind == "detected":
        found = detected_state(entries, days)
        return [_of_detection(asked, indicator, programme, found)] if found else []
    found = case_state(entries, days)
    return [_of_case(asked, indicator, programme, found, number) for number in range(len(found.items))] if found else []


def _kind_of(subject: UUID):
    import sqlalchemy as sa

    table = ledger.SUBJECTS
    return sa.select(table.c.kind).where(table.c.province == ledger.province(), table.c.id == subject)


def _of_case(asked: Asked, indicator: Indicator, programme: Programme, found, number: int) -> Answer:
    since, t = counted_at(programme, found, found.items[number]), asked.t
    outside = _outside(asked, programme, since)
    if not outside and not counts_at(found, found.items[number], t):
        outside = gettext("Không còn trong danh sách phải tính vào ngày này.")
    value, steps, _band, _unit = judge(found, number, t)
    return _answer(asked, indicator, programme, found, programme.case, value, steps, number, outside)


def _of_detection(asked: Asked, indicator: Indicator, programme: Programme, found) -> Answer:
    segment = next((s for s in segments(found) if s.start <= asked.t < s.end), None)
    since = found.received[0] if found.counted else None
    outside = _outside(asked, programme, since)
    if segment is None:
        if not outside:
            outside = gettext("Đã có hồ sơ: trường hợp này được tính theo hồ sơ đó.")
        return Answer("", outside, [], [])
    return _answer(asked, indicator, programme, found, programme.detection, segment.verdict, segment.steps, 0, outside)


def _outside(asked: Asked, programme: Programme, since: datetime | None) -> str:
    """Why an item does not belong to the figure at all; nothing where it does."""
    if since is None:
        return gettext("Không thuộc đối tượng của chỉ tiêu này.")
    if since > asked.t:
        return gettext("Phát sinh sau ngày này (%(day)s).", day=show_moment(since, "day"))
    if asked.plan.counting[programme.code] == IN_PERIOD and since.date() < asked.start:
        return gettext("Phát sinh trước kỳ số liệu (%(day)s).", day=show_moment(since, "day"))
    return ""


def _answer(asked, indicator, programme, found, track: Track, value, letters, number, outside) -> Answer:
    codes = criteria_of(indicator, programme)
    if track is programme.detection:  # while a proposal waits above, its clock stands for the commune's
        codes |= {c.code for c in track.criteria if c.role == "above"}
    seqs = {e.id: e for e in found.entries}
    reasons: dict[str, list[Reason]] = {}
    for span in found.spans:
        if span.item != number or span.criterion.code not in codes:
            continue
        judged = verdict(span, asked.t)
        if judged is None or (judged == NOT_DUE and span.criterion.only_when_due):
            continue
        made = _reason(found.ledger, programme, track, span, judged, seqs, asked.t)
        reasons.setdefault(span.criterion.code, []).append(made)
    steps, told = [], set()
    for step in programme.steps:
        own = [r for code in step.criteria if code in codes for r in reasons.get(code, ())]
        told.update(step.criteria)
        if own:
            steps.append((_capital(step.name[language()]), sorted(own, key=lambda r: ORDER.index(r.verdict))))
    other = [r for code, own in reasons.items() if code not in told for r in own]
    return Answer(state(indicator, programme, value, letters), outside, steps, other)


def _reason(book, programme, track: Track, span: Span, judged: str, entries: dict[UUID, Entry], t: datetime) -> Reason:
    criterion, lang = span.criterion, language()
    anchor = entries.get(span.anchor)
    clock = running(book, span, anchor)
    name = criterion.name[lang]
    for codes in (programme.needs, programme.services):
        if span.detail in codes:
            name += f" «{codes[span.detail].name[lang]}»"
    must = met_words(programme, track, criterion.met)
    rule = gettext("Phải có %(what)s", what=must)
    article, tag = criterion.article, criterion.tag
    if clock is not None:
        limit = gettext(UNITS[clock.version.unit], n=clock.version.amount)
        rule += f" {limit}"
        if clock.version.article != article:
            article = f"{article}; {clock.version.article}" if article else clock.version.article
    elif span.due is not None:
        rule += " " + gettext("đến %(due)s", due=_due(span))
    if criterion.late == MET:
        rule += "; " + gettext("làm muộn vẫn tính là đã làm")
    dates = _dates(book, programme, track, span, clock, entries, t)
    return Reason(name, judged, rule + ".", article, tag, dates, _change(span, judged, must, entries, t))


def _due(span: Span) -> str:
    return show_moment(span.due, "day" if span.due.time().second == 59 else "minute")


def _dates(book, programme, track, span: Span, clock, entries: dict[UUID, Entry], t: datetime) -> list[Dated]:
    def entry_of(id: UUID | None) -> Entry | None:
        return entries.get(id) if id else None

    anchor, found = entry_of(span.anchor), []
    precision = anchor.precision if anchor else "day"
    found.append(
        Dated(
            gettext("phát sinh"),
            show_moment(span.arises, _known(span.arises, precision)),
            anchor.seq if anchor else None,
        )
    )
    if clock is not None:
        start = clock.start
        what = gettext("bắt đầu tính hạn: %(what)s", what=kind_name(track, start.event.kind))
        found.append(Dated(what, show_moment(start.at, _known(start.at, start.precision)), start.event.seq))
    if span.due is not None:
        found.append(Dated(gettext("hạn"), _due(span), None))
    for what, at, id in ((gettext("thực hiện"), span.met, span.met_entry), (gettext("không đạt"), span.failed, None)):
        if at is not None and at <= t:
            entry = entry_of(id)
            found.append(
                Dated(
                    what, show_moment(at, _known(at, entry.precision if entry else "day")), entry.seq if entry else None
                )
            )
    return found


def _known(_at: datetime, precision: str) -> str:
    return "minute" if precision == "minute" else "day"


def _change(span: Span, judged: str, must: str, entries: dict[UUID, Entry], t: datetime) -> str:
    """What would still change the verdict."""
    kept = entries.get(span.met_entry) if span.met is not None and span.met <= t else None
    if judged == MET:
        seq = kept.seq if kept else "?"
        return gettext("Chỉ thay đổi nếu bản ghi %(seq)s bị hủy hoặc được nhập lại với ngày khác.", seq=seq)
    if judged == NOT_DUE:
        if span.due is None:
            return gettext("Đạt khi có %(what)s.", what=must)
        return gettext("Đạt khi có %(what)s chậm nhất %(due)s; sau đó là quá hạn.", what=must, due=_due(span))
    if judged == UNKNOWN:
        if span.due_missing:
            return gettext("Cần có ngày, giờ mà từ đó tính hạn; chưa có thì không được coi là đạt.")
        seq = kept.seq if kept else "?"
        return gettext("Cần ngày, giờ rõ hơn ở bản ghi %(seq)s: hủy và nhập lại cho đúng.", seq=seq)
    if kept is not None:
        return gettext(
            "Đã làm nhưng sau hạn: chỉ thay đổi nếu ngày ở bản ghi %(seq)s hoặc ngày bắt đầu tính hạn ghi sai và được nhập lại.",
            seq=kept.seq,
        )
    if span.criterion.late == MET:
        return gettext("Vẫn được tính là đạt ngay khi có %(what)s.", what=must)
    return gettext(
        "Đã quá hạn: chỉ thay đổi nếu việc đã làm trước hạn mà chưa nhập, hoặc trường hợp này được duyệt không tính vào chỉ tiêu."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
