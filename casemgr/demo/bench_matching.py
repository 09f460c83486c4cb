"""The matching, measured on an invented register with known truth: right, wrong, sent to a human, seconds, memory.

Timed is what a reconciliation does besides reading rows: decrypting every person, the index, every row.
"""

import argparse
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace
from uuid import UUID

from casemgr import vault
from casemgr.demo.registered import Row, known_persons, register
from casemgr.people.blocking import Index
from casemgr.people.concluding import LOOK, MATCHED, Conclusion, conclude
from casemgr.people.projection import open_person, seal_identity

AIMS = {"wrong_automatic": 0, "recall": 0.99, "to_human": 0.05, "seconds": 60, "memory_mb": 500}


@dataclass(slots=True)
class Measured:
    """Counts of rows: concluded right and wrong by the machine, sent to a human with and without the right person."""

    rows: int = 0
    known: int = 0
    right: int = 0
    wrong: int = 0
    human: int = 0
    human_right: int = 0
    by_way: dict[str, Counter] = field(default_factory=dict)

    def count(self, row: Row, found: Conclusion) -> None:
        self.rows += 1
        self.known += row.truth is not None
        keys = [near.key for near in found.near]
        if found.outcome == MATCHED:
            said = "right" if keys[0] == row.truth else "wrong"
        elif found.outcome == LOOK:
            said = "human"
            self.human_right += row.truth is not None and row.truth in keys
        else:
            said = "nobody" if row.truth is None else "missed"
        if said in ("right", "wrong", "human"):
            setattr(self, said, getattr(self, said) + 1)
        number = "with a number" if row.person.identifiers else "without a number"
        for way in (number, *(row.ways or ("as it is",))):
            self.by_way.setdefault(way, Counter())[said] += 1

    def figures(self) -> dict:
        automatic = self.right + self.wrong
        return {
            "rows": self.rows,
            "known": self.known,
            "wrong_automatic": self.wrong,
            "precision": round(self.right / automatic, 5) if automatic else None,
            "recall_automatic": round(self.right / self.known, 4),
            "recall": round((self.right + self.human_right) / self.known, 4),
            "to_human": round(self.human / self.rows, 4),
            "by_way": {way: dict(counts) for way, counts in sorted(self.by_way.items())},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    found = measure(options.persons, options.rows, options.seed)
    if options.out:
        kept = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
        text = json.dumps(kept | {"matching": found}, ensure_ascii=False, indent=1)
        options.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(table(found) + "\n")


def measure(persons: int, count: int, seed: int) -> dict:
    rng = Random(seed)
    known = known_persons(rng, persons)
    rows = register(rng, known, count)
    keys = vault.derive(bytes(32))
    stored = [_stored(keys, person) for person in known]
    del known
    gc.collect()
    before, started, cpu = memory_mb(), time.perf_counter(), time.process_time()
    index = Index()
    for place, row in enumerate(stored):
        index.add(place, open_person(keys, row))
    indexed = time.perf_counter()
    measured = Measured()
    for row in rows:
        measured.count(row, conclude(row.person, index.near(row.person)))
    ended = time.perf_counter()
    found = {"persons": persons, "seconds": round(ended - started, 1), "index_seconds": round(indexed - started, 1)}
    found["cpu_seconds"] = round(time.process_time() - cpu, 1)
    # The generator's own sealed copies stay in memory as well: the whole process is the upper bound.
    found |= {"memory_mb": round(peak_mb()), "index_mb": round(memory_mb() - before)}
    return found | measured.figures()


def _stored(keys, person) -> SimpleNamespace:
    """The row of a person as it lies in the database."""
    subject, wrapped = UUID(int=1), vault.new_subject_key(keys)
    sealed = seal_identity(keys, wrapped, subject, person)["identity_sealed"]
    hamlet = UUID(person.hamlet) if person.hamlet else None
    columns = {"sex": person.sex, "ethnicity": person.ethnicity, "unit_id": person.home, "hamlet_id": hamlet}
    return SimpleNamespace(subject=subject, wrapped=wrapped, identity_sealed=sealed, **columns)


def memory_mb() -> float:
    return _status("VmRSS")


def peak_mb() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def table(found: dict) -> str:
    out = [
        f"matching: {found['rows']} rows against {found['persons']} persons ({found['known']} rows of known persons)"
    ]
    for name, aim in AIMS.items():
        better = found[name] >= aim if name == "recall" else found[name] <= aim
        out.append(f"  {name:16} {found[name]:>9}   aim {aim}{'' if better else '   NOT REACHED'}")
    out.append(f"  precision {found['precision']}, recall automatic {found['recall_automatic']}")
    out.append(f"  {found['cpu_seconds']} s of one core; index {found['index_seconds']} s, {found['index_mb']} MB")
    out.append(f"  {'way':16} {'right':>6} {'human':>6} {'missed':>6} {'wrong':>6} {'nobody':>6}")
    for way, counts in found["by_way"].items():
        cells = " ".join(f"{counts.get(said, 0):>6}" for said in ("right", "human", "missed", "wrong", "nobody"))
        out.append(f"  {way:16} {cells}")
    return "\n".join(out)


if __name__ == "__main__":
    main()
