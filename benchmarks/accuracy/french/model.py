"""What the benchmark is made of: tables of fields, each with its label, and rows about one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.accuracy.french.people import Person


@dataclass(frozen=True, slots=True)
class Row:
    """What the cells of a row have in common: a person, another one, and chance."""

    number: int
    who: Person
    other: Person
    rng: Random


Make = Callable[[Row], str | None]


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its header, its label and entity in the taxonomy's words, and how a cell is made.

    Attributes:
        note: ``key`` or ``doubtful``: not to be scored.
        trap: what the column tests, for the list of errors: ``coded header``, ``zero lost``, ``lookalike`` …
    """

    header: str
    label: str
    entity: str
    make: Make
    note: str = ""
    trap: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the benchmark before its rows are made."""

    name: str
    lang: str
    fields: tuple[Field, ...]


def none(header: str, make: Make, trap: str = "", note: str = "") -> Field:
    """Returns a column that is not personal."""
    return Field(header, "none", "", make, note, trap)


def key(header: str, make: Make) -> Field:
    """Returns a person's surrogate key: not scored."""
    return Field(header, "none", "", make, "key")


def often(row: Row, share: float, make: Make) -> str | None:
    """Returns a cell that is empty in the other rows."""
    return make(row) if row.rng.random() < share else None


def one_of(*values: str) -> Make:
    """Returns a maker that chooses."""
    return lambda row: row.rng.choice(values)


def day(row: Row, start: int = 2019, end: int = 2026) -> str:
    """Returns a day of these years as the French write it."""
    return f"{row.rng.randint(1, 28):02d}/{row.rng.randint(1, 12):02d}/{row.rng.randint(start, end)}"


def amount(row: Row, top: int = 5_000) -> str:
    """Returns an amount with the French comma."""
    return f"{row.rng.randrange(100, top * 100) / 100:.2f}".replace(".", ",")
