"""Every page of the application: who opens it, who may do what is inside, and where.

Written down here once more, apart from the policy; a route that is missing here fails the sweep (`test_sweep`).
"""

from typing import NamedTuple
from uuid import UUID

from casemgr.work.lists import supervision
from tests.world import HERE

READERS = ("worker", "supervisor", "auditor")
RECORDERS = ("worker", "supervisor", "coordinator")
DETECTION = (*READERS, "coordinator")
EVERYONE = (*DETECTION, "administrator")
FIELD = ("worker", "supervisor")
MAPPERS = ("administrator", "coordinator")
ABSENT = UUID(int=5)


class Page(NamedTuple):
    """Which roles come through the door (others: 403), which of them may do what is inside (others: 403), and where.

    `about`: what the address names: a case file, a detection, a figure, a piece of work, a user, a unit, the plan, or nothing.
    `where`: 'scope'; 'commune': only the level that holds the file; 'above': only a level above the measured unit.
    `own`: a worker needs to be the assigned one where the programme is read by the assigned only.
    """

    path: str
    door: tuple = ()
    inside: tuple | None = None
    about: str = ""
    where: str = "scope"
    own: bool = False
    only: tuple = ("TE", "NCC")
    logged: bool = True
    query: str = ""

    @property
    def roles(self) -> tuple:
        return self.door if self.inside is None else self.inside


