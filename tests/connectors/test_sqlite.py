"""SQLite: cells of any type, files in any state, and a folder that stays as it was."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from databases import Base, assert_tells_nothing, batches, caught, dataset_named, read, sqlite_base

from recense.connectors import open_source
from recense.connectors.sql.sqlite_file import SqliteFile
from recense.errors import RetriableError, SourceError, TargetError
from recense.model import Limits


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return sqlite_base(tmp_path)


@pytest.fixture(params=["adbc", "sqlite3"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Reads through ADBC, and as where ADBC is not installed."""
    if request.param == "adbc":
        pytest.importorskip("adbc_driver_sqlite")
        monkeypatch.setattr(SqliteFile, "_suits_adbc", lambda *_: True)
    return str(request.param)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_columns_keep_their_types(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (i INTEGER, r REAL, s VARCHAR(9), b BLOB, n NUMERIC(10,2), d DATE, f BOOLEAN, x);"
        "INSERT INTO t VALUES (9007199254740993, 1.5, 'é', x'00ff', 1.98, '2026-01-02', 1, NULL),"
        " (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"
    )
    found = read(base.url)
    assert found.rows("t") == [
        (9007199254740993, 1.5, "é", b"\x00\xff", "1.98", "2026-01-02", 1, None),
        (None,) * 8,
    ]


@pytest.mark.parametrize("late", [0, 1_000])
def test_a_cell_of_another_type_loses_nothing(base: Base, way: str, late: int) -> None:
    with closing(sqlite3.connect(base.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, r REAL, s TEXT, b BLOB, n NUMERIC, x)")
        plain = [(number, 1, 1.5, "a", b"a", 1, None) for number in range(late)]
        odd = [
            (late, "text", "text", b"\xff", "text", b"\x00\xff", "text"),
            (late + 1, 2**62, 2, 5, 7, "2026-01-02", b"\xfe"),
            (late + 2, 1.25, b"\xfe", "é", 1.5, 2.5, 12),
        ]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", plain + odd)
        connection.commit()
    with open_source(base.url) as source:
        found = [row for batch in batches(source, dataset_named(source, "t")) for row in batch.to_pylist()]
    assert [row["id"] for row in found] == list(range(late + 3))

    def same(cell: object, wanted: object) -> bool:
        """A cell is what was stored: as it was, or as text, or the text's bytes."""
        if isinstance(wanted, bytes):
            return cell in (wanted, wanted.decode("cp1252"))
        texts = {str(wanted), str(float(wanted)) if isinstance(wanted, int) else ""}
        return cell == wanted or cell in texts or (isinstance(cell, bytes) and cell.decode() in texts)

    for row, wanted in zip(found[late:], odd, strict=True):
        assert all(map(same, row.values(), wanted))


def test_text_in_another_encoding_is_read(base: Base, way: str) -> None:
    base.run("CREATE TABLE t (s TEXT); INSERT INTO t VALUES ('Zoé'), (CAST(x'416e6472e9' AS TEXT)), ('a' || char(0));")
    assert read(base.url).rows("t") == [("Zoé",), ("André",), ("a\0",)]


def test_a_column_that_starts_empty_is_read(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (s TEXT, x, d DATE); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)"
        " INSERT INTO t SELECT CASE WHEN i > 2900 THEN 'late' END, CASE WHEN i > 2900 THEN 'x' END, NULL FROM n;"
    )
    rows = read(base.url).rows("t")
    assert len(rows) == 3_000
    assert rows.count(("late", "x", None)) == 100


def test_wide_rows_come_in_small_batches(base: Base, way: str) -> None:
    base.run(
        "CREATE TABLE t (a INTEGER, b BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400)"
        " INSERT INTO t SELECT i, CASE WHEN i > 300 THEN zeroblob(100000) END FROM n;"
    )
    with open_source(base.url, Limits(batch_bytes=400_000)) as source:
        found = batches(source, dataset_named(source, "t"))
    assert sum(batch.num_rows for batch in found) == 400
    assert max(batch.nbytes for batch in found) <= 400_000


def test_virtual_generated_and_keyless_tables(base: Base, way: str) -> None:
    base.run(
        "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('about Ann');"
        "CREATE TABLE g (a TEXT, b TEXT GENERATED ALWAYS AS (a || '!') VIRTUAL); INSERT INTO g (a) VALUES ('x');"
        "CREATE TABLE w (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID; INSERT INTO w VALUES ('b', '1'), ('a', '2');"
        "CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT); ANALYZE;"
    )
    found = read(base.url)
    assert set(found.datasets) == {"notes", "g", "w", "auto"}
    assert found.rows("notes") == [("about Ann",)]
    assert found.rows("g") == [("x", "x!")]
    assert sorted(found.rows("w")) == [("a", "2"), ("b", "1")]
    assert found.datasets["w"].rows == 2


