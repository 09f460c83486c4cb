from datetime import datetime

import pytest

from casemgr.units.importing import BUNDLED, plan_units
from casemgr.units.reading import read_communes
from casemgr.units.rules import Descent, UnitTree


@pytest.fixture(scope="session")
def an_giang() -> UnitTree:
    """The bundled list as a tree, without a database."""
    with BUNDLED["an-giang"].open(encoding="utf-8") as file:
        plan = plan_units(UnitTree({}), read_communes(file), {}, datetime(2022, 5, 25))
    descents = (Descent(row["old_id"], row["new_id"], row["split"], row["is_default"]) for row in plan.lineage.values())
    return UnitTree(plan.nodes, tuple(descents))
