"""Rates on one core without language work: headers and cells a second of CPU time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from benchmarks.accuracy.columns import Table

WANTED = {"headers": 10_000, "cells": 50_000}


def report(tables: Sequence[Table], repeat: int = 3) -> list[str]:
    """Returns a table of the best of ``repeat`` runs; word lists and detectors are loaded before."""
    import pyarrow as pa

    from recense.model import Column, Dataset
    from recense.scanners.observe import ScanSettings, observe
    from recense.scanners.verdict import judge

    datasets = [Dataset("file:", table.name, "table", tuple(map(Column, table.columns))) for table in tables]
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(cells, pa.string()) for cells in table.columns.values()], list(table.columns)
        )
        for table in tables
    ]
    big = [pa.concat_batches([batch] * 20) for batch in batches]
    # Cells come twice and more in any column; the tables of the benchmark are small, so they are taken 20 times.
    settings = ScanSettings(sample_key=bytes(16), language=False)
    headers = sum(len(one.columns) for one in datasets)
    cells = sum(batch.num_rows * batch.num_columns for batch in big)

    def names() -> None:
        for _ in range(10):
            for dataset in datasets:
                judge(dataset, {})

    def values() -> None:
        for dataset, batch in zip(datasets, big, strict=True):
            judge(dataset, observe([batch], settings).profiles())

    lines = ["| | a second of CPU time | wanted |", "|---|---|---|"]
    for what, run, units in (("headers", names, headers * 10), ("cells", values, cells)):
        run()
        best = min(_cpu(run) for _ in range(repeat))
        lines.append(
            f"| {what}, without language | {units / best:,.0f} ({units:,} in {best:.2f} s) | {WANTED[what]:,} |"
        )
    return [
        *lines,
        "",
        "The benchmark's rows are taken 20 times for the cells, so values repeat more than in most data.",
    ]


def _cpu(run: Callable[[], None]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start
