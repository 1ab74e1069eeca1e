"""Made-up identifiers with true check digits.

A scanner proves a number by its key, so the numbers of the demo must carry valid ones. They are drawn from ranges
that nobody holds wherever such a range exists: phone numbers of the ARCEP fiction blocks, communes that do not exist,
plates not issued yet, documentation networks (RFC 5737, RFC 3849). Company numbers have no such range; one may by
chance equal the number of a real company, which is public and says nothing about it.
"""

from __future__ import annotations

import string
from random import Random

FICTION_LANDLINES = ("019900", "026191", "035301", "046571", "053649")
"""Blocks that ARCEP reserves for works of fiction (decision 2018-0881); libphonenumber holds them for valid."""

MOBILES = "0799"
"""The fiction block of mobiles (06 39 98) is refused by libphonenumber, so mobiles come from the top of 07."""

PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # the French series leaves I, O and U out
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


def digits(rng: Random, count: int) -> str:
    """Returns ``count`` random digits."""
    return "".join(rng.choice(string.digits) for _ in range(count))


def luhn(body: str) -> str:
    """Returns the Luhn check digit of ``body``.

    >>> luhn("7992739871")
    '3'
    """
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siren(rng: Random) -> str:
    """Returns a company number: eight digits and their Luhn digit."""
    body = rng.choice("345678") + digits(rng, 7)
    return body + luhn(body)


def siret(rng: Random, company: str) -> str:
    """Returns the number of an establishment of the company with this SIREN."""
    body = company + f"{rng.randint(1, 60):04d}"
    return body + luhn(body)


def vat(company: str) -> str:
    """Returns the French VAT number of a SIREN: its key is (12 + 3 x (SIREN mod 97)) mod 97.

    >>> vat("303265045")
    'FR40303265045'
    """
    return f"FR{(12 + 3 * (int(company) % 97)) % 97:02d}{company}"


def nir(rng: Random, female: bool, year: int, month: int) -> str:
    """Returns a social security number of 15 digits whose commune (code 9xx) does not exist.

    The key is 97 - (first thirteen digits mod 97). Only departments in which no commune has a code of 900 or more.
    """
    sex = "2" if female else "1"
    place = f"{rng.randint(1, 19):02d}{rng.randint(910, 979)}"
    body = f"{sex}{year % 100:02d}{month:02d}{place}{rng.randint(1, 899):03d}"
    return f"{body}{97 - int(body) % 97:02d}"


def rib(rng: Random) -> str:
    """Returns a bank account as bank, branch, account and key: 23 digits; bank 99xxx is given to nobody."""
    bank, branch, account = f"99{digits(rng, 3)}", digits(rng, 5), digits(rng, 11)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97
    return f"{bank}{branch}{account}{key:02d}"


def iban(account: str) -> str:
    """Returns the French IBAN of a RIB (ISO 13616: 98 minus the number mod 97; F is 15, R is 27)."""
    return f"FR{98 - int(account + '152700') % 97:02d}{account}"


def card(rng: Random) -> str:
    """Returns a card number of 16 digits with a Luhn digit."""
    body = rng.choice(("400000", "510510", "555555")) + digits(rng, 9)
    return body + luhn(body)


def ean(rng: Random) -> str:
    """Returns an EAN-13 of the French range; digits weigh 1 and 3 in turn."""
    body = f"3{rng.randint(0, 7)}" + digits(rng, 10)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


def landline(rng: Random) -> str:
    """Returns a landline of a fiction block, ten digits."""
    return rng.choice(FICTION_LANDLINES) + digits(rng, 4)


def mobile(rng: Random) -> str:
    """Returns a mobile number, ten digits."""
    return MOBILES + digits(rng, 6)


def spaced(number: str, separator: str = " ") -> str:
    """Returns a phone number as the French write it.

    >>> spaced("0199001234")
    '01 99 00 12 34'
    """
    return separator.join(number[at : at + 2] for at in range(0, len(number), 2))


def international(number: str) -> str:
    """Returns a French number with its country code.

    >>> international("0199001234")
    '+33 1 99 00 12 34'
    """
    return f"+33 {number[1]} {spaced(number[2:])}"


def plate(rng: Random) -> str:
    """Returns a vehicle plate of a series that is not issued yet (first letter from S)."""
    first, second = rng.choice("TVWXYZ"), rng.choice(PLATE_LETTERS)
    third = "".join(rng.choice(PLATE_LETTERS) for _ in range(2))
    return f"{first}{second}-{rng.randint(1, 999):03d}-{third}"


def ipv4(rng: Random) -> str:
    """Returns an address of a documentation network (RFC 5737)."""
    return f"{rng.choice(NETWORKS)}.{rng.randint(1, 254)}"


def ipv6(rng: Random) -> str:
    """Returns an address of the documentation network 2001:db8::/32 (RFC 3849)."""
    return "2001:db8:" + ":".join(f"{rng.getrandbits(16):x}" for _ in range(6))


def uuid4(rng: Random) -> str:
    """Returns a random UUID of version 4."""
    number = rng.getrandbits(128) & ~(0xF << 76) | (4 << 76)
    number = number & ~(0x3 << 62) | (2 << 62)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def token(rng: Random, length: int = 40) -> str:
    """Returns a random token of letters and digits."""
    return "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(length))


def bcrypt(rng: Random) -> str:
    """Returns text of the shape of a bcrypt hash; it hashes nothing."""
    alphabet = "./" + string.ascii_letters + string.digits
    return "$2b$12$" + "".join(rng.choice(alphabet) for _ in range(53))
