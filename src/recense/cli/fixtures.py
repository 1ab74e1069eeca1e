"""Looks into data files of a repository for values that look real; keeps counts and line numbers, never a value."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from recense.gate.model import Note
from recense.gate.values import CATEGORIES, CHANCE, entity_of
from recense.schema import DeclaredField, Place, ValuesSeen

ROWS = 20_000
"""Rows of a fixture that are looked at; a longer one gets a note."""
BYTES = 32 << 20
_FORMATS = frozenset((".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq"))
Row = tuple[int, Mapping[str, Any]]


def look(root: Path, paths: Iterable[str], fields: Sequence[DeclaredField]) -> tuple[list[ValuesSeen], list[Note]]:
    """Returns the columns whose values look real, and a note for each file that was too long to read to its end.

    Args:
        root: the folder that is checked.
        paths: data files below it (``DeclaredSchema.fixtures``).
        fields: the declared fields, to name columns as they are named elsewhere.
    """
    seen: list[ValuesSeen] = []
    notes: list[Note] = []
    known = {(field.place.file, field.column.path): field for field in fields}
    for path in paths:
        file = root / path
        counts: dict[str, Counter[str]] = {}
        first: dict[tuple[str, str], int] = {}
        if file.suffix.lower() not in _FORMATS:
            found, cut = sql(root, path, fields)
            seen += found
            if cut:
                notes.append(_cut(path))
            continue
        try:
            cut = file.stat().st_size > BYTES
            for number, row in enumerate(_rows(file)):
                if number >= ROWS:
                    cut = True
                    break
                _count(row, counts, first)
        except (OSError, ValueError, csv.Error, RecursionError):
            continue  # a file that cannot be read has its entry from the schema reader
        seen += _columns(path, counts, first, known)
        if cut:
            notes.append(_cut(path))
    return seen, notes


def _cut(path: str) -> Note:
    return Note("PD003", path, 1, f"only the first {ROWS:,} rows of {path} were looked at for real-looking values")


def sql(root: Path, path: str, fields: Sequence[DeclaredField]) -> tuple[list[ValuesSeen], bool]:
    """Returns the columns of the rows of an SQL file whose values look real, and whether it was cut off.

    The place is that of the first such value.
    """
    from recense.connectors.schema.ddl.rows import rows
    from recense.connectors.schema.ddl.tokens import guess_dialect
    from recense.connectors.schema.files import SourceFile, Unreadable
    from recense.connectors.schema.state import fold, plain

    tables: dict[str, list[DeclaredField]] = {}
    for field in fields:
        tables.setdefault(fold(field.table), []).append(field)
    file = SourceFile(root / path, path)
    counts: dict[str, Counter[str]] = {}
    first: dict[tuple[str, str], tuple[int, int]] = {}
    number = 0
    try:
        for number, row in enumerate(islice(rows(file.text, guess_dialect(path, file.text)), ROWS + 1)):
            table = plain(row.table)
            declared = tables.get(fold(table), [])
            keys = {fold(field.column.path): field.key for field in declared}
            for place, value in enumerate(row.values):
                if value is None or number >= ROWS:
                    continue
                name = row.columns[place] if place < len(row.columns) else ""
                if not name:
                    name = declared[place].column.path if place < len(declared) else str(place + 1)
                key = keys.get(fold(name), f"sql:{table}.{name}")
                counter = counts.setdefault(key, Counter())
                counter["cells"] += 1
                if entity := entity_of(value.text):
                    counter[entity] += 1
                    first.setdefault((key, entity), (value.start, value.end))
    except Unreadable:
        return [], False  # the schema reader has said so
    found = [
        ValuesSeen(
            key, file.place(*first[(key, entity)]), CATEGORIES[entity], entity, counter["cells"], counter[entity]
        )
        for key, counter in counts.items()
        for entity in sorted(set(counter) & set(CATEGORIES))
        if counter[entity] >= CHANCE.get(entity, 0) * counter["cells"]
    ]
    return found, number >= ROWS


def _count(row: Row, counts: dict[str, Counter[str]], first: dict[tuple[str, str], int]) -> None:
    line, cells = row
    for column, value in cells.items():
        if value in (None, "") or isinstance(value, bool):
            continue
        counter = counts.setdefault(column, Counter())
        counter["cells"] += 1
        entity = entity_of(str(value)) if isinstance(value, str | int) else None
        if entity:
            counter[entity] += 1
            first.setdefault((column, entity), line)


def _columns(
    path: str,
    counts: Mapping[str, Counter[str]],
    first: Mapping[tuple[str, str], int],
    known: Mapping[tuple[str, str], DeclaredField],
) -> Iterator[ValuesSeen]:
    for column, counter in counts.items():
        for entity in sorted(set(counter) & set(CATEGORIES)):
            if counter[entity] < CHANCE.get(entity, 0) * counter["cells"]:
                continue
            field = known.get((path, column))
            key = field.key if field else f"csv:{path}.{column}"
            place = field.place if field else Place(path)
            line = first[(column, entity)] or place.line
            if line != place.line:
                place = replace(place, line=line, column=1, end_column=1)
            yield ValuesSeen(key, place, CATEGORIES[entity], entity, counter["cells"], counter[entity])


def _rows(file: Path) -> Iterator[Row]:
    """Yields the rows of a file with their lines; 0 where a format has none."""
    suffix = file.suffix.lower()
    if suffix in (".parquet", ".pq"):
        yield from _parquet(file)
        return
    with file.open("rb") as opened:
        text = _text(opened.read(BYTES))
    if suffix in (".csv", ".tsv"):
        yield from _delimited(text, suffix)
    elif suffix in (".jsonl", ".ndjson"):
        for line, entry in enumerate(text.splitlines(), start=1):
            if entry.strip():
                yield line, dict(_leaves(json.loads(entry), ""))
    else:
        for item in _items(json.loads(text)):
            yield 0, dict(_leaves(item, ""))


def _text(raw: bytes) -> str:
    from recense.connectors.schema.files import Unreadable, decoded

    try:
        return decoded(raw)
    except Unreadable:
        return ""  # the schema reader has said so


def _delimited(text: str, suffix: str) -> Iterator[Row]:
    lines = text.splitlines(keepends=True)
    head = lines[0] if lines else ""
    delimiter = "\t" if suffix == ".tsv" else max(",;\t|", key=head.count)
    reader = csv.reader(lines, delimiter=delimiter)
    names = [name.strip() for name in next(reader, [])]
    for row in reader:
        yield reader.line_num, dict(zip(names, row, strict=False))


def _items(data: Any) -> Sequence[Any]:
    """Returns the rows of a JSON document: its list, the longest list in it, or itself."""
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value]
        data = max(lists, key=len) if lists and len(data) <= 3 else [data]
    return data if isinstance(data, list) else [data]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value[:1_000]:
            yield from _leaves(item, f"{path}[]")
    else:
        yield path or "value", value


def _parquet(file: Path) -> Iterator[Row]:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(file) as opened:
        for batch in islice(opened.iter_batches(1_000), ROWS // 1_000 + 1):
            for row in batch.to_pylist():
                yield 0, dict(_leaves(row, ""))
