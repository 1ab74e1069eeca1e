"""CSV, TSV and their cousins: every cell as text, in blocks, with no cell lost.

The text is cut into blocks of whole rows. pyarrow parses a block; the rows it finds ragged are parsed by Python's csv
module and keep their surplus cells in the column ``surplus[]``; a block that pyarrow cannot parse goes to the csv
module as a whole. A row that does not end (a quote that is never closed) is cut at its first line end, so that one
wrong quote costs one row's columns and nothing else.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv

from recense.connectors import dialect as layout
from recense.connectors.blobs import Blob, read_fully
from recense.connectors.dialect import Dialect
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register, require_text
from recense.connectors.rows import bounded, column, grid
from recense.model import Column, Limits

PREAMBLE = "preamble"
_SUFFIXES = {".csv": None, ".tsv": "\t", ".tab": "\t", ".psv": "|", ".ssv": ";"}
_SURE_ROWS = 5


@register
class Csv(Format):
    """Delimited text."""

    name = "csv"

    def claim(self, blob: Blob) -> Claim:
        """Claims a text by suffix, or when every line has the same number of cells."""
        if blob.encoding is None:
            return Claim.NAME if blob.suffix in _SUFFIXES else Claim.NO
        if blob.suffix in _SUFFIXES:
            return Claim.NAMED
        if blob.suffix not in (".txt", ".dat", ".data", ".out", ""):
            return Claim.NO
        for delimiter, least in (("\t", 2), (";", 2), ("|", 2), (",", 3)):
            rows, width, share = layout.consistency(blob.text, blob.whole, delimiter)
            if rows >= _SURE_ROWS and width >= least and share == 1.0:
                return Claim.CONTENT
        return Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table with the header's columns."""
        require_text(blob)
        yield Table(columns=tuple(Column(name, "text") for name in _sniff(blob).header) if blob.text else ())

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows; rows above the header come first, in the column ``preamble``."""
        require_text(blob)
        if not blob.text:  # a byte-order mark and nothing more
            return
        form = _sniff(blob)
        with blob.open_text() as stream:
            blocks = _blocks(stream, form, limits)
            first = next(blocks, None)
            if first is None:
                return
            titles, first = _cut_titles(first, form)
            yield from column(PREAMBLE, titles, limits)
            yield from _parse(first, form, limits)
            for block in blocks:
                yield from _parse(block, form, limits)


def _sniff(blob: Blob) -> Dialect:
    return layout.sniff(blob.text, blob.whole, _SUFFIXES.get(blob.suffix))


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole rows as UTF-8; ``literal`` when it is one row whose quotes mean nothing."""

    data: bytes
    literal: bool = False


