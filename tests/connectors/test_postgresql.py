"""PostgreSQL: types, catalogue, rights and failures."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Iterator

import pytest
from databases import Base, assert_tells_nothing, batches, caught, dataset_named, postgres_base, read
from servers import PASSWORD
from sqlalchemy.engine import make_url

from recense.connectors import open_source
from recense.errors import RetriableError, SourceError, TargetError
from recense.model import Dataset, Limits

TYPES = """
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN mail AS varchar(30) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN counted AS integer;
CREATE TABLE t (
  i2 smallint, i4 integer, i8 bigint, f4 real, f8 double precision, n numeric(10,2), b boolean, s text, v varchar(9),
  c char(6), by bytea, d date, ts timestamp, tz timestamptz, ti time, iv interval, u uuid, j json, jb jsonb, a text[],
  ai int[][], ip inet, mac macaddr, x xml, bi bit(4), m mood, h hstore, p pair, r int4range, ml mail, cn counted,
  mo money, na name, o oid, pt point, tsv tsvector);
INSERT INTO t VALUES (
  -2, 4, 9007199254740993, 1.5, 2.25, 10.00, true, 'é', 'v', 'ab', '\\x00ff', '2026-01-02', '2026-01-02 03:04:05.6',
  '2026-01-02 03:04:05+02', '10:11:12', '1 day 02:03', '6f1c2e9a-0000-4000-8000-000000000001', '{"k": [1]}',
  '{"k": [1]}', '{a,"b c"}', '{{1,2},{3,4}}', '192.0.2.1/24', '08:00:2b:01:02:03', '<a>1</a>', B'0101', 'glad', 'a=>1',
  '(1,two)', '[1,5)', 'ann@example.org', 7, 12.5, 'nm', 42, '(1,2)', 'cat:1');
INSERT INTO t (i2) VALUES (NULL);
"""
EXPECTED = {
    "i2": -2,
    "i4": 4,
    "i8": 9007199254740993,
    "f4": 1.5,
    "f8": 2.25,
    "n": "10.00",
    "b": True,
    "s": "é",
    "v": "v",
    "c": "ab",
    "by": b"\x00\xff",
    "d": datetime.date(2026, 1, 2),
    "ts": datetime.datetime(2026, 1, 2, 3, 4, 5, 600_000),
    "tz": datetime.datetime(2026, 1, 2, 1, 4, 5, tzinfo=datetime.UTC),
    "ti": "10:11:12",
    "iv": "1 day 02:03:00",
    "u": "6f1c2e9a-0000-4000-8000-000000000001",
    "j": '{"k": [1]}',
    "jb": '{"k": [1]}',
    "a": '{a,"b c"}',
    "ai": "{{1,2},{3,4}}",
    "ip": "192.0.2.1/24",
    "mac": "08:00:2b:01:02:03",
    "x": "<a>1</a>",
    "bi": "0101",
    "m": "glad",
    "h": '"a"=>"1"',
    "p": "(1,two)",
    "r": "[1,5)",
    "ml": "ann@example.org",
    "cn": 7,
    "mo": "$12.50",
    "na": "nm",
    "o": "42",
    "pt": "(1,2)",
    "tsv": "'cat':1",
}


@pytest.fixture(params=["adbc", "psycopg"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Reads through ADBC, and as where ADBC is not installed."""
    if request.param == "psycopg":
        monkeypatch.setattr("recense.connectors.sql.postgresql.optional", lambda module: None)
    return str(request.param)


@pytest.fixture
def base(postgres_url: str) -> Iterator[Base]:
    with postgres_base(postgres_url) as found:
        yield found


def as_user(base: Base, name: str, password: str = PASSWORD) -> str:
    return make_url(base.url).set(username=name, password=password).render_as_string(hide_password=False)


@pytest.fixture
def reader(base: Base) -> Iterator[str]:
    """Gives the URL for an account without any right."""
    base.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    yield as_user(base, "reader")
    base.run("DROP OWNED BY reader; DROP ROLE reader;")


