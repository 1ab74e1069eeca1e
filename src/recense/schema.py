"""Fields as a repository declares them: what the readers of ``recense.connectors.schema`` give and the gate judges.

A **DeclaredField** is a column of the final state: after every migration, rename and drop, with the place where its
name stands in the file that last gave it that name. **ValuesSeen** are real-looking values in a fixture, as counts.
**Unread** is a statement or file that could not be understood: an entry of the report, never a silent gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from recense.model import Column

KINDS = {
    "sql": "tables of SQL migrations and dumps, and of Alembic, Django and dbt models that name real tables",
    "orm": "models of Django, SQLAlchemy, SQLModel and Pydantic, and Prisma",
    "dbt": "dbt models, sources and seeds",
    "avro": "Avro records",
    "proto": "Protobuf messages",
    "json": "JSON Schema",
    "openapi": "schemas of OpenAPI",
    "csv": "headers of CSV, TSV, JSON and Parquet files",
}
"""The first part of a field's key."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a name stands.

    Attributes:
        file: relative to the folder that is checked, with ``/``.
        line, column: counted from 1; column in characters. end_column: one past the last character.
    """

    file: str
    line: int = 1
    column: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A field in the final state of a schema.

    Attributes:
        kind: a key of ``KINDS``.
        table: table, model, message or file without its kind (``crm.clients``); ``table_comment`` what is said of it.
        column: path, type, comment and key, as the classifier takes them.
        place: where the name stands that it has now.
        declared_at: where it was first declared; ``place`` when it never was renamed.
        lineage: names it had before as ``table.path``, oldest first; empty when it never was renamed.
        not_personal: the reason of an inline ``recense: not-personal reason="…"``, None when there is none.
        origin: the statement is a copy (``CREATE TABLE AS``, ``LIKE``, ``PARTITION OF``): the field it was taken from.
    """

    kind: str
    table: str
    column: Column
    place: Place
    declared_at: Place | None = None
    lineage: tuple[str, ...] = ()
    not_personal: str | None = None
    origin: str | None = None
    table_comment: str | None = None

    @property
    def key(self) -> str:
        """Returns what approvals name: ``sql:clients.email``."""
        return f"{self.kind}:{self.table}.{self.column.path}"

    @property
    def root(self) -> str:
        """Returns the key under which it was first declared: renames do not change it."""
        return f"{self.kind}:{self.lineage[0]}" if self.lineage else self.key


@dataclass(frozen=True, slots=True)
class ValuesSeen:
    """Values of a fixture that look real, as counts: ``matched`` of ``cells`` hold the entity."""

    field: str
    place: Place
    category: str
    entity: str
    cells: int
    matched: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A file or a statement that could not be understood; the reason quotes no value."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeclaredSchema:
    """Everything a repository declares.

    Attributes:
        files: how many files were read.
        fixtures: data files whose cells want a look, as paths relative to the folder: the gate's caller scans them.
    """

    fields: tuple[DeclaredField, ...] = ()
    unread: tuple[Unread, ...] = ()
    files: int = 0
    fixtures: tuple[str, ...] = field(default=())
