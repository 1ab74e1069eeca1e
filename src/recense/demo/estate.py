"""Writes the demo estate: the data of a made-up French fire-safety group, and the manifest of what is in it.

folder/crm.sqlite       the customer database
folder/partage/         the file share: tables, workbook, notes, logs, settings, photographs
folder/manifest.json    what was planted where: outside of what is scanned
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from recense.demo import crm, documents, operations, postgres, share, writers, xlsx
from recense.demo.manifest import MANIFEST, Dates, Entry, Manifest
from recense.demo.truth import Table
from recense.demo.world import AS_OF, World
from recense.errors import TargetError

Records = list[dict[str, Any]]

FILES: dict[str, Callable[[Records], bytes]] = {
    share.REGISTRATIONS: lambda records: writers.delimited(records, ";", "cp1252", "sep=;\r\n"),
    share.GUESTS: lambda records: writers.delimited(records, ";", "utf-8-sig"),
    share.SUBSCRIBERS: writers.json_lines,
    operations.CATALOGUE: writers.json_array,
    operations.ROUNDS: lambda records: writers.delimited(records, ",", "utf-8", end="\n"),
    operations.CALLS: lambda records: writers.delimited(records, "\t", "utf-8", end="\n"),
    operations.PAYROLL: lambda records: writers.delimited(records, ";", "cp1252"),
}
"""How each table that is a file of its own is written."""

BESIDE = ("recense.yaml", "policy.yaml", "report.html", "declared.html")
"""What ``recense demo`` writes beside the estate."""

TITLE = (("Groupe Vigifeu : suivi des interventions",), ("Extraction du classeur de maintenance",), ())
"""Rows above the header of the workbook's first sheet."""


def build(folder: Path, seed: int = 2026, postgres_url: str | None = None) -> Manifest:
    """Writes the estate and its manifest, and returns the manifest.

    The same seed gives the same bytes. What an earlier build left in the folder is replaced; the folder's other files
    are left alone.

    Args:
        folder: made when it does not exist.
        seed: of all random draws.
        postgres_url: where the tables of the CRM are written a second time, into the schema ``recense_demo``.

    Raises:
        TargetError: the folder is a file, or holds things of the same names that no build wrote.
        MissingExtra: a PostgreSQL URL is given and its driver is not installed.
        SourceError: the database cannot be written.
    """
    _clear(folder)
    world = World(seed)
    database = _Written(crm.SOURCE)
    files = _Written(share.SOURCE)
    tables = {table.dataset: (table.columns, database.add(table, world)) for table in crm.tables()}
    writers.sqlite(tables, folder / crm.SOURCE)
    _write_share(folder / share.SOURCE, world, files)
    targets = [str(folder / share.SOURCE), f"sqlite:///{(folder / crm.SOURCE).as_posix()}"]
    parts = [database, files]
    if postgres_url:
        postgres.write(tables, postgres_url)
        targets.append(postgres_url)
        parts.append(database.copied(postgres.SOURCE))
    manifest = Manifest(
        seed=seed,
        folder=folder,
        as_of=AS_OF.isoformat(),
        targets=tuple(targets),
        rows={f"{part.source}/{name}": count for part in parts for name, count in part.rows.items()},
        entries=tuple(entry for part in parts for entry in part.entries),
        dates=tuple(dates for part in parts for dates in part.dates),
    )
    manifest.save()
    return manifest


class _Written:
    """What was written into one source."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.rows: dict[str, int] = {}
        self.entries: list[Entry] = []
        self.dates: list[Dates] = []

    def add(self, table: Table, world: World) -> Records:
        """Makes the rows of a table, takes note of its truth, and returns the rows."""
        records = table.records(world)
        self.rows[table.dataset] = len(records)
        self.entries.extend(table.entries())
        if table.ages:
            self.dates.append(table.ages.summary(table.source, table.dataset))
        return records

    def copied(self, source: str) -> _Written:
        """Returns the same truth for a second source that holds the same rows."""
        copy = _Written(source)
        copy.rows = dict(self.rows)
        copy.entries = [replace(entry, source=source) for entry in self.entries]
        copy.dates = [replace(dates, source=source) for dates in self.dates]
        return copy


def _clear(folder: Path) -> None:
    """Makes the folder, and removes what an earlier build wrote: nothing unless its manifest is there."""
    if folder.exists() and not folder.is_dir():
        raise TargetError(f"{folder} is a file; recense demo needs a folder to write into")
    mark = folder / MANIFEST
    ours = [folder / share.SOURCE, folder / crm.SOURCE]
    theirs = [path.name for path in (*ours, *(folder / name for name in BESIDE)) if path.exists()]
    if theirs and not mark.is_file():
        raise TargetError(f"{folder} already holds {' and '.join(theirs)}, which no demo wrote; choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # a build that is stopped half-way is still known for ours by the next one
        mark.write_text('{"status": "being written"}\n', encoding="utf-8")
    except OSError as error:
        raise TargetError(f"cannot write into {folder}: {error.strerror or type(error).__name__}") from None
    shutil.rmtree(ours[0], ignore_errors=True)
    ours[1].unlink(missing_ok=True)


def _write_share(root: Path, world: World, written: _Written) -> None:
    archive: dict[str, bytes] = {}
    for table in (*share.tables(), *operations.tables()):
        records = written.add(table, world)
        if table.dataset == share.INVOICES:
            _write_invoices(root / table.dataset, records)
        elif table.dataset == operations.TELEMETRY:
            writers.parquet(records, root / table.dataset)
        elif table.dataset in FILES:
            _write(root / table.dataset, FILES[table.dataset](records))
        else:
            archive[table.dataset.partition("!/")[2]] = writers.delimited(records, ";", "utf-8", end="\n")
    for document in documents.documents(world):
        written.rows[document.dataset or document.path] = document.rows
        written.entries.extend(document.entries())
        if document.path:
            packed = document.path.endswith(".gz")
            _write(root / document.path, writers.gzipped(document.content) if packed else document.content)
        else:
            archive[document.dataset.partition("!/")[2]] = document.content
    _write(root / share.OLD_EXPORT, writers.zipped(archive))
    _write(root / operations.WORKBOOK, _workbook(world, written))


def _write_invoices(root: Path, records: Records) -> None:
    """Writes one Parquet file per year; the year stands in the folder's name, not in the file."""
    for year in sorted({record["annee"] for record in records}):
        rows = [{k: v for k, v in record.items() if k != "annee"} for record in records if record["annee"] == year]
        writers.parquet(rows, root / f"annee={year}" / "part-0.parquet")


def _workbook(world: World, written: _Written) -> bytes:
    sheets: dict[str, list[tuple[Any, ...]]] = {}
    for number, table in enumerate(operations.sheets()):
        records = written.add(table, world)
        body = [tuple(records[0]), *(tuple(record.values()) for record in records)]
        sheets[table.dataset.partition("/")[2]] = [*TITLE, *body] if number == 0 else body
    return xlsx.workbook(sheets)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
