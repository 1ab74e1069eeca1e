"""A search finds the same in SQLite and in PostgreSQL, there with and without an index of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from recense.catalog import Catalog, DatasetProfile, listing, searching, tables
from recense.catalog.listing import Filter
from recense.model import ColumnReport, Dataset, DatasetReport, Finding, Proof, ScanRun, SourceReport

SOURCE = "postgresql://db.example.org/crm"
NAMES = (
    ("crm.clients", "PRÉNOM_client"), ("crm.clients", "prenom"), ("crm.clients", "Straße"),
    ("crm.Commandes", "100%_a\\b"), ("crm.Commandes", "ﬁls/fille"), ("crm.Œuvres", "Ñandú"), ("crm.données", "名前"),
    ("x" * 400, "deep_needle"),
    ("odd\x00name", "half\ud800pair"),
)  # fmt: skip
SEARCHES = (
    "prenom", "PRÉNOM", "PrE\u0301nom", "nom cli", "crm strasse", "client", "%", "_", "_a", "a\\b", "/", "fils",
    "nandu", "œuvres", "名", "名前", "p", "pr", "needle", "crm needle", "prenomx", "clients prenom strasse", "'", "odd",
    "pair", "",
)  # fmt: skip


Answers = dict[str, tuple[list[tuple[str, str]], int]]


def record(catalog: Catalog) -> None:
    """Writes a run that found something in every column."""
    made = [
        Finding(SOURCE, dataset, column, "contact", f"KIND_{number}", Proof.PROVED, 0.9, 100, 50)
        for number, (dataset, column) in enumerate(NAMES)
    ]
    columns: dict[str, list[ColumnReport]] = {}
    for one in made:
        columns.setdefault(one.dataset, []).append(ColumnReport(one.column, "TEXT", 100, 0, 90, 0.0))
    read = tuple(DatasetReport(SOURCE, name, "table", 100, 100, tuple(found)) for name, found in columns.items())
    moment = "2030-01-01T00:00:00+00:00"
    run = ScanRun(
        "r1",
        moment,
        moment,
        "complete",
        "1",
        None,
        (SourceReport(SOURCE, "postgresql", "complete"),),
        read,
        tuple(made),
    )
    catalog.start(run.id, rules="1", scope="s", targets=[])
    catalog.finish(run, [DatasetProfile(Dataset(SOURCE, one.dataset, "table"), 100, {}) for one in read])


def answers(catalog: Catalog) -> Answers:
    """Returns what each search lists, in order, and how many it counts."""
    said = {}
    with catalog.transaction() as connection:
        for search in SEARCHES:
            found = listing.listed(connection, Filter(search=search)).items
            said[search] = (
                [(one.dataset, one.path) for one in found],
                listing.counted(connection, Filter(search=search)),
            )
    return said


@pytest.fixture(scope="module")
def in_sqlite(catalog_urls: Callable[[str], str]) -> Answers:
    with Catalog.open(catalog_urls("sqlite")) as catalog:
        record(catalog)
        assert not catalog.index_search()  # it walks along the index of the list
        return answers(catalog)


@pytest.fixture
def url(catalog_urls: Callable[[str], str]) -> str:
    return catalog_urls("postgresql")


@pytest.fixture
def in_postgresql(url: str) -> Iterator[Catalog]:
    with Catalog.open(url) as catalog:
        record(catalog)
        yield catalog


def test_a_search_in_sqlite_finds_what_its_words_say(in_sqlite: Answers) -> None:
    def columns(search: str) -> set[str]:
        return {path for _, path in in_sqlite[search][0]}

    assert columns("prenom") == columns("PRÉNOM") == columns("PrE\u0301nom") == {"PRÉNOM_client", "prenom"}
    assert columns("crm strasse") == {"Straße"}
    assert columns("fils") == columns("/") - {name for _, name in NAMES if name != "ﬁls/fille"} == {"ﬁls/fille"}
    assert columns("nandu") == {"Ñandú"}
    assert columns("prenomx") == columns("'") == columns("clients prenom strasse") == set()
    assert columns("") == {name for _, name in NAMES}
    assert all(len(items) == count for items, count in in_sqlite.values())


def test_an_index_changes_nothing_that_is_found(in_postgresql: Catalog, in_sqlite: Answers) -> None:
    plain = answers(in_postgresql)
    assert {search: (set(items), count) for search, (items, count) in plain.items()} == {
        search: (set(items), count) for search, (items, count) in in_sqlite.items()
    }  # the order of names that are no ASCII is each database's own
    assert in_postgresql.index_search() and in_postgresql.index_search()
    assert answers(in_postgresql) == plain
    renamed = answers_after_renaming(in_postgresql)
    assert answers(in_postgresql) == renamed


def answers_after_renaming(catalog: Catalog) -> Answers:
    """Renames what stands in the list, and returns what each search finds when every index is left aside."""
    table = tables.review
    with catalog.transaction(write=True) as connection:
        for row in connection.execute(sa.select(table)).mappings().all():
            names = searching.names(row["source"], row["dataset"], row["path"] + "_prenom")
            connection.execute(sa.update(table).where(table.c.id == row["id"]).values(**names))
    with catalog.transaction() as connection:
        for way in ("bitmapscan", "indexscan", "indexonlyscan"):
            connection.execute(sa.text(f"SET SESSION enable_{way} = off"))
    said = answers(catalog)
    with catalog.transaction() as connection:
        connection.execute(sa.text("RESET ALL"))
    return said


def test_a_search_is_put_so_that_its_index_answers(in_postgresql: Catalog) -> None:
    assert in_postgresql.index_search()
    query = sa.select(tables.review.c.id).where(*searching.conditions("prenom client"))
    with in_postgresql.transaction() as connection:
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        literal = query.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN {literal}", ()).scalars()
        assert any(searching.INDEX in line for line in plan)


def test_an_account_that_may_not_add_the_extension_searches_without(in_postgresql: Catalog, url: str) -> None:
    before = answers(in_postgresql)
    with in_postgresql.transaction(write=True) as connection:
        connection.execute(sa.text("CREATE ROLE plain_reader LOGIN PASSWORD 'plain'"))
        connection.execute(sa.text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain_reader"))
    theirs = sa.make_url(url).set(username="plain_reader", password="plain")
    try:
        with Catalog.open(theirs.render_as_string(hide_password=False)) as catalog:
            assert not catalog.index_search()
            assert answers(catalog) == before
    finally:
        with in_postgresql.transaction(write=True) as connection:
            connection.execute(sa.text("DROP OWNED BY plain_reader"))
            connection.execute(sa.text("DROP ROLE plain_reader"))
