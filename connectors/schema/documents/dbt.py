"""dbt: columns of models, sources, seeds and snapshots in ``schema.yml``, and of the manifest."""

from __future__ import annotations

from recense.connectors.schema.documents import Document, add, document
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node


@document("dbt")
class Dbt(Document):
    """A YAML file with ``models:``, ``sources:``, ``seeds:`` or ``snapshots:`` whose entries have columns."""

    rank = 3

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether the words stand in it."""
        named = any(word in head for word in (b"models:", b"sources:", b"seeds:", b"snapshots:"))
        return (
            file.suffix in {".yml", ".yaml"} and named and b"name" in head and not file.stem.startswith("dbt_project")
        )

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads the columns of every entry."""
        if tree.kind != "map":
            return False
        for group in ("models", "seeds", "snapshots"):
            for entry in tree.each(group):
                self._columns(file, entry, entry.text("name") or "", found)
        for source in tree.each("sources"):
            for table in source.each("tables"):
                self._columns(file, table, f"{source.text('name')}.{table.text('name')}", found)
        return bool({"models", "seeds", "snapshots", "sources"} & set(tree.entries))

    def _columns(self, file: SourceFile, entry: Node, table: str, found: Found) -> None:
        for column in entry.each("columns"):
            name = column.get("name")
            if name is not None and name.value:
                type_ = column.text("data_type") or ""
                add(
                    found,
                    file,
                    "dbt",
                    table,
                    name.value,
                    name.place,
                    type_,
                    column.text("description"),
                    entry.text("description"),
                )


@document("dbt-manifest")
class Manifest(Document):
    """``manifest.json`` or ``catalog.json`` that dbt wrote."""

    rank = 3

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether it is dbt's."""
        return file.suffix == ".json" and b"getdbt.com" in head

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads the columns of every node and source."""
        for group in ("nodes", "sources"):
            nodes = tree.get(group)
            for node in nodes.entries.values() if nodes else ():
                name = node.text("name") or node.text("metadata", "name") or ""
                table = f"{node.text('source_name')}.{name}" if node.text("source_name") else name
                columns = node.get("columns")
                for key, column in columns.entries.items() if columns else ():
                    type_ = column.text("data_type") or column.text("type") or ""
                    place = columns.keys[key]  # type: ignore[union-attr]
                    said = column.text("description") or column.text("comment")
                    add(found, file, "dbt", table, key, place, type_, said, node.text("description"))
        return True
