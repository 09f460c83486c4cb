"""Whether a report, a detected person or a step on one may be written, and what it says: from typed values to drafts.

Pure, like `cases.entries`: pages, imports, devices and the bulk path of the demo all come through here. A moment is
(datetime, precision); a receipt time has precision 'minute' or 'day'. Every function raises Refused with the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casemgr.cases.entries import check_refusals, check_time, encode_fields
from casemgr.detections.rules import APPROVED, RETURNED, age_on, earlier, refuses_file, write_moment
from casemgr.ledger.rules import Draft
from casemgr.people.rules import ETHNICITIES, SEXES, Birth
from casemgr.programmes.model import Programme
from casemgr.refused import N_, Refused

Moment = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported; kept only if they agree."""

    name: str = ""
    phone: str = ""
    address: str = ""
    agreed: bool = False

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.address)


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as reported; nearly all of it only if known. `age`: the estimated age when it happened."""

    name: str = ""
    sex: str = "khong_biet"
    birth: Birth | None = None
    age: int | None = None
    ethnicity: str = ""
    beneficiary: UUID | None = None


# --- the report and its reporter ------------------------------------------------------------------------------------


def receipt(typed: Moment, source: Moment | None, now: datetime) -> Moment:
    """The receipt time that counts: the source's own (111, police) wins over the typed one."""
    check_receipt(typed, now)
    if source is None:
        return typed
    check_receipt(source, now, "source_received")
    if earlier(typed, source):
        raise Refused(N_("Nơi báo tin không thể tiếp nhận sau khi đã chuyển tin đến đây."), "source_received")
    return source


def check_receipt(moment: Moment, now: datetime, field: str = "received") -> None:
    if moment[1] not in ("minute", "day"):
        raise Refused(N_("Cần ghi đủ ngày tiếp nhận, và giờ nếu biết."), field)
    if moment[0] > now:
        raise Refused(N_("Thời điểm tiếp nhận chưa đến. Hãy kiểm tra lại ngày, giờ."), field)
    check_time(moment, now)


def check_happened(happened: Moment | None, received: Moment) -> None:
    """What is reported happened before it was reported."""
    if happened is not None and happened[1] in ("minute", "day") and earlier(received, happened):
        raise Refused(N_("Ngày xảy ra vụ việc ở sau lúc tiếp nhận thông tin."), "happened")


def reporter_draft(reporter: Reporter, *, author: str, unit: str, now: datetime, entry_id: UUID | None = None) -> Draft:
    """The first entry of a subject 'reporter': sealed with a key of its own, only with the reporter's consent."""
    if not reporter.agreed:
        raise Refused(N_("Chỉ ghi họ tên, điện thoại, địa chỉ của người báo tin khi họ đồng ý."), "reporter_agreed")
    sealed = {k: v for k in ("name", "phone", "address") if (v := getattr(reporter, k))}
    return Draft("given", now, "minute", author, unit, now, {"agreed": True}, sealed, id=entry_id)


def report_draft(
    programme: Programme,
    *,
    number: str,
    received: Moment,
    author: str,
    unit: str,
    now: datetime,
    source: str = "",
    mode: str = "",
    source_received: Moment | None = None,
    happened: Moment | None = None,
    officer: str = "",
    note: str = "",
    reporter: UUID | None = None,
    entry_id: UUID | None = None,
) -> Draft:
    """A report, an entry of an incident. `number` is the incident's; `officer` who received it."""
    counts = receipt(received, source_received, now)
    check_happened(happened, counts)
    coded = {"number": number, "unit": unit, "programme": programme.code}
    coded |= _listed(programme, {"source": source, "mode": mode}, received[0])
    coded["received_at"] = write_moment(counts)
    if source_received is not None:
        coded["typed_received_at"] = write_moment(received)
    if happened is not None:
        coded["happened_at"], coded["happened_precision"] = happened[0].isoformat(timespec="minutes"), happened[1]
    if reporter is not None:
        coded["reporter"] = reporter.hex
    sealed = {k: v for k, v in {"officer": officer, "note": note}.items() if v}
    at, precision = received
    return Draft("reported", at, precision, author, unit, now, coded, sealed or None, programme.definition, id=entry_id)


