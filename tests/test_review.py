"""The list that people decide on: one row a finding over all runs, asked again only for a reason, paged by key."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recense.catalog import Catalog, DatasetProfile, listing, review, tables
from recense.catalog.decisions import Decision
from recense.catalog.listing import Filter, Item
from recense.errors import UserError
from recense.model import ColumnReport, Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport

URI = "sqlite:///crm.sqlite"


@pytest.fixture
def catalog(empty_catalog: Catalog) -> Catalog:
    return empty_catalog


def found(column: str = "religion", category: str = "special.religion", **changed: object) -> Finding:
    usual = Finding(URI, "clients", column, category, "RELIGION", Proof.INDICATED, 0.7, 1000, 100, declared="open")
    return replace(usual, **changed)  # type: ignore[arg-type]


def scan(catalog: Catalog, name: str, *findings: Finding, rules: str = "1", status: str = "complete") -> None:
    columns = tuple(ColumnReport(one, "TEXT", 1000, 0, 9, 0.0) for one in ("religion", "email"))
    run = ScanRun(
        name,
        "2026-11-22T02:00:00+00:00",
        "2026-11-22T02:01:00+00:00",
        status,
        rules,
        sources=(SourceReport(URI, "sqlite", status),),
        datasets=(DatasetReport(URI, "clients", "table", 1000, 1000, columns),),
        findings=findings,
    )
    catalog.start(name, rules=rules, scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(URI, "clients", "table"), 1000, {})])


def decide(catalog: Catalog, one: Finding, until: str | None = "2999-01-01", origin: str = "dashboard") -> None:
    field = f"sql:{one.dataset}.{one.column}"
    made = Decision(field, one.category, "accepted", "dpo", "2026-11-22T10:00:00+00:00", "a good reason", until)
    catalog.decide([replace(made, origin=origin)])


def item(catalog: Catalog, one: Finding) -> Item:
    with catalog.transaction() as connection:
        kept = listing.item(connection, one.id)
    assert kept
    return kept


@pytest.mark.parametrize(
    ("change", "rules", "state", "why"),
    [
        ({}, "1", "decided", None),
        ({}, "2", "decided", None),
        ({"matched": 20}, "1", "decided", None),
        ({"proof": Proof.TO_CHECK}, "1", "decided", None),
        ({"matched": 109}, "1", "decided", None),
        ({"matched": 151}, "1", "reopened", "more"),
        ({"matched": 110, "cells": 600}, "1", "reopened", "more"),
        ({"proof": Proof.PROVED, "cells": 1001}, "1", "reopened", "stronger"),
        ({"proof": Proof.PROVED}, "2", "reopened", "rules"),
        ({"entity": "BELIEF"}, "1", "reopened", "kind"),
        ({"entity": "BELIEF"}, "2", "reopened", "rules"),
    ],
)
def test_a_decided_finding_is_asked_again_only_for_a_reason(catalog, change, rules, state, why) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one)
    scan(catalog, "r2", replace(one, **change), rules=rules)
    assert (item(catalog, one).state, item(catalog, one).why) == (state, why)
    assert item(catalog, one).until == (None if why else "2999-01-01")


def test_the_same_field_in_another_source_decides_nothing_that_was_opened_again(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one)
    more = replace(one, matched=500)
    scan(catalog, "r2", more)
    other = replace(one, source="sqlite:///copy.sqlite")
    scan(catalog, "r3", more, other)
    assert (item(catalog, one).state, item(catalog, other).state) == ("reopened", "decided")


def test_small_steps_add_up(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one)
    for step, matched in enumerate((115, 130, 145)):
        scan(catalog, f"s{step}", replace(one, matched=matched))
        assert item(catalog, one).state == "decided"
    scan(catalog, "last", replace(one, matched=160))
    assert item(catalog, one).why == "more"


def test_deciding_again_closes_what_was_opened_again(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one)
    stronger = replace(one, proof=Proof.PROVED)
    scan(catalog, "r2", stronger)
    decide(catalog, one)
    scan(catalog, "r3", stronger)
    assert (item(catalog, one).state, item(catalog, one).why) == ("decided", None)


def test_the_day_after_its_end_a_decision_no_longer_holds(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one, until="2999-01-01")
    for today, state in (("2999-01-01", "decided"), ("2999-01-02", "reopened")):
        with catalog.transaction(write=True) as connection:
            assert review.is_due(connection, today) == (state == "reopened")
            review.expire(connection, today)
        assert item(catalog, one).state == state
    assert item(catalog, one).why == "expired"


def test_a_decision_whose_end_is_past_decides_nothing(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    decide(catalog, one, until="2020-01-01")
    assert item(catalog, one).state == "open"


def test_a_decision_from_the_approvals_file_counts_before_and_after_the_scan(catalog: Catalog) -> None:
    before, after = found(), found("email", "contact", entity="EMAIL_ADDRESS")
    decide(catalog, before, origin="file")
    scan(catalog, "r1", before, after)
    assert (item(catalog, before).state, item(catalog, after).state) == ("decided", "open")
    decide(catalog, after, origin="file")
    assert item(catalog, after).state == "decided"


def test_what_is_no_longer_found_is_gone_and_what_comes_back_is_not(catalog: Catalog) -> None:
    one = found()
    scan(catalog, "r1", one)
    scan(catalog, "r2")
    assert item(catalog, one).gone
    scan(catalog, "r3", one)
    kept = item(catalog, one)
    assert (kept.gone, kept.state, kept.first_seen) == (None, "open", "2026-11-22T02:01:00+00:00")


places = st.lists(
    st.tuples(
        st.sampled_from(["contact", "special.health", "criminal", "banking"]),
        st.sampled_from(list(Proof)),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
    ),
    max_size=30,
    unique_by=lambda one: (one[0], one[2]),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places, st.integers(1, 7))
def test_pages_hold_every_row_once_in_both_directions(catalog: Catalog, rows, size: int) -> None:
    with catalog.transaction(write=True) as connection:
        connection.execute(sa.delete(tables.review))
        connection.execute(sa.delete(tables.findings))
        connection.execute(sa.delete(tables.runs))
    findings = [found(name, category, proof=proof) for category, proof, name in rows]
    run = ScanRun("p", "2026-11-22T02:00:00+00:00", "2026-11-22T02:01:00+00:00", "complete", "1", findings=findings)
    catalog.start("p", rules="1", scope="s", targets=[])
    catalog.finish(run, [])
    with catalog.transaction() as connection:
        page = listing.listed(connection, Filter(), size=size)
        forwards, pages = [one.id for one in page.items], [page]
        while page.after:
            page = listing.listed(connection, Filter(), after=page.after, size=size)
            assert page.items
            forwards += [one.id for one in page.items]
            pages.append(page)
        backwards = [one.id for one in page.items]
        while page.before:
            page = listing.listed(connection, Filter(), before=page.before, size=size)
            assert page.items or page is pages[0]
            backwards = [one.id for one in page.items] + backwards
        whole = listing.listed(connection, Filter(), size=1000).items
    assert sorted(forwards) == sorted({one.id for one in findings})
    assert forwards == backwards == [one.id for one in whole]
    assert [one.rank for one in whole] == sorted(one.rank for one in whole)


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "é", "WyJhIiwgImIiLCAiYyJd", "A" * 5000])
def test_a_cursor_that_is_none_of_ours_is_refused(catalog: Catalog, cursor: str) -> None:
    with catalog.transaction() as connection, pytest.raises(UserError):
        listing.listed(connection, Filter(), after=cursor)
