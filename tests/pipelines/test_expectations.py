"""Great Expectations says what our own verdict says, an error is never a pass, and no value is kept as evidence."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import servers

from recense.pipelines import expectations
from recense.pipelines.expectations import Batch, Limit, Outcome
from recense.policy.loading import example
from recense.retention import Bucket, Facts, bind, judge
from recense.retention.counting import Tally

AS_OF = date(2026, 11, 1)
COLUMN = "date_collecte"
ROWS = [
    ("Canary4711", "2020-01-01", None), ("b", "2023-10-31", ""), ("c", "2023-11-01", None), ("d", None, None),
    ("e", "1900-01-01", None), ("f", "2019-01-01", "LIT-7"), ("g", "2026-01-01", None), ("h", "2021-05-05", "Aucun"),
]  # fmt: skip


def limit(dataset: str = "people", column: str = COLUMN) -> Limit:
    return Limit(dataset, column, date(2023, 11, 1), (date(1900, 1, 1), date(1970, 1, 1)), hold="gel")


def ours() -> int:
    """Our own verdict on the same rows."""
    facts = Facts("x", "people", (), (COLUMN,))
    bound = bind(facts, example().retention, None, AS_OF)
    tally: Tally = {(day, ()): 1 for _, day, hold in ROWS if hold in (None, "", "Aucun")}
    return sum(entry.buckets[Bucket.OVERDUE] for entry in judge(bound, tally, AS_OF))


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> dict[str, Batch]:
    file = tmp_path_factory.mktemp("gx") / "x.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE people (nom TEXT, {COLUMN} DATE, gel TEXT)")
        connection.executemany("INSERT INTO people VALUES (?, ?, ?)", ROWS)
        connection.commit()
    shown = ", ".join("(" + ", ".join("NULL" if v is None else f"'{v}'" for v in row) + ")" for row in ROWS)
    servers.run_postgres(
        postgres_url,
        f"DROP TABLE IF EXISTS people; CREATE TABLE people (nom text, {COLUMN} date, gel text); "
        f"INSERT INTO people VALUES {shown}",
    )
    frame = pd.DataFrame(ROWS, columns=["nom", COLUMN, "gel"])
    return {
        "pandas": Batch(frame=expectations.judged(frame, limit())),
        "sqlite": Batch(url=f"sqlite:///{file}", table="people"),
        "postgresql": Batch(url=postgres_url, table="people"),
    }


def test_our_verdict_and_the_expectations_agree_and_keep_no_value(batches: dict[str, Batch], tmp_path: Path) -> None:
    pairs = [(expectations.retention_suite(limit(kind), batch), batch) for kind, batch in batches.items()]
    outcomes = expectations.check(pairs, tmp_path / "evidence")
    found = {one.suite: one for one in outcomes if one.unexpected is not None}
    assert {suite: (one.status, one.unexpected) for suite, one in found.items()} == {
        f"retention {kind}": ("fail", ours()) for kind in batches
    }
    assert ours() == 3
    pages = [path for path in (tmp_path / "evidence").rglob("*") if path.suffix in (".html", ".css", ".json")]
    assert len([path for path in pages if path.suffix == ".html"]) > 3
    for path in pages:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert "Canary4711" not in text and "LIT-7" not in text and "2021-05-05" not in text
        assert "http://" not in text and "https://" not in text


def test_an_expectation_that_errors_is_never_a_pass(batches: dict[str, Batch]) -> None:
    gone = Batch(url=batches["sqlite"].url, table="gone")
    pairs = [
        (expectations.retention_suite(limit("typo", "date_colecte"), batches["sqlite"]), batches["sqlite"]),
        (expectations.retention_suite(limit("pg", "date_colecte"), batches["postgresql"]), batches["postgresql"]),
        (expectations.retention_suite(limit("table"), gone), gone),
    ]
    outcomes = expectations.check(pairs)
    rows = {one.suite: one.status for one in outcomes if one.expectation == "unexpected_rows_expectation"}
    assert rows == {"retention typo": "error", "retention pg": "error", "retention table": "error"}
    assert Outcome("retention typo", "expect_column_to_exist", "fail") in outcomes


def test_columns_and_findings_that_nobody_approved(batches: dict[str, Batch]) -> None:
    findings = Batch(frame=pd.DataFrame({"category": ["contact", "special.health"]}))
    pairs = [
        (expectations.columns_suite("people", ["nom", COLUMN, "gel"]), batches["sqlite"]),
        (expectations.columns_suite("fewer", ["nom", COLUMN]), batches["sqlite"]),
        (expectations.findings_suite(["contact", "identification"]), findings),
    ]
    assert [(one.suite, one.status) for one in expectations.check(pairs)] == [
        ("columns people", "pass"),
        ("columns fewer", "fail"),
        ("findings", "fail"),
    ]


def test_another_count_than_ours_is_an_error(batches: dict[str, Batch]) -> None:
    wrong = expectations._agreed(Outcome("retention x", "unexpected_rows_expectation", "pass", 0), 3)
    assert wrong.status == "error" and "other rows" in wrong.reason
    same = Outcome("retention x", "unexpected_rows_expectation", "fail", 3)
    assert expectations._agreed(same, 3) is same


def test_the_words_of_a_hold_and_a_zone_are_read_in_any_case(batches: dict[str, Batch]) -> None:
    zoned = Limit("people", COLUMN, date(2023, 11, 1), zone="nom", zone_values=("canary4711",))
    frame = pd.DataFrame(ROWS, columns=["nom", COLUMN, "gel"])
    pairs = [(expectations.retention_suite(zoned, batches[kind]), batches[kind]) for kind in ("sqlite", "postgresql")]
    judged = Batch(frame=expectations.judged(frame, zoned))
    outcomes = expectations.check([*pairs, (expectations.retention_suite(zoned, judged), judged)])
    assert [one.unexpected for one in outcomes if one.unexpected is not None] == [4, 4, 4]


def test_a_name_cannot_leave_its_quotes() -> None:
    hostile = Limit("x", 'a"`; DROP TABLE x; --{y}', date(2023, 11, 1), zone="z", zone_values=("o'clock",))
    assert '"a""`; DROP TABLE x; --{{y}}"' in expectations.overdue_sql(hostile, "postgresql://h/d")
    assert '`a"``; DROP TABLE x; --{{y}}`' in expectations.overdue_sql(hostile, "sqlite:///x")
    assert "'o''clock'" in expectations.overdue_sql(hostile, "sqlite:///x")
