"""Column sets that recense and its peers are scored on alike: gold headers, and tables with their labels."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.accuracy.bootstrap import Counts, f1, shown, total
from benchmarks.accuracy.score import Cell, Score, agrees, category, wilson
from benchmarks.accuracy.tables import read
from recense.model import Column, Dataset

Found = Sequence[tuple[str, str]]
"""Of one column: (category, proof), strongest first."""
PEER_ROWS = 100
"""Rows of each table that the value rules of peers read, unless said (Presidio needs 2 ms a cell)."""


@dataclass(slots=True)
class Table:
    """A table with labels; ``columns`` are its cells by header, empty cells as None."""

    name: str
    lang: str
    columns: dict[str, list[str | None]]
    gold: dict[str, Cell]

    def sample(self, count: int = PEER_ROWS, seed: int = 7) -> dict[str, list[str]]:
        """Returns at most so many rows, the same each time; empty cells left out."""
        rows = range(max((len(cells) for cells in self.columns.values()), default=0))
        taken = sorted(random.Random(seed).sample(rows, min(count, len(rows))))
        return {header: [cell for row in taken if (cell := cells[row])] for header, cells in self.columns.items()}


@dataclass(slots=True)
class Result:
    """Scores of one engine over tables; ``parts`` are the counts of each table.

    Attributes:
        labels: category -> counts of its columns: of, found, right; and ``claims``: columns called so.
    """

    engine: str
    score: Score
    parts: list[Counts] = field(default_factory=list)
    labels: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, table: str, columns: Iterable[tuple[Cell, Found]]) -> None:
        """Counts the columns of one table."""
        one = Score(table)
        for cell, found in columns:
            one.add(cell, found)
            if not cell.skip:
                self._count(cell, found)
        self.parts.append((one.counts["tp"], one.counts["fp"], one.counts["fn"]))
        self.score.merge(one)

    def _count(self, cell: Cell, found: Found) -> None:
        counts = self.labels.setdefault(cell.label, Counter())
        counts["of"] += 1
        counts["found"] += bool(found)
        counts["right"] += agrees(cell.label, {name for name, _ in found})

    @property
    def f1(self) -> float:
        """Detection F1 over all columns."""
        return f1(total(self.parts))

    def row(self) -> str:
        """Returns a line of the table of ``head``."""
        c = self.score.counts
        positive, claims = c["tp"] + c["fn"], c["tp"] + c["fp"]
        return (
            f"| {self.engine} | {_share(c['tp'], claims)} | {_share(c['tp'], positive)} | {shown(self.parts)} "
            f"| {_share(c['category'], c['tp'])} | {c['special_hit']}/{c['special']} | {c['special_false']} |"
        )


def head() -> str:
    """Returns the head of the table of ``Result.row``."""
    return (
        "| engine | precision | recall | F1 | right category of those found | Art. 9 found | Art. 9 false |\n"
        "|---|---|---|---|---|---|---|"
    )


def by_label(results: Sequence[Result]) -> list[str]:
    """Returns a table: of the columns of each label, how many each engine found, and under the right category."""
    names = sorted({label for result in results for label in result.labels})
    lines = [
        "| label | columns | " + " | ".join(result.engine for result in results) + " |",
        "|---|---|" + "---|" * len(results),
    ]
    for label in names:
        counts = [result.labels.get(label, Counter()) for result in results]
        cells = (f"{c['found']}" if label == "none" else f"{c['found']} ({c['right']})" for c in counts)
        lines.append(f"| {label} | {max(c['of'] for c in counts)} | " + " | ".join(cells) + " |")
    return lines


def _share(hits: int, of: int) -> str:
    if not of:
        return "-"
    low, high = wilson(hits, of)
    return f"{hits / of:.3f} ({low:.2f}-{high:.2f})"


def corpus_tables(folder: Path, gold: Mapping[str, Mapping[str, Cell]]) -> list[Table]:
    """Returns the labelled tables of the corpora; names that end in ``_fr`` are French."""
    tables = []
    for name in sorted(gold):
        headers, columns = read(folder / f"{name}.csv")
        lang = "fr" if name.endswith("_fr") else "en"
        tables.append(Table(name, lang, dict(zip(headers, columns, strict=True)), dict(gold[name])))
    return tables


def web_tables(path: Path) -> list[Table]:
    """Returns the anonymous columns of SOTAB: values only, their headers say nothing."""
    import json

    tables = []
    for line in path.read_text(encoding="utf-8").splitlines():
        one: dict[str, Any] = json.loads(line)
        columns: dict[str, list[str | None]] = {}
        gold = {}
        for place, column in enumerate(one["columns"]):
            columns[f"column_{place}"] = [str(value) for value in column["values"]]
            where = f"{one['table_id']}.{column['label_original']}"
            gold[f"column_{place}"] = Cell(where, category(column["label"]), column["entity"], False)
        longest = max(map(len, columns.values()))
        columns = {header: cells + [None] * (longest - len(cells)) for header, cells in columns.items()}
        tables.append(Table(one["table_id"], "en", columns, gold))
    return tables


def score_recense(tables: Sequence[Table], named: bool = True, language: bool = True) -> Result:
    """Returns recense's score on tables; ``named`` says whether file and headers may be read."""
    import pyarrow as pa

    from recense.scanners.observe import ScanSettings, observe
    from recense.scanners.verdict import judge

    result = Result("**recense**" if language else "recense, no language", Score("recense"))
    settings = ScanSettings(sample_key=bytes(16), language=language)
    for table in tables:
        batch = pa.RecordBatch.from_arrays(
            [pa.array(cells, pa.string()) for cells in table.columns.values()], list(table.columns)
        )
        columns = tuple(Column(header) for header in table.columns)
        dataset = Dataset("file:", f"{table.name}.csv" if named else "table", "file", columns)
        findings = judge(dataset, observe([batch], settings).profiles())
        by_column: dict[str, list[tuple[str, str]]] = {}
        for finding in findings:
            by_column.setdefault(finding.column, []).append((finding.category, finding.proof))
        result.add(table.name, ((cell, by_column.get(header, [])) for header, cell in table.gold.items()))
    return result


def everything(tables: Iterable[tuple[str, Iterable[Cell]]]) -> Result:
    """Returns the score of calling every column personal: what a score has to be compared with."""
    result = Result("every column called personal", Score("every column"))
    for name, cells in tables:
        result.add(name, ((cell, [("", "")]) for cell in cells))
    return result
