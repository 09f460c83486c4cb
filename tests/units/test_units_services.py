from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from casemgr.db import begin_write, db
from casemgr.units import services
from casemgr.units.models import Unit
from casemgr.units.names import UnitError
from casemgr.units.web import current_tree

NOW = datetime(2026, 3, 2, 9, 0)
LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)
NEW = "91-20250701"


@pytest.fixture
def units(session):
    services.import_file(session, None, NOW)
    session.commit()
    return session


def add(session, **changes):
    values = {"code": "30999", "name": "Mới", "kind": "xa", "parent_id": NEW, "valid_from": date(2027, 1, 1)}
    return services.add_unit(session, now=NOW, **values | changes)


def test_a_unit_of_the_future(units):
    unit = add(units, name="  Ba \n Mới ")
    assert (unit.id, unit.name, unit.path) == ("30999-20270101", "Ba Mới", f"/{NEW}/30999-20270101/")
    tree = services.load(units)
    assert tree.find("30999", date(2026, 12, 31)) is None
    assert tree.find("30999", date(2027, 1, 1)) == unit.id


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parent_id": "90-20210101"}, "Không có đơn vị cấp trên"),
        ({"parent_id": None}, "trực thuộc"),
        ({"parent_id": "30544-20250701"}, "trực thuộc"),
        ({"parent_id": "891-20210101"}, "ngoài thời gian của huyện Tri Tôn"),
        ({"code": "30544"}, "Mã 30544 đã thuộc về xã Tri Tôn"),
        ({"code": "30544", "valid_from": date(2025, 7, 2), "valid_to": date(2025, 7, 3)}, "đã thuộc về"),
    ],
)
def test_a_unit_that_is_refused(units, changes, says):
    with pytest.raises(UnitError, match=says):
        add(units, **changes)


def test_the_database_refuses_two_open_units_of_one_code(units):
    row = {"name": "x", "kind": "xa", "path": "/x/", "note": "", "recorded_at": NOW}
    units.add(Unit(id="30544-20260101", code="30544", valid_from=date(2026, 1, 1), **row))
    with pytest.raises(IntegrityError):
        units.flush()
    units.rollback()
    units.add(Unit(id="39999-20260101", code="39999", valid_from=FIRST, valid_to=LAST, **row))
    with pytest.raises(IntegrityError):
        units.flush()


def test_two_at_once_cannot_both_take_a_code(app, units):
    """Closed periods, which no index guards: the second waits for the first and is then refused."""

    def attempt(day):
        with app.app_context():
            begin_write(db.session())
            try:
                add(db.session, valid_from=date(2027, 1, day), valid_to=date(2028, 1, 1))
                db.session.commit()
            except UnitError:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(1, 5))) == 1


def test_a_unit_ends_and_is_split(units):
    last = date(2026, 12, 31)
    one, two = add(units, code="30998"), add(units, code="30999")
    hamlet = services.add_hamlet(units, "30544-20250701", kind="khom", name="1", valid_from=FIRST, now=NOW)
    services.close_unit(
        units, "30544-20250701", last, NOW, heirs=[(one.id, False), (two.id, True)], act="Nghị quyết thử"
    )
    tree = services.load(units)
    assert tree.successors("30544-20250701") == [(one.id, False, True), (two.id, True, True)]
    assert tree.map_to("30544-20250701", date(2027, 1, 1)) is None
    units.refresh(hamlet)
    assert hamlet.valid_to == last
    services.move_hamlet(units, hamlet.id, one.id, NOW)
    assert services.load(units).map_to("30544-20250701", date(2027, 1, 1), hamlet.id) == one.id
    assert services.load(units).map_to("30544-20210101", date(2027, 1, 1), hamlet.id) == one.id
    with pytest.raises(UnitError, match="không chuyển sang"):
        services.move_hamlet(units, hamlet.id, "30547-20250701", NOW)
    with pytest.raises(UnitError, match="đã hết hiệu lực"):
        services.close_unit(units, "30544-20250701", last, NOW)


