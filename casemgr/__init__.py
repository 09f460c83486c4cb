"""casemgr: case management for social protection. `create_app` reads from top to bottom, as the house is built."""

from importlib import import_module

from flask import Flask

from casemgr.ui import doors
from casemgr.ui.addresses import Addressed
from config import ROOT, settings

# From the ground up: a package may use those before it, never those after it.
HOUSE = (
    "casemgr.db",
    "casemgr.vault",
    "casemgr.ui",
    "casemgr.files",
    "casemgr.jobs",
    "casemgr.papers",
    "casemgr.ledger",
    "casemgr.programmes",
    "casemgr.units",
    "casemgr.access",
    "casemgr.people",
    "casemgr.cases",
    "casemgr.detections",
    "casemgr.plans",
    "casemgr.funds",
    "casemgr.registers",
    "casemgr.reconciling",
    "casemgr.work",
    "casemgr.handover",
    "casemgr.reminders",
    "casemgr.coverage",
    "casemgr.samples",
    "casemgr.export",
    "casemgr.reports",
    "casemgr.audit",
    "casemgr.demo",
)


def create_app(config: dict | None = None) -> Flask:
    app = Addressed(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.from_mapping(settings() | (config or {}))
    for name in HOUSE:
        init = getattr(import_module(name), "init_app", None)
        if init:
            init(app)
    doors.check(app)
    return app
