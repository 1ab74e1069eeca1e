"""Check digits of machine-readable zones: ICAO 9303 (passports, identity cards) and the French card before 2021.

Weights 7-3-1 over digits, letters (A is 10) and fillers (0): ICAO Doc 9303 part 3, section 4.9. The French card's
layout (two lines of 36, IDFRA) is in no library; it was verified on the well-known specimen.
"""

from __future__ import annotations

_VALUES = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def digit(field: str) -> str:
    """Returns the check digit of a field.

    >>> digit("L898902C3")
    '6'
    """
    return str(sum(_VALUES[char] * (7, 3, 1)[index % 3] for index, char in enumerate(field)) % 10)


def _right(field: str, given: str, empty: bool = False) -> bool:
    """Tells whether a check digit is right; an empty optional field may have the filler for it."""
    return digit(field) == given or (empty and given == "<" and not field.strip("<"))


def valid(text: str) -> bool:
    """Tells whether a text is a zone of a known layout with right check digits."""
    lines = text.upper().split()
    if any(char not in _VALUES for line in lines for char in line):
        return False
    lengths = [len(line) for line in lines]
    if lengths == [44, 44]:
        return _td3(lines[1])
    if lengths == [36, 36]:
        return _old_card(lines) if lines[0].startswith("IDFRA") else _td2(lines[1])
    return lengths == [30, 30, 30] and _td1(lines)


def _td3(line: str) -> bool:
    return (
        _right(line[:9], line[9])
        and _right(line[13:19], line[19])
        and _right(line[21:27], line[27])
        and _right(line[28:42], line[42], empty=True)
        and _right(line[:10] + line[13:20] + line[21:43], line[43])
    )


def _td2(line: str) -> bool:
    return (
        _right(line[:9], line[9])
        and _right(line[13:19], line[19])
        and _right(line[21:27], line[27])
        and _right(line[:10] + line[13:20] + line[21:35], line[35])
    )


def _td1(lines: list[str]) -> bool:
    first, second = lines[0], lines[1]
    return (
        _right(first[5:14], first[14])
        and _right(second[:6], second[6])
        and _right(second[8:14], second[14])
        and _right(first[5:30] + second[:7] + second[8:15] + second[18:29], second[29])
    )


def _old_card(lines: list[str]) -> bool:
    """Two lines of 36: number 0-11 with key, first names, birth date 27-32 with key, sex, key over both lines."""
    line = lines[1]
    return _right(line[:12], line[12]) and _right(line[27:33], line[33]) and _right(lines[0] + line[:35], line[35])
