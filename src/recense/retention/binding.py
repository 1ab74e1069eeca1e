"""A dataset bound to its rules: which rule governs which rows, from which column, and what to count.

Precedence (facts, law §2.4): a hold before a legal floor, a floor before a special rule, a special rule before the
general one. A row in the intermediate archive is governed by the rules of the archive; where none is bound, by those
of the active base, which give an archive no leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from recense.policy.keeping import Zone
from recense.retention import columns as named
from recense.retention.builder import Builder
from recense.retention.clauses import Bound, Clause, Facts, Floor

if TYPE_CHECKING:
    from recense.config import RetentionBinding
    from recense.policy.keeping import Retention


def bind(
    facts: Facts,
    retention: Retention,
    binding: RetentionBinding | None,
    as_of: date,
    floors: Sequence[Floor] = (),
    fiscal: str | None = None,
) -> Bound:
    """Returns a dataset bound to the rules of its binding, to the general rule when it has none.

    Args:
        facts: the dataset.
        retention: the policy's rules and events.
        binding: what recense.yaml says of it; its rules are known to be in the policy.
        as_of: the day of judgement: a floor with a start of its own is over or not on that day.
        floors: the statutory minimums of the jurisdictions.
        fiscal: how the controller's financial years end (``MM-DD``); 12-31 is assumed when nobody says.
    """
    builder = Builder(facts, retention, binding, as_of, fiscal)
    zone = builder.zone()
    archived, held = builder.archived(), builder.held()
    rules = builder.rules(binding.rules if binding else ())
    archive: tuple[Clause, ...] = ()
    if zone is Zone.INTERMEDIATE_ARCHIVE or archived is not None:  # before the active base, whose rules take every row
        archive = builder.archive_clauses(rules, None if zone is Zone.INTERMEDIATE_ARCHIVE else archived)
    active = () if zone is Zone.INTERMEDIATE_ARCHIVE else builder.clauses(rules, ())
    records = {record for rule in rules for record in rule.scope.records}
    protected = tuple(one for floor in floors if set(floor.records) & records for one in builder.floor(floor))
    return Bound(
        facts=facts,
        zone=zone,
        active=active,
        archive=archive,
        floors=protected,
        held=held,
        archived=archived,
        deleted=builder.still_personal(named.DELETED),
        anonymised=builder.still_personal(named.ANONYMISED),
        hold_named=builder.hold_named(held),
        orders=builder.orders(),
        question=builder.question(),
        notes=tuple(builder.notes),
        configured=binding is not None,
    )
