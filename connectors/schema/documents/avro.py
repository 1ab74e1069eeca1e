"""Avro schemas and protocols: the fields of every record, by path."""

from __future__ import annotations

from recense.connectors.schema.documents import Document, add, document
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node

_MOST_DEPTH = 40


@document("avro")
class Avro(Document):
    """A record, a union of records, or a protocol with ``types``."""

    rank = 2

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether it is named so, or holds a record."""
        return file.suffix in {".avsc", ".avpr"} or (
            file.suffix == ".json" and b'"record"' in head and b'"fields"' in head
        )

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads every record."""
        count = len(found.fields)
        for node in [tree, *tree.items, *tree.each("types")]:
            if node.text("type") in {"record", "error"}:
                name = node.text("name") or file.stem
                space = node.text("namespace") or tree.text("namespace")
                table = f"{space}.{name}" if space and "." not in name else name
                self._record(file, node, table, "", found, 0, node.text("doc"))
        return len(found.fields) > count or file.suffix in {".avsc", ".avpr"}

    def _record(
        self, file: SourceFile, record: Node, table: str, prefix: str, found: Found, depth: int, said: str | None
    ) -> None:
        if depth > _MOST_DEPTH:
            found.not_understood(file.name, record.place.line, "records nested too deeply")
            return
        for field in record.each("fields"):
            name = field.get("name")
            if name is None or not name.value:
                found.not_understood(file.name, field.place.line, "a field without a name")
                continue
            place = name.place
            path, inner = f"{prefix}{name.value}", field.get("type")
            nested = _nested(inner, 0)
            if nested is not None:
                mark, node = nested
                self._record(file, node, table, f"{path}{mark}.", found, depth + 1, said)
            else:
                add(found, file, "avro", table, path, place, _type(inner), field.text("doc"), said)


def _nested(node: Node | None, depth: int) -> tuple[str, Node] | None:
    """Returns the record that a type holds, with ``[]`` if in an array."""
    if node is None or depth > 10:
        return None
    if node.kind == "list":
        return next((found for item in node.items if (found := _nested(item, depth + 1))), None)
    kind = node.text("type")
    if kind == "record":
        return "", node
    if kind in {"array", "map"}:
        inner = _nested(node.get("items" if kind == "array" else "values"), depth + 1)
        return (f"[]{inner[0]}", inner[1]) if inner else None
    return _nested(node.get("type"), depth + 1) if node.kind == "map" else None


def _type(node: Node | None) -> str:
    if node is None:
        return ""
    if node.kind == "scalar":
        return node.value or ""
    if node.kind == "list":
        return next((_type(item) for item in node.items if item.value != "null"), "")
    return node.text("logicalType") or _type(node.get("type"))
