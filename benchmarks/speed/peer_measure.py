"""Runs in the peers' own environment: ``python peer_measure.py PEER CELLS.json`` prints JSON. Needs nothing of ours."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

Columns = dict[str, list[str]]


def datafog_core(columns: Columns) -> Callable[[], object]:
    """Each column as one text: its fastest way."""
    import datafog_core

    find = datafog_core.scan
    texts = ["\n".join(values) for values in columns.values()]
    return lambda: deque((find(text) for text in texts), 0)


def datafog(columns: Columns) -> Callable[[], object]:
    """Cell by cell with its regular expressions."""
    from datafog import detect

    return lambda: deque((detect(cell) for values in columns.values() for cell in values), 0)


def presidio_rs(columns: Columns) -> Callable[[], object]:
    """One analyzer for all cells."""
    import presidio_rs

    analyzer = presidio_rs.Analyzer()
    return lambda: deque((analyzer.analyze(cell) for values in columns.values() for cell in values), 0)


PEERS = {"datafog-core": datafog_core, "datafog": datafog, "presidio-rs": presidio_rs}


def main() -> None:
    """Measures one peer."""
    columns: Columns = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    run = PEERS[sys.argv[1]](columns)
    ready, start = time.process_time(), time.perf_counter()
    run()
    print(
        json.dumps(
            {
                "ready": ready,
                "cpu": time.process_time() - ready,
                "wall": time.perf_counter() - start,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "units": sum(map(len, columns.values())),
            }
        )
    )


if __name__ == "__main__":
    main()
