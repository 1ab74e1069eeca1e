"""Avro by fastavro, in a process of its own: a block's count of rows and its packed size are only claims."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from recense.connectors import isolated
from recense.connectors.blobs import Blob
from recense.connectors.formats import Claim, Format, Part, Table, Trouble, register
from recense.connectors.rows import records
from recense.errors import SourceError
from recense.model import Column, Limits
from recense.plugins import driver

_SCHEMA = "schema"


@register
class Avro(Format):
    """An Avro object container file."""

    name = "avro"

    def claim(self, blob: Blob) -> Claim:
        """Claims the magic bytes."""
        if blob.head.startswith(b"Obj\x01"):
            return Claim.MAGIC
        return Claim.NAME if blob.suffix == ".avro" else Claim.NO

    def tables(self, blob: Blob, limits: Limits) -> Iterator[Table | Trouble]:
        """Yields one table with the fields of the schema."""
        driver("fastavro", "scan", "an Avro file")
        columns: list[Column] = []
        for batch in isolated.batches(__name__, blob, _SCHEMA, limits):
            columns.extend(Column(row["path"], row["type"], row["comment"]) for row in batch.to_pylist())
        yield Table(columns=tuple(columns))

    def batches(self, blob: Blob, table: str, part: Part, limits: Limits) -> Iterator[pa.RecordBatch]:
        """Yields the records as nested rows."""
        yield from isolated.batches(__name__, blob, "", limits)


def read_isolated(stream: BinaryIO, request: str, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Yields the fields of the schema, or the records. Runs in the child process."""
    import fastavro

    try:
        reader = fastavro.reader(stream)
        if request == _SCHEMA:
            schema = reader.writer_schema
            fields = schema.get("fields", []) if isinstance(schema, dict) else []
            rows = [{"path": f["name"], "type": _type(f["type"]), "comment": f.get("doc")} for f in fields]
            kind = pa.struct([("path", pa.string()), ("type", pa.string()), ("comment", pa.string())])
            yield pa.RecordBatch.from_struct_array(pa.array(rows, kind))
        else:
            yield from records(map(_plain, reader), limits)
    except SourceError:
        raise
    except (MemoryError, RecursionError):
        raise SourceError("too_large", "a block of the Avro file does not fit in memory") from None
    except Exception as error:  # fastavro raises KeyError, EOFError, struct.error and more, and quotes values
        if "codec" in str(error) and isinstance(error, ValueError):
            raise SourceError("unsupported_format", "the Avro file is packed with a codec that recense lacks") from None
        raise SourceError("corrupt", "the Avro file is cut or damaged") from None


def _type(schema: Any) -> str:
    """Returns a field's type in a word or two."""
    if isinstance(schema, list):
        return " | ".join(_type(branch) for branch in itertools.islice(schema, 8))
    if isinstance(schema, dict):
        return str(schema.get("logicalType") or schema.get("type"))
    return json.dumps(schema).strip('"') if not isinstance(schema, str) else schema


def _plain(row: Any) -> Any:
    """Returns a record without the types that Arrow does not infer: UUIDs become text."""
    if isinstance(row, dict):
        return {key: _plain(value) for key, value in row.items()}
    if isinstance(row, list):
        return [_plain(value) for value in row]
    return str(row) if type(row).__name__ == "UUID" else row
