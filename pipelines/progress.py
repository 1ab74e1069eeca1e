"""How far a scan is: rows, bytes, and the share of the expected work that is done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recense.model import Partition
from recense.pipelines.reading import PartitionResult, Task

UNKNOWN_BYTES = 1 << 20
"""What a partition of unknown size is taken to hold."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is, and what was read last.

    Attributes:
        done, total: partitions.
        rows, bytes: read until now, in memory.
        share: of the expected work, 0 to 1; never less than it was before.
    """

    done: int
    total: int
    source: str
    dataset: str
    rows: int
    bytes: int = 0
    share: float = 0.0


Report = Callable[[Progress], None]


class Meter:
    """Adds up what threads report. A partition counts by its bytes, and as done in part by rows, else by bytes."""

    def __init__(self, work: Sequence[Task], report: Report) -> None:
        self._report = report
        self._lock = threading.Lock()
        self._weights = {self._name(task.partition): _weight(task) for task in work}
        self._whole = sum(self._weights.values()) or 1.0
        self._expected = {self._name(task.partition): _expected(task) for task in work}
        self._parts: dict[tuple[str, str, str], tuple[int, int]] = {}
        self._total = len(work)
        self._done = self._rows = self._bytes = 0
        self._share = self._finished = 0.0

    @staticmethod
    def _name(partition: Partition) -> tuple[str, str, str]:
        return partition.dataset.source, partition.dataset.name, partition.key

    def looked(self, partition: Partition, rows: int, size: int) -> None:
        """Counts a batch."""
        with self._lock:
            name = self._name(partition)
            known = self._parts.get(name, (0, 0))
            self._parts[name] = (known[0] + rows, known[1] + size)
            self._rows += rows
            self._bytes += size
            self._tell(partition)

    def finished(self, result: PartitionResult) -> None:
        """Counts a partition."""
        with self._lock:
            name = self._name(result.partition)
            rows, _ = self._parts.pop(name, (0, 0))
            self._rows += result.evidence.rows - rows  # tries that failed do not count
            self._finished += self._weights.pop(name, 0.0)
            self._done += 1
            self._tell(result.partition)

    def _tell(self, partition: Partition) -> None:
        running = sum(self._weights.get(name, 0.0) * self._part(name, *counts) for name, counts in self._parts.items())
        share = 1.0 if self._done == self._total else (self._finished + running) / self._whole
        self._share = max(self._share, min(1.0, share))
        dataset = partition.dataset
        self._report(
            Progress(self._done, self._total, dataset.source, dataset.name, self._rows, self._bytes, self._share)
        )

    def _part(self, name: tuple[str, str, str], rows: int, size: int) -> float:
        """Returns which share of a partition is read; it is not done before it says so."""
        expected = self._expected.get(name)
        return min(0.99, rows / expected if expected else size / max(1.0, self._weights.get(name, 1.0)))


def _expected(task: Task) -> int | None:
    """Returns how many rows a task gives, roughly."""
    if task.draw is None or not task.partition.about:
        return task.draw.rows or None if task.draw else task.partition.about
    return task.draw.rows or round(task.draw.share * task.partition.about) or None


def _weight(task: Task) -> float:
    size = float(task.partition.bytes or UNKNOWN_BYTES)
    if task.draw is None:
        return size
    if task.draw.rows and task.partition.about:
        return max(1.0, size * min(1.0, task.draw.rows / task.partition.about))
    return max(1.0, size * (task.draw.share or 1.0))
