"""From Arrow batches to the text cells that detectors read.

``leaves`` takes nested data apart into columns by path; ``as_text`` turns a column of any type into the strings a
person would read, so that one set of detectors serves text, numbers and dates; ``form`` classes a value's shape.
Everything here is a function of the single cell, never of the batch: evidence must not depend on how rows are cut.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from recense.scanners.buffers import holds
from recense.scanners.numerals import restored

WIDE_INTEGER = 1_000_000
"""Integers from here on are long enough to be an identifier (seven digits: old phone and member numbers)."""

FORMS = ("flag", "integer", "decimal", "date", "json", "code", "word", "phrase", "prose", "other")
"""Classes of a value's shape; each value has exactly one. See ``form``."""

IMAGE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"BM")
"""First bytes of JPEG, PNG, GIF, TIFF and BMP files; RIFF/WebP and HEIC are told in ``is_image``."""


def leaves(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    """Yields (path, array) for every leaf of a batch, as ``leaves_of`` each of its columns."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        yield from leaves_of(name, column)


def leaves_of(name: str, column: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """Yields (path, array) for every leaf of a column: ``address.city``, ``tags[]``, ``orders[].lines[].sku``.

    A field of a null struct is null; the items of a null or empty list are no cells at all. A list column whose name
    already is a path with ``[]`` (JSON rows of changing shape come flattened) keeps that name.
    """
    yield from _leaves(name, column.flatten() if "[]" in name and _is_list(column.type) else column)


def _leaves(path: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_struct(kind):
        for index, child in enumerate(array.flatten()):
            yield from _leaves(f"{path}.{kind.field(index).name}", child)
    elif pa.types.is_map(kind):
        yield from _leaves(f"{path}[].key", array.keys)
        yield from _leaves(f"{path}[].value", array.items)
    elif _is_list(kind):
        yield from _leaves(f"{path}[]", array.flatten())
    elif pa.types.is_dictionary(kind):
        yield from _leaves(path, array.dictionary_decode())
    else:
        yield path, _shown(array)


def _shown(array: pa.Array) -> pa.Array:
    """Returns a column of views as what they show: few of Arrow's functions take views."""
    if pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    return array.cast(pa.binary()) if pa.types.is_binary_view(array.type) else array


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


class Leaf(NamedTuple):
    """A leaf column of a batch, and its non-null cells as text."""

    array: pa.Array
    text: pa.StringArray


@dataclass(frozen=True, slots=True)
class TextCells:
    """The non-null cells of a column as text.

    Attributes:
        text: one string per non-null cell that can be read, in order.
        scan: of these, the cells that detectors must see; the same array unless the type makes most of them pointless.
        images, unscanned: binary cells that are pictures, and those that are neither pictures nor text.
    """

    text: pa.StringArray
    scan: pa.StringArray
    images: int = 0
    unscanned: int = 0


def as_text(array: pa.Array) -> TextCells:
    """Returns the non-null cells of a leaf column as a person would read them."""
    array = _shown(array)
    kind = array.type
    cells = array.drop_null()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        text = restored(_unescaped(cells if pa.types.is_string(kind) else cells.cast(pa.string())))
        return TextCells(text, text)
    if pa.types.is_integer(kind):
        return _numbers(cells)
    if pa.types.is_floating(kind):
        return _floats(cells)
    if pa.types.is_decimal(kind):
        text = pc.replace_substring_regex(cells.cast(pa.string()), r"\.0+$", "")
        return TextCells(text, text.filter(pc.match_substring_regex(text, r"^-?\d{7,}$")))
    if pa.types.is_boolean(kind):
        return TextCells(cells.cast(pa.string()), _none())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return TextCells(_days(cells), _none())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return _binary(cells)
    if pa.types.is_null(kind):
        return TextCells(_none(), _none())
    try:
        return TextCells(cells.cast(pa.string()), _none())  # times, durations: counted, never personal by themselves
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return TextCells(_none(), _none(), unscanned=len(cells))


_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
"""A character written for HTML: pages hide mailboxes so (``&#106;ean&#64;…``), and exports keep it."""


def _unescaped(cells: pa.StringArray) -> pa.StringArray:
    """Returns the cells with HTML's character references read once, as a browser would."""
    if not holds(cells, b"&"):
        return cells
    written = pc.match_substring_regex(cells, _ENTITY)
    if not pc.any(written).as_py():
        return cells
    read = [html.unescape(cell).replace("\0", "") for cell in cells.filter(written).to_pylist()]
    return pc.replace_with_mask(cells, written, pa.array(read, pa.string()))


def _none() -> pa.StringArray:
    return pa.array([], pa.string())


def _days(cells: pa.Array) -> pa.StringArray:
    """Returns the days of dates and times as ``2024-02-29``, each day written once."""
    if pa.types.is_timestamp(cells.type) and cells.type.tz is not None:
        cells = pc.local_timestamp(cells)
    days = pc.dictionary_encode(cells.cast(pa.date32(), safe=False))
    return pc.strftime(days.dictionary, "%Y-%m-%d").take(days.indices)


def _numbers(cells: pa.Array) -> TextCells:
    text = cells.cast(pa.string())
    if cells.type.bit_width < 32:
        return TextCells(text, _none())
    wide = pc.or_(
        pc.greater_equal(cells, pa.scalar(WIDE_INTEGER, cells.type)),
        pc.less_equal(cells, pa.scalar(-WIDE_INTEGER, cells.type)) if pa.types.is_signed_integer(cells.type) else False,
    )
    return TextCells(text, text.filter(wide))


def _floats(cells: pa.Array) -> TextCells:
    """Integral floats print as integers: spreadsheets store phone and social security numbers that way."""
    floats = cells.cast(pa.float64())
    integral = pc.and_(pc.equal(floats, pc.floor(floats)), pc.less(pc.abs(floats), 2.0**53))  # false for nan and inf
    whole = pc.if_else(integral, floats, 0.0).cast(pa.int64(), safe=False).cast(pa.string())
    text = pc.if_else(integral, whole, cells.cast(pa.string()))
    wide = pc.and_(integral, pc.greater_equal(pc.abs(floats), float(WIDE_INTEGER)))
    return TextCells(text, text.filter(wide))


def _binary(cells: pa.Array) -> TextCells:
    """Binary cells are pictures, UTF-8 text (a MySQL BLOB often is), or left unscanned and counted as such."""
    texts, images, unscanned = [], 0, 0
    for cell in cells:
        data = cell.as_py()
        if is_image(data):
            images += 1
        elif (text := _decode(data)) is not None:
            texts.append(text)
        else:
            unscanned += 1
    text = pa.array(texts, pa.string())
    return TextCells(text, text, images=images, unscanned=unscanned)


def is_image(data: bytes) -> bool:
    """Tells from the first bytes whether this is a picture (JPEG, PNG, GIF, TIFF, BMP, WebP, HEIC)."""
    return data.startswith(IMAGE_MAGIC[:-1]) or (
        (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
        or (data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"avif"))
        or (data[:2] == IMAGE_MAGIC[-1] and len(data) > 26 and data[6:10] == b"\0\0\0\0")  # BM alone opens words too
    )


def _decode(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if "\0" not in text else None


_FLAG = re.compile(r"(?:true|false|yes|no|y|n|oui|non|o|t|f|0|1|vrai|faux|x)", re.I)
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(
    r"[+-]?\d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:[.,]\d+)?(?:[eE][+-]?\d+)?|[+-]?\d*[.,]\d+(?:[eE][+-]?\d+)?"
)
_DATE = re.compile(
    r"(?:\d{4}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|1[0-2])[-/.](?:\d{4}|\d{2})"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/\d{4})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]")
PROSE_WORDS = 7
"""A value of so many words is a sentence, not a name or a label."""


def form(value: str) -> str:
    """Returns the class of a value's shape, one of ``FORMS``.

    >>> [form(v) for v in ("oui", "42", "3,5", "2024-02-29", '{"a": 1}', "AB-12", "Lyon", "12 rue des Lilas")]
    ['flag', 'integer', 'decimal', 'date', 'json', 'code', 'word', 'phrase']
    """
    text = value.strip()
    if _FLAG.fullmatch(text):
        return "flag"
    if _INTEGER.fullmatch(text):
        return "integer"
    if len(text) <= 40 and _DATE.fullmatch(text):
        return "date"
    if len(text) <= 40 and _DECIMAL.fullmatch(text):
        return "decimal"
    if text[:1] in "{[" and text[-1:] in "}]" and len(text) > 1:
        return "json"
    if not _LETTERS.search(text):
        return "other"
    words = text.split(None, PROSE_WORDS)
    if len(words) >= PROSE_WORDS:
        return "prose"
    if len(words) > 1:
        return "phrase"
    return "word" if text.replace("-", "").replace("'", "").replace("’", "").isalpha() else "code"


def decade(value: str) -> int | None:
    """Returns the decade of a value of form ``date`` (``1987-03-01`` -> 1980), None when it has no four-digit year."""
    year = _YEAR.search(value)
    return int(year[1]) // 10 * 10 if year else None
