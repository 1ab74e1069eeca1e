"""A database as a ``recense.model.Source``: its URL, its datasets, their partitions."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import exc
from sqlalchemy.engine import URL, make_url

from recense.connectors import redact, scheme
from recense.connectors.counted import streamed
from recense.connectors.sql.local_file import file_of
from recense.connectors.sql.tables import Database, Table
from recense.connectors.thinning import thin
from recense.errors import SourceError, TargetError
from recense.model import Dataset, Draw, Limits, Partition, Unreadable

if TYPE_CHECKING:
    import pyarrow as pa

    from recense.retention.counting import Choice, Group, Question, Tally

PARTITION_ROWS = 2_000_000
"""Rows a partition is meant to have: some ten seconds of reading, so that little is lost when a run is killed."""
MOST_PARTITIONS = 256
ALL_ROWS = "all"


class SqlSource:
    """Reads a database. Cheap to open again: a partition carries what another process needs to find its rows."""

    def __init__(self, kind: str, uri: str, database: Database) -> None:
        self.kind = kind
        self.uri = uri
        self._database = database
        self._tables: dict[str, Table] = {}

    def datasets(self) -> Iterator[Dataset | Unreadable]:
        """Yields tables and views, and an entry for every table, view or column that cannot be read.

        Raises:
            SourceError: the database itself cannot be read.
        """
        for table in self._database.tables():
            if isinstance(table, Unreadable):
                yield table
            else:
                self._tables[table.dataset.name] = table
                yield table.dataset

    def partitions(self, dataset: Dataset) -> Iterator[Partition]:
        """Yields one partition, or for a large table with an integer key ranges of it that hold every row once."""
        table = self._table(dataset.name, ())
        state = self._database.state()
        ranges = self._ranges(table)
        about = table.dataset.rows if table.about is None else table.about
        about, size = (None if total is None else total // len(ranges) for total in (about, self._bytes(table)))
        for key, low, high in ranges:  # only reading counts rows for certain
            yield Partition(dataset, key, None, state, (table.schema, table.name, low, high), about, size)

    def _bytes(self, table: Table) -> int | None:
        """Returns the bytes of a table's cells, roughly: in a file, its share of the cells of all tables listed."""
        size = self._database.file_bytes() if table.bytes is None else None
        if size is None:
            return table.bytes
        cells = {
            name: (one.dataset.rows or one.about or 0) * len(one.fields)
            for name, one in self._tables.items()
            if one.stored
        }
        return size * cells.get(table.dataset.name, 0) // max(1, sum(cells.values()))

    def _ranges(self, table: Table) -> list[tuple[str, str, str]]:
        """Returns key, lowest and first excluded value of each partition; an empty text leaves an end open."""
        whole = [(ALL_ROWS, "", "")]
        parts = min(MOST_PARTITIONS, (table.dataset.rows or 0) // PARTITION_ROWS)
        if table.key is None or parts < 2:
            return whole
        bounds = self._database.bounds(table)
        cuts = key_cuts(*bounds, parts) if bounds else []
        if not cuts:
            return whole
        ends = ["", *map(str, cuts), ""]
        return [(f"{low or 'first'}..{high or 'last'}", low, high) for low, high in itertools.pairwise(ends)]

    def batches(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """Yields the rows of one consistent snapshot as Arrow batches within the limits.

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """
        table, conditions = self._part(partition)
        yield from self._database.read(table, conditions)

    def sample(self, partition: Partition, draw: Draw) -> Iterator[pa.RecordBatch]:
        """Yields the rows that a draw takes. The server draws where it can and where the table's size is known.

        It then draws each row by itself, so that their number differs a little from the one asked for; drawing whole
        pages would be faster, but rows that lie together are alike and prove less.

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """
        table, conditions = self._part(partition)
        rows = partition.dataset.rows or 0
        share = draw.share or (draw.rows / rows if rows else 1.0)
        drawn = self._database.drawn(table, share, draw.seed % (1 << 31)) if share < 1 else None
        if drawn is None:
            yield from thin(self._database.read(table, conditions), draw, self._database.limits.held_bytes)
            return
        table, condition = drawn
        yield from self._database.read(table, " AND ".join(filter(None, (conditions, condition))))

    def _part(self, partition: Partition) -> tuple[Table, str]:
        """Returns the table of a partition, and the condition on its rows."""
        table = self._table(partition.dataset.name, partition.hint)
        low, high = partition.hint[2:] or ("", "")
        conditions = [f"{table.key} >= {int(low)}"] if low else []
        conditions += [f"{table.key} < {int(high)}"] if high else []
        if conditions and table.key is None:
            raise SourceError("not_found", f"{table.dataset.name} has no integer key any more; scan it anew")
        return table, " AND ".join(conditions)

    def count_dates(self, dataset: Dataset, question: Question) -> Tally:
        """Returns the rows of a dataset per day and conditions, counted by the database where that is known how.

        Raises:
            SourceError: it could not be counted.
        """
        table = self._table(dataset.name, ())
        dates = self._database.dates()
        if dates is None:
            return streamed(self, table.dataset, question)
        tally: Counter[Group] = Counter()
        for key, *flags, count in self._database.rows_of(dates.statement(table, question)):
            tally[None if key is None else str(key), tuple(map(bool, flags))] += int(count)
        return tally

    def selection(self, dataset: Dataset, question: Question, choice: Choice) -> str:
        """Returns the SQL condition that selects the rows of a choice; empty where its SQL is not known."""
        dates = self._database.dates()
        if dates is None:
            return ""
        table = self._table(dataset.name, ())
        forms = self._database.rows_of(dates.forms(table, question.starts[choice.start].column))
        return dates.selection(table, question, choice, frozenset(str(form) for (form,) in forms))

    def relation(self, dataset: Dataset) -> str:
        """Returns the dataset as a statement of its own names it."""
        relation = self._table(dataset.name, ()).relation
        return relation.removeprefix("ONLY ").removesuffix(" NOT INDEXED").removesuffix(" FOR SYSTEM_TIME ALL")

    def _table(self, name: str, hint: tuple[str, ...]) -> Table:
        """Returns a table by its dataset's name, asking the database when this source has not listed it."""
        if name not in self._tables:
            failed: Unreadable | None = None
            for table in self._database.tables(only=(hint[0], hint[1]) if hint else None):
                if isinstance(table, Table):
                    self._tables[table.dataset.name] = table
                elif table.path == name:
                    failed = table
            if failed is not None:
                raise SourceError(failed.code, failed.reason)
        if name not in self._tables:
            raise SourceError("not_found", f"{name} is gone from the database")
        return self._tables[name]

    def close(self) -> None:
        """Ends connections and removes temporary files."""
        self._database.close()

    def __enter__(self) -> SqlSource:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def key_cuts(low: int, high: int, parts: int) -> list[int]:
    """Returns where to cut the keys from low to high into about so many ranges of equal width.

    Cuts are multiples of a power of two, so that a table that grows keeps them and unchanged ranges keep their names.

    >>> key_cuts(1, 10_000_000, 4), key_cuts(5, 5, 4)
    ([4194304, 8388608], [])
    """
    width = 1 << max(0, ((high - low) // parts).bit_length())
    return list(range((low // width + 1) * width, high + 1, width))


def database(target: str, limits: Limits) -> tuple[str, str, Database]:
    """Returns kind, URI without credentials, and the database behind a URL, which is not contacted yet.

    Raises:
        TargetError: the URL cannot be understood.
        MissingExtra: the driver is not installed.
    """
    name = (scheme(target) or "").partition("+")[0]
    if name == "sqlite":
        from recense.connectors.sql.sqlite_file import SqliteFile

        path = file_of(target, "sqlite")
        uri = f"sqlite:///{path}"
        return "sqlite", uri, SqliteFile(uri, path, limits)
    if name == "duckdb":
        from recense.connectors.sql.duckdb_file import DuckdbFile

        path = file_of(target, "duckdb")
        uri = f"duckdb:///{path}"
        return "duckdb", uri, DuckdbFile(uri, path, limits)
    url = parse(target)
    if name in {"postgresql", "postgres"}:
        from recense.connectors.sql.postgresql import PostgresServer

        uri = canonical(target, "postgresql")
        return "postgresql", uri, PostgresServer(uri, url, limits)
    if name in {"mysql", "mariadb"}:
        from recense.connectors.sql.mysql import MysqlServer

        uri = canonical(target, name)
        return name, uri, MysqlServer(uri, url, limits)
    from recense.connectors.sql.dialect import DialectDatabase

    uri = canonical(target, name)
    return name, uri, DialectDatabase(uri, url, limits)


def parse(target: str) -> URL:
    """Returns a parsed URL.

    Raises:
        TargetError: it does not parse, and the message does not quote what may be a password.
    """
    problem = ""
    try:
        return make_url(target)
    except (exc.ArgumentError, ValueError):
        problem = (
            f"cannot read {redact(target)}: not a database URL. "
            f"Write {scheme(target)}://user:password@host:port/database "
            "and escape @ : / ? # and % in the password (%40 %3A %2F %3F %23 %25)"
        )
    raise TargetError(problem)


def canonical(target: str, kind: str) -> str:
    """Returns the URI of a source: no credentials, and the same whatever driver the URL asks for.

    >>> canonical("postgres+asyncpg://ann:secret@db:5432/shop", "postgresql")
    'postgresql://db:5432/shop'
    """
    return re.sub(r"^[^:]+", kind, redact(target))
