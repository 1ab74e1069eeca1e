"""A line per field, in aligned columns."""

from __future__ import annotations

from recense.gate.formats.json_document import counts
from recense.gate.formats.visible import summary, visible
from recense.gate.model import Check


def render(check: Check, limit: int | None = None, language: str = "en") -> str:
    """Returns the table and the summary."""
    rows = [
        (j.verdict.value, j.code, f"{j.place.file}:{j.place.line}:{j.place.column}", j.field, j.category, j.why)
        for j in check.fields
    ]
    shown = rows if not limit else rows[:limit]
    shown += [("unread", "", f"{entry.file}:{entry.line}", "", "", entry.reason) for entry in check.unread]
    safe = [[visible(cell) for cell in row] for row in shown]
    widths = [max((len(row[place]) for row in safe), default=0) for place in range(6)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in safe]
    hidden = len(rows) + len(check.unread) - len(shown)
    end = summary(counts(check)) + (f"; {hidden} not shown" if hidden else "")
    return "\n".join([*lines, end]) + "\n"
