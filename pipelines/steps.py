"""The steps of a scan as plain functions; ``flows`` runs the same ones under Prefect.

    survey ─► begin ─► observe, partition by partition ─► conclude
                            │
                        catalog: each partition's evidence is kept as soon as it is read

Order, number of processes, interruptions and retries do not change the result: evidence adds up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from recense.catalog import Catalog, Unfinished, new_run_id
from recense.config import SourceSpec
from recense.connectors import open_source
from recense.errors import RecenseError, RetriableError, SourceError, UserError
from recense.evidence import Evidence
from recense.model import Limits, Partition, ScanRun, Unreadable
from recense.pipelines.conclusion import conclude, replay, rules
from recense.pipelines.defects import describe
from recense.pipelines.plan import Options, Survey, chosen, failed, recall, remember, scope, survey
from recense.scanners import require

if TYPE_CHECKING:
    from recense.policy.model import Policy
    from recense.scanners.observe import ScanSettings

__all__ = [
    "Interrupted",
    "Options",
    "PartitionResult",
    "Progress",
    "Survey",
    "begin",
    "chosen",
    "conclude",
    "observe",
    "recall",
    "replay",
    "scan",
    "settings_for",
    "survey",
    "survey_all",
    "to_read",
    "unique",
]


@dataclass(frozen=True, slots=True)
class PartitionResult:
    """What was read of a partition, and why not all of it."""

    partition: Partition
    evidence: Evidence
    problem: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is: partitions done of all, and what was read last."""

    done: int
    total: int
    source: str
    dataset: str
    rows: int


Report = Callable[[Progress], None]


