"""Accuracy on the schemas of real applications: names alone, or with the rows that their dumps hold.

    python -m benchmarks.accuracy.databases [--rows] [--errors] [DATABASE ...]

Reads ``databases/`` of the corpora (``RECENSE_SHARED``, else ``../shared``): ``gold_columns.csv`` and the SQLite dumps
it names. Columns marked doubtful or key are left out. Written on the databases of ``SEEN``; the others were held out of
the first round: README.md has the blind score and says what was read afterwards.
"""

from __future__ import annotations

import argparse
import csv
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.accuracy.corpora import shared
from benchmarks.accuracy.score import Cell, Score, category, header
from recense.evidence import ColumnProfile
from recense.model import Column, Dataset
from recense.scanners.verdict import judge

SEEN = ("chinook", "galette_fr", "northwind", "thirtybees_prestashop")


def main(arguments: list[str] | None = None) -> int:
    """Prints a Markdown table of scores; returns 2 when the corpora are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", nargs="*")
    parser.add_argument("--rows", action="store_true", help="read the rows too, not only the names")
    parser.add_argument("--errors", action="store_true", help="list the columns that were missed or wrong")
    options = parser.parse_args(arguments)
    folder = shared("corpora/databases")
    if folder is None:
        print("the corpora are not there: set RECENSE_SHARED to the folder that holds corpora/", file=sys.stderr)
        return 2
    gold = labels(folder / "gold_columns.csv")
    groups = {"seen": Score("**tuned on**"), "unseen": Score("**held out at first**")}
    total = Score("**all**")
    print(header())
    for name in options.databases or sorted(gold):
        score = score_database(folder, name, gold[name], options.rows)
        print(score.row())
        groups["seen" if name in SEEN else "unseen"].merge(score)
        total.merge(score)
    for score in (*groups.values(), total):
        print(score.row())
    if options.errors:
        print("", *total.errors, sep="\n")
    return 0


def labels(path: Path) -> dict[str, dict[tuple[str, str], Cell]]:
    """Returns the labelled columns per database and (table, column)."""
    found: dict[str, dict[tuple[str, str], Cell]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            database, place = row["column"].split(".", 1)
            table, column = place.rsplit(".", 1)
            cell = Cell(row["column"], category(row["label"]), row["entity"], bool(row["note"]))
            found.setdefault(database, {})[(table, column)] = cell
    return found


def score_database(folder: Path, name: str, gold: Mapping[tuple[str, str], Cell], rows: bool) -> Score:
    """Returns the score of one database."""
    score = Score(name)
    for dataset, profiles in datasets(folder, name, rows):
        findings = judge(dataset, profiles)
        for column in dataset.columns:
            cell = gold.get((dataset.name, column.path))
            if cell is not None:
                score.add(cell, [(f.category, f.proof) for f in findings if f.column == column.path])
    return score


def datasets(folder: Path, name: str, rows: bool) -> Iterator[tuple[Dataset, Mapping[str, ColumnProfile]]]:
    """Yields the tables of a dump and, when rows are wanted, what was counted in them."""
    if (folder / f"{name}.sql").exists():
        script = (folder / f"{name}.sql").read_text(encoding="utf-8")
        with sqlite3.connect(":memory:") as database:
            database.executescript(script)
            for table, columns in sqlite_tables(database):
                dataset = Dataset(f"sqlite:{name}", table, "table", columns)
                yield dataset, profiles(database, table) if rows else {}
        return
    for table, columns in postgres_tables((folder / f"{name}_postgres.sql").read_text(encoding="utf-8")):
        yield Dataset(f"postgresql:{name}", table, "table", columns), {}


def sqlite_tables(database: sqlite3.Connection) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Yields the tables of a SQLite database with their columns."""
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in names:
        quoted = table.replace('"', '""')
        foreign = {
            row[3]: f"foreign:{row[2]}.{row[4]}" for row in database.execute(f'PRAGMA foreign_key_list("{quoted}")')
        }
        info = database.execute(f'PRAGMA table_info("{quoted}")').fetchall()
        yield (
            table,
            tuple(Column(row[1], row[2], key=foreign.get(row[1]) or ("primary" if row[5] else None)) for row in info),
        )


def profiles(database: sqlite3.Connection, table: str) -> Mapping[str, ColumnProfile]:
    """Returns what the scan loop counts in a table."""
    import pyarrow as pa

    from recense.scanners.observe import ScanSettings, observe

    cursor = database.execute('SELECT * FROM "{}"'.format(table.replace('"', '""')))
    names = [entry[0] for entry in cursor.description]
    rows = cursor.fetchall()
    if not rows:
        return {}
    arrays = [_array([row[place] for row in rows]) for place in range(len(names))]
    batch = pa.RecordBatch.from_arrays(arrays, names)
    return observe([batch], ScanSettings(sample_key=bytes(16))).profiles()


def _array(values: list[object]):  # type: ignore[no-untyped-def]  # pyarrow's stubs know no Array of any type
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values])


_TABLE = re.compile(r"CREATE TABLE ([\w.\"]+) \(\n(.*?)\n\);", re.S)
_FIELD = re.compile(r"^\s+\"?(\w+)\"? ([a-z][\w .,()\"\[\]]*?)(?: DEFAULT .*| NOT NULL.*)?,?$")
_PRIMARY = re.compile(r"ALTER TABLE ONLY ([\w.\"]+)\s+ADD CONSTRAINT \S+ PRIMARY KEY \((.*?)\);")
_FOREIGN = re.compile(
    r"ALTER TABLE ONLY ([\w.\"]+)\s+ADD CONSTRAINT \S+ FOREIGN KEY \((\w+)\) REFERENCES ([\w.\"]+)\((\w+)\)"
)


def postgres_tables(dump: str) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Yields the tables of a ``pg_dump -s`` with their columns."""
    keys = {}
    for table, columns in _PRIMARY.findall(dump):
        keys.update({(table, column.strip(' "')): "primary" for column in columns.split(",")})
    keys.update(
        {(table, column): f"foreign:{other}.{target}" for table, column, other, target in _FOREIGN.findall(dump)}
    )
    for table, body in _TABLE.findall(dump):
        fields = filter(None, map(_FIELD.match, body.split("\n")))
        yield table, tuple(Column(f[1], f[2], key=keys.get((table, f[1]))) for f in fields)


if __name__ == "__main__":
    raise SystemExit(main())
