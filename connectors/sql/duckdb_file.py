"""DuckDB through its own API: its rows are Arrow already."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recense.connectors.sql import failures, rows
from recense.connectors.sql.date_dialects import DuckdbDates
from recense.connectors.sql.local_file import file_state
from recense.connectors.sql.tables import Database, Field, Table, clamped, column_key, dataset_name
from recense.errors import SourceError
from recense.model import Column, Dataset, Limits, Unreadable
from recense.plugins import driver

if TYPE_CHECKING:
    import pyarrow as pa

DEFAULT_SCHEMA = "main"
READ_ROWS = 256
"""Rows DuckDB hands over at once, whatever their width; as fast as any other number."""
# A database file may hold views that read other files or the network, and a wrong file makes DuckDB fetch an extension.
_CONFIG = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",  # by default beside the file
    "memory_limit": "2GB",  # DuckDB unpacks 2 048 rows at once: enough for rows of 1 MB
    "threads": "2",
}
_TIME = clamped("TIMESTAMP")
_KINDS: dict[str, tuple[str, str]] = {
    "BOOLEAN": ("boolean", "{c}"),
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), ("integer", "{c}")
    ),
    "FLOAT": ("float", "{c}"),
    "DOUBLE": ("float", "{c}"),
    "VARCHAR": ("text", "{c}"),
    "BLOB": ("binary", "{c}"),
    "DATE": ("date", clamped("DATE")),
    "TIMESTAMP": ("timestamp", _TIME),
    "TIMESTAMP_S": ("timestamp", _TIME.replace("{c}", "{c}::TIMESTAMP")),
    "TIMESTAMP_MS": ("timestamp", _TIME.replace("{c}", "{c}::TIMESTAMP")),
    "TIMESTAMP_NS": ("timestamp", _TIME.replace("{c}", "{c}::TIMESTAMP")),
    "TIMESTAMP WITH TIME ZONE": ("timestamp_utc", clamped("TIMESTAMPTZ", " 00:00:00+00")),
}
# Nested data stays nested unless it holds what Arrow's readers have no words for.
_NESTED = re.compile(r"STRUCT\(|.*\[\d*\]$", re.DOTALL)
_NOT_ARROW = re.compile(
    r"\b(?:UNION|MAP|ENUM|INTERVAL|BIT|HUGEINT|UHUGEINT|BIGNUM|TIME|UUID|DECIMAL|DATE|TIMESTAMP\w*)\b"
)
_LIST = """
SELECT schema_name, table_name, 'table', estimated_size, comment FROM duckdb_tables()
WHERE NOT internal AND database_name = current_database()
UNION ALL SELECT schema_name, view_name, 'view', NULL, comment FROM duckdb_views()
WHERE NOT internal AND database_name = current_database() ORDER BY 1, 2"""
_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns()
WHERE NOT internal AND database_name = current_database() ORDER BY schema_name, table_name, column_index"""
_KEYS = """
SELECT schema_name, table_name, constraint_type, constraint_column_names, {referred} FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')"""
_PAST_KEYS = "NULL, NULL"  # before version 1.2 the referred table is only in the constraint's text


