from datetime import date, datetime

import pytest
import sqlalchemy as sa

from casemgr.units import services
from casemgr.units.importing import BUNDLED
from casemgr.units.models import Hamlet, Lineage, Unit
from casemgr.units.names import UnitError
from casemgr.units.reading import ListRefused, read_communes, read_hamlets

NOW = datetime(2022, 5, 25, 8, 0)
PLAN, FIRST = date(2022, 5, 25), date(2025, 7, 1)
HEADER = "old_code,old_name,old_district,old_province,new_code,new_name,split,default_target"
ROW = "30544,Thị trấn Tri Tôn,Huyện Tri Tôn,Tỉnh An Giang,30544,Xã Tri Tôn,0,0"


def written(tmp_path, *lines, encoding="utf-8"):
    file = tmp_path / "list.csv"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return file


def problems(reader, *lines):
    with pytest.raises(ListRefused) as refused:
        reader(lines)
    return [(line, str(error)) for line, error in refused.value.problems]


def test_the_bundled_list(session, an_giang):
    result = services.import_file(session, None, NOW)
    assert (result.added, result.lineage, result.unchanged) == (429, 304, 0)
    session.commit()
    tree = services.load(session)
    assert tree.nodes == an_giang.nodes
    assert sorted(tree.descents, key=repr) == sorted(an_giang.descents, key=repr)
    assert set(session.scalars(sa.select(Lineage.act))) == {"Nghị quyết 1654/NQ-UBTVQH15"}
    assert set(session.scalars(sa.select(Lineage.valid_from))) == {FIRST}
    assert "tháng 6/2025" in session.get(Unit, "30544-20210101").note


def test_the_same_list_again_changes_nothing(session):
    services.import_file(session, "an-giang", NOW)
    again = services.import_file(session, BUNDLED["an-giang"], NOW)
    assert (again.added, again.lineage, again.unchanged) == (0, 0, 302)


def test_only_what_a_list_names_is_added(session, tmp_path):
    result = services.import_file(session, written(tmp_path, "\ufeff" + HEADER, ROW), NOW)
    assert (result.added, result.lineage) == (5, 2)  # two provinces, a district, two communes
    assert services.import_file(session, None, NOW).unchanged == 1


def test_a_list_that_contradicts_the_units_there_are(session, tmp_path):
    services.import_file(session, None, NOW)
    file = written(tmp_path, HEADER, ROW, ROW.replace("30544,Thị trấn Tri Tôn", "30547,Xã Khác"))
    with pytest.raises(ListRefused, match=r"dòng 3: Mã 30547 đã có với tên hoặc cấp trên khác: Ba Chúc"):
        services.import_file(session, file, NOW)


def test_a_district_nobody_knows(session, tmp_path):
    file = written(tmp_path, HEADER, ROW, ROW.replace("30544", "30547").replace("Huyện Tri Tôn", "Huyện Mới"))
    with pytest.raises(ListRefused, match="^dòng 3: Chưa có huyện Mới"):
        services.import_file(session, file, NOW)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Unit)) == 0  # all of a list or nothing


def test_another_provinces_list_hangs_on_units_added_before(session, tmp_path):
    ends = date(2025, 6, 30)
    add = {"now": NOW, "valid_from": date(2021, 1, 1)}
    old = services.add_unit(session, code="87", name="Đồng Tháp", kind="tinh", parent_id=None, **add)
    services.add_unit(session, code="870", name="Hồng Ngự", kind="huyen", parent_id=old.id, valid_to=ends, **add)
    new = services.add_unit(
        session, code="82", name="Đồng Tháp", kind="tinh", parent_id=None, valid_from=FIRST, now=NOW
    )
    services.close_unit(session, old.id, ends, NOW, heirs=[(new.id, True)], act="Nghị quyết thử")
    row = "29938,Xã Thường Phước 1,Huyện Hồng Ngự,Tỉnh Đồng Tháp,29938,Xã Thường Phước,0,0"
    services.import_file(session, written(tmp_path, HEADER, row), NOW)
    tree = services.load(session)
    assert tree.full_label("29938-20210101") == "xã Thường Phước 1, huyện Hồng Ngự, tỉnh Đồng Tháp"
    assert tree.map_to("29938-20210101", FIRST) == "29938-20250701"
    assert session.get(Lineage, ("29938-20210101", "29938-20250701")).act == "Nghị quyết thử"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (ROW.replace("30544,Thị", "3054,Thị"), "Mã “3054” phải có 5 chữ số"),
        (ROW.replace("Thị trấn Tri Tôn", "Tri Tôn"), "“Tri Tôn” phải bắt đầu bằng loại đơn vị"),
        (ROW.removesuffix("0") + "yes", "“yes” phải là 0 hoặc 1"),
        (ROW.replace(",0,0", ",1,1"), "Cột split của mã 30544 không khớp"),
        (ROW + ",", "nhiều ô hơn"),
        ("30544,Thị trấn Tri Tôn", "“” phải bắt đầu"),
        (ROW + '"x', None),
    ],
)
def test_faults_name_their_line(line, says):
    found = problems(read_communes, HEADER, ROW.replace("30544", "30547"), "", line)
    assert [at for at, _ in found] == [4]
    assert says is None or says in found[0][1]


