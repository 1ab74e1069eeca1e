"""MySQL and MariaDB through PyMySQL, with a cursor that leaves the rows at the server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.engine import URL, Connection

from recense.connectors.sql import failures
from recense.connectors.sql.date_dialects import MysqlDates
from recense.connectors.sql.dialect import Server
from recense.connectors.sql.tables import Field, Table, column_key, dataset_name, shown
from recense.errors import RetriableError
from recense.model import Column, Dataset, Limits, Unreadable
from recense.plugins import driver

if TYPE_CHECKING:
    import pyarrow as pa

_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year"})
_KINDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(_INTEGERS, ("integer", "{c}")),
    **dict.fromkeys(("float", "double"), ("float", "{c}")),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), ("text", "{c}")),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "vector"), ("binary", "{c}")),
    **dict.fromkeys(
        ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"),
        ("text", "ST_AsText({c})"),
    ),
    **dict.fromkeys(("geometrycollection", "geomcollection"), ("text", "ST_AsText({c})")),
    "date": ("date", "{c}"),
    "datetime": ("timestamp", "{c}"),
    "timestamp": ("timestamp_utc", "{c}"),
    "bit": ("text", "LPAD(BIN({c}), {width}, '0')"),  # as PostgreSQL writes it
}
_OTHER = ("text", "CAST({c} AS CHAR)")  # decimal, time, json, uuid, inet6 and what is yet to come
_SYSTEM = "'information_schema', 'mysql', 'performance_schema', 'sys'"
# A schema named by the URL is meant alone; without one, all are. Sequences hold no data.
_TABLES = f"""
SELECT table_schema, table_name, table_type, table_rows, table_comment, data_length FROM information_schema.tables
WHERE table_schema NOT IN ({_SYSTEM}) AND table_type NOT IN ('SEQUENCE', 'TEMPORARY', 'SYSTEM VIEW')
      AND (:schema = '' OR table_schema = :schema) AND (:name = '' OR table_name = :name)
ORDER BY table_schema, table_name"""  # noqa: S608 constants only
_COLUMNS = f"""
SELECT table_schema, table_name, column_name, column_type, data_type, column_comment, privileges, numeric_precision
FROM information_schema.columns
WHERE table_schema NOT IN ({_SYSTEM})
      AND (:schema = '' OR table_schema = :schema) AND (:name = '' OR table_name = :name)
ORDER BY table_schema, table_name, ordinal_position"""  # noqa: S608
_KEYS = f"""
SELECT table_schema, table_name, column_name, constraint_name, referenced_table_schema, referenced_table_name,
       referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema NOT IN ({_SYSTEM}) AND (constraint_name = 'PRIMARY' OR referenced_table_name IS NOT NULL)
      AND (:schema = '' OR table_schema = :schema) AND (:name = '' OR table_name = :name)
