"""What a scan tells the register, and which activity each dataset belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from recense.model import Finding, Proof, ScanRun
from recense.register.model import Activity, Found, Organisation, Rule

PROOFS: tuple[Literal["proved", "indicated", "to_check"], ...] = ("proved", "indicated", "to_check")
"""Strongest first."""

MOST_COLUMNS = 40
"""Columns named per dataset and category; of more, the block gives the number."""

How = Literal["by_hand", "by_rule"]


@dataclass(frozen=True, slots=True)
class SeenDataset:
    """A dataset that a scan read, and what it found, by category."""

    source: str
    dataset: str
    rows: int | None = None
    found: tuple[Found, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Returns source and name, which identify it."""
        return self.source, self.dataset

    @property
    def categories(self) -> set[str]:
        """Returns the categories found in it, however weak the proof."""
        return {found.category for found in self.found}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one run says.

    Attributes:
        whole: URIs of the sources that were read to their end: what is absent from them is gone.
    """

    run: str
    finished: str
    rules: str
    policy: str | None = None
    datasets: tuple[SeenDataset, ...] = ()
    whole: frozenset[str] = frozenset()

    @property
    def personal(self) -> tuple[SeenDataset, ...]:
        """Returns the datasets in which something was found."""
        return tuple(dataset for dataset in self.datasets if dataset.found)


def portable(uri: str, home: Path | None) -> str:
    """Returns a source's URI as it may stand in a committed file: what lies below a folder, relative to it.

    Args:
        uri: of a source.
        home: the folder that the register stands in; None changes nothing.

    >>> portable("sqlite:////srv/app/crm.db", Path("/srv/app")), portable("file:///srv/app/a%20b", Path("/srv/app"))
    ('sqlite:///crm.db', 'file:a%20b')
    """
    if home is None:
        return uri
    for folder in (home.as_uri(), home.as_posix()):
        scheme, found, rest = uri.partition(folder.rstrip("/") + "/")
        if not found or not rest:
            continue
        if not scheme:
            return f"file:{rest}"
        if scheme.endswith(":///"):
            return scheme + rest
    return uri


def of_run(run: ScanRun, home: Path | None = None) -> Facts:
    """Returns what a run says to a register; sources below ``home`` by their path from there."""
    by_dataset: dict[tuple[str, str], list[Finding]] = {}
    for finding in run.findings:
        by_dataset.setdefault((finding.source, finding.dataset), []).append(finding)
    rows = {(report.source, report.dataset): report.rows_read for report in run.datasets}
    datasets = [of_dataset(*key, rows.get(key), by_dataset.get(key, ()), home) for key in sorted({*rows, *by_dataset})]
    return Facts(
        run=run.id,
        finished=run.finished or run.started,
        rules=run.rules,
        policy=run.policy,
        datasets=tuple(datasets),
        whole=frozenset(portable(encodable(source.uri), home) for source in run.sources if source.status == "complete"),
    )


def of_dataset(
    source: str, name: str, rows: int | None, findings: Sequence[Finding], home: Path | None = None
) -> SeenDataset:
    """Returns what a run says of one dataset; see ``of_run``."""
    return SeenDataset(portable(encodable(source), home), encodable(name), rows, _found(findings))


def in_outline(source: str, name: str, kinds: Iterable[tuple[str, str]]) -> SeenDataset:
    """Returns a dataset with what assigns it and no more: neither rows, nor entities, nor columns.

    Args:
        source: URI of its source.
        name: its own.
        kinds: pairs of a category found in it and the proof of a finding.
    """
    proofs: dict[str, list[str]] = {}
    for category, proof in kinds:
        proofs.setdefault(category, []).append(proof)
    found = tuple(Found(category=category, proof=strongest(all_)) for category, all_ in sorted(proofs.items()))
    return SeenDataset(encodable(source), encodable(name), None, found)


def _found(findings: Sequence[Finding]) -> tuple[Found, ...]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.category, []).append(finding)
    return tuple(_one(category, group) for category, group in sorted(groups.items()))


def _one(category: str, findings: Sequence[Finding]) -> Found:
    columns = sorted({encodable(finding.column) for finding in findings})
    return Found(
        category=category,
        proof=strongest(finding.proof for finding in findings),
        entities=tuple(sorted({finding.entity for finding in findings})),
        columns=tuple(columns[:MOST_COLUMNS]),
        more=max(0, len(columns) - MOST_COLUMNS),
    )


def strongest(proofs: Iterable[Proof | str]) -> Literal["proved", "indicated", "to_check"]:
    """Returns the strongest of some proofs.

    >>> strongest(["to_check", "indicated"])
    'indicated'
    """
    known = {str(proof) for proof in proofs}
    return next(proof for proof in PROOFS if proof in known)


def encodable(text: str) -> str:
    r"""Returns a text that UTF-8 can carry: bytes of a file name that are no text become escapes.

    >>> encodable("caf\udce9")
    'caf\\udce9'
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which datasets each activity uses, and what is left.

    Attributes:
        by_activity: per activity id, the datasets and how each was assigned.
        unassigned: datasets with personal data that no activity takes. set_aside: those a person set aside.
        idle: per activity id, rules and hand-picked datasets that match nothing this run saw, in words.
    """

    by_activity: dict[str, tuple[tuple[SeenDataset, How], ...]] = field(default_factory=dict)
    unassigned: tuple[SeenDataset, ...] = ()
    set_aside: tuple[tuple[SeenDataset, str], ...] = ()
    idle: tuple[tuple[str, str], ...] = ()


def assign(organisation: Organisation, activities: Sequence[Activity], datasets: Sequence[SeenDataset]) -> Assignment:
    """Returns which activity uses which dataset: hand before rules; a rule takes only datasets with personal data."""
    active = [activity for activity in activities if activity.active]
    taken: dict[str, list[tuple[SeenDataset, How]]] = {activity.id: [] for activity in active}
    unassigned, aside = [], []
    for dataset in datasets:
        hands = [activity for activity in active if _by_hand(activity, dataset)]
        if not (hands or dataset.found):
            continue
        reason = _set_aside(organisation, dataset)
        if not hands and reason is not None:
            aside.append((dataset, reason))
            continue
        chosen = hands or [activity for activity in active if _by_rule(activity, dataset)]
        for activity in chosen:
            taken[activity.id].append((dataset, "by_hand" if hands else "by_rule"))
        if not chosen:
            unassigned.append(dataset)
    by_activity = {id_: tuple(entries) for id_, entries in taken.items()}
    return Assignment(by_activity, tuple(unassigned), tuple(aside), tuple(_idle(active, datasets)))


def _by_hand(activity: Activity, dataset: SeenDataset) -> bool:
    return any(
        chosen.dataset == dataset.dataset and chosen.source in (None, dataset.source)
        for chosen in activity.assign.datasets
    )


def _by_rule(activity: Activity, dataset: SeenDataset) -> bool:
    if any(fnmatchcase(dataset.dataset, glob) for glob in activity.assign.excluded):
        return False
    return any(_meets(rule, dataset) for rule in activity.assign.rules)


def _meets(rule: Rule, dataset: SeenDataset) -> bool:
    return (
        (rule.source is None or fnmatchcase(dataset.source, rule.source))
        and (rule.dataset is None or fnmatchcase(dataset.dataset, rule.dataset))
        and (not rule.categories or bool(dataset.categories & set(rule.categories)))
    )


def _set_aside(organisation: Organisation, dataset: SeenDataset) -> str | None:
    for entry in organisation.set_aside:
        if fnmatchcase(dataset.dataset, entry.dataset) and fnmatchcase(dataset.source, entry.source):
            return entry.reason
    return None


def _idle(activities: Sequence[Activity], datasets: Sequence[SeenDataset]) -> Iterable[tuple[str, str]]:
    for activity in activities:
        for chosen in activity.assign.datasets:
            if not any(chosen.dataset == seen.dataset and chosen.source in (None, seen.source) for seen in datasets):
                yield activity.id, chosen.dataset
        for rule in activity.assign.rules:
            if not any(_meets(rule, dataset) for dataset in datasets):
                yield activity.id, describe(rule)


def describe(rule: Rule) -> str:
    """Returns a rule in one line.

    >>> describe(Rule(dataset="crm.*", categories=("contact",)))
    'dataset crm.*, categories contact'
    """
    parts = [f"source {rule.source}" if rule.source else "", f"dataset {rule.dataset}" if rule.dataset else ""]
    parts.append(f"categories {' '.join(rule.categories)}" if rule.categories else "")
    return ", ".join(part for part in parts if part)
