"""The ground truth of a column, written beside its generator: what a careful DPO would say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recense.demo.ages import Ages
from recense.demo.manifest import Entry, Kind
from recense.demo.world import Row, World, rows
from recense.policy import taxonomy


@dataclass(frozen=True, slots=True)
class Truth:
    """One statement about a column; a ``trap`` without a category means that nothing at all may be flagged."""

    kind: Kind
    category: str | None
    entity: str | None
    note: str


def _of(kind: Kind, entity: str, note: str) -> Truth:
    category = taxonomy().entities[entity].category  # a KeyError here is a misspelt entity in the demo itself
    return Truth(kind, category, entity, note)


def personal(entity: str, note: str = "") -> Truth:
    """Says that the column holds personal data of the entity's category, as its owner would expect."""
    return _of(Kind.EXPECTED, entity, note)


def planted(entity: str, note: str) -> Truth:
    """Says that the column holds personal data that has no business there; ``note`` says what and how much."""
    return _of(Kind.PLANTED, entity, note)


def trap(note: str, *categories: str) -> tuple[Truth, ...]:
    """Says that none of these categories (any category when none is named) may be flagged, and why one might."""
    return tuple(Truth(Kind.TRAP, category, None, note) for category in categories or (None,))


def either(*entities: str) -> tuple[Truth, ...]:
    """Says that careful people differ: a finding of these entities' categories is as right as its absence."""
    return tuple(_of(Kind.EITHER, entity, "") for entity in entities)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its path, how a cell is made from a row, its SQL type and its truth."""

    path: str
    make: Callable[[Row], Any]
    truths: tuple[Truth, ...]
    type: str


def column(path: str, make: Callable[[Row], Any], *truths: Truth | tuple[Truth, ...], type: str = "TEXT") -> Column:
    """Returns a column; ``truths`` may be single ones or the groups that ``trap`` and ``either`` return."""
    flat: list[Truth] = []
    for truth in truths:
        flat.extend((truth,) if isinstance(truth, Truth) else truth)
    return Column(path, make, tuple(flat), type)


@dataclass(frozen=True, slots=True)
class Table:
    """A dataset of the demo as rows of columns.

    Attributes:
        source: ``crm.sqlite`` or ``partage``, see ``Entry.source``.
        dataset: name within the source, as the connectors give it.
        rows: how many.
        ages: the plan behind a date column whose ages are counted in the manifest.
        roster: whether each row is another person, see ``world.rows``.
    """

    source: str
    dataset: str
    rows: int
    columns: tuple[Column, ...]
    ages: Ages | None = None
    roster: bool = False

    def records(self, world: World) -> list[dict[str, Any]]:
        """Returns one mapping of path to value per row; a later column may read ``row.cells`` of an earlier one."""
        made = []
        for row in rows(world, f"{self.source}/{self.dataset}", self.rows, self.roster):
            for col in self.columns:
                row.cells[col.path] = col.make(row)
            made.append(row.cells)
        return made

    def entries(self) -> Iterator[Entry]:
        """Yields what the manifest says of every column."""
        for col in self.columns:
            yield from entries(self.source, self.dataset, {col.path: col.truths})


def entries(source: str, dataset: str, truths: Mapping[str, tuple[Truth, ...]]) -> Iterator[Entry]:
    """Yields the manifest entries of a dataset from the truths of its columns."""
    for path, said in truths.items():
        for truth in said:
            yield Entry(source, dataset, path, truth.category, truth.entity, truth.kind, truth.note)
