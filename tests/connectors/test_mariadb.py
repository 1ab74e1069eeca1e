"""MariaDB (and with it MySQL): types, catalogue, rights and failures."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Iterator

import pytest
from databases import Base, assert_tells_nothing, batches, caught, dataset_named, mariadb_base, read
from servers import PASSWORD, run_mariadb
from sqlalchemy.engine import make_url

from recense.connectors import open_source
from recense.errors import RetriableError
from recense.model import Limits

TYPES = """
CREATE TABLE t (
  ti tinyint, b1 tinyint(1), i int, bi bigint unsigned, f float, db double, n decimal(10,2), yr year, c char(6),
  v varchar(9), tx mediumtext, e enum('glad','sad'), st set('x','y'), bn binary(2), bl blob, bt bit(4), d date,
  dt datetime(3), ts timestamp NULL, tm time, j json, u uuid, ip inet6, g point);
INSERT INTO t VALUES (
  -2, 1, 4, 18446744073709551615, 1.5, 2.25, 10.00, 2026, 'ab', 'é🙂', 'long', 'glad', 'x,y', x'00ff', x'00ff', b'0101',
  '2026-01-02', '2026-01-02 03:04:05.6', '2026-01-02 03:04:05', '10:11:12', '{"k": [1]}',
  '6f1c2e9a-0000-4000-8000-000000000001', '2001:db8::1', ST_GeomFromText('POINT(1 2)'));
