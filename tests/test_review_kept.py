"""What is kept beside the review list (counts, states of sources, folded names) is what the history says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from catalogs import empty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.catalog import Catalog, DatasetProfile, counts, listing, migrations, review, tables
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter
from recense.catalog.searching import fold
from recense.model import ColumnReport, Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport

BEGIN = date(2030, 1, 1)
SOURCES = ("sqlite:///crm.sqlite", "file:///exports")
CATEGORIES = ("contact", "special.religion")
FILTERS = (
    Filter(), Filter(gone=True), Filter(special=True, waiting=True), Filter(special=False, waiting=True),
    Filter(special=False, waiting=True, declared="undeclared"), Filter(category="contact", proof="proved"),
    Filter(source=SOURCES[1]), Filter(state="reopened"), Filter(state="decided"), Filter(ending="2030-01-20"),
    Filter(search="clients"), Filter(since="2030-01-05"),
)  # fmt: skip


@pytest.fixture
def catalog(empty_catalog: Catalog) -> Catalog:
    return empty_catalog


def found(source: int, dataset: int, category: int, proof: Proof, matched: int, declared: str | None) -> Finding:
    name = ("clients", "orders")[dataset]
    kind = CATEGORIES[category]
    return Finding(SOURCES[source], name, "c", kind, kind.upper(), proof, 0.5, 1000, matched, declared=declared)


findings = st.builds(
    found, st.integers(0, 1), st.integers(0, 1), st.integers(0, 1), st.sampled_from(list(Proof)),
    st.sampled_from([5, 10, 100, 160, 500]), st.sampled_from([None, "declared", "undeclared"]),
)  # fmt: skip
runs = st.tuples(
    st.just("run"),
    st.lists(findings, max_size=6, unique_by=lambda one: one.id),
    st.sets(st.sampled_from([(s, d) for s in range(2) for d in range(2)])),
    st.sampled_from(["1", "2"]),
)
made = st.tuples(
    st.just("decide"), st.integers(0, 1), st.integers(0, 1), st.sampled_from([None, -3, 0, 2, 9, 400])
)  # fmt: skip
days = st.tuples(st.just("wait"), st.integers(1, 12))


@dataclass
class History:
    """The rules of docs and tests/test_review.py in plain dictionaries: what must stand after a number of steps."""

    today: date = BEGIN
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    decided: dict[tuple[str, str], Decision] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    def run(self, seen: list[Finding], datasets: set[tuple[str, str]], rules: str) -> None:
        fresh = [one for one in seen if one.id not in self.rows]
        for one in seen:
            (said,) = review.standings(ScanRun("r", "", "", "complete", rules, findings=(one,)))
            now = {"proof": str(one.proof), "matched": one.matched, "cells": one.cells, "rules": rules}
            now |= {"entities": list(said.entities)}
            row = self.rows.setdefault(one.id, {"state": "open", "why": None, "until": None, "one": one, **now})
            row |= {"declared": one.declared, "gone": False}
            why = review.reopens(row, said, rules) if row["state"] == "decided" else None
            if why:
                row |= {"state": "reopened", "why": why, "until": None}
            if row["state"] != "decided":
                row |= now
        ids = {one.id for one in seen}
        for id_, row in self.rows.items():
            row["gone"] = row["gone"] or (id_ not in ids and (row["one"].source, row["one"].dataset) in datasets)
        for one in fresh:
            self._settle(one.id)
        for source in {source for source, _ in datasets}:
            self.read[source] = sum(at == source for at, _ in datasets)
        self.expire()

    def decide(self, decision: Decision) -> None:
        self.decided[decision.field, decision.category] = decision
        for id_ in self.rows:
            if self._key(id_) == (decision.field, decision.category):
                self._settle(id_)

    def expire(self) -> None:
        for row in self.rows.values():
            if row["state"] == "decided" and row["until"] and row["until"] < self.today.isoformat():
                row |= {"state": "reopened", "why": "expired", "until": None}

    def _key(self, id_: str) -> tuple[str, str]:
        one = self.rows[id_]["one"]
        return f"sql:{one.dataset}.{one.column}", one.category

    def _settle(self, id_: str) -> None:
        decision = self.decided.get(self._key(id_))
        if decision and (decision.until is None or decision.until >= self.today.isoformat()):
            self.rows[id_] |= {"state": "decided", "why": None, "until": decision.until}


def scan(
    catalog: Catalog, name: str, seen: list[Finding], datasets: set[tuple[str, str]], rules: str, day: date
) -> None:
    moment = f"{day}T02:00:00+00:00"
    columns = (ColumnReport("c", "TEXT", 1000, 0, 9, 0.1), ColumnReport("free", "TEXT", 1000, 0, 9, 0.01))
    reports = [DatasetReport(source, dataset, "table", 10, 9, columns) for source, dataset in sorted(datasets)]
    sources = tuple(SourceReport(uri, "sqlite", "complete") for uri in sorted({source for source, _ in datasets}))
    run = ScanRun(
        name, moment, moment, "complete", rules, sources=sources, datasets=tuple(reports), findings=tuple(seen)
    )
    catalog.start(name, rules=rules, scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(one.source, one.dataset, "table"), 9, {}) for one in reports])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(runs, made, days), max_size=12))
def test_the_list_and_its_counts_are_what_the_history_says(catalog: Catalog, steps) -> None:
    empty(catalog)
    history = History()
    for number, step in enumerate(steps):
        if step[0] == "run":
            datasets = {(SOURCES[s], ("clients", "orders")[d]) for s, d in step[2]}
            datasets |= {(one.source, one.dataset) for one in step[1]}
            scan(catalog, f"r{number}", step[1], datasets, step[3], history.today)
            history.run(step[1], datasets, step[3])
        elif step[0] == "decide":
            decision = _decision(step, history.today)
            with catalog.transaction(write=True) as connection:
                review.decisions.append(connection, [decision])
                review.settle(connection, [decision], history.today.isoformat())
            history.decide(decision)
        else:
            history.today += timedelta(days=step[1])
            with catalog.transaction(write=True) as connection:
                review.expire(connection, history.today.isoformat())
            history.expire()
    _compare(catalog, history)


def _decision(step: Any, today: date) -> Decision:
    until = None if step[3] is None else (today + timedelta(days=step[3])).isoformat()
    kind, name = "remove" if until is None else "accepted", ("clients", "orders")[step[1]]
    moment = f"{today}T10:00:00+00:00"
    return Decision(f"sql:{name}.c", CATEGORIES[step[2]], kind, "dpo", moment, "a good reason", until)


def _compare(catalog: Catalog, history: History) -> None:
    assert catalog.drift() == 0
    with catalog.transaction() as connection:
        items = listing.listed(connection, Filter(gone=True), size=1000).items
        kept = {one.id: (one.state, one.why, one.until, one.gone is not None, one.proof, one.matched) for one in items}
        for chosen in FILTERS:
            page = listing.listed(connection, chosen, size=1000).items
            assert listing.counted(connection, chosen) == len(page), chosen
            assert [one.id for one in page] == [one.id for one in items if one.id in {each.id for each in page}]
        by_source = listing.by_source(connection)
        shares = {one.source: one for one in listing.read_shares(connection)}
    names = ("state", "why", "until", "gone", "proof", "matched")
    assert kept == {id_: tuple(row[name] for name in names) for id_, row in history.rows.items()}
    standing = Counter((row["one"].source, row["one"].category) for row in history.rows.values() if not row["gone"])
    assert standing == {(source, category): n for source, row in by_source.items() for category, n in row.items()}
    assert {source: (one.rows, one.rows_read) for source, one in shares.items()} == {
        source: (10 * datasets, 9 * datasets) for source, datasets in history.read.items()
    }


def test_counts_that_somebody_changed_are_seen_and_made_anew(catalog: Catalog) -> None:
    one = found(0, 0, 0, Proof.PROVED, 10, None)
    scan(catalog, "r1", [one, replace(one, column="d")], {(one.source, one.dataset)}, "1", BEGIN)
    with catalog.transaction(write=True) as connection:
        connection.execute(sa.update(tables.review).where(tables.review.c.path == "d").values(state="decided"))
    assert catalog.drift() == 2
    catalog.fill_review()
    with catalog.transaction() as connection:
        assert listing.counted(connection, Filter(state="decided")) == 1
    assert catalog.drift() == 0


def test_many_small_moves_are_put_together(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "LOOSE", 4)
    one = found(0, 0, 0, Proof.PROVED, 10, None)
    scan(catalog, "r1", [one], {(one.source, one.dataset)}, "1", BEGIN)
    for turn in range(20):
        decision = replace(_decision(("decide", 0, 0, 9), BEGIN), until=f"2031-01-{turn + 1:02d}")
        with catalog.transaction(write=True) as connection:
            review.settle(connection, [decision], BEGIN.isoformat())
            review.expire(connection, "2032-01-01")
            rows = connection.execute(sa.select(sa.func.count()).select_from(tables.review_counts)).scalar() or 0
        assert rows <= 5
    assert catalog.drift() == 0


def test_a_run_that_began_later_says_how_a_source_stands(catalog: Catalog) -> None:
    place = (SOURCES[0], "clients")
    early = ScanRun(
        "early", "", "2030-01-01T03:00:00+00:00", "complete", "1", sources=(SourceReport(place[0], "s", "complete"),)
    )
    catalog.start("early", rules="1", scope="s", targets=[])
    scan(catalog, "late", [], {place}, "1", BEGIN)
    catalog.finish(early, [])
    with catalog.transaction() as connection:
        assert listing.newest_runs(connection) == {place[0]: "late"}
        (share,) = listing.read_shares(connection)
        assert (share.columns, share.bound, share.rows) == (2, 0.1, 10)


@pytest.mark.parametrize(
    ("search", "columns"),
    [
        ("prenom", {"PRÉNOM_client"}), ("PRÉNOM", {"PRÉNOM_client"}), ("nom cli", {"PRÉNOM_client"}),
        ("crm.sqlite straße", {"Strasse"}), ("client", {"PRÉNOM_client", "Strasse", "100%_a\\b"}), ("%", {"100%_a\\b"}),
        ("_a", {"100%_a\\b"}), ("a\\b", {"100%_a\\b"}), ("prenomx", set()), ("client\x1fpr", {"PRÉNOM_client"}),
    ],
)  # fmt: skip
def test_a_search_finds_parts_of_names_whatever_case_and_accents(catalog: Catalog, search: str, columns: set) -> None:
    one = found(0, 0, 0, Proof.PROVED, 10, None)
    seen = [replace(one, column=name) for name in ("PRÉNOM_client", "Strasse", "100%_a\\b")]
    seen += [replace(one, dataset="x" * 400, column="deep_needle")]
    scan(catalog, "r1", seen, {(one.source, one.dataset)}, "1", BEGIN)
    with catalog.transaction() as connection:
        assert {item.path for item in listing.listed(connection, Filter(search=search)).items} == columns
        assert [item.path for item in listing.listed(connection, Filter(search="needle")).items] == ["deep_needle"]


@given(st.text())
def test_folding_again_changes_nothing_that_is_searched(text: str) -> None:
    assert fold(text.upper()) == fold(fold(text.upper()))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_catalog_of_version_five_gets_its_counts(kind: str, catalog_urls: Callable[[str], str]) -> None:
    url = catalog_urls(kind)
    one = found(0, 0, 0, Proof.PROVED, 10, "undeclared")
    with Catalog.open(url, migrations.STEPS[:5]) as old, old.transaction(write=True) as connection:
        _old_rows(connection, one)
    with Catalog.open(url) as new:
        assert new.drift() == 0
        with new.transaction() as connection:
            assert listing.counted(connection, Filter(declared="undeclared", waiting=True)) == 1
            assert [item.path for item in listing.listed(connection, Filter(search="prenom")).items] == ["PRÉNOM"]
            (share,) = listing.read_shares(connection)
        assert (share.source, share.rows, share.rows_read, share.columns, share.bound) == (one.source, 10, 9, 2, 0.25)


def _old_rows(connection: sa.Connection, one: Finding) -> None:
    def add(table: sa.Table, **values: object) -> None:
        connection.execute(sa.insert(table).values(**values))

    here = {"source": one.source, "dataset": one.dataset}
    for number, run in enumerate(("r1", "r2")):
        add(tables.runs, id=run, started="a", finished="b", status="complete", rules="1", scope="s", targets=[],
            sequence=number)  # fmt: skip
        add(tables.sources, run=run, uri=one.source, position=0, kind="sqlite", status="complete")
        add(tables.datasets, run=run, source=one.source, name=one.dataset, position=0, kind="table", rows=10,
            rows_read=9, declared=[])  # fmt: skip
    for position, (path, bound) in enumerate((("PRÉNOM", 0.5), ("free", 0.25))):
        add(tables.columns, run="r2", **here, path=path, position=position, type="TEXT", cells=9, nulls=0,
            clean_bound=bound, profile={})  # fmt: skip
    add(tables.findings, run="r2", id=one.id, entity=one.entity, position=0, **here, path="PRÉNOM", category="contact",
        proof="proved", score=1, cells=9, matched=9, detectors=[], evidence=[])  # fmt: skip
    old = [column for column in tables.review.c if column.name != "words"]
    values = {
        "id": one.id, **here, "path": "PRÉNOM", "category": "contact", "field": "f", "rank": 10, "sort": "s",
        "entities": "[]", "proof": "proved", "cells": 9, "matched": 9, "declared": "undeclared", "rules": "1",
        "first_run": "r1", "first_seen": "b", "last_run": "r2", "last_seen": "b", "state": "open",
    }  # fmt: skip
    names = [column.name for column in old if column.name in values]
    places = ", ".join(f":{name}" for name in names)
    connection.execute(sa.text(f"INSERT INTO review ({', '.join(names)}) VALUES ({places})"), values)
