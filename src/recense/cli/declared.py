"""Column names that files declare, with their place in the file; no row is kept. For ``recense check``.

Understood are headers of CSV and TSV, keys of the first objects in NDJSON, schemas of Parquet, and in SQL the columns
of ``CREATE TABLE`` and ``ALTER TABLE … ADD``. A file that should hold columns and gives none is an error, not silence.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_HEAD = 1 << 20
_SQL_BYTES = 16 << 20
_OBJECTS = 100

_NAME = r'(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[^\W\d][\w$]*)'
_TABLE = re.compile(
    rf"\bCREATE\s+(?:\w+\s+){{0,3}}?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({_NAME}(?:\s*\.\s*{_NAME})*)\s*(\(?)", re.I
)
_ADDED = re.compile(
    rf"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?({_NAME}(?:\s*\.\s*{_NAME})*)\s+"
    rf"ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?({_NAME})\s+(\w[\w ]*(?:\([\d, ]*\))?)",
    re.I,
)
_COLUMN = re.compile(rf"\s*({_NAME})(?:\s+(\w+(?:\s*\([\d, ]*\))?))?")
_CONSTRAINT = frozenset(
    ("constraint", "primary", "foreign", "unique", "check", "key", "index", "exclude", "like", "period", "fulltext")
)
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.S)


@dataclass(frozen=True, slots=True)
class Declared:
    """A column in a file: its table, its type, and where its name stands (1-based; columns count characters)."""

    table: str
    name: str
    type: str = ""
    line: int = 1
    column: int = 1


class Undeclared(Exception):
    """A file gives no columns; the message says why."""


def columns_of(path: Path) -> list[Declared]:
    """Returns the columns that a file declares.

    Raises:
        Undeclared: it cannot be read, or declares nothing.
    """
    try:
        found = list(READERS[path.suffix.lower()](path))
    except (OSError, ValueError, csv.Error, RecursionError) as error:
        raise Undeclared(f"cannot be read ({type(error).__name__})") from None
    if not found and path.suffix.lower() != ".sql":  # SQL without a table is plain SQL
        raise Undeclared("holds no columns")
    return found


def _text(path: Path, limit: int) -> str:
    with path.open("rb") as file:
        raw = file.read(limit + 1)
    if len(raw) > limit and path.suffix.lower() == ".sql":
        raise ValueError("too large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return raw[: error.start].decode("utf-8-sig") if error.start > len(raw) - 4 else raw.decode("cp1252", "replace")


def _delimited(path: Path) -> Iterator[Declared]:
    lines = _text(path, _HEAD).splitlines()
    header = lines[0] if lines else ""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=header.count)
    for row in csv.reader([header], delimiter=delimiter):
        at = 0
        for name in row:
            at = max(header.find(name, at), 0)
            if name.strip():
                yield Declared(path.stem, name.strip(), "", 1, at + 1)
            at += len(name)


def _objects(path: Path) -> Iterator[Declared]:
    seen: set[str] = set()
    for number, line in enumerate(_text(path, _HEAD).splitlines()[:_OBJECTS], start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            if number == 1:
                raise
            break  # the last line of the part that was read is cut
        for name in _keys(record, ""):
            if name not in seen:
                seen.add(name)
                last = name.rsplit(".", 1)[-1].removesuffix("[]")
                yield Declared(path.stem, name, "", number, max(line.find(json.dumps(last, ensure_ascii=False)), 0) + 1)


def _keys(value: object, prefix: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _keys(inner, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list):
        for item in value[:_OBJECTS]:
            yield from _keys(item, f"{prefix}[]")
    elif prefix:
        yield prefix


def _parquet(path: Path) -> Iterator[Declared]:
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(path)
    for field in schema:
        yield Declared(path.stem, field.name, str(field.type))


def _sql(path: Path) -> Iterator[Declared]:
    text = _text(path, _SQL_BYTES)
    plain = _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)  # same places, without comments and strings
    for match in _TABLE.finditer(plain):
        if not match[2]:
            raise Undeclared(f"line {_line(plain, match.start())}: a table without a list of columns cannot be judged")
        for start, item in _items(plain, match.end()):
            column = _COLUMN.match(item)
            if column and column[1].lower() not in _CONSTRAINT:
                yield _declared(plain, match[1], column[1], column[2], start + column.start(1))
    for match in _ADDED.finditer(plain):
        if match[2].lower() not in _CONSTRAINT:
            yield _declared(plain, match[1], match[2], match[3], match.start(2))


def _items(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yields the parts between the commas of a list that opened just before ``start``."""
    depth, begin = 1, start
    for mark in re.compile(r'[(),]|"[^"]*"|`[^`]*`').finditer(text, start):
        depth += {"(": 1, ")": -1}.get(mark[0], 0)
        if depth == 0 or (depth == 1 and mark[0] == ","):
            yield begin, text[begin : mark.start()]
            begin = mark.end()
        if depth == 0:
            return
    raise ValueError("the list of columns does not end")


def _declared(text: str, table: str, name: str, type_: str | None, at: int) -> Declared:
    at += name[0] in '"`['
    column = at - text.rfind("\n", 0, at)
    return Declared(re.sub(r"\s", "", table), name.strip('"`[]'), type_ or "", _line(text, at), column)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


READERS: dict[str, Callable[[Path], Iterator[Declared]]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".ndjson": _objects,
    ".jsonl": _objects,
    ".parquet": _parquet,
    ".sql": _sql,
}
