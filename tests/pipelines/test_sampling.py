"""Samples: uniform, of the size asked for, the same in any process, with a bound that holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import run_postgres
from tables import csv, parquet, sqlite

from recense.catalog import Catalog
from recense.config import SourceSpec
from recense.connectors import open_source
from recense.connectors.thinning import thin
from recense.model import Dataset, Draw, Limits, Partition, Sampler, ScanRun
from recense.pipelines import sampling, steps
from recense.pipelines.plan import Options


def batches(rows: int, *cuts: int) -> Iterator[pa.RecordBatch]:
    whole = pa.record_batch({"n": pa.array(range(rows), pa.int64())})
    edges = sorted({0, rows, *(cut for cut in cuts if 0 < cut < rows)})
    for start, end in pairwise(edges):
        yield whole.slice(start, end - start)


def taken(draw: Draw, rows: int, *cuts: int, held: int = 1 << 20) -> list[int]:
    return [n for batch in thin(batches(rows, *cuts), draw, held) for n in batch.column("n").to_pylist()]


DRAWS = st.one_of(
    st.builds(Draw, rows=st.integers(1, 60), seed=st.integers(0, 1 << 63)),
    st.builds(Draw, share=st.floats(0.01, 0.99), seed=st.integers(0, 1 << 63)),
)


@settings(max_examples=60, deadline=None)
@given(draw=DRAWS, rows=st.integers(0, 200), cuts=st.lists(st.integers(0, 200), max_size=5), known=st.booleans())
def test_a_draw_depends_on_rows_and_seed_only(draw: Draw, rows: int, cuts: list[int], known: bool) -> None:
    draw = replace(draw, of=rows if known and draw.rows else None)
    found = taken(draw, rows, *cuts)
    assert found == taken(draw, rows)
    assert found == sorted(set(found)) and set(found) <= set(range(rows))
    if draw.rows:
        assert len(found) == min(rows, draw.rows)


@pytest.mark.parametrize("known", [True, False, None])
def test_every_row_is_as_likely_as_any_other(known: bool | None) -> None:
    """Chi squared of 100 rows over 600 draws of 20; 99 degrees of freedom exceed 163 once in 20 000."""
    counts: Counter[int] = Counter()
    for seed in range(600):
        draw = Draw(share=0.2, seed=seed) if known is None else Draw(rows=20, of=100 if known else None, seed=seed)
        counts.update(taken(draw, 100, 30, 31, 70))
    mean = sum(counts.values()) / 100
    assert abs(mean - 120) < 5
    assert sum((counts[row] - mean) ** 2 for row in range(100)) / mean < 163


def test_what_does_not_fit_makes_the_sample_smaller_and_not_biased() -> None:
    counts: Counter[int] = Counter()
    for seed in range(300):
        found = taken(Draw(rows=80, seed=seed), 100, *range(10, 100, 10), held=300)
        assert 10 <= len(found) < 80
        counts.update(row // 10 for row in found)
    mean = sum(counts.values()) / 10
    assert max(abs(counts[part] - mean) for part in range(10)) < mean * 0.12


def partitions(*rows: int | None) -> tuple[Dataset, list[Partition]]:
    known = None if None in rows else sum(row or 0 for row in rows)
    dataset = Dataset("file:///x", "x", "file", rows=known)
    return dataset, [Partition(dataset, str(number), row) for number, row in enumerate(rows)]


@settings(max_examples=80, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 500), min_size=1, max_size=8),
    wanted=st.integers(1, 600),
    key=st.binary(min_size=16, max_size=16),
)
def test_partitions_share_a_sample(sizes: list[int], wanted: int, key: bytes) -> None:
    dataset, parts = partitions(*sizes)
    lot = sampling.draws(dataset, parts, wanted, key)
    assert lot == sampling.draws(dataset, parts, wanted, key)
    counts = [lot.draws[part.key].rows if part.key in lot.draws else part.rows for part in parts]
    assert sum(count or 0 for count in counts) == min(wanted, sum(sizes))
    assert all((count or 0) <= size for count, size in zip(counts, sizes, strict=True))


def test_large_partitions_give_more() -> None:
    dataset, parts = partitions(9_000, 1_000)
    shares = [sampling.draws(dataset, parts, 1_000, bytes([n] * 16)).draws["0"].rows for n in range(200)]
    assert 890 < sum(shares) / len(shares) < 910 and len(set(shares)) > 10


def test_the_bound_holds() -> None:
    """A column in which the share just above the bound holds something is taken for clean in 5 % of samples."""
    rows, wanted = 20_000, 300
    dataset, parts = partitions(12_000, 8_000)
    lot = sampling.draws(dataset, parts, wanted, bytes(16))
    bound = sampling.bound(wanted, rows, wanted, lot)
    assert 0.0099 < bound < 0.01
    marked = set(range(0, rows, round(1 / bound)))
    missed = 0
    for seed in range(400):
        draws = sampling.draws(dataset, parts, wanted, seed.to_bytes(16, "little")).draws
        found = taken(draws["0"], 12_000) + [12_000 + row for row in taken(draws["1"], 8_000)]
        missed += not marked.intersection(found)
    assert missed / 400 < 0.09


def test_a_stratified_sample_proves_what_its_least_part_proves() -> None:
    dataset, parts = partitions(None, None, None)
    lot = sampling.draws(dataset, parts, 100, bytes(16))
    assert lot.stratified and {draw.rows for draw in lot.draws.values()} == {100}
    assert sampling.bound(300, None, 100, lot) == pytest.approx(1 - 0.05 ** (1 / 100))
    assert sampling.bound(0, None, 100, lot) == 1.0


@pytest.mark.parametrize("make", [parquet, csv, sqlite])
def test_a_source_gives_a_sample_and_never_the_head(make: object, tmp_path: Path) -> None:
    path = make(tmp_path / f"people.{make.__name__}", 5_000)  # type: ignore[attr-defined,operator]
    rows: Counter[int] = Counter()
    with open_source(str(path), Limits(batch_rows=512)) as source:
        assert isinstance(source, Sampler)
        [dataset] = source.datasets()
        [partition] = source.partitions(dataset)
        for seed in range(20):
            draw = Draw(rows=500, of=partition.rows, seed=seed)
            got = [int(n) for batch in source.sample(partition, draw) for n in batch.column("id").to_pylist()]
            assert len(got) == 500 == len(set(got))
            rows.update(n // 1_000 for n in got)
    assert all(abs(rows[part] - 2_000) < 200 for part in range(5)), rows


def scan(path: Path, sample: int | None, **more: object) -> ScanRun:
    spec = replace(SourceSpec.of(str(path)), language=False, sample=sample)
    with Catalog.open(f"sqlite:///{path.parent}/recense.db") as catalog:
        return steps.scan([spec], catalog, Options(retry_seconds=0.0), **more)  # type: ignore[arg-type]


def test_a_sampled_scan_says_so(tmp_path: Path) -> None:
    path = parquet(tmp_path / "people.parquet", 5_000)
    run = scan(path, 1_000)
    [report] = run.datasets
    assert (report.rows, report.rows_read) == (5_000, 1_000)
    assert {column.clean_bound for column in report.columns} == {0.002991}
    found = {finding.column: finding for finding in run.findings}
    assert found["courriel"].cells == 1_000
    assert found["courriel"].evidence[-1].says.startswith("read in a uniform sample: 1,000 of 5,000 rows;")
    assert run.status == "complete"


def test_a_sample_of_every_row_is_a_full_scan(tmp_path: Path) -> None:
    path = parquet(tmp_path / "people.parquet", 2_000)
    run, full = scan(path, 9_999), scan(path, None)
    assert [replace(one, columns=()) for one in run.datasets] == [replace(one, columns=()) for one in full.datasets]
    assert run.findings == full.findings and run.datasets[0].columns[0].clean_bound == 0.0


def test_a_server_draws_itself(postgres_url: str) -> None:
    run_postgres(
        postgres_url,
        "CREATE TABLE sampled AS SELECT n AS id, 'p' || n || '@example.org' AS courriel "
        "FROM generate_series(0, 19999) AS n; ANALYZE sampled;",
    )
    rows: Counter[int] = Counter()
    with open_source(postgres_url, Limits()) as source:
        assert isinstance(source, Sampler)
        [dataset] = [one for one in source.datasets() if isinstance(one, Dataset) and one.name == "sampled"]
        [partition] = source.partitions(dataset)
        draw = Draw(rows=2_000, seed=77)
        got = [n for batch in source.sample(partition, draw) for n in batch.column("id").to_pylist()]
        again = [n for batch in source.sample(partition, draw) for n in batch.column("id").to_pylist()]
    rows.update(n // 4_000 for n in got)
    assert got == again and 1_750 < len(got) < 2_250
    assert all(abs(rows[part] - len(got) / 5) < 100 for part in range(5)), rows
