"""A dataset bound to its rules, as data: which clause governs which rows, from which column, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from recense.model import Column
from recense.policy.keeping import Zone
from recense.retention.calendar import Deadline, fiscal_year_end, last_day
from recense.retention.columns import Evidence
from recense.retention.counting import Question
from recense.retention.sentences import Note

if TYPE_CHECKING:
    from recense.policy.keeping import Condition as PolicyCondition
    from recense.policy.statements import Period


@dataclass(frozen=True, slots=True)
class Floor:
    """A statutory minimum (``recense.policy`` jurisdiction pack): what must be kept at least so long.

    Attributes:
        records: kinds of records it is about. where: all of these hold; it is left out, and the report says so, where
            no column tells.
        ask: conditions that no data tell (a consumer?): they count as met until a person says otherwise.
    """

    id: str
    period: Period
    event: str
    records: tuple[str, ...]
    where: tuple[PolicyCondition, ...] = ()
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a dataset before anything is counted.

    Attributes:
        dates: the columns that may hold dates, in their order.
        personal: columns in which the scan found personal data.
    """

    source: str
    dataset: str
    columns: tuple[Column, ...]
    dates: tuple[str, ...]
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule as it governs rows of one dataset.

    Attributes:
        start: evidence of the event, with the column. position: of the start in ``Question.starts``.
        when: conditions (positions) that a row must meet, beside being archived or not.
        fiscal: how financial years end, when the period runs from the end of one.
        report_only: nobody is to be told to delete on this rule's word.
    """

    rule: str
    period: Period
    start: Evidence
    position: int
    when: tuple[int, ...] = ()
    fiscal: str | None = None
    report_only: bool = False
    action: str = "delete"

    @property
    def last_day(self) -> Deadline:
        """Returns what gives the last lawful day for a day in the start column."""
        return deadline(self.period, self.fiscal)


@dataclass(frozen=True, slots=True)
class FloorClause:
    """A floor as it protects rows: by the clause's own start, or by a condition that says when it is over."""

    id: str
    period: Period
    column: str | None
    when: tuple[int, ...] = ()
    fiscal: str | None = None
    over: int | None = None

    @property
    def last_day(self) -> Deadline:
        """Returns what gives the last day of the minimum for a day in the start column."""
        return deadline(self.period, self.fiscal)


@dataclass(frozen=True, slots=True)
class Bound:
    """A dataset with its rules, and the question that its source is asked.

    Attributes:
        zone: of the dataset; rows with the condition ``archived`` are in the intermediate archive all the same.
        active, archive: the clauses per zone, the one that wins first; the last takes every row. Empty: no rule.
        held, archived, deleted, anonymised, unnamed_hold: positions of conditions, None where no column says so.
        orders: positions of conditions that say that two dates stand in the wrong order, with the columns.
    """

    facts: Facts
    zone: Zone
    active: tuple[Clause, ...]
    archive: tuple[Clause, ...]
    floors: tuple[FloorClause, ...]
    question: Question
    held: int | None = None
    archived: int | None = None
    deleted: int | None = None
    anonymised: int | None = None
    hold_named: int | None = None
    orders: tuple[tuple[int, str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    configured: bool = False

    def clauses(self, zone: Zone) -> tuple[Clause, ...]:
        """Returns the clauses of a zone."""
        return self.archive if zone is Zone.INTERMEDIATE_ARCHIVE else self.active


def deadline(period: Period, fiscal: str | None) -> Deadline:
    """Returns what gives the last lawful day for a start, or for a day in the financial year that starts it."""

    def of(day: date) -> date:
        return last_day(fiscal_year_end(day, fiscal) if fiscal else day, period)

    return of
