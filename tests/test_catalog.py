"""The catalog keeps runs: nothing lost, nothing twice, nothing of a value, on SQLite and on PostgreSQL."""

import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from recense.catalog import Catalog, DatasetProfile, migrations, new_run_id, tables
from recense.catalog.packing import pack, unpack
from recense.errors import ConfigError, UserError
from recense.evidence import ColumnEvidence, ColumnProfile, Evidence, Tally, ValueSample
from recense.model import (
    Column,
    ColumnReport,
    Dataset,
    DatasetReport,
    Finding,
    Partition,
    Proof,
    ScanRun,
    SourceReport,
    Unreadable,
    Witness,
)

URI = "postgresql://db/crm"
HOSTILE = "né\x00\ud800\uf8ff'; DROP TABLE runs; --\x1b[2J"
TARGETS = [{"name": "crm", "target": URI}]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, catalog_urls: Callable[[str], str], tmp_path: Path) -> str:
    return catalog_urls(request.param) if request.param == "postgresql" else f"sqlite:///{tmp_path}/recense.db"


@pytest.fixture
def catalog(url: str) -> Iterator[Catalog]:
    with Catalog.open(url) as opened:
        yield opened


def dataset(name: str = "people") -> Dataset:
    columns = (Column("email", "TEXT", comment="the address", key="primary"), Column(HOSTILE))
    return Dataset(URI, name, "table", columns, comment="who")


def partition(key: str = "0", state: str | None = "s1", name: str = "people") -> Partition:
    return Partition(dataset(name), key, state=state)


def evidence(rows: int = 3) -> Evidence:
    sample = ValueSample(8, {(1 << 127) + 5: (2, frozenset({"PERSON", "form:phrase"})), 9: (1, frozenset())})
    column = ColumnEvidence(cells=rows, nulls=1, tallies={"email": Tally(rows, rows, 0)}, sample=sample)
    return Evidence(rows, {"email": column, HOSTILE: ColumnEvidence(nulls=rows)})


def finding(column: str = "email", category: str = "contact", proof: Proof = Proof.PROVED) -> Finding:
    witness = Witness("values", "email", "3 of 3 cells", 3)
    return Finding(
        URI, "people", column, category, "EMAIL_ADDRESS", proof, 0.9, 3, 3, ("email",), (witness,), "undeclared"
    )


def scan_run(run_id: str, *findings: Finding, unreadable: tuple[Unreadable, ...] = ()) -> ScanRun:
    columns = (ColumnReport("email", "TEXT", 3, 1, 2, 0.0), ColumnReport(HOSTILE, "", 0, 3, None, 0.25))
    return ScanRun(
        id=run_id,
        started="",
        finished="2026-11-22T10:00:00+00:00",
        status="incomplete" if unreadable else "complete",
        rules="0.1+abc",
        sources=(SourceReport(URI, "postgresql", "complete"),),
        datasets=(DatasetReport(URI, "people", "table", 3, 3, columns),),
        findings=findings,
        unreadable=unreadable,
    )


def finish(catalog: Catalog, *findings: Finding, unreadable: tuple[Unreadable, ...] = (), scope: str = "s") -> str:
    started = catalog.start(new_run_id(), rules="0.1+abc", scope=scope, targets=TARGETS)
    profiles = [DatasetProfile(dataset(), 3, evidence().profiles())]
    catalog.finish(scan_run(started.id, *findings, unreadable=unreadable), profiles)
    return started.id


def test_a_run_comes_back_as_it_was(catalog: Catalog) -> None:
    gap = Unreadable(URI, HOSTILE, "corrupt", "half a file")
    run_id = finish(catalog, finding(), finding(HOSTILE), unreadable=(gap,))
    found = catalog.run()
    expected = scan_run(run_id, finding(), finding(HOSTILE), unreadable=(gap,))
    assert replace(found, started="", changes={}) == expected
    assert [run.id for run in catalog.runs()] == [run_id]


def test_profiles_come_back_for_judging_again(catalog: Catalog) -> None:
    (stored,) = catalog.profiles(finish(catalog, finding()))
    assert stored.dataset == replace(dataset(), rows=3)
    assert stored.columns == evidence().profiles()


def test_a_finished_run_keeps_neither_key_nor_hash(url: str, tmp_path: Path) -> None:
    with Catalog.open(url) as catalog:
        started = catalog.start("r1", rules="x", scope="s", targets=TARGETS)
        catalog.save_partition("r1", partition(), evidence())
        profiles = [DatasetProfile(dataset(), 3, evidence().profiles())]
        catalog.finish(scan_run("r1", finding()), profiles)
        with catalog._engine.connect() as connection:
            assert connection.execute(sa.select(tables.partitions.c.evidence)).scalars().all() == [None]
            assert connection.execute(sa.select(tables.runs.c.sample_key)).scalars().all() == [None]
        if catalog.file:
            packed = pack(evidence())
            for file in tmp_path.iterdir():
                blob = file.read_bytes()
                assert packed[8:-8] not in blob and started.sample_key.hex().encode() not in blob, file


