"""The steps of a scan as plain functions; ``flows`` runs the same ones under Prefect.

    survey ─► begin ─► observe, partition by partition ─► conclude
                            │
                        catalog: each partition's evidence is kept as soon as it is read

Order, number of processes, interruptions and retries do not change the result: evidence adds up.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recense.catalog import Catalog, Unfinished, new_run_id
from recense.catalog.persons import keep_part
from recense.config import SourceSpec
from recense.errors import RetriableError, UserError
from recense.model import Partition, ScanRun
from recense.pipelines import sampling
from recense.pipelines.conclusion import conclude, replay, rules
from recense.pipelines.plan import Options, Survey, chosen, failed, recall, remember, scope, survey
from recense.pipelines.progress import Meter, Progress, Report
from recense.pipelines.reading import PartitionResult, Task, Tick, observe
from recense.pipelines.threads import bundles, read_with_threads, several
from recense.scanners import require

if TYPE_CHECKING:
    from recense.pipelines.persons import Indexing
    from recense.policy.model import Policy
    from recense.scanners.observe import ScanSettings

__all__ = [
    "Interrupted",
    "Options",
    "PartitionResult",
    "Progress",
    "Survey",
    "Task",
    "begin",
    "chosen",
    "conclude",
    "index",
    "keep",
    "observe",
    "recall",
    "replay",
    "scan",
    "settings_for",
    "survey",
    "survey_all",
    "tasks",
    "to_read",
    "unique",
]


class Interrupted(KeyboardInterrupt):
    """A run was stopped from outside; what was read is kept and the run can be resumed."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


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


def settings_for(spec: SourceSpec, key: bytes, options: Options | None = None) -> ScanSettings:
    """Returns how to look at a source in a run with this key."""
    from recense.scanners.observe import ScanSettings

    settings = ScanSettings(sample_key=key, language=spec.language is not False)
    if options is not None and options.together_bytes is not None:
        return replace(settings, together_bytes=options.together_bytes)
    return settings


def tasks(surveys: Sequence[Survey], catalog: Catalog, run: Unfinished, options: Options | None = None) -> list[Task]:
    """Returns what is still to be read, and which rows of it."""
    lots: dict[tuple[str, str], sampling.Lot] = {}
    for found in surveys:
        for dataset in found.datasets if found.spec.sample else ():
            parts = [part for part in found.partitions if part.dataset == dataset]
            name = (dataset.source, dataset.name)
            lots[name] = sampling.draws(dataset, parts, found.spec.sample or 0, run.sample_key)
    nothing = sampling.Lot({})
    return [
        Task(
            spec,
            part,
            settings_for(spec, run.sample_key, options),
            lots.get((part.dataset.source, part.dataset.name), nothing).draws.get(part.key),
            options.indexing if options else None,
        )
        for spec, part in to_read(surveys, catalog, run.id)
    ]


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
        jobs: threads (see ``Options.processes``) that read at the same time; the result is the same for any number.
        progress: called after every batch and every partition, from any thread, one call at a time.
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
        work = tasks(surveys, catalog, run, options)
        meter = Meter(work, progress) if progress else None
        for result in _results(work, options, jobs, meter.looked if meter else None):
            keep(catalog, run.id, result)
            if meter:
                meter.finished(result)
        if options.indexing is not None:
            index(catalog, run.id, surveys, options.indexing)
        return conclude(run, surveys, catalog, policy)
    except KeyboardInterrupt:
        catalog.stop(run.id)
        raise Interrupted(run.id) from None


def keep(catalog: Catalog, run_id: str, result: PartitionResult) -> None:
    """Keeps what a partition gave, the index of people first: a partition counts as read once its evidence is kept."""
    if result.persons is not None:
        with catalog.transaction(write=True) as connection:
            keep_part(connection, run_id, result.partition, result.persons)
    catalog.save_partition(run_id, result.partition, result.evidence, result.problem)


def index(catalog: Catalog, run_id: str, surveys: Sequence[Survey], indexing: Indexing) -> None:
    """Builds the index of people of a run; call it before ``conclude``, which erases what it is built from."""
    from recense.pipelines.person_index import build

    build(catalog, run_id, surveys, indexing.key)


def _results(work: Sequence[Task], options: Options, jobs: int, tick: Tick | None) -> Iterator[PartitionResult]:
    if jobs > 1 and len(work) > 1 and options.processes:
        from recense.pipelines.workers import read_with_processes

        yield from read_with_processes(work, options, jobs)
    elif jobs > 1 and work:
        yield from read_with_threads(work, options, jobs, tick)
    else:
        for bundle in bundles(work):
            yield from several(bundle, options, tick)