class Interrupted(KeyboardInterrupt):
    """A run was stopped from outside; what was read is kept and the run can be resumed."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


def observe(
    spec: SourceSpec, partition: Partition, settings: ScanSettings, limits: Limits, *, patient: bool = False
) -> PartitionResult:
    """Reads a partition and returns its evidence; what stops the reading is part of the result.

    Args:
        spec: the source, opened here so that this can run in any process.
        partition: what to read of it.
        settings: how to look.
        limits: bounds of the connector.
        patient: let a retriable error out, for a caller that tries again.

    Raises:
        RetriableError: only when ``patient``.
        UserError: a variable is not set or a driver not installed in this process.
    """
    from recense.scanners.observe import Observer

    observer = Observer(settings)
    problem: tuple[str, str] | None = None
    retry = False
    try:
        with open_source(spec.target(), limits) as source:
            for batch in source.batches(partition):
                observer.add(batch)
    except SourceError as error:
        problem = (error.code, error.reason)
        retry = isinstance(error, RetriableError)
    except RecenseError:
        raise
    except Exception as error:  # any byte sequence in, never a traceback out
        problem = ("failed", describe(error))
    if retry and patient and problem:
        raise RetriableError(*problem)  # a new one: no library's message hangs on it
    try:
        evidence = observer.evidence()
    except Exception as error:
        evidence, problem = Evidence(), ("failed", describe(error))
    dataset = partition.dataset
    entry = Unreadable(dataset.source, dataset.name, *problem) if problem else None
    return PartitionResult(partition, evidence, entry)


def persistently(spec: SourceSpec, partition: Partition, settings: ScanSettings, options: Options) -> PartitionResult:
    """Reads a partition as ``observe`` does, trying again after errors that may pass."""
    for attempt in range(options.retries):
        try:
            return observe(spec, partition, settings, options.limits, patient=True)
        except RetriableError:
            time.sleep(options.retry_seconds * 2**attempt)
    return observe(spec, partition, settings, options.limits)


def survey_all(specs: Sequence[SourceSpec], options: Options, ignore: Path | None = None) -> list[Survey]:
    """Surveys sources in order; see ``Options.strict`` for those that do not exist.

    Args:
        specs: what to scan.
        options: how to scan.
        ignore: a file that is not to be scanned: the catalog, when it lies in a scanned folder.

    Raises:
        UserError: in strict mode, a source cannot be tried.
    """
    return unique(_survey(spec, options, ignore) for spec in specs)


def unique(surveys: Iterable[Survey]) -> list[Survey]:
    """Returns surveys in which a dataset that two of them hold is read once."""
    kept: list[Survey] = []
    seen: set[tuple[str, str]] = set()
    for found in surveys:
        fresh = tuple(dataset for dataset in found.datasets if (dataset.source, dataset.name) not in seen)
        names = {(dataset.source, dataset.name) for dataset in fresh}
        seen |= names
        parts = tuple(part for part in found.partitions if (part.dataset.source, part.dataset.name) in names)
        kept.append(replace(found, datasets=fresh, partitions=parts))
    return kept


def _survey(spec: SourceSpec, options: Options, ignore: Path | None) -> Survey:
    try:
        for attempt in range(options.retries):
            try:
                return survey(spec, options.limits, patient=True, ignore=ignore)
            except RetriableError:
                time.sleep(options.retry_seconds * 2**attempt)
        return survey(spec, options.limits, ignore=ignore)
    except UserError as error:
        if options.strict:
            raise
        return failed(spec, error)


def begin(catalog: Catalog, specs: Sequence[SourceSpec], run_id: str | None = None, resume: bool = False) -> Unfinished:
    """Starts a run in the catalog, or takes up one that was stopped.

    Raises:
        UserError: the run to resume does not exist, has ended, or was asked for something else.
        MissingExtra: the extra that scans is not installed; no run is started.
    """
    require()
    if not resume:
        return catalog.start(run_id or new_run_id(), rules=rules(), scope=scope(specs), targets=remember(specs))
    run = catalog.unfinished(run_id or "last")
    if run.scope != scope(specs):
        names = ", ".join(str(entry["target"]) for entry in run.targets)
        raise UserError(f"run {run.id} scans something else: resume it with the same targets and options ({names})")
    return run


def to_read(surveys: Sequence[Survey], catalog: Catalog, run_id: str) -> list[tuple[SourceSpec, Partition]]:
    """Returns the partitions that are still to be read, in the order of sources.

    A partition that was read before the run was stopped is read again when its state has changed since.
    """
    finished = catalog.finished_partitions(run_id)
    missing = object()
    return [
        (found.spec, partition)
        for found in surveys
        for partition in found.partitions
        if finished.get((partition.dataset.source, partition.dataset.name, partition.key), missing) != partition.state
    ]


def settings_for(spec: SourceSpec, key: bytes) -> ScanSettings:
    """Returns how to look at a source in a run with this key."""
    from recense.scanners.observe import ScanSettings

    return ScanSettings(sample_key=key, language=spec.language is not False)


def scan(
    specs: Sequence[SourceSpec],
    catalog: Catalog,
    options: Options | None = None,
    *,
    jobs: int = 1,
    progress: Report | None = None,
    run_id: str | None = None,
    resume: bool = False,
    surveys: Sequence[Survey] | None = None,
    policy: Policy | None = None,
) -> ScanRun:
    """Scans sources from end to end and keeps the result in the catalog.

    Args:
        specs: what to scan, in order.
        catalog: where evidence and findings are kept.
        options: how to scan.
        jobs: processes that read at the same time; the result is the same for any number.
        progress: called after every partition.
        run_id: name of the run; of the one to take up when ``resume``.
        resume: go on with a run that was stopped.
        surveys: what ``survey_all`` gave for these specs, if it was called before.
        policy: what findings are held against; None leaves ``declared`` unset.

    Raises:
        UserError: see ``survey_all`` and ``begin``.
        Interrupted: stopped from outside; resume it.
    """
    options = options or Options()
    if surveys is None:
        surveys = survey_all(specs, options, catalog.file)
    run = begin(catalog, specs, run_id, resume)
    try:
        work = [(spec, part, settings_for(spec, run.sample_key)) for spec, part in to_read(surveys, catalog, run.id)]
        rows = 0
        for done, result in enumerate(_results(work, options, jobs), start=1):
            catalog.save_partition(run.id, result.partition, result.evidence, result.problem)
            rows += result.evidence.rows
            if progress:
                dataset = result.partition.dataset
                progress(Progress(done, len(work), dataset.source, dataset.name, rows))
        return conclude(run, surveys, catalog, policy)
    except KeyboardInterrupt:
        catalog.stop(run.id)
        raise Interrupted(run.id) from None


def _results(
    work: Sequence[tuple[SourceSpec, Partition, ScanSettings]], options: Options, jobs: int
) -> Iterator[PartitionResult]:
    if jobs > 1 and len(work) > 1:
        from recense.pipelines.workers import read_with_processes

        yield from read_with_processes(work, options, jobs)
    else:
        for spec, partition, settings in work:
            yield persistently(spec, partition, settings, options)
