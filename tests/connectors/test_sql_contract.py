"""The contract of connectors, kept by every kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Base, duckdb_base, mariadb_base, postgres_base, sqlite_base
from servers import PASSWORD

from recense.testing.connectors import ConnectorContract

ROWS = {"client": 3, "visit": 40, "named": 2, "empty": 0, "two words": 1}


def fill(base: Base) -> str:
    visits = ", ".join(f"({number}, {number % 3}, '2026-01-02', 1.50)" for number in range(40))
    quote = "`" if base.kind == "mysql" else '"'
    base.run(
        "CREATE TABLE client (id INTEGER PRIMARY KEY, name VARCHAR(40), note TEXT);"
        f"INSERT INTO client VALUES (0, 'Ann', 'é'), (1, NULL, NULL), (2, 'Bob', '{'x' * 9_000}');"
        "CREATE TABLE visit (id INTEGER PRIMARY KEY, client INTEGER, seen DATE, price DECIMAL(9,2),"
        " FOREIGN KEY (client) REFERENCES client (id));"
        f"INSERT INTO visit VALUES {visits};"
        "CREATE VIEW named AS SELECT * FROM client WHERE name IS NOT NULL;"
        "CREATE TABLE empty (a INTEGER);"
        f"CREATE TABLE {quote}two words{quote} (a INTEGER); INSERT INTO {quote}two words{quote} VALUES (1);"
    )
    return base.url


class TestSqlite(ConnectorContract):
    expected = ROWS

    @pytest.fixture
    def target(self, tmp_path: Path) -> str:
        return fill(sqlite_base(tmp_path))


class TestDuckdb(ConnectorContract):
    expected = ROWS

    @pytest.fixture
    def target(self, tmp_path: Path) -> str:
        return fill(duckdb_base(tmp_path))


class TestPostgres(ConnectorContract):
    expected = ROWS
    secrets = ("tester", PASSWORD, "correct")

    @pytest.fixture
    def target(self, postgres_url: str) -> Iterator[str]:
        with postgres_base(postgres_url) as base:
            yield fill(base)


class TestMariadb(ConnectorContract):
    expected = ROWS
    secrets = ("tester", PASSWORD, "correct")

    @pytest.fixture
    def target(self, mariadb_url: str) -> Iterator[str]:
        with mariadb_base(mariadb_url) as base:
            yield fill(base)
