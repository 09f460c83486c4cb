"""A register of 500 rows with its truth beside it (data/): imported, reconciled, and reflected in TE-2 exactly.

Of `register.csv` the truth says of each row: filed, detected (known here, no file yet), same or not_same (doubtful,
and what a human finds out), twice, nobody.
"""

import csv
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from casemgr import jobs
from casemgr.cases import services as cases
from casemgr.cases.models import CaseFile
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


def read(name: str) -> list[dict]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


RECEIVED = {line: row["Ngày tiếp nhận"] for line, row in enumerate(read("register.csv"), 2)}
AT_ONCE = 20
HELPED = 7  # of the children with a file, so many have had everything in time
PLAN = {"AN_TOAN": "TE-AT", "SUC_KHOE": "TE-YT", "TAM_LY": "TE-TL", "PHAP_LY": "TE-PL"}


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


def support(session, number: str) -> None:
    """Everything that the figure asks for one child of the 31st of March, on its day."""

    def write(kind: str, values: dict, when: datetime):
        unit = cases.find(session, number).unit_id
        subject = cases.find(session, number).subject
        return cases.add_entry(
            session, subject, kind, values, occurred=(when, "minute"), author="worker", unit=unit, now=when
        )

    scale = {"emergency": False, "a1": "T", "a2": "T", "a3": "T"} | {f"b{n}": "C" for n in range(1, 6)}
    write("screened", scale, datetime(2022, 3, 31, 9, 0))
    write("assessed", {"needs": {code: ("yes", "") for code in PLAN}}, datetime(2022, 4, 1, 9, 0))
    write("met", {"present": ["CAN_BO"], "conclusion": "x"}, datetime(2022, 4, 4, 9, 0))
    items = [{"need": n, "service": s, "due": date(2022, 4, 15), "who": "xã"} for n, s in PLAN.items()]
    values = {"goal": "x", "start": date(2022, 4, 7), "end": date(2022, 8, 31), "items": items}
    plan = write("planned", values, datetime(2022, 4, 5, 9, 0))
    row = cases.find(session, number)
    cases.decide(
        session, row.subject, plan.id, on_seq=plan.seq, outcome="approved", number="41/QĐ", note=None,
        signer="CHU_TICH", occurred=(datetime(2022, 4, 6, 9, 0), "minute"), author="leader", unit=row.unit_id,
        now=datetime(2022, 4, 6, 9, 1),
    )  # fmt: skip
    for service in PLAN.values():
        served = {"service": service, "provider": "CO_SO_Y_TE", "proof": "GIAY_XAC_NHAN"}
        write("served", served, datetime(2022, 4, 7, 9, 0))


def long_before(number: int) -> bool:
    day = datetime.strptime(RECEIVED[number], "%d/%m/%Y")
    return THEN - day > timedelta(days=30)


def dry_run(app, tmp_path) -> Counter:
    """What the command says of the file: {word: number}."""
    path = tmp_path / "111.csv"
    path.write_bytes((DATA / "register.csv").read_bytes())
    facts = ["--from", "2022-01-01", "--to", "2022-03-31", "--document", "12/TD", "--document-date", "2022-04-01"]
    command = ["register", "import", str(path), "--source", "TONG_DAI_111", "--programme", "TE", *facts, "--dry-run"]
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 0, result.output
    found = re.search(r"Đọc (\d+) dòng: (\d+) đạt, (\d+) cần xem xét, (\d+) lỗi", result.output)
    return Counter(dict(zip(("read", "good", "parked", "wrong"), map(int, found.groups()), strict=True)))


def test_a_register_of_500_rows(app, session, tmp_path):
    app.config["CASEMGR_TODAY"] = "2022-07-05"
    few_units(session)
    known = settle(session)
    helped = [child["child"] for child in read("children.csv") if child["has"] == "file"][:HELPED]
    for child in helped:
        query = sa.select(CaseFile.number).where(CaseFile.beneficiary == known[child][1])
        support(session, session.scalar(query))
    truth = {int(row["row"]): (row["truth"], known.get(row["child"])) for row in read("truth.csv")}
    session.commit()
    before = te2(app)
    assert (before["numerator"], before["denominator"], before["excluded"]) == (HELPED, 162, 0)

    facts = Facts("TONG_DAI_111", "TE", PROVINCE, date(2022, 1, 1), date(2022, 3, 31), "12/TD", date(2022, 4, 1))
    said_by_command = dry_run(app, tmp_path)
    subject = drafts.begin(session, facts, "111.csv", (DATA / "register.csv").read_bytes(), author="x", now=NOW)
    draft = drafts.find(session, subject)
    on_page = drafts.look(session, draft, NOW).checked.counts()
    assert {name: on_page[name] for name in said_by_command} == said_by_command
    job = importing.start(session, draft, author="x", at=NOW)
    session.commit()
    assert jobs.work_on(app, job)
    app.extensions["casemgr.jobs"].work_off()  # the comparison that the import has asked for
    session.rollback()
    register = stored.get(session, subject)
    assert register.good + register.parked == 500

    said = Counter(row for row, _child in truth.values())
    # By the dates in the file: received by the hotline so long before the detection here that it may be another matter.
    again = [number for number, (word, _child) in truth.items() if word == "filed" and long_before(number)]
    assert 0 < len(again) < said["filed"]
    assert counts(session, subject) == {
        "filed": said["filed"] - len(again), "again": len(again), "unfiled": said["detected"] + said["nobody"],
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
    for number in again:  # each of them is the same incident: the hotline's time counts
        services.answer(session, register, number, "same", truth[number][1], on("worker", now=NOW))
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
    # Their information came in during the first quarter, with the source: none was verified in time. Nor, it turns
    # out, were those of the helped of whom the hotline had known for more than a month.
    in_time = len({known[child] for child in helped} - {truth[number][1] for number in again})
    assert 0 < in_time < HELPED
    assert (after["denominator"], after["numerator"], after["beside"].get("pending", 0)) == (162 + 12, in_time, 0)

    unit = detections.find(session, made[0][1]).unit_id
    by = detections.By("worker", unit, NOW, (NOW, "minute"), uuid4())
    asked = detections.ask_exclusion(session, made[0][0], "NGOAI_DIA_BAN", "9/CV", "", by)
    session.commit()
    assert te2(app)["denominator"] == 162 + 12
    above = detections.By("district", DISTRICT, NOW, (NOW, "minute"), uuid4())
    detections.decide(session, made[0][0], asked.id, "approved", "", above)
    session.commit()
    last = te2(app)
    assert (last["numerator"], last["denominator"], last["excluded"]) == (in_time, 162 + 11, 1)
    assert counts(session, subject)["not_counted"] == 1
