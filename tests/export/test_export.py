"""The bundle itself: nobody is in it, it says what it is, and two of them cannot be put together."""

import csv
import io
import json
import re
import zipfile
from datetime import datetime

import pytest
import sqlalchemy as sa

from casemgr.access.models import AccessLog
from casemgr.export import services
from casemgr.export.rules import Pseudonyms, coded
from casemgr.plans import plans
from tests.world import NAMES, NUMBERS
from tests.world import build as build_world

SCHEMA = services.SCHEMA["coded"]


@pytest.mark.parametrize(
    ("said", "let_out"),
    [
        ({"reason": "HA_MUC"}, True),
        ({"reason": "Trẻ tên là Bé"}, False),
        ({"reason": "HS-7K4-29Q"}, False),
        ({"number": "HS-7K4-29Q"}, False),
        ({"reason": "089311001234"}, False),
        ({"list": "ac6a8204c2914074b2c2d922d716c82f"}, False),
        ({"unit": "30547-20210101"}, True),
        ({"unit": "Châu Phong"}, False),
        ({"hamlet": "2cc1fb72-9588-577a-aefd-3a2c9d3e4dab"}, False),
        ({"birth": "2011-04-03"}, False),
        ({"birth_year": 2011}, True),
        ({"birth_year": "2011-04-03"}, False),
        ({"happened_on": "2022-04-03"}, False),
        ({"emergency": True}, True),
        ({"emergency": "nhà bà Sáu"}, False),
        ({"harm": ["BL", "XHTD"]}, True),
        ({"harm": ["BL", "bị đánh"]}, False),
        ({"needs": {"AN_TOAN": "yes"}}, True),
        ({"needs": {"AN_TOAN": "vì mẹ đi vắng"}}, False),
        ({"items": [{"need": "AN_TOAN", "service": "TE-AT", "due": "2022-04-03"}]}, True),
        ({"items": [{"need": "AN_TOAN", "who": "TE-AT"}]}, False),
        ({"received_at": "2022-04-03T07:00"}, True),
        ({"received_at": "sáng hôm qua"}, False),
        ({"detected": "không rõ"}, False),
    ],
)
def test_only_what_the_schema_names_in_its_shape(said, let_out):
    assert coded(said, SCHEMA, Pseudonyms(b"k" * 32), "TE") == (said if let_out else {})


def test_one_person_in_two_programmes_is_two_persons():
    names, person = Pseudonyms(b"k" * 32), {"beneficiary": "47d032b5bb9b4699930e1bcdd127b9c3"}
    assert coded(person, SCHEMA, names, "BD") != coded(person, SCHEMA, names, "MT")
    assert coded(person, SCHEMA, names, "BD") == coded(person, SCHEMA, names, "BD") != person


def test_nobody_is_in_it_and_no_two_bundles_can_be_put_together(session, app, tmp_path):
    app.config["CASEMGR_TODAY"] = "2022-03-22"
    world = build_world(session)
    texts = []
    for folder in ("one", "two"):
        services.write(session, plans()["KH322-2022"], tmp_path / folder, datetime(2022, 3, 22, 12))
        texts.append("".join(path.read_text(encoding="utf-8") for path in sorted((tmp_path / folder).iterdir())))
    known = [*NAMES, *NUMBERS, *(str(u.id) for u in world.users.values()), *(u.id.hex for u in world.users.values())]
    for item in world.items.values():
        known += [item.number, item.detection or item.number, item.case.hex, str(item.case), item.entry.hex]
    assert not [word for text in texts for word in known if word in text]
    assert not re.search(r"\b(HS|PH|VV)-[0-9A-Z]{3}-", texts[0])
    names = [set(re.findall(r"\b[0-9a-f]{20}\b", text)) for text in texts]
    assert len(names[0]) > 20
    assert not names[0] & names[1]


def test_the_command_writes_a_zip_whose_schema_names_every_column(session, app, tmp_path):
    app.config["CASEMGR_TODAY"] = "2022-03-22"
    build_world(session)
    run, out = app.test_cli_runner().invoke, tmp_path / "bundle.zip"
    done = run(args=["export", "bundle", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(out) as archive:
        schema = json.loads(archive.read("schema.json"))
        assert schema["format"] == "casemgr-bundle/1"
        assert schema["plan"] == "KH322-2022"
        assert set(archive.namelist()) == {"schema.json", *(f"{t}.csv" for t in schema["tables"])}
        for table, said in schema["tables"].items():
            rows = list(csv.reader(io.TextIOWrapper(archive.open(f"{table}.csv"), encoding="utf-8")))
            assert rows[0] == list(said["columns"])
            assert {len(row) for row in rows} == {len(rows[0])}
            assert len(rows) - 1 == schema["rows"][table]
            assert f"{table}.csv: {len(rows) - 1}" in done.output
    left = session.scalars(sa.select(AccessLog.detail).where(AccessLog.endpoint == "export.bundle")).all()
    assert left == ["bundle,kh322-2022"]
    assert "there already" in run(args=["export", "bundle", "--out", str(out)]).output
    wrong = run(args=["export", "bundle", "--out", str(tmp_path / "x"), "--plan", "KH999"])
    assert wrong.exit_code == 1
    assert "no plan KH999" in wrong.output
