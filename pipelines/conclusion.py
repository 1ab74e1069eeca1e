"""The end of a scan: evidence becomes profiles, profiles become findings, and the catalog keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import recense.policy
import recense.scanners
from recense import __version__
from recense.catalog import Catalog, DatasetProfile, Unfinished, new_run_id, now
from recense.evidence import ColumnProfile, Evidence
from recense.model import (
    ColumnReport,
    Dataset,
    DatasetReport,
    Finding,
    Proof,
    ScanRun,
    SourceReport,
    Unreadable,
)
from recense.pipelines.plan import Survey
from recense.policy.declared import mark

if TYPE_CHECKING:
    from recense.policy.model import Policy

_PROOFS = {proof: rank for rank, proof in enumerate(Proof)}


@cache
def rules() -> str:
    """Returns the version of recense with a digest of everything that decides what is found.

    Two runs with the same rules judge the same evidence alike.
    """
    digest = hashlib.sha256()
    for room in (recense.scanners, recense.policy):
        base = Path(next(iter(room.__path__)))
        for path in sorted(base.rglob("*")):
            if path.suffix in {".py", ".yaml", ".txt"}:
                digest.update(path.relative_to(base).as_posix().encode())
                digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def conclude(run: Unfinished, surveys: Sequence[Survey], catalog: Catalog, policy: Policy | None = None) -> ScanRun:
    """Judges what was read of every dataset, writes the result into the catalog and returns it.

    With a policy, every finding says what the policy says of it.
    """
    profiles: list[DatasetProfile] = []
    reports: list[DatasetReport] = []
    findings: list[Finding] = []
    unreadable = [entry for survey in surveys for entry in survey.unreadable]
    for dataset in (dataset for survey in surveys for dataset in survey.datasets):
        evidence, problems = _merged(run.id, dataset, surveys, catalog)
        unreadable.extend(problems)
        profile = DatasetProfile(dataset, evidence.rows, _profiles(dataset, evidence))
        profiles.append(profile)
        reports.append(_report(profile, complete=not problems))
        findings.extend(_judge(profile))
    sources = tuple(_sources(surveys, unreadable, reports))
    complete = not unreadable
    result = ScanRun(
        id=run.id,
        started=run.started,
        finished=now(),
        status="complete" if complete else "incomplete",
        rules=rules(),
        policy=policy.name if policy else None,
        sources=sources,
        datasets=tuple(reports),
        findings=mark(findings, policy),
        unreadable=tuple(dict.fromkeys(unreadable)),
    )
    catalog.finish(result, profiles)
    return replace(result, changes=catalog.changes(run.id))


def replay(catalog: Catalog, run_id: str | None = None, policy: Policy | None = None) -> ScanRun:
    """Judges a run's stored evidence again with the rules and the policy of today, as a new run; opens no source."""
    before = catalog.run(run_id)
    scope, targets = catalog.scope(before.id)
    profiles = catalog.profiles(before.id)
    run = catalog.start(new_run_id(), rules=rules(), scope=scope, targets=targets, replay_of=before.id)
    result = replace(
        before,
        id=run.id,
        started=run.started,
        finished=now(),
        rules=rules(),
        policy=policy.name if policy else None,
        findings=mark((finding for profile in profiles for finding in _judge(profile)), policy),
        changes={},
    )
    catalog.finish(result, profiles)
    return replace(result, changes=catalog.changes(run.id))


def _merged(
    run_id: str, dataset: Dataset, surveys: Sequence[Survey], catalog: Catalog
) -> tuple[Evidence, list[Unreadable]]:
    """Returns the evidence of a dataset's partitions together, and why some of it is missing."""
    evidence = Evidence()
    problems: list[Unreadable] = []
    for partition in (part for survey in surveys for part in survey.partitions if part.dataset == dataset):
        kept = catalog.partition_evidence(run_id, partition)
        if kept is None:
            problems.append(Unreadable(dataset.source, dataset.name, "failed", f"part '{partition.key}' was not read"))
            continue
        evidence.merge(kept[0])
        if kept[1]:
            problems.append(kept[1])
    return evidence, problems


def _profiles(dataset: Dataset, evidence: Evidence) -> dict[str, ColumnProfile]:
    """Returns the profile of every column, also of those declared in which no cell was read."""
    profiles = evidence.profiles()
    for column in dataset.columns:
        if not any(path == column.path or path.startswith((f"{column.path}.", f"{column.path}[")) for path in profiles):
            profiles[column.path] = ColumnProfile()
    return profiles


def _judge(profile: DatasetProfile) -> Iterator[Finding]:
    """Yields the findings of a dataset, column by column, surest first."""
    from recense.scanners.verdict import judge

    order = {path: position for position, path in enumerate(_paths(profile))}
    found = judge(profile.dataset, profile.columns)
    yield from sorted(found, key=lambda f: (order.get(f.column, len(order)), _PROOFS[f.proof], f.category, f.entity))


def _paths(profile: DatasetProfile) -> list[str]:
    """Returns the columns in the source's order, then those that only reading showed."""
    declared = [column.path for column in profile.dataset.columns if column.path in profile.columns]
    return [*declared, *(path for path in sorted(profile.columns) if path not in set(declared))]


def _report(profile: DatasetProfile, complete: bool) -> DatasetReport:
    dataset = profile.dataset
    rows = profile.rows_read if complete else dataset.rows
    types = {column.path: column.type for column in dataset.columns}
    columns = tuple(
        _column(path, types.get(path, ""), profile.columns[path], complete, rows, profile.rows_read)
        for path in _paths(profile)
    )
    return DatasetReport(dataset.source, dataset.name, dataset.kind, rows, profile.rows_read, columns)


def _column(
    path: str, type_: str, profile: ColumnProfile, complete: bool, rows: int | None, rows_read: int
) -> ColumnReport:
    scanned = profile.cells == 0 or profile.unscanned < profile.cells
    return ColumnReport(
        column=path,
        type=type_,
        cells=profile.cells,
        nulls=profile.nulls,
        distinct=profile.distinct if scanned else None,
        clean_bound=_bound(complete, rows, rows_read),
    )


def _bound(complete: bool, rows: int | None, rows_read: int) -> float:
    """Returns which share of cells at most could hold what the pattern detectors never saw.

    They read every cell that is reached, so the bound is the share that was not reached. What comes before a break
    is no random sample of what comes after it: nothing smaller can be claimed.
    """
    if complete:
        return 0.0
    if not rows or rows < rows_read:
        return 1.0
    return round(1 - rows_read / rows, 6)


def _sources(
    surveys: Sequence[Survey], unreadable: Sequence[Unreadable], reports: Sequence[DatasetReport]
) -> Iterator[SourceReport]:
    """Yields one report per source, also when two entries of recense.yaml name the same one."""
    by_uri: dict[str, list[Survey]] = {}
    for survey in surveys:
        by_uri.setdefault(survey.uri, []).append(survey)
    for uri, parts in by_uri.items():
        own = [entry for entry in unreadable if entry.source == uri]
        failures = [part.failure for part in parts if part.failure]
        read = any(report.source == uri and (report.rows_read or report.columns) for report in reports)
        status = "complete" if not own and not failures else "partial" if read else "failed"
        reason = failures[0] if failures else _several(own)
        yield SourceReport(uri, parts[0].kind, status, reason)


def _several(entries: Sequence[Unreadable]) -> str | None:
    if not entries:
        return None
    more = f" (and {len(entries) - 1} more)" if len(entries) > 1 else ""
    return f"{entries[0].path}: {entries[0].reason}{more}"
