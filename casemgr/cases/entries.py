"""Whether an entry may be written, and what it says: from typed values to a draft. Pure.

`values` maps field names to clean Python values: str codes, bool, int, Decimal, date, (datetime, precision), lists
of codes; for `needs` {code: (answer, reason)}; for `items` a list of {need, service, due, who}. The page, an import
row and a device all come through here, so that they are refused alike.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from casemgr.cases.handover import REFERRAL_ANSWERED, check_referral_answer
from casemgr.cases.rules import CLOSED, CaseState
from casemgr.ledger.rules import Draft, Entry
from casemgr.programmes.model import Field, Kind, Programme
from casemgr.refused import N_, Refused

YES, NO = "yes", "no"
# Entries dated further back than this are surely typing errors.
EARLIEST = datetime(1990, 1, 1)


class ProgrammeRefusal(Refused):
    """A refusal in the words of the programme file; `text` has both languages, `route` the programme to go to."""

    def __init__(self, text, field: str | None = None, route: str | None = None):
        super().__init__(text.vi.replace("%", "%%"), field)
        self.text, self.route = text, route


def draft_entry(
    programme: Programme,
    state: CaseState,
    kind_code: str,
    values: Mapping,
    *,
    occurred: tuple[datetime, str],
    author: str,
    unit: str,
    now: datetime,
    entry_id: UUID | None = None,
) -> Draft:
    """The draft of one entry of a case file. Raises Refused with the field concerned."""
    kind = programme.case.kinds.get(kind_code)
    if kind is None or not kind.offer:
        raise Refused(N_("Loại bản ghi này không có trong chương trình."))
    check_time(occurred, now, state, reopens=kind_code == "reopened")
    check_order(programme, state, kind, occurred)
    coded, sealed = encode_fields(programme, kind, values, occurred[0].date(), state.facts)
    if kind_code == "assessed":
        check_needs(programme, state, values.get("needs") or {}, state.facts | coded)
    if kind_code == REFERRAL_ANSWERED:
        check_referral_answer(state.entries, coded["need"], coded["referral_outcome"], occurred[0].date())
    if kind_code == "planned":
        check_plan(programme, state, values)
    if kind_code == "served":
        coded["needs"] = [n.code for n in state.needs if n.code in programme.service_needs(coded["service"])]
    elif "need" in coded:
        coded["needs"] = [coded["need"]]
    # What an entry itself brings about must not stand in its own way: «in treatment» follows from the start of it.
    brought = {derived.name for derived in kind.derived}
    typed = {name: value for name, value in coded.items() if name not in brought}
    check_refusals(kind, state.facts | typed | sealed, state)
    return Draft(
        kind=kind_code,
        occurred_at=occurred[0],
        precision=occurred[1],
        author=author,
        unit=unit,
        recorded_at=now,
        coded=coded,
        sealed=sealed or None,
        definition=programme.definition,
        id=entry_id,
    )


def check_time(
    occurred: tuple[datetime, str], now: datetime, state: CaseState | None = None, reopens: bool = False
) -> None:
    """Not in the future, not absurdly old, not before the detection was received (by the day), not after a closure
    unless it reopens the file."""
    at, precision = occurred
    if at > now or (precision == "day" and at.date() > now.date()):
        raise Refused(N_("Ngày thực hiện chưa đến. Hãy kiểm tra lại ngày, giờ."), "occurred")
    if at < EARLIEST:
        raise Refused(N_("Ngày thực hiện quá xa. Hãy kiểm tra lại năm."), "occurred")
    if state is None:
        return
    begun = state.items[0].received_at
    if precision in ("minute", "day") and at.date() < begun.date():
        raise Refused(
            N_("Ngày thực hiện sớm hơn ngày tiếp nhận thông tin (%(day)s)."), "occurred", day=f"{begun:%d/%m/%Y}"
        )
    if state.status == CLOSED and not reopens and state.closed_at is not None and at.date() > state.closed_at.date():
        raise Refused(
            N_("Hồ sơ đã đóng ngày %(day)s. Muốn ghi việc sau ngày đó, hãy mở lại hồ sơ."),
            "occurred",
            day=f"{state.closed_at:%d/%m/%Y}",
        )


def check_order(programme: Programme, state: CaseState, kind: Kind, occurred: tuple[datetime, str]) -> None:
    """What must come before, and what may come only once."""
    if kind.code == "reopened":
        if state.status != CLOSED:
            raise Refused(N_("Hồ sơ đang mở, không cần mở lại."))
        if any(e.kind == "reopened" for e in state.waiting):
            raise Refused(N_("Đã có đề nghị mở lại đang chờ duyệt."))
    elif kind.code == "closed" and state.status != "open":
        raise Refused(N_("Hồ sơ đã đóng hoặc đang chờ duyệt đóng."))
    for before in kind.after:
        if not state.ledger.by_kind.get(before):
            name = programme.case.kinds[before].name.vi if before in programme.case.kinds else before
            raise Refused(N_("Cần có «%(before)s» trước."), before=name)
    if kind.once and state.ledger.by_kind.get(kind.code):
        raise Refused(N_("Hồ sơ đã có «%(name)s». Nếu sai, hãy hủy bản ghi đó rồi nhập lại."), name=kind.name.vi)


def encode_fields(programme: Programme, kind: Kind, values: Mapping, on: date, facts: Mapping) -> tuple[dict, dict]:
    """(coded, sealed) of a kind's fields, derived values included. Raises Refused on the first field that is wrong."""
    coded: dict = {}
    sealed: dict = {}
    for field in kind.fields:
        value = values.get(field.name)
        empty = value is None or value == "" or value == [] or value == {}
        if empty:
            continue
        check_codes(programme, field, value, on)
        target = coded if field.store == "coded" else sealed
        if field.type == "needs":
            coded[field.name] = {code: answer for code, (answer, _reason) in value.items()}
            sealed[field.name] = {code: reason for code, (_answer, reason) in value.items() if reason}
        elif field.type == "items":
            coded[field.name] = [
                {"need": r["need"], "service": r["service"], "due": r["due"].isoformat()} for r in value
            ]
            sealed[field.name] = [r.get("who") or "" for r in value]
        else:
            target[field.name] = encode(value)
            if isinstance(value, tuple):
                target[f"{field.name}_precision"] = value[1]
    for derived in kind.derived:
        override = coded.get(derived.override) if derived.override else None
        value = override or next((v for v, when in derived.cases if when(coded)), None)
        if value is not None:
            coded[derived.name] = value
    known = {**facts, **coded, **{name: True for name in sealed}}
    for field in kind.fields:
        missing = field.name not in coded and field.name not in sealed
        wanted = field.required or (field.required_when is not None and field.required_when(known))
        if missing and wanted:
            raise Refused(N_("Cần nhập nội dung này."), field.name)
    return coded, sealed


