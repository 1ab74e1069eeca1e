"""A table with people in it, as Parquet of several row groups, as CSV and in SQLite."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet


def people(rows: int) -> pa.Table:
    """Rows with a number, a mailbox, a status of few values and a note."""
    return pa.table(
        {
            "id": pa.array(range(rows), pa.int64()),
            "courriel": [f"p{n}.zq7720@example.org" for n in range(rows)],
            "statut": [("actif", "en attente", "suspendu")[n % 3] for n in range(rows)],
            "note": [
                None if n % 5 else f"rappeler le 06 39 98 {n // 100 % 100:02d} {n % 100:02d}" for n in range(rows)
            ],
        }
    )


def parquet(path: Path, rows: int, group: int = 1_000) -> Path:
    """Writes row groups of ``group`` rows."""
    pyarrow.parquet.write_table(people(rows), path, row_group_size=group)
    return path


def csv(path: Path, rows: int) -> Path:
    pyarrow.csv.write_csv(people(rows), path)
    return path


def sqlite(path: Path, rows: int) -> Path:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, courriel TEXT, statut TEXT, note TEXT)")
        made.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?)", zip(*(c.to_pylist() for c in people(rows).columns), strict=True)
        )
    made.close()
    return path
