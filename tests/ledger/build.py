"""Drafts for tests of the ledger itself, on subjects of a kind that no package projects."""

from datetime import datetime, timedelta

from casemgr.ledger.rules import Draft

START = datetime(2022, 1, 3, 8, 0)


def draft(kind="noted", hour=0, *, recorded=None, **facts) -> Draft:
    """A draft that happened `hour` hours after START and was recorded at `recorded` hours (default: the same)."""
    values = {
        "kind": kind,
        "occurred_at": START + timedelta(hours=hour),
        "precision": "minute",
        "author": "worker",
        "unit": "30544-20210101",
        "recorded_at": START + timedelta(hours=hour if recorded is None else recorded),
        "definition": "XX@1:0",
    }
    return Draft(**(values | facts))