def test_a_partition_is_counted_once_however_often_it_is_saved(catalog: Catalog) -> None:
    catalog.start("r1", rules="x", scope="s", targets=TARGETS)
    gap = Unreadable(URI, "people", "unreachable", "gone")
    catalog.save_partition("r1", partition(), evidence(1), gap)
    assert catalog.finished_partitions("r1") == {}
    assert catalog.partition_evidence("r1", partition()) == (evidence(1), gap)
    catalog.save_partition("r1", partition(), evidence(3))
    catalog.save_partition("r1", partition(), evidence(3))
    assert catalog.finished_partitions("r1") == {(URI, "people", "0"): "s1"}
    assert catalog.partition_evidence("r1", partition()) == (evidence(3), None)


def test_a_run_ends_once(catalog: Catalog) -> None:
    run_id = finish(catalog, finding())
    with pytest.raises(UserError, match="has ended already"):
        catalog.finish(scan_run(run_id, finding()), [DatasetProfile(dataset(), 3, {})])
    with pytest.raises(UserError, match="has ended"):
        catalog.unfinished(run_id)


def test_a_stopped_run_can_be_taken_up(catalog: Catalog) -> None:
    started = catalog.start("r1", rules="x", scope="s", targets=TARGETS)
    catalog.stop("r1")
    assert catalog.unfinished("last") == started
    assert catalog.runs()[0].status == "stopped"
    with pytest.raises(UserError, match="unknown run 'r2'; known: r1"):
        catalog.unfinished("r2")


def test_a_failure_in_the_middle_of_finishing_changes_nothing(catalog: Catalog) -> None:
    catalog.start("r1", rules="x", scope="s", targets=TARGETS)
    catalog.save_partition("r1", partition(), evidence())
    twice = scan_run("r1", finding(), finding())  # the same finding twice breaks the primary key
    with pytest.raises(ConfigError, match="cannot be used"):
        catalog.finish(twice, [DatasetProfile(dataset(), 3, evidence().profiles())])
    assert catalog.unfinished("r1").id == "r1"
    assert catalog.partition_evidence("r1", partition()) == (evidence(), None)


def test_an_abandoned_run_gives_its_hashes_back(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recense.catalog.now", lambda: "2020-01-01T00:00:00+00:00")
    catalog.start("old", rules="x", scope="s", targets=TARGETS)
    catalog.save_partition("old", partition(), evidence())
    monkeypatch.undo()
    catalog.start("new", rules="x", scope="s", targets=TARGETS)
    assert catalog.partition_evidence("old", partition()) is None
    with pytest.raises(UserError, match="cannot be resumed"):
        catalog.unfinished("old")


def test_changes_since_the_previous_run_of_the_same_scope(catalog: Catalog) -> None:
    phone, health = finding("phone"), finding("note", "special.health", Proof.TO_CHECK)
    first = finish(catalog, finding(), phone, health)
    assert catalog.changes(first) == {}
    finish(catalog, finding(), scope="another")
    surer = replace(health, proof=Proof.INDICATED)
    new = finding("iban", "banking")
    second = finish(catalog, finding(), surer, new)
    changes = catalog.changes(second)
    assert changes["since"] == first
    assert changes["new"] == [new.id]
    assert [gone["column"] for gone in changes["gone"]] == ["phone"]  # type: ignore[attr-defined]
    assert changes["changed"] == [
        {
            "id": health.id,
            "before": {"entity": "EMAIL_ADDRESS", "proof": "to_check"},
            "after": {"entity": "EMAIL_ADDRESS", "proof": "indicated"},
        }
    ]


def test_what_could_not_be_read_is_not_gone(catalog: Catalog) -> None:
    finish(catalog, finding())
    second = finish(catalog, unreadable=(Unreadable(URI, "people", "permission_denied", "no"),))
    assert catalog.changes(second)["gone"] == []


# -- the database itself


def test_the_tables_are_what_the_migrations_make(catalog: Catalog) -> None:
    inspector = sa.inspect(catalog._engine)
    assert set(inspector.get_table_names()) == set(tables.metadata.tables)
    for name, table in tables.metadata.tables.items():
        made = {column["name"]: column["nullable"] for column in inspector.get_columns(name)}
        assert set(made) == {column.name for column in table.columns}, name
        assert inspector.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]
        for column in table.columns:
            assert made[column.name] is column.nullable or column.primary_key, (name, column.name)


