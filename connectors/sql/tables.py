"""What a database holds, and what each kind of database has to be able to do."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recense.errors import SourceError
from recense.model import Column, Dataset, Limits, Unreadable

if TYPE_CHECKING:
    import pyarrow as pa

    from recense.connectors.sql.counting import Dates


@dataclass(frozen=True, slots=True)
class Field:
    """One column as it is selected.

    Attributes:
        expression: SQL that reads it, quoted: the column itself, or a cast where drivers disagree on the type.
        kind: what the expression gives: ``integer | unsigned | float | boolean | text | binary | date | timestamp |
            timestamp_utc``; ``loose`` for text that may be bytes in some cells; ``any`` when only the values tell.
    """

    column: Column
    expression: str
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view, with everything needed to read it.

    Attributes:
        schema, name: as the catalogue spells them.
        relation: what follows FROM, quoted.
        fields: its readable columns, in their order.
        key: the quoted name of an integer column that is the whole primary key, None when there is no such column.
        stored: it is a table whose rows lie there as they are; False for what the server computes (a view).
        about, bytes: rows and bytes, roughly and cheaply told; ``dataset.rows`` is the catalogue's own figure.
    """

    dataset: Dataset
    schema: str
    name: str
    relation: str
    fields: tuple[Field, ...]
    key: str | None = None
    stored: bool = True
    about: int | None = None
    bytes: int | None = None

    def select(self, quoted_names: tuple[str, ...], where: str = "") -> str:
        """Returns the statement that reads every column, each under its own name."""
        columns = ", ".join(
            f"{field.expression} AS {name}" for field, name in zip(self.fields, quoted_names, strict=True)
        )
        return f"SELECT {columns} FROM {self.relation}{f' WHERE {where}' if where else ''}"  # noqa: S608 all quoted


class Database(abc.ABC):
    """One database, opened read-only. Every call may come from another thread: connections are not shared.

    Args:
        uri: the source's URI without credentials, for datasets and messages.
    """

    def __init__(self, uri: str, limits: Limits) -> None:
        self.uri = uri
        self.limits = limits

    @abc.abstractmethod
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields tables and views, and an entry for each that cannot be read.

        Args:
            only: schema and name of the one that is wanted; what the catalogue says of others is not asked.

        Raises:
            SourceError: the database as a whole cannot be read.
        """

    @abc.abstractmethod
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns the lowest and highest value of the table's integer key, None when it is empty.

        Raises:
            SourceError: the table cannot be read.
        """

    @abc.abstractmethod
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows of one snapshot of the table within the limits of a batch.

        Raises:
            SourceError: reading stopped; what was yielded before is good.
        """

    def drawn(self, table: Table, share: float, seed: int) -> tuple[Table, str] | None:
        """Returns the table and the condition that give each row with a probability; None: the database cannot draw.

        Args:
            table: what is read.
            share: the probability, above 0 and below 1.
            seed: 31 random bits.
        """
        return None

    def file_bytes(self) -> int | None:
        """Returns the size of the file that holds all tables, None for a server."""
        return None

    def dates(self) -> Dates | None:
        """Returns how questions are written in the database's SQL, None when nobody knows: its rows are streamed."""
        return None

    def rows_of(self, statement: str) -> Sequence[Sequence[Any]]:
        """Returns the rows of a statement that ``dates`` wrote: counts, few of them.

        Raises:
            SourceError: the database could not answer.
        """
        raise NotImplementedError

    def state(self) -> str | None:
        """Returns what changes whenever the content may have changed, None when the database cannot tell."""
        return None

    def close(self) -> None:  # noqa: B027 most have nothing to give back: connections end with each reading
        """Gives back what is held open."""

    def unreadable(self, name: str, failure: SourceError) -> Unreadable:
        """Returns the report's entry for a table that failed."""
        return Unreadable(self.uri, name, failure.code, failure.reason)


def dataset_name(schema: str, name: str, default: str) -> str:
    r"""Returns a name that is unique within the database; the default schema stays unsaid.

    Parts that hold a dot, a quotation mark or what cannot be printed are quoted, so that no two tables share a name
    and none writes to a terminal what it likes.

    >>> dataset_name("public", "people", "public"), dataset_name("hr", "people", "public")
    ('people', 'hr.people')
    >>> dataset_name("public", "hr.people", "public"), dataset_name("main", "two\nlines", "main")
    ('"hr.people"', '"two\\nlines"')
    """
    return ".".join(shown(part) for part in ([name] if schema == default else [schema, name]))


def shown(part: str) -> str:
    """Returns a part of a name as ``dataset_name`` writes it."""
    if part.isprintable() and not set(part) & set('."'):
        return part
    escaped = part.replace("\\", "\\\\").replace('"', '""')
    return '"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in escaped) + '"'


def column_key(primary: list[str], foreign: dict[str, str], name: str) -> str | None:
    """Returns a column's ``Column.key``.

    In a key of several columns the reference says more than the membership (a bridging table), alone it says less.

    Args:
        primary: the columns of the primary key.
        foreign: per column the ``table.column`` it refers to.
        name: the column.

    >>> column_key(["id"], {"id": "party.id"}, "id"), column_key(["a", "b"], {"a": "left.id"}, "a")
    ('primary', 'foreign:left.id')
    """
    if name in primary and (len(primary) == 1 or name not in foreign):
        return "primary"
    return f"foreign:{foreign[name]}" if name in foreign else None


def clamped(kind: str, zone: str = "") -> str:
    """Returns SQL that reads ``{c}`` as the nearest date of the years 1 to 9999.

    Servers know more dates (infinity, years before Christ) than Arrow's readers and Python do.

    Args:
        kind: ``DATE``, ``TIMESTAMP`` or the like.
        zone: what the type's literals need behind the date (``+00``).
    """
    low, high = (f"{kind} '{date}{zone}'" for date in ("0001-01-01", "9999-12-31"))
    return f"CASE WHEN {{c}} < {low} THEN {low} WHEN {{c}} > {high} THEN {high} ELSE {{c}} END"
