"""JSON documents and JSON lines, streamed.

Rows are the elements of a top-level array, or the values that follow each other in the text (JSON lines, concatenated
documents). What is no JSON is not dropped: broken lines are read as plain text in the column ``line``, the rest of a
broken document in ``text``, and a ``SourceError`` at the end says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register, require_text
from recense.connectors.formats.text import lines, paragraphs, text_of
from recense.connectors.rows import column, records
from recense.errors import SourceError
from recense.model import Limits

DOCUMENT = 64 << 20
"""Characters of one value (a document, an element of the top-level array) that are held at once."""

LONGEST_LINE = 16 << 20
"""Characters of a JSON line, at most; a longer one is read as text."""

_MOST_KEYS = 1_000
_DATA_KEY = re.compile(r"@|\d{5}|[0-9a-f]{8}-[0-9a-f]{4}|\d[\d ./-]{7}|\n|.{81}", re.IGNORECASE | re.DOTALL)
_SPACE = re.compile(r"\s*")
_STARTS = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"])')


class Decoder:
    """Decodes JSON so that nothing in it is lost and nothing in it becomes a column name that is data.

    A key that comes twice in an object is kept twice. An object whose keys are data (an e-mail address, a number, a
    thousand of them) becomes a list of ``{"key": …, "value": …}``, so that its keys are scanned like cells.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._json = json.JSONDecoder(object_pairs_hook=self._object)

    def value(self, text: str, start: int = 0) -> tuple[Any, int]:
        """Returns the value that begins at ``start``, and where it ends.

        Raises:
            ValueError: it is no JSON, or not all of it.
            RecursionError: it is nested too deep.
        """
        return self._json.raw_decode(text, start)

    def line(self, text: str) -> Any:
        """Returns the value of a whole line; raises as ``value`` does."""
        return self._json.decode(text)

    def _object(self, pairs: list[tuple[str, Any]]) -> Any:
        found = dict(pairs)
        if len(found) != len(pairs):
            pairs = _distinct(pairs)
            found = dict(pairs)
        if found.keys() <= self._names:
            return found
        if len(found) > _MOST_KEYS or any(map(_DATA_KEY.search, found)):
            return [{"key": key, "value": value} for key, value in pairs]
        if len(self._names) < 100_000:
            self._names.update(found)
        return found


