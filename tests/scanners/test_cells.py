"""Cells as detectors see them: nested data by path, every type as the text a person would read."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recense.scanners.cells import FORMS, as_text, decade, form, is_image, leaves
from recense.scanners.observe import ScanSettings, observe


def paths(table: dict[str, pa.Array]) -> dict[str, list[object]]:
    return {path: array.to_pylist() for path, array in leaves(pa.record_batch(table))}


def test_nested_data_comes_apart_by_path() -> None:
    people = pa.array(
        [
            {"name": "A", "contacts": [{"mail": "x"}, {"mail": "y"}]},
            None,
            {"name": None, "contacts": []},
        ]
    )
    assert paths({"p": people}) == {"p.name": ["A", None, None], "p.contacts[].mail": ["x", "y"]}


def test_a_column_that_already_is_a_path_keeps_it() -> None:
    items = pa.array([["A1", "B2"], None])
    assert paths({"orders[].sku": items, "tags": items}) == {"orders[].sku": ["A1", "B2"], "tags[]": ["A1", "B2"]}


def test_maps_and_dictionaries_are_read() -> None:
    attributes = pa.array([[("city", "Lyon")], None], pa.map_(pa.string(), pa.string()))
    codes = pa.array(["a", "a"]).dictionary_encode()
    assert paths({"m": attributes, "d": codes}) == {
        "m[].key": ["city"],
        "m[].value": ["Lyon"],
        "d": ["a", "a"],
    }


@pytest.mark.parametrize(
    ("array", "text", "scan"),
    [
        (pa.array([12, 612345678, None]), ["12", "612345678"], ["612345678"]),
        (pa.array([7, 200], pa.uint8()), ["7", "200"], []),
        (pa.array([2**63], pa.uint64()), [str(2**63)], [str(2**63)]),
        (pa.array([612345678.0, 1.5, float("nan")]), ["612345678", "1.5", "nan"], ["612345678"]),
        (
            pa.array([Decimal("12345678901234567890.00"), Decimal("1.50")]),
            ["12345678901234567890", "1.50"],
            ["12345678901234567890"],
        ),
        (pa.array([True, None]), ["true"], []),
        (pa.array([date(1980, 2, 29)]), ["1980-02-29"], []),
        (pa.array([datetime(1980, 2, 29, tzinfo=UTC)]), ["1980-02-29"], []),
        (pa.array([time(1, 2)]), ["01:02:00.000000"], []),
        (pa.array([timedelta(seconds=1)]), ["1000000"], []),
        (pa.nulls(3), [], []),
        (pa.array(["é"], pa.large_string()), ["é"], ["é"]),
        (pa.array(["é"], pa.string_view()), ["é"], ["é"]),
    ],
)
def test_every_type_becomes_text(array: pa.Array, text: list[str], scan: list[str]) -> None:
    cells = as_text(array)
    assert cells.text.to_pylist() == text
    assert cells.scan.to_pylist() == scan


def test_binary_cells_are_pictures_text_or_unscanned() -> None:
    cells = as_text(pa.array([b"\x89PNG\r\n\x1a\n....", b"note", b"\xff\xfe\x00\x01", None]))
    assert (cells.images, cells.text.to_pylist(), cells.unscanned) == (1, ["note"], 1)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8", b"\0\0\0\x18ftypheic"])
def test_pictures_are_told_by_their_first_bytes(data: bytes) -> None:
    assert is_image(data)


@pytest.mark.parametrize("data", [b"", b"BM", b"BMW X5, gris", b"RIFF\0\0\0\0WAVE"])
def test_what_only_looks_like_a_picture_is_none(data: bytes) -> None:
    assert not is_image(data)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("O", "flag"), ("0612345678", "integer"), ("1 234,56", "decimal"), ("29/02/2024 10:00", "date"),
        ("2024-02-29T10:00:00Z", "date"), ("[1]", "json"), ("AB-123-CD", "code"), ("Jean-Luc", "word"),
        ("M. Le Goff", "phrase"), ("Le client a demandé un rappel demain matin", "prose"), ("--", "other"),
    ],
)  # fmt: skip
def test_form_classes_the_shape(value: str, expected: str) -> None:
    assert form(value) == expected


@given(st.text(min_size=1))
def test_every_value_has_one_form(value: str) -> None:
    assert form(value) in FORMS


def test_decade_needs_four_digits() -> None:
    assert (decade("12/03/1987"), decade("12/03/87")) == (1980, None)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("&#106;ean&#64;exemple.fr", "jean@exemple.fr"),
        ("&#x6A;ean&commat;exemple.fr", "jean@exemple.fr"),
        ("Durand &amp; fils", "Durand & fils"),
        ("&amp;#64;", "&#64;"),  # once, as a browser would
        ("R&D; 100 &", "R&D; 100 &"),
        ("&#0;&#55296;&#99999999;", "\ufffd\ufffd\ufffd"),
    ],
)
def test_characters_written_for_html_are_read(cell: str, read: str) -> None:
    assert as_text(pa.array(["x", None, cell])).text.to_pylist() == ["x", read]


@given(st.lists(st.text(alphabet="&#;x0123456789amp ", max_size=12)))
def test_reading_html_does_not_depend_on_the_other_cells(cells: list[str]) -> None:
    together = as_text(pa.array(cells, pa.string())).text.to_pylist()
    assert together == [as_text(pa.array([cell])).text.to_pylist()[0] for cell in cells]


@pytest.mark.parametrize(("view", "plain"), [(pa.string_view(), pa.string()), (pa.binary_view(), pa.binary())])
def test_views_are_read_as_what_they_show(view: pa.DataType, plain: pa.DataType) -> None:
    cells = [b"jean@example.org", None, b"marie.longue.adresse@example.org", b" "] * 3
    shown = pa.array(cells, pa.binary()).cast(plain)
    batches = [pa.record_batch({"a": shown.cast(view), "b": pa.array([{"c": None}] * 12)}) for _ in range(2)]
    settings = ScanSettings(sample_key=bytes(16), language=False)
    expected = observe([pa.record_batch({"a": shown, "b": pa.array([{"c": None}] * 12)})] * 2, settings)
    assert observe(batches, settings).profiles() == expected.profiles()
    assert (
        observe([batches[0].slice(1, 5)], settings).profiles()
        == observe([pa.record_batch({"a": shown.slice(1, 5), "b": pa.array([{"c": None}] * 5)})], settings).profiles()
    )
