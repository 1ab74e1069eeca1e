"""Data files of a repository: their headers are fields, their cells are for the caller to look at."""

from __future__ import annotations

import csv

from recense.connectors.schema.documents import add
from recense.connectors.schema.documents.records import keys
from recense.connectors.schema.files import SourceFile, Unreadable, decoded
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node, read_json
from recense.model import Column
from recense.schema import DeclaredField

_HEAD = 1 << 20


class _Head(SourceFile):
    """A file of which only the beginning is read."""

    def __init__(self, file: SourceFile) -> None:
        super().__init__(file.path, file.name)
        raw = file.head(_HEAD)
        cut = raw.rfind(b"\n") + 1 if len(raw) == _HEAD else len(raw)
        self.__dict__["text"] = decoded(raw[: cut or len(raw)])


@reader("delimited")
class Delimited(Reader):
    """CSV and TSV: the first line names the fields."""

    def wants(self, file: SourceFile) -> bool:
        """Tells by the suffix."""
        return file.suffix in {".csv", ".tsv"}

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads the header."""
        head = _Head(file)
        found.read.add(file.name)
        found.fixtures.add(file.name)
        line = next((number for number in range(1, len(head._starts) + 1) if head.source_line(number).strip()), 0)
        if not line:
            return  # an empty file declares nothing
        header = head.source_line(line)
        delimiter = "\t" if file.suffix == ".tsv" else max(",;\t|", key=header.count)
        try:
            names = next(csv.reader([header], delimiter=delimiter))
        except csv.Error:
            raise Unreadable("its first line is no header", line) from None
        at = 0
        for name in names:
            at = max(header.find(name, at), at)
            if shown := name.strip():
                begin = at + len(name) - len(name.lstrip())
                add(found, head, "csv", file.stem, shown, head.place_at(line, begin + 1, len(shown)))
            at += len(name)


@reader("ndjson")
class Lines(Reader):
    """A JSON object per line."""

    def wants(self, file: SourceFile) -> bool:
        """Tells by the suffix."""
        return file.suffix in {".ndjson", ".jsonl"}

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads the keys of the first objects."""
        head = _Head(file)
        found.read.add(file.name)
        found.fixtures.add(file.name)
        keys(head, file.stem, _objects(head), found)


def _objects(head: SourceFile) -> list[Node]:
    """Returns the objects of the first lines; a line cut off at the end of the head is left away."""
    tree = read_json(head, len(head.text))
    objects = [tree] if tree.kind == "map" else tree.items
    if head.text.strip() and not objects:
        raise Unreadable("its first line is no JSON object")
    return objects


@reader("parquet")
class Parquet(Reader):
    """Parquet: the schema in its footer."""

    def wants(self, file: SourceFile) -> bool:
        """Tells by the suffix."""
        return file.suffix in {".parquet", ".pq"}

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads the schema; no rows."""
        import pyarrow.parquet

        from recense.connectors.schema.state import MOST_FIELDS

        found.read.add(file.name)
        found.fixtures.add(file.name)
        try:
            schema = pyarrow.parquet.read_schema(file.path)
        except (OSError, ValueError, MemoryError):
            raise Unreadable("is no Parquet file that can be read") from None
        for name in schema.names[:MOST_FIELDS]:
            place = file.place_at(1, 1, 0)
            type_ = str(schema.field(schema.names.index(name)).type)[:200]
            found.fields.append(DeclaredField("csv", file.stem, Column(name, type_), place))
