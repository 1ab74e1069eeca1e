"""Empty catalogs for tests, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
import sqlalchemy as sa

from recense.catalog import Catalog, tables


@pytest.fixture(scope="session")
def catalog_urls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Gives a function that returns the URL of a new, empty database: ``sqlite`` or ``postgresql``."""
    numbers = count()

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('catalog')}/recense.db"
        server = sa.make_url(request.getfixturevalue("postgres_server"))
        name = f"catalog_{next(numbers)}"
        engine = sa.create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def opened_catalog(request: pytest.FixtureRequest, catalog_urls: Callable[[str], str]) -> Iterator[Catalog]:
    """Gives a catalog of each kind, the same for all tests of a module."""
    with Catalog.open(catalog_urls(request.param)) as opened:
        yield opened


@pytest.fixture
def empty_catalog(opened_catalog: Catalog) -> Catalog:
    """Gives the same catalog without what the test before left in it."""
    empty(opened_catalog)
    return opened_catalog


def empty(catalog: Catalog) -> None:
    """Takes everything out of a catalog."""
    with catalog.transaction(write=True) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table.name != "schema_version":
                connection.execute(sa.delete(table))
