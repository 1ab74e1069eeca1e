"""What spreadsheets and exports do to cells."""

from __future__ import annotations

from random import Random

from benchmarks.accuracy.french.people import plain


def zero_lost(text: str) -> str:
    """Returns a number as a spreadsheet keeps it: the zero in front is gone."""
    return text.lstrip("0") or "0"


def as_float(text: str) -> str:
    """Returns a number as a column with gaps keeps it: ``612345678.0``."""
    return f"{zero_lost(text)}.0"


def shouted(text: str) -> str:
    """Returns a text in capitals without accents, as old systems print it."""
    return plain(text).upper()


def serial_day(ordinal: int) -> str:
    """Returns a day as the number that Excel keeps (day 1 is 1 January 1900, with its leap year that never was)."""
    return str(ordinal - 693_594)


def misread(text: str) -> str:
    """Returns UTF-8 read as Latin-1: ``Ã©`` for ``é``."""
    return text.encode("utf-8").decode("latin-1")


def untidy(rng: Random, text: str) -> str:
    """Returns a text with the blanks that people leave around it, sometimes."""
    return rng.choice((text, text, text, f" {text}", f"{text} ", text.replace(" ", "  ")))
