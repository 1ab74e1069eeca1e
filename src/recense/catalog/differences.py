"""What changed between two runs over the same sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from recense.catalog import tables

_IDENTITY = ("id", "source", "dataset", "column", "category", "entity", "proof")


def differences(connection: Connection, before: str, after: str) -> Mapping[str, Any]:
    """Returns findings that are new, gone or changed; see ``Catalog.changes``."""
    old, new = _findings(connection, before), _findings(connection, after)
    unread = unread_in(connection, after)
    gone = [old[id_] for id_ in old if id_ not in new and not unread(old[id_]["source"], old[id_]["dataset"])]
    changed = [
        {"id": id_, "before": _state(old[id_]), "after": _state(new[id_])}
        for id_ in new
        if id_ in old and _state(old[id_]) != _state(new[id_])
    ]
    return {"since": before, "new": [id_ for id_ in new if id_ not in old], "gone": gone, "changed": changed}


def _findings(connection: Connection, run: str) -> dict[str, dict[str, str]]:
    table = tables.findings
    columns = (table.c.id, table.c.source, table.c.dataset, table.c.path, table.c.category, table.c.entity)
    query = select(*columns, table.c.proof).where(table.c.run == run).order_by(table.c.position)
    return {row[0]: dict(zip(_IDENTITY, row, strict=True)) for row in connection.execute(query)}


def _state(finding: Mapping[str, str]) -> dict[str, str]:
    return {"entity": finding["entity"], "proof": finding["proof"]}


def unread_in(connection: Connection, run: str) -> Callable[[str, str], bool]:
    """Returns a test of whether a dataset was not, or not wholly, read in a run."""
    sources, entries = tables.sources, tables.unreadable
    failed = set(
        connection.execute(select(sources.c.uri).where(sources.c.run == run, sources.c.status == "failed")).scalars()
    )
    paths = set(connection.execute(select(entries.c.source, entries.c.path).where(entries.c.run == run)).tuples())

    def test(source: str, dataset: str) -> bool:
        return source in failed or any(
            source == at and (dataset == path or dataset.startswith(f"{path}/") or path.startswith(f"{dataset}/"))
            for at, path in paths
        )

    return test
