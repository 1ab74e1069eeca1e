"""JSON fixtures: lists of records, whose keys are fields and whose values the caller looks at."""

from __future__ import annotations

import re

from recense.connectors.schema.documents import Document, add, document
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import Node

_LIST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_FOLDERS = re.compile(r"fixture|seed|sample|testdata|mock|export|dump|example|^data$", re.I)
_MOST_RECORDS = 200
_MOST_DEPTH = 30


@document("records")
class Records(Document):
    """A JSON list of objects; or, where fixtures are kept, an object that holds such lists."""

    rank = 9

    def may_be(self, file: SourceFile, head: bytes) -> bool:
        """Tells whether it begins like one, or lies where fixtures are kept."""
        if file.suffix != ".json":
            return False
        return bool(_LIST.match(head)) or any(_FOLDERS.search(part) for part in file.name.split("/"))

    def read(self, file: SourceFile, tree: Node, found: Found) -> bool:
        """Reads the keys of the first records."""
        groups = (
            {file.stem: tree}
            if tree.kind == "list"
            else {
                key: node
                for key, node in tree.entries.items()
                if node.kind == "list" and node.items and node.items[0].kind == "map"
            }
        )
        if not groups and tree.kind == "map" and tree.entries:
            groups = {file.stem: Node("list", tree.place, items=[tree])}
        for name, node in groups.items():
            keys(file, name, node.items[:_MOST_RECORDS], found)
        if groups:
            found.fixtures.add(file.name)
        return True


def keys(file: SourceFile, table: str, records: list[Node], found: Found) -> None:
    """Adds the paths of the keys of records, each where it stands first; Django's fixtures name their table."""
    seen: set[tuple[str, str]] = set()
    for record in records:
        fields, model = record.get("fields"), record.text("model")
        home = model if model and fields else table
        level: list[tuple[Node, str, int]] = [(fields if model and fields else record, "", 0)]
        while level:
            node, prefix, depth = level.pop(0)
            for key, inner in node.entries.items():
                path = f"{prefix}.{key}" if prefix else key
                held = inner.items[0] if inner.kind == "list" and inner.items else inner
                path = f"{path}[]" if inner.kind == "list" else path
                if held.kind == "map" and held.entries and depth < _MOST_DEPTH:
                    level.append((held, path, depth + 1))
                elif (home, path) not in seen:
                    seen.add((home, path))
                    add(found, file, "csv", home, path, node.keys[key])
