"""Reads what a repository declares and lets the scanner's classifier name it: the gate's input."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from recense.errors import TargetError
from recense.gate.model import Allowed, Note, Sighting
from recense.schema import DeclaredField, DeclaredSchema, Unread, ValuesSeen

if TYPE_CHECKING:
    from recense.config import CheckSettings

LINE = 4_096
"""Characters of a source line that are kept for the report."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read and named.

    Attributes:
        unread: what could not be read; ``allowed`` what recense.yaml allows of it, with the reason.
        notes: about fixtures that were not read to their end.
    """

    schema: DeclaredSchema
    sightings: tuple[Sighting, ...]
    values: tuple[ValuesSeen, ...]
    unread: tuple[Unread, ...] = ()
    allowed: tuple[Allowed, ...] = ()
    notes: tuple[Note, ...] = ()


def read(path: Path, settings: CheckSettings) -> Reading:
    """Returns what a file or folder declares.

    Args:
        path: a folder, or a file of one.
        settings: exclusions and allowances of recense.yaml.

    Raises:
        TargetError: there is no such path, or the file is of no kind that recense reads.
    """
    from recense.cli.fixtures import look

    schema = declared(path, settings.exclude)
    unread, allowed = _allowed(schema.unread, settings)
    root = path if path.is_dir() else path.parent
    values, notes = look(root, schema.fixtures, schema.fields)
    return Reading(schema, tuple(classify_all(schema.fields)), tuple(values), unread, allowed, tuple(notes))


def declared(path: Path, exclude: Sequence[str]) -> DeclaredSchema:
    """Returns the final schema state of a file or folder without what is excluded."""
    import os

    from recense.cli.declared import READERS, Undeclared, columns_of
    from recense.model import Column
    from recense.schema import Place

    left_out = {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache"}
    if path.is_file() and path.suffix.lower() not in READERS:
        raise TargetError(f"cannot check {path}: known are {', '.join(sorted(READERS))}")
    root = path if path.is_dir() else path.parent
    files = [path] if path.is_file() else []
    for base, folders, names in os.walk(path):
        folders[:] = sorted(set(folders) - left_out)
        files += [Path(base) / name for name in sorted(names) if Path(name).suffix.lower() in READERS]
    fields: list[DeclaredField] = []
    unread: list[Unread] = []
    fixtures: list[str] = []
    for file in files:
        name = file.relative_to(root).as_posix()
        if any(matches(name, glob) for glob in exclude):
            continue
        kind = "sql" if file.suffix == ".sql" else "csv"
        if kind == "csv":
            fixtures.append(name)
        try:
            for column in columns_of(file):
                place = Place(name, column.line, column.column, column.column + len(column.name))
                fields.append(DeclaredField(kind, column.table, Column(column.name, column.type), place))
        except Undeclared as error:
            unread.append(Unread(name, 1, str(error)))
    return DeclaredSchema(tuple(fields), tuple(unread), len(files), tuple(fixtures))


def classify_all(fields: Iterable[DeclaredField]) -> list[Sighting]:
    """Returns what the names, types and comments of fields say, each beside its neighbours in the table."""
    from recense.scanners.names import TableContext, classify

    found: list[Sighting] = []
    ordered = sorted(fields, key=lambda field: (field.kind, field.table))
    for (_, table), group in groupby(ordered, key=lambda field: (field.kind, field.table)):
        columns = list(group)
        context = TableContext(table, [field.column for field in columns], columns[0].table_comment)
        for field in columns:
            for hint in classify(field.column, context):
                if hint.strength != "against" and hint.category:
                    found.append(Sighting(field, hint.category, hint.entity, hint.strength, hint.says))
    return found


def _allowed(unread: Iterable[Unread], settings: CheckSettings) -> tuple[tuple[Unread, ...], tuple[Allowed, ...]]:
    """Splits what could not be read into what fails and what recense.yaml allows with a reason."""
    kept: list[Unread] = []
    allowed: list[Allowed] = []
    for entry in unread:
        reason = next((reason for glob, reason in settings.allow_unread if matches(entry.file, glob)), None)
        if reason is None:
            kept.append(entry)
        else:
            allowed.append(Allowed(entry, reason))
    return tuple(kept), tuple(allowed)


def matches(path: str, glob: str) -> bool:
    """Tells whether a path below the folder fits a glob; ``*`` crosses folders, and a folder means all below it.

    >>> matches("vendor/a/x.sql", "vendor/"), matches("x.sql", "**/*.sql"), matches("a/x.sql", "*.csv")
    (True, True, False)
    """
    glob = glob.removeprefix("./")
    if glob.endswith("/"):
        return path.startswith(glob)
    return (
        fnmatch.fnmatchcase(path, glob)
        or fnmatch.fnmatchcase(path, glob.replace("**/", ""))
        or path.startswith(f"{glob}/")
    )


_LITERAL = re.compile(r"'[^']*'?")


def source_lines(root: Path, places: Iterable[tuple[str, int]], data: Collection[str]) -> Mapping[tuple[str, int], str]:
    """Returns the lines that places name, for the report; literals of SQL are dotted out.

    Args:
        root: the folder that is checked.
        places: file and line.
        data: files that hold values (``DeclaredSchema.fixtures``): none of their lines is shown.
    """
    wanted: dict[str, set[int]] = {}
    for file, line in places:
        if file not in data and not file.lower().endswith(_DATA):
            wanted.setdefault(file, set()).add(line)
    found: dict[tuple[str, int], str] = {}
    for file, numbers in wanted.items():
        last = max(numbers)
        try:
            with (root / file).open(encoding="utf-8-sig", errors="replace", newline="") as opened:
                for number, text in enumerate(opened, start=1):
                    if number in numbers:
                        found[(file, number)] = _without_literals(text.rstrip("\r\n")[:LINE], file)
                    if number >= last:
                        break
        except OSError:
            continue
    return found


_DATA = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


def _without_literals(line: str, file: str) -> str:
    """Returns a line without what an INSERT on it could hold."""
    if not file.lower().endswith(".sql"):
        return line
    return _LITERAL.sub(lambda match: "'" + "\u00b7" * (len(match[0]) - 2) + "'", line)
