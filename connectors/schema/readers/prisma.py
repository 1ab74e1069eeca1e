"""Prisma schemas: the fields of every model, under the names that the database has (``@map``)."""

from __future__ import annotations

import re

from recense.connectors.schema.documents import add
from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found

_OPEN = re.compile(r"^[ \t]*(model|type|view|enum|datasource|generator)[ \t]+(\w+)[ \t]*\{", re.M)
_FIELD = re.compile(r"[ \t]*(\w+)[ \t]+(\w+(?:\([^)\n]*\))?)(\[\]|\?)?([^\n]*)")
_MAP = re.compile(r"(?<!@)@map\([ \t]*(?:name:[ \t]*)?\"([^\"\n]+)\"")
_TABLE = re.compile(r"@@map\([ \t]*(?:name:[ \t]*)?\"([^\"\n]+)\"")


@reader("prisma")
class Prisma(Reader):
    """Files ``*.prisma``."""

    def wants(self, file: SourceFile) -> bool:
        """Tells by the suffix."""
        return file.suffix == ".prisma"

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads every model; relations to other models are no fields."""
        found.read.add(file.name)
        text = file.text
        blocks = list(_OPEN.finditer(text))
        models = {block[2] for block in blocks if block[1] in {"model", "view"}}
        for block in blocks:
            end = text.find("\n}", block.end() - 1)
            if end < 0:
                raise Unreadable("a block that does not end", file.line(block.start()))
            if block[1] not in {"model", "type", "view"}:
                continue
            named = _TABLE.search(text, block.end(), end)
            said = ""
            position = text.find("\n", block.start()) + 1
            while position <= end:
                stop = text.find("\n", position)
                stop = len(text) if stop < 0 else stop
                line = text[position:stop].strip()
                if line.startswith("///"):
                    said = f"{said} {line[3:].strip()}".strip()
                elif line and not line.startswith(("//", "@@", "}")):
                    self._field(file, found, named[1] if named else block[2], position, said, models)
                    said = ""
                position = stop + 1

    def _field(self, file: SourceFile, found: Found, table: str, at: int, said: str, models: set[str]) -> None:
        match = _FIELD.match(file.text, at)
        if match is None:
            found.not_understood(file.name, file.line(at), "a line of this model could not be understood")
            return
        if match[2] in models:
            return
        named = _MAP.search(match[4])
        start = match.start(4) + named.start(1) if named else match.start(1)
        name = named[1] if named else match[1]
        comment = said or (match[4].partition("//")[2].strip(" /") if "//" in match[4] else "")
        if "recense:" in comment:
            comment = said
        add(found, file, "orm", table, name, file.place(start, start + len(name)), match[2] + (match[3] or ""), comment)
