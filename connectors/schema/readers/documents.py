"""JSON and YAML files: asks every kind of document whether a file is of it, and parses it once."""

from __future__ import annotations

import re

from recense.connectors.schema.documents import Document, kinds
from recense.connectors.schema.files import SourceFile
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found
from recense.connectors.schema.tree import read_json, read_tree

_SUFFIXES = frozenset((".json", ".yml", ".yaml", ".avsc", ".jsonschema", ".avpr"))
_TOOLS = re.compile(
    r"(?:package(?:-lock)?|composer|tsconfig.*|jsconfig.*|\.?eslintrc|renovate|angular|nx|lerna|launch|settings|pnpm-lock|"
    r"docker-compose.*|compose|mkdocs|openapitools|recense.*|\..*|devcontainer|biome|turbo|vercel|firebase|babel.*)\Z",
    re.I,
)
_HEAD = 65_536
_RECORDS = 1 << 20  # characters of a long list of records: more of them name no new fields


@reader("documents")
class Documents(Reader):
    """Every JSON and YAML file that is no tool's configuration by its name."""

    def wants(self, file: SourceFile) -> bool:
        """Tells whether it may be a document that declares fields."""
        return file.suffix in _SUFFIXES and not _TOOLS.match(file.stem) and ".github" not in file.folder.split("/")

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads a document of the first kind that takes it; another one is left alone."""
        head = file.head(_HEAD)
        asked: list[Document] = [kind for kind in kinds.load().values() if kind.may_be(file, head)]
        if not asked:
            return
        found.read.add(file.name)
        large = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and len(file.text) > _RECORDS
        tree = read_json(file, _RECORDS) if large else read_tree(file)
        for kind in sorted(asked, key=lambda kind: kind.rank):
            if kind.read(file, tree, found):
                return
