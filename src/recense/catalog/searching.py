"""What a search finds: names of sources, datasets and columns that contain every word, whatever case and accents.

``prenom`` finds ``PRÉNOM_client``; two words may stand in two of the three names. Parts of words count, so there is no
index to look a word up in: the folded names stand in the index that orders the list, and a search walks along it.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, func

from recense.catalog import tables

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
    place: Any = func.coalesce(table.c.words, table.c.sort, type_=table.c.words.type)
    return [place.contains(word, autoescape=True) for word in (fold(part) for part in search.split()) if word]
