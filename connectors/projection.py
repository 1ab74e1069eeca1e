"""Which columns a reader may leave out: a hint that spares columnar formats from unpacking what nobody looks at.

A format that ignores it gives more columns than were asked for, and never fewer rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ONLY: ContextVar[frozenset[str] | None] = ContextVar("recense_projection", default=None)


@contextmanager
def only(columns: frozenset[str]) -> Iterator[None]:
    """Reads within the block may leave out all columns but these, by their top-level name."""
    token = _ONLY.set(columns)
    try:
        yield
    finally:
        _ONLY.reset(token)


def wanted(names: list[str]) -> list[str]:
    """Returns those of a table's columns that are to be read: all, unless ``only`` says otherwise and finds some."""
    chosen = _ONLY.get()
    found = [name for name in names if chosen is None or name in chosen]
    return found or names
