"""What the settings file of samples says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import current_app


@dataclass(frozen=True, slots=True)
class Result:
    """What an auditor may say of a case."""

    name: Mapping[str, str]
    error: bool


@dataclass(frozen=True, slots=True)
class Settings:
    size: int
    minimum: int
    largest: int
    answer_days: int
    results: Mapping[str, Result]


def load(path: Path) -> Settings:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    results = {code: Result(**each) for code, each in said.pop("results").items()}
    return Settings(**said, results=results)


def settings() -> Settings:
    return current_app.extensions["samples"]
