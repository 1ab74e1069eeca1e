"""Writes the customer database a second time, into PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recense.demo.truth import Column
from recense.errors import SourceError, TargetError
from recense.plugins import driver

SOURCE = "postgresql"
SCHEMA = "recense_demo"
"""The demo's own schema: tables of a user are never touched, not even ones called ``clients``."""


def write(tables: Mapping[str, tuple[Sequence[Column], Sequence[Mapping[str, Any]]]], url: str) -> None:
    """Writes the tables into the schema ``recense_demo`` in one transaction, replacing those of an earlier build.

    Raises:
        TargetError: the URL is not one of PostgreSQL.
        MissingExtra: psycopg is not installed.
        SourceError: the server refuses or does not answer.
    """
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

    driver("psycopg", "postgres", "postgresql://")
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise TargetError(
            "the PostgreSQL URL of the demo cannot be parsed; write postgresql://user@host/name"
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise TargetError(f"the demo writes to PostgreSQL, not to {parsed.get_backend_name()}")
    engine = create_engine(parsed.set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            for name, (columns, records) in tables.items():
                fields = ", ".join(f'"{col.path}" {col.type}' for col in columns)
                connection.execute(text(f'DROP TABLE IF EXISTS {SCHEMA}."{name}"'))
                connection.execute(text(f'CREATE TABLE {SCHEMA}."{name}" ({fields})'))
                marks = ", ".join(f":c{at}" for at in range(len(columns)))
                rows = [{f"c{at}": value for at, value in enumerate(record.values())} for record in records]
                connection.execute(text(f'INSERT INTO {SCHEMA}."{name}" VALUES ({marks})'), rows)  # noqa: S608
    # the driver's own message may quote a row or the URL's password: it is not passed on
    except OperationalError:
        where = f"{parsed.host or 'the local socket'}:{parsed.port or 5432}"
        raise SourceError("unreachable", f"PostgreSQL at {where} does not answer or refuses the login") from None
    except SQLAlchemyError as error:
        told = f"PostgreSQL refused to write ({type(error).__name__})"
        raise SourceError("failed", f"{told}; the account must be allowed to create the schema {SCHEMA}") from None
    finally:
        engine.dispose()
