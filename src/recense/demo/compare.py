"""Planted against found: a run held against the manifest, entry by entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from recense.demo.manifest import Entry, Kind, Manifest
from recense.model import Finding, Proof, ScanRun


class Outcome(StrEnum):
    """What became of an entry of the manifest."""

    FOUND = "found"  # a finding of the category, at any level of proof
    WRONG_CATEGORY = "wrong_category"  # the column was flagged, never as this
    MISSING = "missing"  # the column was read and not flagged
    NOT_SCANNED = "not_scanned"  # the run does not speak of the column: no proof of anything
    QUIET = "quiet"  # a trap that was left alone, as it should be
    FLAGGED = "flagged"  # a trap that was taken for personal data


GOOD = frozenset({Outcome.FOUND, Outcome.QUIET})


@dataclass(frozen=True, slots=True)
class Result:
    """One entry and its outcome; ``findings`` are those that decided it, strongest first."""

    entry: Entry
    outcome: Outcome
    findings: tuple[Finding, ...] = ()

    @property
    def good(self) -> bool:
        """Tells whether the entry came out as planted."""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class Comparison:
    """All results, and the findings that no entry speaks of.

    Attributes:
        unexpected: findings of at least ``indicated`` that the manifest knows nothing of: they are errors.
        to_check: weaker ones. They are shown and not counted: asking a person to look is what that level is for.
        outside: findings in sources or datasets that are not of the demo; never counted.
    """

    results: tuple[Result, ...]
    unexpected: tuple[Finding, ...]
    to_check: tuple[Finding, ...]
    outside: int = 0

    @property
    def exact(self) -> bool:
        """Tells whether all is found, no trap is flagged and nothing certain was found beside it."""
        return not self.unexpected and all(result.good for result in self.results)

    def of(self, kind: Kind) -> tuple[Result, ...]:
        """Returns the results of one kind of entry."""
        return tuple(result for result in self.results if result.entry.kind is kind)

    def counts(self, kind: Kind) -> Counter[Outcome]:
        """Returns how many entries of one kind had each outcome."""
        return Counter(result.outcome for result in self.of(kind))


def compare(manifest: Manifest, run: ScanRun) -> Comparison:
    """Returns how the run's findings match what the manifest says was planted.

    Sources are matched by the last part of their path, so that it does not matter where the estate lies; a finding
    counts for its category, and its entity is only shown.
    """
    known = {(entry.source, entry.dataset) for entry in manifest.entries}
    names = {dataset: source for source, dataset in known if source != "postgresql"}
    seen = _seen(run, names)
    by_column: defaultdict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    outside = 0
    for finding in run.findings:
        place = locate(finding.source, finding.dataset, names)
        if place in known:
            by_column[(*place, finding.column)].append(finding)
        else:
            outside += 1
    for findings in by_column.values():
        findings.sort(key=_strength)
    results = tuple(_judge(entry, by_column, seen) for entry in manifest.entries if entry.kind is not Kind.EITHER)
    extra = _extra(manifest.entries, by_column)
    return Comparison(
        results,
        unexpected=tuple(finding for finding in extra if finding.proof is not Proof.TO_CHECK),
        to_check=tuple(finding for finding in extra if finding.proof is Proof.TO_CHECK),
        outside=outside,
    )


def locate(uri: str, dataset: str, names: dict[str, str]) -> tuple[str, str]:
    """Returns source and dataset in the manifest's words.

    A database is ``postgresql`` or the name of its file and loses its schema; for files the folder's name is used as
    it is, and ``crm.sqlite/clients`` (a database met while walking a folder) is the table of that database.

    >>> locate("sqlite:////tmp/x/crm.sqlite", "main.clients", {"clients": "crm.sqlite"})
    ('crm.sqlite', 'clients')
    """
    parts = urlsplit(uri)
    if parts.scheme.startswith("postgres"):
        return "postgresql", dataset.rpartition(".")[2]
    last = parts.path.rstrip("/").rpartition("/")[2]
    if last.endswith(".sqlite"):
        return last, dataset.rpartition(".")[2]
    top, _, rest = dataset.partition("/")
    if dataset not in names and names.get(rest) == top:
        dataset = rest  # the folder above the share was scanned
    for separator in ("!/", "/"):
        container, found, member = dataset.partition(f".sqlite{separator}")
        if found:
            return f"{container}.sqlite".rpartition("/")[2], member
    return names.get(dataset, last), dataset


def _seen(run: ScanRun, names: dict[str, str]) -> set[tuple[str, str, str]]:
    """Returns the columns that the run speaks of."""
    seen: set[tuple[str, str, str]] = set()
    for report in run.datasets:
        place = locate(report.source, report.dataset, names)
        seen.update((*place, column.column) for column in report.columns)
    for finding in run.findings:
        seen.add((*locate(finding.source, finding.dataset, names), finding.column))
    return seen


def _strength(finding: Finding) -> tuple[int, float]:
    return list(Proof).index(finding.proof), -finding.score


def _judge(
    entry: Entry, by_column: dict[tuple[str, str, str], list[Finding]], seen: set[tuple[str, str, str]]
) -> Result:
    place = (entry.source, entry.dataset, entry.column)
    if place not in seen:
        return Result(entry, Outcome.NOT_SCANNED)
    all_of_it = by_column.get(place, [])
    matching = tuple(f for f in all_of_it if entry.category in (None, f.category))
    if entry.kind is Kind.TRAP:
        return Result(entry, Outcome.FLAGGED if matching else Outcome.QUIET, matching)
    if matching:
        return Result(entry, Outcome.FOUND, matching)
    return Result(entry, Outcome.WRONG_CATEGORY if all_of_it else Outcome.MISSING, tuple(all_of_it))


def _extra(entries: Iterable[Entry], by_column: dict[tuple[str, str, str], list[Finding]]) -> list[Finding]:
    """Returns the findings that no entry speaks of: neither a planted category, nor an open one, nor a trap."""
    spoken: defaultdict[tuple[str, str, str], set[str | None]] = defaultdict(set)
    for entry in entries:
        spoken[(entry.source, entry.dataset, entry.column)].add(entry.category)
    return [
        finding
        for place, findings in sorted(by_column.items())
        for finding in findings
        if finding.category not in spoken[place] and None not in spoken[place]
    ]