ORDER BY table_schema, table_name, constraint_name, ordinal_position"""  # noqa: S608
PROBE_SECONDS = 20
"""What the server may take to say that a view can be read: it computes some views even for no rows at all."""
_NO_DATE = re.compile(r"0000-00-00(?: 00:00:00(?:\.0+)?)?")


class MysqlServer(Server):
    """A MySQL (8 or newer) or MariaDB (10.5 or newer) database: the schema in the URL, or all when it names none."""

    def __init__(self, uri: str, url: URL, limits: Limits) -> None:
        driver("pymysql", "mysql", f"{url.get_backend_name()}://")
        self._default = url.database or ""
        connect: dict[str, Any] = {"connect_timeout": 10, "read_timeout": limits.statement_seconds + 60}
        connect = {key: value for key, value in connect.items() if key not in url.query}
        connect["conv"] = _converters()
        if "charset" not in url.query:
            url = url.update_query_dict({"charset": "utf8mb4"})
        super().__init__(uri, url.set(drivername=f"{url.get_backend_name()}+pymysql"), limits, **connect)

    def _begin(self, connection: Connection, most: int | None = None) -> None:
        seconds = min(self.limits.statement_seconds, most or self.limits.statement_seconds)
        version = str(self._run(connection, "SELECT VERSION()")[0][0])
        mariadb = "mariadb" in version.lower()
        timeout = f"max_statement_time = {seconds}" if mariadb else f"max_execution_time = {seconds * 1000}"
        connection.rollback()
        for statement in (
            # net_write_timeout: the server must not hang up while a batch is being scanned.
            f"SET SESSION {timeout}, net_write_timeout = {self.limits.statement_seconds}, lock_wait_timeout = 30, "
            "time_zone = '+00:00', sql_mode = ''",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ):
            self._run(connection, statement)

    @failures.translated_iterator(failures.of_mysql)
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields base tables, system-versioned tables (with their history) and views."""
        wanted = {"schema": only[0], "name": only[1]} if only else {"schema": self._default, "name": ""}
        with self._engine.connect() as connection:
            self._begin(connection, PROBE_SECONDS)
            found = connection.execute(text(_TABLES), wanted).fetchall()
            columns: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for row in connection.execute(text(_COLUMNS), wanted):
                columns[row[0], row[1]].append(row)
            keys: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for row in connection.execute(text(_KEYS), wanted):
                keys[row[0], row[1]].append(row)
            for row in found:
                place = (row[0], row[1])
                table, refused = self._table(row, columns[place], keys[place])
                label = table.dataset.name
                try:
                    # What information_schema shows may still be refused, and it says nothing of a broken view.
                    self._probe(connection, table)
                except Exception as error:
                    failure = failures.of_mysql(error)
                    if not isinstance(failure, RetriableError):  # a slow view is for reading to find out
                        yield self.unreadable(label, failure)
                        continue
                    if connection.invalidated:
                        raise
                yield from (
                    self.unreadable(f"{label}.{shown(name)}", failures.failure(failures.DENIED)) for name in refused
                )
                yield table

    def _table(self, row: Any, columns: Sequence[Any], keys: Sequence[Any]) -> tuple[Table, list[str]]:
        """Returns a table with the columns the account may read, and the names of the others."""
        schema, name, kind, estimate, comment, size = row
        primary = [key[2] for key in keys if key[3] == "PRIMARY"]
        foreign = {key[2]: f"{dataset_name(key[4], key[5], self._default)}.{key[6]}" for key in keys if key[5]}
        fields, refused, integers = [], [], set()
        for _, _, column, declared, data_type, note, privileges, width in columns:
            if "select" not in privileges.split(","):
                refused.append(column)
                continue
            kind_read, expression = _KINDS.get(data_type.lower(), _OTHER)
            if kind_read == "integer" and "unsigned" in declared:
                kind_read = "unsigned"
            expression = expression.replace("{width}", str(int(width or 1)))
            if data_type.lower() in _INTEGERS:
                integers.add(column)
            described = Column(column, declared, note or None, column_key(primary, foreign, column))
            fields.append(Field(described, expression.replace("{c}", self._quote(column)), kind_read))
        view = kind == "VIEW"
        dataset = Dataset(
            self.uri,
            dataset_name(schema, name, self._default),
            "view" if view else "table",
            tuple(field.column for field in fields),
            None if view or estimate is None else int(estimate),
            None if view else comment or None,  # a view's comment is the word VIEW, or what is wrong with it
        )
        relation = f"{self._quote(schema)}.{self._quote(name)}"
        if kind == "SYSTEM VERSIONED":
            relation += " FOR SYSTEM_TIME ALL"  # deleted rows are still there, and still someone's data
        key = self._quote(primary[0]) if len(primary) == 1 and primary[0] in integers else None
        size = None if view or size is None else int(size)
        return Table(dataset, schema, name, relation, tuple(fields), key, not view, bytes=size), refused

    def _probe(self, connection: Connection, table: Table) -> None:
        if table.fields:
            super()._probe(connection, table)
        else:
            self._run(connection, f"SELECT * FROM {table.relation} LIMIT 0")  # noqa: S608 quoted

    def _abandon(self, connection: Connection, driver: Any) -> None:
        # Else PyMySQL waits for the remaining rows, or complains of the closed socket when it is collected.
        if (result := getattr(driver, "_result", None)) is not None:
            result.unbuffered_active = False
        super()._abandon(connection, driver)

    def drawn(self, table: Table, share: float, seed: int) -> tuple[Table, str] | None:
        """Returns a condition on the server's own random numbers."""
        return table, f"RAND({seed}) < {share:.12f}"

    def dates(self) -> MysqlDates:
        """Returns the dialect of its dates."""
        return MysqlDates(self._quote)

    @failures.translated(failures.of_mysql)
    def rows_of(self, statement: str) -> Sequence[Any]:
        """Returns what it counts by itself."""
        return self._answer(statement)

    @failures.translated(failures.of_mysql)
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns the ends of the key's index."""
        return self._bounds(table)

    @failures.translated_iterator(failures.of_mysql)
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows through an unbuffered cursor."""
        yield from self._read(table, where)


def _converters() -> dict[Any, Any]:
    """Returns PyMySQL's converters, in which a zero date (``0000-00-00``) is no date instead of a text."""
    from pymysql.constants import FIELD_TYPE
    from pymysql.converters import conversions

    ours = dict(conversions)
    for number in (FIELD_TYPE.DATE, FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP):
        ours[number] = _unless_zero(conversions[number])
    return ours


def _unless_zero(convert: Any) -> Any:
    def call(value: str) -> Any:
        return None if _NO_DATE.fullmatch(value) else convert(value)

    return call
