"""ORC: a part per run of stripes would need their sizes, which pyarrow does not tell; stripes are read one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import bounded
from recense.errors import SourceError
from recense.model import Column, Limits


@register
class Orc(Format):
    """An ORC file."""

    name = "orc"

    def claim(self, blob: Blob) -> Claim:
        """Claims the magic bytes."""
        if blob.head.startswith(b"ORC"):
            return Claim.MAGIC if blob.encoding is None or blob.suffix == ".orc" else Claim.NO
        return Claim.NAME if blob.suffix == ".orc" else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table with the schema's columns and row count."""
        with _opened(blob) as file:
            yield Table(columns=tuple(Column(field.name, str(field.type)) for field in file.schema), rows=file.nrows)

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows, stripe by stripe."""
        with _opened(blob) as file:
            for number in range(file.nstripes):
                stripe = file.read_stripe(number)
                batches = [stripe] if isinstance(stripe, pa.RecordBatch) else stripe.to_batches()
                for batch in batches:
                    yield from bounded(batch, limits)


@contextmanager
def _opened(blob: Blob) -> Iterator[pa.orc.ORCFile]:
    """Opens the file; what pyarrow says of a broken one becomes a ``SourceError`` without its words."""
    import pyarrow.orc

    with blob.seekable() as stream:
        try:
            yield pyarrow.orc.ORCFile(stream)
        except SourceError:
            raise
        except MemoryError:
            raise SourceError("too_large", "a stripe of the ORC file does not fit in memory") from None
        except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError):
            raise SourceError("corrupt", "the ORC file is cut or damaged") from None
