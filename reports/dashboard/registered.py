"""The register of Article 30 beside what was seen, and what people approved of it.

An approval is a recorded digest in the audit log, sealed and outliving runs: of the whole entry, and of each of its
parts, so that a later change is named without keeping the words. Files are people's: the dashboard never writes them.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from recense.catalog import Catalog, audit, listing
from recense.errors import RecenseError
from recense.gate.approvals import WHY_LENGTH
from recense.register import checking, comparing, facts, folder
from recense.register.building import digest
from recense.register.facts import Assignment, SeenDataset
from recense.register.folder import Register
from recense.register.model import Activity
from recense.reports.dashboard.deciding import LONGEST_REASON, Incomplete
from recense.reports.dashboard.queues import Line
from recense.reports.dashboard.visit import Visit

APPROVED, SENT_BACK = "register_approved", "register_sent_back"
FORMATS: Mapping[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "html": "text/html",
    "csv": "text/csv",
    "jsonld": "application/ld+json",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One activity as it stands.

    Attributes:
        state: ``approved``, ``changed`` since it was approved, ``sent_back`` and not changed since, or ``open``.
        changed: names of the parts that changed since the last decision. last: the log's entry of that decision.
    """

    activity: Activity
    state: str
    changed: Sequence[str]
    last: audit.Entry | None

    @property
    def waits(self) -> bool:
        """Tells whether somebody has to look at it."""
        return self.activity.active and self.state in {"open", "changed"}


def load(path: Path | None) -> Register | None:
    """Returns the register of a folder, None when the dashboard was given none; read again only when a file changed.

    Raises:
        RecenseError: a file is wrong.
    """
    if path is None or not path.is_dir():
        return None
    files = sorted(path.rglob("*.yaml"))
    return _load(path, tuple((str(file), (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files))


@lru_cache(maxsize=4)
def _load(path: Path, _state: tuple[tuple[str, int, int], ...]) -> Register:
    return folder.load(path)


def standings(visit: Visit, register: Register) -> list[Standing]:
    """Returns every activity with what was decided about it."""
    with visit.catalog.transaction() as connection:
        made = audit.newest(connection, (APPROVED, SENT_BACK))
    return [_standing(activity, made.get(activity.id)) for activity in register.activities]


def _standing(activity: Activity, last: audit.Entry | None) -> Standing:
    if last is None:
        return Standing(activity, "open", (), None)
    if last.details["digest"] == digest(activity):
        return Standing(activity, "approved" if last.action == APPROVED else "sent_back", (), last)
    before, now = last.details["parts"], parts(activity)
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return Standing(activity, "changed", changed, last)


def parts(activity: Activity) -> dict[str, str]:
    """Returns a digest of each part of an entry: people's words by field, and ``machine``, what was seen."""
    words: dict[str, Any] = activity.model_dump(mode="json", exclude_defaults=True, exclude={"machine"})
    words.get("lifecycle", {}).pop("approval", None)
    seen = activity.machine.datasets if activity.machine else ()
    words["machine"] = sorted([one.source, one.dataset, sorted(found.category for found in one.found)] for one in seen)
    return {name: hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest() for name, said in words.items()}


def decision(activity: Activity, visit: Visit) -> tuple[str, dict[str, Any]]:
    """Returns the action and the details that the log keeps of a filled-in form.

    Raises:
        Incomplete: something is missing, or the entry is no longer the one that was on the page.
    """
    action = {"approve": APPROVED, "send_back": SENT_BACK}.get(visit.form.get("choice", ""))
    if action is None:
        raise Incomplete("decide.choice")
    reason = " ".join(visit.form.get("reason", "").split())
    if len(reason) > LONGEST_REASON or (action == SENT_BACK and len(reason) < WHY_LENGTH):
        raise Incomplete("decide.reason")
    if visit.form.get("digest") != digest(activity):
        raise Incomplete("register.changed_meanwhile")
    return action, {"digest": digest(activity), "parts": parts(activity), "reason": reason}


def assignment(catalog: Catalog, register: Register) -> Assignment | None:
    """Returns how the newest run's datasets, in outline, are assigned to activities; None when no run has ended."""
    with catalog.transaction() as connection:
        _, newest = listing.runs_since(connection, None)
    if newest is None:
        return None
    with _ONE_AT_A_TIME:  # who comes while the datasets are read waits for them instead of reading them too
        return _assigned(catalog, newest.id, _Same(register))


_ONE_AT_A_TIME = threading.Lock()


class _Same:
    """A register as a key: ``load`` gives the same one until a file changes."""

    def __init__(self, register: Register) -> None:
        self.register = register

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.register is other.register

    def __hash__(self) -> int:
        return id(self.register)


@lru_cache(maxsize=2)
def _assigned(catalog: Catalog, run: str, same: _Same) -> Assignment:
    return facts.assign(same.register.organisation, same.register.activities, _seen(catalog, run))


@lru_cache(maxsize=1)
def _seen(catalog: Catalog, run: str) -> Sequence[SeenDataset]:
    with catalog.transaction() as connection:
        read = listing.by_dataset(connection, run)
    seen = [facts.in_outline(*place, kinds) for place, kinds in read.items()]
    return sorted(seen, key=lambda one: one.key)


def shown(visit: Visit, register: Register, standings: Sequence[Standing]) -> dict[str, Any]:
    """Returns what the register's pages show: standings, gaps by activity and of the whole, approvals in the files."""
    found = [*checking.gaps(register), *checking.differences(register, assignment(visit.catalog, register))]
    language = visit.words.language
    return {
        "standings": standings,
        "gaps": {one.activity.id: [gap for gap in found if gap.activity == one.activity.id] for one in standings},
        "general": [gap for gap in found if gap.activity is None],
        "recorded": {change.activity: change.says(language) for change in comparing.approvals(register)},
    }


def waiting(visit: Visit) -> Line | None:
    """Returns the line of the to-do page, None without a register."""
    try:
        register = load(visit.settings.register)
    except RecenseError:
        return Line("register", "bad", 1, "/register", visit.words("register.broken"))
    if register is None:
        return None
    waits = sum(one.waits for one in standings(visit, register))
    gaps = sum(gap.kind == "gap" for gap in checking.gaps(register))
    return Line("register", "warn", waits, "/register", visit.words("queue.register.ask", n=gaps))
