"""Accuracy of ``recense check`` on the schemas of real applications: verdicts per field against the labels.

    python -m benchmarks.accuracy.gate [--errors] [DATABASE ...]

Reads ``databases/`` of the corpora (``RECENSE_SHARED``, else ``../shared``): each dump is read as a repository would
hold it, by ``recense.connectors.schema``, and judged by the gate without approvals. A field is found when the gate
blocks or warns; columns marked doubtful or key are left out, and so are columns that a dialect's dump does not have.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.accuracy.corpora import shared
from benchmarks.accuracy.databases import SEEN, labels
from benchmarks.accuracy.score import Cell, Score, header
from recense.cli.reading import classify_all, declared
from recense.gate import Approvals, Judged, Policy, Rules, Verdict, judge

Gold = Mapping[tuple[str, str], Cell]


def main(arguments: list[str] | None = None) -> int:
    """Prints a Markdown table of scores; returns 2 when the corpora are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("databases", nargs="*")
    parser.add_argument("--errors", action="store_true", help="list the columns that were missed or wrong")
    options = parser.parse_args(arguments)
    folder = shared("corpora/databases")
    if folder is None:
        print("the corpora are not there: set RECENSE_SHARED to the folder that holds corpora/", file=sys.stderr)
        return 2
    gold = labels(folder / "gold_columns.csv")
    print(header())
    scores: dict[str, Score] = {}
    for name in options.databases or sorted(gold):
        for path in dumps(folder, name):
            score, blocked = score_dump(path, gold[name])
            print(score.row(), f"  {blocked}")
            scores[path.stem] = score
    total, held = Score("**all schemas, first dialect**"), Score("**held out at first**")
    for name in options.databases or sorted(gold):
        first = scores[dumps(folder, name)[0].stem]
        total.merge(first)
        if name not in SEEN:
            held.merge(first)
    print(held.row(), total.row(), sep="\n")
    if options.errors:
        print("", *total.errors, sep="\n")
    return 0


def dumps(folder: Path, name: str) -> list[Path]:
    """Returns the dumps of a database: the main one first, then those in other dialects."""
    short = name.removesuffix("_fr")
    main_dump = [path for path in (folder / f"{name}.sql", folder / f"{name}_postgres.sql") if path.exists()]
    return main_dump + sorted((folder / "native").glob(f"{short}_*.sql"))


def score_dump(path: Path, gold: Gold) -> tuple[Score, str]:
    """Returns the score of one dump, and how many of the found columns block."""
    schema = declared(path, ())
    judged = judge(classify_all(schema.fields), (), Rules(Approvals(), Policy(), datetime.date(2026, 1, 1)))
    found: dict[str, list[Judged]] = {}
    for entry in judged:
        found.setdefault(entry.field, []).append(entry)
    cells = {(_table(table), column.casefold()): cell for (table, column), cell in gold.items()}
    score = Score(path.stem)
    blocking = 0
    for field in schema.fields:
        cell = cells.get((_table(field.table), field.column.path.casefold()))
        if cell is not None:
            entries = found.get(field.key, [])
            score.add(cell, [(entry.category, entry.proof) for entry in entries])
            blocking += any(entry.verdict is Verdict.BLOCK for entry in entries) and not cell.skip
    missing = len(cells) - sum((_table(f.table), f.column.path.casefold()) in cells for f in schema.fields)
    return score, f"{blocking} block; {len(schema.unread)} unread; {missing} labelled columns not in this dump"


def _table(name: str) -> str:
    """Returns a table's name as it is compared: dialects differ in case and in the schema before it."""
    return name.rpartition(".")[2].casefold().replace("_", "")


if __name__ == "__main__":
    raise SystemExit(main())
