"""Pages of lists that name people: the gift lists of 27/7 and Tết, files for other agencies' software, the flash report
of a grave case. Each is logged with its purpose and how many it names, and bears a mark that says for whom it was made."""

from flask import abort, request

from casemgr import papers
from casemgr.access.web import Permission, current_actor, guard, log_access, may, require
from casemgr.cases.forms import options
from casemgr.cases.models import CaseFile
from casemgr.cases.queries import scopes, visible
from casemgr.cases.reading import name_of
from casemgr.cases.web import Dossier, open_dossier
from casemgr.clock import now
from casemgr.db import db
from casemgr.papers import Break, Paper, Rows, Signature, Table, Text
from casemgr.reports import rolls_of
from casemgr.reports.forms import PURPOSES, ExportForm, FlashForm, GiftForm
from casemgr.reports.persons import Roll, rows
from casemgr.reports.views import bp
from casemgr.ui.forms import show_form
from casemgr.ui.i18n import language
from casemgr.ui.rules import show_moment
from casemgr.units.names import letterhead
from casemgr.units.web import current_tree


@bp.route("/gifts", methods=["GET", "POST"])
@guard(Permission.IDENTITY_READ)
def gifts():
    """The list of a commune with a column to sign in."""
    found, _exports = rolls_of()
    form = GiftForm()
    form.occasion.choices = options((code, roll.title[language()]) for code, roll in found.items())
    form.unit.choices += options(_units(Permission.IDENTITY_READ, "commune"))
    if request.method == "POST" and form.validate():
        roll, unit = found[form.occasion.data], form.unit.data
        require(Permission.IDENTITY_READ, unit=unit, programme=roll.programme, read="commune")
        listed = _rows(roll, unit, Permission.IDENTITY_READ)
        log_access("list:print", None, unit, roll.programme, f"{roll.code},rows={len(listed)},{form.ending.data}")
        return papers.answer(_gift_paper(roll, unit, listed), form.ending.data, "danh-sach-nhan-qua")
    return show_form("reports/gifts.html", form)


@bp.route("/exports", methods=["GET", "POST"])
@guard(Permission.PERSON_EXPORT)
def exports():
    """A file in the columns of another agency's software."""
    _gifts, found = rolls_of()
    allowed = {code: r for code, r in found.items() if may(Permission.PERSON_EXPORT, programme=r.programme)}
    form = ExportForm()
    form.roll.choices = options(
        (code, f"{roll.title[language()]} ({roll.agency[language()]})") for code, roll in allowed.items()
    )
    form.unit.choices += options(_units(Permission.PERSON_EXPORT))
    if request.method == "POST" and form.validate():
        roll, unit = allowed[form.roll.data], form.unit.data
        require(Permission.PERSON_EXPORT, unit=unit, programme=roll.programme)
        listed = _rows(roll, unit, Permission.PERSON_EXPORT)
        log_access(
            Permission.PERSON_EXPORT, None, unit, roll.programme, f"{roll.code},{form.purpose.data},rows={len(listed)}"
        )
        return papers.answer(_export_paper(roll, unit, listed, form), "xlsx", "ket-xuat")
    return show_form("reports/exports.html", form, rolls=allowed)


def _units(permission: Permission, level: str | None = None) -> list[tuple[str, str]]:
    """Where whoever acts may do this, those in force today, by district."""
    tree, today = current_tree(), now().date()
    units = {u for each in scopes(current_actor(), permission) for u in each.units}
    kept = [u for u in units if u in tree and tree[u].valid(today) and (level is None or tree.level(u) == level)]
    return [(u, tree.full_label(u)) for u in sorted(kept, key=lambda u: tree[u].path)]


def _rows(roll: Roll, unit: str, permission: Permission) -> list[tuple[str, ...]]:
    tree = current_tree()
    within = CaseFile.unit_id.in_(sorted(tree.with_predecessors(unit)))
    return rows(db.session, roll, [visible(current_actor(), permission, CaseFile, tree), within], tree)


def _gift_paper(roll: Roll, unit: str, listed: list[tuple[str, ...]]) -> Paper:
    node = current_tree()[unit]
    heads = ("STT", *(column.head for column in roll.columns))
    return Paper(
        template="list",
        agency=letterhead(node.kind, node.name),
        number=papers.number(None, "DS-UBND"),
        place=node.name,
        day=None,
        year=now().year,
        title=roll.title.vi.upper(),
        about=f"Năm {now().year}",
        body=(
            Table(
                heads,
                tuple((str(n), *row) for n, row in enumerate(listed, 1)),
                _gift_widths(roll),
                "c" + "l" * len(roll.columns),
            ),
            Text(f"Danh sách có {len(listed)} hộ."),
        ),
        signatures=(
            Signature(("NGƯỜI LẬP",), "", "(Ký, ghi rõ họ tên)"),
            Signature(("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "", "(Ký, đóng dấu)"),
        ),
        sheet="Danh sách",
    )


def _gift_widths(roll: Roll) -> tuple[float, ...]:
    wide = {"name": 24, "birth_year": 8, "category": 26, "address": 26}
    return (5, *(wide.get(column.take, 14) for column in roll.columns))


def _export_paper(roll: Roll, unit: str, listed: list[tuple[str, ...]], form: ExportForm) -> Paper:
    """The first sheet is what the software reads; the second says for whom and for what it was made."""
    actor = current_actor()
    why = (
        ("Theo cột của", roll.title.vi),
        ("Phạm vi", current_tree().full_label(unit)),
        ("Mục đích", PURPOSES[form.purpose.data]),
        ("Văn bản yêu cầu, nơi nhận", form.document.data),
        ("Người kết xuất", actor.name),
        ("Kết xuất lúc", show_moment(now())),
        ("Số dòng", str(len(listed))),
        ("Lưu ý", "Dữ liệu cá nhân. Không chuyển tiếp ngoài mục đích nêu trên; xóa sau khi đã nhập."),
    )
    return Paper(
        template="list",
        agency=("",),
        title="",
        body=(Table(tuple(column.head for column in roll.columns), tuple(listed)),),
        appendix=(Break("Muc dich"), Rows(why)),
        mark=f"{PURPOSES[form.purpose.data]} · {actor.name} · {show_moment(now())}",
        sheet="Du lieu",
        dated=False,
        bare=True,
    )


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
    from datetime import datetime

    return show_moment(datetime.fromisoformat(text)) if text else ""


def _about(dossier: Dossier) -> str:
    identity = dossier.state.identity
    sex = {"nam": "nam", "nu": "nữ"}.get(identity.get("sex") or "", "")
    return ", ".join(filter(None, (str(identity.get("birth_year") or ""), sex)))
