"""Number agreement in French and English: a count chooses the words around it, also where a sentence has several.

>>> agreed("{n} of {all} {all:cell|cells} {n:matches|match}", {"n": 1, "all": 25}, "en")
'1 of 25 cells matches'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

NBSP = "\N{NO-BREAK SPACE}"


def is_singular(n: object, language: str) -> bool:
    """Tells whether a language counts so many in the singular: French says « 0 ligne », English "0 rows"."""
    return n in ((0, 1) if language == "fr" else (1,))


def counted(n: int, one: str, other: str = "") -> str:
    """Returns a count and its English noun, the number in groups of three.

    >>> counted(1, "row"), counted(0, "row"), counted(1_200, "entry", "entries")
    ('1 row', '0 rows', '1,200 entries')
    """
    return f"{n:,} {one if n == 1 else other or one + 's'}"


def agreed(sentence: str, values: Mapping[str, Any], language: str) -> str:
    """Returns a sentence with its values: ``{n}`` is a number in groups of three, ``{n:row|rows}`` what it counts.

    >>> agreed("{n} {n:ligne lue|lignes lues} de {what}", {"n": 0, "what": "clients"}, "fr")
    '0 ligne lue de clients'
    """
    return sentence.format(
        **{name: Count(value, language) if type(value) is int else value for name, value in values.items()}
    )


class Count(int):
    """A whole number in a sentence; after a colon stand the words for one and for several of what it counts."""

    language: str

    def __new__(cls, n: int, language: str) -> Self:
        """Makes a count that agrees as the language does."""
        made = super().__new__(cls, n)
        made.language = language
        return made

    def __format__(self, spec: str) -> str:
        """Returns the number with spaces that do not break, or the one of two forms that it asks for."""
        one, bar, other = spec.partition("|")
        if bar:
            return one if is_singular(self, self.language) else other
        return f"{int(self):,}".replace(",", NBSP) if not spec else format(int(self), spec)
