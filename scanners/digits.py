"""What all check digits begin with: the digits or letters of a text, and the Luhn formula."""

from __future__ import annotations

import re

_ALNUM = re.compile(r"[^0-9A-Za-z]+")


def compact(text: str) -> str:
    """Returns the ASCII letters and digits of a text, in upper case."""
    return _ALNUM.sub("", text).upper()


def luhn(text: str) -> bool:
    """Tells whether the digits of a text pass the Luhn formula (ISO/IEC 7812-1 annex B)."""
    digits = digits_of(text)
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    total = sum(int(char) for char in digits[-1::-2]) + sum(doubled[int(char)] for char in digits[-2::-2])
    return bool(digits) and total % 10 == 0 and digits.strip("0") != ""


_VEILED = bytes(48 if 48 <= byte < 58 else byte for byte in range(256))


def veiled(text: str) -> bytes:
    r"""Returns the text as UTF-8 with 0 for each ASCII digit: what looks for digits in long texts begins there.

    >>> veiled("tél. 06 12")
    b't\xc3\xa9l. 00 00'
    """
    return text.encode("utf-8", "surrogatepass").translate(_VEILED)


def digits_of(text: str) -> str:
    """Returns the ASCII digits of a text."""
    return "".join(char for char in text if "0" <= char <= "9")
