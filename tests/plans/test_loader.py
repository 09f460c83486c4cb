"""A plan file that cannot be used says where and why."""

from pathlib import Path

import pytest

import casemgr.plans
import casemgr.programmes
from casemgr.plans.loader import load_file
from casemgr.programmes.loader import load_folder
from casemgr.programmes.reader import ProgrammeError

FILE = Path(casemgr.plans.__file__).with_name("KH322-2022.toml")
PROGRAMMES = load_folder(Path(casemgr.programmes.__file__).parent)


def test_the_plan_has_its_five_indicators():
    plan = load_file(FILE, PROGRAMMES)
    assert list(plan.indicators) == ["TE-2", "TE-1", "MT-1", "BD-1", "NCC-1"]
    assert plan.period("6-thang-dau").end.month == 6
    assert plan.period(None) == plan.period("nam")
    assert all(setting.tag == "D" for i in plan.indicators.values() for setting in i.settings.values())


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('rule = "all_steps"', 'rule = "guess"', "indicators.0.rule", "is not one of"),
        ("target = 1.0", 'target = "all"', "indicators.0.target", "must be a number"),
        ('programme = "TE"\nrule', 'programme = "XX"\nrule', "indicators.0.programme", "is not in 'counting'"),
        ('TE = "in_period"', 'TE = "always"', "counting.TE", "is not one of"),
        ('baseline = "TE1.baseline"', 'baseline = "TE9"', "indicators.1.uses.baseline", "no input"),
        ('standard = "living_standard"', 'standard = "x"', "indicators.4.uses.standard", "no step"),
        ('stayed = "stayed"', 'stayed = "left"', "indicators.2.uses.stayed", "no criterion"),
        ('value = "file"', 'value = "both"', "indicators.3.settings.reading.value", "is not one of"),
        ('"support_refused"', '"tired"', "indicators.3.settings.refusals.value", "no band"),
        ('direction = ">="', 'direction = ">="\nmood = "good"', "indicators.0.mood", "unknown key"),
        ("to = 2022-06-30", "to = 2023-06-30", "periods.1.from", "does not lie within"),
        ('levels = ["province", "district", "commune"]', 'levels = ["hamlet"]', "inputs.0.levels", "is not one of"),
        ("to = 2022-12-31", "to = 2022-12-32", "", ""),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(tmp_path, old, new, key, problem):
    file = tmp_path / "plan.toml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProgrammeError) as error:
        load_file(file, PROGRAMMES)
    assert error.value.file == "plan.toml"
    assert error.value.key == key
    assert problem in error.value.problem
    assert error.value.line > 1
