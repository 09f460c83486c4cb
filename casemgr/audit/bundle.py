"""What a sealed report is given out as, to be checked on another machine with nothing but this."""

import csv
import io
import json
import zipfile
from pathlib import Path

from casemgr.audit import closing, offline, sealing
from casemgr.audit.closing import Report
from casemgr.audit.models import Seal
from casemgr.ledger.services import province

COLUMNS = ("programme", "subject", "item", "number", "unit", "verdict", "steps", "counted_at", "seq", "mac")
FIXED = (2020, 1, 1, 0, 0, 0)  # the same report gives the same bytes
README = """Gói số liệu đã chốt / A sealed report

report.json   nội dung báo cáo, đúng từng byte như khi chốt / the report, to the byte
cases.csv     các trường hợp và mã của bản ghi cuối / the cases with the MAC of their last entry
seal.json     mã xác thực toàn bộ sổ mà báo cáo dựa vào / the seal over all ledgers it rests on
verify.py     python3 verify.py THƯ-MỤC [MÃ]: kiểm tra, chỉ cần Python 3 / checks all this, needs only Python 3

Không có tên người, ngày sinh hay địa chỉ. / No names, dates of birth or addresses.
"""


def made(session, report: Report) -> bytes:
    """A zip file: the report, its cases, the seal it rests on, and a program that holds them against each other."""
    body = closing.raw(session, report)
    said = json.loads(body)
    seal = session.get(Seal, (province(), said["seal"]["number"]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("README.txt", README.encode()),
            ("report.json", body),
            ("cases.csv", _cases(said)),
            ("seal.json", json.dumps(sealing.export(session, seal)).encode()),
            ("verify.py", Path(offline.__file__).read_bytes()),
        ):
            archive.writestr(zipfile.ZipInfo(name, FIXED), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cases(said: dict) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for programme, rows in said["cases"].items():
        writer.writerows([programme, *row] for row in rows)
    return out.getvalue().encode()