def _listed(programme: Programme, values: Mapping, on: datetime) -> dict:
    """Source and mode of a report, where the programme has such a list; the source must then be given."""
    coded = {}
    for field, code in values.items():
        known = programme.codes.get(field)
        if known is None:
            continue
        if code and (code not in known or not known[code].holds_on(on.date())):
            raise Refused(N_("Giá trị «%(code)s» không có trong danh mục vào ngày này."), field, code=code)
        if code:
            coded[field] = code
        elif field == "source":
            raise Refused(N_("Cần nhập nội dung này."), field)
    return coded


# --- the detected person --------------------------------------------------------------------------------------------


def detected_draft(
    programme: Programme,
    seen: Seen,
    values: Mapping,
    *,
    number: str,
    incident: UUID | None,
    received: Moment,
    author: str,
    unit: str,
    now: datetime,
    happened: Moment | None = None,
    source_received: Moment | None = None,
    source: str = "",
    entry_id: UUID | None = None,
) -> Draft:
    """The first entry of a detected person. `values` are the fields of the programme's kind 'detected'.

    Raises ProgrammeRefusal with `route` where the person belongs to another programme (under 16: never BD).
    """
    kind = programme.detection.kinds["detected"]
    counts = receipt(received, source_received, now)
    check_happened(happened, counts)
    when = (happened or counts)[0].date()
    person = _person(seen, when)
    check_refusals(kind, {**_plain(values), **person})
    if source and any(f.name == "source" for f in kind.fields):
        values = {"source": source, **values}
    coded, sealed = encode_fields(programme, kind, values, counts[0].date(), person)
    check_refusals(kind, {**dict.fromkeys(sealed, True), **coded, **person})
    if seen.name:
        sealed["name"] = seen.name
    if seen.birth is not None:
        sealed["birth"] = str(seen.birth)
    if seen.beneficiary is not None:
        coded["beneficiary"] = seen.beneficiary.hex
    coded["happened_on"] = when.isoformat()
    if refuses_file(programme, "detected", {**coded, **person}):
        sealed, person = {}, {}  # a tally and nothing else
    coded |= {k: v for k, v in person.items() if v is not None}
    coded |= {"number": number, "unit": unit, "received_at": write_moment(counts)}
    if incident is not None:
        coded["incident"] = incident.hex
    at, precision = received
    return Draft("detected", at, precision, author, unit, now, coded, sealed or None, programme.definition, id=entry_id)


def _person(seen: Seen, when) -> dict:
    """The coded facts of a person: sex, ethnicity, birth year, age when it happened."""
    if seen.sex not in SEXES:
        raise Refused(N_("Giới tính không có trong danh mục."), "sex")
    if seen.ethnicity not in ETHNICITIES:
        raise Refused(N_("Dân tộc không có trong danh mục."), "ethnicity")
    if seen.age is not None and not 0 <= seen.age <= 130:
        raise Refused(N_("Tuổi phải từ 0 đến 130."), "age")
    age, year = seen.age, seen.birth.year if seen.birth else None
    if seen.birth is not None:
        if (seen.birth.year, seen.birth.month or 1, seen.birth.day or 1) > (when.year, when.month, when.day):
            raise Refused(N_("Ngày sinh ở sau ngày xảy ra vụ việc. Kiểm tra lại năm sinh."), "birth")
        age = age_on(seen.birth, when)
    elif age is not None:
        year = when.year - age
    named = bool(seen.name or seen.beneficiary)
    return {"sex": seen.sex, "ethnicity": seen.ethnicity, "birth_year": year, "age": age, "named": named}


def _plain(values: Mapping) -> dict:
    return {k: v for k, v in values.items() if isinstance(v, str | bool | int | list)}


# --- steps on a detected person -------------------------------------------------------------------------------------


