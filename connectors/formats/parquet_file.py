"""Parquet: row groups in parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from recense.connectors import projection
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
        with _opened(blob) as plain:
            names = projection.wanted(plain.schema_arrow.names)
            whole = names == plain.schema_arrow.names or len(set(names)) < len(names)
            wanted = plain.schema_arrow if whole else pa.schema([plain.schema_arrow.field(name) for name in names])
            packed = [name for name in _packed_columns(plain) if whole or name in names]
        written = 0
        with _opened(blob, packed) as file:
            for group in range(first, min(end, file.metadata.num_row_groups)):
                meta = file.metadata.row_group(group)
                size = meta.total_byte_size if whole else _bytes_of(meta, names)
                per_row = max(1, size // max(1, meta.num_rows))
                step = max(1, min(limits.batch_rows, limits.batch_bytes // per_row))
                chosen = None if whole else names
                for batch in file.iter_batches(batch_size=step, row_groups=[group], columns=chosen, use_threads=False):
                    for piece in _unpacked(batch, wanted, limits):
                        written += piece.nbytes
                        yield piece
                    if written > max(limits.file_bytes, (blob.size or len(blob.head)) * limits.ratio):
                        raise SourceError(
                            "too_large", f"unpacks to more than {limits.ratio} times its size (limits.ratio): a bomb?"
                        )


def _bytes_of(group: Any, names: list[str]) -> int:
    """Returns the unpacked bytes of some top-level columns of a row group."""
    chunks = (group.column(i) for i in range(group.num_columns))
    return sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.partition(".")[0] in names)


def _packed_columns(file: pa.parquet.ParquetFile) -> list[str]:
    """Returns the top-level text columns that are packed by dictionary.

    A dictionary of one long value and a million references to it is a few bytes of file and a terabyte of cells, so
    these columns are read as they are packed and unpacked in pieces.
    """
    meta = file.metadata
    if not meta.num_row_groups:
        return []
    texts = {
        field.name
        for field in file.schema_arrow
        if pa.types.is_string(field.type)
        or pa.types.is_large_string(field.type)
        or pa.types.is_binary(field.type)
        or pa.types.is_large_binary(field.type)
    }
    group = meta.row_group(0)
    chunks = [group.column(i) for i in range(group.num_columns)]
    return [chunk.path_in_schema for chunk in chunks if chunk.path_in_schema in texts and chunk.has_dictionary_page]


def _unpacked(batch: pa.RecordBatch, wanted: pa.Schema, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields a batch with its columns as the schema has them, in slices of bounded size."""
    per_row = 1
    for column, field in zip(batch.columns, wanted, strict=True):
        if pa.types.is_dictionary(column.type) and column.type != field.type:
            values = column.dictionary
            per_row += values.nbytes // max(1, len(values))
        else:
            per_row += column.nbytes // max(1, batch.num_rows)
    step = max(1, min(limits.batch_rows, limits.batch_bytes // per_row))
    for start in range(0, batch.num_rows, step):
        yield from bounded(batch.slice(start, step).cast(wanted), limits)


def _comment(field: pa.Field) -> str | None:
    """Returns what the field's author wrote about it, where writers such as Spark and DuckDB put it."""
    for key in (b"comment", b"description"):
        if field.metadata and key in field.metadata:
            return bytes(field.metadata[key]).decode("utf-8", "replace")[:1_000]
    return None


@contextmanager
def _opened(blob: Blob, packed: list[str] | None = None) -> Iterator[pa.parquet.ParquetFile]:
    """Opens the file; what pyarrow says of a broken one becomes a ``SourceError`` without its words."""
    import pyarrow.parquet

    if blob.head.startswith(b"PARE"):
        raise SourceError("encrypted", "an encrypted Parquet file: recense has no key")
    with blob.seekable() as stream:
        try:
            yield pyarrow.parquet.ParquetFile(stream, pre_buffer=False, read_dictionary=packed or [])
        except SourceError:
            raise
        except MemoryError:
            raise SourceError("too_large", "a part of the Parquet file does not fit in memory") from None
        except (pa.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
            if "crypt" in str(error):
                raise SourceError("encrypted", "an encrypted Parquet file: recense has no key") from None
            raise SourceError("corrupt", "the Parquet file is cut or damaged") from None