def test_endings_that_are_refused(units):
    with pytest.raises(UnitError, match="còn trực thuộc"):
        services.close_unit(units, NEW, date(2030, 1, 1), NOW)
    with pytest.raises(UnitError, match="trước ngày bắt đầu"):
        services.close_unit(units, "30544-20250701", LAST, NOW)
    for heirs in ([("30547-20210101", True)], [("x", True)], [(NEW, True)]):
        with pytest.raises(UnitError, match="cùng cấp"):
            services.close_unit(units, "30544-20250701", date(2030, 1, 1), NOW, heirs=heirs)
    two = [("30547-20250701", True), ("30337-20250701", True)]
    with pytest.raises(UnitError, match="đúng một đơn vị"):
        services.close_unit(units, "30544-20250701", date(2030, 1, 1), NOW, heirs=two)
    with pytest.raises(UnitError, match="Không tìm thấy|Không có"):
        services.close_unit(units, "30544-20300101", date(2030, 1, 1), NOW)


def test_a_renamed_unit_keeps_its_code_and_hamlets(units):
    old, on = "30544-20250701", date(2027, 1, 1)
    services.add_hamlet(units, old, kind="khom", name="1", valid_from=FIRST, now=NOW)
    new = services.rename(units, old, name="Tri Tôn", kind="phuong", on=on, act="Nghị quyết thử", now=NOW)
    tree = services.load(units)
    assert (tree.find("30544", on - timedelta(days=1)), tree.find("30544", on)) == (old, new.id)
    assert tree.label(new.id) == "phường Tri Tôn"
    assert tree.map_to("30544-20210101", on) == new.id
    assert [each.label for each in services.hamlets(units, new.id, on)] == ["khóm 1"]
    assert services.hamlets(units, old, on) == []
    with pytest.raises(UnitError, match="còn trực thuộc"):
        services.rename(units, NEW, name="An Giang", kind="tinh", on=on, act="", now=NOW)
    with pytest.raises(UnitError, match="Tên"):
        services.rename(units, new.id, name=" ", kind="phuong", on=date(2028, 1, 1), act="", now=NOW)
    assert units.get(Unit, new.id).valid_to is None


def test_a_misspelt_name(units):
    services.correct_name(units, "30544-20250701", "Tri  Tồn", NOW)
    assert services.load(units).label("30544-20250701") == "xã Tri Tồn"
    assert units.get(Unit, "30544-20250701").note.endswith("02/03/2026: trước đây ghi là “Tri Tôn”.")


def test_hamlets_live_within_their_commune(units):
    hamlet = services.add_hamlet(units, "30544-20250701", kind="ap", name="Tô  Hạ", valid_from=FIRST, now=NOW)
    assert hamlet.label == "ấp Tô Hạ"
    for unit, kind, name, says in (
        ("30544-20210101", "ap", "Một", "không có hiệu lực vào ngày 01/07/2025"),  # abolished
        ("30544-20250701", "ap", "TÔ HẠ", "Đã có ấp Tô Hạ"),
        ("30544-20250701", "thon", "Một", "Loại"),
        ("30544-20250701", "ap", " ", "Tên"),
        (NEW, "ap", "Một", "Ấp, khóm phải thuộc"),
        ("30544-20300101", "ap", "Một", "Ấp, khóm phải thuộc"),
    ):
        with pytest.raises(UnitError, match=says):
            services.add_hamlet(units, unit, kind=kind, name=name, valid_from=FIRST, now=NOW)
    services.close_hamlet(units, hamlet.id, date(2026, 1, 1))
    assert services.hamlets(units, "30544-20250701", date(2026, 1, 2)) == []
    with pytest.raises(UnitError, match="ngoài"):
        services.close_hamlet(units, hamlet.id, date(2026, 1, 2))
    services.add_hamlet(units, "30544-20250701", kind="ap", name="Tô Hạ", valid_from=date(2026, 2, 1), now=NOW)
    assert len(services.hamlets(units, "30544-20250701")) == 2


