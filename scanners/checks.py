"""What a match must pass beyond its shape: check digits and validators, by the name that detectors use.

Well-kept libraries do the work where one exists: ``stdnum.<module>`` names any module of python-stdnum, schwifty
checks bank accounts, libphonenumber's tables phone numbers. What stands here is only what none of them has. Every
check takes the text of a match, as written, and says yes or no; it never raises on any text.
"""

from __future__ import annotations

import importlib
import ipaddress
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any

from recense.scanners import accounts, mrz, phones
from recense.scanners.digits import compact, digits_of, luhn

Check = Callable[[str], bool]

# --- persons -------------------------------------------------------------------------------------------------------

_NIR = re.compile(
    r"(?P<sex>[1-478])(?P<year>\d\d)(?P<month>\d\d)(?P<place>(?P<dept>\d\d|2[AB])\d{3})(?P<order>\d{3})(?P<key>\d\d)?",
    re.ASCII,
)


def nir_structure(text: str) -> bool:
    """Tells whether a text is built like a NIR, with or without key.

    Months 20-42 and 50-99 stand for incomplete civil status; order number 000 and commune 000 are never given
    (INSEE, numéro d'inscription au répertoire). python-stdnum checks none of this.
    """
    parts = _NIR.fullmatch(compact(text))
    if parts is None:
        return False
    month = int(parts["month"])
    return (
        (1 <= month <= 12 or 20 <= month <= 42 or month >= 50)
        and parts["dept"] != "00"
        and parts["place"][2:] != "000"
        and parts["order"] != "000"
    )


