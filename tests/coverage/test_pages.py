"""The pages of figures: what they show, to whom, and what it costs."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy import event

from casemgr.access.models import AccessLog
from casemgr.cases.models import Verdict
from casemgr.db import db
from tests.accounts import make_user, sign_in
from tests.coverage import histories
from tests.pages import parse

PROVINCE, DISTRICT, COMMUNE = "89-20210101", "891-20210101", "30547-20210101"
PLAN = "/coverage/KH322-2022"


@pytest.fixture
def auditor(place, client):
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    return sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))


def text_of(response) -> str:
    return " ".join(" ".join(parse(response.text).find("body").itertext()).split())


def counts(session, t=datetime(2022, 9, 30, 12), unit=None) -> dict[str, int]:
    """TE-2's verdicts by plain SQL over the projection."""
    query = (
        "SELECT verdict, count(*) FROM verdict WHERE programme = 'TE' AND start <= :t AND \"end\" > :t"
        " AND counted_at >= '2022-01-01'" + (" AND unit_id = :unit" if unit else "") + " GROUP BY verdict"
    )
    return dict(session.execute(sa.text(query), {"t": t, "unit": unit}).all())


def test_the_page_of_the_plan_shows_every_indicator(place, auditor):
    histories.write(place, 1, 40)
    page = auditor.get(PLAN)
    text = text_of(page)
    for code in ("TE-1", "TE-2", "MT-1", "BD-1", "NCC-1"):
        assert f"{code} ·" in text
    found = counts(place)
    whole = sum(found.get(v, 0) for v in ("met", "missed", "unknown"))
    assert f"{found.get('met', 0)} / {whole} trường hợp" in text
    assert f"còn {found['missed']} trường hợp" in text
    assert "Chưa có số liệu «Số gia đình người có công theo danh sách của tỉnh»." in text


def test_a_number_leads_to_its_cases_and_their_reasons(place, auditor):
    histories.write(place, 2, 40)
    missed = counts(place)["missed"]
    page = auditor.get(f"{PLAN}/TE-2?state=missed")
    assert f"{missed} trường hợp: chưa đạt" in text_of(page)
    numbers = place.scalars(
        sa.select(Verdict.number).where(
            Verdict.programme == "TE", Verdict.verdict == "missed", Verdict.counted_at >= datetime(2022, 1, 1),
            Verdict.start <= datetime(2022, 9, 30, 12), Verdict.end > datetime(2022, 9, 30, 12),
        )
    )  # fmt: skip
    assert all(number in page.text for number in numbers)
    assert "hạn " in page.text
    here = auditor.get(f"{PLAN}/TE-2?state=missed&unit={COMMUNE}&sex=nu")
    assert here.status_code == 200
    assert auditor.get(f"{PLAN}/TE-2?state=nothing").status_code == 404
    details = set(place.scalars(sa.select(AccessLog.detail).where(AccessLog.action == "figure:cases")))
    assert details == {"te-2:missed"}


@pytest.mark.parametrize("code", ["TE-1", "TE-2", "MT-1", "BD-1", "NCC-1"])
def test_each_indicator_has_its_page_and_its_lists(place, auditor, code):
    histories.write(place, 3, 40)
    page = auditor.get(f"{PLAN}/{code}")
    assert page.status_code == 200
    links = [a.get("href") for a in parse(page.text).iter("a") if "state=" in (a.get("href") or "")]
    assert bool(links) == (code != "TE-1")
    for link in links:
        assert auditor.get(link).status_code == 200
    for period in ("6-thang-dau", "quy-2", "quy-4", "none"):
        assert auditor.get(f"{PLAN}/{code}?period={period}").status_code == 200


def test_the_links_of_a_breakdown_count_what_they_say(place, auditor):
    """Each number of the tables leads to a list of as many cases."""
    histories.write(place, 4, 60)
    page = parse(auditor.get(f"{PLAN}/TE-2").text)
    checked = 0
    for table in page.iter("table"):
        for link in table.iter("a"):
            if "state=" in link.get("href"):
                number = "".join(link.itertext()).strip()
                heading = "".join(parse(auditor.get(link.get("href")).text).find("body//h1").itertext())
                assert f"{number} trường hợp" in heading
                checked += 1
    assert checked > 4


