"""How much of each source its newest finished run read, kept when the run ends: no page has to read all its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from recense.catalog import tables
from recense.model import DatasetReport, ScanRun

State = Mapping[str, Any]


def record(connection: Connection, run: str, found: Sequence[State]) -> None:
    """Notes what a finished run read of its sources, unless a run that was started later was quicker.

    Args:
        connection: the transaction that ends the run.
        run: its id.
        found: its ``states``, made before: a transaction is not the place to go through all columns.
    """
    table, runs = tables.source_states, tables.runs
    sequence = connection.execute(select(runs.c.sequence).where(runs.c.id == run)).scalar_one()
    for state in found:
        here = table.c.source == state["source"]
        later = connection.execute(select(table.c.sequence).where(here)).scalar()
        if later is None or later < sequence:
            connection.execute(delete(table).where(here))
            connection.execute(insert(table).values(run=run, sequence=sequence, **state))


def states(run: ScanRun) -> Iterator[State]:
    """Yields how much a run read of each of its sources, as rows without the run."""
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
