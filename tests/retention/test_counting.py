"""The same rows in SQLite, DuckDB, PostgreSQL, MariaDB and Arrow give the same counts, and no row leaves a database."""

import datetime as dt
import sqlite3
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from recense.connectors import open_source
from recense.connectors.counted import count_dates, counted
from recense.model import Dataset
from recense.retention.counting import Condition, DateCounts, Kind, Question, Start, Tally, day_of

TEXTS = (
    None, "", "  ", "2023-10-31", "2023-11-01T08:30:00", "31/10/2023", "31-10-2023 12:00", "31.10.2023", "20231031",
    "2023/10/31", "2024-02-29", "2023-02-29", "2023-13-01", "0000-01-01", "9999-12-31", "2023-10-31T23:30:00Z",
    "1/2/2024", "9-11-2023 08:00", "31.1.2024", "32/1/2024", "12 mars 2021", "1er août 2021", "12-Mar-2021",
    "3 FÉVRIER 2022",
    "29 fév. 2023", "7 juil. 2022", "7 juin 2022", "14 juillet 2021", "5/Dec/2020", "12 marsouins 2021 x",
    "12 mardx 99", "44197", "12345", "1/2/24", "31/12/99", "2023-10-31T23:30:00.123Z", "2023-10-31T08:30:00.123456",
    "99 mai 2021",
    "2023-10-31T23:30:00+00:00", "2023-10-31 22:30:00-01", "2023-11-01T00:30:00+0200", "2023", "1698793200",
    "1698793200000", "demain", "10/31/2023", "1900-01-01", "2000-02-29", "1900-02-29", "n/a", "2023-1-2",
)  # fmt: skip
NUMBERS = (
    None,
    44197,
    45000,
    19999,
    80001,
    0,
    1698793200,
    1698793199,
    1698793200000,
    1698793200000000,
    20231031,
    20230229,
    2023,
    -1,
    12,
)


def days(tally: Tally) -> Counter[tuple[object, tuple[bool, ...]]]:
    """Counts by day, so that sources may write the same day in different keys."""
    found: Counter[tuple[object, tuple[bool, ...]]] = Counter()
    for (key, flags), rows in tally.items():
        found[("missing" if key is None else day_of(key) or "invalid", flags)] += rows
    return found


def by_arrow(columns: dict[str, pa.Array], question: Question) -> Counter[tuple[object, tuple[bool, ...]]]:
    batch = pa.record_batch(list(columns.values()), names=list(columns))
    return days(counted([batch], question, Dataset("x", "x", "table")))


def ask(url: str, table: str, question: Question) -> Counter[tuple[object, tuple[bool, ...]]]:
    with open_source(url) as source:
        dataset = next(d for d in source.datasets() if isinstance(d, Dataset) and d.name == table)
        assert isinstance(source, DateCounts)
        return days(count_dates(source, dataset, question))


def fill(base, table: str, kind: str, values: tuple[object, ...]) -> None:
    quote = "`" if base.kind in ("mysql", "mariadb") else '"'
    base.run(f"CREATE TABLE {table} (id INTEGER, {quote}le jour{quote} {kind}, k INTEGER)")
    for number, value in enumerate(values):
        shown = (
            "NULL"
            if value is None
            else str(value)
            if isinstance(value, int)
            else "'" + str(value).replace("'", "''") + "'"
        )
        base.run(f"INSERT INTO {table} VALUES ({number}, {shown}, {number % 2})")


START = Question((Start("le jour"),))


def test_texts_are_read_alike_everywhere(base) -> None:
    fill(base, "t", "VARCHAR(60)", TEXTS)
    expected = by_arrow({"le jour": pa.array(TEXTS, pa.string())}, START)
    assert ask(base.url, "t", START) == expected
    assert expected["missing", ()] == 3
    assert expected[dt.date(2023, 10, 31), ()] == 8
    assert expected[dt.date(2023, 11, 1), ()] == 7


