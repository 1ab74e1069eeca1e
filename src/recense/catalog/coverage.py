"""How much of each source its newest finished run read, kept when the run ends: no page has to read all its columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from recense.catalog import tables
from recense.model import DatasetReport, ScanRun


def record(connection: Connection, run: ScanRun) -> None:
    """Notes what a finished run read of its sources, unless a run that was started later was quicker."""
    table, runs = tables.source_states, tables.runs
    sequence = connection.execute(select(runs.c.sequence).where(runs.c.id == run.id)).scalar_one()
    for state in _states(run):
        here = table.c.source == state["source"]
        later = connection.execute(select(table.c.sequence).where(here)).scalar()
        if later is None or later < sequence:
            connection.execute(delete(table).where(here))
            connection.execute(insert(table).values(run=run.id, sequence=sequence, **state))


def _states(run: ScanRun) -> Iterator[dict[str, Any]]:
    named = {(one.source, one.dataset, one.column) for one in run.findings}
    datasets: dict[str, list[DatasetReport]] = {source.uri: [] for source in run.sources}
    for report in run.datasets:
        datasets.setdefault(report.source, []).append(report)
    for source in sorted({one.uri for one in run.sources}):
        read = datasets[source]
        known = all(report.rows is not None for report in read)
        bounds = [
            column.clean_bound
            for report in read
            for column in report.columns
            if (source, report.dataset, column.column) not in named
        ]
        yield {
            "source": source,
            "rows": sum(report.rows or 0 for report in read) if known else None,
            "rows_read": sum(report.rows_read for report in read),
            "columns": sum(len(report.columns) for report in read),
            "bound": max(bounds, default=None),
        }
