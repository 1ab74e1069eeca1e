"""``recense check``: judges the names of declared columns, without reading a row. The first version of the gate."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recense.cli import console
from recense.errors import ExitCode, TargetError, UserError

if TYPE_CHECKING:
    from recense.cli.declared import Declared

LEFT_OUT = {".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache"}


def add_to(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("check")(check)


def check(
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="A file or a folder.")] = Path(),
    format: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="table or json.")] = "table",
) -> None:
    """Judge column names in a repository: no database, no rows.

    Reads headers of CSV and TSV, keys of NDJSON, schemas of Parquet, and CREATE TABLE and ALTER TABLE ... ADD in *.sql.
    Names of Article 9 and 10 data, government ids and credentials block (exit 1); other personal data is a warning.
    Approvals and other schema languages are not read yet.
    """
    if format not in {"table", "json"}:
        raise UserError(f"unknown format '{format}'; known: json, table")
    if not path.exists():
        raise TargetError(f"no such file or folder: {path}")
    fields, unread = _judge(path)
    blocking = [field for field in fields if field["verdict"] == "block"]
    summary = {
        "fields": len(fields),
        "block": len(blocking),
        "warn": len(fields) - len(blocking),
        "unread": len(unread),
    }
    if format == "json":
        document = {"schema": "recense.check/1", "base": None, "fields": fields, "unread": unread, "summary": summary}
        console.data(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        rows = [
            (f["verdict"], f"{f['file']}:{f['line']}:{f['column']}", f["field"], f["category"], f["why"])
            for f in fields
        ]
        rows += [("unread", f"{entry['file']}:{entry['line']}", "", "", entry["reason"]) for entry in unread]
        if rows:
            console.data(console.table(rows))
        console.note(f"{len(fields)} personal fields, {len(blocking)} blocking, {len(unread)} files not read")
    if blocking or unread:
        raise typer.Exit(ExitCode.BLOCKED if blocking else ExitCode.INCOMPLETE)


def _judge(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from recense.cli.declared import READERS, Undeclared, columns_of

    fields: list[dict[str, Any]] = []
    unread: list[dict[str, Any]] = []
    if path.is_file() and path.suffix.lower() not in READERS:
        raise TargetError(f"cannot check {path}: known are {', '.join(sorted(READERS))}")
    for file in [path] if path.is_file() else sorted(_files(path, set(READERS))):
        try:
            columns = columns_of(file)
        except Undeclared as error:
            unread.append({"file": str(file), "line": 1, "reason": str(error)})
            continue
        for table, group in groupby(columns, key=lambda column: column.table):
            fields.extend(_table(file, table, list(group)))
    return fields, unread


def _files(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        yield from (Path(base) / name for name in names if Path(name).suffix.lower() in suffixes)


def _table(file: Path, table: str, declared: list[Declared]) -> Iterator[dict[str, Any]]:
    """Yields the personal fields of one table, each judged beside its neighbours."""
    from recense.model import Column
    from recense.scanners.names import TableContext, classify

    columns = [Column(column.name, column.type) for column in declared]
    context = TableContext(table, columns)
    for place, column in zip(declared, columns, strict=True):
        for hint in classify(column, context):
            if hint.strength == "against" or not hint.category:
                continue
            blocks = hint.strength == "strong" and _is_blocking(hint.category)
            yield {
                "field": f"{table}.{column.path}",
                "file": str(file),
                "line": place.line,
                "column": place.column,
                "end_column": place.column + len(place.name),
                "category": hint.category,
                "entity": hint.entity,
                "proof": "indicated" if hint.strength == "strong" else "to_check",
                "code": hint.rule,
                "introduced": None,
                "verdict": "block" if blocks else "warn",
                "approval": None,
                "why": hint.says,
            }


def _is_blocking(category: str) -> bool:
    from recense.policy import taxonomy

    return category in {"government_id", "credential"} or taxonomy().is_special(category)