MONTHS = ("janvier", "févr.", "mars", "avril", "mai", "juin", "juillet", "août", "sept", "octobre", "nov.", "DÉCEMBRE")
ENGLISH = ("Jan", "February", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAYS = (
    lambda d: f"{d.day}/{d.month}/{d.year}",
    lambda d: f"{d.year}-{d.month}-{d.day}",
    lambda d: f"{d.day}.{d.month:02d}.{d.year} 08:00",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d.day:02d}-{ENGLISH[d.month - 1]}-{d.year}",
    lambda d: d.strftime("%Y%m%d"),
    lambda d: str((d - dt.date(1899, 12, 30)).days),
)


def test_each_way_of_writing_gives_its_day_and_is_compared_by_it(base) -> None:
    spread = [dt.date(2019, 1, 1) + dt.timedelta(days=67 * n) for n in range(40)] + [dt.date(2024, 2, 29)]
    texts = tuple(WAYS[n % len(WAYS)](day) for n, day in enumerate(spread))
    texts += tuple(way(dt.date(2021, month, 9)) for way in WAYS for month in range(1, 13))
    edge = dt.date(2021, 6, 9)
    question = Question((Start("le jour"),), (Condition(Kind.BEFORE, "le jour", day=edge),))
    days_meant = [*spread, *(dt.date(2021, month, 9) for _ in WAYS for month in range(1, 13))]
    expected = Counter((day, (day < edge,)) for day in days_meant)
    fill(base, "t", "VARCHAR(60)", texts)
    assert by_arrow({"le jour": pa.array(texts, pa.string())}, question) == expected
    assert ask(base.url, "t", question) == expected


def test_numbers_are_read_alike_everywhere(base) -> None:
    fill(base, "n", "BIGINT", NUMBERS)
    expected = by_arrow({"le jour": pa.array(NUMBERS, pa.int64())}, START)
    assert ask(base.url, "n", START) == expected
    assert expected[dt.date(2023, 11, 1), ()] == 3
    assert expected[dt.date(1970, 1, 1), ()] == 5
    assert expected[dt.date(2021, 1, 1), ()] == 1  # Excel's 44197


def test_days_and_moments_are_read_alike_everywhere(base) -> None:
    values = (None, "2023-10-31", "0001-01-01", "9999-12-31", "2024-02-29")
    fill(base, "d", "DATE", values)
    arrays = pa.array([None if v is None else dt.date.fromisoformat(v) for v in values])
    assert ask(base.url, "d", START) == by_arrow({"le jour": arrays}, START)
    moments = (None, "2023-10-31 23:59:59", "2023-11-01 00:00:00")
    fill(base, "m", {"postgresql": "TIMESTAMP", "duckdb": "TIMESTAMP"}.get(base.kind, "DATETIME"), moments)
    found = ask(base.url, "m", START)
    assert found == {("missing", ()): 1, (dt.date(2023, 10, 31), ()): 1, (dt.date(2023, 11, 1), ()): 1}


def test_a_moment_with_a_zone_belongs_to_its_day_in_paris(base) -> None:
    kind = {"postgresql": "TIMESTAMPTZ", "duckdb": "TIMESTAMPTZ"}.get(base.kind, "TIMESTAMP NULL")
    if base.kind == "sqlite":
        pytest.skip("SQLite has no such type")
    zone = "+00" if base.kind in ("postgresql", "duckdb") else ""
    if base.kind in ("mysql", "mariadb"):
        base.run("SET time_zone = '+00:00'")
    fill(base, "z", kind, (f"2023-10-31 22:59:59{zone}", f"2023-10-31 23:00:00{zone}", f"2023-07-31 22:00:00{zone}"))
    found = ask(base.url, "z", START)
    if base.kind in ("mysql", "mariadb") and dt.date(2023, 8, 1) not in {day for day, _ in found}:
        pytest.skip("the server's own time zone took the literals")
    assert found == {(dt.date(2023, 10, 31), ()): 1, (dt.date(2023, 11, 1), ()): 1, (dt.date(2023, 8, 1), ()): 1}


