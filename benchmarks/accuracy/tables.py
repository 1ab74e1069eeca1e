"""Accuracy on real tables with rows: headers and cells together, and cells alone under anonymous headers.

    python -m benchmarks.accuracy.tables [--no-headers] [--no-language] [--errors] [TABLE ...]

    python -m benchmarks.accuracy.tables --sotab

Reads ``tables/`` of the corpora (``RECENSE_SHARED``, else ``../shared``): ``labels.csv`` and the CSV files it names.
Columns with a note (doubtful) are left out. Every second table, by name, was held out of the first round; README.md has
the blind score and says what was read afterwards.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from benchmarks.accuracy.corpora import shared
from benchmarks.accuracy.score import Cell, Score, category, header
from recense.model import Column, Dataset
from recense.scanners.observe import ScanSettings, observe
from recense.scanners.verdict import judge


def main(arguments: list[str] | None = None) -> int:
    """Prints a Markdown table of scores; returns 2 when the corpora are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*")
    parser.add_argument("--no-headers", action="store_true", help="judge by the cells alone")
    parser.add_argument("--no-language", action="store_true", help="patterns, names and checks only")
    parser.add_argument("--sotab", action="store_true", help="score the columns of SOTAB: values only, no headers")
    parser.add_argument("--errors", action="store_true", help="list the columns that were missed or wrong")
    options = parser.parse_args(arguments)
    folder = shared("corpora/tables")
    if folder is None:
        print("the corpora are not there: set RECENSE_SHARED to the folder that holds corpora/", file=sys.stderr)
        return 2
    if options.sotab:
        print(header())
        looked_at, unread = score_sotab(folder / "sotab_v2_train_part.jsonl", not options.no_language)
        print(looked_at.row(), unread.row(), sep="\n")
        looked_at.merge(unread)
        print(replace(looked_at, name="**all**").row(), *(looked_at.errors if options.errors else ()), sep="\n")
        return 0
    gold = labels(folder / "labels.csv")
    groups = (Score("**looked at**"), Score("**held out at first**"), Score("**all**"))
    print(header())
    for place, name in enumerate(sorted(gold)):
        if options.tables and name not in options.tables:
            continue
        settings = ScanSettings(sample_key=bytes(16), language=not options.no_language)
        score = score_table(folder / f"{name}.csv", gold[name], settings, headers=not options.no_headers)
        print(score.row(), flush=True)
        for group in (groups[place % 2], groups[2]):
            group.merge(score)
    for group in groups:
        print(group.row())
    if options.errors:
        print("", *groups[2].errors, sep="\n")
    return 0


def labels(path: Path) -> dict[str, dict[str, Cell]]:
    """Returns the labelled columns per table."""
    found: dict[str, dict[str, Cell]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            where = f"{row['table']}.{row['column']}"
            cell = Cell(where, category(row["label"]), row["entity"], bool(row["note"]))
            found.setdefault(row["table"], {})[row["column"]] = cell
    return found


def score_table(path: Path, gold: dict[str, Cell], settings: ScanSettings, headers: bool) -> Score:
    """Returns the score of one table."""
    names, columns = read(path)
    called = {name: name if headers else f"column_{place}" for place, name in enumerate(names)}
    batch = pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], list(called.values()))
    dataset = Dataset("file:", path.name if headers else "table", "file", tuple(Column(c) for c in called.values()))
    findings = judge(dataset, observe([batch], settings).profiles())
    score = Score(path.stem)
    for name, cell in gold.items():
        score.add(cell, [(f.category, f.proof) for f in findings if f.column == called.get(name)])
    return score


def score_sotab(path: Path, language: bool) -> tuple[Score, Score]:
    """Returns the scores on the anonymous columns of web tables; columns of one table are each other's neighbours.

    Errors were read in every second table (by its number) only; README.md says what was seen of the others.
    """
    scores = Score("**looked at**"), Score("**errors not read**")
    settings = ScanSettings(sample_key=bytes(16), language=language)
    for line in path.read_text(encoding="utf-8").splitlines():
        table = json.loads(line)
        columns = [(f"column_{place}", column) for place, column in enumerate(table["columns"])]
        dataset = Dataset("web:", "table", "table", tuple(Column(name) for name, _ in columns))
        profiles = {}
        for name, column in columns:
            cells = pa.array([str(value) for value in column["values"]], pa.string())
            profiles |= observe([pa.RecordBatch.from_arrays([cells], [name])], settings).profiles()
        findings = judge(dataset, profiles)
        score = scores[int(table["table_id"].rsplit("-", 1)[1]) % 2]
        for name, column in columns:
            where = f"{table['table_id']}.{column['label_original']}"
            cell = Cell(where, category(column["label"]), column["entity"], False)
            score.add(cell, [(f.category, f.proof) for f in findings if f.column == name])
    return scores


def read(path: Path) -> tuple[list[str], list[list[str | None]]]:
    """Returns header and columns of a CSV file; an empty cell is null. Delimiter and encoding are found out."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    rows = list(csv.reader(text.splitlines(), delimiter=delimiter))
    names = [name.strip() for name in rows[0]]
    return names, [
        [row[place] or None if place < len(row) else None for row in rows[1:]] for place in range(len(names))
    ]


if __name__ == "__main__":
    raise SystemExit(main())
