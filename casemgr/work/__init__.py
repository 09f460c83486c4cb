"""A day's work and the decisions that wait: derived from the open promises of files and detections."""

from importlib import import_module


def init_app(app) -> None:
    from flask_babel import lazy_gettext

    from casemgr.access.policy import Permission
    from casemgr.refused import N_
    from casemgr.ui import navigation
    from casemgr.work import inbox
    from casemgr.work.projection import register
    from casemgr.work.views import bp

    for pages in ("approvals", "exception_pages", "caseload_pages"):
        import_module(f"casemgr.work.{pages}")
    register()
    _what_registers_ask()
    inbox.also(inbox.offered, N_("%(n)s hồ sơ đơn vị khác đề nghị tiếp nhận"), "handover.transfers")
    app.register_blueprint(bp)
    # Those who may search for persons are those who work on cases: workers and their leaders.
    navigation.add(app, "work.today", lazy_gettext("Việc hôm nay"), Permission.PERSON_SEARCH, order=10)
    navigation.add(
        app, "work.approvals", lazy_gettext("Chờ duyệt"), Permission.CASE_DECIDE, order=15, covers=("work.accept_late",)
    )
    further = {
        "work.exception_lists": ("work.exception_list",),
        "work.caseload_page": ("work.caseload_files", "work.reassign", "work.save_view"),
    }
    for order, (page, label) in enumerate(
        (("work.exception_lists", lazy_gettext("Cần chú ý")), ("work.caseload_page", lazy_gettext("Phụ trách"))), 16
    ):
        navigation.add(app, page, label, Permission.CASELOAD_READ, order=order, covers=further[page])


def _what_registers_ask() -> None:
    """What a commune asks about rows of registers and about figures is decided on pages of its own."""
    from casemgr.reconciling import asking, disputes
    from casemgr.reconciling.models import ReconciledRow
    from casemgr.refused import N_
    from casemgr.work import inbox

    inbox.also(
        lambda view: asking.rows_waiting(view.session, view.actor, ReconciledRow.asked),
        N_("%(n)s đề nghị không tính dòng của danh sách nguồn"),
        "reconciling.exclusions",
    )
    inbox.also(
        lambda view: (
            asking.rows_waiting(view.session, view.actor, ReconciledRow.dispute)
            + disputes.waiting(view.session, view.actor, view.tree)
        ),
        N_("%(n)s đề nghị xem xét lại số liệu chờ trả lời"),
        "reconciling.disputes",
    )
