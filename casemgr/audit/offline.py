"""Checks a sealed report with nothing but the bundle it came in: python3 verify.py BUNDLE [CODE]

BUNDLE is the zip file or the folder it was unpacked to, CODE the short code printed on the paper. Says what does not agree and ends with 1, or what was checked and ends with
0. Needs only Python 3; it can be read in a minute, which is the point.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

README = """Gói số liệu đã chốt / A sealed report

report.json   nội dung báo cáo, đúng từng byte như khi chốt / the report, to the byte
cases.csv     các trường hợp và mã của bản ghi cuối / the cases with the MAC of their last entry
seal.json     mã xác thực toàn bộ sổ mà báo cáo dựa vào / the seal over all ledgers it rests on
verify.py     python3 verify.py GÓI [MÃ]: kiểm tra, chỉ cần Python 3 / checks all this, needs only Python 3

Không có tên người, ngày sinh hay địa chỉ. / No names, dates of birth or addresses.
"""
NAMES = ("README.txt", "report.json", "cases.csv", "seal.json", "verify.py")


def canonical(value) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def short(digest: str) -> str:
    text = digest[:20].upper()
    return "-".join(text[i : i + 4] for i in range(0, 20, 4))


def leaf(subject: str, kind: str, seq: int, mac: str) -> bytes:
    text = b"\0" + bytes.fromhex(subject) + seq.to_bytes(8, "big") + bytes.fromhex(mac) + kind.encode()
    return hashlib.sha256(text).digest()


def root(heads) -> str:
    level = [leaf(*head) for head in heads]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2])]  # noqa: B905
        level = pairs + level[-1:] if len(level) % 2 else pairs
    return level[0].hex()


def files(path: Path) -> dict:
    """The files of a bundle; those that cannot be read are absent."""
    found = {}
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in NAMES if (path / name).is_file()}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in NAMES:
                found[name] = archive.read(name)
    except Exception:  # noqa: BLE001  a changed byte may break a zip file anywhere
        return found
    return found


def check(files: dict, code: str = "") -> list[str]:
    """What does not agree."""
    unread = [f"{name}: missing or not readable" for name in NAMES if name not in files]
    if unread:
        return unread
    try:
        return _check(files, code)
    except Exception as error:  # noqa: BLE001  no longer what was written, whatever it is now
        return [f"not a bundle any more: {type(error).__name__}"]


def _check(files: dict, code: str) -> list[str]:
    wrong = []
    body, seal = files["report.json"], json.loads(files["seal.json"])
    report, digest = json.loads(body), hashlib.sha256(body).hexdigest()
    if files["README.txt"] != README.encode():
        wrong.append("README.txt: not as it was written")
    if json.dumps(seal).encode() != files["seal.json"] or any((s + m).lower() != s + m for s, _, _, m in seal["heads"]):
        wrong.append("seal.json: not as it was written")
    if code and short(digest) != code.strip().upper():
        wrong.append(f"report.json: the code is {short(digest)}, not {code}")
    if canonical(report) != body:
        wrong.append("report.json: not as it was written")
    statement = {k: v for k, v in seal.items() if k not in ("digest", "mac", "heads")}
    if hashlib.sha256(canonical(statement)).hexdigest() != seal["digest"]:
        wrong.append("seal.json: its digest is another")
    if root(seal["heads"]) != seal["root"]:
        wrong.append("seal.json: the heads do not lead to the root")
    if (seal["digest"], seal["number"]) != (report["seal"]["digest"], report["seal"]["number"]):
        wrong.append("report.json: rests on another seal")
    if seal["installation"] != report["installation"]:
        wrong.append("seal.json: of another installation")
    return wrong + _cases(files, report, {head[0]: head for head in seal["heads"]})


def _cases(files: dict, report: dict, heads: dict) -> list[str]:
    wrong = []
    rows = list(csv.reader(io.StringIO(files["cases.csv"].decode("utf-8"), newline="")))[1:]
    listed = [[programme, *map(str, row)] for programme, own in report["cases"].items() for row in own]
    for number, (row, said) in enumerate(zip(rows, listed), start=2):  # noqa: B905
        if row != said:
            wrong.append(f"cases.csv: line {number} is not what the report says")
            break
    if len(rows) != len(listed):
        wrong.append(f"cases.csv: {len(rows)} cases, the report has {len(listed)}")
    for row in listed:
        subject, number, seq, mac = row[1], row[3], int(row[8]), row[9]
        head = heads.get(subject)
        if head is None or head[2] < seq or (head[2] == seq and head[3] != mac):
            wrong.append(f"{number}: entry {seq} is not in the seal")
    for indicator in report["indicators"]:
        if indicator["rule"] == "all_steps":
            states = [row[5] for row in listed if row[0] == indicator["programme"]]
            met, counted = states.count("met"), sum(s in ("met", "missed", "unknown") for s in states)
            if (met, counted) != (indicator["numerator"], indicator["denominator"]):
                wrong.append(f"{indicator['code']}: the cases give {met} / {counted}")
    return wrong


def main() -> int:
    own = files(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    found = check(own, sys.argv[2] if len(sys.argv) > 2 else "")
    for line in found:
        print("WRONG", line)  # noqa: T201
    if not found:
        digest = hashlib.sha256(own["report.json"]).hexdigest()
        print("OK", short(digest))  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
