"""What tests of the database connector share: four kinds of database to fill, and one way to read them."""

from __future__ import annotations

import itertools
import sqlite3
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import servers
from sqlalchemy.engine import make_url

from recense.connectors import open_source
from recense.errors import SourceError
from recense.model import Dataset, Limits, Source, Unreadable

_numbers = itertools.count()


@dataclass
class Base:
    """A database to fill and to read."""

    kind: str
    url: str
    run: Callable[[str], Any]


@dataclass
class Read:
    """Everything a source gave."""

    uri: str
    datasets: dict[str, Dataset] = field(default_factory=dict)
    tables: dict[str, pa.Table] = field(default_factory=dict)
    unreadable: dict[str, Unreadable] = field(default_factory=dict)

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        table = self.tables[name]
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True)) if table.num_columns else []


def batches(source: Source, dataset: Dataset) -> list[pa.RecordBatch]:
    return [batch for part in source.partitions(dataset) for batch in source.batches(part)]


def read(url: str, limits: Limits | None = None) -> Read:
    """Reads a whole database; columns are checked to be the declared ones."""
    with open_source(url, limits or Limits()) as source:
        found = Read(source.uri)
        for entry in source.datasets():
            if isinstance(entry, Unreadable):
                found.unreadable[entry.path] = entry
                continue
            parts = batches(source, entry)
            found.datasets[entry.name] = entry
            table = _together(parts, entry)
            found.tables[entry.name] = table
    return found


def sqlite_base(folder: Path) -> Base:
    path = folder / f"base{next(_numbers)}.db"

    def run(script: str) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)

    return Base("sqlite", f"sqlite:///{path}", run)


def duckdb_base(folder: Path) -> Base:
    import duckdb

    path = folder / f"base{next(_numbers)}.duckdb"

    def run(script: str) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(script)

    return Base("duckdb", f"duckdb:///{path}", run)


@contextmanager
def postgres_base(server: str) -> Iterator[Base]:
    name = f"base{next(_numbers)}"
    servers.run_postgres(server, f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    yield Base("postgresql", url, lambda script: servers.run_postgres(url, script))
    servers.run_postgres(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def mariadb_base(server: str) -> Iterator[Base]:
    name = f"base{next(_numbers)}"
    servers.run_mariadb(server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    yield Base("mysql", url, lambda script: servers.run_mariadb(url, script))
    servers.run_mariadb(server, f"DROP DATABASE {name}")


def _together(parts: list[pa.RecordBatch], dataset: Dataset) -> pa.Table:
    if not parts:
        return pa.table({})
    names = parts[0].schema.names
    declared = [column.path.partition(".")[0].partition("[")[0] for column in dataset.columns]
    if "." not in "".join(names):
        assert set(names) == set(declared)
    tables = [pa.Table.from_batches([part]) for part in parts]
    return pa.concat_tables(tables, promote_options="permissive")


def dataset_named(source: Source, name: str) -> Dataset:
    return next(d for d in source.datasets() if isinstance(d, Dataset) and d.name == name)


def caught(url: str) -> SourceError:
    with open_source(url) as source, pytest.raises(SourceError) as raised:
        list(source.datasets())
    return raised.value


def assert_tells_nothing(failure: BaseException, *secrets: str) -> None:
    """The message tells no secret, nor does anything that hangs on the error."""
    chain: BaseException | None = failure
    while chain is not None:
        assert not any(secret in text for text in (str(chain), repr(chain.args)) for secret in secrets)
        chain = chain.__cause__ or chain.__context__
    lines = traceback.format_exception(failure)
    assert not any(secret in line for line in lines for secret in secrets)
