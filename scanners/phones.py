"""Which numbers the French numbering plan allows, by libphonenumber's own tables.

``phonenumbers.parse(text, "FR")`` calls numbers of Réunion, Guadeloupe, Martinique, Guyane and Mayotte invalid, and
costs 30 µs a number. Its tables are regular expressions, so the valid national numbers of all French regions are
joined once into two expressions; a test holds them equal to ``phonenumbers.is_valid_number``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from recense.scanners.digits import digits_of

NATIONAL = ("FR", "RE", "GP", "BL", "MF", "MQ", "GF", "YT")
"""Regions whose numbers are dialled 0 + nine digits throughout France."""

OVERSEAS = ("PM", "NC", "PF", "WF")
"""Regions with short numbers of their own, known by their country code only."""

_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "uan", "pager",
    "voicemail",
)  # fmt: skip


def _plan(region: str) -> tuple[int, str]:
    """Returns a region's country code and an expression for its valid national numbers."""
    from phonenumbers import PhoneMetadata

    data: Any = PhoneMetadata.metadata_for_region(region)
    kinds = [getattr(data, kind) for kind in _KINDS]
    numbers = "|".join(f"(?:{kind.national_number_pattern})" for kind in kinds if kind and kind.national_number_pattern)
    return data.country_code, f"(?:{numbers})"


@cache
def expressions() -> tuple[str, str]:
    """Returns expressions, for ``re`` and RE2, of numbers without and with their country code."""
    plans = {region: _plan(region) for region in NATIONAL + OVERSEAS}
    # ARCEP keeps 06 39 98 for fiction; the library calls it invalid, but test data and films are full of it.
    national = "|".join(plans[region][1] for region in NATIONAL) + r"|63998\d{4}"
    international = "|".join(f"{code}{numbers}" for code, numbers in plans.values()) + r"|3363998\d{4}"
    return national, international


@cache
def _plans() -> tuple[re.Pattern[str], re.Pattern[str]]:
    national, international = expressions()
    return re.compile(national, re.ASCII), re.compile(international, re.ASCII)


def french(text: str) -> bool:
    """Tells whether a text is a number of the French plan: 0X…, +33…, 0033…, 33…, or an overseas country code.

    >>> french("0692 12 34 56"), french("+33 (0)1 64 53 20 00"), french("0700000000")
    (True, True, False)
    """
    national, international = _plans()
    plain = text.replace("(0)", "")
    digits = digits_of(plain)
    if plain.lstrip(" (").startswith("+"):
        return bool(international.fullmatch(digits))
    if digits.startswith("00"):
        return bool(international.fullmatch(digits[2:]))
    if digits.startswith("0") and len(digits) == 10:
        return bool(national.fullmatch(digits[1:]))
    return len(digits) == 11 and bool(international.fullmatch(digits))


def french_short(text: str) -> bool:
    """Tells whether nine digits are a French number whose leading zero a spreadsheet took."""
    return bool(_plans()[0].fullmatch(digits_of(text)))


def international(text: str) -> bool:
    """Tells whether a text that begins with + or 00 is a valid number of any country."""
    import phonenumbers

    if french(text):
        return True
    number = "+" + digits_of(text.replace("(0)", "")).removeprefix("00")
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, None)))
    except phonenumbers.NumberParseException:
        return False


def possible(text: str) -> bool:
    """Tells whether a text that begins with + or 00 has a country's code and a length that its numbers have.

    Numbers for fiction and new ranges are not valid in any table. Amounts (+12 500 000) and dates are none.
    """
    import phonenumbers

    number = _EXTENSION.sub("", text).replace("(0)", "")
    groups = _GROUPS.findall(number)
    if 1 < len(groups) < 4 and _is_amount(groups) and "(" not in number and "-" not in number:
        return False
    digits = digits_of(number).removeprefix("00")
    try:
        return len(digits) >= 9 and bool(phonenumbers.is_possible_number(phonenumbers.parse("+" + digits, None)))
    except phonenumbers.NumberParseException:
        return False


_EXTENSION = re.compile(r"[ ,]*(?:x|ext\.?|extension|poste)[ .:]*[0-9]{1,6}$", re.IGNORECASE)


def american(text: str) -> bool:
    """Tells whether ten grouped digits, a 1 before them or not, are built as a North American number.

    Area codes begin with 2 to 9 and do not end in 11 (NANP); exchanges are not looked at, since made-up numbers have
    any.
    """
    digits = digits_of(_EXTENSION.sub("", text)).removeprefix("00")
    digits = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return len(digits) == 10 and digits[0] in "23456789" and digits[1:3] != "11" and len(set(digits)) > 2


def english(text: str) -> bool:
    """Tells whether a text is a valid national number of the United Kingdom or of the North American plan."""
    import phonenumbers

    for region in ("GB", "US"):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


_GROUPS = re.compile(r"[0-9]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def national(text: str) -> bool:
    """Tells whether grouped digits may be a telephone number of some country.

    It has seven to thirteen digits (E.164 less a country code), and is no date, amount in thousands, range of years,
    dotted version or network address.

    >>> [national(t) for t in ("0512 55 12 34", "22-11-2026", "12 500 000", "2024-2025", "192.168.10.12")]
    [True, False, False, False, False]
    """
    text = _EXTENSION.sub("", text)
    groups = _GROUPS.findall(text)
    if not 7 <= sum(map(len, groups)) <= 13:
        return False
    if _is_date(groups):
        return False
    if (
        len(groups) > 1
        and text.count(".") == len(groups) - 1
        and any(len(group) == 1 or int(group) < 256 for group in groups[:2])
    ):
        return groups[0].startswith("0") or (all(len(group) == 3 for group in groups[:2]) and len(groups[-1]) == 4)
    thousands = _is_amount(groups)
    years = len(groups) == 2 and all(_YEAR.fullmatch(group) for group in groups)
    return not years and not (thousands and "-" not in text and "(" not in text)


def introduced(text: str) -> bool:
    """Tells whether digits right behind a label (``Mobile: 737 219 628``) may be a telephone number.

    As ``national``, and groups of three without a leading zero are allowed when they end in no round number.
    """
    number = _EXTENSION.sub("", text)
    groups = _GROUPS.findall(number)
    if _is_amount(groups) and sum(map(len, groups)) >= 8:
        return not number.endswith("00")
    return national(text)


def zero_led(text: str) -> bool:
    """Tells whether grouped digits behind a trunk 0 may be a telephone number: no date, nine to twelve digits."""
    groups = _GROUPS.findall(_EXTENSION.sub("", text))
    digits = "".join(groups)
    return len(groups) > 1 and 9 <= len(digits) <= 12 and digits[0] == "0" < digits[1] and national(text)


def _is_amount(groups: list[str]) -> bool:
    """Tells whether groups of digits are thousands: ``12 500 000``."""
    return (
        len(groups) > 1
        and len(groups[0]) <= 3
        and not groups[0].startswith("0")
        and all(len(group) == 3 for group in groups[1:])
    )


def _is_date(groups: list[str]) -> bool:
    """Tells whether the first three groups are a day, a month and a year, in any usual order."""
    if len(groups) < 3 or any(len(group) > 4 for group in groups[:3]):
        return False
    first, second, third = groups[:3]
    if len(second) > 2 or int(second) > 31:
        return False
    year_first = bool(_YEAR.fullmatch(first)) and int(third) <= 31
    year_last = len(first) <= 2 and int(first) <= 31 and (len(third) == 2 or bool(_YEAR.fullmatch(third)))
    return year_first or (year_last and min(int(first), int(second)) <= 12)