def step_draft(
    programme: Programme,
    kind_code: str,
    values: Mapping,
    *,
    occurred: Moment,
    author: str,
    unit: str,
    now: datetime,
    facts: Mapping | None = None,
    entry_id: UUID | None = None,
) -> Draft:
    """A step that the programme describes (verified, a protection check, ...). `facts` are those of the state."""
    kind = programme.detection.kinds.get(kind_code)
    if kind is None or kind_code == "detected" or not kind.offer:
        raise Refused(N_("Loại bản ghi này không có trong chương trình."))
    check_time(occurred, now)
    coded, sealed = encode_fields(programme, kind, values, occurred[0].date(), facts or {})
    check_refusals(kind, {**(facts or {}), **coded})
    return Draft(kind_code, *occurred, author, unit, now, coded, sealed or None, programme.definition, id=entry_id)


def _step(programme, kind, coded, sealed=None, *, occurred: Moment, author, unit, now, entry_id=None) -> Draft:
    """One step. Every function below takes what comes after the star here, as `on`."""
    check_time(occurred, now)
    sealed = {k: v for k, v in (sealed or {}).items() if v}
    return Draft(kind, *occurred, author, unit, now, coded, sealed or None, programme.definition, id=entry_id)


def taken_draft(programme: Programme, worker: str, **on) -> Draft:
    """«I take it»."""
    return _step(programme, "taken", {"worker": worker}, **on)


def assigned_draft(programme: Programme, worker: str, **on) -> Draft:
    return _step(programme, "assigned", {"worker": worker}, **on)


def matched_draft(
    programme: Programme, case: UUID, case_number: str, *, beneficiary: UUID | None = None, **on
) -> Draft:
    """The case file that was opened for, or linked with, the detected person."""
    coded = {"case": case.hex, "case_number": case_number}
    if beneficiary is not None:
        coded["beneficiary"] = beneficiary.hex
    return _step(programme, "matched", coded, **on)


def duplicate_draft(programme: Programme, of: UUID, of_number: str, note: str, **on) -> Draft:
    """The same person and incident was detected before, under `of_number`."""
    if not note:
        raise Refused(N_("Cần ghi vì sao là cùng một người, cùng một vụ việc."), "note")
    return _step(programme, "duplicate", {"of": of.hex, "of_number": of_number}, {"note": note}, **on)


def excluded_draft(programme: Programme, reason: str, document: str, note: str, *, occurred: Moment, **on) -> Draft:
    """A request not to count this person; it counts only once the unit above has approved it."""
    known = programme.exclusions.get(reason)
    if known is None or not known.holds_on(occurred[0].date()):
        raise Refused(N_("Hãy chọn lý do không tính vào chỉ tiêu."), "reason")
    if not document:
        raise Refused(N_("Cần ghi số, ngày văn bản làm căn cứ."), "document")
    sealed = {"document": document, "note": note}
    return _step(programme, "excluded", {"reason": reason}, sealed, occurred=occurred, **on)


def included_draft(programme: Programme, note: str, **on) -> Draft:
    """Counted again, by the unit above."""
    if not note:
        raise Refused(N_("Cần ghi lý do."), "note")
    return _step(programme, "included", {}, {"note": note}, **on)


def decided_draft(
    programme: Programme, target: UUID, about: str, outcome: str, note: str | None, number: str | None = None, **on
) -> Draft:
    """The decision of the unit above on an entry of kind `about` (verified as unsubstantiated, excluded)."""
    if outcome not in (APPROVED, RETURNED):
        raise Refused(N_("Hãy chọn duyệt hoặc trả lại."), "outcome")
    if outcome == RETURNED and not note:
        raise Refused(N_("Cần ghi lý do trả lại."), "note")
    coded = {"on": target.hex, "about": about, "outcome": outcome}
    return _step(programme, "decided", coded, {"number": number, "note": note}, **on)


def told_draft(programme: Programme, fact: Mapping, *, now: datetime, **on) -> Draft:
    """A fact owned by another ledger: {"fact": "received", "received_at": …} or {"fact": "identity", …}."""
    return _step(programme, "told", dict(fact), occurred=(now, "minute"), now=now, **on)
