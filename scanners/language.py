"""Which language is this text? One answer per value, from the value alone, so that evidence merges in any order.

py3langid restricted to the languages a European text is likely to be in was the best of five libraries on short
notes (1.000 French and English, 54 000 texts a second). Only French and English have models and word lists here; a
text in another language is *said* to be in another language and read with the nearer of the two.

Names, numbers and codes alone have no language: a text needs four words, or a word that only one language has.
"""

from __future__ import annotations

import functools
import re
from typing import Any

FRENCH, ENGLISH, OTHER = "fr", "en", "other"
READABLE = (FRENCH, ENGLISH)

_CANDIDATES = ("fr", "en", "de", "es", "it", "nl", "pt")
_NEARER = {"es": FRENCH, "it": FRENCH, "pt": FRENCH, "de": ENGLISH, "nl": ENGLISH}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HEAD = 2_000
"""Characters that are looked at: more does not change the answer."""

_FRENCH_WORDS = frozenset(
    "le la les un une des du de et est sont à au aux pour par sur avec dans pas plus ne que qui ce cette ces il elle ils elles nous vous je j'ai "
    "c'est d'un d'une mais ou où été être avoir son sa ses leur chez merci bonjour client rappeler devis lors suite vers très".split()
)
_ENGLISH_WORDS = frozenset(
    "the a an of and is are was were to in for with on at by from not this that these it he she they we you i i'm it's has have had be been but or "
    "his her their our your who which please thanks hello hi dear my me will would can could".split()
)


@functools.cache
def _identifier() -> Any:
    """Returns py3langid restricted to the candidates (0.3 s, 81 MB)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(_CANDIDATES))
    return identifier


@functools.lru_cache(maxsize=4_096)
def _classify(text: str) -> str:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    heads = [piece for word in words for piece in (word, word.partition("'")[0])]
    french = sum(word in _FRENCH_WORDS for word in heads)
    english = sum(word in _ENGLISH_WORDS for word in words)
    # Capitalised words alone are names, which have no language.
    prose = len(words) >= 4 and sum(word.islower() for word in _WORD.findall(text)) >= 2
    if not prose:
        return FRENCH if french > english else ENGLISH if english > french else ""
    if len(words) < 12 and (french >= 2 or english >= 2) and french != english:
        return FRENCH if french > english else ENGLISH
    return str(_identifier().classify(text)[0])


def identify(text: str) -> str | None:
    """Returns ``fr``, ``en`` or ``other``, or None when the text has no language (names, codes, numbers).

    >>> [identify(t) for t in ("Rappeler le client demain matin", "Please call me back", "DUPONT Jean")]
    ['fr', 'en', None]
    """
    found = _classify(text[:_HEAD])
    return None if not found else found if found in READABLE else OTHER


def reading_language(text: str, default: str = FRENCH) -> str:
    """Returns the language whose model reads the text best: its own, the nearer one, or the default when it has none."""
    found = _classify(text[:_HEAD])
    return found if found in READABLE else _NEARER.get(found, default)


def is_prose(text: str) -> bool:
    """Tells whether the text is running words: five or more, most of them in lower case."""
    words = _WORD.findall(text[:_HEAD])
    return len(words) >= 5 and sum(word.islower() for word in words) * 2 >= len(words)
