"""What stands around the ledger on a case page: clocks and needs; what is to be done next, `steps` says."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from casemgr import vault
from casemgr.cases.clocks import Words, running, short_day, words
from casemgr.cases.reading import name_of
from casemgr.cases.web import Dossier
from casemgr.ledger.rules import first_break
from casemgr.programmes.deadlines import DAY_END
from casemgr.programmes.spans import MET, NOT_DUE, WORST, Span, verdict, worst
from casemgr.refused import N_

# Why a chain does not hold, in words that do not accuse anybody.
BREAKS = {
    "gap": N_("thiếu bản ghi"),
    "prev": N_("không nối với bản ghi trước"),
    "mac": N_("nội dung đã bị thay đổi"),
}


@dataclass(slots=True)
class Clock:
    """One promise with what its clock says now."""

    name: str
    verdict: str
    words: str
    arises: datetime
    due: datetime | None
    met: datetime | None
    article: str
    detail: str = ""
    due_words: str = ""


@dataclass(slots=True)
class NeedRow:
    need: str
    service: str
    due: datetime | None
    planned: bool
    verdict: str
    words: str
    note: str = ""


class Reader:
    """Reads one dossier at one moment in one language."""

    def __init__(self, dossier: Dossier, now: datetime, language: str):
        self.dossier, self.now, self.language = dossier, now, language
        self.state, self.programme = dossier.state, dossier.programme
        self.by_id = {e.id: e for e in self.state.entries}

    # -- clocks ------------------------------------------------------------------------------------------------------

    def say(self, said: Words) -> str:
        return gettext(said.text, **said.params)

    def clock(self, span: Span) -> Clock:
        value = verdict(span, self.now) or ""
        run = running(self.state.ledger, span, self.by_id.get(span.anchor))
        detail = self.detail(span)
        return Clock(
            span.criterion.name[self.language],
            value,
            self.say(words(span, value, run, self.dossier.calendar, self.now)),
            span.arises,
            span.due,
            span.met,
            span.criterion.article,
            detail,
            self._due_words(span.due),
        )

    def _due_words(self, due: datetime | None) -> str:
        """The day, and the hour where the clock counts hours."""
        if due is None:
            return "–"
        day = short_day(due, self.now)
        return day if due.second == DAY_END.second else f"{day} {due:%H:%M}"

    def detail(self, span: Span) -> str:
        if not span.detail:
            return ""
        if span.criterion.needs:
            return name_of(self.programme.needs, span.detail, self.language)
        codes = self.programme.codes.get(span.criterion.keep or "")
        return name_of(codes, span.detail, self.language) if codes else ""

    def clocks(self) -> list[Clock]:
        """Every promise of the file except those of single needs, in the order of the programme."""
        shown = [s for s in self.state.spans if not s.criterion.needs and verdict(s, self.now) is not None]
        return [self.clock(span) for span in shown]

    def chips(self) -> list[tuple[str, str]]:
        """(verdict, text): one for each promise that the figures count, the needs of a step taken together."""
        found = []
        for step in self.programme.steps:
            spans = [s for s in self.state.spans if s.criterion.code in step.criteria and self._counts(s)]
            needs = [s for s in spans if s.criterion.needs]
            for code in step.criteria:
                own = [s for s in spans if s.criterion.code == code and not s.criterion.needs]
                if own:
                    clock = self.clock(max(own, key=lambda s: (WORST[verdict(s, self.now)], s.arises)))
                    found.append((clock.verdict, f"{clock.name} · {clock.words}"))
                elif needs and needs[0].criterion.code == code:
                    found.append(self._needs_chip(step.name[self.language], needs))
        return found

    def _counts(self, span: Span) -> bool:
        value = verdict(span, self.now)
        return value is not None and not (span.criterion.only_when_due and value == NOT_DUE)

    def _needs_chip(self, name: str, needs: list[Span]) -> tuple[str, str]:
        values = [verdict(s, self.now) for s in needs]
        open_ones = sum(value != MET for value in values)
        name = name[:1].upper() + name[1:]
        if open_ones:
            return worst(values), f"{name} · " + gettext("%(n)s nhu cầu chưa đáp ứng", n=open_ones)
        return MET, f"{name} · " + gettext("%(n)s nhu cầu đã đáp ứng", n=len(values))

    # -- needs -------------------------------------------------------------------------------------------------------

    def needs(self) -> list[NeedRow]:
        spans = {(s.item, s.detail, s.anchor): s for s in self.state.spans if s.criterion.needs}
        rows = []
        order = list(self.programme.needs)
        for need in sorted(self.state.needs, key=lambda n: (n.item, order.index(n.code) if n.code in order else 0)):
            if need.ended is not None:
                continue
            span = spans.get((need.item, need.code, need.anchor.id))
            value = verdict(span, self.now) if span else NOT_DUE
            said, note = self._need_words(need, span, value)
            rows.append(
                NeedRow(
                    name_of(self.programme.needs, need.code, self.language),
                    name_of(self.programme.services, need.service, self.language) if need.service else "",
                    need.planned or (span.due if span else None),
                    need.planned is not None,
                    value or "",
                    said,
                    note,
                )
            )
        return rows

    def _need_words(self, need, span, value) -> tuple[str, str]:
        if need.served is not None:
            return short_day(need.served.at, self.now), ""
        clock = self.clock(span).words if span else ""
        if need.refused_by:
            who = name_of(self.programme.codes.get("by", {}), need.refused_by, self.language)
            return gettext("%(who)s từ chối", who=who[:1].lower() + who[1:]), clock
        band = next((b.name[self.language] for b in self.programme.bands if b.code == need.band), "")
        return (band, clock) if band else (clock, "")

    # -- the rest ----------------------------------------------------------------------------------------------------

    def integrity(self) -> tuple[bool, str]:
        """(whole, words) of the ledger's chain, verified now."""
        found = first_break(vault.keys().mac, self.dossier.entries)
        if found is None and self.dossier.entries[-1].seq != self.dossier.file.head_seq:
            return False, gettext("thiếu bản ghi %(seq)s", seq=self.dossier.entries[-1].seq + 1)
        if found is None:
            return True, gettext("dữ liệu toàn vẹn (đã kiểm tra)")
        return False, gettext(
            "bản ghi %(seq)s: %(why)s", seq=found.seq, why=gettext(BREAKS.get(found.reason, BREAKS["mac"]))
        )

    def age(self) -> int | None:
        """Age by the year of birth alone, as it is counted."""
        year = self.state.identity.get("birth_year")
        return self.now.year - year if year else None


def risk_badge(programme, risk: str, language: str) -> tuple[str, str] | None:
    """(verdict, words) for a risk level: the first code of the list is the highest."""
    codes = programme.codes.get("risk", {})
    if risk not in codes:
        return None
    place = list(codes).index(risk)
    return ("alert" if place == 0 else "not_due" if place == 1 and len(codes) > 2 else "plain"), codes[risk].name[
        language
    ]
