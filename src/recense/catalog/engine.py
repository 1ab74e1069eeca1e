"""Opens the catalog's database, and turns its errors into sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from recense.errors import ConfigError
from recense.plugins import driver

BUSY_SECONDS = 30
"""How long a writer waits for another one before the catalog counts as locked."""

POOL = 8
"""Connections kept open, once used: as many as the dashboard makes pages at the same time."""

_WRITE = "recense_write"


def connect(url: str, where: str) -> Engine:
    """Returns an engine for a catalog's URL; SQLite files are made readable by their owner only.

    Args:
        url: ``sqlite:///…`` or ``postgresql://…``, with secrets.
        where: the same without secrets, for messages.

    Raises:
        ConfigError: no such kind of catalog, or the place cannot be written.
        MissingExtra: the PostgreSQL driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql":
            driver("psycopg", "postgres", "a catalog in PostgreSQL")
            parsed = parsed.set(drivername="postgresql+psycopg")
            return create_engine(parsed, pool_pre_ping=True, pool_size=POOL, hide_parameters=True)
        if parsed.get_backend_name() == "sqlite":
            _prepare(parsed.database)
            engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, pool_size=POOL, hide_parameters=True)
            event.listen(engine, "connect", _settle)
            event.listen(engine, "begin", _begin)
            return engine
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass  # the same sentence as for a kind that is not ours
    except OSError as error:
        raise ConfigError(
            f"cannot write the catalog {where}: {error.strerror}; name another place with --catalog"
        ) from None
    raise ConfigError(f"the catalog {where} is of no known kind; write a file name, or postgresql://host/database")


def _prepare(database: str | None) -> None:
    if database and database != ":memory:" and not Path(database).exists():
        os.close(os.open(database, os.O_CREAT | os.O_WRONLY, 0o600))


def _settle(connection: Any, _record: object) -> None:
    """Settings of each SQLite connection: what is deleted is overwritten, since deleted hashes must be gone."""
    connection.isolation_level = None  # transactions begin where we say, see _begin
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: upgrading a read lock later could fail half-way."""
    write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def transaction(engine: Engine, where: str, write: bool, turn: AbstractContextManager[object]) -> Iterator[Connection]:
    """Gives a connection in a transaction; database errors become sentences without parameters.

    Args:
        engine: of the catalog.
        where: its place without secrets.
        write: something is to be written.
        turn: lock of this process's writers. SQLite lets writers of one file try again after ever longer sleeps,
            whoever came first: many threads of one server would starve each other.

    Raises:
        ConfigError: the catalog cannot be read or written.
    """
    try:
        with turn if write and engine.dialect.name == "sqlite" else nullcontext(), engine.connect() as plain:
            connection = plain.execution_options(**{_WRITE: write})
            with connection.begin():
                yield connection
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[:1]  # the driver's own words, without statement and parameters
        raise ConfigError(
            f"the catalog {where} cannot be used: {said[0] if said else type(error.orig).__name__}"
        ) from None
    except SQLAlchemyError as error:
        raise ConfigError(f"the catalog {where} cannot be used: {type(error).__name__}") from None
