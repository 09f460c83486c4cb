"""From funds.toml to funds, with every reference checked at start."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from casemgr.funds.model import WAYS, Fund
from casemgr.programmes.reader import ProgrammeError, Reader, Source
from casemgr.programmes.words import Code, Text


def load(file: Path, programmes: Mapping) -> dict[str, Fund]:
    """Every fund by code. Raises ProgrammeError naming file, line and key."""
    text = Path(file).read_text(encoding="utf-8")
    reader = Reader(Source(Path(file), text), (), tomllib.loads(text))
    found: dict[str, Fund] = {}
    for number, fund in enumerate(reader.list_of("funds", lambda s: _fund(s, programmes)), 1):
        if fund["code"] in found:
            raise ProgrammeError(Path(file).name, 1, "code", f"{fund['code']} occurs twice")
        found[fund["code"]] = Fund(number=number, **fund)
    reader.done()
    return found


def _fund(s: Reader, programmes: Mapping) -> dict:
    said = {
        "code": s.take("code", str),
        "name": s.text("name"),
        "keeper": s.text("keeper"),
        "source": s.text("source"),
        "yearly_target": s.take("yearly_target", int, None),
        "programmes": s.strings("programmes"),
        "counts": s.strings("counts"),
        "tag": s.take("tag", str),
        "purposes": s.table_of("purposes", lambda p, code: Code(code, Text(p.take("vi", str), p.take("en", str)))),
    }
    for code in said["programmes"]:
        if code not in programmes:
            s.fail("programmes", f"no programme {code!r}")
    for way in said["counts"]:
        if way not in WAYS:
            s.fail("counts", f"no way {way!r}")
    return said
