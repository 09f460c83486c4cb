"""Where registers come from, and what a register of each programme may hold: sources.toml as plain objects."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from casemgr.programmes.model import Text

FILE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """An agency that keeps a register. Two of the same `stream` pass their news on to each other. `detection` is its
    code among the programme's sources of detections, "" where it has none."""

    code: str
    name: Text
    programmes: tuple[str, ...]
    stream: str
    detection: str

    def independent_of(self, other: "Source") -> bool:
        return self.stream != other.stream


@dataclass(frozen=True, slots=True)
class Subject:
    """What a register of one programme may be: with names, or only with codes of the source."""

    programme: str
    named: bool
    words: tuple[str, ...]
    age_below: int | None = None
    age_from: int | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    sources: Mapping[str, Source]
    subjects: Mapping[str, Subject]

    def of(self, programme: str) -> list[Source]:
        return [source for source in self.sources.values() if programme in source.programmes]


def load(file: Path = FILE) -> Sources:
    """Raises ValueError where a source names a programme that may have no register."""
    said = tomllib.loads(file.read_text("utf-8"))
    subjects = {
        code: Subject(code, each["rows"] == "named", tuple(each["words"]), each.get("age_below"), each.get("age_from"))
        for code, each in said["programmes"].items()
    }
    found = {
        code: Source(code, Text(**each["name"]), tuple(each["programmes"]), each["stream"], each["detection"])
        for code, each in said["sources"].items()
    }
    for source in found.values():
        if not set(source.programmes) <= set(subjects):
            raise ValueError(f"sources.toml: {source.code} names an unknown programme")
    return Sources(found, subjects)


def sources() -> Sources:
    return current_app.extensions["registers"]