INSERT INTO t (ti) VALUES (NULL);
"""
EXPECTED = {
    "ti": -2,
    "b1": 1,
    "i": 4,
    "bi": 18446744073709551615,
    "f": 1.5,
    "db": 2.25,
    "n": "10.00",
    "yr": 2026,
    "c": "ab",
    "v": "é🙂",
    "tx": "long",
    "e": "glad",
    "st": "x,y",
    "bn": b"\x00\xff",
    "bl": b"\x00\xff",
    "bt": "0101",
    "d": datetime.date(2026, 1, 2),
    "dt": datetime.datetime(2026, 1, 2, 3, 4, 5, 600_000),
    "ts": datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    "tm": "10:11:12",
    "j": '{"k": [1]}',
    "u": "6f1c2e9a-0000-4000-8000-000000000001",
    "ip": "2001:db8::1",
    "g": "POINT(1 2)",
}


@pytest.fixture
def base(mariadb_url: str) -> Iterator[Base]:
    with mariadb_base(mariadb_url) as found:
        yield found


@pytest.fixture
def reader(base: Base) -> Iterator[str]:
    """Gives the URL for an account without any right."""
    base.run(f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
    yield make_url(base.url).set(username="reader").render_as_string(hide_password=False)
    base.run("DROP USER reader@'127.0.0.1'")


def test_every_type_is_read(base: Base) -> None:
    base.run("SET time_zone = '+00:00';" + TYPES)
    found = read(base.url)
    first, second = found.rows("t")
    assert dict(zip(found.tables["t"].column_names, first, strict=True)) == EXPECTED
    assert set(second) == {None}
    declared = {column.path: column.type for column in found.datasets["t"].columns}
    assert declared["n"] == "decimal(10,2)"
    assert declared["e"] == "enum('glad','sad')"


def test_a_zero_date_is_no_date(base: Base) -> None:
    base.run(
        "CREATE TABLE t (d date, dt datetime, half date);"
        "INSERT INTO t VALUES ('0000-00-00', '0000-00-00 00:00:00', '2026-01-02');"
    )
    assert read(base.url).rows("t") == [(None, None, datetime.date(2026, 1, 2))]
    base.run("UPDATE t SET half = '1980-00-00'")  # only the year is known: no date, but not nothing either
    assert read(base.url).rows("t") == [(None, None, "1980-00-00")]


def test_what_the_catalogue_lists(base: Base) -> None:
    base.run(
        """
        CREATE TABLE people (id int PRIMARY KEY, name text COMMENT 'full name') COMMENT 'who works here';
        INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');
        CREATE TABLE history (a int) WITH SYSTEM VERSIONING;
        INSERT INTO history VALUES (1), (2); DELETE FROM history WHERE a = 1;
        CREATE SEQUENCE numbers;
        CREATE TABLE log (at int NOT NULL) PARTITION BY RANGE (at)
          (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN MAXVALUE);
        INSERT INTO log VALUES (1), (20);
        ANALYZE TABLE people;
        """
    )
    found = read(base.url)
    assert set(found.datasets) == {"people", "history", "log"}
    assert found.datasets["people"].comment == "who works here"
    assert found.datasets["people"].columns[1].comment == "full name"
    assert found.datasets["people"].rows == 2
    assert sorted(found.rows("history")) == [(1,), (2,)]  # what was deleted is kept, so it is read
    assert sorted(found.rows("log")) == [(1,), (20,)]


def test_without_a_database_every_schema_is_read(base: Base) -> None:
    base.run("CREATE TABLE t (a int)")
    schema = make_url(base.url).database
    found = read(base.url.removesuffix(f"/{schema}"))
    assert f"{schema}.t" in found.datasets
    assert not [name for name in found.datasets if name.startswith(("mysql.", "sys.", "information_schema."))]


def test_a_wrong_password_is_refused_without_telling_it(base: Base) -> None:
    url = make_url(base.url).set(password="hunter2-wrong").render_as_string(hide_password=False)
    failure = caught(url)
    assert failure.code == "access_refused"
    assert not isinstance(failure, RetriableError)
    assert_tells_nothing(failure, "hunter2-wrong", "tester")


def test_a_missing_database_is_not_found(base: Base) -> None:
    assert caught(make_url(base.url).set(database="absent").render_as_string(hide_password=False)).code == "not_found"


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_a_dead_server_may_be_tried_again(host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        failure = caught(f"mysql://ann:secret-word@{host}:{taken.getsockname()[1]}/x")
    assert isinstance(failure, RetriableError)
    assert failure.code == "unreachable"
    assert_tells_nothing(failure, "secret-word")


def test_what_the_account_may_not_read_is_named(base: Base, reader: str) -> None:
    schema = make_url(base.url).database
    base.run(
        f"""
        CREATE TABLE open_to_all (a int); GRANT SELECT ON {schema}.open_to_all TO reader@'127.0.0.1';
        CREATE TABLE half (a int, b int); INSERT INTO half VALUES (1, 2);
        GRANT SELECT (a), INSERT ON {schema}.half TO reader@'127.0.0.1';
        CREATE TABLE write_only (a int); GRANT INSERT ON {schema}.write_only TO reader@'127.0.0.1';
        """
    )
    found = read(reader)
    assert set(found.datasets) == {"open_to_all", "half"}
    assert found.rows("half") == [(1,)]
    codes = {path: entry.code for path, entry in found.unreadable.items()}
    assert codes == dict.fromkeys(["half.b", "write_only"], "permission_denied")


def test_nothing_can_be_written(base: Base) -> None:
    base.run(
        "CREATE TABLE t (a int);"
        "\nDELIMITER //\nCREATE FUNCTION f() RETURNS int BEGIN INSERT INTO t VALUES (1); RETURN 1; END//\nDELIMITER ;\n"
        "CREATE VIEW writes AS SELECT f() AS a;"
    )
    assert read(base.url).unreadable["writes"].code == "failed"
    assert base.run("SELECT count(*) FROM t").strip() == "0"


def test_a_slow_statement_ends(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recense.connectors.sql.mysql.PROBE_SECONDS", 1)
    base.run("CREATE VIEW slow AS SELECT sleep(20) AS a")
    with open_source(base.url, Limits(statement_seconds=1)) as source, pytest.raises(RetriableError, match="longer"):
        batches(source, dataset_named(source, "slow"))


def test_a_lost_connection_may_be_tried_again(base: Base, mariadb_url: str) -> None:
    base.run("CREATE TABLE t AS SELECT seq AS a, repeat('x', 5000) AS b FROM seq_1_to_20000")
    with open_source(base.url, Limits(batch_bytes=1 << 17, batch_rows=16)) as source:
        (part,) = source.partitions(dataset_named(source, "t"))
        stream = source.batches(part)
        next(stream)
        schema = make_url(base.url).database
        busy = run_mariadb(mariadb_url, f"SELECT id FROM information_schema.processlist WHERE db = '{schema}'")
        run_mariadb(mariadb_url, "".join(f"KILL {number};" for number in busy.split()))
        with pytest.raises(RetriableError) as raised:
            list(stream)
        assert raised.value.code == "unreachable"
        assert sum(batch.num_rows for batch in source.batches(part)) == 20_000  # and it recovers


def test_a_partition_is_one_snapshot(base: Base) -> None:
    base.run("CREATE TABLE t (a int PRIMARY KEY) ENGINE=InnoDB; INSERT INTO t SELECT seq FROM seq_1_to_5000")
    with open_source(base.url, Limits(batch_rows=16)) as source:
        (part,) = source.partitions(dataset_named(source, "t"))
        stream = source.batches(part)
        rows = next(stream).num_rows
        base.run("DELETE FROM t WHERE a % 2 = 0")
        assert rows + sum(batch.num_rows for batch in stream) == 5_000


def test_mariadb_urls_are_read_too(base: Base) -> None:
    base.run("CREATE TABLE t (a int)")
    for scheme in ("mariadb", "mysql+mysqldb", "mariadb+mariadbconnector"):
        found = read(base.url.replace("mysql", scheme, 1))
        assert found.uri.startswith(f"{scheme.partition('+')[0]}://127.0.0.1:")
        assert set(found.datasets) == {"t"}
