"""Kinds of files that are known and not read yet: named in the report, so that nobody takes silence for clean."""

from __future__ import annotations

from collections.abc import Iterator

from recense.connectors.archives import is_office
from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Table, Trouble, register
from recense.errors import SourceError
from recense.model import Limits

_MAGIC = {
    b"%PDF-": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document or an Outlook message",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\x04\x22\x4d\x18": "an LZ4 file",
    b"PGDMP": "a PostgreSQL dump in its custom format",
}
_OFFICE = {
    ".docx": "a Word document",
    ".pptx": "a PowerPoint document",
    ".odt": "an OpenDocument text",
    ".odp": "an OpenDocument presentation",
    ".epub": "an e-book",
}


@register
class Unsupported(Format):
    """Reads nothing and says what it met."""

    name = "unsupported"
    groups = False

    def claim(self, blob: Blob) -> Claim:
        """Claims known magic bytes, and office documents by name and content."""
        if is_office(blob) and blob.suffix in _OFFICE:
            return Claim.MAGIC
        if _by_magic(blob):
            return Claim.CONTENT  # a workbook of the same old Office container comes first
        return Claim.NAMED if blob.suffix in _OFFICE else Claim.TEXT if is_office(blob) else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one entry."""
        kind = _by_magic(blob) or _OFFICE.get(blob.suffix, "an office document or e-book")
        if blob.suffix in _OFFICE and not is_office(blob):
            raise SourceError("corrupt", f"its name says {kind}, its content does not")
        raise SourceError("unsupported_format", f"{kind}: recense has no reader for it")
        yield


def _by_magic(blob: Blob) -> str | None:
    return next((kind for magic, kind in _MAGIC.items() if blob.head.startswith(magic)), None)
