"""A register of many rows as a workbook, imported: rows per second and the highest memory, on an empty database."""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from random import Random

from casemgr import create_app, jobs
from casemgr.access.cli import make_schema
from casemgr.db import begin_write, db
from casemgr.demo.bench import place
from casemgr.demo.bench_matching import peak_mb
from casemgr.demo.registered import known_persons
from casemgr.registers import drafts, importing
from casemgr.registers import rows as stored
from casemgr.units import services as units
from casemgr.units.loading import load

AIMS = {"memory_mb": 300}
HEADINGS = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại", "Họ tên mẹ", "Xã", "Ngày tiếp nhận")
NOW, START, END = datetime(2022, 6, 15, 9, 0), date(2022, 1, 1), date(2022, 3, 31)
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="one database, in this process")
    options = parser.parse_args()
    if options.on:
        sys.stdout.write(json.dumps(measure(options.on, options.rows)) + "\n")
        return
    found = {}
    for name in ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]:
        # Each in a process of its own: its memory is nobody else's.
        command = [sys.executable, "-m", __spec__.name, "--on", name, "--rows", str(options.rows)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - our own module
        found[name] = json.loads(done.stdout.splitlines()[-1])
        sys.stdout.write(table(name, found[name]) + "\n")
    if options.out:
        kept = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
        text = json.dumps(kept | {"importing": found}, ensure_ascii=False, indent=1)
        options.out.write_text(text + "\n", encoding="utf-8")


def measure(name: str, count: int) -> dict:
    data = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", f"from {__spec__.name} import workbook; workbook({count})"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    with place(name, POSTGRES) as (uri, folder):
        settings = {"CASEMGR_INSTANCE": folder, "CASEMGR_KEY_FILE": folder / "casemgr.key"}
        app = create_app(
            {"TESTING": True, "SQLALCHEMY_DATABASE_URI": uri, "CASEMGR_TODAY": NOW.date().isoformat(), **settings}
        )
        with app.app_context():
            make_schema()
            begin_write()
            units.import_file(db.session, None, datetime(2021, 1, 1))
            db.session.commit()
            before, started = peak_mb(), time.perf_counter()
            unit = load(db.session).find("89", END)
            facts = drafts.Facts("GIAO_DUC", "TE", unit, START, END, "12/BC", END)
            made = drafts.begin(db.session, facts, "a.xlsx", data, author="bench", now=NOW)
            look = drafts.look(db.session, drafts.find(db.session, made), NOW)
            checked, previewed = look.checked.counts(), time.perf_counter()
            job = importing.start(db.session, drafts.find(db.session, made), author="bench", at=NOW)
            db.session.commit()
            jobs.work_on(app, job)
            ended = time.perf_counter()
            found = stored.get(db.session, made)
            kept = found.good + found.parked if found else 0
            db.session.remove()
            db.engine.dispose()
    return {
        "rows": checked["read"],
        "kept": kept,
        "seconds": round(ended - started, 1),
        "preview_seconds": round(previewed - started, 1),
        "rows_per_second": round(checked["read"] / (ended - started)),
        "memory_mb": round(peak_mb()),
        "memory_before_mb": round(before),
    }


def workbook(count: int) -> None:
    """Writes an XLSX of invented children to the standard output."""
    import xlsxwriter

    made, rng = BytesIO(), Random(1)
    book = xlsxwriter.Workbook(made, {"constant_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.write_row(0, 0, HEADINGS)
    for line, person in enumerate(known_persons(rng, count), start=1):
        birth = person.birth
        year = birth.year if birth.year >= 2006 else 2006 + birth.year % 15
        born = f"{birth.day:02d}/{birth.month:02d}/{year}" if birth.day else str(year)
        number = person.identifiers[0].value if person.identifiers else ""
        day = f"{rng.randint(1, 28):02d}/{rng.randint(1, 3):02d}/2022"
        sex = {"nam": "Nam", "nu": "Nữ"}[person.sex]
        sheet.write_row(line, 0, (line, person.name, born, sex, number, person.phone, person.mother, "Tri Tôn", day))
    book.close()
    sys.stdout.buffer.write(made.getvalue())


def table(name: str, found: dict) -> str:
    out = [f"importing on {name}: {found['rows']} rows, {found['kept']} kept"]
    out.append(
        f"  {found['seconds']} s ({found['preview_seconds']} s to the preview), {found['rows_per_second']} rows/s"
    )
    for code, aim in AIMS.items():
        out.append(f"  {code:16} {found[code]:>9}   aim {aim}{'' if found[code] <= aim else '   NOT REACHED'}")
    return "\n".join(out)


if __name__ == "__main__":
    main()
