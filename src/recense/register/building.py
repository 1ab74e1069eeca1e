"""``register build``: drafts what is missing and fills the machine block of every activity from a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recense.policy.model import Policy
from recense.register import drafts, folder
from recense.register.facts import Assignment, Facts, How, SeenDataset, assign, portable, strongest
from recense.register.model import Activity, Evidence, Machine, MachineDataset, RetentionStatus


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did.

    Attributes:
        created, filled: files. assignment: which dataset went where, and what is left.
        proposals: per activity id, unassigned datasets whose names share words with it.
    """

    register: folder.Register
    created: tuple[Path, ...]
    filled: tuple[Path, ...]
    assignment: Assignment
    proposals: Mapping[str, Sequence[SeenDataset]]


def build(
    place: Path,
    facts: Facts,
    policy: Policy | None = None,
    retention: Sequence[RetentionStatus] = (),
    *,
    drafting: bool = True,
) -> Built:
    """Brings a register up to date with a run.

    Args:
        place: the folder ``register/``; made when it is not there.
        facts: what the run saw (``recense.register.facts.of_run``).
        policy: its purposes become drafts where no activity refers to them.
        retention: verdicts on datasets.
        drafting: whether new files may be written.

    Raises:
        ConfigError, UserError: a file is wrong or cannot be written; files before it, by name, are up to date.
    """
    created = _drafted(place, facts, policy) if drafting else []
    register = folder.load(place)
    assignment = assign(register.organisation, register.activities, facts.datasets)
    filled = []
    for activity in register.activities:
        if activity.active:
            machine = machine_of(activity, assignment.by_activity[activity.id], facts, retention, home_of(place))
            path = folder.path_of(place, activity.id)
            if folder.fill(path, machine.model_dump(mode="json", exclude_none=True, exclude_defaults=True)):
                filled.append(path)
    labels = {activity.id: activity.name for activity in register.activities if activity.active}
    proposals = drafts.suggestions(labels, assignment.unassigned)
    return Built(folder.load(place), tuple(created), tuple(filled), assignment, proposals)


def home_of(place: Path) -> Path:
    """Returns the folder that a register stands in: sources below it are named by their path from there.

    A machine block is committed, and must say the same on every machine.
    """
    return place.absolute().parent


def _drafted(place: Path, facts: Facts, policy: Policy | None) -> list[Path]:
    """Writes what is missing: the organisation, and a draft per purpose of the policy that no activity has."""
    created = []
    known = folder.activity_paths(place)
    if not (place / folder.ORGANISATION).exists():
        folder.create(place / folder.ORGANISATION, drafts.organisation_text(policy))
        created.append(place / folder.ORGANISATION)
    if policy is None:
        return created
    register = folder.load(place)
    referred = {purpose.ref for activity in register.activities for purpose in activity.purposes}
    missing = {purpose.id: purpose for purpose in policy.purposes if purpose.id not in referred}
    free = assign(register.organisation, register.activities, facts.datasets).unassigned
    fitting = drafts.suggestions({id_: purpose.label for id_, purpose in missing.items()}, free)
    taken = {path.stem for path in known}
    for id_, purpose in missing.items():
        name = drafts.slug(purpose.label.of("fr"))
        while name in taken:
            name = f"{name[:50]}-{id_.lower()}"
        taken.add(name)
        path = folder.path_of(place, name)
        folder.create(path, drafts.activity_text(policy, purpose, name, fitting.get(id_, [])))
        created.append(path)
    return created


def machine_of(
    activity: Activity,
    datasets: Sequence[tuple[SeenDataset, How]],
    facts: Facts,
    retention: Sequence[RetentionStatus] = (),
    home: Path | None = None,
) -> Machine:
    """Returns the machine block of an activity after a run; sources below ``home`` by their path from there.

    Datasets of sources that this run did not read to their end stay as they were last seen; a dataset that is absent
    from a source read to its end is gone.
    """
    entries = {
        seen.key: MachineDataset(
            source=seen.source,
            dataset=seen.dataset,
            assigned=how,
            rows=seen.rows,
            seen=facts.finished,
            found=seen.found,
        )
        for seen, how in datasets
    }
    read = {seen.key for seen in facts.datasets}
    for seen_before in activity.machine.datasets if activity.machine else ():
        old = seen_before.model_copy(update={"source": portable(seen_before.source, home)})
        key = (old.source, old.dataset)
        if key not in read and old.source not in facts.whole:
            entries[key] = old
    kept = tuple(entries[key] for key in sorted(entries))
    proofs: dict[str, list[str]] = {}
    for entry in kept:
        for found in entry.found:
            proofs.setdefault(found.category, []).append(found.proof)
    judged = [*(activity.machine.retention if activity.machine else ()), *retention]  # the later speaks
    judged = [one.model_copy(update={"source": portable(one.source, home)}) for one in judged]
    verdicts = {(one.source, one.dataset): one for one in judged}
    return Machine(
        last_scan=facts.finished,
        digest=digest(activity, kept),
        categories={category: strongest(proofs[category]) for category in sorted(proofs)},
        datasets=kept,
        retention=tuple(verdicts[key] for key in sorted(entries) if key in verdicts),
        evidence=Evidence(run=facts.run, finished=facts.finished, rules=facts.rules, policy=facts.policy),
    )


def digest(activity: Activity, datasets: Sequence[MachineDataset] | None = None) -> str:
    """Returns the digest that an approval records: people's words, and which categories stand in which datasets.

    Counts, times and the approval itself do not change it.
    """
    if datasets is None:
        datasets = activity.machine.datasets if activity.machine else ()
    words: dict[str, Any] = activity.model_dump(mode="json", exclude_defaults=True, exclude={"machine"})
    if "lifecycle" in words:
        words["lifecycle"].pop("approval", None)
    seen = sorted([entry.source, entry.dataset, sorted(found.category for found in entry.found)] for entry in datasets)
    text = json.dumps([words, seen], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
