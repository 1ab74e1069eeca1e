"""A run ends in many short transactions: killed after any of them nothing is lost, and nobody sees half of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from catalogs import empty
from processes import environment

from recense.catalog import Catalog, DatasetProfile, audit, ending, listing, recording, rows, tables
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter, Item
from recense.errors import UserError
from recense.evidence import Evidence
from recense.model import (
    ColumnReport,
    Dataset,
    DatasetReport,
    Finding,
    Partition,
    Proof,
    ScanRun,
    SourceReport,
    Unreadable,
)

URI = "sqlite:///crm.sqlite"
PLACES = ("clients", "orders")


class Killed(Exception):
    """Stands for a process that is gone: what it had not committed is undone."""


class Steps(Catalog):
    """A catalog that calls ``before`` with a number before each transaction in which a run ends or the list follows."""

    before: Callable[[int], None] = staticmethod(lambda number: None)
    number = 0

    def transaction(self, write: bool = False) -> AbstractContextManager[sa.Connection]:
        if write:
            self.number += 1
            self.before(self.number)
        return super().transaction(write)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows a transaction that a small run takes many."""
    monkeypatch.setattr(ending, "ROWS", 3)
    monkeypatch.setattr(recording, "CHUNK", 2)
    monkeypatch.setattr(recording, "PAUSE", 0)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, catalog_urls: Callable[[str], str]) -> str:
    return catalog_urls(request.param)


@pytest.fixture(scope="module")
def opened(url: str) -> Iterator[Catalog]:
    with Catalog.open(url) as catalog:
        yield catalog


@pytest.fixture
def catalog(opened: Catalog) -> Catalog:
    empty(opened)
    prepare(opened)
    return opened


@pytest.fixture
def stepped(url: str) -> Iterator[Steps]:
    """Gives the same catalog as another process has it."""
    with Steps.open(url) as catalog:
        catalog.number = 0
        yield catalog


def finding(column: str, matched: int = 100, place: str = "clients", proof: Proof = Proof.INDICATED) -> Finding:
    return Finding(URI, place, column, "special.religion", "RELIGION", proof, 0.7, 1000, matched)


def run_of(name: str, day: int, *found: Finding) -> ScanRun:
    moment = f"2030-01-{day:02d}T02:00:00+00:00"
    columns = tuple(ColumnReport(one.column, "TEXT", 1000, 0, 9, 0.1) for one in found)
    datasets = tuple(
        DatasetReport(URI, place, "table", 1000, 1000, tuple({one.column: one for one in columns}.values()))
        for place in PLACES
    )
    sources = (SourceReport(URI, "sqlite", "partial"),)
    gap = (Unreadable(URI, "attachments", "encrypted", "needs a password"),)
    return ScanRun(name, moment, moment, "incomplete", "1", None, sources, datasets, found, gap)


FIRST = run_of(
    "r1", 1, *(finding(f"c{number}") for number in range(6)), finding("lost"), finding("lost", place="orders")
)
SECOND = run_of(
    "r2", 9,
    *(finding(f"c{number}") for number in range(2)), finding("c2", 120), finding("c3", proof=Proof.PROVED),
    finding("c4"), finding("c5"), *(finding(f"new{number}") for number in range(4)),
)  # fmt: skip


def profiles(run: ScanRun) -> list[DatasetProfile]:
    return [DatasetProfile(Dataset(one.source, one.dataset, one.kind), one.rows_read, {}) for one in run.datasets]


def decide(catalog: Catalog, column: str, until: str = "2031-01-01") -> None:
    made = Decision(
        f"sql:clients.{column}", "special.religion", "accepted", "dpo", "2026-11-22T10:00:00+00:00", "good", until
    )
    catalog.decide([made])


def prepare(catalog: Catalog) -> None:
    """One run has ended, a new one is read: something changed, came, went, was decided, and one decision is over."""
    catalog.start("r1", rules="1", scope="s", targets=[])
    catalog.finish(FIRST, profiles(FIRST))
    for column in ("c2", "c3", "new1"):
        decide(catalog, column)
    decide(catalog, "c4", until="2030-01-05")
    catalog.start("r2", rules="1", scope="s", targets=[])
    catalog.save_partition("r2", Partition(Dataset(URI, "clients", "table"), "0"), Evidence(3, {}))