@lru_cache(maxsize=32)
def _row_patterns(delimiter: str, escaped: bool) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Returns expressions for one complete row and for as many as there are. Possessive, so linear in time."""
    sign = re.escape(delimiter).encode()
    inside = rb'(?:[^"\\]++|""|\\.)*+' if escaped else rb'(?:[^"]++|"")*+'
    field = rb'(?:"' + inside + rb'"[^' + sign + rb'\r\n]*+|[^"' + sign + rb"\r\n][^" + sign + rb"\r\n]*+|)"
    row = field + rb"(?:" + sign + field + rb")*+(?:\r\n|\n|\r(?!\Z))"
    # Not "(?:row)*+": before Python 3.11.5 such a repeat ends where its last, failed turn did, inside a row.
    return re.compile(row, re.DOTALL), re.compile(rb"(?>(?:" + row + rb")*)", re.DOTALL)


def _blocks(stream: BinaryIO, form: Dialect, limits: Limits) -> Iterator[_Block]:
    """Yields the text in blocks of whole rows, each at most twice ``limits.batch_bytes``."""
    _, rows = _row_patterns(form.delimiter, form.escaped)
    size = max(limits.batch_bytes, 1 << 12)
    held = b""
    while True:
        more = read_fully(stream, size)
        held += more
        ended = len(more) < size
        if not held:
            return
        end = None if form.escaped else _last_end(held, form.delimiter)
        if end is None:
            match = rows.match(held)
            end = match.end() if match else max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if end:
            yield _Block(held[:end])
            held = held[end:]
        if ended:
            while held:
                row, held = _last_rows(held, form)
                yield row
            return
        while len(held) >= 2 * size:  # no row ends in all this
            piece, held = _cut_row(held, size)
            yield piece


def _last_end(held: bytes, delimiter: str) -> int | None:
    """Returns where the last whole row ends, by counting quotes; None when their places say that this is not enough.

    It is enough when every quote that opens stands behind a delimiter or a line end and every one that closes before
    one: then a line end is within quotes exactly when an odd number of them stands before it.
    """
    last = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
    if b'"' not in held:
        return last
    import numpy as np

    text = np.frombuffer(held, np.uint8)
    quotes = np.flatnonzero(text == 34)
    edges = np.zeros(256, bool)
    edges[[10, 13, 34, ord(delimiter)]] = True
    opening, closing = quotes[::2], quotes[1::2]
    before, after = opening[opening > 0] - 1, closing[closing < len(held) - 1] + 1
    if not edges[text[before]].all() or not edges[text[after]].all():
        return None
    while last and int(np.searchsorted(quotes, last)) % 2:
        last = max(held.rfind(b"\n", 0, last - 1), held.rfind(b"\r", 0, last - 1)) + 1
    return last


def _last_rows(held: bytes, form: Dialect) -> tuple[_Block, bytes]:
    """Splits the rest of a text whose first row has no end: a last row without line end, or an open quote."""
    _, rows = _row_patterns(form.delimiter, form.escaped)
    closed = held + b"\n"
    match = rows.match(closed)
    if match and match.end() == len(closed):
        return _Block(closed), b""
    if match and match.end():
        return _Block(held[: match.end()]), held[match.end() :]
    return _cut_row(held, len(held))


def _cut_row(held: bytes, most: int) -> tuple[_Block, bytes]:
    """Cuts a row that does not end at its first line end, or after ``most`` bytes."""
    ends = [place for place in (held.find(b"\n", 0, most), held.find(b"\r", 0, most)) if place >= 0]
    cut = min(ends) + 1 if ends else most
    while not ends and cut > 1 and cut < len(held) and held[cut] & 0xC0 == 0x80:
        cut -= 1  # not within a character
    return _Block(held[:cut], literal=True), held[cut:]


def _cut_titles(block: _Block, form: Dialect) -> tuple[list[str], _Block]:
    """Splits what stands above the table, and drops the header: it is known."""
    row, _ = _row_patterns(form.delimiter, form.escaped)
    titles: list[str] = []
    wanted = form.preamble + form.has_header
    place = 0
    data = block.data
    while wanted and place < len(data) and not block.literal:
        match = row.match(data, place)
        end = match.end() if match else len(data)
        line = data[place:end].decode().strip("\r\n")
        place = end
        if line:
            wanted -= 1
            if wanted or not form.has_header:
                titles.append(line)
    return titles, _Block(data[place:], block.literal)


def _parse(block: _Block, form: Dialect, limits: Limits) -> Iterator[pa.RecordBatch]:
    if not block.data.strip(b"\r\n"):
        return
    if block.literal:
        text = block.data.decode("utf-8", "replace").strip("\r\n")
        yield from grid(form.header, [text.split(form.delimiter)], limits)
        return
    ragged: list[str] = []
    try:
        table = _arrow(block.data, form, ragged)
    except pa.ArrowException:  # the message quotes the row
        yield from grid(form.header, _python_rows(block.data.decode(), form), limits)
        return
    for batch in table.to_batches(max_chunksize=limits.batch_rows):
        yield from bounded(batch, limits)
    yield from grid(form.header, (row for text in ragged for row in _python_rows(text, form)), limits)


def _arrow(data: bytes, form: Dialect, ragged: list[str]) -> pa.Table:
    """Parses a block; rows of another width are put aside."""

    def put_aside(row: Any) -> str:
        ragged.append(row.text)
        return "skip"

    names = list(form.header)
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        pyarrow.csv.ReadOptions(column_names=names, block_size=max(len(data) + 1, 1 << 12), use_threads=False),
        pyarrow.csv.ParseOptions(
            delimiter=form.delimiter,
            double_quote=not form.escaped,
            escape_char="\\" if form.escaped else False,
            newlines_in_values=True,
            invalid_row_handler=put_aside,
        ),
        pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False),
    )


def _python_rows(text: str, form: Dialect) -> Iterator[list[str]]:
    try:
        for row in layout.reader(io.StringIO(text, newline=""), form.delimiter, form.escaped):
            if row:
                yield row
    except csv.Error:  # nothing that is known to raise; if it does, the rest is one cell a line
        yield from ([line] for line in text.splitlines())