def encode(value):
    """A clean value as plain JSON."""
    if isinstance(value, tuple):
        return value[0].isoformat(timespec="minutes")
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


def check_codes(programme: Programme, field: Field, value, on: date) -> None:
    if field.type in ("choice", "choices"):
        known = programme.codes[field.codes]
        for code in value if isinstance(value, list) else [value]:
            if code not in known or not known[code].holds_on(on):
                raise Refused(N_("Giá trị «%(code)s» không có trong danh mục vào ngày này."), field.name, code=code)
    elif field.type == "service" and value not in programme.services:
        raise Refused(N_("Dịch vụ này không có trong chương trình."), field.name)
    elif field.type == "need" and value not in programme.needs:
        raise Refused(N_("Nhu cầu này không có trong chương trình."), field.name)
    elif field.type == "year" and value > on.year:
        raise Refused(N_("Năm này chưa đến."), field.name)
    elif field.past and value > on:
        raise Refused(N_("Ngày này không được sau ngày thực hiện (%(day)s)."), field.name, day=f"{on:%d/%m/%Y}")
    elif field.type in ("number", "money", "year"):
        low, high = field.minimum, field.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise Refused(
                N_("Phải từ %(low)s đến %(high)s."), field.name, low=low if low is not None else "…", high=high or "…"
            )


