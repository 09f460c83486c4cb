"""A file that cannot be used says where: file, line, key and what is wrong."""

import tomllib

import pytest

from casemgr.programmes.loader import load_folder
from casemgr.programmes.reader import ProgrammeError
from tests.programmes.build import load_text
from tests.programmes.small import SMALL

CERTIFIED = 'met = { kind = "certified", where = { degree = ["NANG", "NHE"] } }'


def broken(folder, old, new):
    """(error, number of the line that was changed) of the small file with `old` replaced once."""
    assert SMALL.count(old) >= 1, old
    line = SMALL[: SMALL.index(old)].count("\n") + 1
    with pytest.raises(ProgrammeError) as caught:
        load_text(folder, SMALL.replace(old, new, 1))
    return caught.value, line


TAIL = SMALL[SMALL.index('due = { clock = "wheelchair" }') :]
TAIL_WITHOUT_A_CLOCK = TAIL.partition("\n")[2].replace('["certified", "need"]', '["need"]\ntimely = true')


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('version = "1"', "version = 1", "version", "must be str"),
        ("sensitive = false", 'sensitive = "no"', "sensitive", "must be bool"),
        ('beneficiary = "person"', 'beneficiary = "people"', "beneficiary", "not one of household, person"),
        ('readers = "assigned"', 'readers = "all"', "readers", "not one of"),
        ('population = "cases"', 'population = "files"', "population", "not one of"),
        ("age_bands = [[0, 16], [16]]", 'age_bands = [["0", 16]]', "age_bands", "list like"),
        ('counts_from = { kind = "opened" }', 'counts_from = { kind = "open" }', "counts_from.kind", "no entry kind"),
        ('[name]\nvi = "Người khuyết tật"', '[name]\nvi = ""', "name", "vi = "),
        ('code = "so_yt"\nvi', 'code = "so_yt"\nfrom = "2025"\nvi', "leads.0.from", "must be date"),
        ('NHE = { vi = "Nhẹ", en = "Mild" }', 'NHE = { vi = "Nhẹ" }', "codes.degree.NHE.en", "missing"),
        ('services = ["KT-XL"]', 'services = ["KT-X"]', "needs.DI_LAI.services", "no service 'KT-X'"),
        ('{ degree = "NANG" }', '{ degre = "NANG" }', "needs.DI_LAI.must_answer.degre", "no such field"),
        ('{ degree = "NANG" }', '{ degree = "VUA" }', "needs.DI_LAI.must_answer.degree", "'VUA' is not a value"),
        ('entry = { kind = "refused" }', 'entry = { kind = "refusd" }', "bands.0.entry.kind", "no entry kind"),
        ("workdays = 25\n", "", "clocks.certificate.versions.0", "exactly one of"),
        ("workdays = 25", "workdays = 25\ndays = 3", "clocks.certificate.versions.0", "exactly one of"),
        ("workdays = 25", 'workdays = "25"', "clocks.certificate.versions.0.workdays", "must be int"),
        ("to = 2025-06-30", "to = 2025-07-01", "clocks.certificate.versions", "overlap"),
        ("to = 2025-06-30\n", "", "clocks.certificate.versions", "overlap"),
        ('tag = "D"', "", "clocks.wheelchair.versions.0.tag", "missing"),
        ('after = ["opened"]', 'after = ["opned"]', "case.kinds", "unknown kind 'opned'"),
        ('type = "choice"', 'type = "choise"', "case.kinds.certified.fields.0.type", "'choise' is not one of"),
        ('codes = "degree"', 'codes = "degrees"', "case.kinds.certified.fields.0.codes", "no code list"),
        ('type = "note"', 'type = "note", store = "coded"', "case.kinds.certified.fields.1.store", "always sealed"),
        ("required = true, label", "requird = true, label", "case.kinds.certified.fields.0.requird", "unknown key"),
        ("{ age = { below = 1 } }", "{ age = { under = 1 } }", "case.kinds.certified.refuse.0.when", "under"),
        ('refuse = [{ field = "degree"', 'refuse = [{ field = "degre"', "case.kinds.certified.refuse", "no field"),
        ("offer = false", "ofer = false", "case.kinds.opened.ofer", "unknown key"),
        ('clock = "certificate"', 'clock = "certificates"', "case.criteria.0.due.clock", "no clock"),
        (CERTIFIED, "", "case.criteria.0.met", "missing"),
        (CERTIFIED, CERTIFIED.replace("NHE", "NHEE"), "case.criteria.0.met.where.degree", "'NHEE' is not a value"),
        (CERTIFIED, 'met = { kind = "certifid" }', "case.criteria.0.met.kind", "no entry kind"),
        (CERTIFIED, 'met = { knd = "certified" }', "case.criteria.0.met.knd", "unknown key"),
        (CERTIFIED, 'met = { lasted = "stay" }', "case.criteria.0.met.lasted", "no clock"),
        (CERTIFIED, CERTIFIED.replace("} }", "}, same = 'x' }"), "case.criteria.0", "no such field 'x'"),
        ('keep = "degree"', 'keep = "degre"', "case.criteria.0", "no such field 'degre'"),
        ('task = "certified"', 'task = "certify"', "case.criteria.0.task", "no entry kind"),
        ("needs = true\n", "", "case.criteria.1.each", "missing"),
        ('criteria = ["certified", "need"]', 'criteria = ["certified", "needs"]', "steps.0.criteria", "no criterion"),
        (TAIL, TAIL_WITHOUT_A_CLOCK, "steps.0.timely", "has a clock"),
    ],
)
def test_an_error_names_file_line_and_key(tmp_path, old, new, key, problem):
    error, _line = broken(tmp_path, old, new)
    assert (error.file, error.key) == ("small.toml", key)
    assert problem in error.problem
    assert str(error).startswith(f"small.toml:{error.line}: {key}: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "1"', "version = 1"),
        ('NHE = { vi = "Nhẹ", en = "Mild" }', 'NHE = { vi = "Nhẹ" }'),
        ('services = ["KT-XL"]', 'services = ["KT-X"]'),
        ("workdays = 15", 'workdays = "15"'),
        ("months = 3", 'months = "3"'),
        ('codes = "degree"', 'codes = "degrees"'),
        ("offer = false", "ofer = false"),
        ('clock = "certificate"', 'clock = "certificates"'),
        ('clock = "wheelchair"', 'clock = "wheelchairs"'),
        ('task = "certified"', 'task = "certify"'),
        ('criteria = ["certified", "need"]', 'criteria = ["certified", "needs"]'),
    ],
)
def test_the_line_is_the_one_that_is_wrong(tmp_path, old, new):
    error, line = broken(tmp_path, old, new)
    assert error.line == line


def test_text_that_is_no_toml_is_named_with_its_line(tmp_path):
    error, line = broken(tmp_path, 'version = "1"', 'version = "1')
    assert (error.file, error.line) == ("small.toml", line)


def test_two_files_may_not_share_a_code(tmp_path):
    (tmp_path / "a.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.toml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(ProgrammeError, match="b.toml:1: code: KT is used"):
        load_folder(tmp_path)


def test_a_refusal_may_not_send_people_to_a_programme_that_is_not_there(tmp_path):
    (tmp_path / "a.toml").write_text(
        SMALL.replace('field = "degree", when', 'field = "degree", route = "TE", when'), encoding="utf-8"
    )
    with pytest.raises(ProgrammeError, match="unknown programme 'TE'"):
        load_folder(tmp_path)


def test_the_small_file_itself_is_sound(tmp_path):
    assert tomllib.loads(SMALL)["code"] == "KT"
    assert load_text(tmp_path, SMALL).code == "KT"
