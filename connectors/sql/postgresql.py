"""PostgreSQL: the catalogue through psycopg, the rows through ADBC where it is installed."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.engine import URL, Connection

from recense.connectors.sql import failures, rows
from recense.connectors.sql.date_dialects import PostgresDates
from recense.connectors.sql.dialect import Server
from recense.connectors.sql.tables import Field, Table, clamped, column_key, dataset_name, shown
from recense.errors import SourceError, TargetError
from recense.model import Column, Dataset, Limits, Unreadable
from recense.plugins import driver, optional

if TYPE_CHECKING:
    import pyarrow as pa

# By the numbers of pg_type, which are fixed for built-in types. All others are read as their own text.
_KINDS: dict[int, tuple[str, str]] = {
    16: ("boolean", "{c}"),
    17: ("binary", "{c}"),
    20: ("integer", "{c}"),
    21: ("integer", "{c}"),
    23: ("integer", "{c}"),
    25: ("text", "{c}"),
    700: ("float", "{c}"),
    701: ("float", "{c}"),
    1043: ("text", "{c}"),
    1082: ("date", clamped("DATE")),
    1114: ("timestamp", clamped("TIMESTAMP", " 00:00:00")),
    1184: ("timestamp_utc", clamped("TIMESTAMPTZ", " 00:00:00+00")),
}
_INTEGERS = frozenset({20, 21, 23})

# relispartition: a partition is read with its parent. reltuples is -1 (0 before version 14) until the first ANALYZE.
_TABLES = """
SELECT c.oid, n.nspname, c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'),
       CASE WHEN c.relkind = 'p' THEN
              (SELECT sum(CASE WHEN l.reltuples > 0 OR l.relpages > 0 THEN l.reltuples END)
               FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf)
            WHEN c.relkind IN ('r', 'm') AND (c.reltuples > 0 OR c.relpages > 0) THEN c.reltuples END,
       has_schema_privilege(n.oid, 'USAGE'), c.relispopulated, c.relrowsecurity AND row_security_active(c.oid),
       CASE WHEN c.relkind = 'p' THEN
              (SELECT sum(pg_table_size(t.relid)) FROM pg_partition_tree(c.oid) t WHERE t.isleaf)
            WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) END,
       (SELECT sum(s.avg_width) FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname <> 'information_schema'
      AND n.nspname !~ '^pg_' {only} ORDER BY n.nspname, c.relname"""
_COLUMNS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid,
       col_description(a.attrelid, a.attnum), has_column_privilege(a.attrelid, a.attnum, 'SELECT'), a.attnum
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' {only} ORDER BY a.attrelid, a.attnum"""
_KEYS = """
SELECT k.conrelid, k.contype::text, a.attname, rn.nspname, r.relname, ra.attname
FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(own, other, place)
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.own
LEFT JOIN pg_class r ON r.oid = k.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
LEFT JOIN pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = u.other
WHERE k.contype IN ('p', 'f') {only} ORDER BY k.conrelid, k.conname, u.place"""
_DOMAINS = "SELECT oid, typbasetype FROM pg_type WHERE typtype = 'd'"
DEFAULT_SCHEMA = "public"
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"


class _Row(NamedTuple):
    """A row of ``_TABLES``."""

    oid: int
    schema: str
    name: str
    kind: str
    comment: str | None
    rows: float | None
    usable: bool
    populated: bool
    hidden_rows: bool
    bytes: int | None
    width: int | None


class PostgresServer(Server):
    """A PostgreSQL database (12 or newer): every schema but the system's."""

    def __init__(self, uri: str, url: URL, limits: Limits) -> None:
        driver("psycopg", "postgres", "postgresql://")
        connect: dict[str, Any] = {"connect_timeout": 10, "application_name": "recense"}
        connect = {key: value for key, value in connect.items() if key not in url.query}
        super().__init__(uri, url.set(drivername="postgresql+psycopg"), limits, **connect)
        self._conninfo = _conninfo(uri, {**self._engine.dialect.create_connect_args(url)[1], **connect})
        self._idle: list[Any] = []
        self._session = (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {limits.statement_seconds * 1000}",
            "SET LOCAL lock_timeout = '30s'",
            # Rather an error than a table whose rows are silently filtered away.
            "SET LOCAL row_security = off",
            "SET LOCAL TimeZone = 'UTC'",
            "SET LOCAL DateStyle = 'ISO'",
            "SET LOCAL IntervalStyle = 'postgres'",
        )

    def _begin(self, connection: Connection) -> None:
        for statement in self._session:
            self._run(connection, statement)

    @failures.translated_iterator(failures.of_postgres)
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields tables (partitioned ones once), views, materialized views and foreign tables."""
        with self._engine.connect() as connection:
            self._begin(connection)
            found, columns, keys, domains = self._catalogue(connection, only)
            connection.rollback()
            for row in found:
                label = dataset_name(row.schema, row.name, DEFAULT_SCHEMA)
                table, refused = self._table(row, label, columns[row.oid], keys[row.oid], domains)
                problem = self._problem(connection, row, table, refused)
                if problem is not None:
                    yield self.unreadable(label, problem)
                    continue
                yield from (
                    self.unreadable(f"{label}.{shown(name)}", failures.failure(failures.DENIED)) for name in refused
                )
                yield table

    def _catalogue(
        self, connection: Connection, only: tuple[str, str] | None
    ) -> tuple[list[_Row], dict[int, list[Any]], dict[int, list[Any]], dict[int, int]]:
        """Returns the tables, their columns and keys by oid, and the base type of every domain."""
        condition = "AND n.nspname = %(schema)s AND c.relname = %(name)s" if only else ""
        parameters = {"schema": only[0], "name": only[1]} if only else {}
        answers = []
        for query in (_TABLES, _COLUMNS, _KEYS, _DOMAINS):
            answers.append(connection.exec_driver_sql(query.replace("{only}", condition), parameters).fetchall())
        columns: dict[int, list[Any]] = defaultdict(list)
        keys: dict[int, list[Any]] = defaultdict(list)
        for row in answers[1]:
            columns[row[0]].append(row)
        for row in answers[2]:
            keys[row[0]].append(row)
        return [_Row(*row) for row in answers[0]], columns, keys, {row[0]: row[1] for row in answers[3]}

    def _table(
        self, row: _Row, label: str, columns: list[Any], keys: list[Any], domains: dict[int, int]
    ) -> tuple[Table, list[str]]:
        """Returns a table with the columns the account may read, and the names of the others."""
        primary = [key[2] for key in keys if key[1] == "p"]
        foreign = {
            key[2]: f"{dataset_name(key[3], key[4], DEFAULT_SCHEMA)}.{key[5]}"
            for key in keys
            if key[1] == "f" and key[4]
        }
        fields, refused, integers = [], [], set()
        for _, name, declared, number, comment, allowed, _ in columns:
            while number in domains:
                number = domains[number]
            column = Column(name, declared, comment, column_key(primary, foreign, name))
            kind, expression = _KINDS.get(number, ("text", "{c}::text"))
            if number in _INTEGERS:
                integers.add(name)
            if allowed:
                fields.append(Field(column, expression.replace("{c}", self._quote(name)), kind))
            else:
                refused.append(name)
        dataset = Dataset(
            self.uri,
            label,
            "view" if row.kind in "vm" else "table",
            tuple(field.column for field in fields),
            None if row.rows is None else int(row.rows),
            row.comment,
        )
        # ONLY: a table that others inherit from would give their rows too, and they are listed themselves.
        relation = f"{'ONLY ' if row.kind == 'r' else ''}{self._quote(row.schema)}.{self._quote(row.name)}"
        key = self._quote(primary[0]) if len(primary) == 1 and primary[0] in integers - set(refused) else None
        about, size = _volume(row, len(fields))
        stored = row.kind in "rp"
        return Table(dataset, row.schema, row.name, relation, tuple(fields), key, stored, about, size), refused

    def _problem(self, connection: Connection, row: _Row, table: Table, refused: list[str]) -> SourceError | None:
        """Returns why a table cannot be read, None when it can."""
        if not row.usable:
            return failures.failure(failures.DENIED)
        if not table.fields and refused:
            return failures.failure(failures.DENIED)
        if row.hidden_rows:
            return SourceError(
                "permission_denied", "row-level security hides rows of it from this account; grant it BYPASSRLS"
            )
        if not row.populated:
            return SourceError("failed", "the materialized view holds nothing yet; REFRESH it first")
        if row.kind not in "vf":
            return None
        try:
            self._begin(connection)
            self._probe(connection, table)
        except Exception as error:
            return failures.of_postgres(error)
        finally:
            connection.rollback()
        return None

    def drawn(self, table: Table, share: float, seed: int) -> tuple[Table, str] | None:
        """Returns the table with a TABLESAMPLE of single rows; views and foreign tables know none."""
        if table.stored:
            sampled = f"{table.relation} TABLESAMPLE BERNOULLI ({100 * share:.9f}) REPEATABLE ({seed})"
            return replace(table, relation=sampled), ""
        return table, f"random() < {share:.12f}"

    def dates(self) -> PostgresDates:
        """Returns the dialect of its dates."""
        return PostgresDates(self._quote)

    @failures.translated(failures.of_postgres)
    def rows_of(self, statement: str) -> Sequence[Any]:
        """Returns what it counts by itself."""
        return self._answer(statement)

    @failures.translated(failures.of_postgres)
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns the ends of the key's index."""
        return self._bounds(table)

    @failures.translated_iterator(failures.of_postgres)
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows by COPY through ADBC, else through a server-side cursor."""
        if not table.fields:
            return
        adbc = optional("adbc_driver_postgresql.dbapi")
        if adbc is None:
            yield from self._read(table, where)
            return
        connection = self._copying(adbc)
        done = False
        try:
            size = str(3 * self.limits.batch_bytes // 4)  # the driver stops after the row that exceeds it
            with connection.cursor(adbc_stmt_kwargs={_BATCH_BYTES: size}) as cursor:
                cursor.execute(table.select(self._names(table), where))
                with _stream(cursor) as reader:
                    yield from rows.gather((rows.checked(batch, table.fields) for batch in reader), self.limits)
            connection.rollback()
            done = True
        finally:
            if done:
                self._idle.append(connection)
            else:
                connection.close()

    def _copying(self, adbc: Any) -> Any:
        """Returns an ADBC connection in a fresh transaction: one that is idle, or a new one.

        Connecting costs tens of milliseconds, more than most tables take to read.
        """
        with contextlib.suppress(IndexError, adbc.Error):
            idle = self._idle.pop()
            try:
                return self._prepared(idle)
            except adbc.Error:  # the server hung up meanwhile
                idle.close()
        return self._prepared(adbc.connect(self._conninfo))

    def _prepared(self, connection: Any) -> Any:
        with connection.cursor() as cursor:
            for statement in self._session:
                cursor.execute(statement)
        return connection

    def close(self) -> None:
        """Ends the connections."""
        while self._idle:
            self._idle.pop().close()
        super().close()


def _volume(row: _Row, columns: int) -> tuple[int | None, int | None]:
    """Returns rows and bytes of cells, roughly, from what the last ANALYZE saw, else from the table's size on disk."""
    rows = None if row.rows is None else int(row.rows)
    width = None if row.width is None else int(row.width)
    if row.bytes is None:
        return rows, None
    disk = int(row.bytes)
    if rows is None:  # never analysed: a row takes 28 bytes of its own and, it is guessed, 12 a column
        rows = disk // (28 + 12 * max(1, columns))
    return rows, rows * width if width else max(0, disk - 28 * rows)


def _stream(cursor: Any) -> Any:
    """Returns the rows of an ADBC cursor through its own reader, whose errors keep their SQLSTATE.

    The public method unwraps it, and an error in mid-stream is then an OSError with nothing but the server's message.
    """
    return getattr(getattr(cursor, "_results", None), "reader", None) or cursor.fetch_record_batch()


def _conninfo(uri: str, parameters: dict[str, Any]) -> str:
    """Returns what libpq connects with: the engine's parameters but its own objects.

    Raises:
        TargetError: the URL has an option that PostgreSQL does not know.
    """
    import psycopg
    from psycopg.conninfo import make_conninfo

    try:
        return make_conninfo(**{key: str(value) for key, value in parameters.items() if isinstance(value, str | int)})
    except psycopg.Error:
        problem = (
            f"cannot read {uri}: the URL has an option that PostgreSQL does not know (see libpq's parameter key words)"
        )
    raise TargetError(problem)
