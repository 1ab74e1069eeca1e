"""SQL in texts of other languages (``op.execute``, ``RunSQL``): applied where it stands."""

from __future__ import annotations

import ast
import re

from recense.connectors.schema.files import SourceFile, Unreadable
from recense.connectors.schema.state import Found, State

_DEFINES = re.compile(
    r"\b(?:CREATE\s+(?:\w+\s+){0,3}?TABLE|ALTER\s+TABLE|DROP\s+TABLE|RENAME\s+TABLE|COMMENT\s+ON)\b", re.I
)


def apply_sql(
    file: SourceFile, node: ast.expr, constant: ast.Constant | None, state: State, history: str, found: Found
) -> None:
    """Applies the SQL of a Python text to a state; one that is put together when it runs is unread."""
    if constant is None:
        pieces = [
            part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        if any(_DEFINES.search(piece) for piece in pieces):
            found.not_understood(file.name, node.lineno, "SQL that is put together when it runs")
        return
    value = str(constant.value)
    if not _DEFINES.search(value):
        return
    place = file.string_place(constant)
    start = file._starts[place.line - 1] + place.column - 1
    if file.text[start : start + len(value)] != value:
        found.not_understood(file.name, node.lineno, "SQL in a text with escapes or in several pieces")
        return
    from recense.connectors.schema.ddl.apply import Statements

    try:
        Statements(file, "", state, history, found, tears_down=True).run(start, start + len(value))
    except Unreadable as error:
        found.not_understood(file.name, error.line, str(error))
