"""Plain text, Markdown and logs: paragraphs or lines of bounded length."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from recense.connectors.blobs import Blob, read_fully
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import bounded, column
from recense.model import Column, Limits

PARAGRAPH = 4_000
"""Characters of a row of text, at most."""

LINE = 32_768
"""Characters of a row of a log, at most."""

_READ = 1 << 20
_LOG_LINE = re.compile(
    r"""\s*(?:[\[<(]?\d{2,4}[-/.:]\d{2}[-/.:]\d{2,4}     # 2026-11-22, 22/11/2026
    |\d{1,3}(?:\.\d{1,3}){3}\b                          # an address first: web servers
    |[A-Z][a-z]{2}\s+\d{1,2}\s\d\d:\d\d|<\d+>            # syslog
    |\[?\d{2}/[A-Z][a-z]{2}/\d{4}|(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE)\b)""",
    re.VERBOSE,
)


@register
class Text(Format):
    """Prose: rows are paragraphs, in the column ``text``."""

    name = "text"

    def claim(self, blob: Blob) -> Claim:
        """Claims any text; the last to do so."""
        if blob.encoding is None:
            return Claim.NO
        return Claim.CONTENT if blob.suffix in (".md", ".markdown", ".rst", ".adoc") else Claim.TEXT

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one document."""
        yield Table(kind="document", columns=(Column("text", "text"),))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the paragraphs; empty ones do not count."""
        yield from column("text", paragraphs(text_of(blob)), limits)


@register
class Log(Format):
    """A log: rows are lines, in the column ``line``."""

    name = "log"

    def claim(self, blob: Blob) -> Claim:
        """Claims a text named ``.log``, or one whose lines begin with a date, an address or a level."""
        if blob.encoding is None:
            return Claim.NO
        if blob.suffix == ".log" or ".log." in blob.name:
            return Claim.NAMED
        lines = [line for line in blob.text.splitlines()[:50] if line.strip()]
        stamped = sum(1 for line in lines if _LOG_LINE.match(line))
        return Claim.CONTENT if len(lines) >= 3 and stamped * 10 >= len(lines) * 7 else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one log."""
        yield Table(kind="log", columns=(Column("line", "text"),))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the lines that are not blank."""
        with blob.open_text() as stream:
            for block in line_blocks(stream, min(limits.batch_bytes, _LOG_BLOCK)):
                yield from bounded(pa.record_batch([split_lines(block)], names=["line"]), limits)


def text_of(blob: Blob) -> Iterator[str]:
    """Yields a text in pieces of about 1 MiB."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with blob.open_text() as stream:
        while block := stream.read(_READ):
            yield decoder.decode(block)


def line_blocks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yields a text in blocks of about ``size`` bytes that end at a line end, a longer line at a blank."""
    held = b""
    while more := read_fully(stream, size):
        held += more
        end = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if not end and len(held) >= 2 * size:
            end = held.rfind(b" ") + 1 or _boundary(held)
        if end:
            yield held[:end]
            held = held[end:]
    if held:
        yield held


def _boundary(held: bytes) -> int:
    """Returns the last place that is not within a character."""
    end = len(held) - 1
    while end > 1 and held[end] & 0xC0 == 0x80:
        end -= 1
    return end


def split_lines(block: bytes, most: int = LINE) -> pa.StringArray:
    r"""Returns the lines of a block of UTF-8 that are not blank, as ``lines`` gives them, split by Arrow's own parser.

    >>> split_lines(b"ab \r\n\n  \n c\n").to_pylist()
    ['ab', ' c']
    """
    sign = next((code for code in _SIGNS if bytes((code,)) not in block), None)
    longest = len(block) > most and _has_long_line(block, most)
    if sign is None or longest:
        return pa.array(lines(iter([block.decode("utf-8", "replace")]), most), pa.string())
    if not block.strip(b"\r\n"):
        return pa.array([], pa.string())
    table = pyarrow.csv.read_csv(
        pa.BufferReader(block),
        pyarrow.csv.ReadOptions(column_names=["line"], block_size=max(len(block) + 1, 1 << 12), use_threads=False),
        pyarrow.csv.ParseOptions(delimiter=chr(sign), quote_char=False, escape_char=False),
        pyarrow.csv.ConvertOptions(column_types={"line": pa.string()}, check_utf8=False),
    )
    cells = table.column(0).combine_chunks()
    if pc.any(pc.match_substring_regex(pc.utf8_slice_codeunits(cells, -1), r"[\s\x00-\x20\x{80}-\x{10FFFF}]")).as_py():
        cells = pc.utf8_rtrim_whitespace(cells)
        cells = cells.filter(pc.greater(pc.binary_length(cells), 0))
    return cells


_SIGNS = (0x1F, 0x1E, 0x1C, 0x01, 0x02, 0x03)
"""Characters that hardly any text holds: one of them stands for the delimiter that a line does not have."""

_LOG_BLOCK = 4 << 20


def _has_long_line(block: bytes, most: int) -> bool:
    """Tells whether a line may have more than so many characters."""
    start = 0
    while len(block) - start > most:
        end = max(block.rfind(b"\n", start, start + most + 1), block.rfind(b"\r", start, start + most + 1))
        if end < 0:
            return True
        start = end + 1
    return False


def lines(pieces: Iterator[str], most: int = LINE) -> Iterator[str]:
    r"""Yields the lines of a text that are not blank, cut at white space where they are longer than ``most``.

    >>> list(lines(iter(["ab c", "d\n\nef"]), most=3))
    ['ab', 'cd', 'ef']
    """
    return (line for line in _lines_with_gaps(pieces, most) if line)


def paragraphs(pieces: Iterator[str], most: int = PARAGRAPH) -> Iterator[str]:
    r"""Yields a text in rows of at most ``most`` characters that end at a line end where possible.

    >>> list(paragraphs(iter(["one\ntwo\n\nthree"]), most=8))
    ['one\ntwo', 'three']
    """
    row: list[str] = []
    size = 0
    for line in _lines_with_gaps(pieces, most):
        if row and (not line or size + len(line) + 1 > most):
            yield "\n".join(row)
            row, size = [], 0
        if line:
            row.append(line)
            size += len(line) + 1
    if row:
        yield "\n".join(row)


def _lines_with_gaps(pieces: Iterator[str], most: int) -> Iterator[str]:
    """Yields lines as ``lines`` does, and an empty string where a blank line parts two paragraphs."""
    held = ""
    for piece in pieces:
        *whole, held = (held + piece).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in whole:
            if len(line) <= most:
                yield line.rstrip()
            else:
                yield from _cut(line, most) if line.strip() else ("",)
        while len(held) > 2 * most:
            end = _cut_at(held, most)
            yield from _cut(held[:end], most)
            held = held[end:]
    yield from _cut(held, most)


def _cut(line: str, most: int) -> Iterator[str]:
    while len(line) > most:
        end = _cut_at(line, most)
        if line[:end].strip():
            yield line[:end].strip()
        line = line[end:]
    if line.strip():
        yield line.strip() if len(line) > most else line.rstrip()


def _cut_at(line: str, most: int) -> int:
    """Returns where to cut: after the last white space of the second half, else at ``most``."""
    for place in range(most, most // 2, -1):
        if line[place - 1].isspace():
            return place
    return most
