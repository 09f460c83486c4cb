"""The numbers of the matching are data: each can be changed, and what does not fit is refused by its name."""

import copy
import re

import pytest

from casemgr.people import matching, settings
from casemgr.people.settings import SETTINGS, check
from casemgr.reconciling import rules


def changed(path: str, value) -> dict:
    said = copy.deepcopy(SETTINGS)
    *above, last = path.split(".")
    place = said
    for each in above:
        place = place[each]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return said


def test_the_file_is_as_it_must_be():
    assert settings.load() == SETTINGS


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("likeness.same", 101), ("likeness.near", "72"), ("parts.alike", True), ("births.years", -1), ("points.name.same", None),
        ("points.phone.near", 3), ("grades.strong", None), ("automatic.with_day", ["shoe"]), ("automatic.numbers", []),
        ("automatic.with_near", "hamlet"), ("blocks.other", 1), ("usage.usual", 1.5), ("likeness.near", float("nan")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_its_name(path, value):
    with pytest.raises(ValueError, match=re.escape(path)):
        check(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("births.years", 1.0), ("births.wrong", 1.5), ("parts.shortest", 4.5), ("automatic.shown", 5.0), ("points.name.same", 40.5),
        ("usage.bearers", 50.5), ("usage.rare_from", 2.5), ("blocks.years", 1.5), ("blocks.close", 40.0), ("blocks.closer", 8.5),
    ],
)  # fmt: skip
def test_what_is_counted_is_a_whole_number(path, value):
    with pytest.raises(ValueError, match=re.escape(f"matching.toml: {path} must be a whole number from")):
        check(changed(path, value))


@pytest.mark.parametrize(("path", "value"), [("likeness.same", 94.5), ("automatic.rare", 12.5), ("points.bit", 3.5)])
def test_what_is_measured_need_not_be(path, value):
    assert check(changed(path, value))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    file = tmp_path / "matching.toml"
    file.write_text("[points\nbit = 4")
    with pytest.raises(ValueError, match=r"^matching\.toml: "):
        settings.load(file)


@pytest.mark.parametrize(
    ("path", "value"), [("grades.possible", 80), ("likeness.near", 95), ("automatic.margin_elsewhere", 21), ("blocks.closer", 41)]
)  # fmt: skip
def test_bands_that_cross_are_refused(path, value):
    with pytest.raises(ValueError, match="must not be above"):
        check(changed(path, value))


def test_every_finding_has_its_points_and_its_words():
    assert set(matching.POINTS) == set(matching.FINDINGS)


def test_the_bands_are_those_of_the_file(monkeypatch):
    one, other = (matching.Person("Nguyễn Thị Sóc Kha"), matching.Person("Nguyễn Thị Sóc Khá"))
    found = lambda: {r.field: r.finding for r in matching.match(one, other).reasons}["name"]  # noqa: E731
    likeness = round(matching._similarity(one.name, other.name) * 100)
    monkeypatch.setitem(matching.LIKENESS, "same", likeness + 1)
    assert found() == "near"
    monkeypatch.setitem(matching.LIKENESS, "same", likeness - 1)
    assert found() == "same"
    monkeypatch.setitem(matching.LIKENESS, "same", 100)
    monkeypatch.setitem(matching.LIKENESS, "near", 100)
    assert found() == "differs"


@pytest.mark.parametrize(
    "wrong",
    [{"same_incident_days": "30"}, {"same_incident_days": 400}, {"harmless_doubts": ["none"]}, {"never_matched": [1]}, {"x": 1}],
)  # fmt: skip
def test_the_settings_of_the_reconciliation_too(wrong):
    assert rules.check_settings(rules.SETTINGS) is rules.SETTINGS
    with pytest.raises(ValueError, match="toml"):
        rules.check_settings({**rules.SETTINGS, **wrong})
