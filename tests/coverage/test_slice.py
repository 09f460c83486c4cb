"""One child's case and its figure."""

import json
from datetime import datetime

from casemgr.units import services as units
from tests.cases.test_path import open_child


def test_the_command_prints_the_figure(app, session):
    units.import_file(session, "an-giang", datetime(2022, 1, 1))
    open_child(session)
    session.commit()
    app.config["CASEMGR_TODAY"] = "2022-06-01"
    for known in ([], ["--known-at", "2022-05-01"]):
        result = app.test_cli_runner().invoke(args=["coverage", "KH322-2022", "--format", "json", "--cases", *known])
        assert result.exit_code == 0, result.output
        te2 = json.loads(result.output)["indicators"][0]
        assert (te2["numerator"], te2["denominator"], te2["verdict"]) == (0, 1, "missed")
        assert te2["cases"][0]["criteria"][0]["verdict"] == "missed"
    print(app.test_cli_runner().invoke(args=["coverage", "KH322-2022", "--by", "district,sex"]).output)
