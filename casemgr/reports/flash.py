"""The flash report of a grave case to those who must know at once: by its number, never by name. It waits for no second
person: whoever signs the paper answers for it. Each is logged with its purpose and bears a mark that says for whom."""

from datetime import datetime

from flask import abort, request

from casemgr import papers
from casemgr.access.web import Permission, current_actor, guard, log_access, require
from casemgr.cases.reading import name_of
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.papers import Paper, Rows, Signature, Table, Text
from casemgr.reports.forms import PURPOSES, FlashForm
from casemgr.reports.views import bp
from casemgr.ui.forms import show_form
from casemgr.ui.rules import show_moment
from casemgr.units.names import letterhead
from casemgr.units.web import current_tree


@bp.route("/flash/<number>", methods=["GET", "POST"])
@guard(Permission.CASE_READ)
def flash_report(number: str):
    """The quick report of a grave case to those who must know at once: by its number, never by name."""
    dossier = open_dossier(number)
    file = dossier.file
    require(Permission.IDENTITY_READ, subject=file.subject, **dossier.facts)
    if not grave(dossier):
        abort(404)
    form = FlashForm()
    if request.method == "POST" and form.validate():
        log_access(
            "report:flash", file.subject, file.unit_id, file.programme, f"{form.purpose.data},{form.ending.data}"
        )
        return papers.answer(_flash_paper(dossier, form), form.ending.data, "bao-cao-nhanh")
    return show_form("reports/flash.html", form, file=file, label=dossier.label)


def grave(dossier: Dossier) -> bool:
    """An emergency, or the highest level of risk, in a group of people at risk."""
    risks = list(dossier.programme.codes.get("risk", {}))
    urgent = any(item.opening.coded.get("emergency") for item in dossier.state.items)
    return bool(risks) and (urgent or dossier.file.risk == risks[0])


def _flash_paper(dossier: Dossier, form: FlashForm) -> Paper:
    file, programme, tree = dossier.file, dossier.programme, current_tree()
    node = tree[file.unit_id]
    received = min((i.opening.coded.get("received_at") or "" for i in dossier.state.items), default="")
    harms = {code for item in dossier.state.items for code in item.opening.coded.get("harm") or ()}
    facts = [
        ("Mã số hồ sơ", file.number),
        ("Địa bàn", tree.full_label(file.unit_id)),
        ("Tiếp nhận thông tin lúc", _moment(received)),
        ("Hình thức", ", ".join(sorted(name_of(programme.codes.get("harm", {}), code, "vi") for code in harms))),
        ("Mức nguy cơ", name_of(programme.codes.get("risk", {}), file.risk, "vi") if file.risk else "chưa đánh giá"),
        ("Năm sinh, giới tính", _about(dossier)),
    ]
    done = [
        (show_moment(e.occurred_at, e.precision), programme.case.kinds[e.kind].name.vi)
        for e in dossier.state.entries
        if e.kind in programme.case.kinds and e.kind != "opened"
    ]
    actor = current_actor()
    mark = f"{PURPOSES[form.purpose.data]} · gửi {form.to.data} · {show_moment(now())} · {actor.name}"
    return Paper(
        template="report",
        agency=letterhead(node.kind, node.name),
        number=papers.number(None, "BC-UBND"),
        place=node.name,
        day=now().date(),
        title="BÁO CÁO NHANH",
        about="Về một trường hợp cần can thiệp khẩn cấp",
        to=(form.to.data,),
        body=(
            Rows(tuple((label, value) for label, value in facts if value)),
            Text("Việc đã làm:", "bold"),
            Table(("Thời điểm", "Việc"), tuple(done) or (("", "chưa có"),), (22, 60), "ll"),
            Text("Đề nghị: ……"),
            Text(
                "Danh tính không ghi trong văn bản này; nơi nhận có thẩm quyền xem trong hệ thống hoặc nhận qua kênh riêng.",
                "note",
            ),
        ),
        signatures=(Signature(("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")),),
        recipients=("Như trên;", "Lưu: VT, hồ sơ."),
        mark=mark,
        sheet="Báo cáo nhanh",
    )


def _moment(text: str) -> str:
    return show_moment(datetime.fromisoformat(text)) if text else ""


def _about(dossier: Dossier) -> str:
    identity = dossier.state.identity
    sex = {"nam": "nam", "nu": "nữ"}.get(identity.get("sex") or "", "")
    return ", ".join(filter(None, (str(identity.get("birth_year") or ""), sex)))