class DuckdbFile(Database):
    """A DuckDB file, opened read-only, cut off from all other files and from the network."""

    def __init__(self, uri: str, path: Path, limits: Limits) -> None:
        super().__init__(uri, limits)
        self._path = path
        self._duckdb = driver("duckdb", "duckdb", "duckdb://")
        self._lock = threading.Lock()
        self._open: Any = None

    def _cursor(self) -> Any:
        """Returns a connection of its own, for one thread and one statement."""
        with self._lock:
            if self._open is None:
                _check_header(self._path)
                self._open = self._duckdb.connect(str(self._path), read_only=True, config=dict(_CONFIG))
            return self._open.cursor()

    @failures.translated_iterator(failures.of_duckdb)
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields tables and views of all schemas."""
        cursor = self._cursor()
        columns: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in cursor.execute(_COLUMNS).fetchall():
            columns[row[0], row[1]].append(row[2:])
        keys: dict[tuple[str, str], list[Any]] = defaultdict(list)
        known = {row[0] for row in cursor.execute("DESCRIBE SELECT * FROM duckdb_constraints()").fetchall()}
        referred = "referenced_table, referenced_column_names" if "referenced_table" in known else _PAST_KEYS
        for row in cursor.execute(_KEYS.replace("{referred}", referred)).fetchall():
            keys[row[0], row[1]].append(row[2:])
        for schema, name, kind, estimate, comment in cursor.execute(_LIST).fetchall():
            if only and (schema, name) != only:
                continue
            label = dataset_name(schema, name, DEFAULT_SCHEMA)
            try:
                yield self._table(schema, name, kind, estimate, comment, columns[schema, name], keys[schema, name])
            except SourceError as failure:
                yield self.unreadable(label, failure)

    @failures.translated(failures.of_duckdb)
    def _table(
        self,
        schema: str,
        name: str,
        kind: str,
        rows: int | None,
        comment: str | None,
        columns: list[Any],
        keys: list[Any],
    ) -> Table:
        primary = [column for key in keys if key[0] == "PRIMARY KEY" for column in key[1]]
        foreign = {
            column: f"{dataset_name(schema, key[2], DEFAULT_SCHEMA)}.{referred}"
            for key in keys
            if key[0] == "FOREIGN KEY" and key[2]
            for column, referred in zip(key[1], key[3], strict=False)
        }
        fields, integers = [], set()
        for column, declared, note in columns:
            kind_read, expression = _read_as(declared)
            if kind_read == "integer":
                integers.add(column)
            described = Column(column, declared, note, column_key(primary, foreign, column))
            fields.append(Field(described, expression.replace("{c}", quote(column)), kind_read))
        key = quote(primary[0]) if len(primary) == 1 and primary[0] in integers else None
        dataset = Dataset(self.uri, dataset_name(schema, name, DEFAULT_SCHEMA), kind, (), rows, comment)
        table = Table(dataset, schema, name, f"{quote(schema)}.{quote(name)}", tuple(fields), key, kind == "table")
        # What it gives, asked of DuckDB itself: the paths of nested columns, and whether a view works at all.
        reader = _reader(self._cursor(), f"{table.select(_names(table))} LIMIT 0", 1)
        described_columns = tuple(
            Column(
                path,
                field.column.type if path == field.column.path else str(arrow),
                field.column.comment,
                field.column.key,
            )
            for field, part in zip(fields, reader.schema, strict=True)
            for path, arrow in leaves(part.name, part.type)
        )
        dataset = Dataset(self.uri, dataset.name, kind, described_columns, rows, comment)
        return Table(dataset, schema, name, table.relation, table.fields, key, table.stored)

    def drawn(self, table: Table, share: float, seed: int) -> tuple[Table, str] | None:
        """Returns a condition on random numbers, which serves views too."""
        return table, f"random() < {share:.12f}"

    def dates(self) -> DuckdbDates:
        """Returns the dialect of its dates."""
        return DuckdbDates(quote)

    @failures.translated(failures.of_duckdb)
    def rows_of(self, statement: str) -> Sequence[Any]:
        """Returns what it counts by itself."""
        cursor = self._cursor()
        alarm = threading.Timer(self.limits.statement_seconds, cursor.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            found: Sequence[Any] = cursor.execute(statement).fetchall()
            return found
        finally:
            alarm.cancel()
            cursor.close()

    @failures.translated(failures.of_duckdb)
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns the ends of the key."""
        statement = f"SELECT min({table.key}), max({table.key}) FROM {table.relation}"  # noqa: S608 quoted
        low, high = self._cursor().execute(statement).fetchone()
        return None if low is None else (int(low), int(high))

    @failures.translated_iterator(failures.of_duckdb)
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows as DuckDB's Arrow reader gives them."""
        cursor = self._cursor()
        statement = table.select(_names(table), where)

        def parts() -> Iterator[pa.RecordBatch]:
            for batch in _reader(cursor, statement, min(READ_ROWS, self.limits.batch_rows)):
                yield rows.checked(batch, table.fields)

        try:
            yield from self._timed(cursor, rows.gather(parts(), self.limits))
        finally:
            cursor.close()

    def _timed(self, cursor: Any, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yields batches, interrupted when one takes longer than a statement may: DuckDB has no time-out of its own."""
        while True:
            alarm = threading.Timer(self.limits.statement_seconds, cursor.interrupt)
            alarm.daemon = True
            alarm.start()
            try:
                batch = next(batches, None)
            finally:
                alarm.cancel()
            if batch is None:
                return
            yield batch

    def file_bytes(self) -> int | None:
        """Returns the size of the file."""
        return self._path.stat().st_size

    def state(self) -> str | None:
        """Returns size and time of the file and of its log."""
        return file_state(self._path, ".wal")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None


def quote(name: str) -> str:
    """Returns an identifier as DuckDB takes any text."""
    return '"' + name.replace('"', '""') + '"'


def leaves(path: str, kind: Any) -> Iterator[tuple[str, Any]]:
    """Yields path and type of the scalars of a column: ``address.city``, ``tags[]``."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        for part in kind:
            yield from leaves(f"{path}.{part.name}", part.type)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from leaves(f"{path}[]", kind.value_type)
    else:
        yield path, kind


def _names(table: Table) -> tuple[str, ...]:
    return tuple(quote(field.column.path) for field in table.fields)


def _read_as(declared: str) -> tuple[str, str]:
    if declared in _KINDS:
        return _KINDS[declared]
    if _NESTED.match(declared) and not _NOT_ARROW.search(declared):
        return "any", "{c}"
    return "text", "{c}::VARCHAR"


def _reader(connection: Any, statement: str, size: int) -> pa.RecordBatchReader:
    """Returns a statement's rows as a stream of Arrow; the method's name changed over DuckDB's versions."""
    relation = connection.sql(statement)
    method = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    return method(size)


def _check_header(path: Path) -> None:
    """Says in our words what keeps a file from being opened.

    Raises:
        SourceError: it is missing, or is no DuckDB database; DuckDB would look for an extension that reads it.
    """
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except FileNotFoundError:
        head = None
    except OSError:
        raise SourceError("permission_denied", "the file cannot be opened") from None
    if head is None:
        raise SourceError("not_found", "there is no such file")
    if head[8:12] != b"DUCK":
        raise SourceError("corrupt", "it is not a DuckDB database")
