"""What a scan will take, and how it keeps to a limit: no row is read for a plan, no batch is larger than agreed."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from processes import environment
from servers import run_postgres
from tables import csv, parquet, sqlite
from unsteady import plan, reads

from recense.catalog import Catalog
from recense.config import SourceSpec
from recense.connectors import open_source
from recense.errors import UserError
from recense.model import Limits
from recense.pipelines import calibration, steps
from recense.pipelines.calibration import Speeds
from recense.pipelines.estimate import estimate
from recense.pipelines.memory import DETECTORS, MODELS, fit
from recense.pipelines.plan import Options
from recense.pipelines.progress import Progress

SPEEDS = Speeds(start=2.0, block=0.01, cell=1e-6, byte=1e-7, name=1e-3, text=1e-2, number=1e-7)
MB = 1_000_000


def spec(target: object, **more: object) -> SourceSpec:
    return replace(SourceSpec.of(str(target)), language=False, **more)  # type: ignore[arg-type]


def planned(*specs: SourceSpec, jobs: int = 1):  # type: ignore[no-untyped-def]
    return estimate(steps.survey_all(specs, Options()), None, SPEEDS, jobs)


def test_a_plan_counts_what_footers_and_catalogues_tell(tmp_path: Path) -> None:
    found = planned(
        spec(parquet(tmp_path / "a.parquet", 3_000)),
        spec(csv(tmp_path / "b.csv", 3_000)),
        spec(sqlite(tmp_path / "c.db", 3_000)),
    )
    by_name = {one.dataset: one for one in found.datasets}
    assert (by_name["a.parquet"].rows, by_name["a.parquet"].rows_exact, by_name["a.parquet"].cells) == (
        3_000,
        True,
        12_000,
    )
    for name in ("b.csv", "people"):
        assert not by_name[name].rows_exact
        assert 2_700 < (by_name[name].rows or 0) < 3_300
        assert 100_000 < (by_name[name].bytes or 0) < 400_000
    assert found.seconds > found.start == 2.0


def test_a_plan_reads_no_row(tmp_path: Path) -> None:
    url = plan(tmp_path / "a", datasets=["people"])
    [one] = planned(spec(url)).datasets
    assert one.rows is None and one.partitions == 3 and not (tmp_path / "a" / "reads.log").exists()
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        steps.scan([spec(url)], catalog)
    assert len(reads(tmp_path / "a")) == 3


def test_a_plan_of_postgresql(postgres_url: str) -> None:
    run_postgres(
        postgres_url,
        "CREATE TABLE planned AS SELECT n AS id, 'p' || n || '@example.org' AS courriel "
        "FROM generate_series(1, 20000) AS n;",
    )
    for analysed in (False, True):
        if analysed:
            run_postgres(postgres_url, "ANALYZE planned;")
        [one] = planned(spec(postgres_url, only=("planned",))).datasets
        assert (10_000 if not analysed else 19_999) < (one.rows or 0) < (40_000 if not analysed else 20_001)
        assert 200_000 < (one.bytes or 0) < 2_000_000


def test_a_sample_and_threads_take_less(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", 20_000)
    whole = planned(spec(path))
    sampled = planned(spec(path, sample=100))
    assert sampled.datasets[0].read == 100 and sampled.seconds < whole.seconds
    assert planned(spec(path), jobs=2).seconds < whole.seconds


def test_a_machine_is_measured_once(tmp_path: Path) -> None:
    first = calibration.speeds(False, tmp_path)
    assert first.cell > 0 and first.byte > 0 and first.name == 0
    [file] = tmp_path.iterdir()
    assert calibration.speeds(False, tmp_path) == first
    file.write_text(json.dumps({**json.loads(file.read_text()), "cell": 7.0}))
    assert calibration.speeds(False, tmp_path).cell == 7.0
    file.write_text("{")
    assert calibration.speeds(False, tmp_path).cell < 7.0


def test_memory_is_kept_by_smaller_batches_fewer_threads_and_no_models() -> None:
    specs = [SourceSpec.of("x")]
    assert fit(specs, Options(), 4, None).jobs == 4
    roomy = fit(specs, Options(), 1, 1_200 * MB)
    assert roomy.specs[0].language is None and not roomy.notes
    tight = fit(specs, Options(), 4, 300 * MB)
    assert tight.specs[0].language is False and tight.jobs < 4 and "names and prose are not read" in tight.notes[0]
    assert tight.options.limits.batch_bytes < Limits().batch_bytes
    assert tight.options.together_bytes == tight.options.limits.batch_bytes
    assert fit(specs, Options(), 1, DETECTORS + MODELS + 40 * MB).specs[0].language is None
    with pytest.raises(UserError, match="is too little"):
        fit(specs, Options(), 1, 50 * MB)


@pytest.mark.parametrize("make", [parquet, csv, sqlite])
def test_batches_obey_the_limit(make: object, tmp_path: Path) -> None:
    path = make(tmp_path / f"people.{make.__name__}", 30_000)  # type: ignore[attr-defined,operator]
    limits = fit([spec(path)], Options(), 1, 190 * MB).options.limits
    with open_source(str(path), limits) as source:
        [dataset] = source.datasets()
        for partition in source.partitions(dataset):  # type: ignore[arg-type]
            sizes = [(batch.num_rows, batch.nbytes) for batch in source.batches(partition)]
    assert max(rows for rows, _ in sizes) <= limits.batch_rows < Limits().batch_rows
    assert max(size for _, size in sizes) <= 2 * limits.batch_bytes
    assert sum(rows for rows, _ in sizes) == 30_000


def test_a_scan_within_little_memory_finds_the_same(tmp_path: Path) -> None:
    path = parquet(tmp_path / "people.parquet", 30_000)
    fitted = fit([spec(path)], Options(), 1, 190 * MB)
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        small = steps.scan(fitted.specs, catalog, fitted.options)
        usual = steps.scan([spec(path)], catalog)
    for one, other in zip(small.findings, usual.findings, strict=True):
        assert (one.id, one.entity, one.proof, one.matched) == (other.id, other.entity, other.proof, other.matched)
    assert small.datasets[0].rows_read == usual.datasets[0].rows_read == 30_000


def test_progress_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    seen: list[Progress] = []
    paths = [parquet(tmp_path / "a.parquet", 9_000), csv(tmp_path / "b.csv", 2_000)]
    options = Options(limits=Limits(batch_rows=500))
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db") as catalog:
        steps.scan([spec(path) for path in paths], catalog, options, progress=seen.append, jobs=2)
    shares = [one.share for one in seen]
    assert shares == sorted(shares) and shares[-1] == 1.0 and len({round(share, 2) for share in shares}) > 10
    assert seen[-1].rows == 11_000 and seen[-1].bytes > 0 and {one.dataset for one in seen} == {"a.parquet", "b.csv"}


def command(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = environment() | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "recense", "scan", *arguments],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_plans_and_stays_quiet_without_a_terminal(tmp_path: Path) -> None:
    parquet(tmp_path / "people.parquet", 2_000)
    shown = command(tmp_path, "people.parquet", "--plan", "--no-language")
    assert shown.returncode == 0 and "people.parquet" in shown.stdout and "2,000" in shown.stdout
    assert not (tmp_path / "recense.db").exists()
    document = json.loads(command(tmp_path, "people.parquet", "-n", "--no-language", "-f", "json").stdout)
    assert document["schema"] == "recense.plan/1" and document["summary"]["cells"] == 8_000
    run = command(tmp_path, "people.parquet", "--no-language", "--sample", "500", "--memory", "300MB", "-f", "json")
    assert run.returncode == 0
    assert json.loads(run.stdout)["datasets"][0]["rows_read"] == 500
    assert "MB/s" not in run.stderr and "\x1b" not in run.stderr and "\r" not in run.stderr
    assert "batches of" in run.stderr
    assert command(tmp_path, "people.parquet", "--sample", "5", "--full").returncode == 2
    assert command(tmp_path, "people.parquet", "--memory", "much").returncode == 2