def test_conditions_are_answered_alike_everywhere(base) -> None:
    words = (None, "", "0", "non", "LIT-2024", "true", "Archive intermédiaire", "électronique", "ÉLECTRONIQUE", "120,5",
             "119.99", "1 200", "x'; DROP TABLE w; --", "120")  # fmt: skip
    fill(base, "w", "VARCHAR(60)", words)
    column = "le jour"
    question = Question(
        (Start("le jour", (0,)),),
        (
            Condition(Kind.PRESENT, column),
            Condition(Kind.NO, column),
            Condition(Kind.ONE_OF, column, ("électronique", "x'; drop table w; --")),
            Condition(Kind.CONTAINS, column, ("archiv",)),
            Condition(Kind.AT_LEAST, column, number=120),
            Condition(Kind.AT_MOST, column, number=119.99),
            Condition(Kind.ANY, column, others=("k",)),
            Condition(Kind.MARKED, column, others=("k",)),
            Condition(Kind.BEFORE, column, day=dt.date(2023, 11, 1)),
            Condition(Kind.EARLIER, column, others=("k",)),
        ),
    )
    k = pa.array([number % 2 for number in range(len(words))], pa.int64())
    expected = by_arrow({"le jour": pa.array(words, pa.string()), "k": k}, question)
    found = ask(base.url, "w", question)
    assert found == expected
    asked = [sum(rows for (_, flags), rows in expected.items() if flags[n]) for n in range(10)]
    assert asked[:6] == [10, 4, 3, 1, 3, 1 + 1]


def test_before_and_earlier_know_every_way_of_writing(base) -> None:
    fill(base, "t", "VARCHAR(60)", TEXTS)
    question = Question((), (Condition(Kind.BEFORE, "le jour", day=dt.date(2023, 11, 1)),))
    expected = by_arrow({"le jour": pa.array(TEXTS, pa.string())}, question)
    assert ask(base.url, "t", question) == expected
    days_of = by_arrow({"le jour": pa.array(TEXTS, pa.string())}, START)
    early = sum(n for (day, _), n in days_of.items() if isinstance(day, dt.date) and day < dt.date(2023, 11, 1))
    assert expected["missing", (True,)] == early


def test_several_starts_and_the_first_that_fits_speaks(base) -> None:
    base.run("CREATE TABLE s (a DATE, b VARCHAR(20), flag INTEGER)")
    base.run("INSERT INTO s VALUES ('2020-01-01', '05/06/2021', 1), ('2020-01-01', '05/06/2021', 0)")
    question = Question((Start("b", (0,)), Start("a")), (Condition(Kind.PRESENT, "flag"),))
    expected = {(dt.date(2021, 6, 5), (True,)): 1, (dt.date(2020, 1, 1), (False,)): 1}
    assert ask(base.url, "s", question) == expected
    columns = {"a": pa.array([dt.date(2020, 1, 1)] * 2), "b": pa.array(["05/06/2021"] * 2), "flag": pa.array([1, 0])}
    assert by_arrow(columns, question) == expected


def test_files_are_streamed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("nom;date_collecte\nA;31/10/2023\nB;\nC;bientôt\n", encoding="utf-8")
    with open_source(str(tmp_path)) as source:
        dataset = next(d for d in source.datasets() if isinstance(d, Dataset))
        found = days(count_dates(source, dataset, Question((Start("date_collecte"),))))
    assert found == {(dt.date(2023, 10, 31), ()): 1, ("missing", ()): 1, ("invalid", ()): 1}


def test_a_cell_of_any_type_in_sqlite(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (d)")
        connection.executemany("INSERT INTO t VALUES (?)", [(b"x",), ("2023-10-31",), (1698793200,), (1698793200.5,)])
    found = ask(f"sqlite:///{tmp_path}/x.db", "t", Question((Start("d"),)))
    assert found == {("invalid", ()): 1, (dt.date(2023, 10, 31), ()): 1, (dt.date(2023, 11, 1), ()): 2}
