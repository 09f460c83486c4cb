"""Reading a TOML table strictly: every key known, every value of its type, every error with file, line and key."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from casemgr.programmes.conditions import BadCondition, Condition, always, compile_condition
from casemgr.programmes.words import Text


class ProgrammeError(Exception):
    """A programme file that cannot be used: file, line (1 when unknown), key and what is wrong."""

    def __init__(self, file: str, line: int, key: str, problem: str):
        super().__init__(f"{file}:{line}: {key}: {problem}")
        self.file, self.line, self.key, self.problem = file, line, key, problem


class Reader:
    """One table of the file. What is not taken by the time `done` is called is an unknown key."""

    def __init__(self, source: "Source", path: tuple, table: dict):
        self.source, self.path, self.table = source, path, table
        self.taken: set[str] = set()

    def fail(self, key: str, problem: str):
        raise self.source.error((*self.path, key) if key else self.path, problem)

    def take(self, key: str, kind: type, default=..., among: Iterable | None = None):
        self.taken.add(key)
        if key not in self.table:
            if default is ...:
                self.fail(key, "is missing")
            return default
        value = self.table[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(key, f"must be {kind.__name__}, not {type(value).__name__}")
        if among is not None and value not in among:
            self.fail(key, f"{value!r} is not one of {', '.join(sorted(among))}")
        return value

    def text(self, key: str, default=...) -> Text | None:
        value = self.take(key, dict, default)
        if value is default:
            return value
        if set(value) != {"vi", "en"} or not all(isinstance(v, str) and v.strip() for v in value.values()):
            self.fail(key, 'must be { vi = "...", en = "..." }')
        return Text(value["vi"], value["en"])

    def strings(self, key: str, default=...) -> tuple[str, ...]:
        """A list of strings, or one string."""
        self.taken.add(key)
        value = self.table.get(key, default)
        if value is ...:
            self.fail(key, "is missing")
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            self.fail(key, "must be a string or a list of strings")
        return tuple(value)

    def day(self, key: str, default=...) -> date | None:
        return self.take(key, date, default)

    def condition(self, key: str, default: Condition | None = always) -> Condition | None:
        value = self.take(key, dict, None)
        if value is None:
            return default
        self.source.conditions.append(((*self.path, key), value))
        try:
            return compile_condition(value)
        except BadCondition as problem:
            return self.fail(key, str(problem))

    def table_of(self, key: str, build: Callable, required: bool = False) -> dict:
        """{name: build(reader, name)} over the sub-tables of `key`."""
        value = self.take(key, dict, ... if required else {})
        return {
            name: self._sub((key, name), item, lambda reader, name=name: build(reader, name))
            for name, item in value.items()
        }

    def list_of(self, key: str, build: Callable) -> tuple:
        value = self.take(key, list, [])
        return tuple(self._sub((key, number), item, build) for number, item in enumerate(value))

    def maybe(self, key: str, build: Callable):
        """build(reader) over the sub-table `key`, or None."""
        return self._sub((key,), self.take(key, dict), build) if key in self.table else self.take(key, dict, None)

    def _sub(self, path: tuple, table, build: Callable):
        if not isinstance(table, dict):
            raise self.source.error((*self.path, *path), "must be a table")
        reader = Reader(self.source, (*self.path, *path), table)
        built = build(reader)
        reader.done()
        return built

    def done(self) -> None:
        for key in self.table:
            if key not in self.taken:
                self.fail(key, "unknown key")


class Source:
    """The text of the file, to find the line of a key."""

    def __init__(self, file: Path, text: str):
        self.name, self.lines = file.name, text.splitlines()
        self.conditions: list[tuple[tuple, dict]] = []  # every condition read, with where it stands

    def error(self, path: tuple, problem: str) -> ProgrammeError:
        key = ".".join(str(part) for part in path)
        return ProgrammeError(self.name, self._line(path), key, problem)

    def _line(self, path: tuple) -> int:
        """The line of the deepest part of the path that can be found: the longest header, then its keys below it."""
        line, rest = 0, path
        for depth in range(len(path), 0, -1):
            found = self._header(path[:depth])
            if found:
                line, rest = found, path[depth:]
                break
        end = next(
            (n for n, text in enumerate(self.lines, start=1) if n > line and text.startswith("[")), len(self.lines)
        )
        for part in rest:
            if isinstance(part, str):
                found = self._key(part, max(line, 1), end)
                if not found:
                    break
                line = found
        return line or 1

    def _header(self, path: tuple) -> int:
        name = ".".join(part for part in path if isinstance(part, str))
        number = path[-1] if isinstance(path[-1], int) else 0
        pattern = re.compile(rf"\s*\[+\s*{re.escape(name)}\s*\]+")
        hits = [position for position, text in enumerate(self.lines, start=1) if pattern.match(text)]
        return hits[number] if number < len(hits) else 0

    def _key(self, key: str, first: int, last: int) -> int:
        pattern = re.compile(rf'(^|[\s{{,.])"?{re.escape(key)}"?\s*=')
        for position, text in enumerate(self.lines[first - 1 : last], start=first):
            if pattern.search(text):
                return position
        return 0