def shown(catalog: Catalog) -> dict[str, Any]:
    """Returns what readers see: the runs, the coverage, the list and its counts."""
    run = catalog.run()
    with catalog.transaction() as connection:
        items = {one.id: one for one in listing.listed(connection, Filter(gone=True), size=1000).items}
        evidence = {id_: listing.evidence(connection, one.last_run, id_) for id_, one in items.items()}
        sources = listing.newest_runs(connection), listing.read_shares(connection), listing.sources(connection)
        unread, trends = listing.unread(connection), [listing.trend(connection, id_) for id_ in sorted(items)]
        waiting = listing.counted(connection, Filter(waiting=True)), listing.by_source(connection)
    known = [(catalog.run(one.id), catalog.profiles(one.id), catalog.changes(one.id)) for one in catalog.runs()]
    assert catalog.drift() == 0
    assert all(evidence.values())
    return {
        "run": run, "items": items, "sources": sources, "unread": unread, "trends": trends, "waiting": waiting,
        "known": known,
    }  # fmt: skip


def kept(catalog: Catalog) -> dict[str, list[Any]]:
    """Returns all rows of runs and of the list, but when runs began and the keys of those that go on."""
    runs = tables.runs
    queries = {table.name: sa.select(table) for table in (*rows.TABLES, tables.review, tables.partitions)}
    queries |= {table.name: sa.select(table) for table in (tables.endings, tables.source_states)}
    queries["runs"] = sa.select(runs.c.id, runs.c.status, runs.c.finished, runs.c.sample_key.is_(None))
    with catalog.transaction() as connection:
        return {name: sorted(map(repr, connection.execute(query))) for name, query in queries.items()}


def kill_at(step: int) -> Callable[[int], None]:
    def before(number: int) -> None:
        if number == step:
            raise Killed

    return before


def has_ended(catalog: Catalog, run: str) -> bool:
    return next(one for one in catalog.runs() if one.id == run).status in rows.FINISHED


def resume(catalog: Catalog) -> None:
    """Does what people do after a kill: they resume the run, or begin the next one when it has ended."""
    if not has_ended(catalog, "r2"):
        catalog.finish(SECOND, profiles(SECOND))
    catalog.start("r3", rules="1", scope="s", targets=[])


def test_killed_before_any_step_the_end_of_a_run_is_as_undisturbed(catalog: Catalog, stepped: Steps) -> None:
    resume(catalog)
    expected, seen = kept(catalog), shown(catalog)
    items = {one.path: one for one in seen["items"].values() if one.dataset == "clients"}
    assert {path: (one.state, one.why) for path, one in items.items() if one.state != "open"} == {
        "c2": ("decided", None), "c3": ("reopened", "stronger"), "c4": ("reopened", "expired"),
        "new1": ("decided", None),
    }  # fmt: skip
    assert items["lost"].gone and expected["endings"] == []
    step = halfway = 0
    while True:
        step += 1
        empty(catalog)
        prepare(catalog)
        before = shown(catalog)
        stepped.number, stepped.before = 0, kill_at(step)
        try:
            stepped.finish(SECOND, profiles(SECOND))
        except Killed:
            pass
        else:
            break
        if has_ended(catalog, "r2"):
            assert catalog.run().findings == SECOND.findings
            shown(catalog)
            halfway += kept(catalog)["review"] != expected["review"]
        else:
            assert shown(catalog) == before
        resume(catalog)
        assert (step, kept(catalog), shown(catalog)["items"]) == (step, expected, seen["items"])
    assert step > 15 and halfway > 3


def test_readers_see_the_run_before_until_all_of_the_new_one_is_there(catalog: Catalog, stepped: Steps) -> None:
    before, seen = shown(catalog), []

    def look(number: int) -> None:
        now = shown(catalog)
        seen.append(now["run"].id)
        if not has_ended(catalog, "r2"):
            assert now == before
            half = catalog.run("r2")
            assert (half.sources, half.datasets, half.findings, half.unreadable) == ((), (), (), ())
            assert catalog.profiles("r2") == [] and catalog.changes("r2") == {}
        else:
            assert now["run"] == replace(SECOND, started=now["run"].started, changes=now["run"].changes)
            assert now["sources"][0] == {URI: "r2"}

    stepped.before = look
    stepped.finish(SECOND, profiles(SECOND))
    assert set(seen) == {"r1", "r2"} and seen == sorted(seen)


def test_others_write_and_decide_while_a_run_ends(catalog: Catalog, stepped: Steps) -> None:
    def write(number: int) -> None:
        with catalog.transaction(write=True) as connection:
            audit.append(connection, "2030-01-01T00:00:00+00:00", "dpo", "viewed", f"/findings/{number}")
        decide(catalog, f"new{number % 4}")
        decide(catalog, f"c{number % 2}")

    stepped.before = write
    stepped.finish(SECOND, profiles(SECOND))
    with catalog.transaction() as connection:
        assert audit.head(connection)[0] == stepped.number and audit.verify(connection) is None
    states = {one.path: one.state for one in shown(catalog)["items"].values()}
    assert {states[path] for path in ("c0", "c1", "new0", "new1", "new2", "new3")} == {"decided"}


