"""What a run will read: sources surveyed, datasets chosen, partitions in order.

A survey reads names and counts, never a row. What is left out on purpose (``only``, ``skip``, the catalog itself) is
left out here; whatever else cannot be read becomes an entry of the report.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.config import Config, SourceSpec
from recense.connectors import open_source, redact, scheme
from recense.connectors.targets import base_of
from recense.errors import ConfigError, RecenseError, RetriableError, SourceError, TargetError, UserError
from recense.model import Dataset, Limits, Partition, Unreadable
from recense.pipelines.defects import describe

if TYPE_CHECKING:
    from recense.pipelines.persons import Indexing


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan, the same for every source of a run.

    Attributes:
        retries: how often a partition is tried again after an error that may pass.
        retry_seconds: pause before the first new try; it doubles each time.
        strict: a source that does not exist ends the run before it begins (a mistyped argument); else it is an
            entry of the report and the other sources go on (a schedule).
        together_bytes: small batches wait for each other up to so many bytes; None leaves it to the scanner.
        processes: several jobs are processes and not threads: one that dies costs its partition only, each takes the
            memory of a scan.
        indexing: how people are indexed; None leaves that out.
        stop_seconds: what threads get to end the batch they hold when a scan is stopped.
    """

    limits: Limits = field(default_factory=Limits)
    retries: int = 2
    retry_seconds: float = 2.0
    strict: bool = False
    together_bytes: int | None = None
    processes: bool = False
    stop_seconds: float = 10.0
    indexing: Indexing | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What stands in a source, before anything of it is read.

    Attributes:
        failure: why the source could not be opened or listed to its end; also an entry of ``unreadable``.
    """

    spec: SourceSpec
    uri: str
    kind: str
    datasets: tuple[Dataset, ...] = ()
    partitions: tuple[Partition, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    failure: str | None = None


def survey(spec: SourceSpec, limits: Limits, *, patient: bool = False, ignore: Path | None = None) -> Survey:
    """Returns what a source holds: chosen datasets, their partitions, and what cannot be read.

    Args:
        spec: the source.
        limits: bounds of the connector.
        patient: let a retriable error out, for a caller that tries again; else it becomes the survey's failure.
        ignore: a file that is not to be scanned: the catalog, when it lies in the scanned folder.

    Raises:
        UserError: the target does not exist, a variable is not set, or a driver is not installed.
        RetriableError: only when ``patient``.
    """
    uri, kind = redact(spec.url), scheme(spec.url) or "file"
    parts = _Parts(spec, ignore)
    failure: SourceError | None = None
    retry: RetriableError | None = None
    try:
        target = spec.target()
        with open_source(target, limits) as source:
            uri, kind = source.uri, source.kind
            parts.base = base_of(target) if kind == "files" else None
            for entry in source.datasets():
                parts.add(entry)
            for dataset in parts.datasets:
                parts.divide(dataset, source.partitions(dataset))
    except RetriableError as error:
        failure = retry = error
    except SourceError as error:
        failure = error
    except RecenseError:
        raise
    except Exception as error:  # a defect of a connector must not cost the other sources
        failure = SourceError("failed", describe(error))
    if retry is not None and patient:
        raise RetriableError(retry.code, retry.reason)  # a new one: no library's message hangs on it
    unreadable = list(parts.unreadable)
    if failure is not None:
        unreadable.append(Unreadable(uri, uri, failure.code, failure.reason))
    elif not parts.partitions and not unreadable:
        unreadable.append(parts.nothing(uri))
    return Survey(
        spec,
        uri,
        kind,
        tuple(parts.datasets),
        tuple(parts.partitions),
        tuple(unreadable),
        failure.reason if failure else None,
    )


def failed(spec: SourceSpec, error: UserError) -> Survey:
    """Returns the survey of a source that could not even be tried: missing path, unset variable, missing driver."""
    uri = redact(spec.url)
    code = "not_found" if isinstance(error, TargetError) else "failed"
    return Survey(spec, uri, scheme(spec.url) or "file", (), (), (Unreadable(uri, uri, code, str(error)),), str(error))


class _Parts:
    """Collects what a source lists, and refuses what would be counted twice.

    Attributes:
        base: the folder from which the names of datasets are counted; None when they are no files.
    """

    def __init__(self, spec: SourceSpec, ignore: Path | None) -> None:
        self.spec = spec
        self.ignore = Path(os.path.realpath(ignore)) if ignore else None
        self.base: Path | None = None
        self.datasets: list[Dataset] = []
        self.partitions: list[Partition] = []
        self.unreadable: list[Unreadable] = []
        self.left_out: list[str] = []
        self._names: set[str] = set()

    def add(self, entry: Dataset | Unreadable) -> None:
        name = entry.path if isinstance(entry, Unreadable) else entry.name
        if self._is_catalog(name):
            return
        if isinstance(entry, Unreadable):
            if self._may_hold(name):
                self.unreadable.append(entry)
        elif not self.spec.wants(name):
            self.left_out.append(name)
        elif name in self._names:
            self.unreadable.append(
                Unreadable(entry.source, name, "corrupt", "two entries have this name; one was read")
            )
        else:
            self._names.add(name)
            self.datasets.append(entry)

    def divide(self, dataset: Dataset, partitions: Iterable[Partition]) -> None:
        keys: set[str] = set()
        for partition in partitions:
            if partition.key in keys:
                raise SourceError("failed", f"two partitions of {dataset.name} have the key '{partition.key}'")
            keys.add(partition.key)
            self.partitions.append(partition)

    def nothing(self, uri: str) -> Unreadable:
        """Returns the entry for a source of which nothing is to be read: seeing nothing is not a clean result."""
        if not self.left_out:
            return Unreadable(uri, uri, "not_found", "it holds nothing to read")
        few = ", ".join(self.left_out[:5]) + (" …" if len(self.left_out) > 5 else "")
        return Unreadable(uri, uri, "not_found", f"no dataset matches only/skip; it holds: {few}")

    def _may_hold(self, path: str) -> bool:
        """Tells whether what cannot be read might hold something that was asked for."""
        spec = SourceSpec(self.spec.name, "", (), self.spec.skip)
        return spec.wants(path) and (self.spec.wants(path) or any(g.startswith(f"{path}/") for g in self.spec.only))

    def _is_catalog(self, name: str) -> bool:
        if self.ignore is None or self.base is None:
            return False
        own = {self.ignore.with_name(self.ignore.name + end) for end in ("", "-wal", "-shm", "-journal")}
        place = self.base / name
        return any(place == file or file in place.parents for file in own)


def chosen(
    config: Config,
    targets: Sequence[str],
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    language: bool = True,
    sample: int | None = None,
) -> list[SourceSpec]:
    """Returns what a command names: sources of recense.yaml by name, else paths, globs and URLs; none means all.

    Args:
        config: what recense.yaml says.
        targets: what was named.
        only: globs on dataset names, in place of the configured ones.
        skip: globs on dataset names, beside the configured ones.
        language: False keeps the language models off, whatever is configured.
        sample: rows to read of each dataset, in place of what is configured; 0 reads every row.

    Raises:
        UserError: nothing is named and recense.yaml has no source.
    """
    known = {spec.name: spec for spec in config.sources}
    if not targets and not known:
        raise UserError(
            f"nothing to scan: name a file, folder or URL, or list sources in {config.path or 'recense.yaml'} "
            "('recense init' writes one)"
        )
    specs = [known.get(target) or SourceSpec.of(target) for target in targets] if targets else list(config.sources)
    return [
        SourceSpec(
            spec.name,
            spec.url,
            tuple(only) or spec.only,
            (*spec.skip, *skip),
            language and (config.language if spec.language is None else spec.language),
            spec.configured,
            (spec.sample or config.sample) if sample is None else sample or None,
        )
        for spec in specs
    ]


def remember(specs: Sequence[SourceSpec]) -> list[Mapping[str, Any]]:
    """Returns what a run scans as plain data for the catalog, without any credential."""
    return [
        {
            "name": spec.name,
            "target": redact(spec.url),
            "configured": spec.configured,
            "complete": spec.configured or redact(spec.url) == spec.url,
            "only": list(spec.only),
            "skip": list(spec.skip),
            "language": spec.language,
            **({"sample": spec.sample} if spec.sample else {}),
        }
        for spec in specs
    ]


def recall(entries: Sequence[Mapping[str, Any]], config: Config) -> list[SourceSpec]:
    """Returns the sources that ``remember`` noted.

    Raises:
        ConfigError: recense.yaml has lost a source, or a URL was typed with a login, which is never stored.
    """
    specs = []
    for entry in entries:
        if not entry["complete"]:
            raise ConfigError(
                f"the login of {entry['target']} was not stored: repeat the command's targets together with --resume"
            )
        url = config.source(entry["name"]).url if entry["configured"] else entry["target"]
        specs.append(
            SourceSpec(
                entry["name"],
                url,
                tuple(entry["only"]),
                tuple(entry["skip"]),
                entry["language"],
                entry["configured"],
                entry.get("sample"),
            )
        )
    return specs


def scope(specs: Sequence[SourceSpec]) -> str:
    """Returns a digest of what is asked for: runs of the same scope are compared, and only they resume each other."""
    parts = [{**entry, "complete": None} for entry in remember(specs)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
