"""Arrow IPC files and streams, and Feather in both its versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import bounded
from recense.errors import SourceError
from recense.model import Column, Limits

_CONTINUATION = b"\xff\xff\xff\xff"


@register
class Arrow(Format):
    """Record batches as Arrow writes them."""

    name = "arrow"

    def claim(self, blob: Blob) -> Claim:
        """Claims the magic bytes of files; streams have only a continuation mark, so the suffix must agree."""
        if blob.head.startswith((b"ARROW1\x00\x00", b"FEA1")):
            return Claim.MAGIC
        named = blob.suffix in (".arrow", ".arrows", ".ipc", ".feather")
        if blob.head.startswith(_CONTINUATION) and len(blob.head) > 8:
            return Claim.MAGIC if named else Claim.CONTENT
        return Claim.NAME if named else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table with the schema's columns."""
        with _guarded(blob) as stream:
            schema = _feather(stream).schema if _old(blob) else _reader(blob, stream).schema
            yield Table(columns=tuple(Column(field.name, str(field.type)) for field in schema))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows."""
        with _guarded(blob) as stream:
            if _old(blob):
                for batch in _feather(stream).to_batches(max_chunksize=limits.batch_rows):
                    yield from bounded(batch, limits)
                return
            reader = _reader(blob, stream)
            if isinstance(reader, pa.RecordBatchFileReader):
                for number in range(reader.num_record_batches):
                    yield from _checked(reader.get_batch(number), limits)
            else:
                for batch in reader:
                    yield from _checked(batch, limits)


def _checked(batch: pa.RecordBatch, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields a batch after a look at its offsets: hostile ones would make any later step read foreign memory."""
    batch.validate(full=True)
    yield from bounded(batch, limits)


def _old(blob: Blob) -> bool:
    return blob.head.startswith(b"FEA1")


def _feather(stream: BinaryIO) -> pa.Table:
    import pyarrow.feather

    return pyarrow.feather.read_table(stream)


def _reader(blob: Blob, stream: BinaryIO) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    return pa.ipc.open_file(stream) if blob.head.startswith(b"ARROW1") else pa.ipc.open_stream(stream)


@contextmanager
def _guarded(blob: Blob) -> Iterator[BinaryIO]:
    with blob.seekable() as stream:
        try:
            yield stream
        except SourceError:
            raise
        except MemoryError:
            raise SourceError("too_large", "a batch of the Arrow file does not fit in memory") from None
        except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError):
            raise SourceError("corrupt", "the Arrow file is cut or damaged") from None
