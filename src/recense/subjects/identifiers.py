"""Identifiers of people in one form, however they are written; what is no identifier gives null.

The index and the question go through the same functions, so that what was written can be found. They work on whole
columns: pyarrow where it can, Python on the few values that need it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

REGION = "FR"
"""Where a telephone number without a country is from, when recense.yaml does not say."""


class Kind(StrEnum):
    """Kinds of identifiers that are indexed; ``named`` is a name with a date of birth."""

    email = "email"
    phone = "phone"
    nir = "nir"
    named = "named"
    customer = "customer"


_EMAIL = r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}$"
_ADDRESS_IN_TEXT = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)*\.\w{2,}")
_NIR = r"^[1-478]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?$"
_OVERSEAS = (  # the national numbering plan of Arcep: overseas blocks have country codes of their own
    (r"^0(262|263|639|692|693)(\d{6})$", "+262"),
    (r"^0(590|690|691)(\d{6})$", "+590"),
    (r"^0(594|694)(\d{6})$", "+594"),
    (r"^0(596|696|697)(\d{6})$", "+596"),
)
_CIVILITIES = frozenset(("m", "mr", "mrs", "ms", "mme", "mlle", "dr", "monsieur", "madame", "mademoiselle"))
_DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:[T ].*)?", re.ASCII), (3, 2, 1)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII), (1, 2, 3)),
)


def emails(text: pa.Array) -> pa.Array:
    """Returns addresses in NFC and lower case; plus-tags and dots stay, since they may be addresses of others.

    >>> emails(pa.array([" Jeanne+a@Example.ORG", "a@b"])).to_pylist()
    ['jeanne+a@example.org', None]
    """
    plain = pc.utf8_lower(pc.utf8_normalize(pc.utf8_trim_whitespace(text), form="NFC"))
    return _only(plain, pc.match_substring_regex(plain, _EMAIL))


def emails_within(text: pa.Array) -> list[str]:
    """Returns the addresses that stand inside longer texts, written as ``emails`` writes them."""
    some = pc.and_(pc.match_substring(text, "@"), pc.invert(pc.match_substring_regex(text, r"^\s*[^@\s]+@[^@\s]+\s*$")))
    prose = text.filter(some)
    found = {address for cell in prose.to_pylist() for address in _ADDRESS_IN_TEXT.findall(cell)}
    return [one for one in emails(pa.array(sorted(found), pa.string())).to_pylist() if one]


def phones(text: pa.Array, region: str = REGION) -> pa.Array:
    """Returns numbers as E.164; one without a country is of ``region``.

    Plain national and international forms are read column-wise from the numbering plan that phonenumbers knows; all
    others go through phonenumbers itself.

    >>> phones(pa.array(["06 12 34 56 78", "+33 (0)6.12.34.56.78", "0033612345678", "612345678", "0692 11 22 33"])
    ... ).to_pylist()
    ['+33612345678', '+33612345678', '+33612345678', '+33612345678', '+262692112233']
    """
    plan = _plan(region)
    compact = pc.replace_substring_regex(text, r"\(0\)|[\s.\-/()\x{a0}\x{202f}\x{2011}\x{2013}]", "")
    out = pa.nulls(len(text), pa.string())
    for pattern, rewritten in plan.rewrites(compact):
        out = pc.if_else(pc.and_(pc.is_null(out), pc.match_substring_regex(compact, pattern)), rewritten, out)
    hard = pc.and_(pc.is_null(out), pc.match_substring_regex(compact, r"^\+?\d{6,17}$"))
    if pc.any(hard).as_py():
        values = compact.filter(hard).to_pylist()
        out = pc.replace_with_mask(out, hard, pa.array([plan.parsed(value) for value in values], pa.string()))
    return out


def nirs(text: pa.Array) -> pa.Array:
    """Returns the 13 characters of social security numbers without their key; Corsica keeps 2A and 2B.

    >>> nirs(pa.array(["1 85 05 78 006 084 91", "185052A006084", "9"])).to_pylist()
    ['1850578006084', '185052A006084', None]
    """
    compact = pc.replace_substring_regex(pc.utf8_upper(text), r"[^0-9A-Z]", "")
    return _only(pc.utf8_slice_codeunits(compact, 0, 13), pc.match_substring_regex(compact, _NIR))


def customers(text: pa.Array) -> pa.Array:
    """Returns customer numbers in upper case without spaces, points and dashes.

    >>> customers(pa.array(["c-00 07", "-"])).to_pylist()
    ['C0007', None]
    """
    compact = pc.replace_substring_regex(pc.utf8_upper(text), r"[\s\-._]", "")
    return _only(compact, pc.match_substring_regex(compact, r"^[0-9A-Z/#]{1,64}$"))


def names(text: pa.Array) -> pa.Array:
    """Returns names without accents, case, order and civility.

    >>> names(pa.array(["Hélène LE-GALL", "Mme le gall  Helene"])).to_pylist()
    ['gall helene le', 'gall helene le']
    """
    plain = pc.replace_substring_regex(pc.utf8_normalize(text, form="NFKD"), r"\p{M}+", "")
    plain = pc.utf8_lower(plain)
    for ligature, letters in (("ß", "ss"), ("œ", "oe"), ("æ", "ae"), ("ø", "o"), ("ł", "l")):
        plain = pc.replace_substring(plain, ligature, letters)
    plain = pc.replace_substring_regex(plain, r"[^\p{L}]+", " ")
    coded = plain.dictionary_encode()
    words = [_sorted(value) for value in coded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(coded.indices)


def days(text: pa.Array) -> pa.Array:
    """Returns dates as ``YYYY-MM-DD``; day before month as in Europe, unless only the other order is a date.

    >>> days(pa.array(["03/02/1980", "1980-02-03 00:00:00", "12/25/1980", "19800203", "31/31/2020"])).to_pylist()
    ['1980-02-03', '1980-02-03', '1980-12-25', '1980-02-03', None]
    """
    coded = text.dictionary_encode()
    return pa.array([_day(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def named(name: pa.Array, born: pa.Array) -> pa.Array:
    """Returns names with dates of birth, row by row; null where either is missing."""
    return pc.binary_join_element_wise(names(name), days(born), "|")


def normal(kind: Kind, text: pa.Array, region: str = REGION) -> pa.Array:
    """Returns identifiers of a kind that stands in one column (all but ``named``) in their one form."""
    if kind is Kind.phone:
        return phones(text, region)
    one: dict[Kind, Callable[[pa.Array], pa.Array]] = {
        Kind.email: emails,
        Kind.nir: nirs,
        Kind.customer: customers,
    }
    return one[kind](text)


def is_region(text: str) -> bool:
    """Tells whether it is a country of which phonenumbers knows the numbering plan (ISO 3166-1 alpha-2)."""
    import phonenumbers

    return text in phonenumbers.SUPPORTED_REGIONS


def _only(values: pa.Array, mask: pa.Array) -> pa.Array:
    return pc.if_else(mask, values, pa.scalar(None, pa.string()))


def _sorted(text: str | None) -> str | None:
    words = sorted(word for word in (text or "").split() if word not in _CIVILITIES)
    return " ".join(words) or None


def _day(text: str | None) -> str | None:
    for pattern, places in _DATES:
        if found := pattern.fullmatch((text or "").strip()):
            year, month, day = (int(found[place]) for place in places)
            if month > 12 and day <= 12:
                month, day = day, month
            return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None
    return None


class _Plan:
    """The numbering plan of a region, as far as plain forms follow from it."""

    def __init__(self, region: str) -> None:
        import phonenumbers

        self.region = region
        self._library: Any = phonenumbers
        plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        self.code = str(plan.country_code)
        trunk = plan.national_prefix or ""
        self.trunk = trunk if trunk == plan.national_prefix_for_parsing and trunk.isdigit() else ""
        self.abroad = "00" if plan.international_prefix == "00" else ""
        self.lengths = sorted(plan.general_desc.possible_length)

    def rewrites(self, compact: pa.Array) -> list[tuple[str, pa.Array]]:
        """Returns (pattern, the whole column rewritten) pairs, the first that matches a cell wins."""
        code, trunk, least, most = self.code, self.trunk, self.lengths[0], self.lengths[-1]
        made: list[tuple[str, str, str]] = []
        if not trunk or not self.abroad:
            return []
        for pattern, other in _OVERSEAS if self.region == "FR" else ():
            made.append((pattern, pattern, rf"{other}\1\2"))
        # A trunk prefix after the country code is a mistake that phonenumbers mends, and so does this.
        for head in (rf"^\+{code}", rf"^{self.abroad}{code}"):
            whole = rf"{head}(?:{trunk})?([1-9]\d{{{least - 1},{most - 1}}})$"
            made.append((whole, whole, rf"+{code}\1"))
        national = rf"^{trunk}([1-9]\d{{{least - 1},{most - 1}}})$"
        made.append((national, national, rf"+{code}\1"))
        bare = rf"^([1-9]\d{{{most - 1}}})$" if least == most else ""  # a spreadsheet took the leading zero
        if bare:
            made.append((bare, bare, rf"+{code}\1"))
        return [(pattern, pc.replace_substring_regex(compact, find, put)) for pattern, find, put in made]

    def parsed(self, text: str) -> str | None:
        """Returns a number as phonenumbers reads it, None when it cannot be one."""
        try:
            number = self._library.parse(text, self.region)
        except self._library.NumberParseException:
            return None
        if not self._library.is_possible_number(number):
            return None
        return str(self._library.format_number(number, self._library.PhoneNumberFormat.E164))


@cache
def _plan(region: str) -> _Plan:
    return _Plan(region)
