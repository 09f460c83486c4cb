"""Two versions of a programme's rules: a figure under either, where it held; the difference names the rules."""

import shutil
from datetime import date, datetime

import pytest

from casemgr.audit import asking, closing, replays
from casemgr.coverage import services
from casemgr.coverage.versions import under_rule
from casemgr.plans import plans
from casemgr.programmes import FOLDER, programmes, under, version, versions
from casemgr.programmes.loader import load_versions
from casemgr.programmes.reader import ProgrammeError
from casemgr.refused import Refused
from casemgr.units.loading import load
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.pages import parse

NOW, PROVINCE = datetime(2022, 12, 31, 12), "89-20210101"
STRICT = "TE v2021.9"  # the version before: approval within 2 working days


def write(folder, *, until="2022-06-30", since="2022-07-01"):
    for file in FOLDER.glob("*.toml"):
        shutil.copy(file, folder)
    text = (folder / "TE.toml").read_text(encoding="utf-8")
    assert text.count('version = "2022.1"') == 1
    (folder / "TE.toml").write_text(
        text.replace('version = "2022.1"', f'version = "2022.1"\nfrom = {since}'), encoding="utf-8"
    )
    strict = text.replace('version = "2022.1"', f'version = "2021.9"\nto = {until}').replace(
        "workdays = 7", "workdays = 2"
    )
    assert strict.count("workdays = 2") > text.count("workdays = 2")
    (folder / "TE-2021.9.toml").write_text(strict, encoding="utf-8")
    return folder


@pytest.fixture
def two(app, place, tmp_path):
    """The province with two versions of the rules for children; the second is in force."""
    found = load_versions(write(tmp_path))
    before = {name: app.extensions[name] for name in ("programmes", "programme_versions")}
    app.extensions["programme_versions"] = found
    app.extensions["programmes"] = {code: own[-1] for code, own in found.items()}
    histories.write(place, 21, 80)
    yield place
    app.extensions.update(before)


def question(session, through, rule=""):
    values = {"unit": PROVINCE, "through": through, "known_at": datetime(2022, 12, 1), "basis": services.AS_WERE}
    asked = asking.ask(session, plans()["KH322-2022"], load(session), NOW, **values)
    return under_rule(asked, "TE", rule)


def test_two_versions_do_not_hold_on_one_day(tmp_path):
    with pytest.raises(ProgrammeError, match="hold on the same day"):
        load_versions(write(tmp_path, until="2022-07-01"))


def test_a_figure_under_each_version_that_held_and_the_difference_names_the_rules(two):
    indicator = plans()["KH322-2022"].indicators["TE-2"]
    assert [v.rule for v in versions("TE")] == [STRICT, "TE v2022.1"]
    first, second = question(two, date(2022, 6, 30), STRICT), question(two, date(2022, 6, 30))
    before, after, parts = replays.compare(two, first, second, indicator, NOW)
    assert before.denominator > after.denominator  # what is due in two days was due when seven were not over
    assert {p.cause for p in parts} == {"rule"}
    (part,) = parts
    assert (part.numerator, part.denominator) == (0, after.denominator - before.denominator)
    # the same number, counted from the rules themselves
    with under(STRICT):
        assert programmes()["TE"] is version(STRICT)
        rows = replays.rows_by_programme(two, first, [indicator], NOW)["TE"]
    assert sum(row.verdict in ("met", "missed", "unknown") for row in rows) == before.denominator
    assert programmes()["TE"] is version("TE v2022.1")
    two.rollback()


def test_a_version_that_did_not_hold_is_refused(two):
    with pytest.raises(Refused, match=r"không áp dụng .* 31/07/2022; cách tính khi đó là TE v2022.1"):
        question(two, date(2022, 7, 31), STRICT)
    with pytest.raises(Refused):
        question(two, date(2022, 6, 30), "TE v1999.1")
    with pytest.raises(Refused):
        question(two, date(2022, 6, 30), "BD v2022.1")


def test_the_pages_ask_for_a_version_and_say_which(two, client):
    client.application.config["CASEMGR_TODAY"] = "2022-12-31"
    auditor = sign_in(client, make_user(two, "auditor", ("auditor", PROVINCE)))
    form = {"indicator": "KH322-2022/TE-2", "unit": PROVINCE, "basis": "as_were", "known": "01/12/2022", "rule": STRICT}
    refused = auditor.post("/audit/figures", data=form | {"through": "31/07/2022"})
    assert refused.status_code == 422
    assert 'id="rule-error"' in refused.text
    job = auditor.post("/audit/figures", data=form | {"through": "30/06/2022"})
    links = [a.get("href") for a in parse(auditor.get(job.location).text).iter("a")]
    page = auditor.get(next(link for link in links if link and "/audit/figure?" in link))
    assert f"cách tính {STRICT}" in " ".join(page.text.split())


def test_a_report_sealed_under_the_version_of_its_time_is_composed_again_to_the_byte(two, app):
    """What was in force is replaced by another version; the sealed report stays what it was, and says by which rules."""
    in_force = app.extensions["programme_versions"]["TE"]
    app.extensions["programmes"] = programmes() | {"TE": in_force[0]}
    plan = plans()["KH322-2022"]
    values = {"indicators": ["TE-2", "MT-1"], "unit": PROVINCE, "start": plan.start, "through": date(2022, 6, 30)}
    subject = closing.prepare(
        two, plan, **values, basis=services.AS_WERE, corrects=None, author="one", at=PROVINCE, now=NOW
    )
    closing.approve(two, closing.find(two, subject), author="two", at=PROVINCE, now=NOW)
    report = closing.seal(two, subject, NOW)
    two.commit()
    assert closing.read(two, report)["rules"]["TE"]["name"] == STRICT
    app.extensions["programmes"] = programmes() | {"TE": in_force[1]}
    assert closing.composed_again(two, report) == closing.raw(two, report)
    # and a correction made under the new rules says so
    fixed = closing.prepare(
        two, plan, **values, basis=services.AS_WERE, corrects=subject, author="one", at=PROVINCE, now=NOW
    )
    closing.approve(two, closing.find(two, fixed), author="two", at=PROVINCE, now=NOW)
    said = closing.read(two, closing.seal(two, fixed, NOW))
    two.commit()
    assert "rule" in {part["cause"] for part in said["corrects"]["parts"]["TE-2"]}
