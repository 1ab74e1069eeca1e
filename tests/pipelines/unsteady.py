"""A real connector that misbehaves on purpose: rows from memory, failures from a plan kept in a file.

``unsteady:///folder`` reads ``folder/plan.json``: datasets, rows per partition, and what goes wrong how often. It is
registered like any third party's connector, so what is tested is recense and not a stand-in of it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from recense.connectors import connector
from recense.errors import RetriableError, SourceError
from recense.model import Column, Dataset, Limits, Partition, Unreadable

PARTITIONS = 3
ROWS = 4


def plan(folder: Path, **plan: Any) -> str:
    """Writes a plan and returns the URL that follows it.

    Keys: ``datasets`` (names), ``fail`` (dataset -> how often reading fails in a way that may pass), ``broken``
    (datasets that stop half-way for good), ``defect`` (datasets in which the connector itself has a defect), ``dead``
    (the server never answers), ``empty`` (no dataset at all), ``unreadable`` (paths), ``slow`` (seconds a partition),
    ``dies`` (datasets that kill the process that reads them), ``partitions`` (of each dataset).
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps(plan))
    return f"unsteady://{folder}"


class Unsteady:
    kind = "unsteady"

    def __init__(self, target: str) -> None:
        self.uri = target
        self.folder = Path(target.removeprefix("unsteady://"))
        self.plan = json.loads((self.folder / "plan.json").read_text())
        if self.plan.get("dead"):
            raise RetriableError("unreachable", "the server does not answer")

    def datasets(self) -> Iterator[Dataset | Unreadable]:
        for name in () if self.plan.get("empty") else self.plan.get("datasets", ["people"]):
            yield Dataset(self.uri, name, "table", (Column("email", "TEXT"), Column("never_filled", "TEXT")), rows=None)
        for path in self.plan.get("unreadable", ()):
            yield Unreadable(self.uri, path, "unsupported_format", "recense has no reader for it")

    def partitions(self, dataset: Dataset) -> Iterator[Partition]:
        for number in range(self.plan.get("partitions", PARTITIONS)):
            yield Partition(dataset, str(number), state=self.plan.get("state"))

    def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        name = partition.dataset.name
        time.sleep(self.plan.get("slow", 0))
        with (self.folder / "reads.log").open("a") as log:
            log.write(f"{name} {partition.key}\n")
        if name in self.plan.get("dies", ()):
            os.kill(os.getpid(), 9)
        yield pa.RecordBatch.from_pydict(
            {"email": [f"p{partition.key}.{row}.zq7719@example.org" for row in range(ROWS)]}
        )
        attempts = self.folder / f"{name}.{partition.key}.attempts"
        tried = int(attempts.read_text()) if attempts.exists() else 0
        attempts.write_text(str(tried + 1))
        if tried < self.plan.get("fail", {}).get(name, 0):
            raise RetriableError("unreachable", "connection lost") from ValueError("quotes zq7719@example.org")
        if name in self.plan.get("broken", ()):
            raise SourceError("corrupt", "the bytes end half-way") from ValueError("quotes zq7719@example.org")
        if name in self.plan.get("defect", ()):
            raise KeyError("quotes zq7719@example.org")

    def close(self) -> None:
        pass

    def __enter__(self) -> Unsteady:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


@connector("unsteady")
def open_unsteady(target: str, limits: Limits) -> Unsteady:
    return Unsteady(target)


def reads(folder: Path) -> list[str]:
    """Returns which partitions were read, in order."""
    return (folder / "reads.log").read_text().splitlines()
