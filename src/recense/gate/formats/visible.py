"""Names from hostile files, made harmless: what could command a terminal, or hide, is written out."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from recense.plural import counted

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BEYOND = re.compile(r"[^\t\n -~]")


def visible(text: str) -> str:
    r"""Returns text on one line, in which characters that nobody sees or that move others are written out.

    >>> visible("a\x1b[2Jb\nc\u202e, prénom")
    'a\\x1b[2Jb\\nc\\u202e, prénom'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(ascii(char)[1:-1] if unicodedata.category(char) in _HIDDEN else char for char in text)


def as_json(data: Any, indent: int | None = 2) -> str:
    r"""Returns JSON in which letters are letters, and characters that nobody sees are escapes; names stay exact.

    >>> as_json(["é\u202e"], None)
    '["é\\u202e"]'
    """

    def escape(match: re.Match[str]) -> str:
        return json.dumps(match[0])[1:-1] if unicodedata.category(match[0]) in _HIDDEN else match[0]

    return _BEYOND.sub(escape, json.dumps(data, ensure_ascii=False, indent=indent))


def summary(counts: Mapping[str, int]) -> str:
    """Returns the counts as a sentence: ``18 personal fields: 16 block, 2 warn, 0 allowed``."""
    found = counts["fields"]
    text = f"{counted(found, 'personal field')}: {counts['block']} block, {counts['warn']} warn, "
    text += f"{counts['allow']} allowed"
    if counts["unread"]:
        text += f"; {counts['unread']} not read"
    if counts["notes"]:
        text += f"; {counted(counts['notes'], 'note')}"
    return text
