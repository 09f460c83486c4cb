"""Every programme file of the house: it loads, its references hold, and what must stay out of clear text does."""

from datetime import date

import pytest

from casemgr.programmes import FOLDER
from casemgr.programmes.loader import CASE_KINDS, DETECTION_KINDS, load_folder
from tests.programmes.build import programme

CODES = ["BD", "MT", "NCC", "TE"]
# Fields that no programme may keep in clear: health, a sub-type of abuse, what only the person should tell.
SEALED = {"xhtd", "substance", "restricted", "injury", "certificate", "contact", "shelter", "note"}


def tracks(code):
    return [(programme(code).case, CASE_KINDS), (programme(code).detection, DETECTION_KINDS)]


def test_the_folder_loads_and_knows_its_four_programmes():
    assert list(load_folder(FOLDER)) == CODES


@pytest.mark.parametrize("code", CODES)
def test_criteria_have_a_name_of_their_own_and_a_tag(code):
    for track, _common in tracks(code):
        codes = [c.code for c in track.criteria]
        assert len(codes) == len(set(codes))
        assert all(c.tag in {"V", "V2", "M", "D", "I"} and c.article for c in track.criteria)


@pytest.mark.parametrize("code", CODES)
def test_a_task_is_an_entry_that_somebody_can_write(code):
    for track, common in tracks(code):
        for criterion in track.criteria:
            if criterion.task is not None:
                kind = track.kinds.get(criterion.task)
                assert criterion.task in common or kind.offer


@pytest.mark.parametrize("code", CODES)
def test_every_clock_is_used_tagged_and_sourced(code):
    text = (FOLDER / f"{code}.toml").read_text(encoding="utf-8")
    for clock in programme(code).clocks.values():
        assert f'"{clock.code}"' in text
        assert all(v.tag in {"V", "V2", "M", "D", "I"} and v.article and v.amount > 0 for v in clock.versions)


@pytest.mark.parametrize("code", CODES)
def test_health_and_sub_types_of_abuse_are_never_in_clear(code):
    for track, _common in tracks(code):
        for kind in track.kinds.values():
            for field in kind.fields:
                assert field.store == "sealed" or field.name not in SEALED
                assert field.type not in ("text", "note") or field.store == "sealed"
                assert "birth" not in field.name


@pytest.mark.parametrize("code", CODES)
def test_every_service_answers_a_need_or_stands_alone_on_purpose(code):
    answered = {s for need in programme(code).needs.values() for s in need.services}
    assert set(programme(code).services) - answered <= {"NCC-MT"}


@pytest.mark.parametrize("code", CODES)
def test_one_department_leads_on_every_day(code):
    for day in (date(2022, 5, 20), date(2025, 2, 28), date(2025, 3, 1), date(2026, 7, 1)):
        assert len([lead for lead in programme(code).leads if lead.holds_on(day)]) == 1


@pytest.mark.parametrize(
    ("code", "day", "lead"),
    [
        ("TE", date(2025, 3, 1), "so_yt"),
        ("MT", date(2025, 3, 1), "cong_an"),
        ("BD", date(2025, 3, 1), "so_yt"),
        ("NCC", date(2025, 3, 1), "so_nv"),
        ("NCC", date(2025, 2, 28), "so_ldtbxh"),
    ],
)
def test_the_leads_before_and_after_the_reform(code, day, lead):
    assert [each.code for each in programme(code).leads if each.holds_on(day)] == [lead]


@pytest.mark.parametrize("code", CODES)
def test_what_the_screens_need_is_there(code):
    kinds = programme(code).case.kinds
    for kind in ("opened", "assessed", "planned", "served", "refused", "referred", "reviewed", "closed", "reopened"):
        assert kind in kinds
    assert kinds["planned"].decide
    assert kinds["closed"].decide
    assert [s.code for s in programme(code).steps][0] == "file"


def test_age_bands_follow_the_statistics():
    assert programme("MT").age_bands == ((0, 14), (14, 16), (16, 18), (18, 30), (30, None))
    assert programme("TE").age_bands == ((0, 6), (6, 11), (11, 13), (13, 16))


def test_only_families_are_open_to_the_commune():
    assert {c: (programme(c).readers, programme(c).sensitive) for c in CODES} == {
        "TE": ("assigned", True), "MT": ("assigned", True), "BD": ("assigned", True), "NCC": ("commune", False),
    }  # fmt: skip
    assert [c for c in CODES if programme(c).anonymous] == ["BD"]