def nir(text: str) -> bool:
    """Tells whether a text is a NIR (or NIA) with its key: 97 - (n mod 97), 2A counts as 19 and 2B as 18."""
    number = compact(text)
    if len(number) != 15 or not nir_structure(number):
        return False
    value = int(number[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - value % 97 == int(number[13:])


def spi(text: str) -> bool:
    """Tells whether a text is a French tax number; a spreadsheet may have taken its leading zero."""
    return check("stdnum.fr.nif")(digits_of(text).zfill(13))


def rpps(text: str) -> bool:
    """Tells whether a text is an RPPS (Luhn over its eleven digits), alone or behind the 8 of an IDNPS."""
    return luhn(digits_of(text)[-11:])


def finess(text: str) -> bool:
    """Tells whether a text is a FINESS (Luhn; Corsica's letter counts 0); a leading zero may be lost."""
    return luhn(compact(text).zfill(9).translate(_CORSICA))


_CORSICA = str.maketrans("AB", "00")


def us_ssn(text: str) -> bool:
    """Tells whether a text is an SSN of a range that is given out."""
    return check("stdnum.us.ssn")(digits_of(text))


def us_itin(text: str) -> bool:
    """Tells whether a text is an ITIN of a group that is given out."""
    return check("stdnum.us.itin")(digits_of(text))


def es_dni(text: str) -> bool:
    """Tells whether a text is a Spanish DNI, with the points that people write; a leading zero may be lost."""
    return check("stdnum.es.dni")(compact(text).zfill(9))


def uai(text: str) -> bool:
    """Tells whether a text is a French school code: the letter is n mod 23 in an alphabet without I, O, Q."""
    code = compact(text)
    return len(code) == 8 and code[:7].isdigit() and "ABCDEFGHJKLMNPRSTUVWXYZ"[int(code[:7]) % 23] == code[7]


def lu_matricule(text: str) -> bool:
    """Tells whether a text is a Luxembourg matricule: a birth date, then a Luhn and a Verhoeff digit over 11 digits."""
    digits = digits_of(text)
    if len(digits) != 13 or not _is_date(digits[:8]):
        return False
    return luhn(digits[:12]) and check("stdnum.verhoeff")(digits[:11] + digits[12])


# --- companies -----------------------------------------------------------------------------------------------------


def siren(text: str) -> bool:
    """Tells whether a text is a SIREN: nine digits, Luhn."""
    return check("stdnum.fr.siren")(digits_of(text)) and luhn(text)


def siret(text: str) -> bool:
    """Tells whether a text is a SIRET: its SIREN and itself by Luhn, La Poste's by digit sum."""
    return check("stdnum.fr.siret")(digits_of(text)) and luhn(digits_of(text)[:9])


def vat_fr(text: str) -> bool:
    """Tells whether a text is a French VAT number: FR, key, SIREN."""
    return check("stdnum.fr.tva")(compact(text))


# --- technical -----------------------------------------------------------------------------------------------------


def ip(text: str) -> bool:
    """Tells whether a text is the address of a machine somebody may use.

    Not loopback, unspecified, multicast or broadcast; nor four octets below 20 (1.2.3.4 is a version number; one
    public address in 27 000 is lost), unless it lies in 10/8; nor a network as a whole (Chrome/109.0.0.0).
    """
    try:
        address = ipaddress.ip_address(text.split("%")[0].split("/")[0])
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return True
    octets = address.packed
    if octets == b"\xff\xff\xff\xff" or octets[1:] == b"\0\0\0":
        return False
    return octets[0] != 0 and (octets[0] == 10 or max(octets) >= 20)


def mac(text: str) -> bool:
    """Tells whether a text is the address of one network card: not all zero, not broadcast."""
    code = compact(text)
    return len(code) == 12 and code.strip("0") != "" and code.strip("F") != ""


def imei(text: str) -> bool:
    """Tells whether a text is an IMEI: Luhn, and a body that allocates (3GPP TS 23.003; GSMA TS.06)."""
    digits = digits_of(text)
    return len(digits) == 15 and digits[:2] in _IMEI_BODIES and luhn(digits)


_IMEI_BODIES = frozenset(
    {"01", "10", "30", "33", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99"}
)


def imsi(text: str) -> bool:
    """Tells whether fifteen digits begin with a mobile country code that is given out (ITU-T E.212)."""
    digits = digits_of(text)
    return len(digits) == 15 and digits[:3] in mobile_countries()


def imei_bodies() -> frozenset[str]:
    """Returns the first two digits of the bodies that allocate device numbers."""
    return _IMEI_BODIES


@cache
def mobile_countries() -> frozenset[str]:
    """Returns the mobile country codes that are given out."""
    from stdnum import numdb

    codes = numdb.get("imsi")
    return frozenset(code for code in map("{:03}".format, range(1000)) if len(codes.split(code + "01")) > 1)


_TLDS_APART = frozenset(
    {
        "local",
        "lan",
        "internal",
        "intranet",
        "intra",
        "corp",
        "home",
        "localdomain",
        "test",
        "example",
        "invalid",
        "localhost",
        "priv",
    }
)
"""Endings that no registry gives and that internal networks and documentation use (RFC 2606, RFC 6762 annex G)."""


@lru_cache(4096)
def top_level(domain: str) -> bool:
    """Tells whether the last label of a domain name exists: in the Public Suffix List, or used inside networks."""
    label = domain.rsplit(".", 1)[-1].lower()
    if label in _TLDS_APART:
        return True
    return bool(_extract()(f"a.{label}").suffix)


@cache
def _extract() -> Callable[[str], Any]:
    import os

    # Presidio's own recognizers call the module's default extractor, which would ask two hosts on first use.
    os.environ.setdefault("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "")
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def email(text: str) -> bool:
    """Tells whether a text of the shape is an address: an existing top-level domain (logo@2x.png is none)."""
    local, _, domain = text.rpartition("@")
    return ".." not in text and not local.endswith(".") and len(local) <= 64 and top_level(domain)


def email_encoded(text: str) -> bool:
    """As ``email``, for an address of a URL's query (RFC 3986): ``%40`` is its at sign."""
    return email(text.replace("%40", "@"))


def tcf(text: str) -> bool:
    """Tells whether a text is a TCF v2 consent string: version 2, dates since 2018, a language.

    IAB Transparency and Consent Framework, Consent string and vendor list formats v2: 6 bits version, 36 bits created
    and 36 bits last updated in tenths of a second, from bit 108 twice 6 bits of language.
    """
    core = text.split(".")[0]
    try:
        raw = urlsafe_b64decode(core + "=" * (-len(core) % 4))
    except ValueError:
        return False
    if len(raw) < 27:
        return False
    bits = int.from_bytes(raw[:27], "big")

    def field(start: int, length: int) -> int:
        return (bits >> (27 * 8 - start - length)) & ((1 << length) - 1)

    created, updated = field(6, 36), field(42, 36)
    return (
        field(0, 6) == 2
        and _TCF_FIRST <= created <= updated <= _TCF_LAST
        and field(108, 6) < 26  # consent language: two letters
        and field(114, 6) < 26
    )


_TCF_FIRST = int(datetime(2018, 1, 1, tzinfo=UTC).timestamp() * 10)
_TCF_LAST = int(datetime(2045, 1, 1, tzinfo=UTC).timestamp() * 10)


def coordinates(text: str) -> bool:
    """Tells whether two numbers are a latitude and a longitude in degrees, and not both below one (shares, ratios)."""
    numbers = re.findall(r"[+-]?\d+[.,]?\d*", text.replace(" ", " "))
    if len(numbers) != 2:
        return False
    latitude, longitude = (abs(float(number.replace(",", "."))) for number in numbers)
    return latitude <= 90 and longitude <= 180 and max(latitude, longitude) >= 1


def not_nil(text: str) -> bool:
    """Tells whether a UUID has anything but zeros."""
    return compact(text).strip("0") != ""


def letters_and_digits(text: str) -> bool:
    """Tells whether a code has letters and digits both: a word or a number it is not."""
    return any(char.isdigit() for char in text) and any(char.isalpha() for char in text)


# --- against -------------------------------------------------------------------------------------------------------


def ean(text: str) -> bool:
    """Tells whether a text is an EAN-8, UPC-A, EAN-13 or GTIN-14."""
    return check("stdnum.ean")(digits_of(text))


def epoch(text: str) -> bool:
    """Tells whether a number is a time since 1970, in seconds or milliseconds, between 2001-09-09 and 2040."""
    digits = digits_of(text)
    return len(digits) >= 10 and 1_000_000_000 <= int(digits[:10]) < 2_208_988_800


def _is_date(digits: str) -> bool:
    """Tells whether eight digits are a day of the calendar, year first, 1850 to 2199."""
    try:
        return 1850 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year < 2200
    except ValueError:
        return False


def date_compact(text: str) -> bool:
    """Tells whether eight digits are a date: YYYYMMDD or DDMMYYYY."""
    digits = digits_of(text)
    return _is_date(digits) or _is_date(digits[4:] + digits[2:4] + digits[:2])


_OWN: dict[str, Check] = {
    "luhn": luhn,
    "nir": nir,
    "nir_structure": nir_structure,
    "spi": spi,
    "rpps": rpps,
    "finess": finess,
    "us_ssn": us_ssn,
    "us_itin": us_itin,
    "es_dni": es_dni,
    "not_nil": not_nil,
    "letters_and_digits": letters_and_digits,
    "siren": siren,
    "siret": siret,
    "vat_fr": vat_fr,
    "uai": uai,
    "lu_matricule": lu_matricule,
    "rib": accounts.rib,
    "iban": accounts.iban,
    "bic": accounts.bic,
    "card": accounts.card,
    "card_labelled": accounts.card_labelled,
    "mrz": mrz.valid,
    "phone_fr": phones.french,
    "phone_fr_short": phones.french_short,
    "phone_international": phones.international,
    "phone_english": phones.english,
    "phone_national": phones.national,
    "phone_introduced": phones.introduced,
    "phone_zero": phones.zero_led,
    "phone_possible": phones.possible,
    "phone_american": phones.american,
    "ip": ip,
    "mac": mac,
    "imei": imei,
    "imsi": imsi,
    "email": email,
    "email_encoded": email_encoded,
    "tcf": tcf,
    "coordinates": coordinates,
    "ean": ean,
    "epoch": epoch,
    "date_compact": date_compact,
}
NAMES = tuple(sorted(_OWN))
"""The checks of our own."""

_STDNUM = re.compile(r"stdnum\.[a-z_]+(?:\.[a-z_0-9]+)?")


def exists(kind: str) -> bool:
    """Tells whether a check of this name can be had."""
    if kind in _OWN:
        return True
    try:
        check(kind)
    except LookupError:
        return False
    return True


@cache
def check(kind: str) -> Check:
    """Returns the check of this name: one of ``NAMES`` or ``stdnum.MODULE``.

    Raises:
        LookupError: there is none.
    """
    if kind in _OWN:
        return _OWN[kind]
    if not _STDNUM.fullmatch(kind):
        raise LookupError(kind)
    try:
        valid: Check = importlib.import_module(kind).is_valid
    except (ImportError, AttributeError):
        raise LookupError(kind) from None
    return valid
