"""SQLite files, read without changing anything in their folder: through ADBC where it is installed, else sqlite3."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent

from recense.connectors.sql import failures, rows
from recense.connectors.sql.date_dialects import SqliteDates
from recense.connectors.sql.local_file import file_state
from recense.connectors.sql.tables import Database, Field, Table, column_key, dataset_name
from recense.errors import RetriableError, SourceError
from recense.model import Column, Dataset, Limits, Unreadable
from recense.plugins import optional

if TYPE_CHECKING:
    import pyarrow as pa

ADBC_ROWS = 128
"""Rows ADBC's driver hands over at once, whatever their width. It costs little against its own 1 024."""
ADBC_BYTES = 64 << 20
"""Files from this size on are worth loading ADBC, which loads pandas; below, a cursor has finished before it."""
LOCK_SECONDS = 10.0
"""Seconds to wait for a writer."""
_STEPS = 50_000  # virtual machine steps between two looks at the clock: some milliseconds
# What ADBC gives for each kind of column, and the cell that makes it do so.
_ADBC = {
    "integer": ("int64", "0"),
    "float": ("double", "0.0"),
    "text": ("string", "''"),
    "loose": ("string", "''"),
    "binary": ("binary", "x''"),
}
# ADBC writes a float among texts as 1.980000e+00, SQLite as 1.98.
_LOOSE = "CASE typeof({c}) WHEN 'real' THEN CAST({c} AS TEXT) ELSE {c} END"


