"""The index of people in the catalog: filters per column, how far they reach, and sealed parts while a run goes on.

Nothing here is readable without the install's key, which is not in the catalog; see ``recense.subjects.keys``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from recense.catalog import listing, tables
from recense.model import Partition


@dataclass(frozen=True, slots=True)
class Part:
    """What a partition gave.

    Attributes:
        rows: read of it. problem: why it is not indexed to its end, without any value.
        sealed: ``Key.seal`` of its keyed hashes.
    """

    key_id: str
    rows: int
    problem: str | None = None
    sealed: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the index of a dataset reaches.

    Attributes:
        built: when, ISO 8601 in UTC. rows: that were read for it.
        why: it is not complete. newer_run, newer_why: a later run that read less and left it as it was.
    """

    source: str
    dataset: str
    run: str
    built: str
    key_id: str
    rows: int
    complete: bool
    why: str | None = None
    newer_run: str | None = None
    newer_why: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnFilter:
    """The filter of a column and a kind of identifier; ``path`` joins the columns of a name and a date by `` + ``."""

    source: str
    dataset: str
    path: str
    kind: str
    salt: bytes
    turns: int
    bits: bytes = field(repr=False)


def keep_part(connection: Connection, run: str, partition: Partition, part: Part) -> None:
    """Keeps what a partition gave, in place of what it gave before."""
    table, dataset = tables.person_parts, partition.dataset
    place = {"run": run, "source": dataset.source, "dataset": dataset.name, "part": partition.key}
    connection.execute(delete(table).where(*(table.c[name] == value for name, value in place.items())))
    connection.execute(
        insert(table).values(
            **place, key_id=part.key_id, rows=part.rows, problem=part.problem, sealed=part.sealed
        )
    )  # fmt: skip


def parts(
    connection: Connection, run: str, source: str, dataset: str, beside: Container[str] = ()
) -> Iterator[tuple[str, Part]]:
    """Yields the parts of a dataset with their keys, in the order of these, one in memory at a time.

    Those of which ``beside`` holds the keys are left out.
    """
    table = tables.person_parts
    here = (table.c.run == run) & (table.c.source == source) & (table.c.dataset == dataset)
    for key in list(connection.execute(select(table.c.part).where(here).order_by(table.c.part)).scalars()):
        if key in beside:
            continue
        row = connection.execute(select(table).where(here, table.c.part == key)).mappings().one()
        yield key, Part(row["key_id"], row["rows"], row["problem"], bytes(row["sealed"]))


def replace(connection: Connection, coverage: Coverage, filters: Sequence[ColumnFilter]) -> None:
    """Puts the filters of a dataset in place of the earlier ones."""
    table, reach = tables.person_filters, tables.person_coverage
    for each in (table, reach):
        connection.execute(
            delete(each).where(each.c.source == coverage.source, each.c.dataset == coverage.dataset)
        )  # fmt: skip
    connection.execute(
        insert(reach).values(**{name: getattr(coverage, name) for name in Coverage.__dataclass_fields__})
    )
    for one in filters:
        connection.execute(
            insert(table).values(
                source=one.source, dataset=one.dataset, path=one.path, kind=one.kind, salt=one.salt.hex(),
                turns=one.turns, bits=one.bits,
            )
        )  # fmt: skip


def leave(connection: Connection, coverage: Coverage, run: str, why: str) -> None:
    """Notes that a later run read less of a dataset than its filters hold."""
    reach = tables.person_coverage
    here = (reach.c.source == coverage.source) & (reach.c.dataset == coverage.dataset)
    connection.execute(update(reach).where(here).values(newer_run=run, newer_why=why))


def coverages(connection: Connection) -> list[Coverage]:
    """Returns how far the index reaches, per dataset."""
    table = tables.person_coverage
    query = select(table).order_by(table.c.source, table.c.dataset)
    return [Coverage(**row) for row in connection.execute(query).mappings()]


def coverage(connection: Connection, source: str, dataset: str) -> Coverage | None:
    """Returns how far the index of a dataset reaches, None when it has none."""
    table = tables.person_coverage
    query = select(table).where(table.c.source == source, table.c.dataset == dataset)
    row = connection.execute(query).mappings().one_or_none()
    return Coverage(**row) if row else None


def filters(connection: Connection, kinds: Sequence[str]) -> Iterator[ColumnFilter]:
    """Yields the filters of some kinds of identifiers, one in memory at a time."""
    table = tables.person_filters
    keys = (table.c.source, table.c.dataset, table.c.path, table.c.kind)
    for place in connection.execute(select(*keys).where(table.c.kind.in_(kinds)).order_by(*keys)).all():
        here = [column == value for column, value in zip(keys, place, strict=True)]
        row = connection.execute(select(table).where(*here)).mappings().one()
        yield ColumnFilter(
            row["source"], row["dataset"], row["path"], row["kind"], bytes.fromhex(row["salt"]), row["turns"],
            bytes(row["bits"]),
        )  # fmt: skip


def unindexed(connection: Connection) -> list[tuple[str, str]]:
    """Returns the datasets of each source's newest run that have no filters."""
    table, reach = tables.datasets, tables.person_coverage
    known = set(connection.execute(select(reach.c.source, reach.c.dataset)).tuples())
    seen: list[tuple[str, str]] = []
    for source, run in sorted(listing.newest_runs(connection).items()):
        query = select(table.c.source, table.c.name).where(table.c.run == run, table.c.source == source)
        seen += connection.execute(query.order_by(table.c.position)).tuples()
    return [place for place in seen if place not in known]


def gone(connection: Connection) -> list[Coverage]:
    """Returns the indexes of datasets that the newest run of their source did not see."""
    table = tables.datasets
    newest = listing.newest_runs(connection)
    places = (table.c.source, table.c.name)
    seen = {
        place
        for source, run in newest.items()
        for place in connection.execute(select(*places).where(table.c.run == run, table.c.source == source)).tuples()
    }
    return [one for one in coverages(connection) if one.source in newest and (one.source, one.dataset) not in seen]


def erase(connection: Connection) -> int:
    """Removes the whole index; returns how many datasets it held."""
    count = len(coverages(connection))
    for table in (tables.person_filters, tables.person_coverage, tables.person_parts):
        connection.execute(delete(table))
    return count
