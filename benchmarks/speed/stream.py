"""A stream far larger than any disk: ``python -m benchmarks.speed.stream FILE [--gigabytes 20] [--seconds 900]``.

A connector of its own, registered as a third party would, gives the row groups of a Parquet file again and again as
one partition. Patterns read every cell, nothing is sampled, one thread. Printed are the peak resident set and the
processor seconds whenever so many GB (Arrow, in memory) have passed; the stream ends early when the time is over and
says how far it came.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.speed.measure import _peak, _warm
from recense.config import SourceSpec
from recense.connectors import connector
from recense.model import Dataset, Limits, Partition
from recense.pipelines.plan import Options
from recense.pipelines.reading import Task
from recense.pipelines.steps import settings_for
from recense.pipelines.threads import persistently

MARKS = (1, 2, 5, 10, 20, 50, 100)


@dataclass
class Stream:
    """Row groups again and again, until so many bytes have passed or the time is over."""

    file: Path
    limits: Limits
    bytes_wanted: int
    ends: float
    uri: str = "endless://rows"
    kind: str = "stream"
    passed: int = field(default=0)

    def datasets(self) -> Iterator[Dataset]:
        """Yields the one dataset."""
        yield Dataset(self.uri, "rows", "table")

    def partitions(self, dataset: Dataset) -> Iterator[Partition]:
        """Yields the one partition."""
        yield Partition(dataset, "all")

    def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """Yields the rows."""
        marks = [mark * 10**9 for mark in MARKS if mark * 10**9 < self.bytes_wanted] + [self.bytes_wanted]
        while True:
            with pq.ParquetFile(self.file, pre_buffer=False) as opened:
                for batch in opened.iter_batches(self.limits.batch_rows, use_threads=False):
                    yield batch
                    self.passed += batch.nbytes
                    while marks and self.passed >= marks[0]:
                        marks.pop(0)
                        self.tell()
                    if not marks or time.monotonic() > self.ends:
                        if marks:
                            self.tell()
                        return

    def tell(self) -> None:
        """Prints how far the stream is."""
        print(f"| {self.passed / 1e9:.1f} GB | {_peak():.0f} | {time.process_time():.0f} |", flush=True)

    def close(self) -> None:
        """Holds nothing open."""

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def main(arguments: list[str] | None = None) -> int:
    """Streams; returns 1 when the scan could not read all that was given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed.stream", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--gigabytes", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=900)
    options = parser.parse_args(arguments)
    ends = time.monotonic() + options.seconds

    @connector("endless")
    def open_endless(target: str, limits: Limits) -> Stream:
        return Stream(options.file, limits, int(options.gigabytes * 1e9), ends)

    spec = SourceSpec.of("endless://rows")
    [partition] = Stream(options.file, Limits(), 0, ends).partitions(Dataset(spec.target(), "rows", "table"))
    settings = settings_for(_quiet(spec), bytes(16), Options())
    _warm(False)
    print("| passed | peak MB | CPU s |\n|---|---|---|", flush=True)
    result = persistently(Task(_quiet(spec), partition, settings), Options())
    print(f"{result.evidence.rows:,} rows counted")
    return 1 if result.problem else 0


def _quiet(spec: SourceSpec) -> SourceSpec:
    from dataclasses import replace

    return replace(spec, language=False)


if __name__ == "__main__":
    sys.exit(main())
