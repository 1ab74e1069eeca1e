"""Real-looking values in fixtures: e-mail and phone, IBAN, NIR and payment card, by their own check digits.

Five kinds that need no library, so that every machine gives the same answer; ``recense scan`` knows all the others.
What is reserved for examples is left out: the domains of RFC 2606 and RFC 6761, the numbers that Arcep, Ofcom and the
North American plan keep for fiction, the test cards and IBANs that payment providers and banks publish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CATEGORIES: Mapping[str, str] = {
    "EMAIL_ADDRESS": "contact",
    "PHONE_NUMBER": "contact",
    "IBAN_CODE": "banking",
    "CREDIT_CARD": "banking",
    "FR_NIR": "government_id",
}
"""What is looked for, with its category."""
CHANCE: Mapping[str, float] = {"CREDIT_CARD": 0.5}
"""Share of a column's cells that has to match where random digits pass often; any one cell is enough elsewhere."""

_LONGEST = 4_096
_EMAIL = re.compile(r"[\w.+'-]{1,64}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24})\b", re.I)
_RESERVED = re.compile(
    r"(?:^|\.)(?:example|test|invalid|localhost|local)(?:\.(?:com|org|net|edu|fr|eu|de|uk|be|ch))?$", re.I
)
_PHONE = re.compile(r"(?:\+|00)\d{1,3}[ .-]?(?:\(0\)[ .-]?)?\d(?:[ .-]?\d){6,11}|0[1-9](?:[ .-]\d{2}){4}")
_FICTION = re.compile(
    r"(?:\+33|0033|0)(?:19900|26191|35301|46571|53649|63998)\d{4}"  # Arcep, decision 2018-0881
    r"|(?:\+44|0044)(?:7700900|1632960|2079460)\d{3}"  # Ofcom, numbers for drama use
    r"|(?:\+1|001)\d{3}55501\d{2}"
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_NIR = re.compile(r"[12378]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6}\d{2}")
_CARD = re.compile(r"(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d{2})\d{12})")
_PUBLISHED = frozenset({
    "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "5555555555554444",
    "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "4000002500003155",
    "GB82WEST12345698765432", "GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606",
    "FR7630006000011234567890189", "BE68539007547034", "NL91ABNA0417164300", "ES9121000418450200051332",
    "255081416802538", "185057800608436", "269054958815780", "100000000000000",
})  # fmt: skip


def entity_of(text: str) -> str | None:
    """Returns the entity that a cell looks like, None when it looks like nothing or is reserved for examples.

    >>> entity_of("jeanne@example.org"), entity_of("jeanne@lefevre-chauffage.fr"), entity_of("06 39 98 12 34")
    (None, 'EMAIL_ADDRESS', None)
    """
    if not 6 < len(text) <= _LONGEST:
        return None
    if "@" in text and any(not _RESERVED.search(match[1]) for match in _EMAIL.finditer(text)):
        return "EMAIL_ADDRESS"
    whole = text.strip()
    if _PHONE.fullmatch(whole):
        digits = re.sub(r"\(0\)|[^\d+]", "", whole)
        return None if _FICTION.fullmatch(digits) or _is_plain(digits) else "PHONE_NUMBER"
    packed = re.sub(r"[\s-]", "", whole).upper()
    if packed in _PUBLISHED:
        return None
    if _IBAN.fullmatch(packed) and _iban(packed):
        return "IBAN_CODE"
    if _NIR.fullmatch(packed) and _nir(packed):
        return "FR_NIR"
    return "CREDIT_CARD" if _CARD.fullmatch(packed) and _luhn(packed) and not _is_plain(packed) else None


def _is_plain(digits: str) -> bool:
    """Tells whether digits are a placeholder: one digit over and over, or a count (0102030405, 123456789)."""
    tail = digits[-8:]
    return len(set(tail)) <= 2 or tail in "0123456789012345678" or tail in "98765432109876543210" or tail == "02030405"


def _iban(text: str) -> bool:
    turned = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def _nir(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def _luhn(text: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(text)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0
