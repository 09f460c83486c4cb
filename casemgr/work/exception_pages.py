"""The lists of exceptions and why each line stands there."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from flask import abort, render_template, request, url_for
from flask_babel import gettext

from casemgr.access.holders import closed_among
from casemgr.access.web import Permission, guard, log_access, may
from casemgr.cases.clocks import short_day
from casemgr.cases.conflicts import confirming_signs
from casemgr.cases.queries import names_of
from casemgr.cases.web import no_second
from casemgr.db import db
from casemgr.programmes import programmes
from casemgr.ui.i18n import language
from casemgr.ui.paging import Page, page_number
from casemgr.units.web import current_tree
from casemgr.work import exceptions
from casemgr.work.bursts import Burst, bursts
from casemgr.work.exceptions import Row
from casemgr.work.forms import UnitForm
from casemgr.work.lists import BURSTS, UNITS, WORKERS, supervision
from casemgr.work.queries import add_labels
from casemgr.work.views import bp
from casemgr.work.web import current_view, filled, offer_units, page_of, units_of, words_at

SIZE = 25


@bp.get("/exceptions")
@guard(Permission.CASELOAD_READ)
def exception_lists():
    unit = _unit()
    counts = exceptions.counts(current_view(units_of(unit)))
    log_access(Permission.CASELOAD_READ, unit=unit or None, detail="exceptions")
    return render_template(
        "work/exceptions.html",
        lists=list(supervision().lists.values()),
        counts=counts,
        none_on=[code for code, count in counts.items() if not count],
        filters=filled(UnitForm, offer_units),
        kept=_kept(unit),
    )


@bp.get("/exceptions/<code>")
@guard(Permission.CASELOAD_READ)
def exception_list(code: str):
    rule = supervision().lists.get(code)
    if rule is None:
        abort(404)
    unit = _unit()
    view, number = current_view(units_of(unit)), page_number()
    log_access(Permission.CASELOAD_READ, unit=unit or None, detail=code)
    asked = {"rule": rule, "kept": _kept(unit)}
    if rule.sort == UNITS:
        few = exceptions.few_needs(view, rule)
        return render_template("work/exception_units.html", **asked, total=len(few), few=few, programmes=programmes())
    if rule.sort == BURSTS:
        found = bursts(view, rule)
        return render_template(
            "work/exception_bursts.html", **asked, total=len(found), found=found, who=_writers(found)
        )
    rules = _rules(view, request.args.get("rule", "")) if code == "overdue" else []
    only = next((each for each in rules if each.number == request.args.get("rule")), None)
    rows, total = exceptions.page(view, rule, number, SIZE, only.key if only else None)
    add_labels(view.session, view.actor, rows)
    total = only.count if only else total
    return render_template(
        "work/exception_list.html",
        **asked,
        total=total,
        page=Page(rows, number, SIZE, total),
        rules=rules,
        origins=exceptions.conflicts_by_unit(view) if code == "conflict" else [],
        only=only,
        why=Why(view.now, language(), _closed(rows) if rule.sort == WORKERS else frozenset(), _no_second(rows)),
        worker_of=_workers(rows),
        page_of=_conflict_page if code == "conflict" else page_of,
    )


def _unit() -> str:
    """The unit to which the address narrows the lists, if the reader may choose it."""
    return (filled(UnitForm, offer_units).unit.data or "") if "unit" in request.args else ""


def _kept(unit: str) -> dict[str, str]:
    """How the unit stands in the address of the next page."""
    return {"unit": unit} if unit else {}


def _conflict_page(row: Row) -> str:
    """Where the mark is confirmed, for readers who may come there."""
    here = {"unit": row.unit, "programme": row.programme.code, "worker": row.worker, "read": row.programme.readers}
    return url_for("handover.conflict", number=row.number) if may(Permission.CASE_CONFLICT, **here) else page_of(row)


def unit_label(unit: str) -> str:
    tree = current_tree()
    return tree.label(unit) if unit in tree else unit


class Rule:
    """One rule of one programme with how many promises are overdue by it. Numbered: no address names a programme."""

    def __init__(self, number: int, key: tuple[str, str], name: str, count: int):
        self.number, self.key, self.name, self.count = str(number), key, name, count


def _rules(view, asked: str) -> list[Rule]:
    """The rules by which something is overdue, and the one asked for."""
    found = exceptions.by_rule(view)
    every = [(p, track, c) for p in programmes().values() for track in (p.case, p.detection) for c in track.criteria]
    names = Counter((p.code, c.name[language()]) for p, _track, c in every)
    said = []
    for n, (p, track, c) in enumerate(every, 1):
        if found[p.code, c.code] or str(n) == asked:
            name = c.name[language()]
            if names[p.code, name] > 1 and track is p.detection:  # the file promises the same
                name = gettext("%(name)s (trường hợp phát hiện)", name=name)
            said.append(Rule(n, (p.code, c.code), f"{p.short[language()]}: {name}", found[p.code, c.code]))
    return sorted(said, key=lambda rule: -rule.count)


def _workers(rows: list[Row]):
    """Who is assigned, for readers who see names; an auditor sees the account."""
    theirs = [r for r in rows if r.worker and may(Permission.CASE_ASSIGN, unit=r.unit, programme=r.programme.code)]
    names, named = names_of(db.session, [row.worker for row in theirs]), {row.subject for row in theirs}

    def worker_of(row: Row) -> str:
        if row.worker is None:
            return gettext("chưa phân công")
        name = names.get(row.worker) if row.subject in named else None
        return name or gettext("tài khoản %(code)s", code=row.worker.replace("-", "")[:6])

    return worker_of


def _closed(rows: list[Row]) -> frozenset[str]:
    """Those of the workers whose account is closed."""
    return closed_among(db.session, {row.worker for row in rows if row.worker})


def _writers(found: list[Burst]):
    """Who wrote so much on a day, for readers who see names there; an auditor sees the account."""
    theirs = [each for each in found if each.author and may(Permission.CASE_ASSIGN, unit=each.unit)]
    names, named = names_of(db.session, [each.author for each in theirs]), {(each.author, each.unit) for each in theirs}

    def who(each: Burst) -> str:
        name = names.get(each.author) if (each.author, each.unit) in named else None
        return name or gettext("tài khoản %(code)s", code=each.author.replace("-", "")[:6])

    return who


def _no_second(rows: list[Row]) -> dict[UUID, str]:
    """Of the marks that wait, what is said of those that nobody could confirm."""
    waits = [row.sign for row in rows if row.sign is not None and row.sign.code == "conflict" and row.sign.asks]
    asked = zip(waits, confirming_signs(db.session, current_tree(), waits), strict=True)
    return {sign.entry: no_second(sign.unit_id) for sign, unit in asked if unit is None}


class Why:
    """Says in one sentence, with dates, why a line stands on its list."""

    def __init__(self, moment, lang: str, closed: frozenset[str], no_second: Mapping[UUID, str]):
        self.now, self.language, self.words, self.closed = moment, lang, words_at(moment), closed
        self.no_second = no_second

    def __call__(self, row: Row) -> str:
        if row.task is not None:
            return self._promise(row.task)
        if row.sign is None:
            closed = row.worker in self.closed
            return gettext("tài khoản đã khóa") if closed else gettext("không còn quyền ở nơi giữ hồ sơ")
        said = getattr(self, "_" + row.sign.code.replace("-", "_"))(row, row.sign)
        return ". ".join(filter(None, (said, self.no_second.get(row.sign.entry))))

    def _promise(self, task) -> str:
        said = self.words(task)
        name = task.name[self.language]
        if task.detail:
            name += ": " + task.programme.needs[task.detail].name[self.language]
        due = f"{task.due:%d/%m/%Y %H:%M}" if task.due.second != 59 else f"{task.due:%d/%m/%Y}"
        return gettext("%(name)s: hạn %(due)s, %(how)s", name=name, due=due, how=gettext(said.text, **said.params))

    def _day(self, at) -> str:
        return f"{at:%d/%m/%Y}"

    def _need(self, row: Row, code: str) -> str:
        need = row.programme.needs.get(code)
        return need.name[self.language] if need else code

    def _high_risk_silent(self, row: Row, sign) -> str:
        days = (self.now.date() - sign.day.date()).days
        return gettext("nguy cơ cao; lần gặp gần nhất %(day)s, cách đây %(n)s ngày", day=self._day(sign.day), n=days)

    def _single_need(self, row: Row, sign) -> str:
        need = self._need(row, sign.detail)
        return gettext("nguy cơ cao; đánh giá ngày %(day)s chỉ nêu «%(need)s»", day=self._day(sign.day), need=need)

    def _need_without_service(self, row: Row, sign) -> str:
        days = (self.now.date() - sign.day.date()).days
        facts = {"need": self._need(row, sign.detail), "day": self._day(sign.day), "n": days}
        if sign.amount > 1:
            return gettext(
                "«%(need)s» và %(others)s nhu cầu khác: xác định ngày %(day)s, đã %(n)s ngày, chưa có dịch vụ",
                others=sign.amount - 1,
                **facts,
            )
        return gettext("«%(need)s»: xác định ngày %(day)s, đã %(n)s ngày, chưa có dịch vụ", **facts)

    def _closed_without_outcome(self, row: Row, sign) -> str:
        codes = row.programme.codes.get("close_reason", {})
        reason = codes[sign.detail].name[self.language] if sign.detail in codes else "–"
        return gettext(
            "đóng ngày %(day)s, lý do «%(reason)s», không có dịch vụ, không rà soát",
            day=self._day(sign.day),
            reason=reason,
        )

    def _date_missing(self, row: Row, sign) -> str:
        every = (*row.programme.case.criteria, *row.programme.detection.criteria)
        name = next((c.name[self.language] for c in every if c.code == sign.detail), sign.detail)
        return gettext("%(name)s: thiếu ngày, giờ (phát sinh %(day)s)", name=name, day=self._day(sign.day))

    def _burst(self, row: Row, sign) -> str:
        return gettext(
            "%(n)s bản ghi cho việc đã qua, nhập đến %(last)s, ngay trước hạn %(due)s",
            n=sign.amount,
            last=f"{sign.since:%d/%m/%Y %H:%M}",
            due=self._day(sign.day),
        )

    def _conflict(self, row: Row, sign) -> str:
        facts = {"day": self._day(sign.day), "unit": unit_label(sign.detail or row.unit)}
        if sign.asks and sign.amount:
            return gettext("đề nghị chấm dứt ngày %(day)s; chờ người thứ hai xác nhận", day=facts["day"])
        if not sign.detail and sign.asks:
            return gettext("ghi nhận ngày %(day)s, nay do %(unit)s giữ; chờ người thứ hai xác nhận", **facts)
        if not sign.detail:
            return gettext("ghi nhận ngày %(day)s, nay do %(unit)s giữ; đã xác nhận", **facts)
        if sign.asks:
            return gettext("chuyển lên ngày %(day)s, trước đó do %(unit)s giữ; chờ người thứ hai xác nhận", **facts)
        return gettext("chuyển lên ngày %(day)s, trước đó do %(unit)s giữ; đã xác nhận", **facts)

    def _recorded_late(self, row: Row, sign) -> str:
        track = row.programme.case if sign.track == "case" else row.programme.detection
        kind = track.kinds.get(sign.detail)
        said = gettext(
            "«%(kind)s» ngày %(day)s, nhập %(recorded)s, muộn %(n)s ngày",
            kind=kind.name[self.language] if kind else gettext("Quyết định"),
            day=short_day(sign.day, sign.since),
            recorded=self._day(sign.since),
            n=sign.amount,
        )
        # A decision is not accepted a second time; whatever else waits for nobody has been sent back.
        return (
            said if sign.asks or sign.detail == "decided" else ", ".join((said, gettext("đã trả lại, chờ đính chính")))
        )
