"""What the two spreadsheet formats share: names of tabs, lengths of cells, widths."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_CHARACTERS = 32_767
"""Characters of a cell in Excel and LibreOffice."""

WIDTHS = (46, 40, 30, 24, 20, 18, 26, 22)
"""Widths of the columns, in characters."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def tabs(names: Sequence[str]) -> list[str]:
    """Returns names that a spreadsheet takes for tabs: 31 characters, no brackets or slashes, no two the same.

    >>> tabs(["Paie", "paie", "a/b", "'", "x" * 40])[:4]
    ['Paie', 'paie (2)', 'a b', 'Sheet 4']
    """
    taken: set[str] = set()
    chosen = []
    for at, name in enumerate(names, start=1):
        base = _FORBIDDEN.sub(" ", name).strip(" '")[:31].strip(" '") or f"Sheet {at}"
        if base.lower() == "history":  # Excel keeps this name for itself
            base += " 1"
        tab, count = base, 1
        while tab.lower() in taken:
            count += 1
            ending = f" ({count})"
            tab = base[: 31 - len(ending)] + ending
        taken.add(tab.lower())
        chosen.append(tab)
    return chosen


def clipped(text: str) -> str:
    """Returns a text that fits into a cell."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def lines(text: str, width: int) -> int:
    """Returns how many lines a text takes in a column, at least one.

    >>> lines("a" * 25, 10)
    3
    """
    return max(1, -(-len(text) // max(width, 1)))
