"""Writes rows as the formats of the demo; the same rows give the same bytes (no clock, no random names)."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from recense.demo.truth import Column

Record = Mapping[str, Any]


def plain(value: Any) -> Any:
    """Returns dates as ISO text and leaves the rest alone."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def nested(record: Record) -> dict[str, Any]:
    """Returns a record whose paths (``a.b``, ``tags[]``) have become objects and lists.

    >>> nested({"a.b": 1, "tags[]": ["x"]})
    {'a': {'b': 1}, 'tags': ['x']}
    """
    tree: dict[str, Any] = {}
    for path, value in record.items():
        *parents, name = path.removesuffix("[]").split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[name] = plain(value)
    return tree


def delimited(records: Sequence[Record], delimiter: str, encoding: str, preamble: str = "", end: str = "\r\n") -> bytes:
    """Returns delimited text with a header; ``encoding`` may be ``utf-8-sig`` for a byte order mark."""
    out = io.StringIO()
    out.write(preamble)
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(records[0])
    writer.writerows([plain(value) for value in record.values()] for record in records)
    return out.getvalue().encode(encoding)


def json_lines(records: Iterable[Record]) -> bytes:
    """Returns one JSON object per line."""
    return "".join(json.dumps(nested(record), ensure_ascii=False) + "\n" for record in records).encode()


def json_array(records: Iterable[Record]) -> bytes:
    """Returns one JSON array of objects."""
    return json.dumps([nested(record) for record in records], ensure_ascii=False, indent=1).encode() + b"\n"


def gzipped(data: bytes) -> bytes:
    """Returns a gzip stream without a time stamp."""
    return gzip.compress(data, mtime=0)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Returns a zip archive whose members all date from 1980, the format's zero."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def parquet(records: Iterable[Record], path: Path) -> None:
    """Writes a Parquet file; nested paths become structs and lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def tree(record: Record) -> dict[str, Any]:
        kept = {key: value for key, value in record.items() if not isinstance(value, date)}
        return {**nested(kept), **{key: value for key, value in record.items() if isinstance(value, date)}}

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([tree(record) for record in records]), path, compression="zstd")


def sqlite(tables: Mapping[str, tuple[Sequence[Column], Sequence[Record]]], path: Path) -> None:
    """Writes a SQLite database anew."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        with connection:
            for name, (columns, records) in tables.items():
                fields = ", ".join(f'"{col.path}" {col.type}' for col in columns)
                connection.execute(f'CREATE TABLE "{name}" ({fields})')
                marks = ", ".join("?" * len(columns))
                values = [[plain(value) for value in record.values()] for record in records]
                connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)  # noqa: S608  our own names
    finally:
        connection.close()
