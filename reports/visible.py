r"""Makes hostile names safe to show: what a reader cannot see, or what moves other text, becomes a visible escape.

A table, column or file may be called anything: ``\x1b[2J`` clears a terminal, U+202E turns the rest of a line round,
a line break forges a row. Formats for people show names through ``visible``; the escaping of a format's own syntax
(HTML, Markdown) comes after it. Formats for machines keep names exact and escape them by their own rules.
"""

from __future__ import annotations

import re
import unicodedata

# Control, format (bidi overrides, zero-width), surrogate, private use, unassigned; line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN = re.compile(r"[ -~]+")
_ELLIPSIS = "…"


def visible(text: str) -> str:
    r"""Returns the text on one line, with every invisible or line-moving character written as an escape.

    >>> print(visible("a\x1b[2J\u202eb\n"))
    a\x1b[2J\u202eb\x0a
    >>> visible("prénom"), visible("  ")
    ('prénom', '"  "')
    """
    if not text.strip():
        return f'"{_escaped(text)}"'
    if _PLAIN.fullmatch(text):
        return text
    shown = _escaped(text)
    # A mark without a letter of its own would sit on the border or quote before it.
    return "◌" + shown if unicodedata.category(shown[0]).startswith("M") else shown


def is_hidden(char: str) -> bool:
    """Tells whether a character cannot be seen, or acts on the text or the terminal around it."""
    return unicodedata.category(char) in _HIDDEN


def _escaped(text: str) -> str:
    return "".join(_escape(char) if is_hidden(char) else char for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no text (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def encodable(text: str) -> str:
    r"""Returns the text unchanged but for lone surrogates, which no UTF-8 output can carry, as visible escapes.

    >>> encodable("caf\udce9")
    'caf\\xe9'
    """
    return re.sub("[\ud800-\udfff]", lambda match: _escape(match[0]), text)


def inert(value: object) -> object:
    """Returns a cell of CSV that no spreadsheet computes: a formula begins with an apostrophe, nothing is empty.

    >>> inert("=HYPERLINK(1)"), inert(None), inert(-1)
    ("'=HYPERLINK(1)", '', -1)
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value


def shortened(text: str, width: int) -> str:
    """Returns the text cut in its middle to at most ``width`` terminal cells: both ends of a name tell it apart.

    >>> shortened("contacts[].address.postal_code", 16)
    'contacts…al_code'
    """
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return text
    head = _fitting(text, width // 2)
    tail = text[-4 * width :] if width > 0 else ""
    while tail and cell_len(head + _ELLIPSIS + tail) > width:
        tail = tail[1:]
    return clipped(head + _ELLIPSIS + tail, width)


def clipped(text: str, width: int) -> str:
    """Returns the text cut at its end to at most ``width`` terminal cells: labels are read from their start.

    >>> clipped("Trade union membership", 12)
    'Trade union…'
    """
    from rich.cells import cell_len

    return text if cell_len(text) <= width else _fitting(text, max(width - 1, 0)) + _ELLIPSIS[: max(width, 0)]


def _fitting(text: str, room: int) -> str:
    """Returns a start of the text that fits into so many cells; a mark may change the width of what it follows."""
    from rich.cells import cell_len

    head = text[: 4 * room]
    while head and cell_len(head) > room:
        head = head[:-1]
    return head
