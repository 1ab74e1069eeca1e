"""Databases by URL: SQLite, DuckDB, PostgreSQL, MySQL and MariaDB, and whatever else SQLAlchemy has a dialect for.

Importing this package registers the URL schemes and loads nothing else: no driver, no SQLAlchemy.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from recense.connectors import connector
from recense.model import Limits, Source

OWN_SCHEMES = ("sqlite", "duckdb", "postgresql", "postgres", "mysql", "mariadb")


def _other_schemes() -> list[str]:
    """Returns the schemes of all other installed SQLAlchemy dialects but those that a connector of its own reads."""
    dialects = {point.name.partition(".")[0] for point in entry_points(group="sqlalchemy.dialects")}
    taken = {point.name for point in entry_points(group="recense.connectors")}
    return sorted((dialects | {"mssql", "oracle"}) - taken - set(OWN_SCHEMES))


@connector(*OWN_SCHEMES, *_other_schemes())
def open_database(target: str, limits: Limits) -> Source:
    """Opens a database by its URL. The server is asked for nothing before datasets or batches are.

    Raises:
        TargetError: the URL cannot be understood; the message shows it without user and password.
        MissingExtra: the driver is not installed.
    """
    from recense.connectors.sql.source import SqlSource, database

    kind, uri, opened = database(target, limits)
    return SqlSource(kind, uri, opened)
