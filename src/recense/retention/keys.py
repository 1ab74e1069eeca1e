"""How dates are written in cells, and the key of each (``recense.retention.counting``): the rules that SQL follows too.

Text: ISO 8601 with ``-``, ``/`` or ``.`` and with or without time and offset, ``31/01/2026`` as the French write it,
both with days and months of one digit too, ``12 mars 2021`` and ``12-Mar-2021``, ``20260131``, a year, five digits as
Excel counts days; numbers: a year, ``20260131``, Excel's days (20 000 to 80 000: as moments they would be the first
day of 1970), or a moment in seconds, milli-, micro- or nanoseconds since 1970. An American ``01/31/2026`` is no date
here, and ``01/02/2026`` is the first of February; a year of two digits is none, since its century is a guess.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from recense.retention.counting import NO_DATE

MOST_HOURS = 72_000_000
"""Hours around 1970 that are still within the years 1 to 9999, roughly; numbers beyond are no moments."""

UNITS = ((11, 1), (14, 10**3), (17, 10**6), (18, 10**9))
"""A number of fewer digits than the first is a moment in units of 1/second."""

_D = "[0-9]"
ISO = f"^{_D}{{4}}[-/.]{_D}{{2}}[-/.]{_D}{{2}}($|[T ])"
FRENCH = f"^{_D}{{2}}[-/.]{_D}{{2}}[-/.]{_D}{{4}}($|[T ])"
COMPACT = f"^{_D}{{8}}($|[T ])"
DASHED = f"^{_D}{{4}}-{_D}{{2}}-{_D}{{2}}($|[T ])"
SHORT: tuple[tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]], ...] = tuple(
    (f"^{_D}{{{d}}}[-/.]{_D}{{{m}}}[-/.]{_D}{{4}}($|[T ])", (d + m + 3, 4), (d + 2, m), (1, d))
    for d, m in ((1, 1), (1, 2), (2, 1))
) + tuple(
    (f"^{_D}{{4}}[-/.]{_D}{{{m}}}[-/.]{_D}{{{d}}}($|[T ])", (1, 4), (6, m), (m + 7, d))
    for d, m in ((1, 1), (1, 2), (2, 1))
)
"""Dates with a day or month of one digit: the pattern, and where year, month and day begin and how long they are."""

MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan",), ("fev", "fév", "feb"), ("mar",), ("avr", "apr"), ("mai", "may"), ("juin", "jun"), ("juil", "jul"),
    ("aou", "aoû", "aug"), ("sep",), ("oct",), ("nov",), ("dec", "déc"),
)  # fmt: skip
"""How the names of months begin in French and English, in lower case."""
_MONTH = "|".join(name for names in MONTHS for name in names)
NAMED: tuple[tuple[str, int, int], ...] = tuple(
    (f"^{_D}{{{d}}}{er}[-/. ]({_MONTH})[a-zéû]{{0,7}}[.]?[-/. ]{_D}{{4}}$", d, d + len(er) + 2)
    for d, er in ((1, ""), (2, ""), (1, "er"))
)
"""Days with the month's name, in lower case: the pattern, the digits of the day, and where the name begins."""
SERIAL = f"^[2-7]{_D}{{4}}$"
FIRST_SERIAL, LAST_SERIAL, SERIAL_1970 = 20_000, 80_000, 25_569
"""The days that Excel's numbers stand for: 1954 to 2119; the last is the number of 1970-01-01."""

YEAR = f"^{_D}{{4}}$"
DIGITS = f"^-?{_D}{{9,18}}$"
ZONED = f"^{_D}{{4}}-{_D}{{2}}-{_D}{{2}}[T ]{_D}{{2}}:{_D}{{2}}.*(Z|[+-]{_D}{{2}}(:?{_D}{{2}})?)$"
NUMBER = f"^-?{_D}{{1,15}}([.]{_D}{{1,9}})?$"

