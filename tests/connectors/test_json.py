"""JSON documents and lines: whatever their shape, every leaf is in a cell, and what is no JSON is read and reported."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recense.connectors import DEFAULT_LIMITS
from recense.connectors.rows import as_text
from recense.model import Limits
from recense.testing.connectors import read_all

QUICK = settings(max_examples=60, deadline=None)
KEY = st.sampled_from(["nom", "tags", "adresse", "ville", "lignes"])
LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
NESTED = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4), max_leaves=12
)


def content(text: str | bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[list[dict[str, Any]], list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
        rows, troubles = read_all(Path(folder) / name, limits)
    return [row for found in rows.values() for row in found], [code for _, code in troubles]


def leaves(value: Any) -> list[str]:
    """Returns the leaves as text, sorted; numbers in one spelling, for a column of 1 and 2.5 is one of floats."""
    found, stack = [], [value]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif value is not None:
            found.append(_number(str(as_text(value))))
    return sorted(found)


def _number(text: str) -> str:
    text = {"true": "1", "false": "0"}.get(text, text)
    try:
        return repr(float(text))
    except ValueError:
        return text


@QUICK
@given(
    rows=st.lists(st.dictionaries(KEY, NESTED, min_size=1, max_size=4), min_size=2, max_size=12), as_lines=st.booleans()
)
def test_every_leaf_comes_back(rows: list[dict[str, Any]], as_lines: bool) -> None:
    text = "\n".join(map(json.dumps, rows)) if as_lines else json.dumps(rows)
    found, troubles = content(text, "t.ndjson" if as_lines else "t.json", Limits(batch_rows=4))
    assert not troubles
    assert len(found) == len(rows)
    assert leaves(found) == leaves(rows)


def test_consistent_rows_stay_nested() -> None:
    rows, _ = content('{"a":{"b":1},"t":["x"]}\n{"a":{"b":2},"t":[]}\n', "t.ndjson")
    assert rows == [{"a": {"b": 1}, "t": ["x"]}, {"a": {"b": 2}, "t": []}]


def test_mixed_rows_become_leaves_named_by_path() -> None:
    text = '[{"o":[{"l":[{"sku":"A"},{"sku":7}]}]},{"o":"aucun"},{"o":[{"l":"x"}]}]'
    rows, _ = content(text, "t.json")
    assert rows == [
        {"o[].l[].sku": ["A", "7"], "o": None, "o[].l": None},
        {"o[].l[].sku": None, "o": "aucun", "o[].l": None},
        {"o[].l[].sku": None, "o": None, "o[].l": ["x"]},
    ]


def test_keys_that_are_data_are_scanned_like_cells() -> None:
    rows, _ = content('{"clients":{"jean@example.fr":{"nom":"J"},"0601020304":{"nom":"A"}}}', "t.json")
    assert rows == [
        {"clients": [{"key": "jean@example.fr", "value": {"nom": "J"}}, {"key": "0601020304", "value": {"nom": "A"}}]}
    ]


def test_a_thousand_keys_are_no_columns() -> None:
    rows, _ = content(json.dumps({"x": {f"k{chr(97 + i % 26)}{i}": i for i in range(1_200)}}), "t.json")
    assert list(rows[0]) == ["x"]
    assert len(rows[0]["x"]) == 1_200


def test_repeated_keys_are_kept() -> None:
    assert content('{"mail":"a@example.fr","mail":"b@example.fr"}', "t.json")[0] == [
        {"mail": "a@example.fr", "mail_2": "b@example.fr"}
    ]


def test_broken_lines_are_read_as_text_and_reported() -> None:
    text = '{"a":1}\n{"a":2}\nGET /jean@example.fr\n{"a":3\n{"a":4}\n'
    rows, troubles = content(text, "t.ndjson")
    assert rows == [{"a": 1}, {"a": 2}, {"a": 4}, {"line": "GET /jean@example.fr"}, {"line": '{"a":3'}]
    assert troubles == ["corrupt"]


@pytest.mark.parametrize("text", ['[{"mail":"a@example.fr"},{"mail":"b@exam', '{"mail":"a@example.fr",\n"x": b@exam'])
def test_an_incomplete_document_is_read_as_far_as_it_goes(text: str) -> None:
    rows, troubles = content(text, "t.txt")
    assert "a@example.fr" in str(rows)
    assert "b@exam" in str(rows)
    assert troubles == ["corrupt"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_any_encoding(encoding: str) -> None:
    text = json.dumps([{"nom": "Zoe", "ville": "Evry"}] * 3)
    assert content(text.encode(encoding), "t.json")[0][2] == {"nom": "Zoe", "ville": "Evry"}


def test_documents_one_after_the_other() -> None:
    rows, troubles = content('{\n "a": 1\n}\n{\n "a": 2\n}\n[3, [4]] 5', "t.json")
    assert not troubles
    assert leaves(rows) == ["1.0", "2.0", "3.0", "4.0", "5.0"]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_refused_and_read_as_text(opening: str) -> None:
    rows, troubles = content(opening * 100_000, "t.json")
    assert troubles == ["too_large"]
    assert rows


def test_five_hundred_levels_are_read() -> None:
    rows, troubles = content("[" * 500 + '"x"' + "]" * 500, "t.json")
    assert not troubles
    assert leaves(rows) == ["x"]


def test_numbers_of_any_size_and_lone_surrogates() -> None:
    rows, troubles = content(f'[{{"n": {10**40}, "s": "\\ud800"}}, {{"n": 1, "s": "é"}}]', "t.json")
    assert not troubles
    assert rows[0]["n"] == str(10**40)
    assert rows[1]["s"] == "é"


def test_no_message_quotes_the_data(caplog: pytest.LogCaptureFixture) -> None:
    from recense.connectors import open_source
    from recense.errors import SourceError

    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"a.json": '[{"x": "s3cret"}, s3cret', "b.ndjson": '{"a":1}\n{s3cret}\n'}.items():
            (Path(folder) / name).write_text(text)
        with open_source(folder) as source:
            for dataset in source.datasets():
                for partition in source.partitions(dataset):  # type: ignore[arg-type]
                    with pytest.raises(SourceError) as failure:
                        list(source.batches(partition))
                    chain: BaseException | None = failure.value
                    while chain is not None:
                        assert "s3cret" not in str(chain)
                        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
    assert "s3cret" not in caplog.text


@QUICK
@given(text=st.text(st.sampled_from('{}[]",:1a \n\\'), max_size=200), lines=st.booleans())
def test_any_text_ends_well(text: str, lines: bool) -> None:
    content(text, "t.ndjson" if lines else "t.json")
