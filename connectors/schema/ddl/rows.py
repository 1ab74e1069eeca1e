"""The rows that SQL writes: INSERT … VALUES, INSERT … SET and COPY, each value with its offsets.

They are read one by one, for the caller to look at; values that an expression makes are left out.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

_NAME = r"(?:\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]|[^\W\d][\w$#]{0,199})"
_TABLE = rf"{_NAME}(?:\s{{0,9}}\.{{1,2}}\s{{0,9}}{_NAME}){{0,3}}"
_PLAIN, _ESCAPED = r"'(?:[^']|'')*+(?:'|\Z)", r"'(?:[^'\\]|\\.|'')*+(?:'|\Z)"
_COMMENT = r"--[^\n]*+(?:\n|\Z)|/\*(?s:.*?)(?:\*/|\Z)"  # what does not end, ends with the text
_COLUMNS = rf"\s*{_NAME}(?:\s*,\s*{_NAME}){{0,2000}}\s*"
_PARTS = re.compile(_NAME)
_COPIED = re.compile(r"[^\n]*\n?")
_ASSIGNED = re.compile(rf"\s*({_NAME})\s*=\s*")


class Value(NamedTuple):
    """A literal without its quotes, and where it stands in the text."""

    text: str
    start: int
    end: int


class Row(NamedTuple):
    """A row: its table, the names of its columns if the statement gives them, its literals (None for an expression)."""

    table: str
    columns: tuple[str, ...]
    values: tuple[Value | None, ...]


def rows(text: str, dialect: str) -> Iterator[Row]:
    """Yields the rows of a text in the order in which they stand."""
    string = _ESCAPED if dialect in {"mysql", "bigquery", "snowflake"} else rf"[eE]{_ESCAPED}|{_PLAIN}"
    statement = re.compile(
        rf"(?P<skip>{_COMMENT}|{string})"
        rf"|\b(?:INSERT(?:\s+(?:IGNORE|OR\s+\w+|OVERWRITE|ALL))?\s+(?:INTO\s+)?|REPLACE\s+INTO\s+|(?<=\s)INTO\s+)"
        rf"(?:TABLE\s+)?(?P<table>{_TABLE})(?:\s*\((?P<columns>{_COLUMNS})\))?\s*(?:OVERRIDING\s+\w+\s+VALUE\s+)?(?P<how>VALUES?\b|SET\b)"
        rf"|\bCOPY\s+(?P<copied>{_TABLE})(?:\s*\((?P<named>{_COLUMNS})\))?\s+FROM\s+STDIN(?P<options>[^;\n]*);[^\n]*\n",
        re.I | re.S,
    )
    literal = re.compile(
        rf"\s*(?:(?:{_COMMENT})\s*)*+(?:(?:[nN]|_\w+\s+)?(?P<s>{string})|(?P<n>[-+]?\d[\w.]*)"
        r"|(?P<p>[(),;])|(?P<o>[^\s(),;'][^\s(),;']*+))",
        re.S,
    )
    position = 0
    while match := statement.search(text, position):
        position = match.end()
        if match["copied"]:
            position = yield from _copied(text, position, match)
        elif match["table"] and match["how"].upper() == "SET":
            yield from _assigned(text, position, _last(match["table"]), literal)
        elif match["table"]:
            position = yield from _listed(text, position, _last(match["table"]), _names(match["columns"]), literal)


def _last(table: str) -> str:
    """Returns a table's name without quotes."""
    return ".".join(_names(table))


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name.strip('"`[]') for name in _PARTS.findall(listed or ""))


def _listed(
    text: str, position: int, table: str, columns: tuple[str, ...], literal: re.Pattern[str]
) -> Generator[Row, None, int]:
    """Yields the rows behind VALUES; returns the offset behind the last."""
    depth = 0
    values: list[Value | None] = []
    pieces: list[Value | None] = []
    while match := literal.match(text, position):
        mark = match["p"]
        if depth == 0 and mark not in {"(", ","}:
            return position
        position = match.end()
        if mark == "(":
            depth += 1
            if depth > 1:
                pieces.append(None)
        elif mark == ")":
            depth -= 1
            if depth == 0:
                values.append(pieces[0] if len(pieces) == 1 else None)
                yield Row(table, columns, tuple(values))
                values, pieces = [], []
        elif mark == "," and depth == 1:
            values.append(pieces[0] if len(pieces) == 1 else None)
            pieces = []
        elif mark == ";":
            return position
        elif mark is None:
            pieces.append(_value(match))
    return position


def _assigned(text: str, position: int, table: str, literal: re.Pattern[str]) -> Iterator[Row]:
    """Yields the row of ``INSERT INTO t SET a = 'x', …`` as far as it is literals."""
    names: list[str] = []
    values: list[Value | None] = []
    while match := _ASSIGNED.match(text, position):
        found = literal.match(text, match.end())
        if not found or found["p"]:
            break
        names.append(match[1].strip('"`[]'))
        values.append(_value(found))
        comma = literal.match(text, found.end())
        if not comma or comma["p"] != ",":
            break
        position = comma.end()
    if names:
        yield Row(table, tuple(names), tuple(values))


def _value(match: re.Match[str]) -> Value | None:
    """Returns a literal; None for a word such as NULL or the name of a function."""
    if match["n"]:
        return Value(match["n"], *match.span("n"))
    if match["s"] is None:
        return None
    start = match.start("s") + (match["s"][0] != "'") + 1
    inner = match["s"][match["s"].index("'") + 1 : -1].replace("''", "'")
    return Value(inner, start, match.end("s") - 1)


def _copied(text: str, position: int, match: re.Match[str]) -> Generator[Row, None, int]:
    """Yields the rows behind COPY … FROM STDIN; returns the offset behind the last."""
    table, columns = _last(match["copied"]), _names(match["named"])
    mark = "," if re.search(r"\bCSV\b", match["options"], re.I) else "\t"
    while position < len(text):
        line = _COPIED.match(text, position)
        assert line is not None
        shown = line[0].rstrip("\r\n")
        if shown == "\\.":
            return line.end()
        at = position
        values: list[Value | None] = []
        for cell in shown.split(mark):
            values.append(
                None if cell == "\\N" else Value(cell.strip('"') if mark == "," else cell, at, at + len(cell))
            )
            at += len(cell) + 1
        yield Row(table, columns, tuple(values))
        position = line.end()
    return position
