"""Headers as words: ``dtNais``, ``DT_NAISS``, ``date-naissance`` and ``DateNaissance2`` all become ``date naissance``.

Splitting needs no dictionary but for two things: abbreviations (``nb``, ``tel``, ``mdp``) are written out, and a header
without any separator (``dateofbirth``, ``codepostal``) is cut where every part is a word that the rules know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

MAX_HEADER = 200
"""Characters of a header that are read: column names are hostile input, and a database allows at most 128."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PIECE = re.compile(r"[^\W\d_]+\d*|\d+")
_GLUED = 24
"""Longest run of letters that is cut into known words; longer ones are codes, not words."""


def fold(text: str) -> str:
    """Returns text in lower case and without accents.

    >>> fold("Prénom de l'Élève")
    "prenom de l'eleve"
    """
    if text.isascii():  # most headers: nothing to spread or fold
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(char for char in spread if not unicodedata.combining(char)).casefold()


# fmt: off
INVARIABLE = frozenset({
    "pays", "temps", "fils", "cours", "corps", "poids", "mois", "prix", "avis", "acces", "os", "bras", "proces",
    "succes", "dos", "repas", "colis", "fonds",
})
# fmt: on
"""French words whose final s or x is no plural."""


def singular(word: str) -> str:
    """Returns a word without the plural ending that French and English share.

    >>> [singular(w) for w in ("clients", "adresse", "status", "addresses", "diagnosis", "jeux")]
    ['client', 'adresse', 'status', 'address', 'diagnosis', 'jeu']
    """
    if word in INVARIABLE:
        return word
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith(("eux", "aux")):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as", "os")):
        return word[:-1]
    return word


PARTICLED = frozenset({"opt", "clock", "punch"})
"""Verbs that are nothing without what follows: ``opt_in`` is a consent, ``opt`` is an option."""


class Splitter:
    """Splits headers with the help of the rules' own words.

    Args:
        abbreviations: short form -> the word or words it stands for, folded.
        known: every word that occurs in a rule, folded and singular.
        fillers: words that carry nothing (``de``, ``of``).
        short: words of two or three letters that may be part of a glued header (``tel`` in ``numtel``).
    """

    def __init__(
        self,
        abbreviations: Mapping[str, tuple[str, ...]],
        known: Collection[str],
        fillers: Collection[str] = (),
        short: Collection[str] = (),
    ) -> None:
        self._abbreviations = abbreviations
        self._known = frozenset(known)
        self._fillers = frozenset(fillers)
        self._short = frozenset(short)

    def split(self, header: str) -> tuple[str, ...]:
        """Returns the words of a header, folded, singular and written out; the last part of a path decides alone."""
        words: list[str] = []
        plain = header[-MAX_HEADER:].replace("'", " ").replace("’", " ")
        for piece in _PIECE.findall(" ".join(_CAMEL.sub(" ", plain).split("_"))):
            words += self._written_out(fold(piece))
        kept = [
            word for before, word in zip(["", *words], words, strict=False)
            if word not in self._fillers or before in PARTICLED
        ]  # fmt: skip
        return tuple(kept or words)

    def _written_out(self, piece: str) -> tuple[str, ...]:
        for form in (piece, piece.rstrip("0123456789")):
            if not form:
                return (piece,)
            if form in self._abbreviations:
                return self._abbreviations[form]
            if (word := self._word(form)) is not None:
                return (word,)
        letters = piece.rstrip("0123456789")
        return self._cut(letters) or (singular(letters),)

    def _word(self, piece: str) -> str | None:
        if piece in self._known:
            return piece
        one = singular(piece)
        return one if one in self._known else None

    def _cut(self, letters: str) -> tuple[str, ...] | None:
        """Cuts letters into the fewest known words, None when they cannot be cut without a rest."""
        if not 5 <= len(letters) <= _GLUED:
            return None
        best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
        for end in range(2, len(letters) + 1):
            for start in range(max(0, end - 14), end - 1):
                before = best[start]
                if before is None:
                    continue
                words = self._part(letters[start:end])
                if words is not None and (best[end] is None or len(before) + 1 < len(best[end] or ())):
                    best[end] = before + words
        found = best[-1]
        return found if found else None

    def _part(self, part: str) -> tuple[str, ...] | None:
        if part in self._short:
            return self._abbreviations.get(part, (part,))
        if part in self._fillers and len(part) == 2:
            return ()
        if len(part) < 4:
            return None
        if part in self._abbreviations:
            return self._abbreviations[part]
        word = self._word(part)
        return (word,) if word is not None else None