_ISO, _FRENCH, _COMPACT, _YEAR, _DIGITS, _ZONED = (
    re.compile(pattern.replace("$", r"\Z"), re.DOTALL) for pattern in (ISO, FRENCH, COMPACT, YEAR, DIGITS, ZONED)
)
_SHORT = tuple((re.compile(pattern.replace("$", r"\Z")), places) for pattern, *places in SHORT)
_NAMED = tuple((re.compile(pattern.replace("$", r"\Z")), digits) for pattern, digits, _ in NAMED)
_SERIAL = re.compile(SERIAL.replace("$", r"\Z"))
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?\Z")
_EPOCH = date(1970, 1, 1).toordinal()


def number_key(value: float | None) -> str | None:
    """Returns the key of a number.

    >>> number_key(1_700_000_000), number_key(20260131), number_key(2024), number_key(1_700_000_000_000)
    ('h472222', '2026-01-31', 'y2024', 'h472222')
    """
    if value is None:
        return None
    if value != value or abs(value) >= 10**18:  # not a number is not itself
        return NO_DATE
    if 1000 <= value <= 9999:
        return f"y{int(value):04d}"
    if FIRST_SERIAL <= value <= LAST_SERIAL:
        return f"h{(int(value) - SERIAL_1970) * 24 + 12}"
    if 10000101 <= value <= 99991231:
        text = str(int(value))
        return _day(text[:4], text[4:6], text[6:8])
    unit = next(unit for digits, unit in UNITS if abs(value) < 10**digits)
    hour = int(value // 1) // (3600 * unit)
    return f"h{hour}" if abs(hour) < MOST_HOURS else NO_DATE


def text_key(text: str | None) -> str | None:
    """Returns the key of a text without spaces around it.

    >>> text_key("31/01/2026"), text_key("2026-02-30"), text_key("2025-12-31T23:30:00Z"), text_key("soon")
    ('2026-01-31', '?', 'h490895', '?')
    """
    if not text:
        return None
    if _ZONED.match(text):
        return _zoned(text)
    if _ISO.match(text):
        return _day(text[:4], text[5:7], text[8:10])
    if _FRENCH.match(text):
        return _day(text[6:10], text[3:5], text[:2])
    if _COMPACT.match(text):
        return _day(text[:4], text[4:6], text[6:8])
    if _YEAR.match(text):
        return f"y{text}"
    if _DIGITS.match(text) or _SERIAL.match(text):
        return number_key(int(text))
    return _rare(text)


def _rare(text: str) -> str:
    """Returns the key of the ways of writing that few use.

    >>> _rare("1/2/2024"), _rare("2024-1-2"), _rare("1er août 2021"), _rare("12-Mar-2021"), _rare("29 fév. 2023")
    ('2024-02-01', '2024-01-02', '2021-08-01', '2021-03-12', '?')
    """
    for short, places in _SHORT:
        if short.match(text):
            year, month, day = (text[start - 1 : start - 1 + length].zfill(2) for start, length in places)
            return _day(year, month, day)
    lower = text.lower()
    for named, digits in _NAMED:
        if match := named.match(lower):
            number = next(number for number, names in enumerate(MONTHS, 1) if match[1] in names)
            return _day(text[-4:], f"{number:02d}", text[:digits].zfill(2))
    return NO_DATE


def _day(year: str, month: str, day: str) -> str:
    if year == "0000" or not "01" <= month <= "12" or not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return NO_DATE
    return f"{year}-{month}-{day}"


def _zoned(text: str) -> str:
    if _day(text[:4], text[5:7], text[8:10]) == NO_DATE:
        return NO_DATE
    days = date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal() - _EPOCH
    minutes = days * 1440 + int(text[11:13]) * 60 + int(text[14:16])
    if offset := _OFFSET.search(text):
        shift = int(offset[2]) * 60 + int(offset[3] or 0)
        minutes -= -shift if offset[1] == "-" else shift
    return f"h{minutes // 60}"
