"""What is wrong with a file for another system is found before it leaves."""

import pytest

from casemgr.reports import dataout


def test_the_validator_finds_what_is_wrong():
    good = {
        "dataSet": "THAYmaDat01", "period": "2022S1", "orgUnit": "THAYdonvi01",
        "dataValues": [{"dataElement": "THAYphanT01", "categoryOptionCombo": "THAYtohop01", "period": "2022S1", "orgUnit": "THAYdonvi01", "value": "5"}],
    }  # fmt: skip
    assert dataout.problems(good) == []
    value = good["dataValues"][0]
    for bad, said in (
        ({"period": "2022S3"}, "$.period"),
        ({"orgUnit": "short"}, "$.orgUnit"),
        ({"dataValues": [value | {"value": "5,5"}]}, "$.dataValues[0].value"),
        ({"dataValues": [value, value]}, "twice"),
        ({"dataValues": [{k: v for k, v in value.items() if k != "orgUnit"}]}, "orgUnit is missing"),
        ({"more": "1"}, "$.more is not known"),
        ({"dataValues": "none"}, "is no array"),
    ):
        assert any(said in problem for problem in dataout.problems(good | bad)), bad
    for rows, said in (
        (["a,b"], "heads"),
        ([",".join(dataout.HEADS), "x" + ",1" * 13, "x" + ",1" * 13], "again|hidden"),
    ):
        with pytest.raises(ValueError, match=said):
            dataout.check_csv("\n".join(rows))
