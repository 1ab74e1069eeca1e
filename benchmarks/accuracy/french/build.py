"""The benchmark as data: rows and notes from a seed, and as files in the format of its README."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.accuracy.french import tables_other, tables_people
from benchmarks.accuracy.french.model import Field, Row, Table
from benchmarks.accuracy.french.notes import Note, notes
from benchmarks.accuracy.french.people import person

SEED, ROWS, NOTES = 2026, 300, 800
TABLES = (*tables_people.TABLES, *tables_other.TABLES)
LABEL_COLUMNS = ("table", "column", "label", "entity", "note", "trap", "labelled_by")


@dataclass(frozen=True, slots=True)
class Made:
    """A table with its rows, by header; an empty cell is None."""

    table: Table
    columns: Mapping[str, list[str | None]]

    def field(self, header: str) -> Field:
        """Returns the field of a header."""
        return next(field for field in self.table.fields if field.header == header)


def tables(seed: int = SEED, rows: int = ROWS) -> list[Made]:
    """Returns every table; each draws from a stream of its own, so that a new one changes no other."""
    return [_made(table, Random(f"{seed}/{table.name}"), rows) for table in TABLES]


def _made(table: Table, rng: Random, rows: int) -> Made:
    columns: dict[str, list[str | None]] = {field.header: [] for field in table.fields}
    for number in range(rows):
        row = Row(number, person(rng, table.lang), person(rng, table.lang), rng)
        for field in table.fields:
            columns[field.header].append(field.make(row) or None)
    return Made(table, columns)


def texts(seed: int = SEED, count: int = NOTES) -> list[Note]:
    """Returns the notes."""
    return notes(Random(f"{seed}/notes"), count)


def write(folder: Path, seed: int = SEED, rows: int = ROWS, count: int = NOTES) -> None:
    """Writes ``labels.csv``, ``tables/*.csv`` and ``notes.jsonl``."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(LABEL_COLUMNS)
        for made in tables(seed, rows):
            name = made.table.name
            for field in made.table.fields:
                writer.writerow(
                    (name, field.header, field.label, field.entity, field.note, field.trap, "by construction")
                )
            with (folder / "tables" / f"{name}.csv").open("w", encoding="utf-8", newline="") as cells:
                table = csv.writer(cells, delimiter=";")
                table.writerow(made.columns)
                table.writerows(zip(*made.columns.values(), strict=True))
    lines = (json.dumps(note, ensure_ascii=False) for note in texts(seed, count))
    (folder / "notes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