class SqliteFile(Database):
    """A SQLite file. Cells have types of their own there, so a batch's type is what its cells allow."""

    def __init__(self, uri: str, path: Path, limits: Limits) -> None:
        super().__init__(uri, limits)
        self._path = path
        self._lock = threading.Lock()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._sound = False

    def _address(self) -> tuple[str, bool]:
        """Returns the URI under which SQLite opens the file without writing beside it, and whether locks protect it.

        In WAL mode it would make ``-wal`` and ``-shm`` files even for reading. Without a log, the file is opened as
        immutable; a log that nobody has open (a copy, a crash) is read from a temporary folder; one that is in use
        is read beside its writer, which is what the files are there for.
        """
        with self._lock:
            if not self._sound:
                check_header(self._path)
                self._sound = True
            path, options, locked = self._path, "mode=ro", True
            if _journal_is_wal(path):
                log, shared = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
                if not log.exists() or log.stat().st_size == 0:
                    options, locked = "mode=ro&immutable=1", False
                elif not shared.exists():
                    path, locked = self._borrow(path, log), False
            return f"file:{percent(str(path.absolute()))}?{options}", locked

    def _borrow(self, *files: Path) -> Path:
        """Returns the first file's place in a temporary folder where all lie, linked where possible, else copied."""
        if self._copy is None:
            if sum(file.stat().st_size for file in files) > self.limits.file_bytes:
                raise SourceError("too_large", "its log has to be read from a copy, and it exceeds limits.file_bytes")
            self._copy = tempfile.TemporaryDirectory(prefix="recense-")
            for file in files:
                target = Path(self._copy.name) / file.name
                try:
                    os.link(file.resolve(), target)
                except OSError:  # another file system, or a file of somebody else
                    shutil.copyfile(file, target)
        return Path(self._copy.name) / files[0].name

    def _connect(self, address: str, budget: Budget) -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=LOCK_SECONDS, check_same_thread=False, isolation_level=None
        )
        connection.execute("PRAGMA query_only = 1")
        connection.execute("PRAGMA trusted_schema = 0")  # a view must not run functions with effects
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * self.limits.batch_bytes)
        connection.set_progress_handler(budget.spent, _STEPS)
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # takes the snapshot
        return connection

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[sqlite3.Connection, Budget]]:
        budget = Budget(self.limits.statement_seconds)
        with contextlib.closing(self._connect(self._address()[0], budget)) as connection:
            yield connection, budget

    @failures.translated_iterator(failures.of_sqlite)
    def tables(self, only: tuple[str, str] | None = None) -> Iterator[Table | Unreadable]:
        """Yields tables, virtual tables and views; not what SQLite keeps for itself or for a virtual table."""
        with self._opened() as (connection, budget):
            connection.text_factory = rows.decode
            estimates = _estimates(connection)
            hidden = _shadow_tables(connection)  # what virtual tables keep themselves in
            entries = connection.execute(
                "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
            ).fetchall()
            for name, kind, sql in entries:
                if name.lower().startswith("sqlite_") or name in hidden or (only and name != only[1]):
                    continue
                try:
                    with budget:
                        yield self._table(connection, name, kind, str(sql or ""), estimates.get(name))
                except SourceError as failure:
                    yield self.unreadable(_label(name), failure)

    @failures.translated(failures.of_sqlite)
    def _table(self, connection: sqlite3.Connection, name: str, kind: str, sql: str, estimate: int | None) -> Table:
        found = connection.execute("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
        primary = [row[0] for row in sorted((row for row in found if row[2]), key=lambda row: row[2])]
        foreign = {
            row[0]: f"{_label(row[1])}.{row[2] or _primary(connection, row[1], row[3])}"
            for row in connection.execute('SELECT "from", "table", "to", seq FROM pragma_foreign_key_list(?)', (name,))
        }
        fields = tuple(
            _field(Column(column, declared, None, column_key(primary, foreign, column)))
            for column, declared, _, hidden in found
            if hidden != 1  # a virtual table's hidden columns are its arguments
        )
        types = {row[0]: row[1].upper() for row in found}
        alias = primary[0] if len(primary) == 1 and types[primary[0]] == "INTEGER" else None
        stored = kind == "table" and not sql.upper().startswith("CREATE VIRTUAL") and not any(row[3] for row in found)
        dataset = Dataset(self.uri, _label(name), kind, tuple(field.column for field in fields), estimate)
        # NOT INDEXED: rows come in the order of the table itself, whichever library reads it.
        relation = f"main.{quote(name)}{' NOT INDEXED' if stored else ''}"
        about = estimate if estimate is not None or not stored else _highest(connection, name)
        table = Table(dataset, "main", name, relation, fields, quote(alias) if alias else None, stored, about)
        if not stored:
            connection.execute(f"{table.select(_names(table))} LIMIT 0").fetchall()
        return table

    def dates(self) -> SqliteDates:
        """Returns the dialect of its dates."""
        return SqliteDates(quote)

    @failures.translated(failures.of_sqlite)
    def rows_of(self, statement: str) -> Sequence[Any]:
        """Returns what it counts by itself."""
        with self._opened() as (connection, budget), budget:
            connection.text_factory = rows.decode
            return connection.execute(statement).fetchall()

    @failures.translated(failures.of_sqlite)
    def bounds(self, table: Table) -> tuple[int, int] | None:
        """Returns the lowest and highest row number."""
        with self._opened() as (connection, budget), budget:
            low, high = (
                connection.execute(f"SELECT {end}({table.key}) FROM main.{quote(table.name)}").fetchone()[0]  # noqa: S608
                for end in ("min", "max")  # one by one: only then SQLite looks at the ends instead of at all rows
            )
        return None if low is None else (int(low), int(high))

    @failures.translated_iterator(failures.of_sqlite)
    def read(self, table: Table, where: str = "") -> Iterator[pa.RecordBatch]:
        """Yields the rows of one snapshot.

        ADBC is fast and strict: it stops at the first cell that is not of its column's type. The sqlite3 module then
        goes on from the same row of the same snapshot, at first strict about UTF-8 and at last about nothing.
        """
        before = self.state()
        address, locked = self._address()
        budget = Budget(self.limits.statement_seconds)
        with contextlib.closing(self._connect(address, budget)) as connection:
            statement = table.select(_names(table), where)
            ways = [
                lambda done: self._by_cursor(connection, budget, statement, done, table, str),
                lambda done: self._by_cursor(connection, budget, statement, done, table, rows.decode),
            ]
            typed = table.stored and all(field.kind in _ADBC for field in table.fields)
            if typed and self._suits_adbc(connection, table) and optional("adbc_driver_sqlite.dbapi"):
                ways.insert(0, lambda _: _by_adbc(address, statement, table, unchanged=lambda: self.state() == before))
            yield from rows.gather(_one_after_the_other(ways), self.limits)
        if not locked and self.state() != before:
            raise RetriableError("failed", "the file was written to while it was read; try again later")

    def _by_cursor(
        self,
        connection: sqlite3.Connection,
        budget: Budget,
        statement: str,
        done: int,
        table: Table,
        text_factory: Callable[[bytes], str],
    ) -> Iterator[pa.RecordBatch]:
        connection.text_factory = text_factory
        with budget:
            cursor = connection.execute(f"{statement} LIMIT -1 OFFSET {done}")

        def fetch(count: int) -> list[Any]:
            with budget:
                return cursor.fetchmany(count)

        return rows.chunks(fetch, table.fields, self.limits)

    def _suits_adbc(self, connection: sqlite3.Connection, table: Table) -> bool:
        """Returns whether the file is large and its rows narrow: ADBC hands over so many whatever their width."""
        size = self._path.stat().st_size
        if size < ADBC_BYTES:
            return False
        highest = _highest(connection, table.name)
        if not highest:
            return False
        return size // highest * ADBC_ROWS <= self.limits.batch_bytes // 4

    def file_bytes(self) -> int | None:
        """Returns the size of the file."""
        return self._path.stat().st_size

    def state(self) -> str | None:
        """Returns size and time of the file and of its log."""
        return file_state(self._path, "-wal")

    def close(self) -> None:
        """Removes the temporary folder, if there was need of one."""
        with self._lock:
            if self._copy is not None:
                self._copy.cleanup()
                self._copy = None


class Budget:
    """Seconds that SQLite itself may take. What the reader of the rows takes between two fetches does not count."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._end: float | None = None

    def __enter__(self) -> None:
        self._end = time.monotonic() + self._left

    def __exit__(self, *exc: object) -> None:
        if self._end is not None:
            self._left, self._end = self._end - time.monotonic(), None

    def spent(self) -> int:
        """Returns 1 when time is up, which makes SQLite stop."""
        return int(self._end is not None and time.monotonic() > self._end)


def _one_after_the_other(ways: list[Callable[[int], Iterator[pa.RecordBatch]]]) -> Iterator[pa.RecordBatch]:
    """Yields what the first way gives; where it fails the next goes on after the rows that are done."""
    done = 0
    for way in ways:
        try:
            for batch in way(done):
                done += batch.num_rows
                yield batch
            return
        except Exception as error:
            if way is ways[-1] or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise


def _by_adbc(address: str, statement: str, table: Table, unchanged: Callable[[], bool]) -> Iterator[pa.RecordBatch]:
    """Yields the rows through ADBC.

    Raises:
        Exception: for the next way to try: a cell is of another type, or ADBC has not the snapshot that we have.
    """
    # The driver takes a column's type from the first rows, and integers from none but NULLs: so a row of our own
    # goes before them.
    import adbc_driver_sqlite.dbapi as adbc

    names = _names(table)
    sentinel = ", ".join(f"{_ADBC[field.kind][1]} AS {name}" for field, name in zip(table.fields, names, strict=True))
    with (
        adbc.connect(address) as connection,
        connection.cursor(adbc_stmt_kwargs={"adbc.sqlite.query.batch_rows": str(ADBC_ROWS)}) as cursor,
    ):
        cursor.execute(f"SELECT {sentinel} UNION ALL {statement}")
        with cursor.fetch_record_batch() as reader:
            types = [str(part.type) for part in reader.schema]
            if types != [_ADBC[field.kind][0] for field in table.fields] or not unchanged():
                raise SourceError("failed", "a cell has another type, or somebody wrote between two snapshots")
            for number, batch in enumerate(reader):
                yield rows.checked(batch if number else batch.slice(1), table.fields)


def _field(column: Column) -> Field:
    kind = affinity(column.type)
    return Field(column, (_LOOSE if kind == "loose" else "{c}").replace("{c}", quote(column.path)), kind)


def affinity(declared: str) -> str:
    """Returns the ``Field.kind`` of a declared type, after https://www.sqlite.org/datatype3.html, 3.1.

    What SQLite calls NUMERIC (``loose`` to us) holds dates, decimals and their like, mostly as text, but also UUIDs
    as bytes; only booleans are integers.

    >>> affinity("VARCHAR(20)"), affinity("UNSIGNED BIG INT"), affinity("DATETIME"), affinity("")
    ('text', 'integer', 'loose', 'any')
    """
    word = declared.upper()
    if "INT" in word or "BOOL" in word:
        return "integer"
    if any(part in word for part in ("CHAR", "CLOB", "TEXT")):
        return "text"
    if "BLOB" in word:
        return "binary"
    if any(part in word for part in ("REAL", "FLOA", "DOUB")):
        return "float"
    return "loose" if word else "any"


def quote(name: str) -> str:
    """Returns an identifier as SQLite takes any text."""
    return '"' + name.replace('"', '""') + '"'


def _label(name: str) -> str:
    return dataset_name("main", name, "main")


def _names(table: Table) -> tuple[str, ...]:
    return tuple(quote(field.column.path) for field in table.fields)


def _estimates(connection: sqlite3.Connection) -> dict[str, int]:
    """Returns rows per table as the last ANALYZE counted them; nothing when there was none."""
    with contextlib.suppress(sqlite3.Error, ValueError):
        found = connection.execute("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl").fetchall()
        return {str(name): int(count) for name, count in found if count is not None}
    return {}


def _highest(connection: sqlite3.Connection, table: str) -> int | None:
    """Returns the highest row number, which is no fewer than the rows; None where there is none to be had at once."""
    try:
        highest = connection.execute(f"SELECT max(rowid) FROM main.{quote(table)}").fetchone()[0]  # noqa: S608 quoted
    except sqlite3.OperationalError:  # a table WITHOUT ROWID
        return None
    return highest if isinstance(highest, int) and highest > 0 else None  # or it has a column of its own called rowid


def _shadow_tables(connection: sqlite3.Connection) -> set[str]:
    """Returns the tables in which virtual ones keep their rows; read through the virtual table, not twice."""
    if sqlite3.sqlite_version_info < (3, 37):
        return set()
    found = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
    return {row[0] for row in found}


def _primary(connection: sqlite3.Connection, table: str, place: int) -> str:
    """Returns the column of a table's primary key that a reference without column names means."""
    found = connection.execute("SELECT name FROM pragma_table_xinfo(?) WHERE pk = ?", (table, place + 1)).fetchone()
    return str(found[0]) if found else "rowid"


def _journal_is_wal(path: Path) -> bool:
    """Returns whether the header says that the file is in WAL mode (https://www.sqlite.org/fileformat.html, 1.3)."""
    with path.open("rb") as file:
        return file.read(20)[18:20] == b"\x02\x02"


def check_header(path: Path) -> None:
    """Says in our words what keeps a file from being opened.

    Raises:
        SourceError: it is missing, may not be read, or is no SQLite database. SQLite takes an empty file for a
            database without tables; to us a file without data is damage worth a look.
    """
    problem: SourceError | None = None
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\x00":
                problem = failures.failure(failures.SQLITE_CODES[26])
    except (FileNotFoundError, NotADirectoryError):
        problem = SourceError("not_found", "there is no such file")
    except IsADirectoryError:
        problem = SourceError("corrupt", "it is a folder, not a database")
    except (OSError, ValueError):
        problem = SourceError("permission_denied", "the file cannot be opened")
    if problem is not None:
        raise problem
