"""What recense says of columns that chance filled: ``python -m benchmarks.accuracy.random_tables``.

Tables of ten columns with headers that say nothing, filled by ``random_kinds``: in half of the columns every cell is
drawn anew, the others repeat a few values as columns do. Nothing in them is a person's, so every ``proved`` or
``indicated`` finding is false. Columns of network addresses are asked about apart: they must stay found.

    python -m benchmarks.accuracy.random_tables --tables 1000 --seeds 1 2 3
    python -m benchmarks.accuracy.random_tables --cells 1000000     # one column of every kind, that long
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from benchmarks.accuracy.random_kinds import ADDRESSES, KINDS, Cell, Draw, Maker
from recense.model import Dataset, Proof
from recense.scanners.observe import ScanSettings, observe
from recense.scanners.verdict import judge

TABLES, COLUMNS = 1_000, 10
HEADERS = ("c{}", "col{}", "value{}", "ref{}", "code{}", "data{}", "field{}", "x{}")
MOST = 0.001
"""The share of columns that may be called indicated."""


@dataclass
class Outcome:
    """Columns made of each kind, and the false findings: (kind, proof, detectors) -> columns."""

    columns: Counter[str] = field(default_factory=Counter)
    found: Counter[tuple[str, Proof, str]] = field(default_factory=Counter)

    def of(self, proof: Proof) -> int:
        """Returns the findings of a proof level."""
        return sum(count for (_, level, _), count in self.found.items() if level is proof)

    def merge(self, other: Outcome) -> None:
        """Adds the counts of other tables."""
        self.columns += other.columns
        self.found += other.found


def column(draw: Draw, maker: Maker, rows: int) -> pa.Array:
    """Returns a column: every cell drawn anew, or few values repeated, the first ones most often; some cells empty."""
    make = maker(draw)
    kept = draw.choice((rows, rows, draw.randint(2, 12), draw.randint(10, 100)))
    if kept >= rows:
        cells: list[Cell | None] = [make() for _ in range(rows)]
    else:
        values = [make() for _ in range(kept)]
        cells = [values[min(int(draw.expovariate(4 / kept)), kept - 1)] for _ in range(rows)]
    if draw.random() < 0.3:
        cells = [None if draw.random() < 0.1 else cell for cell in cells]
    return pa.array(cells)


def table(draw: Draw, kinds: Mapping[str, Maker], columns: int = COLUMNS) -> tuple[dict[str, str], pa.RecordBatch]:
    """Returns the kind of each column by its header, and the rows."""
    rows = draw.choice((30, 60, 100, 200, 400))
    header = draw.choice(HEADERS)
    chosen = draw.choices(list(kinds), k=columns)
    cells = {header.format(at): column(draw, kinds[kind], rows) for at, kind in enumerate(chosen)}
    return dict(zip(cells, chosen, strict=True)), pa.record_batch(cells)


def scanned(made: dict[str, str], batch: pa.RecordBatch, language: bool = False) -> Outcome:
    """Returns what recense says of one table."""
    settings = ScanSettings(sample_key=bytes(16), language=language)
    findings = judge(Dataset("test:", "data", "table"), observe([batch], settings).profiles())
    outcome = Outcome(Counter(made.values()))
    best: dict[str, tuple[Proof, str]] = {}
    for finding in findings:  # a column counts once, by its strongest finding
        best.setdefault(finding.column, (finding.proof, "+".join(finding.detectors)))
    outcome.found.update((made[path], proof, by) for path, (proof, by) in best.items())
    return outcome


def run(seed: int, tables: int, kinds: Mapping[str, Maker] = KINDS, language: bool = False) -> Outcome:
    """Returns what recense says of so many tables."""
    draw, total = random.Random(seed), Outcome()
    for _ in range(tables):
        total.merge(scanned(*table(draw, kinds), language=language))
    return total


def long_columns(seed: int, cells: int) -> Iterator[tuple[str, Outcome]]:
    """Yields every kind with what recense says of one column of it that has so many cells."""
    for kind, maker in KINDS.items():
        draw = random.Random(f"{seed} {kind}")
        make: Callable[[], Cell] = maker(draw)
        yield kind, scanned({"c1": kind}, pa.record_batch({"c1": pa.array([make() for _ in range(cells)])}))


def report(outcomes: Mapping[int, Outcome]) -> list[str]:
    """Returns a table of the seeds, and one of the kinds with findings."""
    lines = ["| seed | columns | proved | indicated | to check |", "|---|---|---|---|---|"]
    total = Outcome()
    for seed, one in outcomes.items():
        total.merge(one)
        lines.append(f"| {seed} | {one.columns.total():,} | {_three(one)} |")
    lines += [f"| **all** | {total.columns.total():,} | {_three(total)} |", ""]
    lines += ["| kind | its columns | found | proof | by |", "|---|---|---|---|---|"]
    for (kind, proof, by), count in sorted(total.found.items(), key=lambda item: (str(item[0][1]), -item[1])):
        lines.append(f"| {kind} | {total.columns[kind]:,} | {count} | {proof} | {by} |")
    return lines


def _three(one: Outcome) -> str:
    return " | ".join(
        f"{one.of(proof)} ({one.of(proof) / one.columns.total():.2%})"
        for proof in (Proof.PROVED, Proof.INDICATED, Proof.TO_CHECK)
    )


def addresses(seed: int, tables: int) -> list[str]:
    """Returns a table of columns of network addresses: how many of each kind are found, by proof."""
    outcome = run(seed, tables, ADDRESSES)
    lines = ["| addresses | columns | proved or indicated | to check | missed |", "|---|---|---|---|---|"]
    for kind, count in sorted(outcome.columns.items()):
        levels = Counter(dict.fromkeys(Proof, 0))
        for (found, proof, by), columns in outcome.found.items():
            levels[proof] += columns * (found == kind and "ip" in by)
        sure = levels[Proof.PROVED] + levels[Proof.INDICATED]
        lines.append(f"| {kind} | {count} | {sure} | {levels[Proof.TO_CHECK]} | {count - levels.total()} |")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; returns 1 when chance proved a column or indicated too many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=TABLES, help="tables of each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--language", action="store_true", help="read names, places and prose as well (slow)")
    parser.add_argument("--cells", type=int, help="instead, one column of every kind with so many cells")
    options = parser.parse_args(arguments)
    if options.cells:
        total = Outcome()
        for kind, one in long_columns(options.seeds[0], options.cells):
            print(kind, *(f"{proof}: {by}" for _, proof, by in one.found), sep="  ", flush=True)
            total.merge(one)
        return int(total.of(Proof.PROVED) > 0)
    outcomes = {seed: run(seed, options.tables, language=options.language) for seed in options.seeds}
    print(*report(outcomes), "", *addresses(options.seeds[0], max(10, options.tables // 10)), sep="\n")
    return int(
        any(one.of(Proof.PROVED) or one.of(Proof.INDICATED) > MOST * one.columns.total() for one in outcomes.values())
    )


if __name__ == "__main__":
    sys.exit(main())
