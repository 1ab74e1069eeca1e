"""The column path sees what Presidio sees on real tables and databases (issue 3, must show 9).

Presidio needs milliseconds a cell for all detectors, so each column gives up to ``CELLS`` distinct cells spread over
it; ``RECENSE_EVERY_CELL=1`` asks about every distinct cell (hours). Needs the labelled data beside the checkout.
"""

import csv
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from recense.scanners.detector import detectors
from recense.scanners.triage import Triage, reference_tally

CELLS = 1 << 60 if os.environ.get("RECENSE_EVERY_CELL") else 3
LONGEST = 2_000
"""Characters of a cell that are read: Presidio's time grows with them."""


def tables(shared: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Yields the name and the columns of every labelled CSV table."""
    for path in sorted((shared / "corpora/tables").glob("*.csv")):
        if path.name == "labels.csv":
            continue
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            head = file.read(4096)
            file.seek(0)
            rows = list(csv.reader(file, delimiter=max(",;\t|", key=head.count)))[1:5_000]
        yield path.name, [[row[place] for row in rows if place < len(row)] for place in range(len(rows[0]))]


def databases(shared: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Yields the name and the columns of every database that SQLite loads."""
    for path in sorted((shared / "corpora/databases").glob("*.sql")):
        if "postgres" in path.name:
            continue
        with sqlite3.connect(":memory:") as database:
            database.text_factory = lambda data: data.decode(errors="replace")
            database.executescript(path.read_text(encoding="utf-8"))
            names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
            columns = []
            for name in names:
                quoted = '"' + name.replace('"', '""') + '"'
                rows = database.execute(f"select * from {quoted} limit 2000").fetchall()
                columns += [[str(cell) for cell in column if cell is not None] for column in zip(*rows, strict=True)]
        yield path.name, columns


def some(column: list[str]) -> list[str]:
    """Returns up to ``CELLS`` distinct cells spread over a column."""
    values = sorted({cell[:LONGEST] for cell in column if cell.strip()})
    return values[:: max(1, len(values) // CELLS)][:CELLS]


def test_every_table_and_database_gives_what_presidio_gives(shared: Path) -> None:
    asked = detectors()
    triage = Triage(asked)
    sources = 0
    for name, columns in [*tables(shared), *databases(shared)]:
        cells = sorted({cell for column in columns for cell in some(column)})
        if CELLS < 100:
            cells = cells[:: max(1, len(cells) // 100)]
        seen, expected = triage.tally(pa.array(cells, pa.string())), reference_tally(cells, asked)
        wrong = sorted(id_ for id_ in {*seen, *expected} if seen.get(id_) != expected.get(id_))
        assert not wrong, f"{name}: {wrong}"  # ids only: the cells are real
        sources += 1
    assert sources >= 30