def check_needs(programme: Programme, state: CaseState, answers: Mapping, facts: Mapping) -> None:
    """Every need that the form of harm and the risk level open is answered yes or no, with a reason for no."""
    for code, (answer, reason) in answers.items():
        if code not in programme.needs or answer not in (YES, NO):
            raise Refused(N_("Nhu cầu này không có trong chương trình."), "needs")
        need = programme.needs[code]
        opened = need.must_answer is not None and need.must_answer(facts)
        if answer == NO and opened and not reason:
            raise Refused(N_("Nhu cầu «%(need)s»: ghi lý do vì sao không có nhu cầu này."), "needs", need=need.name.vi)
    for need in programme.needs.values():
        if need.code not in answers and need.must_answer is not None and need.must_answer(facts):
            raise Refused(N_("Nhu cầu «%(need)s» phải được trả lời có hoặc không."), "needs", need=need.name.vi)


def check_plan(programme: Programme, state: CaseState, values: Mapping) -> None:
    """A plan answers every open need with a service that answers it and a date within the plan."""
    start, end = values.get("start"), values.get("end")
    if start and end and end < start:
        raise Refused(N_("Ngày kết thúc sớm hơn ngày bắt đầu."), "end")
    items = values.get("items") or []
    for row in items:
        need = programme.needs.get(row["need"])
        if need is None or row["service"] not in need.services:
            raise Refused(
                N_("Dịch vụ được chọn không đáp ứng nhu cầu «%(need)s»."),
                "items",
                need=need.name.vi if need else row["need"],
            )
        if start and end and not start <= row["due"] <= end:
            raise Refused(
                N_("Nhu cầu «%(need)s»: ngày thực hiện phải nằm trong thời gian của kế hoạch."),
                "items",
                need=need.name.vi,
            )
    answered = {row["need"] for row in items}
    for state_of_need in state.needs:
        if state_of_need.served is None and state_of_need.ended is None and state_of_need.code not in answered:
            name = programme.needs[state_of_need.code].name.vi
            raise Refused(N_("Kế hoạch chưa có dịch vụ cho nhu cầu «%(need)s»."), "items", need=name)


def check_refusals(kind: Kind, facts: Mapping, state: CaseState | None = None) -> None:
    """The guards of the programme file; with the state they may also ask what is `pending`."""
    if kind.refusals and state is not None:
        facts = {**facts, "pending": state.pending}
    for refusal in kind.refusals:
        if refusal.when(facts):
            raise ProgrammeRefusal(refusal.message, refusal.field, refusal.route)


def draft_decision(
    state: CaseState,
    target: Entry,
    *,
    outcome: str,
    number: str | None,
    note: str | None,
    signer: str | None,
    occurred: tuple[datetime, str],
    author: str,
    unit: str,
    now: datetime,
    entry_id: UUID | None = None,
) -> Draft:
    """The decision of a second person on an entry. Raises Refused; the author of an entry never decides on it."""
    if target.author == author:
        raise Refused(N_("Người lập không được tự phê duyệt. Cần người khác có thẩm quyền quyết định."))
    if state.decision_on(target) is not None:
        raise Refused(N_("Nội dung này đã được quyết định trước đó."))
    if outcome not in ("approved", "returned"):
        raise Refused(N_("Hãy chọn phê duyệt hoặc trả lại."), "outcome")
    if outcome == "approved" and not number:
        raise Refused(N_("Cần ghi số quyết định."), "number")
    if outcome == "returned" and not note:
        raise Refused(N_("Cần ghi lý do trả lại để người lập bổ sung."), "note")
    check_time(occurred, now, state, reopens=target.kind == "reopened")
    if occurred[0].date() < target.occurred_at.date():
        raise Refused(N_("Ngày quyết định sớm hơn ngày lập."), "occurred")
    if target.kind == "closed" and outcome == "approved":
        check_refusals(state.programme.case.kinds["closed"], state.facts | target.coded, state)
    return Draft(
        kind="decided",
        occurred_at=occurred[0],
        precision=occurred[1],
        author=author,
        unit=unit,
        recorded_at=now,
        coded={"on": target.id.hex, "about": target.kind, "outcome": outcome, "signer": signer or ""},
        sealed={k: v for k, v in {"number": number, "note": note}.items() if v} or None,
        definition=state.programme.definition,
        id=entry_id,
    )


def late_by(entry: Entry) -> timedelta:
    """How long after it happened an entry was written down, in whole days for entries known to the day."""
    if entry.precision == "minute":
        return entry.recorded_at - entry.occurred_at
    return timedelta(days=(entry.recorded_at.date() - entry.occurred_at.date()).days)
