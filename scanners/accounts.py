"""Check digits of bank accounts and payment cards."""

from __future__ import annotations

import warnings
from functools import cache, lru_cache

from recense.scanners.digits import compact, digits_of, luhn

_RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def rib(text: str) -> bool:
    """Tells whether a text is a French RIB with its key: 97 - (89 bank + 15 branch + 3 account) mod 97 (CFONB)."""
    number = compact(text)
    if len(number) != 23 or not (number[:10] + number[21:]).isdigit() or number.strip("0") == "":
        return False
    digits = number.translate(_RIB_LETTERS)
    weighted = 89 * int(digits[:5]) + 15 * int(digits[5:10]) + 3 * int(digits[10:21])
    return 97 - weighted % 97 == int(digits[21:])


def mod97(text: str) -> bool:
    """Tells whether a text passes ISO 7064 mod 97-10, the first four characters read last (ISO 13616)."""
    code = compact(text)
    if len(code) < 5:
        return False
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


@lru_cache(4096)
def iban(text: str) -> bool:
    """Tells whether a text is an IBAN: length, structure, check digits, and the bank's own key where one is known.

    python-stdnum, Presidio and schwifty's default accept a French IBAN with a wrong RIB key; schwifty with
    ``validate_bban`` does not.
    """
    if not mod97(text):
        return False
    import schwifty

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no national checksum for MA" is no news to anyone
        try:
            schwifty.IBAN(compact(text), validate_bban=True)
        except ValueError:
            return False
    return True


def bic(text: str) -> bool:
    """Tells whether a text is built like a BIC of an existing country (ISO 9362): INCENDIE is none, no country ND."""
    from stdnum import bic as register

    return bool(register.is_valid(text)) and compact(text)[4:6] in countries()


@cache
def countries() -> frozenset[str]:
    """Returns the two-letter codes of all countries (ISO 3166, and XK for Kosovo)."""
    import pycountry

    return frozenset(country.alpha_2 for country in pycountry.countries) | {"XK"}


def _range(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(first, last + 1))


_BRANDS: tuple[tuple[tuple[str, ...], frozenset[int]], ...] = (
    (("4",), frozenset({16, 19})),  # Visa; thirteen digits are out of use, and EAN of Germany begin with 4
    (_range(51, 55) + _range(2221, 2720), frozenset({16})),  # Mastercard
    (("34", "37"), frozenset({15})),  # American Express
    ((*_range(300, 305), "3095", "36", "38", "39"), frozenset({14, 16, 19})),  # Diners
    (("6011", "65", *_range(644, 649)), frozenset({16, 19})),  # Discover
    (_range(3528, 3589), frozenset({16, 19})),  # JCB
    (("2131", "1800"), frozenset({15})),  # JCB, the first ones
    (_range(2200, 2204), frozenset({16, 18, 19})),  # Mir
    (("62", "81"), frozenset({16, 17, 18, 19})),  # UnionPay
    (("5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763"), frozenset({16, 18, 19})),  # Maestro
    (("60", "6521", "6522"), frozenset({16})),  # RuPay
)
"""Issuer ranges and lengths of the brands (ISO/IEC 7812; the brands' own tables)."""


def card_range(digits: str) -> bool:
    """Tells whether a brand issues cards of this beginning and length."""
    return any(len(digits) in lengths and digits.startswith(prefixes) for prefixes, lengths in _BRANDS)


def card_prefixes(length: int) -> tuple[str, ...]:
    """Returns the first digits, one to four, of the cards of this length that brands issue."""
    return tuple(prefix for prefixes, lengths in _BRANDS if length in lengths for prefix in prefixes)


def card(text: str) -> bool:
    """Tells whether a text is a payment card number: a brand's range and length, Luhn, and no SIRET."""
    from stdnum.fr import siret

    digits = digits_of(text)
    return card_range(digits) and luhn(digits) and not (len(digits) == 14 and siret.is_valid(digits))


def card_labelled(text: str) -> bool:
    """Tells whether a number that its label calls a card's may be one: 12 to 19 digits, an issuer's beginning, Luhn.

    ISO/IEC 7812-1 gives 1 to 6 to airlines, travel, banks and shops; 8 is for telephone cards (ICCID), 9 for national
    use. Old Visa numbers have thirteen digits and those of Maestro twelve on, which product codes have as well.
    """
    digits = digits_of(text)
    return 12 <= len(digits) <= 19 and digits[0] in "123456" and len(set(digits)) > 1 and luhn(digits)
