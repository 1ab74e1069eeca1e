"""Rows to Arrow in bounded memory: what drivers give as tuples, and batches of any size into the right one."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from recense.connectors.sql.tables import Field
from recense.model import Limits

CHUNK_ROWS = 256
"""Rows fetched at once. Small, since a table that was narrow so far may turn wide at the next row."""

_TYPES: dict[str, pa.DataType] = {
    "integer": pa.int64(),
    "unsigned": pa.uint64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "loose": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamp_utc": pa.timestamp("us", "UTC"),
}
_SCALARS: dict[type, pa.DataType] = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    datetime.date: pa.date32(),
}
# OverflowError: an integer beyond 64 bits. UnicodeError: half a surrogate pair. Arrow's own errors are Type- and
# ValueErrors; their messages quote the value, so none of them is ever passed on.
_MISFIT = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)


def chunks(
    fetch: Callable[[int], Sequence[Sequence[Any]]], fields: Sequence[Field], limits: Limits
) -> Iterator[pa.RecordBatch]:
    """Yields what a cursor's ``fetchmany`` gives as record batches, few rows at a time when they are wide."""
    names = [field.column.path for field in fields]
    types = [_TYPES.get(field.kind) for field in fields]
    count = min(CHUNK_ROWS, limits.batch_rows)
    while rows := fetch(count):
        arrays = []
        for position, values in enumerate(zip(*rows, strict=True)):
            array = to_array(values, types[position], fields[position].kind == "text")
            if types[position] is None and not pa.types.is_null(array.type):
                types[position] = array.type  # keep to the first type seen, so that batches agree
            arrays.append(array)
        batch = pa.record_batch(arrays, names=names)
        yield batch
        fitting = limits.batch_bytes * batch.num_rows // max(1, 4 * batch.nbytes)
        count = max(1, min(fitting, 4 * count, CHUNK_ROWS, limits.batch_rows))


def to_array(values: Sequence[Any], wanted: pa.DataType | None = None, as_text: bool = False) -> pa.Array:
    """Returns the cells as Arrow: in the wanted type if all fit, else in the narrowest that loses none.

    That is 64-bit integers, floats, booleans, dates, timestamps, binary when any cell is bytes that are no text, and
    text for all else. SQLite lets every cell have a type of its own, so this is met in practice.

    Args:
        values: cells as Python objects.
        wanted: the type the catalogue promises.
        as_text: bytes are text too, in an encoding that is not known.

    >>> to_array([1, None, 3]).type, to_array([1, "a"]).to_pylist(), to_array([2**70]).to_pylist()
    (DataType(int64), ['1', 'a'], ['1180591620717411303424'])
    """
    kinds = {type(value) for value in values if value is not None}
    # Arrow would take an integer for a day's number, and cut the time off a timestamp.
    temporal = wanted is not None and pa.types.is_temporal(wanted)
    exact = datetime.date if wanted is not None and pa.types.is_date(wanted) else datetime.datetime
    if wanted is not None and (not temporal or kinds <= {exact}):
        try:
            return pa.array(values, wanted)
        except _MISFIT:
            pass
    natural = _natural(kinds, values)
    if natural is not None and wanted != pa.string():
        try:
            return pa.array(values, natural)
        except _MISFIT:
            pass
    if kinds & {bytes, bytearray, memoryview}:
        return _bytes_and_text(values, as_text)
    return pa.array([None if value is None else text(value) for value in values], pa.string())


def _natural(kinds: set[type], values: Sequence[Any]) -> pa.DataType | None:
    if not kinds:
        return pa.null()
    if kinds == {int, float}:
        return pa.float64()  # refused by Arrow when an integer is too large to be exact
    if kinds == {datetime.datetime}:
        aware = {value.tzinfo is not None for value in values if value is not None}
        return None if len(aware) > 1 else pa.timestamp("us", "UTC") if aware.pop() else pa.timestamp("us")
    return _SCALARS.get(next(iter(kinds))) if len(kinds) == 1 else None


def _bytes_and_text(values: Sequence[Any], as_text: bool) -> pa.Array:
    """Returns cells some of which are bytes: as text where the column is one or all are UTF-8, else as binary."""
    raw = [
        None if v is None else bytes(v) if isinstance(v, bytes | bytearray | memoryview) else _utf8(v) for v in values
    ]
    if as_text:
        return pa.array([None if value is None else decode(value) for value in raw], pa.string())
    if not all(isinstance(value, bytes | bytearray | memoryview) for value in values if value is not None):
        try:
            return pa.array(raw, pa.string())  # checks that all are UTF-8
        except _MISFIT:
            pass
    return pa.array(raw, pa.binary())


def _utf8(value: Any) -> bytes:
    return text(value).encode("utf-8", "replace")


def decode(value: bytes) -> str:
    """Returns bytes of a text column as text: UTF-8, else Windows-1252, the usual culprit, with gaps marked."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def text(value: Any) -> str:
    """Returns a cell as text, in one form whatever the driver: ISO dates, plain decimals, JSON for nested values.

    >>> text(decimal.Decimal("1E+2")), text(datetime.datetime(2026, 1, 2, 3)), text({"a": [1]})
    ('100', '2026-01-02 03:00:00', '{"a": [1]}')
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def gather(batches: Iterable[pa.RecordBatch], limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields the same rows in batches as large as the limits allow: small ones joined, large ones split.

    Batches of different columns or types are not joined.
    """
    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        for part in _split(batch, limits):
            full = rows + part.num_rows > limits.batch_rows or size + part.nbytes > limits.batch_bytes
            # A batch that is half full is not worth the copy that joining makes.
            full = full or 2 * rows > limits.batch_rows or 2 * size > limits.batch_bytes
            if waiting and (full or not part.schema.equals(waiting[0].schema)):
                yield _joined(waiting)
                waiting, rows, size = [], 0, 0
            waiting.append(part)
            rows, size = rows + part.num_rows, size + part.nbytes
    if waiting:
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _split(batch: pa.RecordBatch, limits: Limits) -> Iterator[pa.RecordBatch]:
    for start in range(0, batch.num_rows, limits.batch_rows):
        yield from _halved(batch.slice(start, limits.batch_rows), limits.batch_bytes)


def _halved(batch: pa.RecordBatch, most: int) -> Iterator[pa.RecordBatch]:
    if batch.num_rows > 1 and batch.nbytes > most:
        half = batch.num_rows // 2
        yield from _halved(batch.slice(0, half), most)
        yield from _halved(batch.slice(half), most)
    else:
        yield batch


def checked(batch: pa.RecordBatch, fields: Sequence[Field]) -> pa.RecordBatch:
    """Returns a batch of a native driver without its metadata, and with text that is UTF-8 indeed.

    Native drivers pass bytes on unchecked, and a later reader would fail on them. In a text column they are decoded
    somehow, elsewhere the column is binary.
    """
    arrays = list(batch.columns)
    for position, array in enumerate(arrays):
        if pa.types.is_string(array.type):
            try:
                array.validate(full=True)
            except pa.ArrowInvalid:
                raw = array.cast(pa.binary()).to_pylist()
                if fields[position].kind != "text":
                    arrays[position] = pa.array(raw, pa.binary())
                    continue
                arrays[position] = pa.array([None if value is None else decode(value) for value in raw], pa.string())
    return pa.record_batch(arrays, names=batch.schema.names)
