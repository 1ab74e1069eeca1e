"""What people and the privacy policy approved of a run's findings, for the expectations on columns and categories.

Decisions come from the catalog (the dashboard) and from recense-approvals.yaml; of the same field the catalog's, being
the chain that both are pushed to, speaks first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from recense.catalog.decisions import field_of, latest
from recense.gate import approvals
from recense.model import Proof

if TYPE_CHECKING:
    from recense.catalog import Catalog
    from recense.config import Config

UNAPPROVED = "not approved: "
"""Written before the category of a finding that nobody approved; no category begins so."""
_APPROVING = frozenset(approvals.DECISIONS)


@dataclass(frozen=True, slots=True)
class Approved:
    """The approved set of a run.

    Attributes:
        columns: per source and dataset, the columns without a finding and those whose findings are all approved.
        categories: of the findings that are approved.
        findings: the category of each finding surer than ``to_check``, marked when nobody approved it.
        decided: whether any decision is in force.
    """

    columns: Mapping[tuple[str, str], frozenset[str]]
    categories: frozenset[str]
    findings: tuple[str, ...]
    decided: bool


def approved(config: Config, catalog: Catalog, run_id: str, as_of: date) -> Approved:
    """Returns what is approved of a run on a day: declared by the policy, or decided and not out of date.

    Raises:
        ConfigError: the approvals file is wrong.
    """
    decided = _decided(config, catalog, as_of)
    kinds: dict[tuple[str, str], str] = {}
    columns: dict[tuple[str, str], set[str]] = {}
    for profile in catalog.profiles(run_id):
        place = profile.dataset.source, profile.dataset.name
        kinds[place] = profile.dataset.kind
        columns[place] = {column.path for column in profile.dataset.columns} | set(profile.columns)
    categories, found = set(), []
    for finding in catalog.run(run_id).findings:
        if finding.proof is Proof.TO_CHECK:
            continue
        place = finding.source, finding.dataset
        field = field_of(kinds.get(place, "table"), finding.dataset, finding.column)
        if finding.declared == "declared" or (field, finding.category) in decided:
            categories.add(finding.category)
            found.append(finding.category)
            continue
        found.append(UNAPPROVED + finding.category)
        columns.get(place, set()).discard(finding.column)
    kept = {place: frozenset(names) for place, names in columns.items()}
    return Approved(kept, frozenset(categories), tuple(found), bool(decided))


def _decided(config: Config, catalog: Catalog, as_of: date) -> frozenset[tuple[str, str]]:
    """Returns the fields and categories with a decision in force that lets them stay."""
    home = config.path.parent if config.path else None
    file = config.check.approvals or (home / approvals.FILE_NAME if home else None)
    listed = {
        (name, category): entry.until >= as_of
        for entry in (approvals.read(file).entries if file else ())
        for name in (entry.field, *entry.aliases)
        for category in entry.categories
    }
    day = as_of.isoformat()
    chained = {
        key: one.decision in _APPROVING and (one.until is None or one.until[:10] >= day)
        for key, one in latest(catalog.decisions()).items()
    }
    return frozenset(key for key, stands in (listed | chained).items() if stands)
