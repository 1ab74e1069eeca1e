"""How many findings stand in the list, kept beside it so that no page has to count a hundred thousand rows.

``review_counts`` holds, per cell (source, category, rank, proof, declared, state, gone), numbers whose sum is how many
rows of ``review`` are in that cell. Whoever changes the list adds what moved, in the same transaction, as new rows:
nobody waits for a row that another writer counts in. Once in a while the rows of a cell are put together. Nothing here
depends on the day: a decision that ends is opened again by ``recense.catalog.review.expire``, which moves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, literal, select

from recense.catalog import tables

CELL = ("source", "category", "rank", "proof", "declared", "state", "gone")
LOOSE = 500
"""So many rows may be added before the rows of a cell are put together."""

Cell = tuple[Any, ...]


class Moves:
    """What moves from cell to cell in one transaction."""

    def __init__(self) -> None:
        self._moved: Counter[Cell] = Counter()

    def leave(self, row: Mapping[str, Any] | RowMapping) -> None:
        """Notes that a row is no longer as it was read."""
        self._moved[_cell(row)] -= 1

    def enter(self, row: Mapping[str, Any]) -> None:
        """Notes that a row is now like this."""
        self._moved[_cell(row)] += 1

    def change(self, row: Mapping[str, Any] | RowMapping, values: Mapping[str, Any]) -> None:
        """Notes that a row gets other values."""
        if values.keys().isdisjoint(CELL):  # most changes of a hundred thousand rows move nothing
            return
        self.leave(row)
        self.enter({**dict(row), **values})

    def write(self, connection: Connection) -> None:
        """Adds what moved to the counts."""
        rows = [_values(cell, number) for cell, number in self._moved.items() if number]
        self._moved.clear()
        if not rows:
            return
        table = tables.review_counts
        connection.execute(insert(table), rows)
        loose = connection.execute(select(func.count()).where(table.c.loose == 1)).scalar() or 0
        if loose > LOOSE:
            _put_together(connection)


def _cell(row: Mapping[str, Any] | RowMapping) -> Cell:
    return (*(row[name] for name in CELL[:4]), row["declared"] or "", row["state"], int(row["gone"] is not None))


def _values(cell: Cell, number: int, loose: int = 1) -> dict[str, Any]:
    return {**dict(zip(CELL, cell, strict=True)), "number": number, "loose": loose}


def _put_together(connection: Connection) -> None:
    kept = _read(connection, _kept())
    connection.execute(delete(tables.review_counts))
    if kept:
        connection.execute(insert(tables.review_counts), [_values(cell, number, 0) for cell, number in kept.items()])


def rebuild(connection: Connection) -> None:
    """Counts the list anew."""
    connection.execute(delete(tables.review_counts))
    found = _read(connection, _counted())
    if found:
        connection.execute(insert(tables.review_counts), [_values(cell, number, 0) for cell, number in found.items()])


def drift(connection: Connection) -> int:
    """Returns how many cells hold another number than the list has: 0 unless somebody wrote past recense."""
    kept, found = _read(connection, _kept()), _read(connection, _counted())
    return sum(kept.get(cell, 0) != found.get(cell, 0) for cell in {*kept, *found})


def total(connection: Connection, conditions: Iterable[Any]) -> int:
    """Returns how many rows of the list are in the cells that meet conditions on ``review_counts``."""
    number = connection.execute(select(func.sum(tables.review_counts.c.number)).where(*conditions)).scalar()
    return int(number or 0)


def by_source(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """Returns how many items of each category stand in each source."""
    table = tables.review_counts
    query = (
        select(table.c.source, table.c.category, func.sum(table.c.number))
        .where(table.c.gone == 0)
        .group_by(table.c.source, table.c.category)
    )
    counts: dict[str, dict[str, int]] = {}
    for source, category, number in sorted(map(tuple, connection.execute(query))):
        if number:
            counts.setdefault(source, {})[category] = int(number)
    return counts


def _kept() -> Select[Any]:
    table = tables.review_counts
    cell = [table.c[name] for name in CELL]
    return select(*cell, func.sum(table.c.number)).group_by(*cell)


def _counted() -> Select[Any]:
    table = tables.review
    inner = select(
        *(table.c[name] for name in CELL[:4]),
        func.coalesce(table.c.declared, literal("", table.c.declared.type)).label("declared"),
        table.c.state,
        table.c.gone.is_not(None).label("gone"),
    ).subquery()
    cell = [inner.c[name] for name in CELL]
    return select(*cell, func.count()).group_by(*cell)


def _read(connection: Connection, query: Select[Any]) -> dict[Cell, int]:
    return {(*cell[:-1], int(cell[-1])): int(number) for *cell, number in connection.execute(query) if number}