def test_a_commune_reads_its_own_figures_only(place, client):
    histories.write(place, 5, 40)
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    sign_in(client, make_user(place, "leader", ("supervisor", COMMUNE, "TE")))
    page = client.get(PLAN)
    found = counts(place, unit=COMMUNE)
    assert f"còn {found['missed']} trường hợp" in text_of(page)
    assert "MT-1" not in page.text
    assert client.get(f"{PLAN}?unit={PROVINCE}").status_code == 404
    assert client.get(f"{PLAN}/TE-2?unit={PROVINCE}").status_code == 404
    assert client.get(f"{PLAN}/TE-2?state=missed&unit={PROVINCE}").status_code == 404
    assert client.get(f"{PLAN}/MT-1").status_code == 404
    assert client.get(f"{PLAN}?unit=nowhere").status_code == 404
    assert client.get("/coverage/none").status_code == 404
    assert client.get(f"{PLAN}/XX-1").status_code == 404


def test_a_coordinator_sees_figures_without_cases(place, client):
    histories.write(place, 6, 30)
    client.application.config["CASEMGR_TODAY"] = "2022-09-30"
    sign_in(client, make_user(place, "coordinator", ("coordinator", PROVINCE)))
    assert "HS-" not in client.get(PLAN).text
    assert "state=" not in client.get(f"{PLAN}/TE-2").text
    assert client.get(f"{PLAN}/TE-2?state=missed").status_code == 403


def selects(client, path: str) -> int:
    seen = []

    def note(*args):
        seen.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    event.remove(db.engine, "before_cursor_execute", note)
    return len([s for s in seen if s.lstrip().upper().startswith("SELECT")])


@pytest.mark.parametrize("path", [PLAN, f"{PLAN}/TE-2", f"{PLAN}/MT-1", f"{PLAN}/TE-2?state=missed"])
def test_the_number_of_queries_does_not_grow_with_the_cases(place, auditor, path):
    with time_machine.travel(datetime.now(UTC), tick=False):  # another minute is counted from the beginning
        histories.write(place, 7, 20)
        auditor.get(path)
        histories.write(place, 8, 20)
        first = selects(auditor, path)
        histories.write(place, 9, 60)
        assert selects(auditor, path) == first
    assert first <= 17 + 5 * (path == PLAN), (
        "the quarters before: figures, cells, marks, their money; where something was written"
    )


def test_a_figure_is_counted_once_until_something_is_appended_or_the_minute_ends(place, client):
    histories.write(place, 10, 30)
    with time_machine.travel(datetime(2022, 9, 30, 5, 0, 1, tzinfo=UTC), tick=False) as clock:
        auditor = sign_in(client, make_user(place, "auditor", ("auditor", PROVINCE)))
        auditor.get(PLAN)  # the units are read once a process
        histories.write(place, 12, 5)
        counting, first = selects(auditor, PLAN), text_of(auditor.get(PLAN))
        clock.shift(50)
        assert selects(auditor, PLAN) < counting
        assert text_of(auditor.get(PLAN)) == first
        histories.write(place, 11, 30)
        assert selects(auditor, PLAN) == counting
        assert text_of(auditor.get(PLAN)) != first
        clock.shift(20)
        # Again, but for the quarters before (their last minute has ended long ago) and for where something was written.
        assert selects(auditor, PLAN) == counting - 6 - 1


def test_the_page_of_the_plan_has_the_quarters_of_the_page_of_an_indicator(place, auditor):
    histories.write(place, 12, 60)
    body = parse(auditor.get(f"{PLAN}?period=9-thang").text)
    row = next(r for r in body.iter("tr") if any(a.get("href", "").startswith(f"{PLAN}/TE-2?") for a in r.iter("a")))
    said = [" ".join(span.itertext()).split() for span in row.iter("span") if span.get("class") == "text-nowrap"]
    page = parse(auditor.get(f"{PLAN}/TE-2?period=9-thang").text)
    table = next(t for t in page.iter("table") if (c := t.find("caption")) is not None and "Theo quý" in c.text)
    lines = [[" ".join(cell.itertext()).split() for cell in line.iter("td")] for line in table.iter("tr")]
    assert [day for day, _value in said] == ["31/03", "30/06", "30/09"] == [c[0][-1][:5] for c in lines if c]
    for (_day, value), line in zip(said, lines[1:], strict=True):
        assert value in line[1], line
