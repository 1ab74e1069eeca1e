"""``register diff``: today's register against the approved version, of a git commit or of recorded approvals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recense.register.building import digest
from recense.register.folder import Register
from recense.register.model import Activity, Machine
from recense.register.words import Words


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        activity: its id; None for the organisation. code, names: the sentence of ``words.yaml`` and what fills it.
        differs: False when it only says that an entry stands as approved.
    """

    activity: str | None
    code: str
    names: Mapping[str, object] = field(default_factory=dict)
    differs: bool = True

    def says(self, language: str) -> str:
        """Returns it as a sentence.

        >>> Change("crm", "dataset_added", {"what": "crm.leads"}).says("fr")
        'jeu de données nouveau : crm.leads'
        """
        return Words(language)(f"changes.{self.code}", **self.names)


def against(old: Register | None, new: Register) -> list[Change]:
    """Returns what changed from an earlier version: the organisation, activities, words, datasets and categories."""
    before = {activity.id: activity for activity in old.activities} if old else {}
    after = {activity.id: activity for activity in new.activities}
    changes = []
    if old is not None:
        changed = _changed(old.organisation.model_dump(mode="json"), new.organisation.model_dump(mode="json"))
        if changed:
            changes.append(Change(None, "organisation", {"what": ", ".join(changed)}))
    for id_ in sorted({*before, *after}):
        if id_ not in before:
            changes.append(Change(id_, "added"))
        elif id_ not in after:
            changes.append(Change(id_, "removed"))
            continue
        changes += _activity(before.get(id_), after[id_])
    return changes


def approvals(register: Register) -> list[Change]:
    """Returns, per activity, whether it is what its recorded approval approved."""
    changes = []
    for activity in register.activities:
        approval = activity.lifecycle.approval
        if approval is None:
            changes.append(Change(activity.id, "not_approved"))
            continue
        same = approval.digest == digest(activity)
        names = {"who": approval.by, "day": approval.date}
        changes.append(Change(activity.id, "approved" if same else "after_approval", names, differs=not same))
    return changes


def _activity(old: Activity | None, new: Activity) -> Iterator[Change]:
    if old is not None:
        words = _changed(
            old.model_dump(mode="json", exclude={"machine"}), new.model_dump(mode="json", exclude={"machine"})
        )
        if words:
            yield Change(new.id, "words", {"what": ", ".join(words)})
    before, after = _seen(old.machine if old else None), _seen(new.machine)
    for key in sorted(after.keys() - before.keys()):
        categories = ", ".join(sorted(after[key]))
        yield Change(new.id, "dataset_added", {"what": f"{key[1]} ({categories})" if categories else key[1]})
    for key in sorted(before.keys() - after.keys()):
        yield Change(new.id, "dataset_gone", {"what": key[1]})
    for key in sorted(before.keys() & after.keys()):
        for category in sorted(after[key] - before[key]):
            yield Change(new.id, "category_added", {"what": f"{category} ({key[1]})"})
        for category in sorted(before[key] - after[key]):
            yield Change(new.id, "category_gone", {"what": f"{category} ({key[1]})"})


def _seen(machine: Machine | None) -> dict[tuple[str, str], set[str]]:
    entries = machine.datasets if machine else ()
    return {(entry.source, entry.dataset): {found.category for found in entry.found} for entry in entries}


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Returns the top keys whose content differs."""
    return [key for key in new if old.get(key) != new[key]]
