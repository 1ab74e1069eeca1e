"""What the database connector promises of every kind of database."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Base, batches, duckdb_base, mariadb_base, postgres_base, read, sqlite_base
from servers import PASSWORD

from recense.connectors import open_source
from recense.model import Dataset, Limits, Source

KINDS = ("sqlite", "duckdb", "postgresql", "mysql")
ODD_NAMES = (
    '"; DROP TABLE x; --',
    "l'été",
    "back`tick",
    "100% sûr %s %(x)s :y {z}",
    "select",
    "1st",
    "two words",
    "dotted.name",
    "back\\slash",
    "名前🙂",
)


@pytest.fixture(params=KINDS)
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


def quoted(base: Base, name: str) -> str:
    return "`" + name.replace("`", "``") + "`" if base.kind == "mysql" else '"' + name.replace('"', '""') + '"'


def names_of(base: Base) -> list[str]:
    # MariaDB's client turns the backslash of a piped script into an escape, and 🙂 is no character of its identifiers.
    return [name for name in ODD_NAMES if base.kind != "mysql" or not set(name) & set("\\🙂")]


def test_tables_and_columns_of_any_name_are_read(base: Base) -> None:
    names = names_of(base)
    for name in names:
        columns = ", ".join(f"{quoted(base, column)} VARCHAR(20)" for column in names)
        values = ", ".join(f"'v{number}'" for number in range(len(names)))
        base.run(f"CREATE TABLE {quoted(base, name)} ({columns}); INSERT INTO {quoted(base, name)} VALUES ({values});")
    found = read(base.url)
    assert not found.unreadable
    labels = {'"' + name.replace('"', '""') + '"' if "." in name or '"' in name else name for name in names}
    assert set(found.datasets) == labels
    for label in labels:
        assert found.tables[label].column_names == names
        assert found.rows(label) == [tuple(f"v{number}" for number in range(len(names)))]


def test_a_view_is_read_and_a_broken_one_named(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20));"
        "INSERT INTO people VALUES (1, 'Ann'), (2, NULL);"
        "CREATE VIEW named AS SELECT name FROM people WHERE name IS NOT NULL; CREATE TABLE lost (a INTEGER);"
    )
    found = read(base.url)
    assert found.datasets["named"].kind == "view"
    assert found.datasets["people"].kind == "table"
    assert found.rows("named") == [("Ann",)]
    assert found.rows("people") == [(1, "Ann"), (2, None)]
    if base.kind == "postgresql":
        return  # refuses to drop what a view needs
    base.run("CREATE VIEW orphan AS SELECT a FROM lost; DROP TABLE lost;")
    found = read(base.url)
    assert found.unreadable["orphan"].code in {"not_found", "failed"}
    assert set(found.datasets) == {"people", "named"}


def test_keys_are_evidence(base: Base) -> None:
    base.run(
        "CREATE TABLE party (id INTEGER PRIMARY KEY, label VARCHAR(9));"
        "CREATE TABLE member (party_id INTEGER, year INTEGER, note VARCHAR(9), PRIMARY KEY (party_id, year),"
        " FOREIGN KEY (party_id) REFERENCES party (id));"
    )
    found = read(base.url)
    keys = {name: {c.path: c.key for c in dataset.columns} for name, dataset in found.datasets.items()}
    assert keys["party"] == {"id": "primary", "label": None}
    assert keys["member"] == {"party_id": "foreign:party.id", "year": "primary", "note": None}


def numbered(base: Base, rows: int, width: int = 10) -> None:
    base.run("CREATE TABLE big (id INTEGER PRIMARY KEY, body TEXT)")
    for start in range(0, rows, 1000):
        values = ", ".join(
            f"({number}, '{str(number).rjust(width, 'x')}')" for number in range(start, min(start + 1000, rows))
        )
        base.run(f"INSERT INTO big VALUES {values}")


def only(source: Source) -> Dataset:
    (dataset,) = source.datasets()
    assert isinstance(dataset, Dataset)
    return dataset


def test_batches_stay_within_their_limits(base: Base) -> None:
    numbered(base, 3_000, width=1_000)
    with open_source(base.url, Limits(batch_rows=700, batch_bytes=1 << 20)) as source:
        found = batches(source, only(source))
    assert sum(batch.num_rows for batch in found) == 3_000
    assert max(batch.num_rows for batch in found) <= 700
    with open_source(base.url, Limits(batch_bytes=200_000)) as source:
        found = batches(source, only(source))
    assert sum(batch.num_rows for batch in found) == 3_000
    assert max(batch.nbytes for batch in found) <= 200_000
    assert len(found) < 60  # and small ones are joined


def test_a_partition_is_read_by_another_process(base: Base) -> None:
    base.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2);")
    with open_source(base.url) as source:
        parts = pickle.dumps(list(source.partitions(only(source))))
    with open_source(base.url) as other:
        assert [batch.to_pydict() for part in pickle.loads(parts) for batch in other.batches(part)] == [{"a": [1, 2]}]
    base.run("DROP TABLE t")
    with open_source(base.url) as other, pytest.raises(Exception, match="gone") as caught:
        list(other.batches(pickle.loads(parts)[0]))
    assert caught.value.code == "not_found"  # type: ignore[attr-defined]


def test_ranges_of_a_large_table_hold_every_row_once(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    numbered(base, 1_000)
    base.run("ANALYZE TABLE big" if base.kind == "mysql" else "ANALYZE big" if base.kind != "duckdb" else "CHECKPOINT")
    monkeypatch.setattr("recense.connectors.sql.source.PARTITION_ROWS", 100)
    with open_source(base.url) as source:
        dataset = only(source)
        parts = list(source.partitions(dataset))
        assert len(parts) > 3
        assert len({part.key for part in parts}) == len(parts)
        ids = [value for part in parts for batch in source.batches(part) for value in batch["id"].to_pylist()]
    assert sorted(ids) == list(range(1_000))


def test_reading_may_stop_early(base: Base) -> None:
    numbered(base, 2_000)
    with open_source(base.url, Limits(batch_rows=10)) as source:
        dataset = only(source)
        (part,) = source.partitions(dataset)
        for _ in range(3):
            stream = source.batches(part)
            assert next(stream).num_rows == 10
            stream.close()  # type: ignore[attr-defined]
        assert sum(batch.num_rows for batch in source.batches(part)) == 2_000


def test_an_empty_database_has_no_datasets(base: Base) -> None:
    base.run("CREATE TABLE t (a INTEGER); DROP TABLE t;")
    found = read(base.url)
    assert (found.datasets, found.unreadable) == ({}, {})


def test_an_empty_table_is_a_dataset(base: Base) -> None:
    base.run("CREATE TABLE t (a INTEGER, b VARCHAR(3))")
    found = read(base.url)
    assert [column.path for column in found.datasets["t"].columns] == ["a", "b"]
    assert found.tables["t"].num_rows == 0


def test_the_uri_tells_no_login(base: Base) -> None:
    with open_source(base.url) as source:
        assert "tester" not in source.uri
        assert PASSWORD not in source.uri
        assert "correct" not in source.uri
        assert source.kind == base.kind