def _distinct(pairs: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Returns the pairs with repeated keys numbered: the second ``email`` is ``email_2``."""
    seen: dict[str, int] = {}
    result: dict[str, Any] = {}
    for key, value in pairs:
        name = key
        while name in result:
            seen[key] = seen.get(key, 1) + 1
            name = f"{key}_{seen[key]}"
        result[name] = value
    return list(result.items())


@register
class JsonLines(Format):
    """One JSON value a line."""

    name = "json-lines"

    def claim(self, blob: Blob) -> Claim:
        """Claims a text whose first lines are JSON objects, or one named so."""
        if blob.encoding is None:
            return Claim.NO
        named = blob.suffix in (".ndjson", ".jsonl", ".jsonlines", ".ldjson")
        lines = [line for line in blob.text.split("\n")[:20] if line.strip()]
        if not blob.whole and len(lines) < 20:
            lines = lines[:-1]  # the last one may be cut
        decoder = Decoder()
        good = sum(1 for line in lines if line.lstrip().startswith("{") and _decodes(decoder, line))
        if len(lines) > 1 and good == len(lines):
            return Claim.MAGIC
        if named:
            return Claim.MAGIC
        return Claim.CONTENT if len(lines) > 3 and good * 2 > len(lines) else Claim.NO

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the good lines as nested rows and the others as text in the column ``line``."""
        decoder = Decoder()
        total = broken = size = 0
        good: list[Any] = []
        bad: list[str] = []
        for line in lines(text_of(blob), LONGEST_LINE):
            total += 1
            size += len(line)
            try:
                good.append(decoder.line(line))
            except (ValueError, RecursionError):
                broken += 1
                bad.append(line)
            if len(good) + len(bad) >= limits.batch_rows or size >= limits.batch_bytes:
                yield from _both(good, bad, limits)
                good, bad, size = [], [], 0
        yield from _both(good, bad, limits)
        if broken:
            raise SourceError("corrupt", f"{broken} of {total} lines are no JSON: they were read as plain text")


def _both(good: list[Any], bad: list[str], limits: Limits) -> Iterator[pa.RecordBatch]:
    yield from records(good, limits)
    yield from column("line", lines(iter(line + "\n" for line in bad)), limits)


def _decodes(decoder: Decoder, line: str) -> bool:
    try:
        decoder.line(line)
    except (ValueError, RecursionError):
        return False
    return True


@register
class Json(Format):
    """A JSON document, or several one after the other."""

    name = "json"

    def claim(self, blob: Blob) -> Claim:
        """Claims a text named so, or one that starts like a document of objects."""
        if blob.encoding is None:
            return Claim.NAME if blob.suffix == ".json" else Claim.NO
        if blob.suffix in (".json", ".geojson", ".har", ".ipynb"):
            return Claim.NAMED
        return Claim.CONTENT if _STARTS.match(blob.text) and blob.suffix not in (".md", ".log") else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table; only reading tells its columns."""
        require_text(blob)
        yield Table()

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the elements of a top-level array, or the documents, as nested rows.

        Raises:
            SourceError: the text is no JSON from some place on; from there it was read as plain text.
        """
        values = _Values(text_of(blob))
        yield from records(values, limits)
        if values.trouble is not None:
            yield from column("text", paragraphs(values.rest()), limits)
            raise values.trouble


class _Values:
    """The values of a JSON text, one at a time, in bounded memory.

    Attributes:
        trouble: after the last value, what was wrong with the text; None when all of it was JSON.
    """

    def __init__(self, pieces: Iterator[str]) -> None:
        self.trouble: SourceError | None = None
        self._pieces = pieces
        self._text = ""
        self._place = 0
        self._ended = False
        self._decoder = Decoder()

    def __iter__(self) -> Iterator[Any]:
        """Yields the values; stops at the first thing that is no JSON and sets ``trouble``."""
        within = False  # in a top-level array
        while self._skip_to_sign():
            sign = self._text[self._place]
            if sign == "[" and not within:
                within = True
                self._place += 1
            elif sign == "]" and within:
                within = False
                self._place += 1
            elif sign == "," and within:
                self._place += 1
            else:
                try:
                    yield self._value()
                except SourceError as trouble:
                    self.trouble = trouble
                    return
        if within:
            self.trouble = SourceError("corrupt", "the JSON text ends before its array does")

    def rest(self) -> Iterator[str]:
        """Yields the text from the trouble on."""
        yield self._text[self._place :]
        yield from self._pieces

    def _skip_to_sign(self) -> bool:
        """Moves to the next sign that is no white space; False at the end of the text."""
        while True:
            space = _SPACE.match(self._text, self._place)
            self._place = space.end() if space else self._place
            if self._place < len(self._text):
                return True
            if not self._more(1):
                return False

    def _value(self) -> Any:
        """Returns the value at this place, reading on as long as it is not complete."""
        while True:
            try:
                value, end = self._decoder.value(self._text, self._place)
                if end < len(self._text) or self._ended:  # else a number may go on
                    self._place = end
                    return value
            except RecursionError:
                raise SourceError(
                    "too_large", "nested too deep for JSON (limits.nesting); from there it was read as plain text"
                ) from None
            except ValueError:
                if self._ended:
                    raise SourceError(
                        "corrupt", "the text is no JSON, or ends too early; from there it was read as plain text"
                    ) from None
            held = len(self._text) - self._place
            if held > DOCUMENT:
                raise SourceError(
                    "too_large",
                    f"a single JSON value is larger than {DOCUMENT >> 20} MiB, or broken; it was read as plain text",
                )
            self._more(max(held, 1))

    def _more(self, least: int) -> bool:
        """Reads at least so many characters; False when there were none."""
        parts = [self._text[self._place :]]
        found = 0
        while found < least and not self._ended:
            piece = next(self._pieces, None)
            self._ended = piece is None
            parts.append(piece or "")
            found += len(parts[-1])
        self._text = "".join(parts)
        self._place = 0
        return found > 0
