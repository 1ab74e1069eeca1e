"""Parquet: row groups in parts of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recense.connectors import projection
from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import bounded
from recense.connectors.thinning import places, thin, within
from recense.errors import SourceError
from recense.model import Column, Draw, Limits

PART_BYTES = 512 << 20
"""Unpacked bytes of a part, roughly: a unit of retry that takes seconds to a minute to scan."""

_FEW = 8
"""Rows per distinct value from which on a column's values are few."""

_PAGES = 64 << 10
"""Bytes of headers; a chunk beyond its dictionary, its references and these goes on without dictionary."""

_HEAVY = 4
"""Times ``batch_bytes`` that a column's cells may take in a batch, were each the longest of its dictionary."""


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
                # A dictionary's references take less in the file than its values do in memory: half as much again.
                yield Part(f"row-groups-{first}-{number - 1}", rows, (str(first), str(number)), size * 3 // 2)
                first, rows, size = number, 0, 0
        if not groups:
            yield Part("row-groups-none", 0, ("0", "0"))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a run of row groups."""
        yield from (batch for _, batch in _rows(blob, part, limits, lambda start, rows: True))

    def sample(self, blob: Blob, table: str, part: Part, draw: Draw, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the rows that a draw takes; row groups without one are not read."""
        if not draw.rows or draw.of is None:
            yield from thin(self.batches(blob, table, part, limits), draw, limits.held_bytes)
            return
        chosen = places(draw)
        for start, batch in _rows(blob, part, limits, lambda start, rows: len(within(chosen, start, rows)) > 0):
            taken = within(chosen, start, batch.num_rows)
            if len(taken):
                yield batch.take(pa.array(taken))


def _rows(
    blob: Blob, part: Part, limits: Limits, wanted: Callable[[int, int], bool]
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yields batches, each with the number of its first row within the part.

    Args:
        blob: the file.
        part: a run of row groups.
        limits: bounds.
        wanted: tells from first row and number of rows whether a row group is to be read.
    """
    first, end = map(int, part.hint)
    written = start = 0
    with ExitStack() as stack:
        plain = stack.enter_context(_opened(blob))
        schema = _projected(plain.schema_arrow)
        columns = None if schema is plain.schema_arrow else schema.names
        files: dict[tuple[str, ...], pa.parquet.ParquetFile] = {(): plain}

        def opened(packed: tuple[str, ...]) -> pa.parquet.ParquetFile:
            if packed not in files:
                files[packed] = stack.enter_context(_opened(blob, list(packed)))
            return files[packed]

        for group in range(first, min(end, plain.metadata.num_row_groups)):
            meta = plain.metadata.row_group(group)
            if not wanted(start, meta.num_rows):
                start += meta.num_rows
                continue
            way = _way(opened, meta, group, schema, limits)
            size = meta.total_byte_size if columns is None else _bytes_of(meta, columns)
            step = max(1, min(limits.batch_rows, limits.batch_bytes // max(1, size // max(1, meta.num_rows))))
            file = opened(way.packed)
            for batch in file.iter_batches(batch_size=step, row_groups=[group], columns=columns, use_threads=False):
                for piece in _unpacked(batch, schema, way, limits):
                    written += piece.nbytes
                    yield start, piece
                    start += piece.num_rows
                if written > max(limits.file_bytes, (blob.size or len(blob.head)) * limits.ratio):
                    raise SourceError(
                        "too_large", f"unpacks to more than {limits.ratio} times its size (limits.ratio): a bomb?"
                    )


def _projected(schema: pa.Schema) -> pa.Schema:
    """Returns the columns that somebody looks at: the schema itself when that is all of them."""
    names = projection.wanted(schema.names)
    if names == schema.names or len(set(names)) < len(names):
        return schema
    return pa.schema([schema.field(name) for name in names])


def _bytes_of(group: Any, names: list[str]) -> int:
    """Returns the unpacked bytes of some top-level columns of a row group."""
    chunks = (group.column(i) for i in range(group.num_columns))
    return sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.partition(".")[0] in names)


@dataclass(frozen=True, slots=True)
class _Way:
    """How to read the text columns of a row group.

    Attributes:
        packed: columns that are read as they are packed, by dictionary.
        kept: of these, the ones whose distinct values are few: they stay dictionaries.
    """

    packed: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()


def _way(
    opened: Callable[[tuple[str, ...]], pa.parquet.ParquetFile],
    meta: pa.parquet.RowGroupMetaData,
    group: int,
    schema: pa.Schema,
    limits: Limits,
) -> _Way:
    """Returns how to read a row group, after a look at its dictionaries.

    A dictionary of one long value and a million references to it is a few bytes of file and a terabyte of cells, so
    a column with such values is read as it is packed and unpacked in pieces. Where the distinct values are few it
    stays packed, and detectors see each value once. All others are read plain: packing them again, beyond the place
    where the writer gave up, would cost more than reading.
    """
    columns = _dictionary_columns(meta, schema)
    if not columns or not meta.num_rows:
        return _Way()
    peeked = opened(columns).iter_batches(batch_size=1, row_groups=[group], columns=list(columns), use_threads=False)
    first = next(peeked, None)
    if first is None:
        return _Way(columns)
    packed, kept = [], set()
    chunks = [meta.column(i) for i in range(meta.num_columns)]
    sizes = {chunk.path_in_schema: chunk.total_uncompressed_size for chunk in chunks}
    for name, column in zip(first.schema.names, first.columns, strict=True):
        if not pa.types.is_dictionary(column.type):
            continue
        values = column.dictionary
        longest = pc.max(pc.binary_length(values)).as_py() or 0
        few = len(values) * _FEW <= meta.num_rows and sizes[name] <= values.nbytes + 4 * meta.num_rows + _PAGES
        heavy = longest * min(limits.batch_rows, meta.num_rows) > _HEAVY * limits.batch_bytes
        if few and not heavy:
            kept.add(name)
        if few or heavy:
            packed.append(name)
    return _Way(tuple(packed), frozenset(kept))


def _dictionary_columns(meta: pa.parquet.RowGroupMetaData, schema: pa.Schema) -> tuple[str, ...]:
    """Returns the top-level text columns of a row group that have a dictionary."""
    texts = {
        field.name
        for field in schema
        if pa.types.is_string(field.type)
        or pa.types.is_large_string(field.type)
        or pa.types.is_binary(field.type)
        or pa.types.is_large_binary(field.type)
    }
    chunks = [meta.column(i) for i in range(meta.num_columns)]
    return tuple(
        chunk.path_in_schema for chunk in chunks if chunk.path_in_schema in texts and chunk.has_dictionary_page
    )


def _unpacked(batch: pa.RecordBatch, schema: pa.Schema, way: _Way, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields a batch with its columns as the schema has them, or kept packed, in slices of bounded size."""
    per_row = 1
    fields = []
    for column, field in zip(batch.columns, schema, strict=True):
        stays = field.name in way.kept and pa.types.is_string(field.type)
        fields.append(pa.field(field.name, column.type) if stays else field)
        if pa.types.is_dictionary(column.type) and not stays and column.type != field.type:
            values = column.dictionary
            per_row += values.nbytes // max(1, len(values))
        else:
            per_row += column.nbytes // max(1, batch.num_rows)
    wanted = pa.schema(fields)
    step = max(1, min(limits.batch_rows, limits.batch_bytes // per_row))
    for start in range(0, batch.num_rows, step):
        piece = batch.slice(start, step)
        yield from bounded(piece if piece.schema.equals(wanted) else piece.cast(wanted), limits)


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
