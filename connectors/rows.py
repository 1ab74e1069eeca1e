"""Rows in Python to Arrow record batches of bounded size, nested data included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from recense.errors import SourceError
from recense.model import Limits

SURPLUS = "surplus[]"
"""Column of the cells that a ragged row has beyond the last column."""

_NESTED = 24  # levels of nested Arrow, at most: libraries descend it by recursion
_MOST_PATHS = 5_000
_REST = "other[]"


def grid(header: Sequence[str], rows: Iterable[Sequence[str | None]], limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields rows of text as batches: short rows are filled with nulls, surplus cells go to ``surplus[]``."""
    block: list[Sequence[str | None]] = []
    size = 0
    for row in rows:
        block.append(row)
        size += sum(len(cell) for cell in row if cell) + 8 * len(row)
        if len(block) >= limits.batch_rows or size >= limits.batch_bytes:
            yield _grid(header, block)
            block, size = [], 0
    if block:
        yield _grid(header, block)


def _grid(header: Sequence[str], block: list[Sequence[str | None]]) -> pa.RecordBatch:
    width = len(header)
    columns = [texts([row[i] if i < len(row) else None for row in block]) for i in range(width)]
    names = list(header)
    if any(len(row) > width for row in block):
        surplus = [[clean(cell) for cell in row[width:]] if len(row) > width else None for row in block]
        columns.append(pa.array(surplus, pa.list_(pa.string())))
        names.append(SURPLUS)
    return pa.RecordBatch.from_arrays(columns, names=names)


def texts(cells: list[str | None]) -> pa.StringArray:
    """Returns texts as Arrow, cleaned where they must be: few hold a lone surrogate."""
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:
        return pa.array([clean(cell) for cell in cells], pa.string())


def clean(text: str | None) -> str | None:
    """Returns text that has a UTF-8 form: lone surrogates are replaced."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def column(name: str, cells: Iterable[str], limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields texts as batches of one column."""
    return grid((name,), ((cell,) for cell in cells), limits)


def records(rows: Iterable[Any], limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields rows of nested data (dicts, lists, scalars) as batches.

    Where the types agree the batch is nested Arrow; where a path holds now a number and now an object, every leaf
    becomes text in a column named by its path (``orders[].lines[].sku``), a list column when the path holds ``[]``.

    Raises:
        SourceError: nested deeper than ``limits.nesting``.
    """
    block: list[dict[str, Any]] = []
    weight = depth = 0
    most = limits.batch_bytes // 8  # a Python object takes several times the bytes of its cell
    for row in rows:
        block.append(row if isinstance(row, dict) else {"value": row})
        size, levels = _measure(row)
        weight += size
        depth = max(depth, levels)
        if len(block) >= limits.batch_rows or weight >= most:
            yield from bounded(_batch(block, depth, limits), limits)
            block, weight, depth = [], 0, 0
    if block:
        yield from bounded(_batch(block, depth, limits), limits)


def _measure(row: Any) -> tuple[int, int]:
    """Returns roughly the bytes of a row, and how many levels it has."""
    total = depth = 0
    level = [row]
    while level:
        depth += 1
        below: list[Any] = []
        for value in level:
            kind = type(value)  # exact types: decoders give no others, and this is the hot loop of JSON
            if kind is str or kind is bytes:
                total += len(value)
            elif kind is dict:
                total += 8 * len(value)
                below += value.values()
            elif kind is list:
                total += 8 * len(value)
                below += value
        level = below
    return total, depth


def _batch(block: list[dict[str, Any]], depth: int, limits: Limits) -> pa.RecordBatch:
    if depth <= _NESTED:
        try:
            array = pa.array(block)
            if isinstance(array, pa.StructArray) and array.type.num_fields:
                return pa.RecordBatch.from_struct_array(array)
        except (pa.ArrowException, ArithmeticError, TypeError, ValueError):
            pass  # mixed types, big numbers: the message would quote a value
    return _leaves(block, limits)


def _leaves(block: list[dict[str, Any]], limits: Limits) -> pa.RecordBatch:
    """Returns the leaves of nested rows as text columns named by path."""
    cells: dict[str, list[Any]] = {}
    for number, row in enumerate(block):
        stack: list[tuple[str, Any, int]] = [("", row, 0)]
        while stack:
            path, value, depth = stack.pop()
            if depth > limits.nesting + 1:
                raise SourceError("too_large", f"nested deeper than {limits.nesting} levels (limits.nesting)")
            if isinstance(value, dict):
                prefix = f"{path}." if path else ""
                stack.extend((prefix + str(key), value[key], depth + 1) for key in reversed(list(value)))
            elif isinstance(value, list | tuple):
                stack.extend((f"{path}[]", item, depth + 1) for item in reversed(value))
            else:
                _put(cells, path or "value", value, number, len(block))
    if not cells:
        return pa.RecordBatch.from_arrays([pa.nulls(len(block), pa.string())], names=["value"])
    types = {path: pa.list_(pa.string()) if "[]" in path else pa.string() for path in cells}
    return pa.RecordBatch.from_arrays(
        [pa.array(column, types[path]) for path, column in cells.items()], names=[clean(path) for path in cells]
    )


def _put(cells: dict[str, list[Any]], path: str, value: Any, number: int, rows: int) -> None:
    if path not in cells and len(cells) >= _MOST_PATHS:
        path = _REST
    column = cells.setdefault(path, [None] * rows)
    if "[]" in path:
        items = column[number] = column[number] if column[number] is not None else []
        items.append(as_text(value))
    else:
        column[number] = as_text(value)


def as_text(value: Any) -> str | None:
    """Returns a scalar as the text that is scanned; dates in ISO form, whole floats without ``.0``."""
    if value is None or isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return clean(value.isoformat() if hasattr(value, "isoformat") else str(value))


def bounded(batch: pa.RecordBatch, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields a batch in slices that keep to the limits; a single row may be over the bytes."""
    rows = batch.num_rows
    if not rows:
        return
    per_row = max(1, batch.nbytes // rows)
    step = max(1, min(limits.batch_rows, limits.batch_bytes // per_row))
    for start in range(0, rows, step):
        yield batch.slice(start, step)
