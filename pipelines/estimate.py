"""What a scan will read and about how long it will take, from names, counts and sizes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from recense.evidence import SAMPLE_SIZE
from recense.model import Dataset, Partition, Unreadable
from recense.pipelines.calibration import Speeds
from recense.pipelines.plan import Survey

BLOCK_ROWS = 131_072
SHORT_BYTES = 48
"""Bytes of a cell from which on it is taken for prose."""

THREAD_GAIN = 0.75
"""What a further thread adds, in shares of the first one's work."""

# Seconds per byte in memory to read, about; what is not here is read by rows of Python objects.
_READING = {"parquet": 2e-9, "csv": 6e-9, "log": 10e-9, "postgresql": 12e-9, "sqlite": 12e-9, "duckdb": 6e-9}
_SLOW_READING = 60e-9
_NUMBERS = ("int", "serial", "float", "double", "real", "numeric", "decimal", "bool", "date", "time")
_ROWS_UNKNOWN = 1_000
_WIDTH_UNKNOWN = 16


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """What is known of a dataset before it is read.

    Attributes:
        rows: its rows, an estimate where ``rows_exact`` is False, None when nothing tells.
        read: rows that will be read: fewer in a sample.
        bytes: of its cells in memory, roughly.
        cells: of the rows that will be read.
        seconds: of one thread, roughly.
    """

    source: str
    dataset: str
    kind: str
    rows: int | None
    rows_exact: bool
    read: int | None
    columns: int
    bytes: int | None
    cells: int | None
    partitions: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan will do.

    Attributes:
        seconds: of the whole scan on the clock, the start included.
        start: of these, until detectors and models are loaded.
    """

    datasets: tuple[DatasetPlan, ...]
    unreadable: tuple[Unreadable, ...]
    jobs: int
    start: float
    seconds: float

    def document(self, notes: Sequence[str] = ()) -> dict[str, Any]:
        """Returns the plan as plain data, ``recense.plan/1``."""
        known = [one for one in self.datasets if one.rows is not None]
        return {
            "schema": "recense.plan/1",
            "datasets": [{**asdict(one), "seconds": round(one.seconds, 3)} for one in self.datasets],
            "unreadable": [asdict(entry) for entry in self.unreadable],
            "notes": list(notes),
            "summary": {
                "datasets": len(self.datasets),
                "rows": sum(one.rows or 0 for one in known),
                "rows_unknown": len(self.datasets) - len(known),
                "columns": sum(one.columns for one in self.datasets),
                "cells": sum(one.cells or 0 for one in self.datasets),
                "bytes": sum(one.bytes or 0 for one in self.datasets),
                "jobs": self.jobs,
                "start_seconds": round(self.start, 1),
                "seconds": round(self.seconds, 1),
            },
        }


def estimate(surveys: Sequence[Survey], language: Speeds | None, patterns: Speeds | None, jobs: int = 1) -> Plan:
    """Returns what a scan of surveyed sources will read and how long that takes, roughly.

    Args:
        surveys: what stands in the sources.
        language: speeds for sources whose names and prose are read; None when there are none.
        patterns: speeds for the others.
        jobs: threads.
    """
    found = []
    for survey in surveys:
        speeds = patterns if survey.spec.language is False else language
        if speeds is None:
            raise ValueError("a source needs the speeds of its kind of scan")
        for dataset in survey.datasets:
            parts = [part for part in survey.partitions if part.dataset == dataset]
            found.append(_dataset(survey, dataset, parts, speeds))
    start = max((speeds.start for speeds in (language, patterns) if speeds is not None), default=0.0)
    partitions = sum(len(survey.partitions) for survey in surveys)
    gain = 1 + THREAD_GAIN * (jobs - 1) if partitions else 1.0
    seconds = start + sum(one.seconds for one in found) / gain
    return Plan(tuple(found), tuple(entry for survey in surveys for entry in survey.unreadable), jobs, start, seconds)


def _dataset(survey: Survey, dataset: Dataset, parts: Sequence[Partition], speeds: Speeds) -> DatasetPlan:
    exact = [part.rows for part in parts]
    about = [part.about for part in parts if part.about is not None]
    rows = sum(about) if about else dataset.rows
    sizes = [part.bytes for part in parts if part.bytes is not None]
    size = sum(sizes) if sizes else None
    sample = survey.spec.sample
    read = rows if sample is None or rows is None else min(rows, sample)
    columns = max(1, len(dataset.columns))
    taken = read / rows if read is not None and rows else 1.0
    seconds = _reading(survey, dataset) * (size or 0)
    seconds += _looking(dataset, rows, size, taken, len(parts), speeds)
    return DatasetPlan(
        source=dataset.source,
        dataset=dataset.name,
        kind=dataset.kind,
        rows=rows,
        rows_exact=None not in exact,
        read=read,
        columns=len(dataset.columns),
        bytes=size,
        cells=None if read is None else read * columns,
        partitions=len(parts),
        seconds=seconds,
    )


def _reading(survey: Survey, dataset: Dataset) -> float:
    """Returns seconds per byte."""
    if survey.kind != "files":
        return _READING.get(survey.kind, _SLOW_READING)
    if dataset.kind == "log":
        return _READING["log"]
    name = dataset.name.lower()
    for word in ("parquet", "csv"):
        if word in name:
            return _READING[word]
    return _SLOW_READING


def _looking(
    dataset: Dataset, rows: int | None, size: int | None, taken: float, partitions: int, speeds: Speeds
) -> float:
    """Returns seconds of detectors, lexicons and language models."""
    columns = max(1, len(dataset.columns))
    texts = sum(not _is_number(column.type) for column in dataset.columns) if dataset.columns else 1
    if rows is None:
        rows = max(1, (size or 0) // (columns * _WIDTH_UNKNOWN)) if size else _ROWS_UNKNOWN
    text_bytes = max(0, (size or rows * columns * _WIDTH_UNKNOWN) - rows * (columns - texts) * 8)
    width = text_bytes / max(1, rows * texts)
    looked = rows * taken
    blocks = partitions * max(1.0, looked / max(1, partitions) / BLOCK_ROWS)
    seconds = blocks * columns * speeds.block + looked * (columns - texts) * speeds.number
    seconds += looked * texts * speeds.cell + looked * texts * max(0.0, width - SHORT_BYTES / 2) * speeds.byte
    return seconds + partitions * _speaking(looked / max(1, partitions), texts, width, speeds)


def _speaking(rows: float, texts: int, width: float, speeds: Speeds) -> float:
    """Returns seconds of the language detectors on a partition: a few hundred values of each column of text.

    Columns differ: a table whose mean cell is no sentence has short ones and one that takes most of the bytes.
    """
    values = min(rows, SAMPLE_SIZE)
    prose = 0.0 if width < SHORT_BYTES / 3 else 1.0 if width * texts / max(1, texts) < SHORT_BYTES else texts / 2
    prose = min(prose, texts)
    return values * (prose * speeds.text + (texts - prose) * speeds.name)


def _is_number(kind: str) -> bool:
    word = kind.lower()
    return any(part in word for part in _NUMBERS) and "char" not in word
