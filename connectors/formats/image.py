"""Images: a picture is evidence of its kind. No pixel is read."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.model import Column, Limits

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"hevc")


@register
class Image(Format):
    """A picture, as one row of the binary column ``image``, which is null."""

    name = "image"
    groups = False

    def claim(self, blob: Blob) -> Claim:
        """Claims the magic bytes of JPEG, PNG, GIF, TIFF, WebP, BMP, HEIC and AVIF."""
        head = blob.head
        webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        heif = head[4:8] == b"ftyp" and head[8:12] in _BRANDS
        bitmap = head.startswith(b"BM") and head[6:10] == bytes(4) and blob.encoding is None
        return Claim.MAGIC if head.startswith(_MAGIC) or webp or heif or bitmap else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one dataset of the kind ``image``."""
        yield Table(kind="image", columns=(Column("image", "binary"),), rows=1)

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields one row that holds nothing."""
        yield pa.RecordBatch.from_arrays([pa.nulls(1, pa.binary())], names=["image"])
