"""What a search finds: names of sources, datasets and columns that contain every word, whatever case and accents.

``prenom`` finds ``PRÉNOM_client``; two words may stand in two of the three names. Parts of words count, so no ordinary
index finds them: SQLite walks along the one that orders the list, which holds the folded names. PostgreSQL reads the
list, unless its extension ``pg_trgm`` may be had: an index of groups of three letters then says where to look. What is
found is the same, since the names themselves are compared in any case.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, text
from sqlalchemy.exc import DBAPIError

from recense.catalog import tables

INDEX = "review_words"

SORTED = 240
"""Characters of the names that the list is ordered by: PostgreSQL indexes no more than 2,700 bytes of a row."""

_BETWEEN = "\x1f"  # str.split takes it for a space: no word of a search contains it


def fold(text: str) -> str:
    """Returns a text without case, accents and compatibility forms.

    >>> fold("PRÉNOM_ﬁls"), fold("Straße")
    ('prenom_fils', 'strasse')
    """
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).casefold()


def names(source: str, dataset: str, path: str) -> dict[str, str | None]:
    """Returns what the list is ordered by, and what is searched: None when both are the same text."""
    joined = _BETWEEN.join((source, dataset, path))
    sort, folded = joined[:SORTED], fold(joined)
    return {"sort": sort, "words": None if folded == sort else folded}


def conditions(search: str) -> list[ColumnElement[bool]]:
    """Returns what rows of the list meet that a search finds."""
    table = tables.review
    place: Any = func.coalesce(table.c.words, table.c.sort, type_=table.c.words.type)  # as in ``index``
    return [place.contains(word, autoescape=True) for word in (fold(part) for part in search.split()) if word]


def index(connection: Connection) -> bool:
    """Makes the index for searches where there is none and PostgreSQL can have it.

    Args:
        connection: a transaction that writes; it goes on when the server refuses.

    Returns:
        Whether searches have an index of their own. Without it they find the same, by reading the whole list.
    """
    if connection.dialect.name != "postgresql":
        return False
    known = "SELECT 1 FROM pg_indexes WHERE schemaname = current_schema() AND indexname = :name"
    if connection.execute(text(known), {"name": INDEX}).scalar():
        return True
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(text(f"CREATE INDEX {INDEX} ON review USING gin (coalesce(words, sort) gin_trgm_ops)"))
            connection.execute(text("ANALYZE review"))  # otherwise the planner knows nothing of the words
    except DBAPIError:
        return False  # the extension is not installed, or this account may not add it
    return True