def test_faults_between_lines():
    found = problems(
        read_communes,
        HEADER,
        ROW,
        ROW.replace("30544,Xã", "30547,Xã"),
        ROW.replace("Thị trấn Tri Tôn", "Xã Khác").replace(",30544,Xã Tri Tôn", ",30547,Xã Nữa"),
    )
    texts = [text for _, text in found]
    assert any("Cột split của mã 30544" in text for text in texts)
    assert (4, "Mã cũ 30544 đã ghi là thị trấn Tri Tôn.") in found
    assert (4, "Mã mới 30547 đã ghi là xã Tri Tôn.") in found
    assert (3, "Cặp 30544, 30544 ghi hai lần.") in problems(read_communes, HEADER, ROW, ROW)
    halves = [ROW.replace(",0,0", ",1,0"), ROW.replace("30544,Xã Tri", "30547,Xã Ba").replace(",0,0", ",1,0")]
    assert (2, "Mã 30544 phải có đúng một dòng default_target=1.") in problems(read_communes, HEADER, *halves)


def test_a_file_that_is_no_list(session, tmp_path):
    assert problems(read_communes, "a,b", "1,2")[0][0] == 1
    assert problems(read_communes)[0][1].startswith("Thiếu cột: old_code")
    with pytest.raises(UnitError, match="UTF-8"):
        services.import_file(session, written(tmp_path, HEADER, ROW, encoding="utf-16"), NOW)
    with pytest.raises(UnitError, match="Không mở được tệp nowhere.csv"):
        services.import_file(session, tmp_path / "nowhere.csv", NOW)


def test_many_faults_are_counted():
    lines = [ROW.replace("Thị trấn Tri Tôn", "Tri Tôn")] * 50
    with pytest.raises(ListRefused) as refused:
        read_communes([HEADER, *lines])
    assert len(refused.value.problems) == 50
    assert str(refused.value).endswith("và 30 lỗi khác")


def test_hamlets(session, tmp_path):
    services.import_file(session, None, NOW)
    file = written(
        tmp_path,
        "unit_code,name,kind,valid_from,moved_to",
        "30355,Phú Thuận,ấp,,30337",
        "30355,Ấp Phú Nghĩa,,,",
        "30544,Khóm 1,khom,01/06/2023,",
        "30544,khóm 1,khóm,,",
    )
    result = services.import_hamlets(session, file, PLAN, NOW)
    assert (result.added, result.unchanged) == (3, 1)
    assert services.import_hamlets(session, file, PLAN, NOW).added == 0
    first, second = services.hamlets(session, "30355-20210101")
    assert (first.label, second.label) == ("ấp Phú Nghĩa", "ấp Phú Thuận")
    assert second.valid_from == date(2021, 1, 1)
    assert second.valid_to == date(2025, 6, 30)  # with its commune
    tree = services.load(session)
    assert tree.map_to("30355-20210101", FIRST, second.id) == "30337-20250701"
    assert tree.map_to("30355-20210101", FIRST, first.id) is None
    later = written(tmp_path, "unit_code,name,kind,moved_to", "30355,Phú Nghĩa,ấp,30346")
    assert services.import_hamlets(session, later, PLAN, NOW).lineage == 1
    assert services.load(session).map_to("30355-20210101", FIRST, first.id) == "30346-20250701"


def test_hamlets_with_faults(session, tmp_path):
    services.import_file(session, None, NOW)
    file = written(
        tmp_path,
        "unit_code,name,kind,valid_from,moved_to",
        "30355,Được,ấp,,",
        "39999,Một,ấp,,",
        "30544,Hai,ấp,01/07/2025,",
        "30544,Ba,ấp,,30337",
        "30544,,ấp,,",
    )
    with pytest.raises(ListRefused) as refused:
        services.import_hamlets(session, file, PLAN, NOW)
    assert [line for line, _ in refused.value.problems] == [3, 4, 5, 6]
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Hamlet)) == 0
    header = "unit_code,name,kind,valid_from"
    assert "không phải là ngày" in problems(read_hamlets, header, "30544,Một,ấp,1/13/2022")[0][1]
    assert "không phải “thôn”" in problems(read_hamlets, header, "30544,Một,thôn,")[0][1]