@pytest.mark.parametrize(
    "name", ["a b.db", "100%.db", "what?.db", "a#b.db", "é🙂.db", "q?mode=rwc.db", "%41.db", "a@b:c.db"]
)
def test_files_of_any_name_are_read(tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(tmp_path / name)) as connection:
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    before = snapshot(tmp_path)
    assert read(f"sqlite:///{tmp_path / name}").rows("t") == [(1,)]
    assert snapshot(tmp_path) == before


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[Path]:
    """Gives a file in WAL mode that a writer holds open, the last row only in its log."""
    path = tmp_path / "live" / "base.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1); PRAGMA wal_checkpoint(TRUNCATE);")
        writer.execute("INSERT INTO t VALUES (2)")
        writer.commit()
        yield path


def test_a_log_in_use_is_read(logged: Path, way: str) -> None:
    files = {name: data for name, data in snapshot(logged.parent).items() if not name.endswith("-shm")}
    assert read(f"sqlite:///{logged}").rows("t") == [(1,), (2,)]
    after = snapshot(logged.parent)
    assert {name: after[name] for name in files} == files


def test_a_log_left_behind_is_read_and_stays(logged: Path, way: str, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("base.db", "base.db-wal"):
        shutil.copy(logged.with_name(name), folder / name)
    before = snapshot(folder)
    assert read(f"sqlite:///{folder / 'base.db'}").rows("t") == [(1,), (2,)]
    assert snapshot(folder) == before


def test_a_closed_file_in_log_mode_gets_no_files_beside_it(tmp_path: Path, way: str) -> None:
    path = tmp_path / "base.db"
    with closing(sqlite3.connect(path)) as writer:
        writer.executescript("PRAGMA journal_mode = wal; CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    before = snapshot(tmp_path)
    assert set(before) == {"base.db"}
    assert read(f"sqlite:///{path}").rows("t") == [(1,)]
    assert snapshot(tmp_path) == before


def test_a_partition_is_one_snapshot(logged: Path, way: str) -> None:
    with closing(sqlite3.connect(logged)) as writer:
        writer.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(3, 2_001)])
        writer.commit()
    with open_source(f"sqlite:///{logged}", Limits(batch_rows=10)) as source:
        (part,) = source.partitions(dataset_named(source, "t"))
        stream = source.batches(part)
        rows = next(stream).num_rows
        with closing(sqlite3.connect(logged)) as writer:
            writer.execute("DELETE FROM t WHERE a % 2 = 0")
            writer.commit()
        assert rows + sum(batch.num_rows for batch in stream) == 2_000


def test_state_tells_a_change(base: Base) -> None:
    def state() -> str | None:
        with open_source(base.url) as source:
            (part,) = source.partitions(dataset_named(source, "t"))
            return part.state

    base.run("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    first = state()
    assert first == state()
    base.run("UPDATE t SET a = 2")
    assert state() != first


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    assert caught(f"sqlite:///{tmp_path / 'absent.db'}").code == "not_found"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"hello world" * 500, b"SQLite format 3\0" + b"\xff" * 4_096])
def test_what_is_no_database_is_corrupt(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.db").write_bytes(content)
    assert caught(f"sqlite:///{tmp_path / 'x.db'}").code == "corrupt"


def test_a_damaged_page_is_told_and_the_rest_read(base: Base, way: str) -> None:
    fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
    base.run(
        f"CREATE TABLE sound (a); INSERT INTO sound VALUES (1);"
        f"CREATE TABLE t (a INTEGER, s TEXT); {fill} INSERT INTO t SELECT i, 'canary-7f3a' || i FROM n;"
    )
    path = Path(base.url.removeprefix("sqlite:///"))
    data = bytearray(path.read_bytes())
    middle = len(data) // 4096 // 2 * 4096
    data[middle : middle + 4096] = b"\xab" * 4096
    path.write_bytes(data)
    with open_source(base.url) as source:
        assert sum(part.num_rows for part in batches(source, dataset_named(source, "sound"))) == 1
        with pytest.raises(SourceError) as raised:
            batches(source, dataset_named(source, "t"))
    assert raised.value.code == "corrupt"
    assert_tells_nothing(raised.value, "canary")


def test_a_locked_file_may_be_tried_again(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recense.connectors.sql.sqlite_file.LOCK_SECONDS", 0.2)
    base.run("CREATE TABLE t (a)")
    with closing(sqlite3.connect(base.url.removeprefix("sqlite:///"), isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert isinstance(caught(base.url), RetriableError)


def test_a_view_without_end_ends(base: Base) -> None:
    base.run(
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS m FROM n;"
    )
    with open_source(base.url, Limits(statement_seconds=1)) as source, pytest.raises(RetriableError, match="longer"):
        batches(source, dataset_named(source, "v"))


def test_a_cell_without_end_is_refused(base: Base) -> None:
    base.run("CREATE VIEW v AS SELECT zeroblob(900000000) AS b;")
    with open_source(base.url) as source, pytest.raises(SourceError) as raised:
        batches(source, dataset_named(source, "v"))
    assert raised.value.code == "too_large"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://base.db", "duckdb://x.db"])
def test_a_url_without_a_file_says_how_to_write_one(url: str) -> None:
    with pytest.raises(TargetError, match="names a file"):
        open_source(url)