def test_the_last_of_two_processes_ends_a_run(catalog: Catalog, stepped: Steps, url: str) -> None:
    other = replace(SECOND, findings=SECOND.findings[:3])

    def quicker(number: int) -> None:
        if number == 4:
            catalog.finish(other, profiles(other))

    stepped.before = quicker
    with pytest.raises(UserError, match="has ended already"):
        stepped.finish(SECOND, profiles(SECOND))
    assert catalog.run().findings == other.findings
    assert kept(catalog)["endings"] == []


def test_a_process_that_lost_a_run_to_another_writes_no_more_of_it(catalog: Catalog, stepped: Steps, url: str) -> None:
    def broken(number: int) -> None:
        if number == 4:
            with Steps.open(url) as other:
                other.before = kill_at(other.number + 6)
                with pytest.raises(Killed):
                    other.finish(SECOND, profiles(SECOND))

    stepped.before = broken
    with pytest.raises(UserError, match="is being ended by another process"):
        stepped.finish(SECOND, profiles(SECOND))
    catalog.finish(SECOND, profiles(SECOND))
    assert catalog.run().findings == SECOND.findings


def test_the_list_follows_runs_in_the_order_in_which_they_ended(catalog: Catalog, stepped: Steps) -> None:
    third = run_of("r3", 10, finding("c0"), finding("new0", 400))
    catalog.start("r3", rules="1", scope="s", targets=[])
    done: dict[str, Item] = {}

    def meanwhile(number: int) -> None:
        if has_ended(catalog, "r2") and not has_ended(catalog, "r3"):
            catalog.finish(third, profiles(third))  # which does what the other process has not come to
            done.update(shown(catalog)["items"])

    stepped.before = meanwhile
    stepped.finish(SECOND, profiles(SECOND))
    seen = shown(catalog)["items"]
    assert seen == done
    items = {one.path: one for one in seen.values()}
    assert {path for path, one in items.items() if not one.gone} == {"c0", "new0"}
    assert (items["new0"].matched, items["new0"].first_seen[:10], items["new1"].last_run) == (400, "2030-01-09", "r2")
    assert kept(catalog)["endings"] == []


def test_a_dashboard_that_begins_takes_what_a_killed_scan_left(catalog: Catalog, stepped: Steps) -> None:
    def before(number: int) -> None:
        if has_ended(catalog, "r2"):
            raise Killed

    stepped.before = before
    with pytest.raises(Killed):
        stepped.finish(SECOND, profiles(SECOND))
    assert {one.last_run for one in shown(catalog)["items"].values()} == {"r1"}
    assert (catalog.fill_review(), catalog.fill_review()) == (1, 0)
    assert {one.last_run for one in shown(catalog)["items"].values() if not one.gone} == {"r2"}


def test_an_abandoned_run_leaves_nothing_staged(
    catalog: Catalog, stepped: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    with catalog.transaction(write=True) as connection:
        connection.execute(sa.update(tables.runs).where(tables.runs.c.id == "r2").values(started="2020-01-01"))
    stepped.before = kill_at(9)
    with pytest.raises(Killed):
        stepped.finish(SECOND, profiles(SECOND))
    assert any("'r2'" in row for row in kept(catalog)["columns"])
    stepped.number, stepped.before = 0, kill_at(4)
    with pytest.raises(Killed):  # the process that clears up is killed too
        stepped.start("r3", rules="1", scope="s", targets=[])
    with pytest.raises(UserError, match="has ended already"):
        catalog.finish(SECOND, profiles(SECOND))
    catalog.start("r3", rules="1", scope="s", targets=[])
    left = kept(catalog)
    assert not [row for table in rows.TABLES for row in left[table.name] if "'r2'" in row]
    assert left["endings"] == []


KILLED = """
import os, signal, sys
from test_ending import *
ending.ROWS, recording.CHUNK, recording.PAUSE = 3, 2, 0
with Steps.open(sys.argv[1]) as catalog:
    catalog.before = lambda number: number == int(sys.argv[2]) and os.kill(os.getpid(), signal.SIGKILL)
    catalog.number = 0
    catalog.finish(SECOND, profiles(SECOND))
"""


def test_a_killed_process_leaves_what_the_next_one_ends(tmp_path: Path) -> None:
    ends = []
    for step in (0, 6, 20):
        url = f"sqlite:///{tmp_path}/{step}.db"
        with Catalog.open(url) as catalog:
            prepare(catalog)
        command = [sys.executable, "-c", KILLED, url, str(step)]
        done = subprocess.run(command, env=environment(Path(__file__).parent), timeout=120)
        assert done.returncode == (-signal.SIGKILL if step else 0)
        with Catalog.open(url) as catalog:
            resume(catalog)
            assert catalog.drift() == 0
            ends.append(kept(catalog))
    assert ends[0] == ends[1] == ends[2]
