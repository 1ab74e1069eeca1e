"""Floors of the French benchmark, a little under what was measured; and that it is what its README says."""

import csv
import json
from pathlib import Path

import pytest

from benchmarks.accuracy import documents
from benchmarks.accuracy.columns import Result, score_recense
from benchmarks.accuracy.french.build import TABLES, tables, texts, write
from benchmarks.accuracy.french.score import as_tables, as_texts
from recense.policy import taxonomy

SEED, ROWS, NOTES = 11, 60, 160


@pytest.fixture(scope="module")
def columns() -> Result:
    return score_recense(as_tables(tables(SEED, ROWS)))


def test_columns_stay_above_their_floors(columns: Result) -> None:
    assert columns.score.precision >= 0.92, columns.score.errors
    assert columns.score.recall >= 0.94, columns.score.errors
    assert columns.f1 >= 0.94, columns.score.errors


def test_article_9_columns_stay_above_their_floors(columns: Result) -> None:
    counts = columns.score.counts
    assert counts["special_hit"] >= counts["special"] - 2, columns.score.errors
    assert counts["special_false"] <= 3, columns.score.errors


def test_notes_stay_above_their_floors() -> None:
    french = as_texts(texts(SEED, NOTES))[0]
    floors = {"PERSON": 0.90, "EMAIL": 0.99, "IBAN": 0.99, "IP": 0.99, "ADDRESS": 0.90}
    scores = documents.score("recense", french, lambda _, text: documents.ours(text), list(floors))
    for one in scores:
        right, wrong, missed = (sum(part[place] for part in one.parts) for place in range(3))
        assert 2 * right >= floors[one.label] * (2 * right + wrong + missed), (one.label, one.errors)


def test_what_is_written_is_what_is_scored(tmp_path: Path) -> None:
    write(tmp_path, SEED, 20, 40)
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    assert {row["table"] for row in labels} == {table.name for table in TABLES}
    made = {one.table.name: one for one in tables(SEED, 20)}
    for path in (tmp_path / "tables").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, delimiter=";")
        assert header == list(made[path.stem].columns) == [row["column"] for row in labels if row["table"] == path.stem]
        assert len(rows) == 20
    for line in (tmp_path / "notes.jsonl").read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        assert all(note["text"][s["start"] : s["end"]].strip() for s in note["spans"])


def test_the_same_seed_gives_the_same_cells_and_another_gives_others() -> None:
    assert [one.columns for one in tables(3, 5)] == [one.columns for one in tables(3, 5)]
    assert [one.columns for one in tables(3, 5)] != [one.columns for one in tables(4, 5)]


def test_labels_are_words_of_the_taxonomy() -> None:
    known = taxonomy()
    for table in TABLES:
        for field in table.fields:
            assert field.label == "none" or field.label in known.categories, (table.name, field)
            if field.entity:
                assert known.category_of(field.entity) == field.label, (table.name, field)