CASE, DET = "/cases/{number}", "/detections/{detection}"
LIST, ROW = "/registers/{listed}", "/registers/{listed}/rows/2"
ASKED = f"plan=KH322-2022&indicator=TE-2&unit={HERE}&start=2022-01-01&basis=as_were"
CHANGES = ASKED + "&through_a=2022-03-20&known_a=2022-03-20T20:00&through_b=2022-03-21&known_b=2022-03-21T20:00"
PAGES = {
    "access.account": [Page("/account", EVERYONE, logged=False)],
    "access.password": [Page("/account/password", EVERYONE, logged=False)],
    "access.sign_in": [Page("/sign-in", EVERYONE, logged=False)],
    "access.sign_out": [Page("/sign-out", EVERYONE)],
    "admin.active": [Page("/admin/users/{user}/active", ("administrator",), about="user")],
    "admin.end_grant": [Page("/admin/users/{user}/grants/{grant}/end", ("administrator",), about="user")],
    "admin.grant": [Page("/admin/users/{user}/grants", ("administrator",), about="user")],
    "admin.index": [Page("/admin/", ("administrator",))],
    "admin.new_user": [Page("/admin/users/new", ("administrator",))],
    "admin.reset": [Page("/admin/users/{user}/reset", ("administrator",), about="user")],
    "admin.user": [Page("/admin/users/{user}", ("administrator",), about="user")],
    "admin.users": [Page("/admin/users", ("administrator",))],
    "areas.end": [Page("/areas/{area}/end", MAPPERS, about="unit")],
    "areas.index": [Page("/areas", MAPPERS)],
    "areas.member": [Page("/areas/{area}", MAPPERS, about="unit")],
    "areas.new": [Page("/areas/new", MAPPERS)],
    "audit.ask": [Page("/audit/figures", READERS)],
    "audit.changes": [Page("/audit/changes", READERS, about="indicator", query=CHANGES)],
    "audit.compare": [Page("/audit/compare", READERS)],
    "audit.explain": [Page("/coverage/KH322-2022/TE-2/why/{number}", READERS, about="case", own=True, only=("TE",))],
    "audit.figure": [
        Page("/audit/figure", READERS, about="indicator", query=ASKED + "&through=2022-03-21&known=2022-03-21T20:00")
    ],
    "auditing.habits": [Page("/audit/habits", ("auditor",))],
    "auditing.index": [Page("/audit", ("auditor",))],
    "auditing.kept": [Page("/audit/seals/1", ("auditor",))],
    "auditing.log": [Page("/audit/log", ("auditor",))],
    "auditing.proof": [Page("/audit/proofs/{number}", ("auditor",), about="case")],
    "auditing.seal": [Page("/audit/seal", ("auditor",))],
    "cases.assign": [Page(CASE + "/assign", ("supervisor",), about="case")],
    "cases.attach_scan": [Page(CASE + "/attach", READERS, FIELD, "case", "commune", own=True, only=("TE",))],
    "cases.attached_file": [Page(CASE + "/entries/{scan}/file", READERS, FIELD, "case", own=True, only=("TE",))],
    "cases.case": [Page(CASE, READERS, about="case", own=True)],
    "cases.decide": [
        Page(CASE + "/entries/{entry}/decide", READERS, ("supervisor",), "case", "commune", own=True, only=("TE",))
    ],
    "cases.entry": [Page(CASE + "/entries/visited", READERS, ("worker",), "case", own=True)],
    "cases.identity": [Page(CASE + "/identity", READERS, about="case", own=True)],
    "cases.index": [Page("/cases", READERS)],
    "cases.new": [Page("/cases/new", ("worker",))],
    "cases.new_file": [Page("/cases/new/file", ("worker",), about="family")],
    "cases.print_entry": [Page(CASE + "/entries/{entry}/print/pdf", READERS, FIELD, "case", own=True, only=("TE",))],
    "cases.search": [Page("/cases/search", FIELD)],
    "cases.void": [Page(CASE + "/entries/{entry}/void", READERS, ("worker",), "case", own=True)],
    "coverage.index": [Page("/coverage", DETECTION, logged=False)],
    "coverage.indicator": [
        Page("/coverage/KH322-2022/TE-2", DETECTION, about="indicator", logged=False, query="unit=" + HERE),
        Page("/coverage/KH322-2022/TE-2", DETECTION, READERS, "indicator", query="state=missed&unit=" + HERE),
    ],
    "coverage.map_page": [
        Page("/coverage/KH322-2022/TE-2/map", DETECTION, about="indicator", logged=False, query="unit=" + HERE)
    ],
    "coverage.plan": [Page("/coverage/KH322-2022", DETECTION, about="plan", logged=False, query="unit=" + HERE)],
    "detections.assign": [Page(DET + "/assign", ("supervisor",), about="detection")],
    "detections.decide": [Page(DET + "/entries/{asked}/decide", ("supervisor",), about="detection", where="above")],
    "detections.duplicate": [Page(DET + "/duplicate", RECORDERS, about="detection")],
    "detections.exclude": [Page(DET + "/exclude", RECORDERS, about="detection")],
    "detections.file": [Page(DET + "/file", ("worker",), about="detection", own=True)],
    "detections.include": [Page(DET + "/include", ("supervisor",), about="detection", where="above")],
    "detections.index": [Page("/detections", DETECTION)],
    "detections.confirm_month": [Page("/detections/months", FIELD)],
    "detections.months": [Page("/detections/months", DETECTION)],
    "detections.new": [Page("/detections/new", RECORDERS)],
    "detections.page": [Page(DET, DETECTION, about="detection")],
    "detections.print_form": [Page(DET + "/print/pdf", DETECTION, FIELD, "detection", own=True)],
    "detections.reporters": [Page(DET + "/reporters", READERS, FIELD, "detection", own=True)],
    "detections.step": [Page(DET + "/steps/verified", RECORDERS, about="detection")],
    "detections.take": [Page(DET + "/take", RECORDERS, FIELD, "detection", own=True)],
    "funds.book": [Page("/funds/3/{unit}", ("coordinator",), about="unit")],
    "funds.index": [Page("/funds", DETECTION, logged=False)],
    "funds.new": [Page("/funds/3/{unit}/payments/new", ("coordinator",), about="unit")],
    "funds.receipt": [Page("/funds/3/{unit}/entries/{gift}/print/pdf", ("coordinator",), about="unit")],
    "funds.void": [Page("/funds/3/{unit}/entries/{gift}/void", ("coordinator",), about="unit")],
    "handover.answer": [Page("/transfers/{offer}", ("supervisor",), about="transfer")],
    "handover.ask": [Page(CASE + "/transfer", FIELD, about="case", own=True)],
    "handover.conflict": [Page(CASE + "/conflict", FIELD, about="case", own=True)],
    "handover.decide_conflict": [Page(CASE + "/conflict/{entry}", ("supervisor",), about="case", where="commune")],
    "handover.hand_on": [Page(CASE + "/hand-on", ("worker",), ("worker",), "case", own=True)],
    "handover.letter": [
        Page(CASE + "/referrals/{referral}/letter.pdf", READERS, FIELD, "case", own=True, only=("TE",))
    ],
    "handover.open_list": [Page("/referrals", READERS)],
    "handover.succession": [Page("/succession/{divided}", ("supervisor",), about="divided")],
    "handover.transfers": [Page("/transfers", FIELD)],
    "jobs.result": [Page("/jobs/{job}/file", EVERYONE, about="job", logged=False)],
    "jobs.show": [Page("/jobs/{job}", EVERYONE, about="job", logged=False)],
    "places.add_hamlet": [Page("/admin/units/{unit}/hamlets", ("administrator",), about="unit")],
    "places.end_hamlet": [Page("/admin/units/{unit}/hamlets/{hamlet}/end", ("administrator",), about="unit")],
    "places.index": [Page("/admin/units", ("administrator",))],
    "places.page": [Page("/admin/units/{unit}", ("administrator",), about="unit")],
    "reminders.calendar": [Page("/calendar/{token}.ics", EVERYONE)],
    "reminders.end_calendar": [Page("/reminders/calendar/end", EVERYONE, logged=False)],
    "reminders.new_calendar": [Page("/reminders/calendar", EVERYONE, logged=False)],
    "reminders.own": [Page("/reminders", EVERYONE, logged=False)],
    "reconciling.again": [Page(LIST + "/reconcile", ("coordinator",), about="row", where="above")],
    "reconciling.answer": [Page(ROW + "/answer", FIELD, about="row")],
    "reconciling.decide": [Page(ROW + "/entries/{asked_row}/decide", ("supervisor",), about="row", where="above")],
    "reconciling.detect": [Page(ROW + "/detect", FIELD, about="row")],
    "coverage.dispute": [
        Page("/coverage/KH322-2022/TE-2/dispute", FIELD, about="indicator", query="unit=" + HERE, logged=False)
    ],
    "reconciling.answer_dispute": [
        Page("/registers/disputes/{dispute}/answer", ("supervisor",), about="row", where="above", logged=False)
    ],
    "reconciling.dispute_detection": [Page("/registers/disputes/detections/{detection}", FIELD, about="detection")],
    "reconciling.disputes": [Page("/registers/disputes", DETECTION)],
    "reconciling.dispute": [Page(ROW + "/dispute", FIELD, about="row")],
    "reconciling.exclude": [Page(ROW + "/exclude", FIELD, about="row")],
    "reconciling.exclusions": [Page("/registers/exclusions", DETECTION)],
    "reconciling.overlap": [Page("/registers/overlap", DETECTION)],
    "reconciling.index": [Page("/registers/reconcile", DETECTION)],
    "reconciling.page": [Page(LIST + "/reconcile", DETECTION, about="row")],
    "reconciling.row": [Page(ROW, DETECTION, about="row")],
    "registers.draft": [Page("/registers/drafts/{draft}", ("coordinator",), about="draft")],
    "registers.errors": [Page("/registers/{register}/errors", ("coordinator",), about="register")],
    "registers.index": [Page("/registers", ("supervisor", "auditor", "coordinator"))],
    "registers.new": [Page("/registers/new", ("coordinator",))],
    "registers.show": [Page("/registers/{register}", ("supervisor", "auditor", "coordinator"), about="register")],
    "reported.attached": [Page("/reported/{figure}/entries/{figure_entry}/file", ("coordinator",), about="figure")],
    "reported.units": [
        Page(
            "/reported/parts/KH322-2022/MT1.list", ("coordinator",), about="figure", logged=False, query="unit=" + HERE
        )
    ],
    "reported.confirm": [Page("/reported/{figure}/confirm", ("coordinator",), about="figure")],
    "reported.correct": [Page("/reported/{figure}/correct", ("coordinator",), about="figure", logged=False)],
    "reported.index": [Page("/reported", ("coordinator",), logged=False)],
    "reported.new": [Page("/reported/new", ("coordinator",), logged=False)],
    "reported.show": [Page("/reported/{figure}", ("coordinator",), about="figure", logged=False)],
    "outgoing.exports": [Page("/reports/outgoing/exports", ("supervisor",))],
    "outgoing.flash_report": [Page("/reports/outgoing/flash/{number}", READERS, FIELD, "case", own=True, only=("TE",))],
    "outgoing.gifts": [Page("/reports/outgoing/gifts", READERS, FIELD)],
    "outgoing.named_lists": [Page("/reports/outgoing/lists", READERS)],
    "outgoing.named_list": [Page("/reports/outgoing/lists/{named}", READERS, about="named")],
    "outgoing.answer_list": [Page("/reports/outgoing/lists/{named}", ("supervisor",), about="named")],
    "outgoing.withdraw_list": [Page("/reports/outgoing/lists/{named}/withdraw", READERS, FIELD, about="named")],
    "outgoing.take_list": [Page("/reports/outgoing/lists/{named}/pdf", READERS, FIELD, about="named")],
    "outgoing.index": [Page("/reports/outgoing", DETECTION, about="plan", logged=False, query="unit=" + HERE)],
    "outgoing.paper": [
        Page("/reports/outgoing/KH322-2022/csv", DETECTION, about="plan", logged=False, query="unit=" + HERE)
    ],
    "reports.approve": [Page("/reports/{waiting}/approve", ("supervisor", "coordinator"), about="report")],
    "reports.check": [Page("/check", EVERYONE, logged=False)],
    "reports.given_out": [Page("/reports/{report}/bundle", ("auditor",), about="report")],
    "reports.index": [Page("/reports", DETECTION, logged=False)],
    "reports.new": [Page("/reports/new", ("coordinator",))],
    "reports.paper": [Page("/reports/{report}/paper/xlsx", DETECTION, about="report", logged=False)],
    "reports.show": [Page("/reports/{report}", DETECTION, about="report", logged=False)],
    "reports.verify": [Page("/reports/{report}/verify", DETECTION, about="report")],
    "samples.again": [Page("/samples/{sample}/again", ("auditor",), about="report")],
    "samples.answer": [Page("/samples/{sample}/cases/1/answer", ("supervisor",), about="row", where="commune")],
    "samples.case": [Page("/samples/{sample}/cases/1", ("supervisor", "auditor"), about="report")],
    "samples.found": [Page("/samples/{sample}/cases/1/found", ("auditor",), about="report")],
    "samples.index": [Page("/samples", ("supervisor", "auditor"))],
    "samples.new": [Page("/samples/new", ("auditor",))],
    "samples.settle": [Page("/samples/{sample}/cases/1/settle", ("auditor",), about="report")],
    "samples.show": [Page("/samples/{sample}", ("auditor",), about="report")],
    "ui.healthz": [Page("/healthz", EVERYONE, logged=False)],
    "ui.language": [Page("/language", EVERYONE, logged=False)],
    "ui.readyz": [Page("/readyz", EVERYONE, logged=False)],
    "ui.static": [Page("/static/look.css", EVERYONE, logged=False)],
    "work.accept_late": [Page("/approvals/late", ("supervisor",))],
    "work.approvals": [Page("/approvals", ("supervisor",))],
    "work.caseload_files": [Page("/caseload/files", ("supervisor", "auditor"))],
    "work.caseload_page": [Page("/caseload", ("supervisor", "auditor"))],
    "work.drop_view": [Page("/caseload/views/{user}/drop", ("supervisor", "auditor"), about="another's view")],
    "work.exception_list": [Page(f"/exceptions/{code}", ("supervisor", "auditor")) for code in supervision().lists],
    "work.exception_lists": [Page("/exceptions", ("supervisor", "auditor"))],
    "work.reassign": [Page("/caseload/files", ("supervisor",))],
    "work.save_view": [Page("/caseload/views", ("supervisor", "auditor"))],
    "work.today": [Page("/", EVERYONE)],
}
# Pages that change something without being told what; they come last, and the end of the session after all.
LAST = ["areas.end", "detections.take", "admin.end_grant", "admin.reset", "admin.active", "access.sign_out"]