def test_days_off_of_one_year(session):
    friday, saturday = date(2026, 1, 2), date(2026, 1, 10)
    assert services.calendar(session).is_working(friday)
    decision = {"name": "Hoán đổi ngày làm việc", "document": "Thông báo thử"}
    services.set_holiday(session, friday, is_off=True, now=NOW, **decision)
    services.set_holiday(session, saturday, is_off=False, now=NOW, **decision)
    calendar = services.calendar(session)
    assert (calendar.is_working(friday), calendar.is_working(saturday)) == (False, True)
    assert services.calendar(session, known_at=NOW - timedelta(days=1)).is_working(friday)
    assert services.calendar(session) is calendar
    services.set_holiday(session, friday, is_off=False, now=NOW, **decision)
    assert services.calendar(session).is_working(friday)
    services.remove_holiday(session, saturday)
    assert not services.calendar(session).is_working(saturday)
    for day, name in ((date(2100, 1, 1), "x"), (friday, " ")):
        with pytest.raises(UnitError):
            services.set_holiday(session, day, is_off=True, name=name, document="", now=NOW)


def counted(session, function):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        function()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_one_tiny_query_a_transaction_while_nothing_changes(units):
    units.commit()
    tree, days = services.load(units), services.calendar(units)
    units.commit()
    units.connection()  # SQLite counts its BEGIN
    assert counted(units, lambda: (services.load(units), services.calendar(units))) == 1
    assert services.load(units) is tree
    assert services.calendar(units) is days
    add(units)
    units.commit()
    assert len(services.load(units)) == len(tree) + 1


def test_a_change_that_was_rolled_back_leaves_no_trace(units):
    tree = services.load(units)
    add(units)
    assert len(services.load(units)) == len(tree) + 1
    units.rollback()
    assert services.load(units).nodes == tree.nodes
    add(units, code="30998")
    units.commit()
    assert "30998-20270101" in services.load(units)
    assert "30999-20270101" not in services.load(units)


def test_templates_name_units(app, units):
    page = app.jinja_env.from_string("{{ a|unit }} · {{ a|unit_full }} · {{ b|unit }} · {{ none|unit }}")
    with app.test_request_context():
        assert current_tree() is current_tree()
        shown = page.render(a="30544-20210101", b="99999-20210101", none=None)
        assert shown == "thị trấn Tri Tôn · thị trấn Tri Tôn, huyện Tri Tôn, tỉnh An Giang · 99999-20210101 · "
        assert counted(units, lambda: page.render(a="30544-20210101", b=None, none="")) == 0


def test_commands(app):
    run = app.test_cli_runner().invoke
    assert "run flask unit import" not in run(args=["unit", "list"]).output
    assert run(args=["unit", "list"]).exit_code == 1
    assert "429 đơn vị mới, 304 quan hệ kế thừa mới" in run(args=["unit", "import"]).output
    assert "302 dòng đã có" in run(args=["unit", "import", "an-giang"]).output
    listed = run(args=["unit", "list", "--on", "25/05/2022", "--below", "891"]).output.splitlines()
    assert len(listed) == 16
    assert listed[0] == "891-20210101  huyện Tri Tôn"
    assert listed[1] == "  30544-20210101  thị trấn Tri Tôn"
    added = run(args=["unit", "add", "30999", "Mới", "--kind", "xa", "--parent", "91", "--from", "2027-01-01"])
    assert added.output == "30999-20270101\n"
    refused = run(args=["unit", "add", "30544", "Mới", "--kind", "xa", "--parent", "91", "--from", "01/01/2027"])
    assert refused.exit_code == 1
    assert "Mã 30544 đã thuộc về xã Tri Tôn" in refused.output
    closed = run(args=["unit", "close", "30544", "--last-day", "31/12/2026", "--heir", "30999"])
    assert closed.output == "30544-20250701\n"
    assert run(args=["unit", "holiday", "02/01/2026", "--off", "--name", "Nghỉ bù"]).exit_code == 0
    assert run(args=["unit", "list", "--on", "1/2"]).exit_code == 2
    assert run(args=["unit", "import", "nowhere.csv"]).exit_code == 1


def test_the_command_for_hamlets(app, tmp_path):
    file = tmp_path / "hamlets.csv"
    file.write_text("unit_code,name,kind\n30544,Tô Hạ,ấp\n", encoding="utf-8")
    run = app.test_cli_runner().invoke
    run(args=["unit", "import"])
    assert run(args=["unit", "hamlets", str(file), "--on", "25/05/2022"]).output.startswith("1 ấp, khóm mới")
    assert "dòng 2: Không có đơn vị mã 30544" in run(args=["unit", "hamlets", str(file), "--on", "01/01/2020"]).output