def test_every_type_is_read(base: Base, way: str) -> None:
    base.run(TYPES)
    found = read(base.url)
    first, second = found.rows("t")
    assert dict(zip(found.tables["t"].column_names, first, strict=True)) == EXPECTED
    assert set(second) == {None}
    declared = {column.path: column.type for column in found.datasets["t"].columns}
    assert declared["n"] == "numeric(10,2)"
    assert declared["ml"] == "mail"
    assert declared["v"] == "character varying(9)"


def test_dates_beyond_the_calendar_are_the_nearest_in_it(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (d date, ts timestamp, tz timestamptz);"
        "INSERT INTO t VALUES ('infinity', 'infinity', 'infinity'), ('-infinity', '-infinity', '-infinity'),"
        " ('0044-03-15 BC', '0044-03-15 BC', '0044-03-15 BC'), ('20000-01-01', '20000-01-01', '20000-01-01+00'),"
        " (NULL, NULL, NULL);"
    )
    years = [tuple(None if cell is None else cell.year for cell in row) for row in read(base.url).rows("t")]
    assert years == [(9999, 9999, 9999), (1, 1, 1), (1, 1, 1), (9999, 9999, 9999), (None, None, None)]


def test_what_the_catalogue_lists(base: Base) -> None:
    base.run(
        """
        CREATE SCHEMA hr; CREATE SCHEMA "odd.one";
        CREATE TABLE hr.people (id int PRIMARY KEY, name text); INSERT INTO hr.people VALUES (1, 'Ann');
        COMMENT ON TABLE hr.people IS 'who works here'; COMMENT ON COLUMN hr.people.name IS 'full name';
        CREATE TABLE "odd.one".t (p int REFERENCES hr.people);
        CREATE TABLE log (at date NOT NULL, note text) PARTITION BY RANGE (at);
        CREATE TABLE log_25 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE log_26 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO log VALUES ('2025-05-05', 'a'), ('2026-05-05', 'b');
        CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
        INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
        CREATE MATERIALIZED VIEW mv AS SELECT * FROM parent;
        CREATE MATERIALIZED VIEW unfilled AS SELECT * FROM parent WITH NO DATA;
        CREATE TABLE bare ();
        ANALYZE;
        """
    )
    found = read(base.url)
    assert set(found.datasets) == {"hr.people", '"odd.one".t', "log", "parent", "child", "mv", "bare"}
    assert found.datasets["hr.people"].comment == "who works here"
    assert found.datasets["hr.people"].columns[1].comment == "full name"
    assert found.datasets["hr.people"].rows == 1
    assert found.datasets["log"].rows == 2
    assert found.datasets['"odd.one".t'].columns[0].key == "foreign:hr.people.id"
    assert found.datasets["mv"].kind == "view"
    assert len(found.rows("log")) == 2
    assert (found.rows("parent"), found.rows("child")) == ([(1,)], [(2, 3)])
    assert found.unreadable["unfilled"].code == "failed"


def test_a_wrong_password_is_refused_without_telling_it(base: Base) -> None:
    failure = caught(as_user(base, "tester", "hunter2-wrong"))
    assert failure.code == "access_refused"
    assert not isinstance(failure, RetriableError)
    assert_tells_nothing(failure, "hunter2-wrong", "tester")
    assert caught(as_user(base, "nobody-here")).code == "access_refused"


