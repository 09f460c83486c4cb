"""A register of 500 rows with its truth beside it (data/): imported, reconciled, and reflected in TE-2 exactly.

Of `register.csv` the truth says of each row: filed, detected (known here, no file yet), same or not_same (doubtful,
and what a human finds out), twice, nobody.
"""

import csv
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from casemgr import jobs
from casemgr.detections import services as detections
from casemgr.detections.drafts import Seen
from casemgr.people.rules import Birth, Identifier
from casemgr.reconciling import services
from casemgr.reconciling.rules import DETECTED, PERSON
from casemgr.registers import drafts, importing
from casemgr.registers import rows as stored
from casemgr.registers.drafts import Facts
from tests.accounts import few_units
from tests.reconciling.conftest import CHILD, DISTRICT, PROVINCE, on
from tests.reconciling.test_reconciling import counts

DATA = Path(__file__).with_name("data")
THEN, NOW = datetime(2022, 3, 31, 8, 0), datetime(2022, 7, 4, 9, 0)
AT_ONCE = 20


def read(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def settle(session) -> dict:
    """The children of the truth as the system knows them: {child: (kind, subject)}."""
    found, waiting = {}, {}
    for child in read("children.csv"):
        day, month, year = map(int, child["birth"].split("/"))
        facts = {
            "name": child["name"], "sex": {"Nam": "nam", "Nữ": "nu"}[child["sex"]], "birth": Birth(year, month, day),
            "mother": child["mother"], "home": f"{child['commune']}-20210101",
            "identifiers": (Identifier("cccd", child["number"]),) if child["number"] else (),
        }  # fmt: skip
        waiting.setdefault((child["has"], facts["home"]), []).append((child["child"], facts))
    for (has, unit), children in waiting.items():
        for start in range(0, len(children), AT_ONCE):
            some = children[start : start + AT_ONCE]
            persons = [(Seen(name=f["name"], sex=f["sex"], birth=f["birth"]), CHILD) for _child, f in some]
            report = detections.Report((THEN, "minute"), source="TRUONG_HOC", persons=persons)
            made = detections.report(session, "TE", report, author="worker", unit=unit, now=THEN).detected
            for (child, facts), (subject, number) in zip(some, made, strict=True):
                found[child] = (DETECTED, subject)
                if has == "file":
                    by = detections.By("worker", unit, THEN, (THEN, "minute"))
                    detections.verify(session, subject, "substantiated", "Đã gặp trẻ", by)
                    detections.open_file(session, subject, by, person=facts)
                    found[child] = (PERSON, detections.find(session, number).beneficiary)
    return found


def te2(app) -> dict:
    command = ["coverage", "KH322-2022", "--indicator", "TE-2", "--through", "2022-07-05", "--format", "json"]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["indicators"][0]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_register_of_500_rows(app, session):
    app.config["CASEMGR_TODAY"] = "2022-07-05"
    few_units(session)
    known = settle(session)
    truth = {int(row["row"]): (row["truth"], known.get(row["child"])) for row in read("truth.csv")}
    session.commit()
    before = te2(app)
    assert (before["numerator"], before["denominator"], before["excluded"]) == (0, 162, 0)

    facts = Facts("TONG_DAI_111", "TE", PROVINCE, date(2022, 1, 1), date(2022, 3, 31), "12/TD", date(2022, 4, 1))
    subject = drafts.begin(session, facts, "111.csv", (DATA / "register.csv").read_bytes(), author="x", now=NOW)
    draft = drafts.find(session, subject)
    job = importing.start(session, draft, author="x", at=NOW)
    session.commit()
    assert jobs.work_on(app, job)
    app.extensions["casemgr.jobs"].work_off()  # the comparison that the import has asked for
    session.rollback()
    register = stored.get(session, subject)
    assert register.good + register.parked == 500

    said = Counter(row for row, _child in truth.values())
    assert counts(session, subject) == {
        "filed": said["filed"], "unfiled": said["detected"] + said["nobody"],
        "unsure": said["same"] + said["not_same"], "twice": said["twice"],
    }  # fmt: skip
    states = services.row_states(session, register)
    for number, (word, child) in truth.items():
        state = states[number]
        if word in ("filed", "detected"):
            assert (state.said, state.who) == ("matched", child), number
        elif word in ("same", "not_same"):
            assert state.said == "look"
            assert child in [each.who for each in state.near], number
        else:
            assert state.said == {"twice": "duplicate", "nobody": "nobody"}[word], number
    assert te2(app)["denominator"] == 162  # to stand beside the files changes no figure

    for number, (word, child) in truth.items():
        if word in ("same", "not_same"):
            services.answer(session, register, number, word, child, on("worker", now=NOW))
    nobody = [number for number, (word, _child) in truth.items() if word == "nobody"][:12]
    made = []
    for number in nobody:
        unit = stored.rows_of(session, subject, [stored.RegisterRow.number == number])[number][0].unit_id
        made.append(services.report_row(session, register, number, unit=unit, values=CHILD, on=on("worker", unit, NOW)))
    session.commit()
    assert counts(session, subject) == {
        "filed": said["filed"] + said["same"], "twice": said["twice"],
        "unfiled": said["detected"] + said["nobody"] + said["not_same"],
    }  # fmt: skip
    after = te2(app)
    # Their information came in during the first quarter, with the source: none was verified in time.
    assert (after["denominator"], after["numerator"], after["beside"].get("pending", 0)) == (162 + 12, 0, 0)

    unit = detections.find(session, made[0][1]).unit_id
    by = detections.By("worker", unit, NOW, (NOW, "minute"), uuid4())
    asked = detections.ask_exclusion(session, made[0][0], "NGOAI_DIA_BAN", "9/CV", "", by)
    session.commit()
    assert te2(app)["denominator"] == 162 + 12
    above = detections.By("district", DISTRICT, NOW, (NOW, "minute"), uuid4())
    detections.decide(session, made[0][0], asked.id, "approved", "", above)
    session.commit()
    last = te2(app)
    assert (last["denominator"], last["excluded"]) == (162 + 11, 1)
    assert counts(session, subject)["not_counted"] == 1
