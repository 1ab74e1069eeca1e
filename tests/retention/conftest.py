"""A database of each kind to fill and to count in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Base, duckdb_base, mariadb_base, postgres_base, sqlite_base


@pytest.fixture(params=("sqlite", "duckdb", "postgresql", "mysql"))
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Base]:
    if request.param == "sqlite":
        yield sqlite_base(tmp_path)
    elif request.param == "duckdb":
        yield duckdb_base(tmp_path)
    elif request.param == "postgresql":
        with postgres_base(request.getfixturevalue("postgres_url")) as found:
            yield found
    else:
        with mariadb_base(request.getfixturevalue("mariadb_url")) as found:
            yield found