def test_a_missing_database_is_not_found(base: Base) -> None:
    url = make_url(base.url).set(database="absent").render_as_string(hide_password=False)
    assert caught(url).code == "not_found"


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_dead_server_may_be_tried_again(host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        failure = caught(f"postgresql://ann:secret-word@{host}:{taken.getsockname()[1]}/x")
    assert isinstance(failure, RetriableError)
    assert failure.code == "unreachable"
    assert_tells_nothing(failure, "secret-word")


def test_unknown_options_are_the_users_error(base: Base) -> None:
    with pytest.raises(TargetError, match="option"):
        open_source(f"{base.url}?pasword=secret-word")


def test_what_the_account_may_not_read_is_named(base: Base, reader: str) -> None:
    base.run(
        """
        CREATE TABLE open_to_all (a int); GRANT SELECT ON open_to_all TO reader;
        CREATE TABLE shut (a int);
        CREATE TABLE half (a int, b int); GRANT SELECT (a) ON half TO reader; INSERT INTO half VALUES (1, 2);
        CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int); GRANT SELECT ON hidden.t TO reader;
        CREATE TABLE by_row (a int); GRANT SELECT ON by_row TO reader; INSERT INTO by_row VALUES (1);
        ALTER TABLE by_row ENABLE ROW LEVEL SECURITY;
        """
    )
    found = read(reader)
    assert set(found.datasets) == {"open_to_all", "half"}
    assert found.rows("half") == [(1,)]
    assert {path: entry.code for path, entry in found.unreadable.items()} == dict.fromkeys(
        ["shut", "half.b", "hidden.t", "by_row"], "permission_denied"
    )
    assert "row-level security" in found.unreadable["by_row"].reason


def test_a_view_that_fails_tells_no_value(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (s text); INSERT INTO t VALUES ('canary-7f3a'); CREATE VIEW bad AS SELECT s::int AS n FROM t;"
    )
    with open_source(base.url) as source:
        dataset = next(entry for entry in source.datasets() if isinstance(entry, Dataset) and entry.name == "bad")
        with pytest.raises(SourceError) as raised:
            batches(source, dataset)
        assert raised.value.code == "failed"
        assert "22P02" in raised.value.reason
        assert_tells_nothing(raised.value, "canary")
        assert sum(part.num_rows for part in batches(source, dataset_named(source, "t"))) == 1


def test_nothing_can_be_written(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (a int);"
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING a';"
        "CREATE VIEW writes AS SELECT f() AS a;"
    )
    with open_source(base.url) as source, pytest.raises(SourceError):
        batches(source, dataset_named(source, "writes"))
    assert base.run("SELECT count(*) FROM t").strip() == "0"


def test_a_slow_statement_ends(base: Base, way: str) -> None:
    base.run("CREATE VIEW slow AS SELECT pg_sleep(20)::text AS a")
    with open_source(base.url, Limits(statement_seconds=1)) as source, pytest.raises(RetriableError, match="longer"):
        batches(source, dataset_named(source, "slow"))


def test_a_lost_connection_may_be_tried_again(base: Base, way: str) -> None:
    base.run("CREATE TABLE t AS SELECT g AS a, repeat('x', 5000) AS b FROM generate_series(1, 20000) g")
    with open_source(base.url, Limits(batch_bytes=1 << 17, batch_rows=16)) as source:
        (part,) = source.partitions(dataset_named(source, "t"))
        stream = source.batches(part)
        next(stream)
        base.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        with pytest.raises(RetriableError) as raised:
            list(stream)
        assert raised.value.code == "unreachable"
        assert sum(batch.num_rows for batch in source.batches(part)) == 20_000  # and it recovers


def test_a_partition_is_one_snapshot(base: Base, way: str) -> None:
    base.run("CREATE TABLE t AS SELECT g AS a, repeat('x', 5000) AS b FROM generate_series(1, 5000) g")
    with open_source(base.url, Limits(batch_bytes=1 << 17, batch_rows=16)) as source:
        (part,) = source.partitions(dataset_named(source, "t"))
        stream = source.batches(part)
        rows = next(stream).num_rows
        base.run("DELETE FROM t WHERE a % 2 = 0; INSERT INTO t VALUES (0, 'late')")
        assert rows + sum(batch.num_rows for batch in stream) == 5_000


def test_threads_may_share_a_source(base: Base) -> None:
    base.run("CREATE TABLE a AS SELECT generate_series(1, 5000) AS n; CREATE TABLE b AS SELECT * FROM a;")
    counts: list[int] = []
    with open_source(base.url) as source:
        tables = [entry for entry in source.datasets() if isinstance(entry, Dataset)]
        threads = [
            threading.Thread(target=lambda d=d: counts.append(sum(p.num_rows for p in batches(source, d))))
            for d in tables * 4
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counts == [5_000] * 8


def test_urls_of_all_spellings_are_the_same_source(base: Base) -> None:
    base.run("CREATE TABLE t (a int)")
    for scheme in ("postgres", "postgresql+psycopg2", "postgresql+asyncpg"):
        found = read(base.url.replace("postgresql", scheme, 1))
        assert found.uri == read(base.url).uri
        assert set(found.datasets) == {"t"}
