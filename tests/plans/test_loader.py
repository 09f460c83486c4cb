"""A plan file that cannot be used says where and why."""

from decimal import Decimal
from pathlib import Path

import pytest

import casemgr.plans
import casemgr.programmes
from casemgr.plans.loader import load_file
from casemgr.plans.loader import load_folder as load_plans
from casemgr.programmes.loader import load_folder
from casemgr.programmes.reader import ProgrammeError

FILE = Path(casemgr.plans.__file__).with_name("KH322-2022.toml")
PROGRAMMES = load_folder(Path(casemgr.programmes.__file__).parent)


# Code, direction, target: as the published articles say them, written down once more.
OF_THE_PLAN = """
LD-01 ~>= 20000|LD-02 >= 0.415|LD-03 >= 15000|LD-04 >= 0.68|LD-05 >= 0.27|LD-06 >= 200|LD-07 < 0.04
NCC-1 >= 1.0|NCC-2 >= 4000000000|GN-1 >= 1.0 1.2|GN-2 >= 3.0 4.0
TE-1 >= 0.20|TE-2 >= 1.0|TE-3 >= 4000000000|MT-1 >= 0.50|BD-1 >= 1.0|YT-1 >= 0.92|NS-1 >= 0.94
Q1-01 up|Q1-02 down|Q1-03 Q|Q1-04 Q|Q1-05 up|Q1-06 Q|Q1-07 up|Q1-08 Q|Q1-09 up|Q1-10 Q|Q1-11 Q|Q1-12 Q|Q1-13 Q
Q1-14 Q|Q1-15 Q
"""
OF_THE_DIRECTIVE = """
CT-1 >= 1.0 1.2|CT-2 up|CT-3 Q|CT-4 Q|CT-5 >= 1.0|CT-6 down|CT-7 up|CT-8 -|CT-9 up|CT-10 -|CT-11 Q
"""


def said(plan) -> set[str]:
    found = set()
    for i in plan.indicators.values():
        high = [i.range[1]] if i.range else []
        found.add(" ".join(map(str, [i.code, i.direction, *([i.target] if i.target is not None else []), *high])))
    return found


def written(text: str) -> set[str]:
    return {each for line in text.strip().splitlines() for each in line.split("|")}


def test_the_plans_say_what_the_articles_say():
    found = load_plans(FILE.parent, PROGRAMMES)
    assert said(found["KH322-2022"]) == written(OF_THE_PLAN)
    assert said(found["CT06-2025"]) == written(OF_THE_DIRECTIVE)
    assert sum(found["CT06-2025"].indicators["CT-10"].setting("expected").values()) == 26


def test_the_plan_has_its_periods_and_settings():
    plan = load_file(FILE, PROGRAMMES)
    assert plan.period("6-thang-dau").end.month == 6
    assert plan.period(None) == plan.period("nam")
    assert all(setting.tag == "D" for i in plan.indicators.values() for setting in i.settings.values())


def test_next_years_plan_is_a_new_file(tmp_path):
    """It may go on with last year's rate as its baseline."""
    (tmp_path / "a.toml").write_text(FILE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(NEXT_YEAR, encoding="utf-8")
    plans = load_plans(tmp_path, PROGRAMMES)
    plan = plans["KH-2023"]
    assert plan.start.year == 2023
    assert plan.inputs["GN.rate"].home == "KH322-2022"
    assert plan.indicators["YT-1"].target == Decimal("0.93")
    (tmp_path / "b.toml").write_text(NEXT_YEAR.replace('"GN.rate"', '"GN.rates"'), encoding="utf-8")
    with pytest.raises(ProgrammeError) as error:
        load_plans(tmp_path, PROGRAMMES)
    assert (error.value.file, error.value.key) == ("b.toml", "borrowed.KH322-2022")


NEXT_YEAR = """
code = "KH-2023"
from = 2023-01-01
to = 2023-12-31
title = { vi = "Kế hoạch 2023", en = "Plan 2023" }
document = { vi = "Kế hoạch hư cấu", en = "An invented plan" }
[counting]
[borrowed]
"KH322-2022" = ["GN.rate"]
[[periods]]
code = "nam"
name = { vi = "Năm 2023", en = "Year 2023" }
from = 2023-01-01
to = 2023-12-31
[sources]
BHXH_TINH = { vi = "Bảo hiểm xã hội tỉnh", en = "Provincial Social Insurance" }
[[inputs]]
code = "YT1.insured"
name = { vi = "Tỷ lệ tham gia BHYT", en = "Health insurance" }
kind = "share"
unit_of_count = { vi = "%", en = "%" }
levels = ["province"]
sources = ["BHXH_TINH"]
[[indicators]]
code = "YT-1"
rule = "value"
target = 0.93
direction = ">="
name = { vi = "BHYT", en = "Health insurance" }
unit_of_count = { vi = "người", en = "persons" }
source = { vi = "số liệu được cung cấp", en = "reported" }
text = { vi = "BHYT 93%", en = "93% insured" }
uses = { value = "YT1.insured" }
"""


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
        ("range = [1.0, 1.2]", "range = [1.2, 1.0]", "indicators.13.range", "must be the smaller"),
        ("target = 1.0\nrange", "target = 1.2\nrange", "indicators.13.direction", "is reached at 1.0"),
        (
            'range = [1.0, 1.2]\ndirection = ">="',
            'range = [1.0, 1.2]\ndirection = "<"',
            "indicators.13.range",
            "cannot be",
        ),
        ('direction = "up"', 'target = 5\ndirection = "up"', "indicators.18.target", "not with 'up'"),
        ("target = 0.92", "target = 92", "indicators.16.target", "part of 1"),
        ('current = "GN.rate"', 'current = "LD1.enrolled"', "indicators.13.uses", "two shares"),
        ('group = "lao_dong"', 'group = "lao"', "indicators.5.group", "no group"),
        ('part_of = "MT1.list"', 'part_of = "MT9"', "inputs.3.part_of", "no input"),
        ("value = 0.05", "value = 5", "indicators.5.settings.about.value", "between 0 and 1"),
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
