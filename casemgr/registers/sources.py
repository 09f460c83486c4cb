"""Where registers come from, and what a register of each programme may hold: sources.toml as plain objects."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import current_app

from casemgr.people.names import fold_name
from casemgr.programmes.words import Text
from casemgr.registers.columns import Vocabulary
from casemgr.registers.reading import Limits

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
    """What a register of one programme may be: with names, or only with codes of the source.

    `harms`: the programme's code of harm by the folded words that say it.
    """

    programme: str
    named: bool
    words: tuple[str, ...]
    age_below: int | None = None
    age_from: int | None = None
    harms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sources:
    sources: Mapping[str, Source]
    subjects: Mapping[str, Subject]
    vocabulary: Vocabulary
    limits: Limits

    def of(self, programme: str) -> list[Source]:
        return [source for source in self.sources.values() if programme in source.programmes]


def load(file: Path = FILE) -> Sources:
    """Raises ValueError where a source names a programme that may have no register."""
    said = tomllib.loads(file.read_text("utf-8"))
    subjects = {
        code: Subject(
            code,
            each["rows"] == "named",
            tuple(each["words"]),
            each.get("age_below"),
            each.get("age_from"),
            {fold_name(word): harm for harm, words in each.get("harms", {}).items() for word in words},
        )
        for code, each in said["programmes"].items()
    }
    found = {
        code: Source(code, Text(**each["name"]), tuple(each["programmes"]), each["stream"], each["detection"])
        for code, each in said["sources"].items()
    }
    for source in found.values():
        if not set(source.programmes) <= set(subjects):
            raise ValueError(f"sources.toml: {source.code} names an unknown programme")
    return Sources(found, subjects, Vocabulary(said["headings"]), Limits(**said["limits"]))


def sources() -> Sources:
    return current_app.extensions["registers"]