def test_an_older_catalog_is_brought_forward(url: str) -> None:
    steps = (*migrations.STEPS, ["ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE runs SET note = 'kept'"])
    with Catalog.open(url) as old:
        run_id = finish(old, finding())
    with Catalog.open(url, steps) as new, new._engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id, note FROM runs")).one() == (run_id, "kept")
        assert migrations.version(connection) == len(steps)
        assert new.run().findings == (finding(),)
    with pytest.raises(ConfigError, match=f"schema version {len(steps)} .* update recense"):
        Catalog.open(url)


def test_a_migration_that_fails_has_not_happened(url: str) -> None:
    with Catalog.open(url) as old:
        finish(old, finding())
    broken = (*migrations.STEPS, ["ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE nothing SET x = 1"])
    with pytest.raises(ConfigError):
        Catalog.open(url, broken)
    with Catalog.open(url) as same:
        assert len(same.runs()) == 1


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as other:
        other.execute("CREATE TABLE clients (x)")
    with pytest.raises(ConfigError, match="the database of something else"):
        Catalog.open(f"sqlite:///{tmp_path}/crm.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recense.db").write_text("no database at all, just words and words and words")
    with pytest.raises(ConfigError, match="not a database"):
        Catalog.open(f"sqlite:///{tmp_path}/recense.db")


@pytest.mark.parametrize("url", ["oracle://x/y", "nonsense://", "sqlite:////no/such/folder/x.db"])
def test_a_catalog_that_cannot_be_is_a_sentence(url: str) -> None:
    with pytest.raises(ConfigError, match="catalog"):
        Catalog.open(url)


def test_a_server_that_does_not_answer_is_a_sentence_without_the_password() -> None:
    with pytest.raises(ConfigError) as caught:
        Catalog.open("postgresql://recense:hunter2@127.0.0.1:1/x")
    assert "hunter2" not in str(caught.value) and "cannot be used" in str(caught.value)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    with Catalog.open(f"sqlite:///{tmp_path}/recense.db"):
        assert stat.S_IMODE((tmp_path / "recense.db").stat().st_mode) == 0o600


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from test_catalog import *
with Catalog.open(sys.argv[1]) as catalog:
    if not catalog.runs():
        catalog.start("r1", rules="x", scope="s", targets=TARGETS)
    done = catalog.finished_partitions("r1")
    for number in range(1_000_000):  # more than any machine saves before it is killed
        if (URI, "people", str(number)) not in done:
            catalog.save_partition("r1", partition(str(number)), evidence(number))
"""


def test_a_writer_killed_at_any_moment_loses_nothing_it_saved(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/recense.db"
    seen: set[tuple[str, str, str]] = set()
    for pause in (0.02, 0.17):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(Path(__file__).parent)])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and writer.poll() is None:
            if (tmp_path / "recense.db").exists():
                with Catalog.open(url) as catalog:
                    if catalog.runs() and len(catalog.finished_partitions("r1")) > len(seen):
                        break
            time.sleep(0.01)
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        with Catalog.open(url) as catalog:
            now = set(catalog.finished_partitions("r1"))
            assert now >= seen and len(now) > len(seen)
            for _, _, key in now:
                assert catalog.partition_evidence("r1", partition(key)) == (evidence(int(key)), None)
            seen = now


# -- packing

tallies = st.dictionaries(st.text(max_size=8), st.builds(Tally, st.integers(0, 99), st.integers(0, 99)), max_size=3)
entries = st.dictionaries(
    st.integers(0, (1 << 128) - 1), st.tuples(st.integers(1, 9), st.frozensets(st.text(max_size=5))), max_size=5
)
columns = st.builds(
    ColumnEvidence,
    cells=st.integers(0, 1 << 60),
    nulls=st.integers(0, 99),
    tallies=tallies,
    sample=st.builds(ValueSample, st.integers(5, 512), entries),
)


@given(st.builds(Evidence, st.integers(0, 1 << 60), st.dictionaries(st.text(max_size=8), columns, max_size=3)))
def test_evidence_survives_packing(seen: Evidence) -> None:
    assert unpack(pack(seen)) == seen


def test_other_bytes_are_no_evidence() -> None:
    for junk in (b"", b"x", pack(evidence())[:-3]):
        with pytest.raises(ValueError, match="no packed evidence"):
            unpack(junk)


def test_an_empty_profile_is_what_an_unread_column_has() -> None:
    assert ColumnProfile.from_json(ColumnProfile().to_json()) == ColumnProfile()
