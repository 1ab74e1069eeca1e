"""How long data are kept, as a policy file says it: start events, rules, holds and what an archive must be.

An **event** is a legal fact; a column only carries evidence of it, graded by its name: *direct* (``date_collecte``),
*proxy* (``created_at``: the row's birth in this store, too young after a migration) or *never* (``updated_at``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from recense.policy.statements import Id, Label, Origin, PeriodField, Statement, Stem, Strict, Text

ANY = "*"
"""Every kind of record."""


class Zone(StrEnum):
    """Where a dataset stands in the life of its data (CNIL: base active, archivage intermédiaire …)."""

    ACTIVE = "active"
    INTERMEDIATE_ARCHIVE = "intermediate_archive"
    BACKUP = "backup"
    LITIGATION_HOLD = "litigation_hold"
    ANONYMISED = "anonymised"


class After(StrEnum):
    """What becomes of data when the period has ended."""

    DELETE = "delete"
    ARCHIVE_OR_DELETE = "archive_or_delete"
    ARCHIVE_IF_LEGAL_DUTY = "archive_if_legal_duty"
    ANONYMISE = "anonymise"
    ANONYMISE_THEN_DELETE = "anonymise_then_delete"


class Derived(Strict):
    """An event that follows from another: the end of the financial year in which an invoice was issued.

    Attributes:
        event: the event it is computed from.
        by: how; ``end_of_financial_year`` takes ``controller.financial_year_end``.
    """

    event: Id
    by: Literal["end_of_financial_year"]


class Event(Strict):
    """A legal fact that starts a period, and the columns that may carry evidence of it.

    Attributes:
        direct: stems of columns that hold the fact. proxy: stems of columns that only come near it.
        never: stems that look like it and must not be taken. proxy_warning: what a proxy hides.
        derived: the event can also be computed from another one.
    """

    label: Label
    direct: tuple[Stem, ...] = ()
    proxy: tuple[Stem, ...] = ()
    never: tuple[Stem, ...] = ()
    proxy_warning: Text | None = None
    derived: Derived | None = None
    note: Text | None = None

    def grade(self, stem: str) -> Literal["direct", "proxy", "never"] | None:
        """Returns what a column of exactly this stem is worth as evidence; None when nothing is known."""
        grades: tuple[tuple[Literal["never", "direct", "proxy"], tuple[str, ...]], ...] = (
            ("never", self.never),
            ("direct", self.direct),
            ("proxy", self.proxy),
        )
        return next((grade for grade, stems in grades if stem in stems), None)


class Condition(Strict):
    """A condition on a record: one of ``equals``, ``at_least``, ``at_most``, ``present``.

    Attributes:
        field: what it is about (``amount_eur``, ``channel``). stems: names of columns that may hold it.
    """

    field: Id
    equals: Text | None = None
    at_least: float | None = None
    at_most: float | None = None
    present: bool | None = None
    stems: tuple[Stem, ...] = ()

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests = (self.equals, self.at_least, self.at_most, self.present)
        if sum(test is not None for test in tests) != 1:
            raise ValueError("a condition has exactly one of equals, at_least, at_most, present")
        return self


class Scope(Strict):
    """What a rule is about; an empty list means all.

    Attributes:
        records: kinds of records (``contract``, ``invoice``, any word bindings use), ``*`` for every kind.
        categories: ids of data categories. subjects: ids of data subjects. where: all of these hold.
    """

    records: tuple[Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]{0,63})$")], ...] = (ANY,)
    categories: tuple[Id, ...] = ()
    subjects: tuple[Id, ...] = ()
    where: tuple[Condition, ...] = ()

    @property
    def general(self) -> bool:
        """Tells whether it takes in every record."""
        return ANY in self.records and not (self.categories or self.subjects or self.where)


class RetentionRule(Statement):
    """How long some records may be kept.

    Attributes:
        period: how long. start: the event it counts from.
        period_origin, start_origin: whether the text gives it; alternatives: other events the text could mean.
        zones: where the rule lets data stay while it runs; a rule of the archive gives no leave to the active base.
        priority: the highest that applies wins (hold > legal floor > special > general).
        enforcement: ``report_only`` when nobody must be told to delete on this rule's word.
    """

    id: Id
    label: Label
    period: PeriodField
    period_origin: Origin = "declared"
    start: Id
    start_origin: Origin = "declared"
    start_alternatives: tuple[Id, ...] = ()
    scope: Scope = Scope()
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)] = (Zone.ACTIVE,)
    after: After
    priority: Annotated[int, Field(ge=0, le=1_000, strict=True)]
    enforcement: Literal["enforce", "report_only"] = "enforce"


class Hold(Statement):
    """A reason to suspend disposal, and what must be written down for it to count."""

    id: Id
    label: Label
    requires: tuple[Id, ...]
    review_every: PeriodField
    ends_with: Id | None = None


class Archive(Statement):
    """What the policy asks of archived data.

    Attributes:
        anonymous, online, medium: as written. interpretation: how it is read until a person decides:
            ``as_written | restricted_access | pseudonymised``.
    """

    anonymous: bool
    online: bool
    medium: Text | None = None
    interpretation: Literal["as_written", "restricted_access", "pseudonymised"] = "restricted_access"


class Disposal(Statement):
    """What happens when every period has ended."""

    action: Literal["delete", "anonymise"]


class Retention(Strict):
    """Everything about time.

    Attributes:
        timezone: IANA name; a day ends there (``Europe/Paris``).
        intro: the sentences around the rules, each quoted.
    """

    timezone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$")] = "Europe/Paris"
    intro: tuple[Statement, ...] = ()
    events: dict[Id, Event]
    rules: tuple[RetentionRule, ...]
    holds: tuple[Hold, ...] = ()
    archive: Archive | None = None
    final: Disposal | None = None

    def rule(self, id_: str) -> RetentionRule | None:
        """Returns the rule of an id, None when there is none."""
        return next((rule for rule in self.rules if rule.id == id_), None)

    @property
    def general(self) -> RetentionRule | None:
        """Returns the rule for what no special rule names, None when the policy has none."""
        rules = [rule for rule in self.rules if rule.scope.general]
        return min(rules, key=lambda rule: rule.priority, default=None)
