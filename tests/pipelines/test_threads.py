"""Threads over the batches of one partition and over partitions: the same evidence, errors and ends."""

import threading
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pytest
from tables import parquet
from unsteady import PARTITIONS, ROWS, plan

from recense.config import SourceSpec
from recense.errors import UserError
from recense.evidence import Evidence
from recense.model import Limits, Partition
from recense.pipelines.plan import Options, survey
from recense.pipelines.reading import PartitionResult, Task
from recense.pipelines.threads import BUNDLED, SMALL, bundles, persistently, read_with_threads, several
from recense.scanners.observe import ScanSettings
from recense.scanners.triage import Triage

SETTINGS = ScanSettings(bytes(16), language=False, together_bytes=1)
FAST = Options(retry_seconds=0.0, limits=Limits(batch_rows=200))


def tasks(target: str) -> list[Task]:
    spec = SourceSpec.of(target)
    return [Task(spec, partition, SETTINGS) for partition in survey(spec, Limits()).partitions]


def merged(results: list[PartitionResult]) -> Evidence:
    evidence = Evidence()
    for result in results:
        evidence.merge(result.evidence)
    return evidence


def test_threads_share_the_batches_of_one_partition(tmp_path: Path) -> None:
    work = tasks(str(parquet(tmp_path / "people.parquet", 5_000)))
    assert len(work) == 1
    alone = merged([persistently(task, FAST) for task in work])
    for jobs in (2, 5):
        together = merged(list(read_with_threads(work, FAST, jobs)))
        assert (together.rows, together.profiles()) == (alone.rows, alone.profiles())
        assert together.columns["courriel"].sample == alone.columns["courriel"].sample


def test_a_thread_reads_in_one_turn_what_it_looks_at_together(tmp_path: Path) -> None:
    """With a turn a batch the threads would all be reading at the same time, and then all be looking."""
    [task] = tasks(str(parquet(tmp_path / "people.parquet", 6_000)))
    read: list[tuple[str, int]] = []

    def tick(partition: Partition, rows: int, size: int) -> None:
        read.append((threading.current_thread().name, size))

    at_once = 50_000
    work = [replace(task, settings=replace(SETTINGS, together_bytes=at_once))]
    list(read_with_threads(work, FAST, 2, tick))
    turns = [[size for _, size in turn] for _, turn in groupby(read, itemgetter(0))]
    assert len(read) == 30 and len(turns) > 1
    assert all(sum(turn) >= at_once for turn in turns[:-1]), turns


def test_threads_share_partitions_and_try_again(tmp_path: Path) -> None:
    work = tasks(plan(tmp_path / "a", datasets=["a", "b"], fail={"a": 2}, partitions=7))
    results = list(read_with_threads(work, FAST, 3))
    assert sorted((r.partition.dataset.name, r.partition.key) for r in results) == sorted(
        (t.partition.dataset.name, t.partition.key) for t in work
    )
    assert {result.problem for result in results} == {None}
    assert merged(results).rows == 14 * ROWS


def test_what_stops_the_reading_is_part_of_the_result(tmp_path: Path) -> None:
    url = plan(tmp_path / "a", datasets=["fine", "cut"], broken=["cut"], defect=["odd"])
    results = list(read_with_threads(tasks(url), FAST, 2))
    codes = {(r.partition.dataset.name, r.problem.code if r.problem else None) for r in results}
    assert codes == {("fine", None), ("cut", "corrupt")}
    assert merged(results).rows == 2 * PARTITIONS * ROWS


def test_a_wrong_argument_ends_all_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tasks(plan(tmp_path / "a", partitions=4))
    lost = [replace(task, spec=SourceSpec("a", "${RECENSE_UNSET_77}", configured=True)) for task in work]
    with pytest.raises(UserError, match="RECENSE_UNSET_77"):
        list(read_with_threads(lost, FAST, 2))


