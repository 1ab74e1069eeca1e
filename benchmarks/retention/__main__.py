"""Retention of a large table beside plain statements: ``python -m benchmarks.retention [--rows N] [--postgres URL]``.

Parquet: ours against a pyarrow filter on the same two columns. PostgreSQL: ours against
``SELECT legal_hold, min(d), count(*) … GROUP BY``. Each is run alternately; the medians and their ratio are printed,
in seconds on the clock (and of CPU for Parquet). The table ``recense_bench`` is made anew in the database of the URL.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from recense.connectors import open_source
from recense.connectors.counted import count_dates
from recense.model import Column, Dataset
from recense.policy.loading import example
from recense.retention import Facts, bind, judge

AS_OF = date(2026, 11, 1)
COLUMNS = (Column("email"), Column("date_collecte", "DATE"), Column("legal_hold", "BOOLEAN"))


def main() -> None:
    """Runs both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", metavar="URL")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        parquet(Path(folder) / "people.parquet", chosen.rows, chosen.rounds)
    if chosen.postgres:
        postgres(chosen.postgres, chosen.rows, chosen.rounds)


def parquet(path: Path, rows: int, rounds: int) -> None:
    """Measures a Parquet file."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    _write(path, rows)

    def plain() -> int:
        table = pq.read_table(path, columns=["date_collecte", "legal_hold"])
        late = pc.less(table["date_collecte"], date(2023, 11, 1))
        return int(table.filter(pc.and_not(late, table["legal_hold"])).num_rows)

    _compare(f"Parquet, {rows:,} rows", plain, lambda: _ours(str(path)), rounds)


def postgres(url: str, rows: int, rounds: int) -> None:
    """Measures a table in PostgreSQL."""
    from sqlalchemy import create_engine, make_url

    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            "DROP TABLE IF EXISTS recense_bench",
            "CREATE TABLE recense_bench (email text, date_collecte date, legal_hold boolean)",
            "INSERT INTO recense_bench SELECT 'p' || i || '@example.org', DATE '2018-01-01' + (i * 7919 % 3200)::int, "
            f"i % 50 = 0 FROM generate_series(1, {rows:d}::bigint) i",
            "VACUUM ANALYZE recense_bench",
        ):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

        def plain() -> Any:
            statement = "SELECT legal_hold, min(date_collecte), count(*) FROM recense_bench GROUP BY legal_hold"
            return connection.exec_driver_sql(statement).fetchall()

        _compare(f"PostgreSQL, {rows:,} rows", plain, lambda: _ours(url), rounds)
    engine.dispose()


def _ours(target: str) -> int:
    """Counts and judges as ``recense retention report`` does, and returns the overdue rows."""
    facts = Facts("bench", "recense_bench", COLUMNS, ("date_collecte",), ("email",))
    bound = bind(facts, example().retention, None, AS_OF)
    with open_source(target) as source:
        names = ("recense_bench", "people.parquet")
        dataset = next(d for d in source.datasets() if isinstance(d, Dataset) and d.name in names)
        entries = judge(bound, count_dates(source, dataset, bound.question), AS_OF)
    return sum(entry.overdue for entry in entries)


def _compare(title: str, plain: Callable[[], Any], ours: Callable[[], Any], rounds: int) -> None:
    plain(), ours()
    times: dict[str, list[tuple[float, float]]] = {"plain": [], "recense": []}
    for _ in range(rounds):
        for name, run in (("plain", plain), ("recense", ours)):
            cpu, clock = time.process_time(), time.perf_counter()
            run()
            times[name].append((time.perf_counter() - clock, time.process_time() - cpu))
    wall = {name: statistics.median(one[0] for one in found) for name, found in times.items()}
    cpu_of = {name: statistics.median(one[1] for one in found) for name, found in times.items()}
    print(
        f"{title}: plain {wall['plain']:.2f} s, recense {wall['recense']:.2f} s, "
        f"ratio {wall['recense'] / wall['plain']:.2f} (CPU here {cpu_of['plain']:.2f} and {cpu_of['recense']:.2f} s)"
    )


def _write(path: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    step = 1_000_000
    schema = pa.schema([("email", pa.string()), ("date_collecte", pa.date32()), ("legal_hold", pa.bool_())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, step):
            numbers = range(first, min(rows, first + step))
            writer.write_table(
                pa.table(
                    [
                        pa.array([f"p{i}@example.org" for i in numbers]),
                        pa.array([17532 + i * 7919 % 3200 for i in numbers], pa.int32()).cast(pa.date32()),
                        pa.array([i % 50 == 0 for i in numbers]),
                    ],
                    schema=schema,
                )
            )


if __name__ == "__main__":
    main()
