"""Parquet: row groups in parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import bounded
from recense.errors import SourceError
from recense.model import Column, Limits

PART_BYTES = 512 << 20
"""Unpacked bytes of a part, roughly: a unit of retry that takes seconds to a minute to scan."""


@register
class Parquet(Format):
    """A Parquet file."""

    name = "parquet"

    def claim(self, blob: Blob) -> Claim:
        """Claims the magic bytes, those of an encrypted footer among them."""
        if blob.head.startswith((b"PAR1", b"PARE")):
            return Claim.MAGIC
        return Claim.NAME if blob.suffix in (".parquet", ".parq", ".pq") else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table with the schema's columns and row count."""
        with _opened(blob) as file:
            schema = file.schema_arrow
            columns = tuple(Column(field.name, str(field.type), _comment(field)) for field in schema)
            yield Table(columns=columns, rows=file.metadata.num_rows)

    def parts(self, blob: Blob, table: str, limits: Limits) -> Iterator[Part]:
        """Yields runs of row groups."""
        with _opened(blob) as file:
            meta = file.metadata
            groups = [
                (meta.row_group(i).num_rows, meta.row_group(i).total_byte_size) for i in range(meta.num_row_groups)
            ]
        first = rows = size = 0
        for number, (count, weight) in enumerate(groups, start=1):
            rows += count
            size += weight
            if size >= PART_BYTES or number == len(groups):
                yield Part(f"row-groups-{first}-{number - 1}", rows, (str(first), str(number)))
                first, rows, size = number, 0, 0
        if not groups:
            yield Part("row-groups-none", 0, ("0", "0"))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a run of row groups."""
        first, end = map(int, part.hint)
        with _opened(blob) as file:
            for group in range(first, min(end, file.metadata.num_row_groups)):
                meta = file.metadata.row_group(group)
                if not meta.num_rows:
                    continue
                per_row = max(1, meta.total_byte_size // meta.num_rows)
                step = max(1, min(limits.batch_rows, limits.batch_bytes // per_row))
                for batch in file.iter_batches(batch_size=step, row_groups=[group], use_threads=False):
                    yield from bounded(batch, limits)


def _comment(field: pa.Field) -> str | None:
    """Returns what the field's author wrote about it, where writers such as Spark and DuckDB put it."""
    for key in (b"comment", b"description"):
        if field.metadata and key in field.metadata:
            return bytes(field.metadata[key]).decode("utf-8", "replace")[:1_000]
    return None


@contextmanager
def _opened(blob: Blob) -> Iterator[pa.parquet.ParquetFile]:
    """Opens the file; what pyarrow says of a broken one becomes a ``SourceError`` without its words."""
    import pyarrow.parquet

    if blob.head.startswith(b"PARE"):
        raise SourceError("encrypted", "an encrypted Parquet file: recense has no key")
    with blob.seekable() as stream:
        try:
            yield pyarrow.parquet.ParquetFile(stream, pre_buffer=False)
        except SourceError:
            raise
        except MemoryError:
            raise SourceError("too_large", "a part of the Parquet file does not fit in memory") from None
        except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
            if "crypt" in str(error):
                raise SourceError("encrypted", "an encrypted Parquet file: recense has no key") from None
            raise SourceError("corrupt", "the Parquet file is cut or damaged") from None
