"""Between the words of ``recense.model`` and the catalog's rows, in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, Table, select

from recense.catalog import tables
from recense.evidence import ColumnProfile
from recense.model import (
    Column,
    ColumnReport,
    Dataset,
    DatasetReport,
    Finding,
    Proof,
    ScanRun,
    SourceReport,
    Unreadable,
    Witness,
)

if TYPE_CHECKING:
    from recense.catalog import DatasetProfile

Row = RowMapping
Values = list[dict[str, Any]]

TABLES = (tables.sources, tables.datasets, tables.columns, tables.findings, tables.unreadable)
"""Where the results of a run stand."""

FINISHED = ("complete", "incomplete")
"""States of a run that has ended: in any other, what ``TABLES`` hold of it is only staged, and nobody sees it."""


def problem(entry: Unreadable | None) -> dict[str, str] | None:
    """Returns an unreadable entry as plain data."""
    return asdict(entry) if entry else None


def unreadable_of(data: Mapping[str, str] | None) -> Unreadable | None:
    """Returns the entry that ``problem`` wrote."""
    return Unreadable(**data) if data else None


def of_run(run: ScanRun, profiles: Mapping[tuple[str, str], DatasetProfile]) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Yields the rows that hold a run's results, each with its table, table by table."""
    for position, source in enumerate(run.sources):
        yield tables.sources, {"run": run.id, "position": position, **asdict(source)}
    for position, report in enumerate(run.datasets):
        yield tables.datasets, _dataset(run.id, position, report, profiles)
    for report in run.datasets:
        for row in _columns(run.id, report, profiles):
            yield tables.columns, row
    for position, finding in enumerate(run.findings):
        yield tables.findings, _finding(run.id, position, finding)
    for position, entry in enumerate(run.unreadable):
        yield tables.unreadable, {"run": run.id, "position": position, **asdict(entry)}


def _dataset(
    run: str, position: int, report: DatasetReport, profiles: Mapping[tuple[str, str], DatasetProfile]
) -> dict[str, Any]:
    dataset = profiles[report.source, report.dataset].dataset
    return {
        "run": run,
        "source": report.source,
        "name": report.dataset,
        "position": position,
        "kind": report.kind,
        "rows": report.rows,
        "rows_read": report.rows_read,
        "comment": dataset.comment,
        "declared": [asdict(column) for column in dataset.columns],
    }


def _columns(run: str, report: DatasetReport, profiles: Mapping[tuple[str, str], DatasetProfile]) -> Iterator[Any]:
    known = profiles[report.source, report.dataset].columns
    for position, column in enumerate(report.columns):
        yield {
            "run": run,
            "source": report.source,
            "dataset": report.dataset,
            "path": column.column,
            "position": position,
            "type": column.type,
            "cells": column.cells,
            "nulls": column.nulls,
            "distinct_values": column.distinct,
            "clean_bound": column.clean_bound,
            "profile": known.get(column.column, ColumnProfile()).to_json(),
        }


def _finding(run: str, position: int, finding: Finding) -> dict[str, Any]:
    return {
        "run": run,
        "id": finding.id,
        "position": position,
        "source": finding.source,
        "dataset": finding.dataset,
        "path": finding.column,
        "category": finding.category,
        "entity": finding.entity,
        "proof": str(finding.proof),
        "score": finding.score,
        "cells": finding.cells,
        "matched": finding.matched,
        "detectors": list(finding.detectors),
        "evidence": [asdict(witness) for witness in finding.evidence],
        "declared": finding.declared,
    }


def head_of(row: Row) -> ScanRun:
    """Returns a run without what it found."""
    return ScanRun(row["id"], row["started"], row["finished"], row["status"], row["rules"], row["policy"])


def stored(connection: Connection, run: str) -> ScanRun:
    """Returns a run that has ended, without what it changed."""
    table = tables.runs
    return run_of(connection, connection.execute(select(table).where(table.c.id == run)).mappings().one(), {})


def run_of(connection: Connection, row: Row, changes: Mapping[str, Any]) -> ScanRun:
    """Returns a run with everything it found: nothing before it has ended."""
    if row["status"] not in FINISHED:
        return head_of(row)
    run = row["id"]
    columns: dict[tuple[str, str], list[ColumnReport]] = {}
    for entry in _rows(connection, tables.columns, run):
        report = ColumnReport(
            entry["path"],
            entry["type"],
            entry["cells"],
            entry["nulls"],
            entry["distinct_values"],
            entry["clean_bound"],
        )
        columns.setdefault((entry["source"], entry["dataset"]), []).append(report)
    return ScanRun(
        id=run,
        started=row["started"],
        finished=row["finished"],
        status=row["status"],
        rules=row["rules"],
        policy=row["policy"],
        sources=tuple(
            SourceReport(entry["uri"], entry["kind"], entry["status"], entry["reason"])
            for entry in _rows(connection, tables.sources, run)
        ),
        datasets=tuple(
            DatasetReport(
                entry["source"],
                entry["name"],
                entry["kind"],
                entry["rows"],
                entry["rows_read"],
                tuple(columns.get((entry["source"], entry["name"]), ())),
            )
            for entry in _rows(connection, tables.datasets, run)
        ),
        findings=tuple(finding_of(entry) for entry in _rows(connection, tables.findings, run)),
        unreadable=tuple(
            Unreadable(entry["source"], entry["path"], entry["code"], entry["reason"])
            for entry in _rows(connection, tables.unreadable, run)
        ),
        changes=changes,
    )


def finding_of(row: Row) -> Finding:
    """Returns a finding as a run saw it."""
    return Finding(
        source=row["source"],
        dataset=row["dataset"],
        column=row["path"],
        category=row["category"],
        entity=row["entity"],
        proof=Proof(row["proof"]),
        score=row["score"],
        cells=row["cells"],
        matched=row["matched"],
        detectors=tuple(row["detectors"]),
        evidence=tuple(Witness(**witness) for witness in row["evidence"]),
        declared=row["declared"],
    )


def profiles_of(connection: Connection, head: Row) -> Iterator[tuple[Dataset, int, dict[str, ColumnProfile]]]:
    """Yields dataset, rows read and profiles by column path, in the order they were scanned; none before the end."""
    if head["status"] not in FINISHED:
        return
    run = head["id"]
    profiles: dict[tuple[str, str], dict[str, ColumnProfile]] = {}
    for row in _rows(connection, tables.columns, run):
        profiles.setdefault((row["source"], row["dataset"]), {})[row["path"]] = ColumnProfile.from_json(row["profile"])
    for row in _rows(connection, tables.datasets, run):
        dataset = Dataset(
            source=row["source"],
            name=row["name"],
            kind=row["kind"],
            columns=tuple(Column(**column) for column in row["declared"]),
            rows=row["rows"],
            comment=row["comment"],
        )
        yield dataset, row["rows_read"], profiles.get((row["source"], row["name"]), {})


def _rows(connection: Connection, table: Table, run: str) -> Sequence[Row]:
    order = (table.c.position,) if table is not tables.columns else (table.c.source, table.c.dataset, table.c.position)
    return connection.execute(select(table).where(table.c.run == run).order_by(*order)).mappings().all()
