"""Protobuf: the fields of every message, with those of ``oneof`` and of messages in messages."""

from __future__ import annotations

import re

from recense.connectors.schema.documents import add
from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.readers import Reader, reader
from recense.connectors.schema.state import Found

_TOKEN = re.compile(
    r"\s*+(?:(?P<comment>//[^\n]*+|/\*(?s:.*?)\*/)|(?P<string>\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+')"
    r"|(?P<word>[\w.]++)|(?P<mark>\S))"
)
_MOST_DEPTH = 100


@reader("protobuf")
class Protobuf(Reader):
    """Files ``*.proto``."""

    def wants(self, file: SourceFile) -> bool:
        """Tells by the suffix."""
        return file.suffix == ".proto"

    def read_file(self, file: SourceFile, found: Found) -> None:
        """Reads every message; statements end at ``;`` and blocks nest."""
        found.read.add(file.name)
        text, position, package = file.text, 0, ""
        blocks: list[tuple[str, str]] = []
        statement: list[tuple[str, int]] = []
        brackets = 0
        while match := _TOKEN.match(text, position):
            kind, position = match.lastgroup or "", match.end()
            word, start = match[kind], match.start(kind)
            if kind == "comment":
                continue
            if kind == "mark" and word == "{" and not brackets:
                words = [part for part, _ in statement]
                blocks.append((words[0] if words else "", words[1] if len(words) > 1 else ""))
                if len(blocks) > _MOST_DEPTH:
                    raise Unreadable("messages nested too deeply", file.line(start))
                statement = []
            elif kind == "mark" and word == "}" and not brackets:
                if not blocks:
                    raise Unreadable("a block ends here that did not begin", file.line(start))
                blocks.pop()
                statement = []
            elif kind == "mark" and word == ";":
                words = [part for part, _ in statement]
                if words[:1] == ["package"] and len(words) > 1:
                    package = words[1]
                elif blocks and blocks[-1][0] in {"message", "oneof", "extend"}:
                    self._field(file, found, package, blocks, statement, position)
                statement, brackets = [], 0
            else:
                brackets += {"[": 1, "]": -1}.get(word, 0) if kind == "mark" else 0
                statement.append((word, start))
        if blocks:
            raise Unreadable("a block that does not end", file.line(len(text)))

    def _field(
        self,
        file: SourceFile,
        found: Found,
        package: str,
        blocks: list[tuple[str, str]],
        words: list[tuple[str, int]],
        end: int,
    ) -> None:
        """Adds the field ``[label] type name = number``."""
        texts = [word for word, _ in words]
        if not texts or texts[0] in {"option", "reserved", "extensions"}:
            return
        if "=" not in texts or texts.index("=") < 2:
            found.not_understood(file.name, file.line(words[0][1]), "a line of this message could not be understood")
            return
        at = texts.index("=") - 1
        name, start = words[at]
        messages = [name for kind, name in blocks if kind in {"message", "extend"}]
        table = ".".join(messages)
        type_ = "".join(word for word in texts[:at] if word not in {"optional", "required"}).replace(
            "repeated", "repeated "
        )
        place = file.place(start, start + len(name))
        after = file.source_line(file.line(end - 1)).partition("//")[2].strip()
        add(found, file, "proto", table, name, place, type_, None if "recense:" in after else after)
