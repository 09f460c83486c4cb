"""Checks a sealed report with nothing but the bundle it came in: python3 verify.py FOLDER [CODE]

CODE is the short code printed on the paper. Says what does not agree and ends with 1, or what was checked and ends with
0. Needs only Python 3; it can be read in a minute, which is the point.
"""

import csv
import hashlib
import json
import sys
from pathlib import Path


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


def check(folder: Path, code: str = "") -> list[str]:
    """What does not agree."""
    wrong = []
    body = (folder / "report.json").read_bytes()
    report, seal = json.loads(body), json.loads((folder / "seal.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(body).hexdigest()
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
    return wrong + _cases(folder, report, {head[0]: head for head in seal["heads"]})


def _cases(folder: Path, report: dict, heads: dict) -> list[str]:
    wrong = []
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
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
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = check(folder, sys.argv[2] if len(sys.argv) > 2 else "")
    for line in found:
        print("WRONG", line)  # noqa: T201
    if not found:
        digest = hashlib.sha256((folder / "report.json").read_bytes()).hexdigest()
        print("OK", short(digest))  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
