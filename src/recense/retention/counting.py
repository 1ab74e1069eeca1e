"""How rows are counted where they lie: a question goes to the source, and only counts come back.

A source that can count has the method of ``DateCounts`` (databases push the question down); for any other the rows
are streamed through ``recense.connectors.counted``. The answer is a ``Tally``: rows per day of the start and per
combination of conditions. It stays in memory; what is stored and shown are the verdicts' sums.

A day is a short text that no free text can become:

    None                    no date: NULL or blank
    ``2024-02-30``          a day as it is written; it need not exist
    ``h473364``             an hour counted from 1970 in UTC: the day depends on the time zone
    ``y2024``               a year alone
    ``?``                   something that is no date
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from recense.model import Dataset
from recense.retention.calendar import day_of_hour

NO_DATE = "?"
FALSE_WORDS = ("0", "false", "f", "no", "n", "non", "faux", "off", "null", "none", "aucun", "-")
"""What a flag's cell may say to mean no; compared in lower case."""


class Kind(StrEnum):
    """What a condition asks of a row."""

    PRESENT = "present"  # the cell is not empty and does not say no
    ONE_OF = "one_of"  # the cell is one of ``values``, case aside
    NO = "no"  # the cell is empty or says no
    AT_LEAST = "at_least"  # the cell is a number not below ``number``
    AT_MOST = "at_most"  # the cell is a number not above ``number``
    BEFORE = "before"  # the cell's day is before ``day``
    EARLIER = "earlier"  # the cell's day is before the day in the column ``others[0]``
    CONTAINS = "contains"  # the cell's text contains one of ``values``, case aside
    ANY = "any"  # one of the cells of ``column`` and ``others`` is not empty and does not say no
    MARKED = "marked"  # the cell of ``column`` is not empty and does not say no, and one cell of ``others`` is filled


@dataclass(frozen=True, slots=True)
class Condition:
    """One yes-or-no question about a row; a row whose cell does not answer it is a no."""

    kind: Kind
    column: str
    values: tuple[str, ...] = ()
    number: float = 0.0
    day: date | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Which column holds the start of the rows that meet all of some conditions (by their position); "" for none."""

    column: str
    when: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What to count: the day of the first start whose conditions a row meets, and each condition.

    Attributes:
        starts: the first that fits speaks; a row that none fits, or a question without any, has no date.
    """

    starts: tuple[Start, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Returns the columns that have to be read, each once."""
        asked = [start.column for start in self.starts if start.column]
        for condition in self.conditions:
            asked += [condition.column, *condition.others]
        return tuple(dict.fromkeys(asked))


Group = tuple[str | None, tuple[bool, ...]]
Tally = Mapping[Group, int]
"""Rows per day and answers to the conditions."""


@dataclass(frozen=True, slots=True)
class Shield:
    """What keeps rows out of a plan: those that meet ``when``, until the condition ``over`` or the start ``edge``."""

    when: tuple[int, ...] = ()
    over: int | None = None
    edge: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows of a plan: those of one bucket, as comparisons that a database can make.

    Attributes:
        start: position in ``Question.starts``; its column's day is before ``before``.
        sentinels: days that do not count as dates.
        no: conditions (by position) that do not hold. shields: what protects rows.
    """

    start: int
    before: date
    sentinels: tuple[date, ...]
    no: tuple[int, ...] = ()
    shields: tuple[Shield, ...] = ()


@runtime_checkable
class DateCounts(Protocol):
    """A source that counts by itself: nothing but aggregates leaves it."""

    def count_dates(self, dataset: Dataset, question: Question) -> Tally:
        """Returns the rows of a dataset per day and conditions.

        Raises:
            SourceError: it could not be counted.
        """
        ...

    def selection(self, dataset: Dataset, question: Question, choice: Choice) -> str:
        """Returns the SQL condition (what follows WHERE) that selects the rows of a choice, and nothing else."""
        ...

    def relation(self, dataset: Dataset) -> str:
        """Returns the dataset as it stands in the database's SQL, quoted."""
        ...


_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def day_of(key: str | None) -> date | None:
    """Returns the day that a key of a tally stands for, None when it is no day at all.

    >>> day_of("2024-02-29"), day_of("2023-02-29"), day_of("h473364"), day_of("y2024")
    (datetime.date(2024, 2, 29), None, datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))
    """
    if key is None:
        return None
    if match := _DAY.fullmatch(key):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
    try:
        if key.startswith("h"):
            return day_of_hour(int(key[1:]))
        if key.startswith("y"):
            return date(int(key[1:]), 12, 31)
    except ValueError:
        return None
    return None