def test_leaving_early_stops_the_threads(tmp_path: Path) -> None:
    work = tasks(plan(tmp_path / "a", partitions=40, slow=0.02))
    results = read_with_threads(work, FAST, 2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len((tmp_path / "a" / "reads.log").read_text().splitlines()) < 40


def test_a_batch_that_detectors_fail_on_is_a_problem_and_no_hang(tmp_path: Path) -> None:
    class Odd(ScanSettings):
        @property
        def together_bytes(self) -> int:  # type: ignore[override]
            raise KeyError("quotes zq7719@example.org")

    [task, *_] = tasks(plan(tmp_path / "a"))
    odd = object.__new__(Odd)
    for name, value in (("sample_key", bytes(16)), ("language", False), ("sample_size", 8)):
        object.__setattr__(odd, name, value)
    [result] = read_with_threads([replace(task, settings=odd)], FAST, 2)
    assert result.problem is not None and result.problem.code == "failed" and "zq7719" not in result.problem.reason


def test_dictionary_columns_give_what_plain_ones_give() -> None:
    from recense.scanners.observe import observe

    cells = ["p1@example.org", None, "p2@example.org", "", "p1@example.org"] * 30
    plain = pa.record_batch({"c": pa.array(cells)})
    packed = pa.record_batch({"c": pa.array(cells).dictionary_encode()})
    settings = ScanSettings(bytes(16), language=False)
    half = pa.record_batch({"c": pa.array(cells[:75]).dictionary_encode()})
    rest = pa.record_batch({"c": pa.array(cells[75:]).dictionary_encode()})
    expected = observe([plain], settings)
    assert observe([packed], settings) == expected == observe([half, rest], settings)


def documents(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(count):
        lines = f"Compte rendu {n}\nMme Roux{n}, 06 12 34 56 {n:02}, roux{n}@exemple.fr\n" * (n % 3 + 1)
        (folder / f"note{n:03}.txt").write_text(lines, encoding="utf-8")
    return folder


def counted(results: list[PartitionResult]) -> dict[tuple[str, str], object]:
    return {
        (one.partition.dataset.name, one.partition.key): (one.evidence.rows, one.evidence.profiles(), one.problem)
        for one in results
    }


@pytest.mark.parametrize("jobs", [1, 2])
def test_small_documents_are_looked_at_together_and_count_as_each_alone(tmp_path: Path, jobs: int) -> None:
    work = tasks(str(documents(tmp_path / "notes", 40)))
    assert max(map(len, bundles(work))) == 40
    alone = counted([persistently(task, FAST) for task in work])
    read = [result for bundle in bundles(work) for result in several(bundle, FAST)]
    assert counted(read if jobs == 1 else list(read_with_threads(work, FAST, jobs))) == alone
    assert all(evidence for _, evidence, _ in alone.values())  # type: ignore[misc]


def test_a_small_document_that_detectors_fail_on_costs_its_own_result_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tasks(str(documents(tmp_path / "notes", 5)))
    tally_each = Triage.tally_each

    def failing(self: Triage, columns: list[pa.Array], names: list[str]) -> object:
        if any("roux3@" in cell for column in columns for cell in column.to_pylist()):
            raise RuntimeError("made up")
        return tally_each(self, columns, names)

    monkeypatch.setattr(Triage, "tally_each", failing)
    results = [result for bundle in bundles(work) for result in several(bundle, FAST)]
    assert [result.problem is None for result in results] == [True, True, True, False, True]
    assert [result.evidence.rows > 0 for result in results][:3] == [True] * 3


def test_large_partitions_are_read_alone_and_the_order_stays(tmp_path: Path) -> None:
    work = tasks(str(documents(tmp_path / "notes", 200)))
    large = replace(work[7], partition=replace(work[7].partition, bytes=SMALL + 1))
    unknown = replace(work[9], partition=replace(work[9].partition, bytes=None))
    work[7], work[9] = large, unknown
    made = list(bundles(work))
    assert [task for bundle in made for task in bundle] == work
    assert [large] in made and [unknown] in made
    assert max(map(len, made)) == BUNDLED
