"""Which language is this text? One answer per value, from the value alone, so that evidence merges in any order.

py3langid restricted to the languages a European text is likely to be in was the best of five libraries on short
notes (1.000 French and English, 54 000 texts a second). Only French and English have models and word lists here; a
text in another language is *said* to be in another language and read with the nearer of the two.

Names, numbers and codes alone have no language: a text needs four words, or a word that only one language has.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import yaml

FRENCH, ENGLISH, OTHER = "fr", "en", "other"
READABLE = (FRENCH, ENGLISH)

_CANDIDATES = ("fr", "en", "de", "es", "it", "nl", "pt")
_NEARER = {"es": FRENCH, "it": FRENCH, "pt": FRENCH, "de": ENGLISH, "nl": ENGLISH}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HEAD = 2_000
"""Characters that are looked at: more does not change the answer."""


@functools.cache
def _function_words(language: str) -> frozenset[str]:
    """Returns the words that only this language has (``wordlists/language.yaml``)."""
    path = Path(__file__).parent / "wordlists" / "language.yaml"
    return frozenset(yaml.safe_load(path.read_text(encoding="utf-8"))[language])


@functools.cache
def _identifier() -> Any:
    """Returns py3langid restricted to the candidates (0.3 s, 45 MB)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(_CANDIDATES))
    # What it would need to go back to all 142 languages: 28 MB that nobody asks for.
    identifier._full_model = (identifier.nb_ptc, identifier.nb_pc, identifier.nb_classes)
    return identifier


@functools.lru_cache(maxsize=4_096)
def _classify(text: str) -> str:
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    french_words, english_words = _function_words(FRENCH), _function_words(ENGLISH)
    french = sum(word in french_words or word.partition("'")[0] in french_words for word in words)
    english = sum(word in english_words for word in words)
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
    """Returns the language whose model reads the text best: its own, else the nearer one, else the default."""
    found = _classify(text[:_HEAD])
    return found if found in READABLE else _NEARER.get(found, default)


def is_prose(text: str) -> bool:
    """Tells whether the text is running words: five or more, most of them in lower case."""
    words = _WORD.findall(text[:_HEAD])
    return len(words) >= 5 and sum(word.islower() for word in words) * 2 >= len(words)
