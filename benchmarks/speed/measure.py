"""One measurement in a process of its own, one thread: ``python -m benchmarks.speed.measure STEP FILE`` prints JSON.

Steps: ``decode`` (Parquet to Arrow and nothing else: the limit), ``patterns`` (recense without language), ``language``
(recense with everything). ``ready`` is the start-up of the process until its detectors and word lists are loaded,
``cpu`` and ``wall`` the seconds after that, ``peak`` the resident set of the whole process in MB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Measures the step named on the command line."""
    step, path = sys.argv[1], Path(sys.argv[2])
    run = decode if step == "decode" else recense(path, language=step == "language")
    ready = time.process_time()
    start = time.perf_counter()
    run(path)
    print(
        json.dumps(
            {
                "ready": ready,
                "cpu": time.process_time() - ready,
                "wall": time.perf_counter() - start,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def decode(path: Path) -> None:
    """Reads the file and drops every batch."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as file:
        for _ in file.iter_batches(131_072, use_threads=False):
            pass


def recense(path: Path, language: bool):  # type: ignore[no-untyped-def]
    """Returns a function that scans the file as ``recense scan`` does, detectors and models already loaded."""
    import pyarrow as pa

    from recense.config import SourceSpec
    from recense.model import Limits
    from recense.pipelines.plan import survey
    from recense.pipelines.steps import observe
    from recense.scanners import language as language_model
    from recense.scanners import text
    from recense.scanners.observe import Observer, ScanSettings

    settings = ScanSettings(sample_key=bytes(16), language=language)
    warm = Observer(settings)
    warm.add(pa.record_batch({"c": ["Mme Martin est absente, voir avec Jean Dupont.", "Please ask Mr John Smith."]}))
    warm.evidence()
    if language:
        for code in language_model.READABLE:
            text.named("Jean Dupont", code)

    def run(path: Path) -> None:
        spec = SourceSpec.of(str(path))
        for partition in survey(spec, Limits()).partitions:
            result = observe(spec, partition, settings, Limits())
            if result.problem is not None:
                raise SystemExit(f"not read completely: {result.problem.code}")

    return run


if __name__ == "__main__":
    main()
