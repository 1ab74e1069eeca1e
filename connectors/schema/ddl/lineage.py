"""What columns a query gives, and which it takes from known tables: the one place that knows sqlglot (30.30).

Facts about its trees: ``Identifier.meta`` holds ``start`` and ``end`` offsets of the name with its quotes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from recense.connectors.schema.state import Table

MOST_CHARACTERS = 200_000
"""Length of the longest query that is parsed."""


@dataclass(slots=True)
class Projections:
    """Columns of a query as (name, offset or None, type, origin or None), and why some are not known."""

    columns: list[tuple[str, int | None, str, str | None]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def projections(query: str, dialect: str, find: Callable[[str], Table | None]) -> Projections | None:
    """Returns the columns of a query, None when it cannot be parsed.

    ``find`` gives a known table by its name.
    """
    if len(query) > MOST_CHARACTERS:
        return None
    import sqlglot
    from sqlglot import exp

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # its messages quote the query
    try:
        tree = sqlglot.parse_one(query, read=dialect or None)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return None
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    if not isinstance(tree, exp.Select):
        return None
    found = Projections()
    inner = {name.casefold() for cte in tree.find_all(exp.CTE) if (name := cte.alias_or_name)}
    tables: dict[str, Table | None] = {}
    for node in [tree.args.get("from_") or tree.args.get("from"), *(tree.args.get("joins") or [])]:
        source = node.this if node is not None else None
        if isinstance(source, exp.Table):
            name = ".".join(part.name for part in source.parts)
            tables[source.alias_or_name.casefold()] = None if name.casefold() in inner else find(name)
        elif source is not None:
            tables[source.alias_or_name.casefold()] = None
    for expression in tree.expressions:
        _project(expression, tables, found)
    return found


def _project(expression: Any, tables: dict[str, Table | None], found: Projections) -> None:
    """Adds what one expression of a SELECT gives."""
    from sqlglot import exp

    inner = expression.unalias()
    if isinstance(inner, exp.Star) or (isinstance(inner, exp.Column) and isinstance(inner.this, exp.Star)):
        wanted = [inner.table.casefold()] if isinstance(inner, exp.Column) and inner.table else list(tables)
        for name in wanted or [""]:
            table = tables.get(name)
            if table is None:
                found.unknown.append("takes all columns (*) of a table that is not declared here")
                continue
            for declared in table.columns.values():
                column = declared.column
                found.columns.append((column.path, None, column.type, f"{table.name}.{column.path}"))
        return
    name = expression.alias_or_name
    if not name:
        return  # the database names it itself: an expression, not a field
    origin, type_ = None, ""
    if isinstance(inner, exp.Column):
        candidates = [tables.get(inner.table.casefold())] if inner.table else list(tables.values())
        for table in candidates:
            taken = table.columns.get(inner.name.casefold()) if table else None
            if table is not None and taken is not None:
                origin, type_ = f"{table.name}.{taken.column.path}", taken.column.type
                break
    identifier = expression.args.get("alias") if isinstance(expression, exp.Alias) else inner.this
    meta = getattr(identifier, "meta", {}) or {}
    start = meta.get("start")
    if start is not None and getattr(identifier, "quoted", False):
        start += 1
    found.columns.append((name, start, type_, origin))
