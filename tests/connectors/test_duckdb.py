"""DuckDB: types, nested data, and a database cut off from everything else."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from databases import Base, assert_tells_nothing, batches, caught, dataset_named, duckdb_base, read

from recense.connectors import open_source
from recense.errors import SourceError
from recense.model import Limits

pytest.importorskip("duckdb")


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return duckdb_base(tmp_path)


def test_every_type_is_read(base: Base) -> None:
    base.run(
        """
        CREATE TABLE t (i INTEGER, ub UBIGINT, h HUGEINT, n DECIMAL(10,2), db DOUBLE, b BOOLEAN, s VARCHAR, bl BLOB,
          d DATE, ts TIMESTAMP, tz TIMESTAMPTZ, ns TIMESTAMP_NS, ti TIME, iv INTERVAL, u UUID, j JSON, m ENUM('a', 'b'),
          bt BIT, mp MAP(VARCHAR, INTEGER), un UNION(x INTEGER, y VARCHAR));
        INSERT INTO t VALUES (1, 18446744073709551615, 170141183460469231731687303715884105727, 10.00, 1.5, true, 'é',
          '\\x00\\xFF'::BLOB, '2026-01-02', '2026-01-02 03:04:05', '2026-01-02 03:04:05+02', '2026-01-02 03:04:05',
          '10:11:12', INTERVAL 1 DAY, '6f1c2e9a-0000-4000-8000-000000000001', '{"k": 1}', 'a', '0101', MAP {'k': 1}, 5);
        INSERT INTO t (i) VALUES (NULL);
        """
    )
    found = read(base.url)
    first, second = found.rows("t")
    cells = dict(zip(found.tables["t"].column_names, first, strict=True))
    assert cells == {
        "i": 1,
        "ub": 18446744073709551615,
        "h": "170141183460469231731687303715884105727",
        "n": "10.00",
        "db": 1.5,
        "b": True,
        "s": "é",
        "bl": b"\x00\xff",
        "d": datetime.date(2026, 1, 2),
        "ts": datetime.datetime(2026, 1, 2, 3, 4, 5),
        "tz": datetime.datetime(2026, 1, 2, 1, 4, 5, tzinfo=datetime.UTC),
        "ns": datetime.datetime(2026, 1, 2, 3, 4, 5),
        "ti": "10:11:12",
        "iv": "1 day",
        "u": "6f1c2e9a-0000-4000-8000-000000000001",
        "j": '{"k": 1}',
        "m": "a",
        "bt": "0101",
        "mp": "{k=1}",
        "un": "5",
    }
    assert set(second) == {None}


def test_nested_data_stays_nested_and_names_its_paths(base: Base) -> None:
    base.run(
        "CREATE TABLE t (address STRUCT(city VARCHAR, geo STRUCT(lat DOUBLE)), tags VARCHAR[]);"
        "INSERT INTO t VALUES ({'city': 'Lyon', 'geo': {'lat': 45.7}}, ['a', 'b']);"
    )
    found = read(base.url)
    assert [column.path for column in found.datasets["t"].columns] == ["address.city", "address.geo.lat", "tags[]"]
    assert found.rows("t") == [({"city": "Lyon", "geo": {"lat": 45.7}}, ["a", "b"])]


def test_dates_beyond_the_calendar_are_the_nearest_in_it(base: Base) -> None:
    base.run(
        "CREATE TABLE t (d DATE, ts TIMESTAMP, tz TIMESTAMPTZ);"
        "INSERT INTO t VALUES ('infinity', 'infinity', 'infinity'), ('-infinity', '-infinity', '-infinity'),"
        " ('0044-03-15 (BC)', '0044-03-15 (BC)', NULL);"
    )
    years = [tuple(None if cell is None else cell.year for cell in row) for row in read(base.url).rows("t")]
    assert years == [(9999, 9999, 9999), (1, 1, 1), (1, 1, None)]


def test_schemas_comments_and_counts(base: Base) -> None:
    base.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.people (id INTEGER PRIMARY KEY, name VARCHAR);"
        "INSERT INTO hr.people VALUES (1, 'Ann');"
        "COMMENT ON TABLE hr.people IS 'who works here'; COMMENT ON COLUMN hr.people.name IS 'full name';"
    )
    people = read(base.url).datasets["hr.people"]
    assert (people.comment, people.columns[1].comment, people.rows) == ("who works here", "full name", 1)


def test_a_view_reaches_no_other_file(base: Base, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\ncanary-7f3a\n")
    base.run(f"CREATE VIEW outside AS SELECT * FROM read_csv('{tmp_path / 'other.csv'}'); CREATE TABLE t (a INTEGER);")
    found = read(base.url)
    assert set(found.datasets) == {"t"}
    assert found.unreadable["outside"].code == "permission_denied"


def test_a_view_that_fails_tells_no_value(base: Base) -> None:
    base.run(
        "CREATE TABLE t (s VARCHAR); INSERT INTO t VALUES ('canary-7f3a');"
        "CREATE VIEW bad AS SELECT s::INTEGER n FROM t;"
    )
    with open_source(base.url) as source, pytest.raises(SourceError) as raised:
        batches(source, dataset_named(source, "bad"))
    assert raised.value.code == "failed"
    assert_tells_nothing(raised.value, "canary")


def test_a_slow_statement_ends(base: Base) -> None:
    base.run(
        "CREATE VIEW slow AS SELECT count(*) AS n FROM range(100000000) a, range(100000000) b"
        " WHERE a.range + b.range < 5"
    )
    with open_source(base.url, Limits(statement_seconds=1)) as source, pytest.raises(SourceError, match="longer"):
        batches(source, dataset_named(source, "slow"))


def test_the_folder_stays_as_it_was(base: Base, tmp_path: Path) -> None:
    base.run("CREATE TABLE t AS SELECT range a FROM range(1000)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    read(base.url)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_is_no_database(tmp_path: Path) -> None:
    assert caught(f"duckdb:///{tmp_path / 'absent.duckdb'}").code == "not_found"
    for content in (b"", b"hello" * 1_000, b"\0" * 8 + b"DUCK" + b"\xff" * 12_288):
        (tmp_path / "x.duckdb").write_bytes(content)
        assert caught(f"duckdb:///{tmp_path / 'x.duckdb'}").code == "corrupt"
