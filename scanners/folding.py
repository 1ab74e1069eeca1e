"""One spelling for characters that mean the same: what all detectors read instead of the raw text.

Word processors and spreadsheets write ``06 12 34 56 78`` with no-break spaces and ``192102-B`` with typographic
hyphens, Japanese keyboards full-width digits, and pandas turns a column of numbers with a gap into floats
(``732829320.0``). Folding replaces each such character by one ASCII character, so positions stay those of the original.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks that Windows' contacts and web pages leave around numbers; they read as a space."""

_TABLE = {ord(char): " " for char in SPACES + INVISIBLE}
_TABLE |= {ord(char): "-" for char in HYPHENS}
_TABLE |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
_TABLE[0xFF0D] = "-"

ODD = "".join(map(chr, sorted(_TABLE)))
"""Every character that folding changes."""

_FLOAT = re.compile(r"[ \t\r\n]{0,16}[0-9]{5,19}(\.0)[ \t\r\n]{0,16}")


def fold(text: str) -> str:
    """Returns the text with look-alikes made plain; it has the same length, so spans found in it are valid in ``text``.

    A cell that is nothing but an integer written as a float loses its ``.0`` to two spaces.

    >>> fold("06\\u202f12\\u202f34")
    '06 12 34'
    >>> fold("732829320.0")
    '732829320  '
    """
    if not text.isascii():
        text = text.translate(_TABLE)
    if ".0" in text[-20:] and (tail := _FLOAT.fullmatch(text)):
        text = text[: tail.start(1)] + "  " + text[tail.end(1) :]
    return text


def plain(text: str) -> str:
    """Returns the text in lower case without accents, character by character (a ligature stays one character).

    >>> plain("Numéro de SÉCU")
    'numero de secu'
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_plain, text))


@lru_cache(4096)
def _plain(char: str) -> str:
    if unicodedata.combining(char):
        return ""
    return unicodedata.normalize("NFD", char.lower())[0]
