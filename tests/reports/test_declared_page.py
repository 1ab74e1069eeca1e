"""Declared against found in its four formats: golden files, hostile names, lines that fit."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from recense.errors import UserError
from recense.policy.comparison import compare
from recense.policy.loading import example
from recense.reports.declared_page import FORMATS, render
from recense.testing.reports import assert_golden, empty_run, hostile_run, sample_run

GOLDEN = Path(__file__).parents[1] / "golden"
SAMPLE = compare(sample_run(), example("clinic"))


@pytest.mark.parametrize(
    ("format", "language", "name"),
    [
        ("table", "en", "declared.en.txt"),
        ("table", "fr", "declared.fr.txt"),
        ("json", "en", "declared.json"),
        ("markdown", "en", "declared.md"),
        ("html", "fr", "declared.fr.html"),
    ],
)
def test_looks_like_its_golden_file(format: str, language: str, name: str) -> None:
    assert_golden(render(SAMPLE, format, language=language), GOLDEN / name)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("run", [sample_run(), empty_run(), hostile_run()], ids=["sample", "empty", "hostile"])
def test_hostile_names_stay_text(format: str, language: str, run) -> None:
    text = render(compare(run, example()), format, language=language)
    assert text.endswith("\n") and "\x1b" not in text and "\u202e" not in (text if format != "json" else "")
    assert "<script" not in text or format in {"json", "table"}
    if format == "json":
        assert len(json.loads(text)["found"]) == len(run.findings)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_asked(width: int) -> None:
    text = render(compare(hostile_run(), example()), "table", width=width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_says_that_there_should_be_no_article_9_data_and_where_they_are() -> None:
    text = render(compare(sample_run(), example()), "table", width=200)
    assert "The policy says that it deals with no Article 9 data. Found all the same: Health" in text
    assert "clients.comment" in text and "Health data in 0.34" in text
    assert "DECLARED AND NEVER SEEN" in text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UserError, match="did you mean 'table'"):
        render(SAMPLE, "tabel")
