"""The database connector's parts that need no server: rows, ranges, names, failures, and dialects without a reader."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from databases import assert_tells_nothing, batches, dataset_named, sqlite_base
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from recense.connectors import open_source
from recense.connectors.sql import failures
from recense.connectors.sql.dialect import DialectDatabase
from recense.connectors.sql.rows import chunks, gather, text, to_array
from recense.connectors.sql.source import SqlSource, canonical, key_cuts
from recense.connectors.sql.tables import Field, dataset_name
from recense.errors import RecenseError, RetriableError, SourceError, TargetError
from recense.model import Column, Dataset, Limits, Unreadable

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=8),  # half surrogate pairs too
    st.binary(max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([None, datetime.UTC])),
    st.uuids(),
    st.lists(st.integers(), max_size=2),
)
WANTED = st.sampled_from([None, pa.int64(), pa.float64(), pa.string(), pa.binary(), pa.date32(), pa.timestamp("us")])


@given(st.lists(CELLS, min_size=1, max_size=12), WANTED, st.booleans())
def test_any_cells_become_a_valid_column(cells: list[Any], wanted: pa.DataType | None, as_text: bool) -> None:
    array = to_array(cells, wanted, as_text)
    array.validate(full=True)
    assert [cell is None for cell in array.to_pylist()] == [cell is None for cell in cells]


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), min_size=1, max_size=12))
def test_mixed_cells_keep_their_text(cells: list[Any]) -> None:
    found = [None if cell is None else str(cell) for cell in to_array(cells).to_pylist()]
    assert found == [None if cell is None else text(cell) for cell in cells]


def test_cells_of_one_kind_keep_their_type() -> None:
    assert to_array([True, None]).type == pa.bool_()
    assert to_array([1, 2.5]).to_pylist() == [1.0, 2.5]
    assert to_array([b"a", b"\xff"]).type == pa.binary()
    assert to_array([b"a", "b"]).to_pylist() == ["a", "b"]
    assert to_array([b"\xff", "b"]).to_pylist() == [b"\xff", b"b"]
    assert to_array([b"\xe9", "b"], pa.string(), as_text=True).to_pylist() == ["é", "b"]
    assert to_array([decimal.Decimal("1E+2"), decimal.Decimal("0.10")]).to_pylist() == ["100", "0.10"]
    assert to_array([None, None]).type == pa.null()
    assert to_array([uuid.UUID(int=1)]).to_pylist() == ["00000000-0000-0000-0000-000000000001"]


@given(
    st.lists(st.lists(st.text(max_size=40), max_size=30), max_size=8),
    st.integers(1, 50),
    st.integers(1, 4_000),
)
def test_gathering_keeps_rows_order_and_limits(parts: list[list[str]], most_rows: int, most_bytes: int) -> None:
    limits = Limits(batch_rows=most_rows, batch_bytes=most_bytes)
    found = list(gather((pa.record_batch([pa.array(part, pa.string())], names=["a"]) for part in parts), limits))
    assert [cell for batch in found for cell in batch["a"].to_pylist()] == [cell for part in parts for cell in part]
    assert all(0 < batch.num_rows <= most_rows for batch in found)
    assert all(batch.num_rows == 1 or batch.nbytes <= most_bytes for batch in found)


def test_wide_rows_are_fetched_few_at_a_time() -> None:
    asked: list[int] = []
    left = [("x" * 50_000,)] * 300

    def fetch(count: int) -> list[tuple[str]]:
        asked.append(count)
        taken = left[:count]
        del left[:count]
        return taken

    limits = Limits(batch_bytes=1 << 20)
    found = list(chunks(fetch, [Field(Column("a"), '"a"', "text")], limits))
    assert sum(batch.num_rows for batch in found) == 300
    assert asked[0] == 256
    assert max(asked[1:]) <= 5  # a quarter of a batch


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**64), st.integers(2, 256))
def test_ranges_are_ordered_few_and_inside(low: int, span: int, parts: int) -> None:
    high = min(low + span, 2**63 - 1)
    cuts = key_cuts(low, high, parts)
    assert cuts == sorted(set(cuts))
    assert all(low < cut <= high for cut in cuts)
    assert len(cuts) <= parts + 1


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(2, 64))
def test_ranges_stay_when_a_table_grows_a_little(low: int, span: int, parts: int) -> None:
    before, after = key_cuts(low, low + span, parts), key_cuts(low, low + span + 1, parts)
    assert set(before) <= set(after) or set(after) <= set(before) | {low + span + 1}


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


@given(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES))
def test_no_two_tables_share_a_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (dataset_name(*one, "public") == dataset_name(*other, "public")) == (one == other)
    assert dataset_name(*one, "public").isprintable()


@pytest.mark.parametrize(
    "url",
    ["postgresql://ann:s3cret@host:port/db", "postgresql://ann:s3cret@host:99999999/db", "mysql://ann:s3cret@[::1/db"],
)
def test_a_url_that_does_not_parse_is_the_users_error(url: str) -> None:
    with pytest.raises(RecenseError) as raised, open_source(url) as source:
        list(source.datasets())
    assert_tells_nothing(raised.value, "s3cret")


def test_the_uri_of_a_server_is_its_place_alone() -> None:
    url = "postgres+psycopg2://ann:s3cret@db.example:5432/shop?sslmode=require&password=x&host=/run/pg"
    assert canonical(url, "postgresql") == "postgresql://db.example:5432/shop?host=%2Frun%2Fpg"


def test_a_missing_dialect_says_what_to_install() -> None:
    with pytest.raises(TargetError, match="pip install"):
        open_source("oracle+oracledb://ann:s3cret@db/x")


class Quoting(Exception):
    """An error as drivers raise them: it quotes a cell."""

    sqlstate: str | None = None

    def __init__(self, sqlstate: str | None = None) -> None:
        super().__init__("invalid input syntax for type integer: canary-7f3a")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "code", "retriable"),
    [
        ("28P01", "access_refused", False),
        ("3D000", "not_found", False),
        ("42501", "permission_denied", False),
        ("42P01", "not_found", False),
        ("22P02", "failed", False),
        ("57014", "failed", True),
        ("40001", "failed", True),
        ("08006", "unreachable", True),
        ("57P01", "unreachable", True),
        ("53300", "unreachable", True),
        ("XX001", "corrupt", False),
        ("99999", "failed", False),
        (None, "failed", False),
    ],
)
def test_a_sqlstate_becomes_a_sentence_of_ours(state: str | None, code: str, retriable: bool) -> None:
    found = failures.of_postgres(Quoting(state))
    assert (found.code, isinstance(found, RetriableError)) == (code, retriable)
    assert_tells_nothing(found, "canary")


@pytest.mark.parametrize(
    "of", [failures.of_postgres, failures.of_mysql, failures.of_sqlite, failures.of_duckdb, failures.of_any]
)
def test_an_unknown_error_tells_nothing(of: failures.Translate) -> None:
    @failures.translated(of)
    def fails() -> None:
        raise Quoting

    @failures.translated_iterator(of)
    def fails_later() -> Any:
        yield 1
        raise Quoting

    for call in (fails, lambda: list(fails_later())):
        with pytest.raises(SourceError) as raised:
            call()
        assert raised.value.code == "failed"
        assert raised.value.__context__ is None
        assert_tells_nothing(raised.value, "canary")


class TestDialect:
    """A database that recense knows nothing of: SQLite through SQLAlchemy stands for it."""

    @pytest.fixture
    def source(self, tmp_path: Path) -> SqlSource:
        base = sqlite_base(tmp_path)
        base.run(
            "CREATE TABLE party (id INTEGER PRIMARY KEY, n NUMERIC(9,2), at DATE);"
            "INSERT INTO party VALUES (1, 1.5, '2026-01-02'), (2, NULL, NULL);"
            'CREATE TABLE "100% odd" (party INTEGER REFERENCES party (id), "%s" TEXT);'
            "INSERT INTO '100% odd' VALUES (1, 2);"
            "CREATE VIEW v AS SELECT id FROM party; CREATE TABLE lost (a); CREATE VIEW broken AS SELECT a FROM lost;"
            "DROP TABLE lost;"
        )
        database = DialectDatabase(base.url, make_url(base.url), Limits())
        return SqlSource("other", base.url, database)

    def test_reads_through_the_inspector(self, source: SqlSource) -> None:
        entries = list(source.datasets())
        assert {entry.path for entry in entries if isinstance(entry, Unreadable)} == {"broken"}
        found = {entry.name: entry for entry in entries if isinstance(entry, Dataset)}
        assert set(found) == {"party", "100% odd", "v"}
        assert found["100% odd"].columns[0].key == "foreign:party.id"
        assert [column.path for column in found["100% odd"].columns] == ["party", "%s"]
        (batch,) = batches(source, found["party"])
        assert batch.to_pylist()[0] == {"id": 1, "n": 1.5, "at": "2026-01-02"}
        assert batches(source, found["v"])[0].num_rows == 2

    def test_another_process_finds_the_rows(self, source: SqlSource) -> None:
        (part,) = source.partitions(dataset_named(source, "100% odd"))
        fresh = SqlSource("other", source.uri, DialectDatabase(source.uri, make_url(source.uri), Limits()))
        assert [batch.to_pylist() for batch in fresh.batches(part)] == [[{"party": 1, "%s": "2"}]]


def test_a_name_that_cannot_be_printed_is_shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('CREATE TABLE "a\n\x1b[2Jb" (c)')
        connection.execute('INSERT INTO "a\n\x1b[2Jb" VALUES (1)')
        connection.commit()
    with open_source(f"sqlite:///{path}") as source:
        (dataset,) = source.datasets()
        assert isinstance(dataset, Dataset)
        assert dataset.name == r'"a\n\x1b[2Jb"'
        assert batches(source, dataset)[0].num_rows == 1
