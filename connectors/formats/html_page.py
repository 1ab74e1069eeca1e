"""HTML and XML as text: tags are dropped, what people read or click is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.formats.text import paragraphs, text_of
from recense.connectors.rows import column
from recense.model import Column, Limits

_STARTS = re.compile(r"\s*(?:<\?xml|<!doctype|<html|<head|<body|<!--|<[a-z][\w:.-]*(?:\s[^<>]*)?>)", re.IGNORECASE)
_SUFFIXES = (".html", ".htm", ".xhtml", ".xml", ".svg")
_INLINE = frozenset({"a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span"})
_INLINE |= {"strong", "sub", "sup", "tt", "u", "wbr"}
_HOLD = 1 << 20


class TextOnly(HTMLParser):
    """Collects the text of a page and the values of its attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes the values of the attributes: links, alternative texts, field values."""
        self._found.append("" if tag in _INLINE else "\n")
        self._found.extend(f" {value} " for name, value in attrs if value and name not in ("style", "class"))

    def handle_endtag(self, tag: str) -> None:
        """Ends a line with a block."""
        if tag not in _INLINE:
            self._found.append("\n")

    def handle_data(self, data: str) -> None:
        """Takes text; scripts and styles too, for data hides there."""
        self._found.append(data)

    def handle_comment(self, data: str) -> None:
        """Takes comments."""
        self._found.append(f"\n{data}\n")

    def unknown_decl(self, data: str) -> None:
        """Takes CDATA sections."""
        self._found.append(data)

    def taken(self) -> str:
        """Returns the text collected since the last call."""
        text = "".join(self._found)
        self._found.clear()
        return text


def page_text(pieces: Iterator[str]) -> Iterator[str]:
    """Yields the text of a page in pieces. What is no tag after 1 MiB is text."""
    parser = TextOnly()
    for piece in pieces:
        parser.feed(piece)
        yield parser.taken()
        if len(parser.rawdata) > _HOLD:  # an open tag or comment that never ends would be held and read again
            yield parser.rawdata
            parser.rawdata = ""
    rest = parser.rawdata
    parser.close()
    taken = parser.taken()
    yield taken or rest


@register
class Html(Format):
    """A page of HTML or XML: rows are paragraphs, in the column ``text``."""

    name = "html"
    groups = False

    def claim(self, blob: Blob) -> Claim:
        """Claims a text that starts with a tag."""
        if blob.encoding is None or not _STARTS.match(blob.text):
            return Claim.NO
        return Claim.NAMED if blob.suffix in _SUFFIXES else Claim.CONTENT if blob.suffix not in (".md",) else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one document."""
        yield Table(kind="document", columns=(Column("text", "text"),))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the paragraphs."""
        yield from column("text", paragraphs(page_text(text_of(blob))), limits)
