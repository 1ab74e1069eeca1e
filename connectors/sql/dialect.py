"""Any database that SQLAlchemy has a dialect for, through its inspector; also the ground that servers stand on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, CursorResult

from recense.connectors.sql import failures, rows
from recense.connectors.sql.tables import Database, Field, Table, column_key, dataset_name
from recense.errors import SourceError, TargetError
from recense.model import Column, Dataset, Limits, Unreadable

if TYPE_CHECKING:
    import pyarrow as pa

SYSTEM_SCHEMAS = frozenset(
    {"information_schema", "pg_catalog", "sys", "system", "mysql", "performance_schema", "guest", "crdb_internal"}
)
_NO_PARAMETERS = {"no_parameters": True}  # else drivers look for % in our quoted names


class Server(Database):
    """A database reached through SQLAlchemy's engine, each reading on a connection of its own."""

    def __init__(self, uri: str, url: URL, limits: Limits, **connect: Any) -> None:
        super().__init__(uri, limits)
        self._engine = _engine(uri, url, connect)
        # A preparer that does not double percent signs: the statements are sent as they are.
        dialect: Any = type(self._engine.dialect)
        self._quote: Callable[[str], str] = dialect(paramstyle="named").identifier_preparer.quote_identifier

    def _begin(self, connection: Connection) -> None:
        """Starts a read-only transaction with one snapshot and the statement time-out, as far as the server can."""

    def _stream(self, connection: Connection, statement: str) -> CursorResult[Any]:
        """Runs a statement with a cursor that leaves the rows at the server until they are fetched."""
        return connection.exec_driver_sql(statement, execution_options=_NO_PARAMETERS | {"stream_results": True})

    def _run(self, connection: Connection, statement: str) -> Sequence[Any]:
        result = connection.exec_driver_sql(statement, execution_options=_NO_PARAMETERS)
        return result.fetchall() if result.returns_rows else []

    def _names(self, table: Table) -> tuple[str, ...]:
        return tuple(self._quote(field.column.path) for field in table.fields)

    def _probe(self, connection: Connection, table: Table) -> None:
        """Lets the server check that a table or view can be read at all, without reading it."""
        self._run(connection, f"{table.select(self._names(table))} LIMIT 0")

    def _answer(self, statement: str) -> Sequence[Any]:
        """Returns the rows of a statement in a read-only transaction of its own."""
        with self._engine.connect() as connection:
            self._begin(connection)
            return self._run(connection, statement)

    def _bounds(self, table: Table) -> tuple[int, int] | None:
        with self._engine.connect() as connection:
            self._begin(connection)
            statement = f"SELECT min({table.key}), max({table.key}) FROM {table.relation}"  # noqa: S608 quoted
            low, high = self._run(connection, statement)[0]
        return None if low is None else (int(low), int(high))

    def _read(self, table: Table, where: str) -> Iterator[pa.RecordBatch]:
        """Yields the rows through the driver's own cursor."""
        connection = self._engine.connect()
        driver = connection.connection.driver_connection
        done = False
        try:
            self._begin(connection)
            result = self._stream(connection, table.select(self._names(table), where))
            yield from rows.gather(rows.chunks(result.fetchmany, table.fields, self.limits), self.limits)
            done = True
        finally:
            if not done:
                self._abandon(connection, driver)
            connection.close()

    def _abandon(self, connection: Connection, driver: Any) -> None:
        """Drops a connection that still has rows to give: some cursors would read them all before they close."""
        if not connection.invalidated:
            connection.invalidate()

    def close(self) -> None:
        """Gives back what the engine holds."""
        self._engine.dispose()


class DialectDatabase(Server):
    """A database of a kind that recense knows nothing of but what SQLAlchemy's inspector says.

    Only SELECT is ever sent; a read-only account is the user's part, since there is no common way to ask for one.
    """

    @failures.translated_iterator(failures.of_any)
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields tables and views of all schemas but the known system ones."""
        with self._engine.connect() as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)  # types it does not know: we take any
            inspector = sqlalchemy.inspect(connection)
            default = inspector.default_schema_name or ""
            for schema, name, kind in self._list(inspector, default, only):
                label = dataset_name(schema, name, default)
                try:
                    yield self._describe(inspector, schema or None, name, kind, label, default)
                except Exception as error:
                    yield self.unreadable(label, failures.of_any(error))

    def _list(
        self, inspector: sqlalchemy.Inspector, default: str, only: tuple[str, str] | None
    ) -> Iterator[tuple[str, str, str]]:
        schemas = [name for name in inspector.get_schema_names() if name.lower() not in SYSTEM_SCHEMAS]
        for schema in schemas or [default]:
            if only and schema != only[0]:
                continue
            found = [(name, "table") for name in inspector.get_table_names(schema or None)]
            for list_views in (inspector.get_view_names, inspector.get_materialized_view_names):
                try:
                    found += [(name, "view") for name in list_views(schema or None)]
                except NotImplementedError:
                    continue  # the dialect has none of this kind
            yield from ((schema, name, kind) for name, kind in found if not only or name == only[1])

    def _describe(
        self, inspector: sqlalchemy.Inspector, schema: str | None, name: str, kind: str, label: str, default: str
    ) -> Table:
        primary = list(inspector.get_pk_constraint(name, schema)["constrained_columns"])
        foreign = {
            column: f"{dataset_name(key['referred_schema'] or default, key['referred_table'], default)}.{referred}"
            for key in inspector.get_foreign_keys(name, schema)
            for column, referred in zip(key["constrained_columns"], key["referred_columns"], strict=False)
        }
        fields = []
        for column in inspector.get_columns(name, schema):
            path = str(column["name"])
            declared = Column(
                path, _type_name(column["type"]), column.get("comment"), column_key(primary, foreign, path)
            )
            fields.append(Field(declared, self._quote(path)))
        if not fields:
            raise SourceError("failed", "the database names no column of it")
        try:
            comment = inspector.get_table_comment(name, schema)["text"]
        except NotImplementedError:
            comment = None
        columns = tuple(field.column for field in fields)
        relation = f"{self._quote(schema)}.{self._quote(name)}" if schema else self._quote(name)
        dataset = Dataset(self.uri, label, kind, columns, None, comment)
        return Table(dataset, schema or "", name, relation, tuple(fields), stored=kind == "table")

    @failures.translated(failures.of_any)
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns None: without statistics there is no telling which tables are large."""
        return None

    @failures.translated_iterator(failures.of_any)
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows, in whatever types the driver gives."""
        yield from self._read(table, where)


def _type_name(kind: Any) -> str:
    try:
        return str(kind)
    except Exception:  # a type that SQLAlchemy cannot write down in SQL: its class says as much
        return type(kind).__name__


def _engine(uri: str, url: URL, connect: dict[str, Any]) -> sqlalchemy.Engine:
    """Returns an engine that quotes no parameter in its errors. It keeps two idle connections for the next tables.

    Raises:
        TargetError: there is no such dialect or driver, or it refuses the URL.
    """
    try:
        return sqlalchemy.create_engine(
            url, pool_size=2, max_overflow=-1, pool_pre_ping=True, hide_parameters=True, connect_args=connect
        )
    except ModuleNotFoundError as error:
        problem = f"{url.get_backend_name()}:// needs {error.name}. Install it: pip install {error.name}"
    except (exc.ArgumentError, exc.NoSuchModuleError, TypeError, ValueError):
        problem = f"cannot read {uri}: SQLAlchemy has no such dialect, or the URL has an option that it does not know"
    raise TargetError(problem)
